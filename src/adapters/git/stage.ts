/**
 * The one function that makes the tree of a milestone: the change applied by git, the roadmap and the changelog
 * rendered, never patched. Whoever verifies, publishes or lands a tree gets it from here.
 */

import { isUtf8 } from "node:buffer";
import type { Git } from "#adapters/git/git.ts";
import { type Entry, entryAt, listEntries, readBytes } from "#adapters/git/objects.ts";
import { applyPatch } from "#adapters/git/patch.ts";
import { mergeTrees, replaceEntries, writeBlob } from "#adapters/git/writing.ts";
import type { Sha } from "#core/milestone.ts";

/** The texts of the files that are rendered; null where there is no such file. */
export type RenderedFiles = { roadmap: string; changelog: string | null };

export type Staging = {
  git: Git;
  /** The commit the milestone is staged on. */
  base: Sha;
  /** A worker's patch, or a milestone's commit and its parent, to be restacked. */
  patch: Uint8Array | { commit: Sha; parent: Sha };
  roadmapPath: string;
  /** Null: no changelog is kept. */
  changelogPath: string | null;
  /** Marks the milestone as done. Pure; it is given base's texts. */
  render: (files: RenderedFiles) => RenderedFiles;
};

export type Staged = { tree: Sha } | { conflicts: string[] } | { refused: string };

/** The same inputs give the same tree. Only code can conflict. */
export async function stage(staging: Staging): Promise<Staged> {
  const rendered = await renderedEntries(staging);
  if ("refused" in rendered) return rendered;
  const code = await stagedCode(staging, rendered.base);
  if (!("tree" in code)) return code;
  return { tree: await replaceEntries(staging.git, code.tree, rendered.done) };
}

/** The change on top of base, whatever it did to the rendered files. */
async function stagedCode(
  { git, base, patch }: Staging,
  baseEntries: ReadonlyMap<string, Entry | null>,
): Promise<Staged> {
  if (patch instanceof Uint8Array) return await applyPatch(git, base, patch, [...baseEntries.keys()]);
  // With base's versions on all three sides the rendered files can neither conflict nor change.
  const neutral = (tree: Sha): Promise<Sha> => replaceEntries(git, tree, baseEntries);
  const [from, theirs] = [await neutral(patch.parent), await neutral(patch.commit)];
  return await mergeTrees(git, { base: from, ours: base, theirs });
}

/** The rendered files as they stand on base, and as they stand once the milestone is done. */
async function renderedEntries({
  git,
  base,
  roadmapPath,
  changelogPath,
  render,
}: Staging): Promise<
  { base: Map<string, Entry | null>; done: Map<string, Entry | null> } | { refused: string }
> {
  // Asked for once: every look at a path of this base is answered from it.
  await listEntries(git, base);
  const roadmap = await readRendered(git, base, roadmapPath);
  const changelog = changelogPath === null ? null : await readRendered(git, base, changelogPath);
  if ("refused" in roadmap) return roadmap;
  if (changelog && "refused" in changelog) return changelog;
  if (roadmap.text === null) return { refused: `${roadmapPath} does not exist on the base.` };

  const after = render({ roadmap: roadmap.text, changelog: changelog?.text ?? null });
  const before = new Map([[roadmapPath, roadmap.entry]]);
  const done = new Map([[roadmapPath, await written(git, after.roadmap, roadmap.entry)]]);
  if (changelogPath !== null && changelog !== null) {
    before.set(changelogPath, changelog.entry);
    done.set(changelogPath, await written(git, after.changelog, changelog.entry));
  }
  return { base: before, done };
}

type Rendered = { entry: Entry | null; text: string | null };

async function readRendered(git: Git, base: Sha, path: string): Promise<Rendered | { refused: string }> {
  const entry = await entryAt(git, base, path);
  if (entry === null) return { entry, text: null };
  const bytes = await readBytes(git, base, path);
  if (bytes === null) return { refused: `${path} is no ordinary file on the base.` };
  if (!isUtf8(bytes)) return { refused: `${path} is not UTF-8 on the base: rendering it would damage it.` };
  return { entry, text: bytes.toString("utf8") };
}

/** The new text with the file's old mode. A text that is null leaves the file as it is. */
async function written(git: Git, text: string | null, old: Entry | null): Promise<Entry | null> {
  return text === null ? old : { mode: old?.mode ?? "100644", sha: await writeBlob(git, text) };
}
