/** What an attempt writes down for people and for whoever goes on after it. Texts of a model: nothing is ever decided by them. */

import type { Slug } from "#core/milestone.ts";
import type { Meter } from "#core/outcome.ts";
import { visible } from "#core/roadmap-hidden.ts";

/** By the names of their files; only those that were left. */
export type Notes = Partial<Record<NoteName, string>>;

/** `state.md` says what is under way, `plan.md` what is to be done, `test-report.md` what was tried. */
export const NOTE_NAMES = ["state.md", "plan.md", "test-report.md"] as const;
export type NoteName = (typeof NOTE_NAMES)[number];

/** What is left of an attempt, whatever became of its job. Untrusted, down to the last byte. */
export type Checkpoint = {
  notes: Notes;
  /** Its change as of the last step that was green, as a binary patch. */
  patch: Uint8Array | null;
  /** What it had used when it was last heard of. */
  meter: Meter | null;
};

/** Characters of a note that are kept. A state that is cut is none: this has room for a long one, in words and for the machine. */
export const MOST_CHARACTERS = 200_000;

/** The text as it is kept: no characters that do not show, and not without end. Null when nothing is left to read. */
export function noteOf(text: string): string | null {
  const shown = visible(text.replaceAll("\r\n", "\n")).replaceAll(/(?![\n\t])\p{Cc}/gu, "");
  const kept = shown.length > MOST_CHARACTERS ? `${shown.slice(0, MOST_CHARACTERS)}\n\n(cut here)\n` : shown;
  return kept.trim() === "" ? null : kept;
}

/** Where a note lies on the state branch. */
export function notePath({ slug, attempt }: { slug: Slug; attempt: number }, name: NoteName): string {
  return `attempts/${slug}/${attempt}/${name}`;
}

export function noteEntries(notes: Notes): [NoteName, string][] {
  return NOTE_NAMES.flatMap((name) => {
    const text = notes[name];
    return text === undefined ? [] : [[name, text] as [NoteName, string]];
  });
}
