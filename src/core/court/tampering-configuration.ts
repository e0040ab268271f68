/** What decides which tests run and how: runner files, scripts, thresholds, commands that cannot fail. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import { isRunnerConfiguration } from "#core/court/kinds.ts";
import type { Objection } from "#core/court/objection.ts";
import { type AddedLine, addedLines, objected, quoted } from "#core/court/tampering-text.ts";

/** Files where only some lines are, and which lines. */
const PARTLY: [RegExp, RegExp][] = [
  [
    /(?:^|\/)vite\.config\.[^/]*$/,
    /\b(?:test|coverage|setupFiles|globalSetup|include|exclude|reporters?|thresholds?|retry|bail|passWithNoTests|environment|alias)\b/,
  ],
  [
    /(?:^|\/)(?:GNUm|m|M)akefile$|(?:^|\/)(?:j|J)ustfile$|(?:^|\/)Taskfile\.ya?ml$/,
    /\b(?:test|tests|check|coverage|pytest|vitest|jest|lint|verify)\b/,
  ],
  [
    /(?:^|\/)conftest\.py$/,
    /\bdef\s+pytest_\w+|\bcollect_ignore\w*|\bautouse\s*=\s*True|\bpytest_plugins\b|\bhookimpl\b|\b_pytest\b|\badd_marker\b|\bdeselect/,
  ],
];

/** Parts of a manifest that are about running tests, and where they begin. */
const SECTION =
  /^\s*\[+(?:tool[.:](?:pytest|coverage|tox|nox|hatch\.envs|pdm\.scripts|poe)|pytest|tool:pytest|coverage|run$|report$)[^\]]*\]/;
const MANIFEST = /(?:^|\/)(?:pyproject\.toml|setup\.cfg)$/;

const PARTS = ["jest", "vitest", "mocha", "nyc", "c8", "ava", "tap", "wireit", "nx", "lint-staged"] as const;
const CHECKS =
  /^(?:(?:pre|post)?test(?:$|[:_-])|(?:pre|post)?(?:coverage|cover|lint|typecheck|check|ci|verify|prepublishOnly)(?:$|[:_-]))/;

/** npm writes this script when nobody wrote one. */
const NO_TEST = /no test specified/;

type Seen = { line: number | null; what: string };

export function changedRunners(files: readonly ChangedFile[], contract: string): Objection[] {
  return files.flatMap((file) => {
    const seen = runnerChange(file) ?? hiddenByTag(file);
    if (!seen || (file.before === null && asked(file, contract))) return [];
    return [
      objected("runner configuration", file, seen.line, {
        because: `${seen.what} changed, which decides what tests run and how`,
        remedy: "Leave it as it is, or let the milestone name the file under `Allows:`",
      }),
    ];
  });
}

/** A milestone that sets the tool up may write its first configuration. */
function asked({ path }: ChangedFile, contract: string): boolean {
  const tool = /(vitest|jest|mocha|ava|pytest|tox|coverage|playwright|cypress|workflow|makefile)/i.exec(
    path,
  )?.[1];
  return tool !== undefined && new RegExp(`\\b${tool}\\b`, "i").test(contract);
}

function runnerChange(file: ChangedFile): Seen | null {
  const { path } = file;
  const differences = [...addedLines(file), ...removedLines(file)];
  if (/(?:^|\/)package\.json$/.test(path)) return packageChange(file);
  if (/(?:^|\/)tsconfig[^/]*\.json$/.test(path)) return narrowed(file);
  if (MANIFEST.test(path)) return sectionChange(file);
  if (isRunnerConfiguration(path) && !/(?:^|\/)conftest\.py$/.test(path)) {
    const real = differences.filter(
      ({ text }) => !isComment(text) && !raisedOnly(file, text) && !/^\s*-?\s*uses\s*:/.test(text),
    );
    return real.length > 0 || file.after === null
      ? { line: lineIn(file, real), what: "the runner's configuration" }
      : null;
  }
  const part = PARTLY.find(([named]) => named.test(path));
  const line = part && differences.find(({ text }) => !isComment(text) && part[1].test(text));
  if (line) return { line: lineIn(file, [line]), what: quoted(line.text) };
  return recipeChange(file);
}

function lineIn({ after }: ChangedFile, lines: readonly AddedLine[]): number | null {
  const line = lines[0]?.line;
  return line === undefined || !after ? null : Math.max(1, Math.min(line, after.text.split("\n").length));
}

