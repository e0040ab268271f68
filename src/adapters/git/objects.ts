/** Reads commits, trees and files of our bare repository, each once. Writes nothing. */

import type { Git } from "#adapters/git/git.ts";
import type { TreeChange } from "#core/bounds.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";

export type Commit = {
  sha: Sha;
  tree: Sha;
  parents: Sha[];
  /** The committer's date in ISO 8601, as `commitTree` takes it. */
  date: string;
  message: string;
  /** The `Key: value` lines of the last paragraph; of two alike the last one counts. */
  trailers: ReadonlyMap<string, string>;
};

/** What stands at one path of a tree: mode and object id. */
export type Entry = { mode: string; sha: Sha };

/** Modes of files that are neither links nor submodules. */
export const ORDINARY = ["100644", "100755"];

/** A full object id: what it names never changes, so it is read once. */
const FULL_ID = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Larger objects are not kept in memory, in bytes. */
const MOST_KEPT = 1_000_000;

type Kept = { type: string; bytes: Buffer };
export type Known = ReadonlyMap<string, Kept>;

const kept = new WeakMap<Git, { objects: Map<string, Kept>; listings: Map<string, Map<string, Entry>> }>();

function memoryOf(git: Git) {
  const memory = kept.get(git) ?? { objects: new Map(), listings: new Map() };
  kept.set(git, memory);
  return memory;
}

/**
 * Many objects in one question, named by id or as `id:path`. What we do not have is not in the answer. A path may lead
 * to a link: then its target's name is the answer.
 */
export async function readObjects(git: Git, names: readonly string[]): Promise<Known> {
  const { objects } = memoryOf(git);
  const wanted = [...new Set(names.filter((name) => !objects.has(name)).map(checkedName))];
  const found = new Map<string, Kept>();
  for (const name of names) {
    const known = objects.get(name);
    if (known) found.set(name, known);
  }
  if (wanted.length === 0) return found;
  const { output } = await git.raw(["cat-file", "--batch"], {
    input: wanted.map((name) => `${name}\n`).join(""),
  });
  let at = 0;
  for (const name of wanted) {
    const end = output.indexOf("\n", at);
    const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(output.subarray(at, end).toString()) ?? [];
    at = end + 1;
    if (type === undefined) continue;
    const object = { type, bytes: output.subarray(at, at + Number(size)) };
    at += Number(size) + 1;
    found.set(name, object);
    if (object.bytes.length <= MOST_KEPT) objects.set(name, object);
  }
  return found;
}

/** An id, or a path below one: both mean the same for ever. */
function checkedName(name: string): string {
  const [id = "", path] = name.split(/:(.*)/s);
  if (path !== undefined && /[\0\n]/.test(path)) throw new Failure("GIT_FAILED", "A path is malformed.");
  checkedSha(id);
  return name;
}

/** @throws Failure GIT_FAILED if the name is no commit we have. */
export async function readCommit(git: Git, name: string): Promise<Commit> {
  const [commit] = await readCommits(git, [FULL_ID.test(name) ? name : await resolved(git, name)]);
  if (!commit) throw new Failure("GIT_FAILED", `There is no commit ${name.slice(0, 40)}.`);
  return commit;
}

/** The commits in the order of their ids; a missing one is left out. */
export async function readCommits(git: Git, ids: readonly string[]): Promise<Commit[]> {
  const objects = await readObjects(git, ids);
  return ids.flatMap((id) => {
    const object = objects.get(id);
    return object?.type === "commit" ? [{ sha: Sha.parse(id), ...parseCommit(object.bytes.toString()) }] : [];
  });
}

async function resolved(git: Git, name: string): Promise<string> {
  const { output } = await git.raw(["rev-parse", "--verify", "--end-of-options", `${name}^{commit}`]);
  return output.toString().trim();
}

/** What the bytes of a commit say. */
export function parseCommit(text: string): Omit<Commit, "sha"> {
  const split = text.indexOf("\n\n");
  const header = text.slice(0, split);
  const message = text.slice(split + 2);
  const values = (key: string): string[] =>
    header.split("\n").flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
  const [, seconds = "0", zone = "+0000"] = /> (\d+) ([+-]\d{4})$/.exec(values("committer")[0] ?? "") ?? [];
  return {
    tree: Sha.parse(values("tree")[0]),
    parents: values("parent").map((parent) => Sha.parse(parent)),
    date: isoDate(Number(seconds), zone),
    message,
    trailers: trailersOf(message),
  };
}

/** The instant with its own offset: `2026-11-20T22:00:00+01:00`. */
function isoDate(seconds: number, zone: string): string {
  const minutes = Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)));
  const local = new Date((seconds + minutes * 60) * 1_000).toISOString().slice(0, 19);
  return `${local}${zone.slice(0, 3)}:${zone.slice(3)}`;
}

function trailersOf(message: string): Map<string, string> {
  const paragraphs = message.trim().split(/\n\s*\n/);
  const lines = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "").split("\n") : [];
  const pairs = lines.map((line) => /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line));
  return new Map(
    pairs.every(Boolean) ? pairs.map((pair) => [pair?.[1] ?? "", (pair?.[2] ?? "").trim()]) : [],
  );
}

/** What the tree holds at this very path, or null. */
export async function entryAt(git: Git, tree: string, path: string): Promise<Entry | null> {
  const listing = memoryOf(git).listings.get(tree);
  // A listing holds files; a folder is looked up.
  if (listing?.has(path)) return listing.get(path) ?? null;
  const { output } = await git.raw(["ls-tree", "-z", "--full-tree", named(tree), "--", path]);
  const [, mode, sha] = /^(\d+) \w+ (\w+)\t/.exec(output.toString()) ?? [];
  return mode === undefined || sha === undefined ? null : { mode, sha: Sha.parse(sha) };
}

