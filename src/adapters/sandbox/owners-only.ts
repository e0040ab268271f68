/** What a process of root's may read and nobody else: hidden from sandboxes that root itself starts. Changes nothing. */

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where a system keeps such things outside the folders that are hidden anyway, and how deep is looked for them. */
const PLACES: Readonly<Record<string, number>> = {
  "/etc": 3,
  "/var": 3,
  "/opt": 1,
  "/srv": 1,
  "/sys/kernel": 1,
};

/** Bits of a mode: others may read a file, or enter and list a folder. */
const [READ, ENTER] = [0o004, 0o005];

export type OwnersOnly = { files: readonly string[]; folders: readonly string[] };

/**
 * Root in a user namespace is still the owner of root's files, whatever it is called inside. A sandbox of another
 * user's needs none of this: the kernel refuses it.
 */
export function ownersOnly(places = PLACES): OwnersOnly {
  const found = { files: [] as string[], folders: [] as string[] };
  const look = (folder: string, left: number): void => {
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      const entry = lstatSync(path, { throwIfNoEntry: false });
      if (entry?.isFile() && (entry.mode & READ) === 0) found.files.push(path);
      if (!entry?.isDirectory()) continue;
      if ((entry.mode & ENTER) !== ENTER) found.folders.push(path);
      else if (left > 1) look(path, left - 1);
    }
  };
  for (const [place, depth] of Object.entries(places)) look(place, depth);
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
