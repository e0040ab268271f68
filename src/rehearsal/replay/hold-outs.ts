/** Brings the branch of hold-outs that a rehearsed repository's policy names into its world. Brings no other branch. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Git, openGit } from "#adapters/git/git.ts";
import { readText } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { resolveCommit } from "#rehearsal/replay/owners-repository.ts";

const POLICY_PATH = ".github/daybreak.yml";

/** Does nothing where the world has the branch already, or the repository has none of that name. */
export async function bringHoldOuts(world: Git, defaultBranch: string, directory: string): Promise<void> {
  const policy = await readText(world, `refs/heads/${defaultBranch}`, POLICY_PATH);
  const branch = readPolicyFile(policy, POLICY_PATH).policy["hold-outs"];
  if (branch === undefined) return;
  const ref = `refs/heads/${branch}`;
  const inside = join(directory, ".git");
  const source = openGit(existsSync(inside) ? resolve(inside) : resolve(directory));
  const tip = await resolveCommit(source, ref);
  if (tip === null || (await resolveCommit(world, ref)) !== null) return;
  await fetch(world, { url: source.directory, token: null, wants: [tip] });
  await world.raw(["update-ref", ref, tip]);
}
