/**
 * Finds the test runner in the scripts of a package.json and says how to start it alone: no pre- or post-scripts,
 * linters, coverage or watching. Runs nothing.
 */

import {
  furtherFlags,
  isWrapper,
  NOT_FOR_A_GATE,
  RUNS_ANYTHING,
  runnerOf,
  TAKES_A_WORD,
} from "#rehearsal/replay/runners.ts";
import { simpleCommands, type Word } from "#rehearsal/replay/shell-words.ts";

export type Gate = {
  command: string;
  /** The package that brings the runner; null for Node itself. */
  from: string | null;
  /** What the runner is given, without quotes. */
  words: readonly string[];
  /** Those of the words that may name files. */
  paths: readonly string[];
};

type Scripts = Readonly<Record<string, string>>;
type Package = { scripts: Scripts; devDependencies: Readonly<Record<string, string>> };

/** Where maintainers keep their tests, best first; then every other `test…` script. */
const USUAL_NAMES = ["test", "tests-only", "test-only", "unit", "test:unit", "tests", "mocha", "tape", "ava"];
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const NAMED_LIKE_A_TEST = /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:$|[/._-])/i;

/** Every runner the test script starts, in its order. Empty: none is known. */
export function findGates(of: Package): Gate[] {
  const others = Object.keys(of.scripts).filter((name) => name.startsWith("test"));
  for (const name of [...USUAL_NAMES, ...others]) {
    const gates = gatesOf(name, of, new Set());
    if (gates.length > 0)
      return gates.filter(({ command }, at) => gates.findIndex((one) => one.command === command) === at);
  }
  return [];
}

function gatesOf(name: string, of: Package, seen: Set<string>): Gate[] {
  const { scripts } = of;
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script === undefined || seen.has(name)) return [];
  const within = new Set([...seen, name]);
  return simpleCommands(script).flatMap((words) => follow(words, of, within));
}

function follow(words: readonly Word[], of: Package, seen: Set<string>): Gate[] {
  const start = words.findIndex(({ value }) => !ASSIGNMENT.test(value));
  const [head, ...rest] = words.slice(start);
  if (start < 0 || head === undefined) return [];
  const assignments = words.slice(0, start);
  const names = scriptsNamed(head.value, rest, of.scripts);
  if (names !== null) return names.flatMap((name) => gatesOf(name, of, seen));
  if (isWrapper(head.value)) {
    const inner = rest.findIndex(
      ({ value }) =>
        runnerOf(value) !== null || isWrapper(value) || scriptsNamed(value, [], of.scripts) !== null,
    );
    if (inner < 0) return [];
    const added = rest.slice(0, inner).filter(({ value }) => ASSIGNMENT.test(value));
    return follow([...assignments, ...added, ...rest.slice(inner)], of, seen);
  }
  const gate = gateFrom([head, ...rest], assignments, of);
  return gate === null ? [] : [gate];
}

/** The scripts a package manager or npm-run-all is told to run; null if the program is neither. */
function scriptsNamed(program: string, rest: readonly Word[], scripts: Scripts): string[] | null {
  const plain = rest.map(({ value }) => value).filter((value) => !value.startsWith("-"));
  if (["run-s", "run-p", "npm-run-all"].includes(program)) {
    return plain.flatMap((name) =>
      name.endsWith("*")
        ? Object.keys(scripts).filter((one) => one.startsWith(name.replace(/\*+$/, "")))
        : [name],
    );
  }
  if (!["npm", "yarn", "pnpm", "bun"].includes(program)) return null;
  const [verb = "", name = ""] = plain;
  if (["run", "run-script"].includes(verb)) return [name];
  return [["t", "tst"].includes(verb) ? "test" : verb];
}

function gateFrom(words: readonly Word[], assignments: readonly Word[], of: Package): Gate | null {
  const [head, ...rest] = words;
  const runner = head === undefined ? null : runnerOf(head.value);
  if (runner === null) return null;
  const { program, from } = runner;
  const inner = rest.findIndex(
    ({ value }) => /(?:^|\/)node_modules\//.test(value) && runnerOf(value) !== null,
  );
  if (program === "node" && inner >= 0) return gateFrom(rest.slice(inner), assignments, of);
  const isVitest = program === "vitest";
  const given = rest.filter(
    ({ value }) => value !== "--" && !(isVitest && value === "run") && !NOT_FOR_A_GATE.test(value),
  );
  const paths = pathsOf(given);
  if (RUNS_ANYTHING.has(program) && !isTestRun(given, paths)) return null;
  const parts = [
    ...assignments.map(({ raw }) => raw),
    from === null ? program : `./node_modules/.bin/${program}`,
    ...(isVitest ? ["run"] : []),
    ...given.map(({ raw }) => raw),
    ...furtherFlags(program, of.devDependencies[program] ?? ""),
  ];
  return { command: parts.join(" "), from, words: given.map(({ value }) => value), paths };
}

function pathsOf(words: readonly Word[]): string[] {
  return words
    .filter(({ value }, at) => !value.startsWith("-") && !TAKES_A_WORD.test(words[at - 1]?.value ?? ""))
    .map(({ value }) => value);
}

function isTestRun(words: readonly Word[], [script = ""]: readonly string[]): boolean {
  return words.some(({ value }) => value === "--test") || NAMED_LIKE_A_TEST.test(script);
}
