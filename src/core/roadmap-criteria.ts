/** Acceptance criteria: sentences, and the way each is checked. Reads what is written; never runs or guesses it. */

import type { AcceptanceCriterion, Way } from "#core/milestone.ts";
import { type Complain, quoted } from "#core/roadmap-diagnostics.ts";
import { type Entry, entryText, type Field, type Piece } from "#core/roadmap-fields.ts";
import { codeSpans, tidy, withoutCode } from "#core/roadmap-inline.ts";

const CHECKBOX = /^\\?\[(?:.|\\.)?\\?\]\*?(?:\s+|$)/u;
const BRACKET = /\(\s*(?:(manual)\s*\)|(manual|run|file|test|http|browser|probe|look)\s*:)/giu;
const EXIT = String.raw`exits(?: with)?(?: code| status)? (\d{1,6})(?![\w.])`;
const CLAIM = new RegExp(`^(?:(passes)(?!\\w)|${EXIT}|prints(?= ))`, "iu");
const QUOTED = /^(?:"([^"]+)"|“([^”]+)”|'([^']+)')/u;
/** A second claim behind the first: a command that passes would not prove it. */
const FURTHER_CLAIM = /(?:^|\s)(?:and|but|while|then)\s|[,;]\s*\S/iu;

type Reading = { text: string; way: Way } | { wrong: "unreadable" | "ambiguous"; because: string };

/** Reads every criterion of a criteria field; a list's introduction that ends in a colon is none. */
export function readCriteria(field: Field, complain: Complain): AcceptanceCriterion[] {
  const hasList = field.entries.some(({ bullet }) => bullet);
  return field.entries.flatMap((entry) => {
    const text = tidy(entryText(entry).replace(CHECKBOX, ""));
    const introduces = hasList && !entry.bullet && /[:：]$/u.test(text);
    return text === "" || introduces ? [] : readEntry(text, entry, complain);
  });
}

function readEntry(text: string, entry: Entry, complain: Complain): AcceptanceCriterion[] {
  const reading = readCriterion(text);
  const spot: Piece | undefined = entry.pieces[0];
  if ("wrong" in reading) {
    const code = reading.wrong === "ambiguous" ? "ROADMAP_WAY_AMBIGUOUS" : "ROADMAP_WAY_UNREADABLE";
    if (spot !== undefined) complain(code, spot, `The criterion ${quoted(text)} ${reading.because}.`);
    return [{ text, way: { by: "none" } }];
  }
  if (reading.way.by === "none" && spot !== undefined && mentionsClaim(text)) {
    complain(
      "ROADMAP_WAY_NOT_READ",
      spot,
      `The criterion ${quoted(text)} holds a command, but says more than it proves.`,
    );
  }
  return [reading];
}

/** Reads one sentence. */
export function readCriterion(sentence: string): Reading {
  const bare = withoutCode(sentence);
  const brackets = [...bare.matchAll(BRACKET)];
  const [first, second] = brackets;
  if (first === undefined) return { text: sentence, way: readClaim(sentence) };
  const opens = first.index + first[0].length;
  const closes = first[1] === undefined ? closingBracket(bare, opens) : opens - 1;
  if (closes < 0) return { wrong: "unreadable", because: "opens a bracket that does not close" };
  if (second !== undefined && second.index > closes)
    return { wrong: "ambiguous", because: "names two ways of checking" };
  const rest = tidy(`${sentence.slice(0, first.index)} ${sentence.slice(closes + 1)}`).replace(
    / (?=[.;,]$)/u,
    "",
  );
  const text = /^[.;,\s]*$/u.test(rest) ? "" : rest;
  const keyword = (first[1] ?? first[2] ?? "").toLowerCase();
  if (keyword !== "manual" && readClaim(rest).by === "command") {
    return { wrong: "ambiguous", because: "names two ways of checking" };
  }
  return bracketWay(keyword, first[1] === undefined ? sentence.slice(opens, closes).trim() : "", text);
}

