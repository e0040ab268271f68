/** Cuts source into tokens and lines, so that a rule never mistakes a comment or a string for code. Judges nothing. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection, Rule } from "#core/court/objection.ts";
import type { Language } from "#core/court/outline.ts";

export type Token = {
  kind: "name" | "number" | "string" | "mark";
  /** As written. */
  text: string;
  /** A string's content, else as written. */
  value: string;
  line: number;
  at: number;
};

export type AddedLine = { line: number; text: string };

/** What is quoted in an objection is cut here. */
const MOST_QUOTED = 90;

const MARKS =
  /^(?:===|!==|\*\*|==|!=|<=|>=|=>|&&|\|\||\?\?|\?\.|:=|->|\.\.\.|[-+*/%&|^!~<>=?:;,.()[\]{}@#\\$])/;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*/u;
const NUMBER = /^(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]+)?(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?)n?/i;
const PYTHON_STRING = /^(?:[rbuf]{0,2})("""|'''|"|')/i;

/** After one of these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /^(?:[(,=:[!&|?{};<>+\-*%~]|=>|&&|\|\||\?\?|===?|!==?|return|typeof|case|in|of)$/;

/** Tokens of a whole text or of a piece of it; comments are left out. What cannot be read is skipped. */
export function tokensOf(text: string, language: Language): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 200);
    const blank = /^\s+/.exec(rest)?.[0] ?? "";
    const comment = blank === "" ? commentAt(text, at, language) : 0;
    if (blank !== "" || comment > 0) {
      const skipped = text.slice(at, at + Math.max(blank.length, comment));
      line += newlines(skipped);
      at += skipped.length;
      continue;
    }
    const token = tokenAt(text, { at, line, rest, language, before: tokens.at(-1) });
    if (token) tokens.push(token);
    const length = token?.text.length ?? 1;
    line += newlines(text.slice(at, at + length));
    at += length;
  }
  return tokens;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

function commentAt(text: string, at: number, language: Language): number {
  const ends = (mark: string, from: number): number => {
    const end = text.indexOf(mark, from);
    return (end < 0 ? text.length : end + (mark === "\n" ? 0 : mark.length)) - at;
  };
  if (language === "python") return text[at] === "#" ? ends("\n", at) : 0;
  if (text.startsWith("//", at)) return ends("\n", at);
  return text.startsWith("/*", at) ? ends("*/", at + 2) : 0;
}

type Place = { at: number; line: number; rest: string; language: Language; before: Token | undefined };

function tokenAt(text: string, { at, line, rest, language, before }: Place): Token | null {
  const string = stringAt(text, at, language);
  if (string) return { kind: "string", text: string.text, value: string.value, line, at };
  const regex = language === "javascript" && rest[0] === "/" && BEFORE_REGEX.test(before?.text ?? ";");
  const pattern = regex ? /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/.exec(rest)?.[0] : undefined;
  if (pattern) return { kind: "string", text: pattern, value: pattern, line, at };
  const name = NAME.exec(rest)?.[0];
  if (name) return { kind: "name", text: name, value: name, line, at };
  const number = NUMBER.exec(rest)?.[0];
  if (number) return { kind: "number", text: number, value: number.replaceAll("_", ""), line, at };
  const mark = MARKS.exec(rest)?.[0];
  return mark ? { kind: "mark", text: mark, value: mark, line, at } : null;
}

function stringAt(text: string, at: number, language: Language): { text: string; value: string } | null {
  const open =
    language === "python" ? PYTHON_STRING.exec(text.slice(at, at + 6)) : /^(["'`])/.exec(text[at] ?? "");
  if (!open) return null;
  const quote = open[1] ?? "";
  const raw = (language === "go" && quote === "`") || /^[bf]?r/i.test(open[0]);
  let end = at + open[0].length;
  while (end < text.length && !text.startsWith(quote, end)) {
    if (text[end] === "\n" && quote.length === 1 && quote !== "`") break;
    end += text[end] === "\\" && !raw ? 2 : 1;
  }
  return { text: text.slice(at, end + quote.length), value: text.slice(at + open[0].length, end) };
}

/** The same text with comments and the insides of strings blanked out, line by line as before. */
export function codeLines(text: string, language: Language): string[] {
  const out = text.replace(/[^\n]/g, " ").split("");
  for (const token of tokensOf(text, language)) {
    const quotes = token.kind === "string" ? [0, token.text.length - 1] : [...token.text].map((_, i) => i);
    for (const offset of quotes) out[token.at + offset] = token.text[offset] ?? " ";
  }
  return out.join("").split("\n");
}

/** Tokens in one even spelling: quotes, blanks, semicolons and trailing commas make no difference. */
export function spelled(tokens: readonly Token[]): string {
  return tokens
    .filter(
      ({ text }, index) => text !== ";" && !(text === "," && /^[)\]}]$/.test(tokens[index + 1]?.text ?? "")),
    )
    .map((token) => (token.kind === "string" ? JSON.stringify(token.value) : token.value))
    .join(" ");
}

/** The tokens split at commas that stand in no bracket. Empty pieces are left out. */
export function split(tokens: readonly Token[], at = ","): Token[][] {
  const pieces: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "mark" && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === "mark" && /^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0 && token.text === at) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** The index of the bracket that closes the one at `open`; the end of the tokens when none does. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== "mark") continue;
    if (/^[([{]$/.test(token.text)) depth++;
    if (/^[)\]}]$/.test(token.text) && --depth === 0) return index;
  }
  return tokens.length;
}

/** Lines git calls changed whose text stood nowhere in the file before: a moved or re-indented line is not new. */
export function addedLines({ before, after, changed }: ChangedFile): AddedLine[] {
  if (!after) return [];
  const known = new Map<string, number>();
  for (const text of (before?.text ?? "").split("\n"))
    known.set(even(text), (known.get(even(text)) ?? 0) + 1);
  const lines = after.text.split("\n");
  const fresh = new Set<number>();
  for (const { from, to } of changed)
    for (let line = from; line <= Math.min(to, lines.length); line += 1) fresh.add(line);
  return lines
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text, line }) => {
      if (!fresh.has(line)) return false;
      const left = known.get(even(text)) ?? 0;
      known.set(even(text), left - 1);
      return left <= 0 && text.trim() !== "";
    });
}

/** Added lines as code alone: no comments, no insides of strings. Empty for what no parser reads. */
export function addedCode(file: ChangedFile): AddedLine[] {
  const language = file.after?.outline?.language;
  if (!language || !file.after) return [];
  const code = codeLines(file.after.text, language);
  return addedLines(file)
    .map(({ line }) => ({ line, text: code[line - 1] ?? "" }))
    .filter(({ text }) => text.trim() !== "");
}

function even(text: string): string {
  return text.replace(/\s+/g, "").replace(/[;,]$/, "");
}

export function quoted(text: string): string {
  const short = text.replace(/\s+/g, " ").trim();
  return `\`${short.length > MOST_QUOTED ? `${short.slice(0, MOST_QUOTED - 1)}…` : short}\``;
}

/** One objection at one place of one file. */
export function objected(
  rule: Rule,
  { path }: Pick<ChangedFile, "path">,
  line: number | null,
  said: { because: string; remedy: string },
): Objection {
  return { rule, path, line, ...said };
}
