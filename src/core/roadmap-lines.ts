/**
 * Markdown as lines: which are headings, and which are no structure at all (fences, comments, quotes, front
 * matter, indented code). It follows CommonMark as far as a roadmap needs it and never looks at what a line says.
 */

import { blank, blankComments } from "#core/roadmap-inline.ts";

export type Heading = {
  level: number;
  text: string;
  /** 0-based index of the heading's text in its line. */
  at: number;
  /** Written by underlining a line, which may have been meant as a line and a rule. */
  underlined: boolean;
};

export type Line = {
  /** 1-based. */
  number: number;
  /** Where the line begins in the whole text, in UTF-16 units. */
  offset: number;
  /** The line without its end; HTML comments are blanked, so that every column stays. */
  text: string;
  /** Fence, comment, quote, front matter or indented code: says nothing about milestones. */
  opaque: boolean;
  heading: Heading | null;
  /** A thematic break. */
  rule: boolean;
  /** How many list items the line stands in. */
  depth: number;
};

/** A fence or comment that never ends and so hides the rest of the file. `at` is 0-based in its line. */
export type Unclosed = { line: Line; at: number; what: "code fence" | "comment" };
export type Scan = { lines: Line[]; unclosed: Unclosed | null };

type Open =
  | { block: "fence"; mark: string; length: number; base: number; line: Line; at: number }
  | { block: "html"; end: RegExp; line: Line; at: number }
  | { block: "comment" };

type State = {
  /** The columns at which the content of the open list items begins, outermost first. */
  lists: number[];
  /** A paragraph is open, which the next line may continue. */
  paragraph: boolean;
  /** The line that is the whole open paragraph, if it has only one: a setext heading in waiting. */
  single: Line | null;
  /** A paragraph in a block quote is open. */
  quote: boolean;
  open: Open | null;
};

const BLOCK_START =
  /^(?:#{1,6}(?:[ \t]|$)|>|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|`{3}|~{3}|<!--|<(?:pre|script|style|textarea)\b|(?:[-*_][ \t]*){3,}$)/iu;
/** A list may break into a paragraph only if its first item is not empty, and is a bullet or the number 1. */
const INTERRUPTING_LIST = /^(?:[-*+]|1[.)])[ \t]+\S/u;
const NUMBERED = /^(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/u;
const LIST_MARKER = /^(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)/u;
const COMMENT_END = /-->/u;
/** Lists within lists beyond this are read as text: nobody means them, and a hostile line must stay cheap. */
const MAX_DEPTH = 64;

/** Reads a whole text, BOM included, in linear time. */
export function scanLines(source: string): Scan {
  const lines = split(source);
  const closesLater = commentsThatClose(source, lines);
  const state: State = { lists: [], paragraph: false, single: null, quote: false, open: null };
  const first = frontMatter(lines);
  for (let index = first; index < lines.length; index += 1) {
    const line = lines[index];
    if (line !== undefined) read(line, state, closesLater(index));
  }
  const { open } = state;
  if (open === null || open.block === "comment") return { lines, unclosed: null };
  const what = open.block === "fence" ? "code fence" : "comment";
  return { lines, unclosed: { line: open.line, at: open.at, what } };
}

function split(source: string): Line[] {
  const lines: Line[] = [];
  let offset = source.startsWith("\uFEFF") ? 1 : 0;
  const ends = /\r\n|\n|\r/gu;
  ends.lastIndex = offset;
  for (let end = ends.exec(source); end !== null; end = ends.exec(source)) {
    lines.push(lineAt(source.slice(offset, end.index), offset, lines.length + 1));
    offset = ends.lastIndex;
  }
  lines.push(lineAt(source.slice(offset), offset, lines.length + 1));
  return lines;
}

function lineAt(text: string, offset: number, number: number): Line {
  return { number, offset, text, opaque: false, heading: null, rule: false, depth: 0 };
}

/** Marks the front matter, if there is a complete one, and returns the index of the line after it. */
function frontMatter(lines: Line[]): number {
  const fence = lines[0]?.text.trimEnd();
  if (fence !== "---" && fence !== "+++") return 0;
  const end = lines.findIndex(
    ({ text }, index) =>
      index > 0 && (text.trimEnd() === fence || (fence === "---" && text.trimEnd() === "...")),
  );
  for (const line of lines.slice(0, end + 1)) line.opaque = true;
  return end + 1;
}

/** Whether a comment that begins within line `index` ends on a later line of the same paragraph. */
function commentsThatClose(source: string, lines: Line[]): (index: number) => boolean {
  if (!source.includes("<!--")) return () => false;
  const closes = new Uint8Array(lines.length + 1);
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const text = lines[index]?.text.trimStart() ?? "";
    if (text === "" || BLOCK_START.test(text)) closes[index] = 0;
    else closes[index] = text.includes("-->") ? 1 : (closes[index + 1] ?? 0);
  }
  return (index) => closes[index + 1] === 1;
}

