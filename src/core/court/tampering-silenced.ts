/** Linters, type checkers and coverage tools that are told to look away. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import { addedLines, objected, quoted } from "#core/court/tampering-text.ts";
import type { Kind } from "#core/milestone.ts";

const COVERAGE =
  /\b(?:istanbul|c8|v8|node:coverage)\s+(?:ignore|disable)\b|pragma:\s*no\s*(?:cover|branch)\b|\bcoverage:ignore\b/i;

/** A whole file, or every rule at once. */
const WHOLE =
  /@ts-nocheck\b|eslint-disable\s*(?:\*\/|--|$)|(?:istanbul|c8|v8)\s+ignore\s+file\b|biome-ignore-all\b|#\s*(?:mypy:\s*ignore-errors|ruff:\s*noqa|flake8:\s*noqa|pylint:\s*(?:skip-file|disable=all)|type:\s*ignore\s*$)|oxlint-disable\s*(?:\*\/|$)|stryker disable all/i;
const FIRST_LINES = /^\s*#\s*type:\s*ignore\s*$/;
const INLINE =
  /\beslint-disable(?:-next-line|-line)?\b|@ts-(?:ignore|expect-error)\b|\bbiome-ignore\b|#\s*noqa\b|\/\/\s*nolint\b|#\s*type:\s*ignore\b|#\s*pylint:\s*disable\b|\bstryker disable\b/;

/** Rules whose silence in a test hides that it asserts nothing or does not run. */
const TEST_RULES =
  /expect-expect|no-focused|no-disabled|no-skipped|valid-expect|no-conditional-expect|no-standalone-expect|noFocusedTests|noSkippedTests|floating-promises/;

export function silencedChecks(files: readonly ChangedFile[], kind: Kind): Objection[] {
  return files.flatMap((file) => {
    const comments = commentLines(file);
    const found = comments.find(({ text, line }) => isSilencing(file, { text, line }, kind));
    if (!found) return [];
    return [
      objected("silenced check", file, found.line, {
        because: `${quoted(found.text)} was added`,
        remedy: "Fix what the check says, or silence one named rule on one line of source",
      }),
    ];
  });
}

/** Added lines of which the parser says that they hold a comment. */
function commentLines(file: ChangedFile): { line: number; text: string }[] {
  const outline = file.after?.outline;
  if (!outline) return [];
  const added = new Set(addedLines(file).map(({ line }) => line));
  return outline.comments
    .filter(({ line }) => added.has(line))
    .filter(({ text }) => !file.before?.outline?.comments.some((comment) => comment.text === text));
}

function isSilencing(
  { isTest }: ChangedFile,
  { text, line }: { text: string; line: number },
  kind: Kind,
): boolean {
  if (COVERAGE.test(text)) return kind === "coverage" || isTest || WHOLE.test(text);
  if (FIRST_LINES.test(text)) return line <= 5;
  if (WHOLE.test(text)) return true;
  if (!isTest || !INLINE.test(text)) return false;
  return TEST_RULES.test(text) || isBare(text);
}

/** No rule is named. A type error that a test expects on purpose is named by its own comment. */
function isBare(text: string): boolean {
  if (/@ts-expect-error/.test(text)) return false;
  return /@ts-ignore\b|eslint-disable(?:-next-line|-line)?\s*(?:\*\/|$)|#\s*noqa\s*$|\/\/\s*nolint\s*$|#\s*type:\s*ignore\s*$/.test(
    text,
  );
}
