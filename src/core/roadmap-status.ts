/** How a status is written: three emojis and a short list of words. Reads and rewrites them; decides nothing. */

import type { MilestoneStatus } from "#core/milestone.ts";

export type MarkedStatus = Exclude<MilestoneStatus, "unmarked">;

/** One status as written, from `start` to `end` of its text. */
export type Marker = { status: MarkedStatus; start: number; end: number; written: string };

const EMOJI: Record<MarkedStatus, string> = { planned: "📝", "in-progress": "🚧", done: "✅" };

/** Planned words and done words in pairs, so that a status set to done and back is spelled as before. */
const WORDS: Record<string, { status: MarkedStatus; opposite: string }> = {
  planned: { status: "planned", opposite: "done" },
  todo: { status: "planned", opposite: "completed" },
  "not started": { status: "planned", opposite: "complete" },
  "in progress": { status: "in-progress", opposite: "done" },
  "in-progress": { status: "in-progress", opposite: "done" },
  wip: { status: "in-progress", opposite: "done" },
  done: { status: "done", opposite: "planned" },
  completed: { status: "done", opposite: "todo" },
  complete: { status: "done", opposite: "not started" },
};
const WORD = Object.keys(WORDS).join("|");

const WORD_HERE = new RegExp(`(?:${WORD})(?![\\p{L}\\p{N}_])`, "iuy");
const WORD_LAST = new RegExp(
  `(?<before>^|[(\\[]\\s*|\\s-\\s*|[—–·|:：]\\s*|\\p{Extended_Pictographic}\\uFE0F?\\s*)[*_\`]*(?<word>${WORD})[*_\`]*\\s*(?<close>[)\\]]?)$`,
  "iu",
);
const EMOJI_HERE =
  /\p{Extended_Pictographic}[\uFE0E\uFE0F\u{1F3FB}-\u{1F3FF}]*(?:\u200D\p{Extended_Pictographic}[\uFE0E\uFE0F]*)*/uy;
const DECORATION_HERE = /[\s*_`[(]*/uy;
const EMPHASIS_HERE = /[\s*_`)\]]*/uy;

/** Longer than any status word with its brackets. */
const TAIL = 40;

function sticky(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function emojiMarker(written: string, start: number): Marker | null {
  for (const status of ["planned", "in-progress", "done"] as const) {
    const emoji = EMOJI[status];
    if (written.startsWith(emoji)) return { status, start, end: start + emoji.length, written: emoji };
  }
  return null;
}

function wordMarker(written: string, start: number): Marker | null {
  const word = WORDS[written.toLowerCase()];
  return word === undefined ? null : { status: word.status, start, end: start + written.length, written };
}

/**
 * Reads emojis and at most one status word from `at` on, decoration between them skipped. `end` is behind the last
 * of them; emojis that are no status count as decoration.
 */
export function markersFrom(text: string, at: number): { markers: Marker[]; end: number } {
  const markers: Marker[] = [];
  let end = at;
  let word: Marker | null = null;
  for (;;) {
    const begin = end + sticky(word === null ? DECORATION_HERE : EMPHASIS_HERE, text, end).length;
    const emoji = sticky(EMOJI_HERE, text, begin);
    const written: string = emoji === "" && word === null ? sticky(WORD_HERE, text, begin) : "";
    if (emoji + written === "") return { markers, end };
    if (written !== "") word = wordMarker(written, begin);
    const found = emoji === "" ? word : emojiMarker(emoji, begin);
    if (found !== null) markers.push(found);
    end = begin + emoji.length + written.length;
  }
}

/** Reads markers backwards from the end of `text`, never past `from`. `end` is where the text before them ends. */
export function markersAtEnd(text: string, from: number): { markers: Marker[]; end: number } {
  const markers: Marker[] = [];
  let end = textEnd(text, from, text.length);
  for (;;) {
    const found = lastEmoji(text, from, end) ?? lastWord(text, from, end);
    if (found === null) return { markers, end };
    markers.push(found.marker);
    end = textEnd(text, from, found.before);
  }
}

function textEnd(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && /[\s*_]/u.test(text.charAt(at - 1))) at -= 1;
  return at;
}

function lastEmoji(text: string, from: number, end: number): { marker: Marker; before: number } | null {
  let at = end;
  while (at > from && /[\uFE0E\uFE0F)\]]/u.test(text.charAt(at - 1))) at -= 1;
  for (const start of [at - 1, at - 2]) {
    const marker = start < from ? null : emojiMarker(text.slice(start, at), start);
    if (marker === null || marker.end !== at) continue;
    const closed = /[)\]]/u.test(text.slice(at, end));
    if (closed && !/[([]/u.test(text.charAt(start - 1))) return null;
    return { marker, before: closed ? start - 1 : start };
  }
  return null;
}

function lastWord(text: string, from: number, end: number): { marker: Marker; before: number } | null {
  const head = Math.max(from, end - TAIL);
  const cut = head > from ? "x" : "";
  const match = WORD_LAST.exec(cut + text.slice(head, end));
  const { before = "", word = "", close = "" } = match?.groups ?? {};
  if (match === null || (close !== "" && !/^[([]/u.test(before))) return null;
  const begins = head + match.index - cut.length;
  const start = head - cut.length + match.index + match[0].lastIndexOf(word);
  const marker = wordMarker(word, start);
  const keepsEmoji = /^\p{Extended_Pictographic}/u.exec(before)?.[0].length ?? 0;
  return marker === null ? null : { marker, before: begins + keepsEmoji };
}

/** Whether what follows a status leaves it standing: nothing, a full stop, or something set off from it. */
export function leavesStatusStanding(rest: string): boolean {
  return /^[\s*_`)\]]*(?:$|[.,;:：(|·—–-])/u.test(rest);
}

/** The marker's text for another status, in the same form and case. */
export function rewritten(marker: Marker, status: "planned" | "done"): string {
  if (marker.status === status) return marker.written;
  const word = WORDS[marker.written.toLowerCase()];
  if (word === undefined) return EMOJI[status];
  const plain = WORDS[word.opposite]?.status === status ? word.opposite : status;
  if (marker.written === marker.written.toUpperCase()) return plain.toUpperCase();
  const first = marker.written.charAt(0);
  return first === first.toUpperCase() ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain;
}