function read(line: Line, state: State, closesLater: boolean): void {
  if (state.open !== null && !readOpen(line, state, state.open)) return;
  if (!line.text.trimStart().startsWith("<!--")) hideComments(line, state, closesLater);
  if (line.text.trim() === "") {
    line.depth = state.lists.length;
    state.paragraph = false;
    state.single = null;
    state.quote = false;
    return;
  }
  readBlocks(line, state);
  if (state.open === null && !line.opaque) hideComments(line, state, closesLater);
}

function hideComments(line: Line, state: State, closesLater: boolean): void {
  if (!line.text.includes("<!--")) return;
  const { text, open } = blankComments(line.text, closesLater);
  line.text = text;
  if (open) state.open = { block: "comment" };
}

/** A line within an open fence or comment. True if something is left of it to be read as Markdown. */
function readOpen(line: Line, state: State, open: Open): boolean {
  if (open.block === "fence") {
    const { column, at } = indentOf(line.text);
    const rest = line.text.slice(at);
    if (rest !== "" && column < open.base) {
      state.open = null;
      return true;
    }
    line.opaque = true;
    const run = /^(?:`+|~+)/u.exec(rest)?.[0] ?? "";
    const closes = run.startsWith(open.mark) && run.length >= open.length && rest.trimEnd() === run;
    if (closes && column - open.base < 4) state.open = null;
    return false;
  }
  const end = (open.block === "html" ? open.end : COMMENT_END).exec(line.text);
  const upTo = end === null ? line.text.length : end.index + end[0].length;
  line.text = blank(line.text, 0, upTo);
  if (end !== null) state.open = null;
  if (open.block === "comment" && end !== null) {
    line.text = blankComments(line.text, false).text;
    line.depth = state.lists.length;
    return false;
  }
  line.opaque = line.text.trim() === "";
  return false;
}

function indentOf(text: string): { column: number; at: number } {
  let column = 0;
  let at = 0;
  for (; text[at] === " " || text[at] === "\t"; at += 1) column += text[at] === "\t" ? 4 - (column % 4) : 1;
  return { column, at };
}

function readBlocks(line: Line, state: State): void {
  let { column, at } = indentOf(line.text);
  const matched = state.lists.findIndex((content) => content > column);
  const inside = matched < 0 ? state.lists.length : matched;
  const base = state.lists[inside - 1] ?? 0;
  const starts = column - base < 4 && startsBlock(line.text.slice(at), state.paragraph && matched < 0);
  if (readContinuation(line, state, { starts, at, inside, indented: column - base >= 4 })) return;
  state.lists.length = inside;
  state.paragraph = false;
  state.quote = false;
  state.single = null;
  if (isRule(line.text.slice(at))) {
    line.rule = true;
    line.depth = inside;
    return;
  }
  for (let marker = LIST_MARKER.exec(line.text.slice(at, at + 11)); marker !== null; ) {
    const after = at + marker[0].length;
    const gap = indentOf(line.text.slice(after, after + 5)).column;
    const isBlank = line.text.slice(after).trim() === "";
    state.lists.push(column + marker[0].length + (gap > 4 || isBlank ? 1 : gap));
    column += marker[0].length + gap;
    at = after + indentOf(line.text.slice(after)).at;
    marker =
      isBlank || state.lists.length >= MAX_DEPTH || isRule(line.text.slice(at))
        ? null
        : LIST_MARKER.exec(line.text.slice(at, at + 11));
  }
  line.depth = state.lists.length;
  readLeaf(line, state, at);
}

function startsBlock(rest: string, inParagraph: boolean): boolean {
  if (!BLOCK_START.test(rest)) return false;
  return !inParagraph || !NUMBERED.test(rest) || isRule(rest) || INTERRUPTING_LIST.test(rest);
}

/** Lines that belong to the block before them: lazy and indented continuations, setext underlines, code. */
function readContinuation(
  line: Line,
  state: State,
  seen: { starts: boolean; at: number; inside: number; indented: boolean },
): boolean {
  line.depth = state.lists.length;
  if (state.paragraph && seen.inside === state.lists.length && state.single !== null && !seen.indented) {
    const rest = line.text.slice(seen.at).trimEnd();
    if (/^(?:=+|-+)$/u.test(rest) && state.single.heading === null) {
      const { at } = contentOf(state.single.text);
      const level = rest.startsWith("=") ? 1 : 2;
      state.single.heading = { level, text: state.single.text.slice(at).trimEnd(), at, underlined: true };
      line.opaque = true;
      state.paragraph = false;
      state.single = null;
      return true;
    }
  }
  if (seen.starts) return false;
  if (state.quote) line.opaque = true;
  if (state.quote || state.paragraph) {
    state.single = null;
    return true;
  }
  if (!seen.indented) return false;
  state.lists.length = seen.inside;
  line.depth = seen.inside;
  line.opaque = true;
  return true;
}

/** Where the text of a line begins, behind its list markers. */
function contentOf(text: string): { at: number } {
  return { at: /^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t]))*[ \t]*/u.exec(text)?.[0].length ?? 0 };
}

function isRule(text: string): boolean {
  return /^([-*_])[ \t]*(?:\1[ \t]*){2,}$/u.test(text);
}

/** What a line is once its containers are known: heading, quote, opening of a fence or comment, or a paragraph. */
function readLeaf(line: Line, state: State, at: number): void {
  const rest = line.text.slice(at);
  const base = state.lists.at(-1) ?? 0;
  const fence = /^(?:`{3,}(?=[^`]*$)|~{3,})/u.exec(rest)?.[0];
  const html = htmlEnd(rest);
  if (fence !== undefined) {
    line.opaque = true;
    state.open = { block: "fence", mark: fence.slice(0, 1), length: fence.length, base, line, at };
  } else if (html !== null) {
    state.open = { block: "html", end: html, line, at };
    readOpen(line, state, state.open);
  } else if (rest.startsWith(">")) {
    line.opaque = true;
    const inner = rest.replace(/^[> \t]+/u, "");
    state.quote = inner !== "" && !/^(?:#{1,6}(?:[ \t]|$)|`{3}|~{3}|<!--)/u.test(inner) && !isRule(inner);
  } else {
    line.heading = headingAt(line.text, at);
    state.paragraph = line.heading === null && rest !== "";
    state.single = state.paragraph ? line : null;
  }
}

/** What ends the HTML block that begins here; null if none begins that hides its lines. */
function htmlEnd(rest: string): RegExp | null {
  if (rest.startsWith("<!--")) return COMMENT_END;
  return /^<(?:pre|script|style|textarea)(?=[\s>]|$)/iu.test(rest)
    ? /<\/(?:pre|script|style|textarea)>/iu
    : null;
}

function headingAt(text: string, at: number): Heading | null {
  const marks = /^#{1,6}(?=[ \t]|$)/u.exec(text.slice(at, at + 8))?.[0];
  if (marks === undefined) return null;
  const start = at + marks.length + indentOf(text.slice(at + marks.length)).at;
  let end = text.trimEnd().length;
  while (text[end - 1] === "#") end -= 1;
  const closed = end <= start || text[end - 1] === " " || text[end - 1] === "\t";
  const inner = text.slice(start, closed ? Math.max(start, end) : text.length).trimEnd();
  return { level: marks.length, text: inner, at: start, underlined: false };
}
