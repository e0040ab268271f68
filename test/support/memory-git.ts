/** Git as far as a story needs it: commits, trees and branches as plain values with readable names. Merges whole files. */

import { Sha } from "#core/milestone.ts";

export type Files = Readonly<Record<string, string>>;
export type Commit = { sha: Sha; parents: readonly Sha[]; tree: Sha; message: string };

/** One file of a change: what it was, and what it becomes; null where there is none. */
export type Edit = { path: string; from: string | null; to: string | null };

export class MemoryGit {
  readonly branches = new Map<string, Sha>();
  readonly #commits = new Map<Sha, Commit>();
  readonly #trees = new Map<Sha, Files>();
  readonly #named = new Map<string, Sha>();

  /** The tree of these files: the same files are the same tree. */
  treeOf(files: Files): Sha {
    const sorted = Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
    const text = JSON.stringify(sorted);
    const known = this.#named.get(text);
    if (known) return known;
    const sha = Sha.parse(`tree-${this.#trees.size + 1}`);
    this.#named.set(text, sha);
    this.#trees.set(sha, sorted);
    return sha;
  }

  /** The same commit has the same name; another of that name gets a prime: `M1-1`, `M1-1'`. */
  commit(name: string, parts: Omit<Commit, "sha">): Sha {
    const sha = Sha.parse(name);
    const known = this.#commits.get(sha);
    if (known && JSON.stringify(known) !== JSON.stringify({ sha, ...parts }))
      return this.commit(`${name}'`, parts);
    this.#commits.set(sha, { sha, ...parts });
    return sha;
  }

  read(sha: Sha): Commit {
    const commit = this.#commits.get(sha);
    if (!commit) throw new Error(`there is no commit ${sha}`);
    return commit;
  }

  /** The files of a commit or of a tree. */
  filesOf(sha: Sha): Files {
    const tree = this.#commits.get(sha)?.tree ?? sha;
    const files = this.#trees.get(tree);
    if (!files) throw new Error(`there is no tree ${tree}`);
    return files;
  }

  isAncestor(older: Sha, newer: Sha): boolean {
    return older === newer || this.read(newer).parents.some((parent) => this.isAncestor(older, parent));
  }
}

/** What turns one tree's files into the other's. */
export function editsBetween(before: Files, after: Files): Edit[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths
    .map((path) => ({ path, from: before[path] ?? null, to: after[path] ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** A file that is neither as it was nor as it should become is a conflict. */
export function applyEdits(files: Files, edits: readonly Edit[]): { files: Files } | { conflicts: string[] } {
  const fits = ({ path, from, to }: Edit) => [from, to].includes(files[path] ?? null);
  const conflicts = edits.filter((edit) => !fits(edit)).map(({ path }) => path);
  if (conflicts.length > 0) return { conflicts };
  const kept = Object.entries(files).filter(([name]) => !edits.some(({ path }) => path === name));
  const made = edits.flatMap(({ path, to }) => (to === null ? [] : [[path, to] as const]));
  return { files: Object.fromEntries([...kept, ...made]) };
}

/** A patch as bytes, as it travels between jobs. */
export function printPatch(edits: readonly Edit[]): Uint8Array {
  return edits.length === 0 ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(edits));
}

export function parsePatch(patch: Uint8Array): Edit[] {
  return patch.length === 0 ? [] : JSON.parse(new TextDecoder().decode(patch));
}
