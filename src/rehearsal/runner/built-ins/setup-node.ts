/** Plays actions/setup-node: the machine's own Node comes first on PATH. Never downloads one, never caches. */

import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { BuiltInUse } from "./built-in.ts";

const execute = promisify(execFile);
const versions = new Map<string, Promise<string>>();

export async function setupNode({ live, output }: BuiltInUse): Promise<void> {
  const { nodePath } = live.machine.options;
  const version = await versionOf(nodePath);
  live.paths.unshift(dirname(nodePath));
  live.log.say(`Node ${version} of the local machine, whatever version is asked for`);
  output("node-version", version);
  output("cache-hit", "false");
}

function versionOf(nodePath: string): Promise<string> {
  if (nodePath === process.execPath) return Promise.resolve(process.version);
  const known =
    versions.get(nodePath) ?? execute(nodePath, ["--version"]).then(({ stdout }) => stdout.trim());
  versions.set(nodePath, known);
  return known;
}
