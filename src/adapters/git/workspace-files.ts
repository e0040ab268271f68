/**
 * Reads the files of a folder an agent worked in and writes them as a tree of our own repository. Follows no link
 * out of the folder, and runs nothing that the folder configures.
 */

import { constants, type Stats } from "node:fs";
import { access, lstat, readlink, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Git, withIndex } from "#adapters/git/git.ts";
import { type Entry, listEntries, named, nulSeparated } from "#adapters/git/objects.ts";
import { writeBlob, writeEntries } from "#adapters/git/writing.ts";
import { folded } from "#core/glob.ts";
import { Sha } from "#core/milestone.ts";

/** No file beyond this many bytes is read: what lands is source, and a sparse file can pretend to any size. */
const LARGEST_FILE = 50_000_000;

export type WorkspaceChange = {
  git: Git;
  /** The commit or tree the workspace started from, known to our own repository. */
  base: string;
  /** Absolute path of the folder. Nobody may be writing there any more. */
  workspace: string;
  /** Files and folders that are nobody's work: what setup made, and what is rendered. Exact paths. */
  exclude: readonly string[];
};

/** `left`: sentences about what was left as it is on base. */
export type TakenFiles = { tree: Sha; left: string[] };

/** What stands at one path of the workspace. Nothing, if it is gone or lies behind a link. */
type Found = { path: string; stats: Stats | null };

export async function takeFiles(change: WorkspaceChange): Promise<TakenFiles> {
  const { git, base, workspace } = change;
  const left: string[] = [];
  return await withIndex(git, async (index) => {
    await git.raw(["read-tree", named(base)], { environment: index });
    const tracked = await listEntries(git, base);
    const others = await untracked(change, index);
    const isOurs = outside(change.exclude);
    const candidates = [...new Set([...tracked.keys(), ...others])].filter((path) => isOurs(path));
    const paths = candidates.filter((path) => isReadable(path, left));
    const found = await find(await realpath(workspace), paths, left);
    const now = await store(change, found);
    const changed = [...now].filter(([path, entry]) => !same(tracked.get(path) ?? null, entry));
    return { tree: await writeEntries(git, new Map(changed), index), left };
  });
}

/** New files that no `.gitignore` names. Only lists names: git neither opens the files nor looks into a `.git`. */
async function untracked(
  { git, workspace }: WorkspaceChange,
  index: { GIT_INDEX_FILE: string },
): Promise<string[]> {
  const environment = { ...index, GIT_WORK_TREE: workspace };
  const { output } = await git.raw(["ls-files", "-z", "--others", "--exclude-standard"], { environment });
  return nulSeparated(output);
}

function outside(exclude: readonly string[]): (path: string) => boolean {
  return (path) => !exclude.some((one) => path === one || path.startsWith(`${one}/`));
}

/** A name with a slash at its end is a repository inside the workspace: there is no way to hand it over as files. */
function isReadable(path: string, left: string[]): boolean {
  const because = path.endsWith("/")
    ? "is a repository of its own"
    : path.split("/").some(isGitFolder)
      ? "lies in a folder of git's own"
      : /[\n\r\uFFFD]/.test(path)
        ? "has a name that is no plain text"
        : null;
  if (because !== null) left.push(`${path} ${because} and was left out.`);
  return because === null;
}

/** Every spelling of `.git` that some file system takes for it; git refuses a tree that holds one. */
function isGitFolder(segment: string): boolean {
  const plain = folded(segment)
    .replace(/\p{Cf}/gu, "")
    .replace(/[ .]+$/, "")
    .replace(/:.*$/, "");
  return plain === ".git" || plain === "git~1";
}

async function find(root: string, paths: readonly string[], left: string[]): Promise<Found[]> {
  const straight = new Map<string, boolean>();
  const found: Found[] = [];
  for (const path of paths) {
    const folder = dirname(path);
    if (!straight.has(folder)) straight.set(folder, await isStraight(root, folder));
    const stats = straight.get(folder) ? await lstat(join(root, path)).catch(() => null) : null;
    const because = stats?.isFile() ? await unreadable(join(root, path), stats) : null;
    if (because === null) found.push({ path, stats });
    else left.push(`${path} ${because} and was left out.`);
  }
  return found;
}

async function unreadable(file: string, { size }: Stats): Promise<string | null> {
  if (size > LARGEST_FILE) return `has ${size} bytes, more than the ${LARGEST_FILE} that are read,`;
  return await access(file, constants.R_OK).then(
    () => null,
    () => "may not be read",
  );
}

/** Whether the folder is where its name says, and not behind a link that leads somewhere else. */
async function isStraight(root: string, folder: string): Promise<boolean> {
  const wanted = join(root, folder);
  return (await realpath(wanted).catch(() => null)) === wanted;
}

/** Writes what was found as objects. Null: there is nothing git could hold. */
async function store(
  { git, workspace }: WorkspaceChange,
  found: readonly Found[],
): Promise<Map<string, Entry | null>> {
  const root = await realpath(workspace);
  const entries = new Map<string, Entry | null>(found.map(({ path }) => [path, null]));
  const files = found.filter(({ stats }) => stats?.isFile());
  // The bytes as they are: no filter and no line ending of any .gitattributes.
  const input = files.map(({ path }) => `${join(root, path)}\n`).join("");
  const { output } = await git.raw(["hash-object", "-w", "--no-filters", "--stdin-paths"], { input });
  const shas = output.toString().split("\n");
  for (const [index, { path, stats }] of files.entries()) {
    const mode = ((stats?.mode ?? 0) & 0o100) === 0 ? "100644" : "100755";
    entries.set(path, { mode, sha: Sha.parse(shas[index]) });
  }
  for (const { path, stats } of found) {
    if (!stats?.isSymbolicLink()) continue;
    const target = await readlink(join(root, path), { encoding: "buffer" });
    entries.set(path, { mode: "120000", sha: await writeBlob(git, target) });
  }
  return entries;
}

/** A submodule's folder is empty in a workspace: that is no change. */
function same(old: Entry | null, now: Entry | null): boolean {
  if (old?.mode === "160000" && now === null) return true;
  return old?.mode === now?.mode && old?.sha === now?.sha;
}
