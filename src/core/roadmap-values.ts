/** The values of a milestone's list fields: paths, commands, dependencies. Reads them; resolves nothing. */

import { Complexity, type Kind } from "#core/milestone.ts";
import { type Complain, quoted } from "#core/roadmap-diagnostics.ts";
import { entryText, type Field, type Piece } from "#core/roadmap-fields.ts";
import { idHere } from "#core/roadmap-headings.ts";
import { bare, codeSpans, tidy, withoutCode } from "#core/roadmap-inline.ts";

/** One thing a milestone waits for, as written. A range such as `M1–M3` has both ends. */
export type Reference = { text: string; from: string | null; to: string | null; spot: Piece };

const NOTHING = /^(?:none|nothing|n\/a|no|[—–-])?\.?$/iu;
const PATH = /^[^\s`"'<>|]*[^\s`"'<>|.,;:]$/u;
const CONNECTS = /(?:^|\s)(?:and|or|as well as)(?:\s|$)/giu;

/** Paths or globs. Null if the field speaks of something else: a `Scope` in prose is nobody's list of paths. */
export function readPaths(field: Field, complain: Complain): string[] | null {
  const parts = field.entries.flatMap((entry) => commaSeparated(entryText(entry)));
  if (parts.length > 0 && parts.every((part) => isAnything(part, field))) return [];
  const paths = parts.flatMap(pathsIn);
  if (field.label.startsWith("scope") && !(paths.length > 0 && paths.every(isPath))) return null;
  const unread = parts.find((part) => pathsIn(part).length === 0);
  const outside = paths.find((path) => /^[/~]|^[A-Za-z]:|(?:^|\/)\.\.(?:\/|$)/u.test(path));
  const spot = field.entries[0]?.pieces[0] ?? field.place;
  if (unread !== undefined) {
    complain("ROADMAP_PATHS_UNREADABLE", spot, `${quoted(unread)} is no path or glob.`);
  } else if (outside !== undefined) {
    complain("ROADMAP_PATHS_UNREADABLE", spot, `${quoted(outside)} lies outside the repository.`);
  } else if (paths.length === 0) {
    complain("ROADMAP_PATHS_UNREADABLE", spot, `The field ${quoted(field.label)} is empty.`);
  }
  return paths;
}

/** “anywhere” sets no bounds, and allowing nothing allows nothing. */
function isAnything(part: string, { kind }: Field): boolean {
  const words = kind === "allows" ? NOTHING : /^(?:any|anything|anywhere|everything)\.?$/iu;
  return words.test(part);
}

/** The code spans of a part that holds nothing else but a remark behind them, or the part itself if it is a path. */
function pathsIn(part: string): string[] {
  const spans = codeSpans(part).filter(({ code }) => code !== "");
  const words = /^\s*(?:[(—–-]|\.?$)/u.test(withoutCode(part));
  if (spans.length > 0) return words ? spans.map(({ code }) => code) : [];
  const plain = part.replace(/\.$/u, "");
  return isPath(plain) ? [plain] : [];
}

/** A single word that looks like a path: it has a slash, a dot or a star, or it is a plain file name. */
function isPath(text: string): boolean {
  return PATH.test(text) && (/[/.*]/u.test(text) || /^[A-Z][A-Za-z]*file$/u.test(text));
}

/** Splits at commas, semicolons and “and”, but not within braces or code. */
function commaSeparated(text: string): string[] {
  const plain = withoutCode(text).replace(CONNECTS, (word) => ",".padEnd(word.length));
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at];
    if (character === "{") depth += 1;
    else if (character === "}") depth = Math.max(0, depth - 1);
    else if (character === ";" || (character === "," && depth === 0)) {
      parts.push(text.slice(from, at));
      from = at + (/^,\s/u.test(plain.slice(at, at + 2)) ? connectorLength(text, at) : 1);
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** How much of the text at a separator is the separator: one character, or a connecting word. */
function connectorLength(text: string, at: number): number {
  return /^\s*(?:and|or|as well as)(?=\s|$)/iu.exec(text.slice(at, at + 16))?.[0].length ?? 1;
}

/** Commands: every code span, or a whole entry that has none. */
export function readCommands(field: Field): string[] {
  return field.entries.flatMap((entry) => {
    const text = entryText(entry);
    const spans = codeSpans(text).map(({ code }) => code);
    return (spans.length > 0 ? spans : [text]).filter((command) => !NOTHING.test(command));
  });
}

/** What people call each kind, without blanks and hyphens. */
const KINDS: Readonly<Record<string, Kind>> = {
  feature: "feature",
  fix: "fix",
  bugfix: "fix",
  bug: "fix",
  refactoring: "refactoring",
  refactor: "refactoring",
  cleanup: "refactoring",
  migration: "migration",
  upgrade: "migration",
  coverage: "coverage",
  tests: "coverage",
  documentation: "documentation",
  docs: "documentation",
};

/** The kind of change, as its owner calls it. */
export function readKind(field: Field, complain: Complain): Kind | null {
  const text = wholeOf(field);
  const word = bare(text).replace(/\.$/u, "").toLowerCase().replace(/[\s-]/gu, "");
  if (Object.hasOwn(KINDS, word)) return KINDS[word] ?? null;
  const spot = field.entries[0]?.pieces[0] ?? field.place;
  const message = text === "" ? "The kind is empty." : `${quoted(text)} is no kind of milestone.`;
  complain("ROADMAP_KIND_UNREADABLE", spot, message);
  return null;
}

/** How much work its owner takes it for. */
export function readComplexity(field: Field, complain: Complain): Complexity | null {
  const text = wholeOf(field);
  const read = Complexity.safeParse(bare(text).replace(/\.$/u, "").toLowerCase());
  if (read.success) return read.data;
  const spot = field.entries[0]?.pieces[0] ?? field.place;
  const message = text === "" ? "The complexity is empty." : `${quoted(text)} is no complexity.`;
  complain("ROADMAP_COMPLEXITY_UNREADABLE", spot, message);
  return null;
}

/** The one command in a code span whose printed number is the metric; a remark may follow it. */
export function readMetric(field: Field, complain: Complain): string | null {
  const text = wholeOf(field);
  const [span, ...more] = codeSpans(text);
  const isOne = span !== undefined && more.length === 0 && span.start === 0 && span.code !== "";
  if (isOne && /^\s*(?:[(—–-].*)?\.?$/u.test(text.slice(span.end))) return span.code;
  const spot = field.entries[0]?.pieces[0] ?? field.place;
  const message = text === "" ? "The metric is empty." : `${quoted(text)} is not one command in backticks.`;
  complain("ROADMAP_METRIC_UNREADABLE", spot, message);
  return null;
}

function wholeOf(field: Field): string {
  return tidy(field.entries.map(entryText).join(" "));
}

/** Every reference of a dependency field; “none” and its kind are an empty list. */
export function readReferences(field: Field): Reference[] {
  return field.entries.flatMap((entry) => {
    const [spot] = entry.pieces;
    const text = withoutNotes(entryText(entry));
    if (spot === undefined) return [];
    return text
      .split(/[,;&+]|(?:^|\s)and(?=\s|$)|(?:^|\s)or(?=\s|$)/iu)
      .map((part) => bare(part.replaceAll("`", "")).replace(/\.$/u, ""))
      .filter((part) => !NOTHING.test(part))
      .map((part) => ({ ...reference(part), spot }));
  });
}

function reference(part: string): Omit<Reference, "spot"> {
  const from = idOrRangeStart(part);
  if (from === null) return { text: part, from: null, to: null };
  const dash = /^\s*(?:[–—-]|\.\.|to\s)\s*/iu.exec(part.slice(from.end))?.[0].length ?? 0;
  const to = dash === 0 ? null : idHere(part, from.end + dash);
  return { text: part, from: from.id, to: to?.id ?? null };
}

/** An id; one that is refused as a name because a range follows is read for itself. */
function idOrRangeStart(part: string): { id: string; end: number } | null {
  const whole = idHere(part, 0);
  if (whole !== null) return whole;
  const range = /^([A-Za-z]+ ?\d+(?:\.\d+)*)(?=[–-][A-Za-z]*\d)/u.exec(part)?.[1];
  return range === undefined ? null : idHere(range, 0);
}

/** The text without remarks in brackets, links reduced to their words. */
function withoutNotes(text: string): string {
  return tidy(text.replace(/\[([^[\]]*)\]\([^()]*\)/gu, "$1").replace(/\([^()]*\)/gu, " "));
}
