/** Reads what the checked-out commit changes, through a bare repository of our own. Runs nothing of the checkout's. */

import { join } from "node:path";
import { type Git, initBare, openGit } from "#adapters/git/git.ts";
import { diffTrees, readCommit } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import { Sha } from "#core/milestone.ts";
import type { HeadChange } from "#ports/opinion.ts";

/** `checkout`: where `actions/checkout` put the commit and its parent. `directory`: where our repository will be. */
export async function readHeadChange(
  { checkout, directory }: { checkout: string; directory: string },
  except: readonly string[],
): Promise<HeadChange> {
  const theirs = join(checkout, ".git");
  const { output } = await openGit(theirs).raw(["rev-parse", "--verify", "HEAD^{commit}"]);
  const head = Sha.parse(output.toString().trim());
  const git = await initBare(directory);
  await fetch(git, { url: theirs, token: null, wants: [head], depth: 2 });
  const { tree, parents } = await readCommit(git, head);
  const [base = null] = parents.length === 1 ? parents : [];
  if (base === null) return { head, tree, base, diff: "" };
  const paths = (await diffTrees(git, base, tree)).map(({ path }) => path);
  const written = paths.filter((path) => !except.includes(path));
  return { head, tree, base, diff: written.length === 0 ? "" : await patchOf(git, [base, head], written) };
}

/** For reading: bytes that are no text are only named. */
async function patchOf(git: Git, between: readonly string[], paths: readonly string[]): Promise<string> {
  const how = ["-p", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
  const { output } = await git.raw(["diff-tree", "-r", ...how, ...between, "--", ...paths]);
  return output.toString("utf8");
}
