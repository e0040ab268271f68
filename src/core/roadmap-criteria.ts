/** Acceptance criteria: sentences, and the way each is checked. Reads what is written; never runs or guesses it. */

import type { AcceptanceCriterion, Way } from "#core/milestone.ts";
import { type Complain, quoted } from "#core/roadmap-diagnostics.ts";
import { type Entry, entryText, type Field, type Piece } from "#core/roadmap-fields.ts";
import { codeSpans, quotation, tidy, withoutCode } from "#core/roadmap-inline.ts";
import { exampleOf, isKeyword, KEYWORDS, type Keyword, readWay } from "#core/roadmap-ways.ts";

const CHECKBOX = /^\\?\[(?:.|\\.)?\\?\]\*?(?:\s+|$)/u;
/** `(manual)` stands alone; every other keyword, and a `manual` that is said wrongly, is followed by a colon. */
const BRACKET = new RegExp(String.raw`\(\s*(?:(manual)\s*\)|(manual|${KEYWORDS.join("|")})\s*:)`, "giu");
const EXIT = String.raw`exits(?: with)?(?: code| status)? (\d{1,6})(?![\w.])`;
const CLAIM = new RegExp(`^(?:(passes)(?!\\w)|${EXIT}|prints(?= ))`, "iu");
/** A second claim behind the first: a command that passes would not prove it. */
const FURTHER_CLAIM = /(?:^|\s)(?:and|but|while|then)\s|[,;]\s*\S/iu;

type Wrong = { wrong: "unreadable" | "ambiguous"; because: string; remedy?: string };
type Reading = { text: string; way: Way } | Wrong;

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
    if (spot !== undefined)
      complain(code, spot, `The criterion ${quoted(text)} ${reading.because}.`, reading.remedy);
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
  const plain = withoutCode(sentence);
  const [first, second] = [...plain.matchAll(BRACKET)];
  if (first === undefined) return { text: sentence, way: readClaim(sentence) };
  const keyword = (first[1] ?? first[2] ?? "").toLowerCase();
  const opens = first.index + first[0].length;
  const closes = first[1] === undefined ? closingBracket(plain, opens) : opens - 1;
  if (closes < 0) return unreadable(keyword, "opens a bracket that does not close");
  const rest = tidy(`${sentence.slice(0, first.index)} ${sentence.slice(closes + 1)}`).replace(
    / (?=[.;,]$)/u,
    "",
  );
  if (
    (second !== undefined && second.index > closes) ||
    (keyword !== "manual" && readClaim(rest).by === "command")
  ) {
    return { wrong: "ambiguous", because: "names two ways of checking" };
  }
  const text = /^[.;,\s]*$/u.test(rest) ? "" : rest;
  const content = first[1] === undefined ? sentence.slice(opens, closes).trim() : "";
  return isKeyword(keyword) ? drivenBy(keyword, content, text) : byHand(content, text);
}

/** What a bracket says; a way without a sentence around it gets a plain one. */
function drivenBy(keyword: Keyword, content: string, text: string): Reading {
  const read = readWay(keyword, content);
  return "because" in read
    ? unreadable(keyword, read.because)
    : { text: text || read.sentence, way: read.way };
}

function byHand(content: string, text: string): Reading {
  if (content === "" && text !== "") return { text, way: { by: "manual" } };
  return unreadable(
    "manual",
    content === "" ? "says nothing beside (manual)" : "puts its sentence into the bracket of (manual)",
  );
}

function unreadable(keyword: string, because: string): Wrong {
  const example = isKeyword(keyword) ? exampleOf(keyword) : "(manual) The page feels fast";
  return { wrong: "unreadable", because, remedy: `Write it like this: \`${example}\`.` };
}

function closingBracket(plain: string, from: number): number {
  let depth = 1;
  for (let at = from; at < plain.length; at += 1) {
    if (plain[at] === "(") depth += 1;
    else if (plain[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
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
