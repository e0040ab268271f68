/**
 * Finds the test runner in the scripts of a package.json and says how to start it alone: no pre- or post-scripts,
 * linters, coverage or watching. Runs nothing.
 */

import {
  furtherFlags,
  isTestProgram,
  NOT_FOR_A_GATE,
  pathsIn,
  RUNS_ANYTHING,
  runnerOf,
} from "#core/court/programs.ts";
import { type Call, callsIn, type Project } from "#core/court/scripts.ts";
import { quoted } from "#core/court/shell-words.ts";

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

/** Every runner the test script starts, in its order. Empty: none is known. */
export function findGates(of: Package): Gate[] {
  const others = Object.keys(of.scripts).filter((name) => name.startsWith("test"));
  for (const name of [...USUAL_NAMES, ...others]) {
    const calls = callsIn(`npm run ${quoted(name)}`, projectOf(of));
    const gates = calls.flatMap((call) => gateFrom(call, of) ?? []);
    if (gates.length > 0)
      return gates.filter(({ command }, at) => gates.findIndex((one) => one.command === command) === at);
  }
  return [];
}

/** A published package is one folder: what runs in another is not in it. */
function projectOf({ scripts }: Package): Project {
  return {
    sources: (folder) => ({ scripts: folder === "" ? scripts : {}, recipes: {} }),
    packages: { at: () => null, all: [] },
  };
}

function gateFrom({ assignments, words, folder }: Call, of: Package): Gate | null {
  if (folder !== "") return null;
  const [head, ...rest] = words;
  const runner = head === undefined ? null : runnerOf(head.value);
  if (runner === null) return null;
  const { program, from } = runner;
  const inner = rest.findIndex(
    ({ value }) => /(?:^|\/)node_modules\//.test(value) && runnerOf(value) !== null,
  );
  if (program === "node" && inner >= 0)
    return gateFrom({ assignments, words: rest.slice(inner), folder }, of);
  const isVitest = program === "vitest";
  const given = rest.filter(
    ({ value }) => value !== "--" && !(isVitest && value === "run") && !NOT_FOR_A_GATE.test(value),
  );
  const paths = pathsIn(given);
  if (RUNS_ANYTHING.has(program) && !isTestProgram(given, paths)) return null;
  const parts = [
    ...assignments.map(({ raw }) => raw),
    from === null ? program : `./node_modules/.bin/${program}`,
    ...(isVitest ? ["run"] : []),
    ...given.map(({ raw }) => raw),
    ...furtherFlags(program, of.devDependencies[program] ?? ""),
  ];
  return { command: parts.join(" "), from, words: given.map(({ value }) => value), paths };
}
