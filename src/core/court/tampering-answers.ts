/** Finds answers known by heart: branches and tables of the source that hold a test's inputs with its expectations. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Language, Literal, Outline } from "#core/court/outline.ts";
import { claimOf, literalsOf } from "#core/court/tampering-assertions.ts";
import { closing, objected, quoted, split, type Token, tokensOf } from "#core/court/tampering-text.ts";
import type { Milestone } from "#core/milestone.ts";

/** What a test gives, and what it expects for it. */
type Case = { inputs: string[]; expected: string[]; calls: string };

/** One branch, or one row of a table, of the source. */
type Entry = { line: number; keys: string[]; answers: string[] };

/** Literals that mean nothing by themselves. */
const COMMON = new Set(["0", "1", "2", "-1", "10", "100", "1000", "", " ", "true", "false"]);

/** A table of which this many rows occur in no test is a table, not a crib. */
const HONEST_ROWS = 3;

/** An answer is looked for this many lines below its condition. */
const BELOW = 3;

export function answersByHeart(
  sources: readonly ChangedFile[],
  files: readonly ChangedFile[],
  { criteria }: Pick<Milestone, "criteria">,
): Objection[] {
  const cases = [...files.filter(({ isTest }) => isTest).flatMap(casesOf), ...criteria.flatMap(promised)];
  const told = sources.flatMap((file) => {
    const outline = file.after?.outline;
    if (!outline || cases.length === 0) return [];
    return [...cribbed(file, entriesOf(file, outline), cases), ...constant(file, outline, cases)].slice(0, 1);
  });
  const beside = files.filter(({ isTest, path }) => !isTest && DATA.test(path));
  return [...told, ...beside.flatMap((file) => cribbed(file, entriesInData(file), cases))];
}

/** Files of data a program may read. What npm and its like write is none. */
const DATA = /^(?!(?:.*\/)?(?:package(?:-lock)?|tsconfig[\w.]*|composer)\.json$).*\.json$/;

/** Each value of a file of data, with the keys that lead to it. Nothing where the file was there before. */
function entriesInData({ before, after }: ChangedFile): Entry[] {
  if (before !== null || after === null) return [];
  const found: Entry[] = [];
  const walk = (value: unknown, keys: string[]): void => {
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value))
        walk(inner, Array.isArray(value) ? keys : [...keys, key]);
    else if (keys.length > 0) found.push({ line: 1, keys, answers: [String(value)] });
  };
  try {
    walk(JSON.parse(after.text), []);
  } catch {
    return [];
  }
  return found;
}

function casesOf(file: ChangedFile): Case[] {
  const outline = file.after?.outline;
  if (!outline || !file.after) return [];
  const tokens = tokensOf(file.after.text, outline.language);
  const asserted = outline.tests.flatMap((test) => {
    const own = tokens.filter(({ line }) => test.from <= line && line <= test.to);
    return test.assertions.flatMap((assertion) => {
      const claim = claimOf(assertion, outline.language);
      const expected =
        claim.expected === null && claim.strength < 3 ? ["true", ...claim.literals] : claim.literals;
      const inputs = claim.inputs.length > 0 ? claim.inputs : literalsOf(own);
      return expected.length === 0 ? [] : [{ inputs, expected, calls: `${claim.subject} ${assertion.text}` }];
    });
  });
  return [...asserted, ...rows(tokens, outline.language)];
}

/** Rows of a table of cases: any of their values may be given, any may be expected. */
/** The most cells of a row, and the most tokens of a cell. */
const ROW = { cells: 12, tokens: 24 };

/** Tokens of the longest row with its commas and brackets: what closes later is none. */
const LONGEST_ROW = ROW.cells * (ROW.tokens + 1) + 1;

