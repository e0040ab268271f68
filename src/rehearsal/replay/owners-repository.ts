/** An owner's git repository as a source of commits. Reads only: no work tree, index, configuration or ref of his moves. */

import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Git, initBare, openGit } from "#adapters/git/git.ts";
import { type Commit, listEntries, ORDINARY, readCommits, readObjects } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";
import { type FileTree, fileTree } from "#rehearsal/replay/file-tree.ts";

/** Bytes of one file; larger ones are data that no replay reads. */
const LARGEST_FILE = 20_000_000;

/** A change with exactly one tree before it. */
export type Step = { commit: Commit; parent: Commit };

/** @throws Failure REPOSITORY_UNREADABLE. */
export async function openOwners(directory: string): Promise<Git> {
  const folder = await gitDirectoryOf(directory);
  const source = openGit(folder);
  if (existsSync(folder) && (await resolveCommit(source, "HEAD")) !== null) return source;
  throw new Failure("REPOSITORY_UNREADABLE", `${directory} is not a git repository with a commit`);
}

/** The commit of any name git knows for it there; null if it knows none. */
export async function resolveCommit(source: Git, name: string): Promise<Sha | null> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { exitCode, output } = await source.raw(args, { accepts: [0, 1, 128] });
  const sha = output.toString().trim();
  return exitCode === 0 && sha !== "" ? Sha.parse(sha) : null;
}

/** A bare repository of ours with these commits and their parents, and no history behind them. */
export async function copyCommits(source: Git, commits: readonly Sha[], into: string): Promise<Git> {
  const git = await initBare(into);
  await fetch(git, { url: resolve(source.directory), token: null, wants: commits, depth: 2 });
  return git;
}

/** A sentence instead of a step where there is no single tree before the commit. */
export async function stepOf(git: Git, sha: Sha): Promise<Step | { because: string }> {
  const [commit] = await readCommits(git, [sha]);
  if (!commit) throw new Failure("GIT_FAILED", `There is no commit ${sha}.`);
  const [only, ...others] = commit.parents;
  if (only === undefined) return { because: "it is a first commit: nothing stands before it" };
  if (others.length > 0) return { because: `it is a merge of ${commit.parents.length} commits` };
  const [parent] = await readCommits(git, [only]);
  return parent
    ? { commit, parent }
    : { because: "its parent is missing: the repository is a shallow clone" };
}

/** The ordinary files of a tree; links and submodules are left out. */
export async function readTree(git: Git, tree: Sha): Promise<FileTree> {
  const entries = [...(await listEntries(git, tree))].filter(([, { mode }]) => ORDINARY.includes(mode));
  const objects = await readObjects(
    git,
    entries.map(([, { sha }]) => sha),
  );
  return fileTree(
    entries.flatMap(([path, { mode, sha }]) => {
      const content = objects.get(sha)?.bytes;
      if (!content || content.length > LARGEST_FILE) return [];
      return [[path, { content, executable: mode === "100755" }] as const];
    }),
  );
}

/** First line and the rest of a commit's message, the rest without its trailers and on one line. */
export function wordsOf({ message, trailers }: Pick<Commit, "message" | "trailers">): {
  subject: string;
  body: string;
} {
  const [first = "", ...paragraphs] = message.trim().split(/\n\s*\n/);
  const told = trailers.size > 0 ? paragraphs.slice(0, -1) : paragraphs;
  return { subject: oneLine(first), body: oneLine(told.join(" ")) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

/** A checkout's own folder, that of a linked work tree, or the folder itself where it is bare. */
async function gitDirectoryOf(directory: string): Promise<string> {
  const inside = resolve(directory, ".git");
  const kind = await stat(inside).catch(() => null);
  if (kind === null) return resolve(directory);
  if (kind.isDirectory()) return inside;
  const [, target] = /^gitdir: (.+)$/m.exec(await readFile(inside, "utf8")) ?? [];
  return target === undefined ? inside : resolve(directory, target.trim());
}
