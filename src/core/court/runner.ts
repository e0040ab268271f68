/** Which test runners a repository's gate commands come down to, and which of them a test file is for. Pure; runs nothing. */

import { pathFrom, within } from "#core/court/folders.ts";
import { isTestProgram, pathsIn, RUNS_ANYTHING, runnerOf } from "#core/court/programs.ts";
import { nameIn, recipesOf, scriptsOf } from "#core/court/recipes.ts";
import { type Call, callsIn, type Project } from "#core/court/scripts.ts";
import type { Word } from "#core/court/shell-words.ts";

/** How results come back. `none`: by exit code alone, which is weaker and is said to be. */
export type ReportFormat = "junit" | "tap" | "go-json" | "jest-json" | "none";

/** The runner as the owner calls it. */
export type Runner = {
  name:
    | "vitest"
    | "jest"
    | "node:test"
    | "mocha"
    | "tape"
    | "tap"
    | "ava"
    | "pytest"
    | "unittest"
    | "go test"
    | "other";
  /** The command line that calls it, without what stands before or after it: `vitest run --coverage`. */
  words: string;
  /** Where it is called, from the root; left out: in the root. */
  folder?: string;
};

/**
 * One shell command that runs tests. It may name `$DAYBREAK_REPORT`, the path of a fresh file outside the checkout;
 * formats that come on standard output leave it alone.
 */
export type Invocation = {
  command: string;
  format: ReportFormat;
  /** Paths in the report are from this folder; left out: from the root. */
  folder?: string;
};

type Read = (path: string) => string | null;

/** The runners that are called by their own name. */
const BY_NAME = ["vitest", "jest", "mocha", "tape", "tap", "ava"] as const;

/**
 * In the order in which the commands call them, each once. `read` knows files of the base: package.json and Makefile,
 * and where `node` or the like runs a test, that test. `packages` are the folders that hold a package.json. A command
 * that calls no runner counts, as `other`, only where no command calls one: beside a runner it is a linter or a build.
 */
export function detectRunner(
  commands: readonly string[],
  read: Read,
  packages: readonly string[] = [],
): Runner[] {
  const project = projectOf(read, packages);
  const found = commands.flatMap((command) =>
    callsIn(command, project).flatMap((call) => runnerIn(call, read)),
  );
  const runners =
    found.length > 0 ? found : commands.map((command): Runner => ({ name: "other", words: command }));
  const same = (one: Runner, other: Runner) => one.words === other.words && one.folder === other.folder;
  return runners.filter((runner, at) => runners.findIndex((one) => same(one, runner)) === at);
}

function projectOf(read: Read, packages: readonly string[]): Project {
  const inside = (folder: string) => (path: string) => read(within(folder, path) ?? path);
  return {
    sources: (folder) => ({
      scripts: scriptsOf(inside(folder)("package.json")),
      recipes: recipesOf(makefileOf(inside(folder))),
    }),
    packages: {
      all: packages.filter((folder) => folder !== ""),
      at: (name) => {
        const wanted = name.replace(/^\.\//, "").replace(/(?:\/|\.\.\.)$/, "");
        const isMeant = (folder: string) =>
          folder === wanted || nameIn(inside(folder)("package.json")) === wanted;
        const bare = within("", wanted);
        if (bare && inside(bare)("package.json") !== null) return bare;
        return packages.find(isMeant) ?? null;
      },
    },
  };
}

function makefileOf(read: Read): string {
  return read("GNUmakefile") ?? read("makefile") ?? read("Makefile") ?? "";
}

function runnerIn({ assignments, words, folder }: Call, read: Read): Runner[] {
  const name = nameOf(words, (path) => read(within(folder, path) ?? path));
  if (name === null) return [];
  const said = [...assignments, ...words].map(({ raw }) => raw).join(" ");
  return [folder === "" ? { name, words: said } : { name, words: said, folder }];
}

function nameOf(words: readonly Word[], read: Read): Runner["name"] | null {
  const values = words.map(({ value }) => value);
  const [first = "", second = ""] = values;
  if (first === "go") return second === "test" ? "go test" : null;
  const python = pythonRunner(values);
  if (python !== null) return python;
  const program = runnerOf(first)?.program;
  if (program === undefined) return null;
  if (!RUNS_ANYTHING.has(program)) return BY_NAME.find((name) => name === program) ?? "other";
  return nameOfScript(program, words.slice(1), read);
}

/** `pytest`, `python -m pytest`, `uv run python -m unittest`. */
function pythonRunner(values: readonly string[]): Runner["name"] | null {
  const at = values.findIndex(
    (value) => !/^(?:uv|poetry|pipenv|pdm|hatch|rye|coverage|run|--?[\w-]+)$/.test(value),
  );
  const start = values[at - 1] === "-m" ? at - 1 : at;
  const [program = "", flag, module] =
    values[start] === "-m" ? ["python", ...values.slice(start)] : values.slice(at);
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (/^(?:pytest(?:-3)?|py\.test)$/.test(name)) return "pytest";
  if (!/^python[\d.]*$/.test(name) || flag !== "-m") return null;
  return module === "pytest" || module === "unittest" ? module : null;
}

/** What `node …`, `tsx …` or `ts-node …` runs, when that is a test. */
function nameOfScript(program: string, given: readonly Word[], read: Read): Runner["name"] | null {
  const inner = given.map(({ value }) =>
    value.includes("node_modules/") ? runnerOf(value)?.program : undefined,
  );
  const named = BY_NAME.find((name) => inner.includes(name));
  if (named !== undefined) return named;
  const paths = pathsIn(given);
  if (!isTestProgram(given, paths)) return null;
  if (given.some(({ value }) => value === "--test")) return "node:test";
  const [script = "", ...others] = paths;
  if (importsTape(read(script)) || importsTape(read("package.json"))) return "tape";
  return others.length === 0 && program !== "ts-node" ? "node:test" : "other";
}

function importsTape(text: string | null): boolean {
  return /["'`]tape["'`]/.test(text ?? "");
}

const FILES_OF: Readonly<Record<"python" | "go" | "javascript", RegExp>> = {
  python: /\.py$/,
  go: /\.go$/,
  javascript: /\.(?:[cm]?[jt]sx?|vue|svelte|coffee)$/,
};

/** What a test file of each runner names, when it names anything. */
const NAMED_IN: Partial<Record<Runner["name"], RegExp>> = {
  vitest: /["']vitest["']/,
  jest: /["']@jest\/globals["']|\bjest\./,
  "node:test": /["'](?:node:)?test["']/,
  tape: /["']tape["']/,
  tap: /["']tap["']/,
  ava: /["']ava["']/,
  mocha: /["']mocha["']/,
  pytest: /\bpytest\b/,
  unittest: /\bunittest\b/,
};

/** The runner a test file is for: by its language and its folder, then by what it imports, then the first. */
export function runnerFor(path: string, text: string, runners: readonly Runner[]): Runner | null {
  const depth = ({ folder = "" }: Runner) => folder.length;
  const able = runners
    .filter(({ name }) => name === "other" || FILES_OF[languageOf(name)].test(path))
    .filter(({ folder = "" }) => pathFrom(folder, path) !== null)
    .toSorted((one, other) => depth(other) - depth(one))
    .filter((one, _index, [nearest]) => nearest !== undefined && depth(one) === depth(nearest));
  const named = able.filter(({ name }) => NAMED_IN[name]?.test(text));
  return named[0] ?? able[0] ?? null;
}

function languageOf(name: Runner["name"]): keyof typeof FILES_OF {
  return name === "pytest" || name === "unittest" ? "python" : name === "go test" ? "go" : "javascript";
}
