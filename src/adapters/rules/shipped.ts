/** The rules that ship with Daybreak, read once from beside the bundle. */

import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { readShippedRules } from "#adapters/rules/rules.ts";
import { Failure } from "#core/errors.ts";
import type { Rule } from "#core/rules.ts";

let known: Promise<Rule[]> | null = null;

/** @throws Failure UNEXPECTED when they are nowhere: an engine without rules is not what was promised. */
export async function shippedRules(): Promise<Rule[]> {
  known ??= readShippedRules(folder());
  return await known;
}

/** Beside `dist` where the bundle runs, at the top of the sources where these do. */
function folder(): string {
  const bundle = process.argv[1] === undefined ? [] : [dirname(dirname(realpathSync(process.argv[1])))];
  const found = [...bundle, process.cwd()]
    .map((root) => join(root, "rules"))
    .find((path) => existsSync(join(path, "01-fresh-workspace.md")));
  if (found === undefined) throw new Failure("UNEXPECTED", "the rules that ship with Daybreak are missing");
  return found;
}
