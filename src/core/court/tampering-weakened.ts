/** Tests that say less than they did: lost or weaker assertions, bent expectations, shorter tables. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Language } from "#core/court/outline.ts";
import type { Claim } from "#core/court/tampering-assertions.ts";
import { assertsElsewhere, reportsUnread } from "#core/court/tampering-helpers.ts";
import type { Pair, Pairs, Test } from "#core/court/tampering-pairs.ts";
import { closing, objected, quoted, spelled, split, tokensOf } from "#core/court/tampering-text.ts";

type Change = { lost: Claim; instead: Claim | null };

export function weakenedTests({ pairs, fresh }: Pairs): Objection[] {
  const surplus = [
    ...fresh.flatMap(({ claims }) => claims),
    ...pairs.flatMap(({ before, after }) => without(after.claims, before.claims)),
  ];
  return pairs.filter(({ before }) => !before.block.suite).flatMap((pair) => weakened(pair, surplus));
}

function weakened(pair: Pair, surplus: readonly Claim[]): Objection[] {
  const { before, after } = pair;
  if (after.block.modifiers.includes("todo")) return [];
  if (after.claims.length === 0 && reportsUnread(after)) return [];
  const changes = changesOf(before, after);
  const lost = changes.filter(
    ({ lost, instead }) =>
      instead === null && lost.strength > 0 && !surplus.some(({ text }) => text === lost.text),
  );
  const weaker = changes.flatMap((change) => saidLess(change, after));
  if (lost.length === 0 || assertsElsewhere(after, before)) return weaker;
  const which = quoted(lost[0]?.lost.text.replaceAll(" ", "") ?? "");
  return [
    objected("weakened test", after.file, after.block.from, {
      because: `${nameOf(after)} lost ${lost.length} of its ${before.claims.length} assertions, such as ${which}`,
      remedy: "Bring the assertions back, or let the milestone name the file under `Allows:`",
    }),
    ...weaker,
  ];
}

/** Every claim that is not there any more, with the new claim that most likely took its place. */
function changesOf(before: Test, after: Test): Change[] {
  const left = without(after.claims, before.claims);
  const take = (claim: Claim | undefined): Claim | null => {
    if (claim) left.splice(left.indexOf(claim), 1);
    return claim ?? null;
  };
  const gone = without(before.claims, after.claims).map((lost) => ({
    lost,
    instead: take(strongest(left.filter(({ subject }) => subject === lost.subject))),
  }));
  return gone.map(({ lost, instead }) => ({ lost, instead: instead ?? take(successor(lost, left)) }));
}

function successor(lost: Claim, left: readonly Claim[]): Claim | undefined {
  const alike = left.filter(
    ({ expected, matcher }) => expected === lost.expected && matcher === lost.matcher,
  );
  return strongest(alike) ?? strongest(left.filter(({ strength }) => strength >= lost.strength)) ?? left[0];
}

function strongest(claims: readonly Claim[]): Claim | undefined {
  return [...claims].sort((one, other) => other.strength - one.strength)[0];
}

