/** The changelog's entry of a landed milestone. Adds one line at its place; never reorders or rewrites another. */

import type { Milestone } from "#core/milestone.ts";
import type { Roadmap } from "#core/roadmap.ts";
import { type Line, type Scan, scanLines } from "#core/roadmap-lines.ts";

const BYTE_ORDER_MARK = "\uFEFF";
const TITLE = "# Changelog";
const SECTION = "## Unreleased";

/**
 * The changelog with the milestone under `Unreleased`, which is made if it is missing. Entries stand in the
 * roadmap's order, so that the text does not depend on the order of landing; one that is there stays as it is.
 */
export function renderChangelog(
  before: string | null,
  entry: Pick<Milestone, "id" | "title">,
  roadmap: Roadmap,
): string {
  const mark = before?.startsWith(BYTE_ORDER_MARK) === true ? BYTE_ORDER_MARK : "";
  const text = (before ?? "").slice(mark.length);
  const end = /\r\n|\n|\r/u.exec(text)?.[0] ?? "\n";
  const lines = text.trim() === "" ? [TITLE, ""] : text.split(/\r\n|\n|\r/u);
  const ends = [...text.matchAll(/\r\n|\n|\r/gu)].map(([written]) => written);
  const scan = scanLines(lines.join("\n"));
  const order = new Map(roadmap.milestones.map(({ id }, index) => [id.toLowerCase(), index]));
  const words = `- **${entry.id}** ${entry.title.replace(/\s+/gu, " ").trim()}`.trimEnd();
  const insertion = insert(scan, words, { id: entry.id.toLowerCase(), order });
  if (insertion === null) return before ?? "";
  const head = lines.slice(0, insertion.at).map((line, index) => line + (ends[index] ?? end));
  const tail = lines.slice(insertion.at).map((line, index) => line + (ends[insertion.at + index] ?? ""));
  const body = insertion.lines.map((line) => line + end);
  return mark + head.join("") + body.join("") + tail.join("");
}

/** The changelog without the milestone's entry under `Unreleased`, and without what is indented below it. */
export function takeOutOfChangelog(text: string, id: string): string {
  const written = text.split(/(?<=\r\n|\n|\r(?!\n))/u);
  const { lines } = scanLines(written.map((line) => line.replace(/\r\n$|\n$|\r$/u, "")).join("\n"));
  const section = lines.findIndex(({ heading }) => heading?.level === 2 && isUnreleased(heading.text));
  const after = lines.findIndex(
    ({ heading }, index) => index > section && heading !== null && heading.level <= 2,
  );
  const end = after < 0 ? lines.length : after;
  const at = lines.findIndex(
    (line, index) => index > section && index < end && entryId(line) === id.toLowerCase(),
  );
  if (section < 0 || at < 0) return text;
  let below = at + 1;
  while (below < end && /^\s+\S/u.test(lines[below]?.text ?? "")) below += 1;
  return [...written.slice(0, at), ...written.slice(below)].join("");
}

type Insertion = { at: number; lines: string[] };
type Place = { id: string; order: ReadonlyMap<string, number> };

/** What to insert before which line; null if the entry is there. */
function insert({ lines, unclosed }: Scan, words: string, { id, order }: Place): Insertion | null {
  const section = lines.findIndex(({ heading }) => heading?.level === 2 && isUnreleased(heading.text));
  if (section < 0) return newSection(lines, words, unclosed?.line.number ?? null);
  const after = lines.findIndex(
    ({ heading }, index) => index > section && heading !== null && heading.level <= 2,
  );
  const end = after < 0 ? lines.length : after;
  const names = lines.slice(0, end).map((line, at) => ({ at, name: at > section ? entryId(line) : "" }));
  if (names.some(({ name }) => name === id)) return null;
  const entries = names.filter(({ name }) => order.has(name));
  const rank = order.get(id) ?? Number.POSITIVE_INFINITY;
  const next = entries.find(({ name }) => (order.get(name) ?? 0) > rank);
  if (next !== undefined) return { at: next.at, lines: [words] };
  const last = entries.at(-1);
  if (last === undefined) return firstEntry(lines, section, words);
  let at = last.at + 1;
  while (at < end && /^\s+\S/u.test(lines[at]?.text ?? "")) at += 1;
  return { at, lines: [words] };
}

function isUnreleased(heading: string): boolean {
  return /^\[?unreleased\]?(?:$|[\s(])/iu.test(heading);
}

/** The name an entry begins with, in lower case; empty if the line is none. */
function entryId(line: Line | undefined): string {
  const written = line === undefined || line.opaque ? "" : line.text;
  return /^ {0,3}[-*+][ \t]+\*{0,2}([^\s*]+)\*{0,2}(?:[\s:]|$)/u.exec(written)?.[1]?.toLowerCase() ?? "";
}

/** Before the newest release; else at the end, or before the line number from which an open fence hides the rest. */
function newSection(lines: readonly Line[], words: string, hidden: number | null): Insertion {
  const release = lines.findIndex(({ heading }) => heading?.level === 2);
  const before = release < 0 && hidden !== null ? hidden - 1 : release;
  if (before >= 0) return { at: before, lines: [...gap(lines[before - 1]), SECTION, "", words, ""] };
  const at = lines.at(-1)?.text === "" ? lines.length - 1 : lines.length;
  return { at, lines: [...gap(lines[at - 1]), SECTION, "", words] };
}

/** Right below the section's heading, apart from what follows unless that is a list. */
function firstEntry(lines: readonly Line[], section: number, words: string): Insertion {
  const below = section + (lines[section]?.heading?.underlined === true ? 2 : 1);
  const isApart = lines[below]?.text.trim() === "";
  const at = isApart ? below + 1 : below;
  const isFollowed = !/^\s*$|^ {0,3}[-*+][ \t]/u.test(lines[at]?.text ?? "");
  return { at, lines: [...(isApart ? [] : [""]), words, ...(isFollowed ? [""] : [])] };
}

/** A blank line, if the line above is not one. */
function gap(above: Line | undefined): string[] {
  return above === undefined || above.text.trim() === "" ? [] : [""];
}
