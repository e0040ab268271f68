/** Recorded output that tests compare with: whether it follows its source, or only makes a test green. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import { isDocument } from "#core/court/kinds.ts";
import type { Objection } from "#core/court/objection.ts";
import { addedLines, objected } from "#core/court/tampering-text.ts";

const SNAPSHOT =
  /(?:\.snap|\.ambr|\.golden|\.approved\.\w+|\.snapshot)$|(?:^|\/)__(?:image_)?snapshots__\/|(?:^|\/)testdata\/.*(?:golden|expected|want)/;

/** Snapshots of the base that changed although nothing they could show did. */
export function snapshotOnly(files: readonly ChangedFile[]): Objection[] {
  if (files.some(isShown)) return [];
  return files
    .filter(({ path, before }) => before && SNAPSHOT.test(path))
    .map((file) =>
      objected("snapshot only", file, addedLines(file)[0]?.line ?? null, {
        because: "the snapshot changed although no source did",
        remedy: "Leave the snapshot as it is, or change the source it shows in the same milestone",
      }),
    );
}

/**
 * Snapshots that say all they said on base, in the same order, and something more, because a source they may show
 * changed: nothing that was promised is gone. What a snapshot says instead of something else is the owner's to allow.
 */
export function grownSnapshots(files: readonly ChangedFile[]): string[] {
  if (!files.some(isShown)) return [];
  return files
    .filter(
      ({ path, before, after }) => SNAPSHOT.test(path) && before && after && grows(before.text, after.text),
    )
    .map(({ path }) => path);
}

function isShown({ path, isTest }: ChangedFile): boolean {
  return !isTest && !SNAPSHOT.test(path) && !isDocument(path);
}

function grows(before: string, after: string): boolean {
  const now = wordsOf(after);
  let from = 0;
  return wordsOf(before).every((word) => {
    from = now.indexOf(word, from) + 1;
    return from > 0;
  });
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_.$%-]+|[^\s\p{L}\p{N}]/gu) ?? [];
}
