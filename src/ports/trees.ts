/** What `plan` and `publish` may do with what attempts left: stage it as bytes and look at the tree. Runs nothing of it. */

import type { PackageChange, TreeChange } from "#core/bounds.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Notes } from "#core/notes.ts";
import type { Observation } from "#core/observation.ts";
import type { Staged } from "#ports/workbench.ts";

export interface Trees {
  stage(base: Sha, patch: Uint8Array, milestone: Milestone, observation: Observation): Promise<Staged>;
  /** The change a milestone commit made to its parent, without the rendered files, as a binary patch. */
  changeOf(commit: Sha): Promise<Uint8Array>;
  /** What an attempt noted, as it was kept. Empty when nothing was. */
  notesOf(attempt: { slug: Slug; attempt: number }): Promise<Notes>;
  /** Everything that differs, with the texts of changed package.json files and the paths of the base. */
  changes(base: Sha, tree: Sha): Promise<TreeDifference>;
}

export type TreeDifference = {
  changes: TreeChange[];
  packages: PackageChange[];
  basePaths: string[];
};
