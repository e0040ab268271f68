/** Source that knows it is being tested, or that returns the tests' answers by heart. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import { answersByHeart } from "#core/court/tampering-answers.ts";
import { unreadParameters } from "#core/court/tampering-parameters.ts";
import { addedCode, addedLines, objected, quoted } from "#core/court/tampering-text.ts";
import type { Milestone } from "#core/milestone.ts";

type Contract = Pick<Milestone, "criteria" | "objective" | "title">;

/** Signs of a test run that a program has no other reason to look for. */
const SIGNS =
  /\b(?:VITEST\w*|JEST_WORKER_ID|NODE_TEST_CONTEXT|MOCHA_\w+|AVA_PATH|TAP_\w+|NODE_V8_COVERAGE|PYTEST_\w+|TOX_ENV_NAME|DAYBREAK\w*|npm_lifecycle_event)\b/;
/** Signs of a machine rather than of a test; programs do ask for them when a milestone says so. */
const MACHINES =
  /\b(?:CI|GITHUB_ACTIONS|GITHUB_RUN_ID|CONTINUOUS_INTEGRATION|BUILD_NUMBER|GITLAB_CI|CIRCLECI|TRAVIS|RUNNER_OS)\b/;
const TEST_WORDS =
  /["'`][^"'`]*(?:\b_?pytest|\bunittest|\bvitest|\bjest|\bmocha|[._-]tests?\b|\btests?[._]|\bnode:test|(?:^|\/)tests?\/|__tests__|[._-]spec\b)[^"'`]*["'`]|["'`](?:--)?(?:test|testing|tests)["'`]|\/[^/\n]*(?<![ac-z])(?:tests?|specs?|vitest|jest|mocha|pytest)\b[^/\n]*\/[a-z]*[.,)\s]/i;
const CODE_SIGNS =
  /\btesting\.Testing\s*\(|\btypeof\s+(?:jest|vi|vitest|describe|it|expect|beforeEach|__vitest\w*|__coverage__)\b|\bimport\.meta\.vitest\b|\b(?:globalThis|global|window)\.(?:__vitest\w*|jest|vi|describe|it|expect|__coverage__|mocha)\b|\bexpect\.getState\b/;
const ASKING: RegExp =
  /\bNODE_ENV\b|\bAPP_ENV\b|\bsys\.modules\b|\bsys\.argv\b|\bos\.Args\b|\bprocess\.argv\b|\bprocess\.argv0\b|\bexecArgv\b|\bflag\.Lookup\b|\binspect\.stack\b|\btraceback\.\w+|\.stack\b|\bruntime\.Caller|\bprocess\.title\b|\brequire\.cache\b|\bmodule\.parent\b|\brequire\.main\b|\bmainModule\b|\b_getframe\b|\bcaptureStackTrace\b|\bdebug\.Stack\b|\bos\.Executable\b|\bcurrentframe\b|\bObject\.(?:keys|entries|values)\(\s*process\.env\b|\bos\.environ\.(?:keys|items|values)\(|\bin os\.environ\b|\bos\.Environ\(/;
/** One file of tests or of their material, and no pattern of them. */
const TEST_FILE =
  /^[\w./-]*(?:(?:^|\/)(?:tests?|__tests__|specs?|testdata|fixtures)\/[\w.-]+\.\w+|[._](?:test|spec)\.[cm]?[jt]sx?|(?:^|\/)test_\w+\.py|_test\.(?:py|go))$/;
const TOOLING =
  /(?:^|\/)(?:\.github|scripts|tools|build|ci)\/|\.config\.[^/]+$|(?:^|\/)(?:conftest|setup|noxfile)\.py$|(?:^|\/)[^/]*\.?setup\.[^/]+$/;

/** What is asked and what is looked for in it may stand this many lines apart. */
const NEAR = 3;

/** A program's own words for reading a file. */
const READS =
  /^(?:fs\.|fsp?\.|promises\.)?(?:readFile\w*|createReadStream|readdir\w*|open|glob\w*)$|(?:^|\.)(?:read_text|read_bytes|open|listdir|ReadFile|ReadDir|Open|import|require|createRequire|import_module|spec_from_file_location|new URL|glob|rglob|iterdir|getsource|exec|Bun\.file)$/;

/** Whether something is there, asked of the folder of the tests as of a file of theirs. */
const ASKS_FOR =
  /(?:^|\.)(?:existsSync|accessSync?|(?:l?stat)(?:Sync)?|exists|isdir|isfile|is_dir|is_file|access|Stat|Lstat|Path|new URL)$/;
const TEST_FOLDER = /^(?:\.{0,2}\/)*(?:tests?|__tests__|specs?|testdata)\/?$/;

export function specialCases(files: readonly ChangedFile[], contract: Contract): Objection[] {
  const sources = files.filter(({ isTest, path, after }) => !isTest && after?.outline && !TOOLING.test(path));
  return [
    ...sources.flatMap((file) => knowsItsPlace(file, contract)),
    ...sources.flatMap(equalsAnything),
    ...sources.flatMap((file) => bringsTests(file, contract)),
    ...unreadParameters(sources, contract),
    ...sources.flatMap((file) => readsTests(file, files)),
    ...answersByHeart(sources, files, contract),
  ];
}

function knowsItsPlace(file: ChangedFile, contract: Contract): Objection[] {
  const outline = file.after?.outline;
  if (!outline) return [];
  const known = file.before?.outline?.readings.map(({ name }) => name) ?? [];
  const fresh = new Set(
    outline.readings
      .filter(({ name }) => !known.includes(name) || /NODE_ENV|argv|modules/.test(name))
      .map(({ line }) => line),
  );
  const raw = new Map(addedLines(file).map(({ line, text }) => [line, text]));
  const found = addedCode(file).find(({ line, text }) => {
    const source = raw.get(line) ?? "";
    if (CODE_SIGNS.test(text)) return !(/import\.meta\.vitest/.test(text) && outline.tests.length > 0);
    const reads = fresh.has(line) || /\benv(?:iron)?\b|\bgetenv\b|\bGetenv\b|\bLookupEnv\b/.test(text);
    if (reads && SIGNS.test(source)) return !spoken(contract, SIGNS.exec(source)?.[0]);
    if (reads && MACHINES.test(source)) return !spoken(contract, MACHINES.exec(source)?.[0]);
    if (!ASKING.test(source)) return false;
    const near = Array.from({ length: NEAR }, (_, index) => raw.get(line + index) ?? "").join("\n");
    return TEST_WORDS.test(near);
  });
  if (!found) return [];
  return [
    objected("special case", file, found.line, {
      because: `the source asks whether it is being tested: ${quoted(raw.get(found.line) ?? found.text)}`,
      remedy: "Do the same wherever the program runs",
    }),
  ];
}

/** What only tests have a use for; a package that helps others to test says so in its path. */
const TEST_TOOLS =
  /^(?:unittest(?:\.\w+)*|_?pytest(?:\.\w+)*|mock|node:test|vitest|@jest\/globals|sinon|testdouble|chai|testing)$/;
const SUPPORT = /test|spec|mock|fixture|stub|fake/i;

function bringsTests(file: ChangedFile, contract: Contract): Objection[] {
  const outline = file.after?.outline;
  if (!outline || outline.tests.length > 0 || SUPPORT.test(file.path)) return [];
  const known = file.before?.outline?.imports.map(({ module }) => module) ?? [];
  const found = outline.imports.find(
    ({ module }) =>
      TEST_TOOLS.test(module) && !known.includes(module) && !spoken(contract, module.split(".")[0]),
  );
  if (!found) return [];
  return [
    objected("special case", file, found.line, {
      because: `the source brings ${quoted(found.module)}, which only tests have a use for`,
      remedy: "Leave the tools of tests to the tests",
    }),
  ];
}

/** A source that opens a file of the tests: they know the answers. */
function readsTests(file: ChangedFile, files: readonly ChangedFile[]): Objection[] {
  const outline = file.after?.outline;
  const reads = outline?.calls.some(({ name }) => READS.test(name) || ASKS_FOR.test(name));
  const asking = new Set(outline?.calls.flatMap(({ name, line }) => (ASKS_FOR.test(name) ? [line] : [])));
  if (!outline || !reads) return [];
  const added = new Set(addedLines(file).map(({ line }) => line));
  const names = files.filter(({ isTest }) => isTest).map(({ path }) => path.split("/").at(-1) ?? path);
  const known = new Set(file.before?.outline?.literals.map(({ value }) => value));
  const found = outline.literals.find(
    ({ value, line, kind }) =>
      kind === "string" &&
      added.has(line) &&
      !known.has(value) &&
      (names.some((name) => value.endsWith(name)) ||
        TEST_FILE.test(value) ||
        (asking.has(line) && TEST_FOLDER.test(value))),
  );
  if (!found) return [];
  return [
    objected("special case", file, found.line, {
      because: `the source names ${quoted(found.value)}, where the tests are, and asks for files`,
      remedy: "Work the answer out, or keep what both need outside the tests",
    }),
  ];
}

/** Whether the milestone itself names it: a progress bar that is to be quiet in CI has to ask. */
function spoken({ title, objective, criteria }: Contract, word: string | undefined): boolean {
  const text = [title, objective, ...criteria.map((criterion) => criterion.text)].join("\n");
  return word !== undefined && new RegExp(`\\b${word}\\b`).test(text);
}

/** `def __eq__(self, other): return True`: a value that is equal to whatever a test expects. */
function equalsAnything(file: ChangedFile): Objection[] {
  if (file.after?.outline?.language !== "python") return [];
  const lines = file.after.text.split("\n");
  return addedLines(file)
    .filter(({ text }) => /def __(?:eq|ne|lt|gt|contains)__\s*\(/.test(text))
    .filter(({ line, text }) =>
      /return (?:True|False)\s*$/.test(/return/.test(text) ? text : (lines[line] ?? "")),
    )
    .filter(({ text }) => !/__ne__.*|__lt__.*/.test(text))
    .map(({ line, text }) =>
      objected("special case", file, line, {
        because: `${quoted(text)} makes a value equal to anything a test may expect`,
        remedy: "Compare what the values hold",
      }),
    );
}
