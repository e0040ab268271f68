/** One workflow run while it runs: what all its levels share. Holds state, performs nothing. */

import type { WorkflowRun } from "#rehearsal/seams.ts";
import type { GithubFacts } from "./facts.ts";
import type { Machine } from "./machine.ts";

export type LiveRun = {
  machine: Machine;
  run: WorkflowRun;
  github: GithubFacts;
  /** Folder names already given to jobs. */
  folders: Set<string>;
};

/** `build / test (a, b)` as a folder, unique in its run in any file system. */
export function folderOf(live: LiveRun, name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|-+$/g, "");
  const base = plain.slice(0, LONGEST_FOLDER) || "job";
  for (let count = 1; ; count += 1) {
    const folder = count === 1 ? base : `${base}-${count}`;
    if (live.folders.has(folder.toLowerCase())) continue;
    live.folders.add(folder.toLowerCase());
    return folder;
  }
}

const LONGEST_FOLDER = 80;

/** Names in the run's folder that are no job's. */
export const RESERVED_FOLDERS = ["artifacts", "run"];