function without(claims: readonly Claim[], others: readonly Claim[]): Claim[] {
  const known = others.map(({ text }) => text);
  return claims.filter(({ text }) => {
    const at = known.indexOf(text);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

function saidLess({ lost, instead }: Change, after: Test): Objection[] {
  if (!instead) return [];
  const both = `where base had ${shown(lost)}, the change has ${shown(instead)}`;
  const object = (what: string, remedy: string): Objection[] => [
    objected("weakened test", after.file, instead.line, {
      because: `${nameOf(after)} ${what}: ${both}`,
      remedy,
    }),
  ];
  if (instead.strength < lost.strength)
    return object(
      "says less than it did",
      "Assert at least as much as before, or name the file under `Allows:`",
    );
  if (instead.subject !== lost.subject || instead.strength > lost.strength) return [];
  if (!bent(lost, instead)) return [];
  return object(
    "expects something else",
    "Keep what the test of the base expects, or name the file under `Allows:` if the promise itself changed",
  );
}

/** A tolerance that narrows and an expectation that says more keep their word; any other new literal does not. */
function bent(lost: Claim, instead: Claim): boolean {
  const missing = lost.literals.filter((value) => !instead.literals.includes(value));
  if (missing.length === 0 || instead.literals.length === 0) return false;
  const [was, is] = [Number(lost.literals.at(-1)), Number(instead.literals.at(-1))];
  if (Number.isNaN(was) || Number.isNaN(is)) return true;
  if (lost.matcher !== instead.matcher) return !spelledNumber(lost, instead);
  const bound = lost.matcher.replace(/^if >=?$/, "<").replace(/^if <=?$/, ">");
  if (/^(?:<=?|toBeLessThan\w*|below|most|atMost|assertLess\w*)$/.test(bound)) return is > was;
  if (/^(?:>=?|toBeGreaterThan\w*|above|least|atLeast|assertGreater\w*)$/.test(bound)) return is < was;
  const precision = /^(?:toBeCloseTo|assertAlmostEqual)$/.test(lost.matcher);
  const margin = /\bapprox\b|delta|epsilon|^closeTo$|within/i.test(`${lost.expected} ${lost.matcher}`);
  if ((precision || margin) && lost.literals.length > 1 && lost.literals[0] === instead.literals[0])
    return precision ? is < was : is > was;
  return !spelledNumber(lost, instead);
}

/** `1.0` and `1` are the same number. */
function spelledNumber(lost: Claim, instead: Claim): boolean {
  return (
    lost.literals.length === instead.literals.length &&
    lost.literals.every((value, index) => Number(value) === Number(instead.literals[index]))
  );
}

function shown({ text }: Claim): string {
  return quoted(text.replace(/ ([.,:)(\]])/g, "$1").replace(/([.([]) /g, "$1"));
}

export function nameOf({ block, language }: Test): string {
  if (block.title === null) return block.suite ? "a suite" : "a test without a fixed name";
  return language === "javascript"
    ? `${block.suite ? "suite" : "test"} “${block.title}”`
    : `\`${block.title}\``;
}

/** Rows of tables (`each`, `parametrize`, Go's struct literals) that were taken out or bent. */
export function shorterTables(file: ChangedFile, files: readonly ChangedFile[]): Objection[] {
  const [before, after] = [file.before, file.after];
  const language = after?.outline?.language;
  if (!file.isTest || !before || !after || !language) return [];
  const was = rowsOf(before.text, language);
  if (was.length === 0) return [];
  const tests = files.filter(({ isTest, after }) => isTest && after?.outline?.language === language);
  const now = tests.flatMap((test) => rowsOf(test.after?.text ?? "", language));
  const said = tests.map((test) => spelled(tokensOf(test.after?.text ?? "", language))).join("\n");
  const spare = now.map(({ text }) => text);
  return was
    .filter(({ text }) => {
      const at = spare.indexOf(text);
      if (at >= 0) spare.splice(at, 1);
      return at < 0 && !said.includes(text) && !spare.some((row) => extends_(row, text));
    })
    .slice(0, 3)
    .map(({ text, line }) =>
      objected("weakened test", file, Math.min(line, after.text.split("\n").length), {
        because: `the row ${quoted(text)} of a table of test cases is gone or was changed`,
        remedy: "Bring the row back, or let the milestone name the file under `Allows:`",
      }),
    );
}

/** A row with another column at its end, or another key, is the same row. */
function extends_(row: string, text: string): boolean {
  const values = (said: string): string[] => said.split(" ").filter((word) => !/^[[\](){},]$/.test(word));
  const there = values(row);
  return (
    values(text).every((word, index) => there[index] === word) ||
    values(text).every((word) => there.includes(word))
  );
}

type Row = { text: string; line: number };

const HOLDS_ROWS =
  /(?:each|parametrize|cases?|tests?|tt|table|examples?|samples?|inputs?|of|in|range|fixtures?|data)$/i;

/** Elements of lists that hold test cases: at least two of them, each with a literal. */
function rowsOf(text: string, language: Language): Row[] {
  const tokens = tokensOf(text, language);
  return tokens.flatMap((token, open) => {
    if (token.kind !== "mark" || !/^[[{]$/.test(token.text)) return [];
    const ahead = tokens.slice(Math.max(0, open - 14), open);
    const names = ahead.filter(({ kind }) => kind === "name").map(({ text }) => text);
    const listed =
      language === "go"
        ? (token.text === "{" && /\[ \]/.test(spelled(ahead))) ||
          /^(?:\]|\})$/.test(tokens[open - 1]?.text ?? "")
        : token.text === "[";
    if (!listed || !names.slice(-6).some((name) => HOLDS_ROWS.test(name))) return [];
    const rows = split(tokens.slice(open + 1, closing(tokens, open)));
    const flat = rows.every(
      (row) => /^[[({]$/.test(row[0]?.text ?? "") || /param|pytest/.test(row[0]?.text ?? ""),
    );
    const plain =
      rows.every((row) => row.length <= 2 && row.every(({ kind }) => kind !== "name")) &&
      /each|parametrize|of|in/.test(names.slice(-4).join(" "));
    if (rows.length < 2 || !(flat || plain)) return [];
    return rows.map((row) => ({ text: spelled(row), line: row[0]?.line ?? 1 }));
  });
}
