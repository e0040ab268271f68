/** Staging in memory: a change laid on a base, with roadmap and changelog rendered. Moves no branch. */

import type { Milestone, Sha } from "#core/milestone.ts";
import { renderLanded } from "#core/render.ts";
import type { TreeDifference } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";
import { applyEdits, type Edit, editsBetween, type Files, type MemoryGit } from "./memory-git.ts";
import { isCode, ROADMAP } from "./memory-world.ts";

type Staging = { base: Sha; edits: readonly Edit[]; milestone: Milestone; changelogPath: string | null };

/** Code applied, roadmap and changelog rendered: only code can conflict. */
export function stageIn(git: MemoryGit, { base, edits, milestone, changelogPath }: Staging): Staged {
  const applied = applyEdits(git.filesOf(base), edits);
  if ("conflicts" in applied) return applied;
  const changelog = changelogPath === null ? null : (applied.files[changelogPath] ?? null);
  const done = renderLanded({ roadmap: applied.files[ROADMAP] ?? "", changelog }, milestone);
  const rendered: Files = {
    ...applied.files,
    [ROADMAP]: done.roadmap,
    ...(changelogPath === null || done.changelog === null ? {} : { [changelogPath]: done.changelog }),
  };
  return { tree: git.treeOf(rendered) };
}

/** What a milestone's commit changed, without what was rendered. */
export function codeEdits(git: MemoryGit, commit: Sha): Edit[] {
  const [parent] = git.read(commit).parents;
  const before = parent ? git.filesOf(parent) : {};
  return editsBetween(before, git.filesOf(commit)).filter(isCode);
}

export function changesBetween(git: MemoryGit, base: Sha, tree: Sha): TreeDifference["changes"] {
  return editsBetween(git.filesOf(base), git.filesOf(tree)).map(({ path, from, to }) => ({
    path,
    kind: from === null ? "added" : to === null ? "deleted" : "modified",
    oldMode: from === null ? null : "100644",
    newMode: to === null ? null : "100644",
    bytes: to?.length ?? 0,
    addedLines: to?.split("\n").length ?? 0,
    removedLines: from?.split("\n").length ?? 0,
    binary: false,
  }));
}