/** The bytes of an ordinary file; null for everything else, links included. */
export async function readBytes(git: Git, tree: string, path: string): Promise<Buffer | null> {
  const entry = await entryAt(git, tree, path);
  if (entry === null || !ORDINARY.includes(entry.mode)) return null;
  return (await readObjects(git, [entry.sha])).get(entry.sha)?.bytes ?? null;
}

/** The text of an ordinary file, a byte order mark included; null for everything else. */
export async function readText(git: Git, tree: string, path: string): Promise<string | null> {
  return (await readBytes(git, tree, path))?.toString("utf8") ?? null;
}

/** Ordinary files of one tree, in two questions. What is absent or not ordinary is not in the answer. */
export async function readTexts(
  git: Git,
  tree: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const listing = await listEntries(git, tree);
  const wanted = paths.flatMap((path) => {
    const entry = listing.get(path);
    return entry && ORDINARY.includes(entry.mode) ? [[path, entry.sha] as const] : [];
  });
  const objects = await readObjects(
    git,
    wanted.map(([, sha]) => sha),
  );
  return new Map(
    wanted.flatMap(([path, sha]) => {
      const object = objects.get(sha);
      return object ? [[path, object.bytes.toString("utf8")] as const] : [];
    }),
  );
}

/** Every path of a tree, links and submodules included. */
export async function listFiles(git: Git, tree: string): Promise<string[]> {
  return [...(await listEntries(git, tree)).keys()];
}

export async function listEntries(git: Git, tree: string): Promise<Map<string, Entry>> {
  const { listings } = memoryOf(git);
  const known = listings.get(tree);
  if (known) return known;
  const { output } = await git.raw(["ls-tree", "-r", "-z", "--full-tree", named(tree)]);
  const listing = new Map(
    nulSeparated(output).map((line) => {
      const [mode = "", , sha] = line.split("\t", 1).join("").split(" ");
      return [line.slice(line.indexOf("\t") + 1), { mode, sha: Sha.parse(sha) }];
    }),
  );
  if (FULL_ID.test(tree)) listings.set(tree, listing);
  return listing;
}

/** What differs between two trees (or commits), path by path; a rename is a deletion and an addition. */
export async function diffTrees(git: Git, base: string, tree: string): Promise<TreeChange[]> {
  const show = ["--raw", "--numstat", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"];
  const { output } = await git.raw(["diff-tree", "-r", "-z", ...show, named(base), named(tree)]);
  const fields = nulSeparated(output);
  const raws = fields.flatMap((field, index) =>
    field.startsWith(":") && index % 2 === 0 ? [{ field, path: fields[index + 1] ?? "" }] : [],
  );
  const counts = new Map(fields.slice(raws.length * 2).map((line) => countsOf(line)));
  const blobs = raws.map(({ field }) => field.split(" ")[3] ?? "");
  const sizes = await sizesOf(git, blobs);
  return raws.map(({ field, path }, index) => {
    const [added = "0", removed = "0"] = counts.get(path) ?? [];
    const binary = added === "-";
    return {
      path,
      ...modesOf(field),
      bytes: sizes[index] ?? 0,
      addedLines: binary ? 0 : Number(added),
      removedLines: binary ? 0 : Number(removed),
      binary,
    };
  });
}

function countsOf(line: string): [path: string, counts: [added: string, removed: string]] {
  const [added = "0", removed = "0", ...path] = line.split("\t");
  return [path.join("\t"), [added, removed]];
}

function modesOf(field: string): Pick<TreeChange, "kind" | "oldMode" | "newMode"> {
  const [old = "", now = "", , , status = ""] = field.slice(1).split(" ");
  const kinds: Record<string, TreeChange["kind"]> = { A: "added", D: "deleted", T: "type-changed" };
  const present = (mode: string): string | null => (mode === "000000" ? null : mode);
  return { kind: kinds[status] ?? "modified", oldMode: present(old), newMode: present(now) };
}

/** Sizes of objects in bytes; 0 for what is not here, such as a submodule's commit. */
async function sizesOf(git: Git, objects: readonly string[]): Promise<number[]> {
  const input = objects.map((sha) => `${sha}\n`).join("");
  const { output } = await git.raw(["cat-file", "--batch-check=%(objectsize)"], { input });
  return output
    .toString()
    .split("\n")
    .map((size) => (/^\d+$/.test(size) ? Number(size) : 0));
}

export async function treeOf(git: Git, name: string): Promise<Sha> {
  if (FULL_ID.test(name)) {
    const object = (await readObjects(git, [name])).get(name);
    if (object?.type === "tree") return Sha.parse(name);
    if (object?.type === "commit") return parseCommit(object.bytes.toString()).tree;
  }
  const { output } = await git.raw(["rev-parse", "--verify", "--end-of-options", `${name}^{tree}`]);
  return Sha.parse(output.toString().trim());
}

export function nulSeparated(output: Buffer): string[] {
  return output
    .toString("utf8")
    .split("\0")
    .filter((field) => field !== "");
}

/** A commit or tree by any name, as long as git cannot take it for an option. @throws Failure GIT_FAILED. */
export function named(name: string): string {
  if (name.startsWith("-")) throw new Failure("GIT_FAILED", "The name of a commit is malformed.");
  return name;
}

/** A name that may stand among git's arguments. @throws Failure GIT_FAILED for anything else. */
export function checkedSha(text: string): Sha {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text))
    throw new Failure("GIT_FAILED", "A commit id is malformed.");
  return Sha.parse(text);
}
