/** Reads the branch with the owner's hold-out checks, which was checked out apart from everything foreign code sees. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { type Git, openGit } from "#adapters/git/git.ts";
import { listFiles, readText, treeOf } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";
import type { HoldOuts } from "#ports/workbench.ts";

/** Where the workflow checks the branch out, below the workspace. */
export const HOLD_OUTS_FOLDER = ".daybreak-hold-outs";

const CHECKS = "checks.yml";

const Checks = z.array(
  z.strictObject({
    id: z.string().regex(/^[\w.-]{1,40}$/),
    run: z.string().min(1),
    milestone: z.string().nullable().default(null),
  }),
);

/**
 * Null when nothing was checked out.
 * @throws Failure POLICY_INVALID when checks.yml cannot be read.
 */
export async function readHoldOuts(git: Git, checkout: string): Promise<HoldOuts | null> {
  const folder = join(checkout, HOLD_OUTS_FOLDER);
  if (!existsSync(join(folder, ".git"))) return null;
  const { output } = await openGit(join(folder, ".git")).raw(["rev-parse", "--verify", "HEAD^{commit}"]);
  const head = Sha.parse(output.toString().trim());
  await fetch(git, { url: join(folder, ".git"), token: null, wants: [head], depth: 1 });
  const tree = await treeOf(git, head);
  const text = await readText(git, tree, CHECKS);
  if (text === null) return null;
  const paths = (await listFiles(git, tree)).filter((path) => path !== CHECKS);
  return { tree, paths, checks: checksFrom(text) };
}

function checksFrom(text: string): z.infer<typeof Checks> {
  const parsed = Checks.safeParse(yamlFrom(text));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new Failure(
    "POLICY_INVALID",
    `${CHECKS} of the hold-outs is no list of { id, run, milestone }: ${wrong}`,
  );
}

function yamlFrom(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