function isComment(text: string): boolean {
  return /^\s*(?:\/\/|#(?!!)|\*|\/\*|;)/.test(text) || text.trim() === "";
}

/** Lines of the base that the change took away. */
function removedLines(file: ChangedFile): AddedLine[] {
  if (!file.before) return [];
  const lines = file.before.text.split("\n").length;
  return addedLines({ ...file, before: file.after, after: file.before, changed: [{ from: 1, to: lines }] });
}

/** A line that differs from the base's in nothing but a raised threshold. */
function raisedOnly({ before, after }: ChangedFile, text: string): boolean {
  const others = `${before?.text ?? ""}\n${after?.text ?? ""}`.split("\n");
  const shape = (line: string): string => line.replace(/\d+(?:\.\d+)?/g, "#").trim();
  return (
    THRESHOLD.test(text) && others.filter((line) => line !== text && shape(line) === shape(text)).length > 0
  );
}

function packageChange(file: ChangedFile): Seen | null {
  const [before, after] = [parsed(file.before?.text), parsed(file.after?.text)];
  if (!file.before) return null;
  if (!before || !after) return file.after ? { line: null, what: "`package.json` cannot be read and" } : null;
  const part = PARTS.find((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (part && !onlyRaised(before[part], after[part]))
    return { line: lineOfKey(file, part), what: `\`${part}\` in \`package.json\`` };
  const [was, is] = [scriptsOf(before), scriptsOf(after)];
  const script = [...new Set([...Object.keys(was), ...Object.keys(is)])].find((name) => {
    if (!CHECKS.test(name) || was[name] === is[name]) return false;
    if (was[name] === undefined)
      return /^(?:pre|post)/.test(name) && was[name.replace(/^(?:pre|post)/, "")] !== undefined;
    return !NO_TEST.test(was[name]);
  });
  return script ? { line: lineOfKey(file, script), what: `the script \`${script}\`` } : null;
}

/** Nothing differs but numbers that grew. */
function onlyRaised(before: unknown, after: unknown): boolean {
  const shape = (value: unknown): string => JSON.stringify(value ?? null).replace(/\d+(?:\.\d+)?/g, "#");
  const numbers = (value: unknown): number[] =>
    [...JSON.stringify(value ?? null).matchAll(/\d+(?:\.\d+)?/g)].map(Number);
  return (
    before !== undefined &&
    shape(before) === shape(after) &&
    numbers(before).every((number, index) => (numbers(after)[index] ?? 0) >= number)
  );
}

function parsed(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch {
    return null;
  }
}

function scriptsOf({ scripts }: Record<string, unknown>): Record<string, string> {
  if (typeof scripts !== "object" || scripts === null) return {};
  return Object.fromEntries(Object.entries(scripts).map(([name, value]) => [name, String(value)]));
}

function lineOfKey({ after }: ChangedFile, key: string): number | null {
  const at = (after?.text.split("\n") ?? []).findIndex((line) => line.includes(`"${key}"`));
  return at < 0 ? null : at + 1;
}

/** A type checker that is told to leave out tests or sources, or to be less strict. */
function narrowed(file: ChangedFile): Seen | null {
  const line = [...addedLines(file), ...removedLines(file)].find(
    ({ text }) =>
      file.before &&
      /"(?:exclude|include|files|strict\w*|no[A-Z]\w+|checkJs)"|\btests?\b|\.spec\b/.test(text),
  );
  return line ? { line: lineIn(file, [line]), what: quoted(line.text) } : null;
}

/** Differences between what two versions of a manifest hold in the runner's own sections. */
function sectionChange(file: ChangedFile): Seen | null {
  const [was, is] = [sections(file.before?.text ?? ""), sections(file.after?.text ?? "")];
  if (was.join("\n") === is.join("\n")) return null;
  const odd = [...is.filter((line) => !was.includes(line)), ...was.filter((line) => !is.includes(line))];
  if (odd.every((text) => raisedOnly(file, text) || isComment(text))) return null;
  const at = (file.after?.text.split("\n") ?? []).indexOf(odd[0] ?? "");
  return { line: at < 0 ? null : at + 1, what: quoted(odd[0] ?? "") };
}

function sections(text: string): string[] {
  let inside = false;
  return text.split("\n").filter((line) => {
    if (/^\s*\[/.test(line)) inside = SECTION.test(line);
    return inside && line.trim() !== "";
  });
}

/** A recipe line that changed under a target that runs tests. */
function recipeChange(file: ChangedFile): Seen | null {
  if (!/akefile$|ustfile$/.test(file.path) || !file.before) return null;
  const recipes = (text: string): Map<string, string> => {
    const targets = new Map<string, string>();
    let target = "";
    for (const line of text.split("\n")) {
      target = /^([\w.-]+)\s*:(?!=)/.exec(line)?.[1] ?? (/^\S/.test(line) ? "" : target);
      if (CHECKS.test(target)) targets.set(target, `${targets.get(target) ?? ""}${line}\n`);
    }
    return targets;
  };
  const is = recipes(file.after?.text ?? "");
  const odd = [...recipes(file.before.text)].find(([target, recipe]) => is.get(target) !== recipe);
  return odd ? { line: null, what: `the target \`${odd[0]}\`` } : null;
}

/** What a build can really be for. */
const PLATFORMS =
  /^(?:go1\.\d+|!?(?:linux|darwin|windows|freebsd|netbsd|openbsd|unix|amd64|arm64|386|arm|cgo|race|js|wasm|wasip1|plan9)|&&|\|\|)$/;

/** A Go test file that is left out by a build tag. A new one may be for one platform or for newer versions. */
function hiddenByTag(file: ChangedFile): Seen | null {
  if (!/_test\.go$/.test(file.path)) return null;
  const tag = addedLines(file).find(({ text }) => /^\s*\/\/\s*(?:go:build|\+build)\s/.test(text));
  if (!tag) return null;
  const words = tag.text
    .replace(/^.*?build\s+/, "")
    .replace(/[()]/g, " ")
    .split(/\s+/)
    .filter(Boolean);
  const honest = file.before
    ? words.every((word) => /^go1\./.test(word))
    : words.every((word) => PLATFORMS.test(word));
  return honest && !words.includes("!linux") ? null : { line: tag.line, what: quoted(tag.text) };
}

const THRESHOLD =
  /\b(?:lines|branches|functions|statements|fail[_-]under|cov-fail-under|check-coverage|thresholds?|min(?:imum)?[_-]?coverage|perFile|per-file|mutationScore|break)\b/;
const MOST =
  /\b(?:max-?warnings|maxWarnings|max-(?:lines|depth|params|statements|complexity|len|nested-callbacks)[\w-]*|max[_-]complexity|maxAllowedComplexity|complexity|max-line-length)\b/;
const CONFIGURES =
  /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.cfg|[^/]*akefile|[^/]*ustfile|[^/]*\.ya?ml|[^/]*\.ini|\.[\w.]*rc(?:\.\w+)?|[^/]*\.config\.[^/]+|[^/]*\.toml|biome\.jsonc?|\.coveragerc|[^/]*\.sh|sonar-project\.properties|noxfile\.py)$/;

/** Coverage and mutation scores that may not fall, lint limits that may not grow. Time limits are not judged. */
export function loweredThresholds(files: readonly ChangedFile[]): Objection[] {
  return files
    .filter(({ path, before }) => before && CONFIGURES.test(path))
    .flatMap((file) => {
      const [was, is] = [limitsOf(file.before?.text ?? ""), limitsOf(file.after?.text ?? "")];
      const odd = [...was].find(([key, limit]) => {
        const now = is.get(key);
        if (now === undefined) return limit.value > 0 || limit.most;
        return limit.most ? now.value > limit.value : now.value < limit.value;
      });
      if (!odd) return [];
      const now = is.get(odd[0]);
      const how = now ? `was ${odd[1].value} and is ${now.value}` : "is gone";
      return [
        objected("lowered threshold", file, now?.line ?? null, {
          because: `\`${odd[0].replace(/ \d+$/, "")}\` ${how}`,
          remedy: "Keep the limit, and write what it asks for",
        }),
      ];
    });
}

type Limit = { value: number; line: number; most: boolean };

function limitsOf(text: string): Map<string, Limit> {
  const limits = new Map<string, Limit>();
  const pattern = new RegExp(
    `((?:${THRESHOLD.source})|(?:${MOST.source}))["']?\\s*[:= ]\\s*["'[]*(?:error|warn|2|1)?["']?[,\\s]*(?:\\{[^}]*?)?(-?\\d+(?:\\.\\d+)?|true|false)`,
    "g",
  );
  for (const [index, line] of text.split("\n").entries()) {
    if (isComment(line)) continue;
    for (const [, key = "", value = ""] of line.matchAll(pattern)) {
      const same = [...limits.keys()].filter((known) => known.startsWith(`${key} `)).length;
      const number = value === "true" ? 1 : value === "false" ? 0 : Number(value);
      limits.set(`${key} ${same}`, { value: number, line: index + 1, most: MOST.test(key) });
    }
    if (/--check-coverage(?![=\s]*(?:false|\d))/.test(line))
      limits.set("--check-coverage 0", { value: 1, line: index + 1, most: false });
  }
  return limits;
}
