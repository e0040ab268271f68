/** Says how a runner is called so that its results are data, for all its tests or for some files. Pure; runs nothing. */

import { pathFrom } from "#core/court/folders.ts";
import { MANNERS, type Manner, REPORT } from "#core/court/manners.ts";
import { RUNS_ANYTHING, runnerOf, TAKES_A_WORD } from "#core/court/programs.ts";
import type { Invocation, Runner } from "#core/court/runner.ts";
import { quoted, quotedPath, simpleCommands, type Word } from "#core/court/shell-words.ts";
import { digestOf } from "#core/hash.ts";

export type Asked = {
  /** Null: every test the owner's command runs. */
  files: readonly string[] | null;
  /** Another order for another seed, as far as the runner can: of files at least. Null: the usual order. */
  seed: number | null;
};

/** The programs of npm's packages are not on the PATH. */
const PROGRAMS = 'PATH="$PWD/node_modules/.bin:$PATH"';

/** `asked.files` are paths from the root; those outside the runner's folder are not its own. */
export function invocationOf(runner: Runner, asked: Asked): Invocation {
  const { folder = "" } = runner;
  const files = asked.files?.flatMap((path) => pathFrom(folder, path) ?? []) ?? null;
  const { command, format } = invokedHere(runner, { ...asked, files });
  if (folder === "") return { command: `${PROGRAMS}; ${command}`, format };
  // A package finds the programs of the packages around it.
  return {
    command: `${PROGRAMS}; cd ${quotedPath(folder)} || exit 1; ${PROGRAMS}; ${command}`,
    format,
    folder,
  };
}

function invokedHere(runner: Runner, asked: Asked): Invocation {
  const words = simpleCommands(runner.words)[0] ?? [];
  const files = asked.files === null ? null : shuffled(asked.files, asked.seed);
  const manner = MANNERS[runner.name];
  if (manner === null) return { command: plainCommand(runner, words, files), format: "none" };
  const start = words.findIndex(({ value }) => manner.program.test(value));
  const programs = runner.name === "tap" ? asPrograms(words.slice(start + 1), files) : null;
  if (programs !== null) return { command: programs, format: "tap" };
  const isNamed = start >= 0;
  const command = isNamed
    ? commandOf(manner, words.slice(0, start + 1), words.slice(start + 1), { files, seed: asked.seed })
    : files === null
      ? runner.words
      : oneByOne(programOf(words), files, { ...manner, selects: (paths) => paths.map(quotedPath) });
  return { command, format: manner.format };
}

function commandOf(
  manner: Manner,
  named: readonly Word[],
  own: readonly Word[],
  { files, seed }: Asked,
): string {
  const module = manner.module?.(seed) ?? null;
  // A module of the runner's own name is called in its place.
  const start = named
    .map(({ raw, value }) => (module?.name === `daybreak_${value}` ? module.name : raw))
    .join(" ");
  const { flags, paths, last } = siftedWords(manner, own, files === null);
  const told = [start, ...manner.flags({ seed, program: start }), ...flags];
  if (files !== null && manner.alone) return oneByOne(told.join(" "), files, manner);
  const selected = files === null ? paths : manner.selects(files);
  const command = [...told, ...selected, ...last].join(" ");
  const before = manner.environment === undefined ? [] : [manner.environment];
  return [...before, ...(module === null ? [] : writing(module)), command].join("; ");
}

