/**
 * Follows a command through the scripts of a package.json, the recipes of a Makefile and the programs that only run
 * others, down to what is really called. Runs nothing.
 */

import { isWrapper, runnerOf, runsForeignTests } from "#core/court/programs.ts";
import { simpleCommands, type Word } from "#core/court/shell-words.ts";

export type Sources = {
  /** `scripts` of the package.json. */
  scripts: Readonly<Record<string, string>>;
  /** Recipes of the Makefile, by target. */
  recipes: Readonly<Record<string, string>>;
};

/** One simple command: `NODE_ENV=test mocha -R dot`. */
export type Call = { assignments: readonly Word[]; words: readonly Word[] };

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const MANAGERS = ["npm", "yarn", "pnpm", "bun"];
const RUNS_SEVERAL = ["run-s", "run-p", "npm-run-all"];
/** What a package manager does in another folder is not followed. */
const ELSEWHERE = /^(?:--prefix|--cwd|-C|--dir|-w|--workspaces?|--filter|-F|-r|--recursive)(?:=|$)/;

/** In the order in which they run. Pre- and post-scripts, and what runs in another folder, are left out. */
export function callsIn(script: string, sources: Sources): Call[] {
  return follow(script, [], sources, new Set());
}

function follow(
  script: string,
  further: readonly Word[],
  sources: Sources,
  seen: ReadonlySet<string>,
): Call[] {
  const commands = simpleCommands(script);
  const leaves = commands.findIndex(([head]) => head?.value === "cd");
  const here = leaves < 0 ? commands : commands.slice(0, leaves);
  return here.flatMap((words, at) =>
    followWords(at === commands.length - 1 ? [...words, ...further] : words, sources, seen),
  );
}

function followWords(words: readonly Word[], sources: Sources, seen: ReadonlySet<string>): Call[] {
  const start = words.findIndex(({ value }) => !ASSIGNMENT.test(value));
  const [head, ...rest] = words.slice(start);
  if (start < 0 || head === undefined) return [];
  const assignments = words.slice(0, start);
  const named = scriptsNamed(head.value, rest, sources);
  if (named !== null) {
    const calls = named.names.flatMap((name) => {
      const script = Object.hasOwn(named.in, name) ? named.in[name] : undefined;
      if (script === undefined || seen.has(name)) return [];
      return follow(script, named.further, sources, new Set([...seen, name]));
    });
    return calls.map((call) => ({ ...call, assignments: [...assignments, ...call.assignments] }));
  }
  const inner = innerWords(head, rest, sources);
  if (inner === null) return [{ assignments, words: [head, ...rest] }];
  return followWords([...assignments, ...inner], sources, seen);
}

/** What a wrapper runs, with the assignments given to the wrapper; null if the program is no wrapper. */
function innerWords(head: Word, rest: readonly Word[], sources: Sources): Word[] | null {
  if (MANAGERS.includes(head.value)) return rest.slice(rest[0]?.value === "exec" ? 1 : 0);
  if (!isWrapper(head.value)) return null;
  const inner = rest.findIndex(({ value }, at) => {
    const values = rest.slice(at, at + 2).map((word) => word.value);
    const known = runnerOf(value) !== null || runsForeignTests(values) || isWrapper(value);
    return known || scriptsNamed(value, [], sources) !== null;
  });
  const before = inner < 0 ? [] : rest.slice(0, inner);
  return inner < 0 ? [] : [...before.filter(({ value }) => ASSIGNMENT.test(value)), ...rest.slice(inner)];
}

type Named = { names: string[]; in: Readonly<Record<string, string>>; further: readonly Word[] };

/** The scripts that a package manager, npm-run-all or make is told to run; null if they name a program instead. */
function scriptsNamed(program: string, rest: readonly Word[], { scripts, recipes }: Sources): Named | null {
  const plain = rest.map(({ value }) => value).filter((value) => !value.startsWith("-"));
  if (program === "make") return { names: rest.length === 1 ? plain : [], in: recipes, further: [] };
  if (MANAGERS.includes(program)) return scriptOfManager(program, rest, scripts);
  if (!RUNS_SEVERAL.includes(program)) return null;
  const all = Object.keys(scripts);
  const names = plain.flatMap((name) =>
    name.endsWith("*") ? all.filter((one) => one.startsWith(name.replace(/\*+$/, ""))) : [name],
  );
  return { names, in: scripts, further: [] };
}

function scriptOfManager(program: string, rest: readonly Word[], scripts: Sources["scripts"]): Named | null {
  const values = rest.map(({ value }) => value);
  const dashes = values.indexOf("--");
  const own = dashes < 0 ? values : values.slice(0, dashes);
  const [verb = "", name = ""] = own.filter((value) => !value.startsWith("-"));
  const isBunsOwn = program === "bun" && verb === "test";
  if (isBunsOwn || own.some((value) => ELSEWHERE.test(value))) return { names: [], in: scripts, further: [] };
  if (verb === "exec") return null;
  const runs = ["run", "run-script"].includes(verb);
  const script = runs ? name : ["t", "tst"].includes(verb) ? "test" : verb;
  // All but npm also call programs by their names.
  if (program !== "npm" && !runs && !Object.hasOwn(scripts, script) && runnerOf(script) !== null) return null;
  const ownWords = program === "npm" ? own.length : values.indexOf(runs ? name : verb) + 1;
  const further = rest.slice(ownWords).filter(({ value }) => value !== "--");
  return { names: [script], in: scripts, further };
}
