/** Finds for every test of the base what became of it: kept, renamed, moved, or gone. Facts only. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Language, TestBlock } from "#core/court/outline.ts";
import { type Claim, claimOf, literalsOf } from "#core/court/tampering-assertions.ts";
import { spelled, type Token, tokensOf } from "#core/court/tampering-text.ts";

export type Test = {
  file: ChangedFile;
  block: TestBlock;
  claims: Claim[];
  /** The whole block, with decorators and tables around it. */
  tokens: Token[];
  /** The same in an even spelling. */
  spelling: string;
  /** What it names and says: no marks, no words every test has. */
  words: string[];
  language: Language;
};

export type Pair = { before: Test; after: Test };

export type Pairs = {
  pairs: Pair[];
  /** Of the base, without a successor. */
  gone: Test[];
  /** Of the change, without a predecessor. */
  fresh: Test[];
};

/** Share of words two tests must have in common to be the same test under another name. */
const ALIKE = 0.6;

/** Share of a test's words that must stand in a new table test for it to have been folded into it. */
const FOLDED = 0.75;

export function pairsOf(files: readonly ChangedFile[]): Pairs {
  const state: Pairs = { pairs: [], gone: testsOf(files, "before"), fresh: testsOf(files, "after") };
  const same = (one: Test, other: Test): boolean => one.file.path === other.file.path;
  const titled = (one: Test, other: Test): boolean =>
    one.block.title !== null &&
    one.block.title === other.block.title &&
    one.block.suite === other.block.suite;
  const within = (one: Test, other: Test): boolean =>
    one.block.within.join(" > ") === other.block.within.join(" > ");
  const collected = (one: Test, other: Test): boolean =>
    same(one, other) || runs(other.file.path, one.file.path);
  take(state, (one, other) => same(one, other) && titled(one, other) && within(one, other));
  take(state, (one, other) => same(one, other) && titled(one, other) && !hides(one, other));
  take(state, (one, other) => titled(one, other) && within(one, other) && collected(one, other));
  take(state, (one, other) => identical(one, other) && collected(one, other) && !hides(one, other));
  take(state, (one, other) => alike(one, other) >= ALIKE && collected(one, other) && !hides(one, other));
  return state;
}

/** Whether a test that is gone lives on as rows of a new table, or inside a bigger new test. */
export function foldedInto(gone: Test, tests: readonly Test[]): boolean {
  const words = [...new Set(gone.words)];
  const wanted = gone.claims.flatMap(({ literals, inputs }) => [...literals, ...inputs]);
  return tests.some((test) => {
    if (test.claims.length === 0) return false;
    const there = new Set(test.words);
    const values = new Set(literalsOf(test.tokens));
    const shared = words.filter((word) => there.has(word)).length;
    return shared / Math.max(1, words.length) >= FOLDED && wanted.every((value) => values.has(value));
  });
}

function testsOf(files: readonly ChangedFile[], which: "before" | "after"): Test[] {
  return files
    .filter(({ isTest }) => isTest)
    .flatMap((file) => {
      const side = file[which];
      const language = side?.outline?.language;
      if (!side?.outline || !language) return [];
      const lines = side.text.split("\n");
      return side.outline.tests
        .filter(({ title }) => !(language === "go" && title === "TestMain"))
        .map((block) => {
          const source = lines.slice(startOf(lines, block.from) - 1, block.to).join("\n");
          const tokens = tokensOf(source, language);
          const claims = block.assertions.map((assertion) => claimOf(assertion, language));
          const words = wordsOf(tokens, block.title);
          return { file, block, language, claims, tokens, words, spelling: spelled(tokens) };
        });
    });
}

/** Decorators belong to their test although they stand above it. */
function startOf(lines: readonly string[], from: number): number {
  let start = from;
  for (let line = from - 1; line >= 1 && line > from - 40; line--) {
    const text = lines[line - 1] ?? "";
    if (/^\s*@/.test(text)) start = line;
    else if (!/^\s*[\])}('"\d[]/.test(text)) break;
  }
  return start;
}

function take(state: Pairs, fits: (one: Test, other: Test) => boolean): void {
  for (const before of [...state.gone]) {
    const after = state.fresh.find((other) => fits(before, other));
    if (!after) continue;
    state.pairs.push({ before, after });
    state.gone = state.gone.filter((one) => one !== before);
    state.fresh = state.fresh.filter((one) => one !== after);
  }
}

function identical(one: Test, other: Test): boolean {
  return (
    one.block.suite === other.block.suite && one.block.body !== "" && one.block.body === other.block.body
  );
}

/** 0 to 1: how much of two tests' words is common. Nothing in common where only one of them asserts. */
function alike(one: Test, other: Test): number {
  if (one.block.suite || other.block.suite) return 0;
  if (one.claims.length === 0 || other.claims.length === 0) return 0;
  const [ours, theirs] = [one.words, other.words];
  const left = [...theirs];
  const common = ours.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
  const subjects = one.claims.some((claim) => other.claims.some(({ subject }) => subject === claim.subject));
  const share = (2 * common) / Math.max(1, ours.length + theirs.length);
  return subjects ? share : share * 0.75;
}

function wordsOf(tokens: readonly Token[], title: string | null): string[] {
  return tokens
    .filter(({ value }) => value !== title)
    .filter(({ kind, text }) => kind !== "mark" && !/^(?:expect|assert|const|let|await|t|self)$/.test(text))
    .map((token) => (token.kind === "string" ? JSON.stringify(token.value) : token.value));
}

/** A Python class that does not begin with `Test` is not collected. */
function hides(one: Test, other: Test): boolean {
  if (one.language !== "python") return false;
  const collected = ({ block }: Test): boolean =>
    block.within.every((name) => /^Test|Tests?$|Case$/.test(name));
  return collected(one) && !collected(other);
}

const NAMED = /(?:[._-](?:test|spec)s?\.[cm]?[jt]sx?$)|(?:^|\/)test_[^/]*\.py$|_test\.(?:py|go)$/;

/** Whether a runner that finds tests where they were finds them here as well. */
function runs(path: string, was: string): boolean {
  return NAMED.test(path) || !NAMED.test(was);
}