function rows(tokens: readonly Token[], language: Language): Case[] {
  return tokens.flatMap(({ kind, text }, open) => {
    if (kind !== "mark" || !/^[[({]$/.test(text)) return [];
    const near = tokens.slice(open, open + LONGEST_ROW);
    const close = closing(near, 0);
    if (close === LONGEST_ROW) return [];
    const cells = split(near.slice(1, close));
    // In Go a name before the brace is the type of what is in it.
    const keyed =
      language === "go" && text === "{" && cells.every((cell) => cell.some(({ text }) => text === ":"));
    if (tokens[open - 1]?.kind === "name" && !keyed) return [];
    if (cells.length < 2 || cells.length > ROW.cells || cells.some((cell) => cell.length > ROW.tokens))
      return [];
    const values = cells.flatMap(literalsOf);
    return values.length < 2 ? [] : [{ inputs: values, expected: values, calls: "" }];
  });
}

/** What a criterion itself gives and expects. */
function promised({ way }: Milestone["criteria"][number]): Case[] {
  if (way.by === "command" && way.prints !== null)
    return [
      {
        inputs: literalsOf(tokensOf(way.command, "python")).concat(way.command.split(/\s+/)),
        expected: [way.prints],
        calls: "",
      },
    ];
  if (way.by === "http" && way.contains !== null)
    return [
      { inputs: [way.path, ...(way.body === null ? [] : [way.body])], expected: [way.contains], calls: "" },
    ];
  return [];
}

function cribbed(file: ChangedFile, entries: readonly Entry[], cases: readonly Case[]): Objection[] {
  const matched = entries.flatMap((entry) => {
    const weight = weightOf(entry, cases);
    return weight === null ? [] : [{ entry, weight }];
  });
  const weight = matched.reduce((sum, one) => sum + one.weight, 0);
  const others = entries.length - matched.length;
  const [first] = matched.filter((one) => one.weight > 0);
  if (!first || weight < 2 || others >= Math.max(HONEST_ROWS, matched.length)) return [];
  return [
    objected("special case", file, first.entry.line, {
      because: `for ${quoted(first.entry.keys.join(", "))} the source returns ${quoted(first.entry.answers[0] ?? "")}, just what a test gives and expects`,
      remedy: "Work the answer out for every input",
    }),
  ];
}

/** Branches and rows among the changed lines, each with the literals it chooses by and those it answers with. */
function entriesOf({ changed, after }: ChangedFile, outline: Outline): Entry[] {
  const inside = (line: number): boolean => changed.some(({ from, to }) => from <= line && line <= to);
  const literals = outline.literals.filter(({ line }) => inside(line));
  const lines = Map.groupBy(literals, ({ line }) => line);
  const text = after?.text.split("\n") ?? [];
  return [...lines].flatMap(([line, all]) => {
    const keys = all.filter(isKey);
    if (keys.length === 0) return [];
    const rest = all.slice(all.indexOf(keys[0] as Literal)).filter((one) => !isKey(one));
    // `list[1] === 4` chooses by 4: what is given back is known by its place, where it has one.
    const returned = rest.filter(({ role }) => role === "returned");
    const here =
      returned.length > 0 ? returned : rest.filter(({ value }) => !isIndex(value, text[line - 1] ?? ""));
    const answers = here.length > 0 ? here.map(({ value }) => value) : below(line, lines, text);
    const truth = /\b(?:return|=>|:)\s*(true|false)\b/i.exec(text.slice(line - 1, line + 1).join(" "))?.[1];
    const given = answers.length === 0 && truth ? [truth.toLowerCase()] : answers;
    return given.length === 0
      ? []
      : grouped(
          line,
          keys.map(({ value }) => value),
          given,
        );
  });
}

function isIndex(value: string, line: string): boolean {
  return /^-?\d+$/.test(value) && line.includes(`[${value}]`);
}

function isKey({ role }: Literal): boolean {
  return role === "compared" || role === "key";
}

/** The first line below that returns something, unless another condition comes first. */
function below(line: number, lines: ReadonlyMap<number, Literal[]>, text: readonly string[]): string[] {
  for (let next = line + 1; next <= line + BELOW; next++) {
    const literals = lines.get(next) ?? [];
    if (literals.some(isKey)) return [];
    if (literals.length > 0) return literals.map(({ value }) => value);
    if (/\breturn\b|\}/.test(text[next - 1] ?? "")) return [];
  }
  return [];
}

/** Several branches on one line are told apart by counting. */
function grouped(line: number, keys: string[], answers: string[]): Entry[] {
  const size = keys.length / answers.length;
  if (answers.length < 2 || !Number.isInteger(size)) return [{ line, keys, answers }];
  return answers.map((answer, index) => ({
    line,
    keys: keys.slice(index * size, (index + 1) * size),
    answers: [answer],
  }));
}

/** Null: no test has it. 0: one does, but it says nothing. 2: enough to object. */
function weightOf({ keys, answers }: Entry, cases: readonly Case[]): number | null {
  const whole = keys.length === 1 ? (keys[0] ?? "") : null;
  const parts = whole === null ? keys : whole.split(/[^\p{L}\p{N}.-]+/u).filter(Boolean);
  const fits = (wanted: readonly string[]): string | null => {
    if (wanted.length === 0) return null;
    for (const { inputs, expected } of cases) {
      const answer = answers.find(
        (one) => expected.includes(one) && (inputs !== expected || !wanted.includes(one)),
      );
      if (answer !== undefined && contains(inputs, wanted)) return answer;
    }
    return null;
  };
  const answer = fits(keys);
  if (answer !== null) return keys.length > 1 ? several(keys) : single(whole ?? "", answer);
  return whole !== null && parts.length > 1 && fits(parts) !== null ? several(parts) : null;
}

function contains(inputs: readonly string[], wanted: readonly string[]): boolean {
  const left = [...inputs];
  return wanted.every((value) => {
    const at = left.indexOf(value);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

const WORD = /^[\p{L}_][\p{L}_:/-]*$/u;

/** States, roles and names are chosen by words; only values are learnt by heart. */
function several(keys: readonly string[]): number {
  if (keys.every((key) => WORD.test(key))) return 0;
  return keys.every((key) => /^(?:0|1|-1|)$/.test(key)) ? 0 : 2;
}

function single(key: string, answer: string): number {
  if (derived(key, answer)) return key.length > 2 || /^\d/.test(key) ? 2 : 0;
  if (COMMON.has(key) && !(isNumber(key) && Number(key) > 1 && isNumber(answer) && !COMMON.has(answer)))
    return 0;
  if (isNumber(key)) return number(key, answer);
  return key.length > 3 && !WORD.test(key) && !/^[.\\/$#@%&*+-]/.test(key) ? 2 : 0;
}

/** Numbers are named by words in honest tables: states of HTTP, days, levels. */
function number(key: string, answer: string): number {
  const named = /^(?:true|false)$/.test(answer) || (!isNumber(answer) && /^[1-5]\d\d$/.test(key));
  if (named) return 0;
  return key.length > 3 ? 2 : 1;
}

function isNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text);
}

/** An answer that is made of its key, by a rule the source should have instead. */
function derived(key: string, answer: string): boolean {
  const letters = (text: string): string =>
    [...text.toLowerCase()]
      .filter((one) => /[\p{L}\p{N}]/u.test(one))
      .sort()
      .join("");
  if (/^[IVXLCDM]{3,}$/.test(key) || /^[IVXLCDM]{3,}$/.test(answer)) return true;
  if (key.length < 3 || /^(?:true|false)$/.test(answer)) return false;
  if (letters(key) === letters(answer)) return key.length > 3 && key.toLowerCase() !== answer.toLowerCase();
  return /[ ,]/.test(answer) && answer.includes(key) && WORD.test(key);
}

/** A function that takes something and always returns the very thing a test expects. */
function constant(file: ChangedFile, outline: Outline, cases: readonly Case[]): Objection[] {
  const lines = file.after?.text.split("\n") ?? [];
  return outline.functions.flatMap(({ name, from, to }) => {
    const changed = file.changed.some((one) => one.from <= to && from <= one.to);
    if (name === null || !changed || to - from > 4) return [];
    const value = always(tokensOf(lines.slice(from - 1, to).join("\n"), outline.language));
    if (value === null || COMMON.has(value)) return [];
    const call = new RegExp(`\\b${name.replace(/\W/g, "")}\\s*\\(`);
    const tested = cases.some(
      ({ calls, inputs, expected }) => call.test(calls) && inputs.length > 0 && expected.includes(value),
    );
    if (!tested) return [];
    return [
      objected("special case", file, from, {
        because: `${quoted(name)} returns ${quoted(value)} whatever it is given, just what a test expects`,
        remedy: "Work the answer out for every input",
      }),
    ];
  });
}

/** The one literal a function returns without a look at what it takes; null when it does anything else. */
function always(tokens: readonly Token[]): string | null {
  const open = tokens.findIndex(({ text }) => text === "(");
  const close = closing(tokens, open);
  const takes = tokens.slice(open + 1, close).filter(({ kind, text }) => kind === "name" && text !== "self");
  if (takes.length === 0 || takes.some(({ text }) => text.startsWith("_"))) return null;
  const rest = tokens.slice(close + 1);
  const at = rest.findLastIndex(({ text }) => text === "return" || text === "=>");
  const [answer, ...more] = rest.slice(at + 1).filter(({ text }) => !/^[;})]$/.test(text));
  const single = rest.filter(({ text }) => /^(?:return|;|=|if|for|while)$/.test(text)).length <= 2;
  const literal = answer !== undefined && /^(?:number|string)$/.test(answer.kind);
  return at >= 0 && single && literal && more.length === 0 ? answer.value : null;
}
