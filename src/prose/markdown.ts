/** The few pieces of Markdown our bodies are made of. What they are given is neutral already, except in `code` and `cell`. */

import { oneLine, plain } from "#prose/hostile.ts";

/** GitHub refuses bodies above 65,536 characters; the rest is room for what GitHub counts differently. */
const MOST_IN_BODY = 60_000;

export function section(title: string, body: string): string {
  return `### ${title}\n\n${body}`;
}

export function bullets(entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}`).join("\n");
}

export function checklist(entries: readonly string[]): string {
  return entries.map((entry) => `- [ ] ${entry}`).join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Foreign text for one cell of a table: a pipe divides cells even within code, unless it is escaped. */
export function cell(text: string, most: number): string {
  return plain(text, most)
    .replace(/\\(?=\|)/gu, "\\\u200B")
    .replaceAll("|", "\\|");
}

/** A path or a name in a code span it cannot leave. */
export function code(text: string, most = 200): string {
  return `\`${oneLine(text, most)
    .replaceAll("`", "'")
    .replace(/<(?=!--)/gu, "<\u200B")}\``;
}

/** With a full stop, unless it ends like a sentence already. */
export function sentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}

/** Lists of which at most `most` entries are told, the rest counted. */
export function cut(entries: readonly string[], most: number, what: string): string[] {
  const beyond = entries.length - most;
  return beyond <= 0 ? [...entries] : [...entries.slice(0, most), `and ${beyond} more ${what}`];
}

/** How much of foreign lists and sentences is told. */
export type Room = { entries: number; words: number };

/** The text with as much room as GitHub leaves; with the last of the rooms if none is small enough. */
export function fitting(rooms: readonly Room[], print: (room: Room) => string): string {
  let body = "";
  for (const room of rooms) {
    body = print(room);
    if (body.length <= MOST_IN_BODY) break;
  }
  return body;
}

/** Whether a marker of ours stands on a line of its own. Neutral text cannot make such a line. */
export function hasMarker(body: string, marker: string): boolean {
  return body.split(/\r?\n/u).includes(marker);
}