/** A word the shell may expand by itself: a path, or a pattern of paths. */
const PLAIN_PATTERN = /^[\w./*-]+$/;
const SCRIPT = /\.[cm]?js$/;

/** Old versions leave with 0 whatever was not ok, unless their own program looks at what they print. */
const RUN_PROGRAM = [
  `printf '# file: %s\\n' "$file"`,
  `said="$(node "$file" 2>&1)" || failed=1`,
  `printf '%s\\n' "$said"`,
  `if printf '%s\\n' "$said" | grep '^not ok' | grep -qiv '# *\\(todo\\|skip\\)'; then failed=1; fi`,
].join("; ");

/**
 * Tests of tap are programs that print TAP by themselves; how its own program prints differs from version to version.
 * Null where a file needs more than Node, or nobody says which files there are.
 */
function asPrograms(own: readonly Word[], files: readonly string[] | null): string | null {
  const given = own.map(({ value }) => value).filter((value) => !value.startsWith("-"));
  const named = files ?? given;
  const known = named.length > 0 && named.every((one) => SCRIPT.test(one));
  if (!known || (files === null && !given.every((one) => PLAIN_PATTERN.test(one)))) return null;
  const words = files === null ? given : files.map(quotedPath);
  return `failed=0; for file in ${words.join(" ")}; do ${RUN_PROGRAM}; done; exit $failed`;
}

function writing({ name, text }: { name: string; text: string }): string[] {
  const folder = `${REPORT}.d`;
  return [
    `mkdir -p ${folder}`,
    `printf %s ${quoted(text)} > ${folder}/${name}.py`,
    `export PYTHONPATH=${folder}"\${PYTHONPATH:+:$PYTHONPATH}"`,
  ];
}

/** Each file by itself, so that one that does not load keeps no other from running. */
function oneByOne(
  program: string,
  files: readonly string[],
  { format, selects }: Pick<Manner, "format" | "selects">,
): string {
  if (format === "tap") {
    // TAP does not say which file it is of. On one stream, so that what is said of a crash stands below its file.
    const runs = files.map(
      (file) =>
        `printf '# file: %s\\n' ${quoted(file)}; ${program} ${selects([file]).join(" ")} 2>&1 || failed=1`,
    );
    return ["failed=0", ...runs, "exit $failed"].join("; ");
  }
  const runs = files.map(
    (file, at) => `${program.replace(REPORT, `${REPORT}.${at}`)} ${selects([file]).join(" ")} || failed=1`,
  );
  const together = `{ echo "<testsuites>"; cat ${REPORT}.* 2>/dev/null; echo "</testsuites>"; } > ${REPORT}`;
  return ["failed=0", ...runs, together, "exit $failed"].join("; ");
}

/** `last`: what is handed to the tests themselves. */
type Sifted = { flags: string[]; paths: string[]; last: string[] };

/**
 * The owner's own words without those that stand in the way. Where all tests run they keep their order among
 * themselves: what takes the next word is not known of every flag.
 */
function siftedWords(
  { drops, takes, dropsForFiles }: Manner,
  own: readonly Word[],
  keepsOrder: boolean,
): Sifted {
  const ends = own.findIndex(({ value }) => value === "-args");
  const read = ends < 0 ? own : own.slice(0, ends);
  const sifted: Sifted = {
    flags: [],
    paths: [],
    last: ends < 0 ? [] : own.slice(ends).map(({ raw }) => raw),
  };
  for (let at = 0; at < read.length; at += 1) {
    const { raw = "", value = "" } = read[at] ?? {};
    const isFlag = value.startsWith("-");
    const taken = isFlag && takes.test(value) ? read.slice(at + 1, at + 2) : [];
    at += taken.length;
    if (value === "--" || drops.test(value) || (!keepsOrder && dropsForFiles?.test(value))) continue;
    sifted[isFlag || keepsOrder ? "flags" : "paths"].push(raw, ...taken.map((word) => word.raw));
  }
  return sifted;
}

/** A test that is a program of its own: `node test.js`, of which the words before the file are needed. */
function programOf(words: readonly Word[]): string {
  const isPath = ({ value }: Word, at: number): boolean =>
    at > 0 && !/^-|=/.test(value) && !TAKES_A_WORD.test(words[at - 1]?.value ?? "");
  const first = words.findIndex(isPath);
  return (first < 0 ? words : words.slice(0, first)).map(({ raw }) => raw).join(" ");
}

/** Without a report: known programs take files, any other command runs whole. */
function plainCommand(
  { words: whole }: Runner,
  words: readonly Word[],
  files: readonly string[] | null,
): string {
  const start = words.findIndex(({ value }) => runnerOf(value) !== null);
  const program = runnerOf(words[start]?.value ?? "")?.program;
  if (files === null || program === undefined || RUNS_ANYTHING.has(program)) return whole;
  const given = words.slice(start + 1);
  const flags = given.filter(
    ({ value }, at) => value.startsWith("-") || TAKES_A_WORD.test(given[at - 1]?.value ?? ""),
  );
  return [...[...words.slice(0, start + 1), ...flags].map(({ raw }) => raw), ...files.map(quotedPath)].join(
    " ",
  );
}

function shuffled(files: readonly string[], seed: number | null): readonly string[] {
  if (seed === null) return files;
  const place = new Map(files.map((file) => [file, digestOf(`${seed} ${file}`)]));
  return files.toSorted((one, other) => ((place.get(one) ?? "") < (place.get(other) ?? "") ? -1 : 1));
}
