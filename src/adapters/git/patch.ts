/**
 * Patches: taken from a folder an agent worked in, and applied to a tree, both through our own bare repository. The
 * folder's own `.git` is never read, and no work tree is ever written.
 */

import { type Git, withIndex } from "#adapters/git/git.ts";
import { named, nulSeparated, treeOf } from "#adapters/git/objects.ts";
import { takeFiles, type WorkspaceChange } from "#adapters/git/workspace-files.ts";
import { Sha } from "#core/milestone.ts";

/** Patches beyond this many bytes are neither handed over nor read. */
const LARGEST_PATCH = 20_000_000;

/** The difference between base and what the workspace holds now. `left` says what was left out, and why. */
export async function takePatch(
  change: WorkspaceChange,
): Promise<{ patch: Uint8Array; tree: Sha; left: string[] } | { refused: string }> {
  const { tree, left } = await takeFiles(change);
  const patch = await patchBetween(change.git, change.base, tree);
  if (patch.length > LARGEST_PATCH) return { refused: tooLarge(patch) };
  return { patch, tree, left };
}

/** A binary patch with full ids and without renames: it says all that differs, and nothing twice. */
export async function patchBetween(git: Git, base: string, tree: string): Promise<Uint8Array> {
  const how = [
    "-p",
    "--binary",
    "--full-index",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
  ];
  return (await git.raw(["diff-tree", "-r", ...how, await treeOf(git, base), await treeOf(git, tree)]))
    .output;
}

/**
 * The tree that results from the patch. Its bytes are a stranger's: they are judged by the tree, never by what the
 * patch says of itself. `except`: paths whose changes are skipped.
 */
export async function applyPatch(
  git: Git,
  base: string,
  patch: Uint8Array,
  except: readonly string[] = [],
): Promise<{ tree: Sha } | { refused: string }> {
  if (patch.length > LARGEST_PATCH) return { refused: tooLarge(patch) };
  if (patch.length === 0) return { tree: await treeOf(git, base) };
  return await withIndex(git, async (environment) => {
    await git.raw(["read-tree", named(base)], { environment });
    const skipped = except.map((path) => `--exclude=${path.replace(/[\\*?[]/g, "\\$&")}`);
    const args = ["apply", "--cached", "--binary", "--whitespace=nowarn", ...skipped, "-"];
    const { exitCode, errors } = await git.raw(args, { input: patch, environment, accepts: [0, 1, 128] });
    if (exitCode !== 0) return { refused: `The patch does not apply: ${firstLines(errors)}` };
    const written = await git.raw(["write-tree"], { environment, accepts: [0, 128] });
    if (written.exitCode !== 0)
      return { refused: `The patch makes no valid tree: ${firstLines(written.errors)}` };
    return { tree: Sha.parse(written.output.toString().trim()) };
  });
}

/** What a folder holds beyond a tree, ignored files included, whole folders as one: what setup made. */
export async function pathsBeyond({
  git,
  base,
  workspace,
}: Omit<WorkspaceChange, "exclude">): Promise<string[]> {
  return await withIndex(git, async (index) => {
    const environment = { ...index, GIT_WORK_TREE: workspace };
    await git.raw(["read-tree", named(base)], { environment });
    const { output } = await git.raw(["ls-files", "-z", "--others", "--directory"], { environment });
    return nulSeparated(output).map((path) => path.replace(/\/$/, ""));
  });
}

function tooLarge(patch: Uint8Array): string {
  return `The patch has ${patch.length} bytes; the most that is handed over is ${LARGEST_PATCH}.`;
}

function firstLines(words: string): string {
  return words.trim().split("\n").slice(0, 3).join("; ").slice(0, 500);
}
