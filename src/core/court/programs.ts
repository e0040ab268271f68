/** The programs that run tests, and those that only run another program. Words only. */

import type { Word } from "#core/court/shell-words.ts";

/** The package that brings each program; null for Node itself. */
const RUNNERS: Readonly<Record<string, string | null>> = {
  ava: "ava",
  borp: "borp",
  brittle: "brittle",
  jasmine: "jasmine",
  jest: "jest",
  lab: "@hapi/lab",
  mocha: "mocha",
  node: null,
  nodeunit: "nodeunit",
  qunit: "qunit",
  tap: "tap",
  tape: "tape",
  "ts-node": "ts-node",
  tsx: "tsx",
  uvu: "uvu",
  vitest: "vitest",
  vows: "vows",
};

/** Programs that run any other program, and are not part of the gate. */
const WRAPPERS = new Set([
  "bunx",
  "c8",
  "cross-env",
  "cross-env-shell",
  "dotenv",
  "env",
  "istanbul",
  "npx",
  "nyc",
  "time",
]);

/** These run any script: only one that is a test, by its name, is a gate. */
export const RUNS_ANYTHING = new Set(["node", "ts-node", "tsx"]);

/** Flags that watch for changes or ask for coverage, which says nothing about the tests. */
export const NOT_FOR_A_GATE =
  /^--(?:watch(?:-?all)?|100|(?:no-)?(?:check-)?cov(?:erage)?(?:-[\w-]+)?)(?:=.*)?$/i;

/** Flags that take the next word. The first group names a module, which has to be installed. */
export const TAKES_A_WORD =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-R|--reporter|-u|--ui|-t|--timeout|-C|--cwd|--config)$/;

/** `mocha`, `_mocha`, `./node_modules/.bin/mocha` and `node_modules/mocha/bin/mocha.js` are all mocha. */
export function runnerOf(word: string): { program: string; from: string | null } | null {
  const inside = /(?:^|\/)node_modules\/(?:\.bin\/)?((?:@[^/]+\/)?[^/]+)/.exec(word)?.[1];
  const program = (inside ?? word).replace(/^_/, "").replace(/^@hapi\//, "");
  return Object.hasOwn(RUNNERS, program) ? { program, from: RUNNERS[program] ?? null } : null;
}

/** Python and Go bring their runners along: `pytest`, `python3.12 -m pytest`, `uv run pytest`, `go test`. */
export function runsForeignTests([first = "", second = ""]: readonly string[]): boolean {
  const program = first.slice(first.lastIndexOf("/") + 1);
  if (program === "go") return second === "test";
  return (
    /^(?:pytest(?:-3)?|py\.test|python[\d.]*)$/.test(program) ||
    (GIVES_A_PYTHON.test(program) && second === "run")
  );
}

/** `uv run`, `poetry run`: without them the program is another one, or not there. */
const GIVES_A_PYTHON = /^(?:uv|poetry|pipenv|pdm|hatch|rye|coverage)$/;

export function isWrapper(word: string): boolean {
  return WRAPPERS.has(word.slice(word.lastIndexOf("/") + 1));
}

/**
 * What tap has to be told besides: 12 to 14 load modules with a loader that current versions of Node cannot start;
 * from 15 on it fails for want of coverage, and the flag against that changed its name in 18.
 */
export function furtherFlags(program: string, range: string): string[] {
  const major = Number(/\d+/.exec(range)?.[0] ?? Number.POSITIVE_INFINITY);
  if (program !== "tap" || major < 12) return [];
  return [major < 15 ? "--no-esm" : major < 18 ? "--no-check-coverage" : "--disable-coverage"];
}

/** Those of a program's words that may name files. */
export function pathsIn(words: readonly Word[]): string[] {
  return words
    .filter(({ value }, at) => !value.startsWith("-") && !TAKES_A_WORD.test(words[at - 1]?.value ?? ""))
    .map(({ value }) => value);
}

const NAMED_LIKE_A_TEST = /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:$|[/._-])/i;

/** Whether a program that runs anything (`node`, `tsx`) runs a test here. */
export function isTestProgram(words: readonly Word[], [script = ""]: readonly string[]): boolean {
  return words.some(({ value }) => value === "--test") || NAMED_LIKE_A_TEST.test(script);
}
