/**
 * Follows a command through folders, the scripts of a package.json, the recipes of a Makefile and the programs that
 * only run others, down to what is really called. Runs nothing.
 */

import { MANAGERS, movedBy, type Packages, within } from "#core/court/folders.ts";
import { isWrapper, runnerOf, runsForeignTests } from "#core/court/programs.ts";
import { simpleCommands, type Word } from "#core/court/shell-words.ts";

export type Sources = {
  /** `scripts` of the package.json. */
  scripts: Readonly<Record<string, string>>;
  /** Recipes of the Makefile, by target. */
  recipes: Readonly<Record<string, string>>;
};

export type Project = {
  /** What the files of a folder name; the root is empty. */
  sources: (folder: string) => Sources;
  packages: Packages;
};

/** One simple command, `NODE_ENV=test mocha -R dot`, and the folder from the root in which it runs. */
export type Call = { assignments: readonly Word[]; words: readonly Word[]; folder: string };

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const RUNS_SEVERAL = ["run-s", "run-p", "npm-run-all"];

/** In the order in which they run. Pre- and post-scripts, and what runs where nobody can say, are left out. */
export function callsIn(script: string, project: Project): Call[] {
  return follow(script, [], { project, folder: "", seen: new Set() });
}

/** `seen`: the scripts on the way here, with their folders. */
type Trail = { project: Project; folder: string; seen: ReadonlySet<string> };

function follow(script: string, further: readonly Word[], trail: Trail): Call[] {
  const commands = simpleCommands(script);
  const outside: string[] = [];
  const calls: Call[] = [];
  let { folder } = trail;
  for (const [at, command] of commands.entries()) {
    const { opens, words, closes } = ungrouped(command);
    if (opens) outside.push(folder);
    if (words[0]?.value === "cd") {
      const next = within(folder, words[1]?.value ?? "~");
      if (next === null) break;
      folder = next;
    } else {
      const own = at === commands.length - 1 ? [...words, ...further] : words;
      calls.push(...followWords(own, { ...trail, folder }));
    }
    if (closes) folder = outside.pop() ?? folder;
  }
  return calls;
}

/** `(cd web && npm test)`: what is done in brackets ends with them. */
function ungrouped(command: readonly Word[]): { opens: boolean; words: readonly Word[]; closes: boolean } {
  const opens = command[0]?.raw.startsWith("(") ?? false;
  const closes = /^[^()]*\)$/.test(command.at(-1)?.raw ?? "");
  const bare = (text: string, at: number): string => {
    const inner = opens && at === 0 ? text.slice(1) : text;
    return closes && at === command.length - 1 ? inner.slice(0, -1) : inner;
  };
  const words = command.map(({ raw, value }, at) => ({ raw: bare(raw, at), value: bare(value, at) }));
  return { opens, words: words.filter(({ raw }) => raw !== ""), closes };
}

function followWords(words: readonly Word[], trail: Trail): Call[] {
  const start = words.findIndex(({ value }) => !ASSIGNMENT.test(value));
  const assignments = words.slice(0, start);
  const moved = start < 0 ? null : movedBy(words.slice(start), trail.folder, trail.project.packages);
  return (moved?.folders ?? []).flatMap((folder) =>
    followHere(assignments, moved?.words ?? [], { ...trail, folder }),
  );
}

function followHere(
  assignments: readonly Word[],
  [head, ...rest]: readonly Word[],
  { project, folder, seen }: Trail,
): Call[] {
  if (head === undefined) return [];
  const sources = project.sources(folder);
  const named = scriptsNamed(head.value, rest, sources);
  if (named !== null) {
    const calls = named.names.flatMap((name) => {
      const script = Object.hasOwn(named.in, name) ? named.in[name] : undefined;
      const place = `${folder}:${name}`;
      if (script === undefined || seen.has(place)) return [];
      return follow(script, named.further, { project, folder, seen: new Set([...seen, place]) });
    });
    return calls.map((call) => ({ ...call, assignments: [...assignments, ...call.assignments] }));
  }
  const inner = innerWords(head, rest, sources);
  if (inner === null) return [{ assignments, words: [head, ...rest], folder }];
  return followWords([...assignments, ...inner], { project, folder, seen });
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
  if (program === "bun" && verb === "test") return { names: [], in: scripts, further: [] };
  if (verb === "exec") return null;
  const runs = ["run", "run-script"].includes(verb);
  const script = runs ? name : ["t", "tst"].includes(verb) ? "test" : verb;
  // All but npm also call programs by their names.
  if (program !== "npm" && !runs && !Object.hasOwn(scripts, script) && runnerOf(script) !== null) return null;
  const ownWords = program === "npm" ? own.length : values.indexOf(runs ? name : verb) + 1;
  const further = rest.slice(ownWords).filter(({ value }) => value !== "--");
  return { names: [script], in: scripts, further };
}
