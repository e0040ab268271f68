/** What two trees differ in, file by file, as `files` of a pull or a comparison. Asks git, changes nothing. */

import { type Json, repositoryApi, repositoryPage } from "#rehearsal/forge/faces.ts";
import type { World } from "#rehearsal/forge/world.ts";

const KINDS: Readonly<Record<string, string>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** `from` null: everything in `to` is new. Renames are found as GitHub finds them. */
export async function filesBetween(world: World, from: string | null, to: string): Promise<Json[]> {
  const empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  const diff = ["diff", "-M", from ?? empty, to];
  const [raw, numbers, text] = await Promise.all([
    world.git.ask([...diff, "--raw", "--abbrev=40", "-z"]),
    world.git.ask([...diff, "--numstat", "-z"]),
    world.git.ask(diff),
  ]);
  const counts = readNumbers(numbers);
  const patches = text.split(/^diff --git .*$/m).slice(1);
  return readRaw(raw).map((entry, index) => {
    const [additions, deletions] = counts[index] ?? [0, 0];
    const hunks = patches[index]?.indexOf("\n@@") ?? -1;
    const patch = hunks < 0 ? {} : { patch: patches[index]?.slice(hunks + 1).replace(/\n$/, "") };
    const path = entry.filename.split("/").map(encodeURIComponent).join("/");
    return {
      ...entry,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${repositoryPage(world)}/blob/${to}/${path}`,
      raw_url: `${repositoryPage(world)}/raw/${to}/${path}`,
      contents_url: `${repositoryApi(world)}/contents/${path}?ref=${to}`,
      ...patch,
    };
  });
}

type Entry = { sha: string; filename: string; status: string; previous_filename?: string };

function readRaw(raw: string): Entry[] {
  const fields = raw.split("\0");
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [, , before = "", after = "", letter = ""] = (fields[at] ?? "").split(" ");
    const status = KINDS[letter.charAt(0)] ?? "changed";
    const moved = status === "renamed" || status === "copied";
    const filename = fields[at + (moved ? 2 : 1)] ?? "";
    const previous = moved ? { previous_filename: fields[at + 1] ?? "" } : {};
    entries.push({ sha: status === "removed" ? before : after, filename, status, ...previous });
    at += moved ? 3 : 2;
  }
  return entries;
}

/** Binary files count as nothing added and nothing removed. */
function readNumbers(numbers: string): [number, number][] {
  const fields = numbers.split("\0");
  const counts: [number, number][] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [additions = "", deletions = "", name = ""] = (fields[at] ?? "").split("\t");
    counts.push([Number(additions) || 0, Number(deletions) || 0]);
    at += name === "" ? 3 : 1;
  }
  return counts;
}
