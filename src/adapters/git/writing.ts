/** Writes blobs, trees and commits into our bare repository, and lays trees out. Moves no ref. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Git, withIndex } from "#adapters/git/git.ts";
import { type Entry, listEntries, named, nulSeparated, ORDINARY, treeOf } from "#adapters/git/objects.ts";
import { Sha } from "#core/milestone.ts";

/** Writes a commit by the fixed identity; the same inputs give the same id. Moves no ref. */
export async function commitTree(
  git: Git,
  { tree, parents, message, date }: { tree: Sha; parents: readonly Sha[]; message: string; date: string },
): Promise<Sha> {
  const args = ["commit-tree", ...parents.flatMap((parent) => ["-p", parent]), "-F", "-", tree];
  const environment = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const { output } = await git.raw(args, { input: message, environment });
  return Sha.parse(output.toString().trim());
}

/**
 * Merges two trees that grew out of the same one. The bases are wrapped in commits of their own, so that git finds
 * exactly that base, whatever the histories are.
 */
export async function mergeTrees(
  git: Git,
  { base, ours, theirs }: { base: string; ours: string; theirs: string },
): Promise<{ tree: Sha } | { conflicts: string[] }> {
  const wrap = async (name: string, parents: readonly Sha[]): Promise<Sha> =>
    commitTree(git, {
      tree: await treeOf(git, name),
      parents,
      message: "merge",
      date: "1970-01-02T00:00:00+00:00",
    });
  const root = await wrap(base, []);
  const sides = [await wrap(ours, [root]), await wrap(theirs, [root])];
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ...sides];
  const { exitCode, output } = await git.raw(args, { accepts: [0, 1] });
  const [tree, ...conflicts] = nulSeparated(output);
  return exitCode === 0 ? { tree: Sha.parse(tree) } : { conflicts };
}

export async function writeBlob(git: Git, content: string | Uint8Array): Promise<Sha> {
  const { output } = await git.raw(["hash-object", "-w", "--stdin"], { input: content });
  return Sha.parse(output.toString().trim());
}

/** Several blobs in one question, through files of our own. */
async function writeBlobs(git: Git, contents: readonly string[]): Promise<Sha[]> {
  const room = await mkdtemp(join(git.directory, "blobs-"));
  try {
    const files = contents.map((_, index) => join(room, String(index)));
    await Promise.all(contents.map(async (content, index) => await writeFile(files[index] ?? room, content)));
    const input = files.map((file) => `${file}\n`).join("");
    const { output } = await git.raw(["hash-object", "-w", "--no-filters", "--stdin-paths"], { input });
    return output
      .toString()
      .split("\n")
      .filter(Boolean)
      .map((line) => Sha.parse(line));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** The tree with these files written (null: removed). A file keeps its mode unless one is given. */
export async function updateTree(
  git: Git,
  tree: Sha,
  files: ReadonlyMap<string, { text: string; mode?: "100644" | "100755" } | null>,
): Promise<Sha> {
  const listing = await listEntries(git, tree);
  const written = [...files].flatMap(([path, file]) => (file === null ? [] : [{ path, file }]));
  const shas = await writeBlobs(
    git,
    written.map(({ file }) => file.text),
  );
  const entries = new Map<string, Entry | null>([...files.keys()].map((path) => [path, null]));
  for (const [index, { path, file }] of written.entries()) {
    const old = listing.get(path);
    const kept = old && ORDINARY.includes(old.mode) ? old.mode : "100644";
    entries.set(path, { mode: file.mode ?? kept, sha: Sha.parse(shas[index]) });
  }
  return await replaceEntries(git, tree, entries);
}

/** The tree with these entries put in (null: taken out). What stands in their way goes. */
export async function replaceEntries(
  git: Git,
  tree: string,
  entries: ReadonlyMap<string, Entry | null>,
): Promise<Sha> {
  const all = new Map<string, Entry | null>([...(await listEntries(git, tree)), ...entries]);
  if ([...all.keys()].every((path) => !path.includes("/"))) return await writeFlatTree(git, all);
  return await withIndex(git, async (environment) => {
    await git.raw(["read-tree", named(tree)], { environment });
    return await writeEntries(git, entries, environment);
  });
}

/** A tree without folders needs no index. */
async function writeFlatTree(git: Git, entries: ReadonlyMap<string, Entry | null>): Promise<Sha> {
  const lines = [...entries].flatMap(([path, entry]) =>
    entry ? [`${entry.mode} ${entry.mode === "160000" ? "commit" : "blob"} ${entry.sha}\t${path}\0`] : [],
  );
  const { output } = await git.raw(["mktree", "-z", "--missing"], { input: lines.join("") });
  return Sha.parse(output.toString().trim());
}

/** Changes an index and writes its tree. Removals come first: a file may take a folder's place, or the reverse. */
export async function writeEntries(
  git: Git,
  entries: ReadonlyMap<string, Entry | null>,
  environment: { GIT_INDEX_FILE: string },
): Promise<Sha> {
  const nowhere = "0".repeat(40);
  const removals = [...entries.keys()].map((path) => `0 ${nowhere}\t${path}\0`);
  const additions = [...entries].flatMap(([path, entry]) =>
    entry ? [`${entry.mode} ${entry.sha}\t${path}\0`] : [],
  );
  const input = [...removals, ...additions].join("");
  if (input) await git.raw(["update-index", "--replace", "-z", "--index-info"], { input, environment });
  const { output } = await git.raw(["write-tree"], { environment });
  return Sha.parse(output.toString().trim());
}

/**
 * Puts a tree's files into a folder that is no repository. `from` names the tree whose files are there already:
 * what it has and the new one lacks is deleted. Files git does not know stay as they are.
 */
export async function checkOut(git: Git, tree: Sha, workTree: string, from?: Sha): Promise<void> {
  await withIndex(git, async (index) => {
    const environment = { ...index, GIT_WORK_TREE: workTree };
    await git.raw(["read-tree", from ?? "--empty"], { environment });
    await git.raw(["read-tree", "--reset", "-u", tree], { environment });
  });
}