function closingBracket(bare: string, from: number): number {
  let depth = 1;
  for (let at = from; at < bare.length; at += 1) {
    if (bare[at] === "(") depth += 1;
    else if (bare[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** What a bracket says. `text` is the sentence around it; a run or a file without a sentence gets a plain one. */
function bracketWay(keyword: string, content: string, text: string): Reading {
  if (keyword === "manual") return manualWay(content, text);
  if (content === "") return { wrong: "unreadable", because: `has an empty (${keyword}:)` };
  if (keyword === "run") return runWay(content, text);
  if (keyword === "file") return fileWay(content, text);
  return { text: text || content, way: { by: "unknown", way: `${keyword}: ${content}` } };
}

function manualWay(content: string, text: string): Reading {
  if (content === "" && text !== "") return { text, way: { by: "manual" } };
  const because =
    content === "" ? "says nothing beside (manual)" : "puts its sentence into the bracket of (manual)";
  return { wrong: "unreadable", because };
}

function runWay(content: string, text: string): Reading {
  const command = onlyCode(content);
  if (/^`*$/u.test(command)) return { wrong: "unreadable", because: "has an empty (run:)" };
  if (command === content && content.split('"').length % 2 === 0) {
    return { wrong: "unreadable", because: "has a command with an open quotation mark" };
  }
  const code = command === content ? `\`${command}\`` : content;
  return { text: text || `${code} passes`, way: { by: "command", command, exitCode: 0, prints: null } };
}

function fileWay(content: string, text: string): Reading {
  const split = withoutCode(content).search(/\scontains(?:\s|$)/u);
  const path = onlyCode(split < 0 ? content : content.slice(0, split));
  const contains =
    split < 0
      ? null
      : quotation(
          content
            .slice(split)
            .trim()
            .replace(/^contains\s*/u, ""),
        );
  if (split >= 0 && (contains === null || contains.rest !== "")) {
    return { wrong: "unreadable", because: "does not say in quotes what the file contains" };
  }
  if (path === "" || /^[/\\~]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|["“”\0]/u.test(path)) {
    return { wrong: "unreadable", because: "names no path inside the repository" };
  }
  const way: Way = { by: "file", path, contains: contains?.text ?? null };
  return { text: text || `\`${path}\` ${contains === null ? "exists" : `contains “${contains.text}”`}`, way };
}

/** The code of a text that is one code span, else the text. */
function onlyCode(text: string): string {
  const plain = text.trim();
  const [span] = codeSpans(plain);
  return span !== undefined && span.start === 0 && span.end === plain.length ? span.code : plain;
}

/** The quotation or code span a text begins with, and what follows it. */
function quotation(text: string): { text: string; rest: string } | null {
  const [span] = text.startsWith("`") ? codeSpans(text) : [];
  if (span?.start === 0 && span.code !== "") return { text: span.code, rest: text.slice(span.end).trim() };
  const match = QUOTED.exec(text);
  const inner = match?.[1] ?? match?.[2] ?? match?.[3];
  return match === null || inner === undefined
    ? null
    : { text: inner, rest: text.slice(match[0].length).trim() };
}

/** `` `cmd` passes ``, exits N, prints …, or two of them joined by “and”. Anything less plain is no way. */
function readClaim(sentence: string): Way {
  const [span] = codeSpans(sentence);
  if (span === undefined || span.start !== 0 || span.code === "") return { by: "none" };
  const exits: number[] = [];
  const prints: string[] = [];
  let rest: string | null = sentence.slice(span.end).trim();
  for (let next: string | null = rest; next !== null; next = afterAnd(rest)) {
    rest = takeClaim(next, exits, prints);
    if (rest === null) return { by: "none" };
  }
  const [exitCode = 0] = exits;
  const isOne = exits.length < 2 && prints.length < 2 && exitCode < 256;
  if (!isOne || FURTHER_CLAIM.test(withoutCode(rest)) || mentionsClaim(rest)) return { by: "none" };
  return { by: "command", command: span.code, exitCode, prints: prints[0] ?? null };
}

/** Reads one claim and returns what follows it; null if there is none. */
function takeClaim(text: string, exits: number[], prints: string[]): string | null {
  const claim = CLAIM.exec(text);
  if (claim === null) return null;
  const rest = text.slice(claim[0].length).trim();
  if (!/^prints/iu.test(claim[0])) {
    exits.push(Number(claim[2] ?? 0));
    return rest;
  }
  const said = quotation(rest);
  if (said !== null) prints.push(said.text);
  return said?.rest ?? null;
}

/** The claim behind “and”, if one follows. */
function afterAnd(rest: string): string | null {
  const next = /^and\s/iu.test(rest) ? rest.slice("and".length).trim() : "";
  return CLAIM.test(next) ? next : null;
}

/** Whether a sentence holds a command's claim somewhere that was not read as its way. */
function mentionsClaim(sentence: string): boolean {
  return codeSpans(sentence).some(({ end }) => CLAIM.test(sentence.slice(end, end + TAIL).trim()));
}

/** Enough of what follows a code span to see a claim. */
const TAIL = 40;
