/** How each test runner is told to leave its results as data: flags, and those of the owner that stand in the way. Words only. */

import { REPORTING_UNITTEST, shufflingPlugin } from "#core/court/python.ts";
import type { ReportFormat, Runner } from "#core/court/runner.ts";
import { quoted, quotedPath } from "#core/court/shell-words.ts";

export type Manner = {
  format: ReportFormat;
  /** The word with which its own flags begin; those before it belong to what starts it. */
  program: RegExp;
  /** Flags of the owner that hide results, send them elsewhere, stop early, watch or only measure. */
  drops: RegExp;
  /** Flags that take the next word. */
  takes: RegExp;
  flags: (asked: { seed: number | null; program: string }) => string[];
  /** Flags that make no sense beside names of files. */
  dropsForFiles?: RegExp;
  /** The words that select exactly these files. */
  selects: (files: readonly string[]) => string[];
  /** One file that does not load keeps the others from running: each is run by itself. */
  alone?: true;
  /** Assignments for the runner's environment. */
  environment?: string;
  /** A Python module to be written beside the report first. */
  module?: (seed: number | null) => { name: string; text: string } | null;
};

/** Where the report goes, as the shell reads it. */
export const REPORT = '"$DAYBREAK_REPORT"';

const MEASURES =
  "--watch|--watch-?all|--no-watch|-w|--coverage(?:\\..*)?|--no-coverage|--cov(?:-.*)?|--check-coverage";

/** Anchored: these flags, whatever value they are given after a `=`. */
function flags(...alternatives: string[]): RegExp {
  return new RegExp(`^(?:${alternatives.join("|")})(?:=.*)?$`, "is");
}

/** Anchored: these flags when their value is the next word. */
function words(...alternatives: string[]): RegExp {
  return new RegExp(`^(?:${alternatives.join("|")})$`);
}

function paths(files: readonly string[]): string[] {
  return files.map(quotedPath);
}

/** A path that stays itself where a runner reads its arguments as globs. */
function literalGlob(path: string): string {
  return path.replace(/[*?[\]{}()!+@\\]/g, (sign) => (sign === "\\" ? "[\\\\]" : `[${sign}]`));
}

const vitest: Manner = {
  format: "junit",
  program: /(?:^|\/)vitest(?:\.m?js)?$/,
  drops: flags(
    MEASURES,
    "run|watch|dev|--run",
    "--reporters?|--outputFile(?:\\..*)?|--output-file(?:\\..*)?",
    "--retry|--bail|--(?:no-)?cache|--sequence\\.(?:shuffle(?:\\..*)?|seed)|--ui|--passWithNoTests|--silent|--allowOnly",
  ),
  takes: words(
    "-c|--config|-r|--root|--dir|-t|--testNamePattern|--project|--environment|--pool|--mode|--exclude|--shard",
    "--reporters?|--outputFile|--retry|--bail|--testTimeout|--hookTimeout|--maxWorkers|--minWorkers",
  ),
  flags: ({ seed }) => [
    "run",
    "--reporter=default",
    "--reporter=junit",
    `--outputFile.junit=${REPORT}`,
    "--retry=0",
    "--bail=0",
    ...(seed === null ? [] : ["--sequence.shuffle", `--sequence.seed=${seed}`]),
  ],
  selects: (files) => paths(files),
};

const jest: Manner = {
  format: "jest-json",
  program: /(?:^|\/)jest(?:\.js)?$/,
  drops: flags(
    MEASURES,
    "--json|--outputFile|--ci|--bail|-b|-o|--onlyChanged|--changedSince|--lastCommit|--onlyFailures|-f|--passWithNoTests",
    "--randomize|--seed|--silent|--findRelatedTests|--runTestsByPath|--testPathPatterns?|--collectCoverage(?:From)?",
  ),
  takes: words(
    "-c|--config|--rootDir|-t|--testNamePattern|--env|-w|--maxWorkers|--selectProjects|--setupFilesAfterEnv|--testTimeout",
    "--outputFile|--seed|--changedSince|--collectCoverageFrom|--testPathPatterns?|--testRunner|--transform|--shard|--reporters",
  ),
  flags: ({ seed, program }) => [
    "--ci",
    "--json",
    `--outputFile=${REPORT}`,
    "--coverage=false",
    // Older versions refuse a flag they do not know.
    ...(seed === null
      ? []
      : [`$(${program} --help 2>/dev/null | grep -q -e --randomize && echo --randomize --seed=${seed})`]),
  ],
  selects: (files) => ["--runTestsByPath", ...paths(files)],
};

const nodeTest: Manner = {
  format: "junit",
  program: /(?:^|\/)(?:node|tsx|ts-node)$/,
  drops: flags(
    MEASURES,
    "--test|--test-reporter|--test-reporter-destination|--experimental-test-coverage|--test-coverage-.*",
    "--test-rerun-failures|--test-update-snapshots|--test-randomize|--test-random-seed|--watch-.*",
  ),
  takes: words(
    "-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--test-name-pattern",
    "--test-skip-pattern|--test-concurrency|--test-timeout|--test-reporter|--test-reporter-destination|--tsconfig",
  ),
  flags: ({ seed }) => [
    "--test",
    // Why a file did not load stands in no report, only on its standard error.
    "--test-reporter=spec --test-reporter-destination=stdout",
    "--test-reporter=junit",
    `--test-reporter-destination=${REPORT}`,
    ...(seed === null
      ? []
      : [
          `$(node --help | grep -q -e --test-random-seed && echo --test-randomize --test-random-seed=${seed})`,
        ]),
  ],
  // It takes the `./` off again before it starts a process per file.
  selects: (files) =>
    files
      .map(literalGlob)
      .map((file) => (file.startsWith("-") ? `"$PWD"/${quoted(file)}` : quotedPath(file))),
};

const mocha: Manner = {
  format: "junit",
  program: /(?:^|\/)_?mocha(?:\.c?js)?$/,
  drops: flags(
    MEASURES,
    "-R|--reporter|-O|--reporter-options?|-b|--bail|--retries|--dry-run|--forbid-only|--forbid-pending|-p|--parallel",
  ),
  takes: words(
    "-r|--require|--import|--loader|-R|--reporter|-O|--reporter-options?|-u|--ui|-t|--timeout|-s|--slow|-g|--grep",
    "-f|--fgrep|--config|--package|--extension|--file|--ignore|--exclude|--retries|-j|--jobs|-C|--cwd|-n|--node-option",
  ),
  flags: () => ["--reporter xunit", `--reporter-options output=${REPORT}`, "--retries 0", "--no-bail"],
  selects: paths,
  alone: true,
};

const tape: Manner = {
  format: "tap",
  program: /(?:^|\/)tape$/,
  drops: flags("--no-only|--strict"),
  takes: words("-r|--require|-i|--ignore|--ignore-pattern"),
  flags: () => [],
  selects: (files) => files.map(literalGlob).map(quotedPath),
  alone: true,
};

const tap: Manner = {
  format: "tap",
  program: /(?:^|\/)tap$/,
  drops: flags(
    MEASURES,
    "-R|--reporter|--reporter-file|--reporter-arg|-b|--bail|-c|--color|--100|-o|--output-file|--changed|-n",
  ),
  takes: words("-R|--reporter|-j|--jobs|-t|--timeout|--test-arg|--node-arg|--plugin"),
  flags: () => ["--reporter=tap"],
  selects: paths,
};

const ava: Manner = {
  format: "tap",
  program: /(?:^|\/)ava$/,
  drops: flags(MEASURES, "--tap|-t|--verbose|-v|--fail-fast|-u|--update-snapshots"),
  takes: words("-m|--match|-T|--timeout|-c|--concurrency|--config|--node-arguments|-s|--serial"),
  flags: () => ["--tap"],
  selects: (files) => files.map(literalGlob).map(quotedPath),
  alone: true,
};

/**
 * Python takes bytecode for fresh when the source has the same size and the same second: a file that is rewritten and
 * run again at once would be the old one.
 */
const NO_BYTECODE = "export PYTHONDONTWRITEBYTECODE=1";

const pytest: Manner = {
  format: "junit",
  environment: NO_BYTECODE,
  program: /(?:^|\/)(?:pytest(?:-3)?|py\.test)$/,
  drops: flags(
    "--cov(?:-.*)?|--no-cov.*|--junit-?xml|--junit-?prefix|-x|--exitfirst|--maxfail|--lf|--last-failed|--ff|--failed-first",
    "--nf|--new-first|--sw|--stepwise|--reruns|--reruns-delay|--collect-only|--co|-q+|-v+|--quiet|--verbose",
  ),
  takes: words(
    "-k|-m|-c|--rootdir|-o|--override-ini|-p|-W|--pythonwarnings|--ignore|--deselect|--confcutdir|--tb|--durations",
    "--maxfail|--junit-?xml|--reruns|--reruns-delay|-n|--numprocesses|--import-mode|--basetemp|--timeout|--log-level",
  ),
  flags: ({ seed, program }) => [
    `--junitxml=${REPORT}`,
    // The older family names the file of each test.
    "-o junit_family=xunit1",
    // Not `-p no:cacheprovider`: an owner's `--ff` in a configuration file would then be unknown.
    `-o cache_dir=${REPORT}.cache`,
    "-p no:randomly",
    "--continue-on-collection-errors",
    `$(${program} --help 2>/dev/null | grep -q -e --reruns= && echo --reruns 0)`,
    ...(seed === null ? [] : ["-p daybreak_shuffle"]),
  ],
  selects: paths,
  module: (seed) => (seed === null ? null : { name: "daybreak_shuffle", text: shufflingPlugin(seed) }),
};

const goTest: Manner = {
  format: "go-json",
  program: /^test$/,
  drops: flags(
    "-json|-v|-count|-shuffle|-failfast|-cover|-covermode|-coverpkg|-coverprofile|-c|-n|-bench|-benchmem|-o",
  ),
  takes: words(
    "-count|-shuffle|-covermode|-coverpkg|-coverprofile|-o|-run|-skip|-tags|-timeout|-p|-parallel|-ldflags|-gcflags|-mod",
    "-exec|-bench|-benchtime|-cpu|-vet",
  ),
  flags: ({ seed }) => ["-json", "-count=1", ...(seed === null ? [] : [`-shuffle=${seed}`])],
  selects: (files) => [...new Set(files.map(packageOf))].map(quotedPath),
};

/** The package a file belongs to, as go wants it: `./` and its folder. */
function packageOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : `./${path.slice(0, end)}`;
}

const unittest: Manner = {
  format: "junit",
  environment: NO_BYTECODE,
  program: /^unittest$/,
  drops: flags("-f|--failfast|-v|--verbose|-q|--quiet|--durations"),
  takes: words("-k|-s|--start-directory|-p|--pattern|-t|--top-level-directory"),
  dropsForFiles: flags("-s|--start-directory|-p|--pattern|-t|--top-level-directory"),
  flags: () => [],
  selects: paths,
  module: () => ({ name: "daybreak_unittest", text: REPORTING_UNITTEST }),
};

/** Null: no runner known here, whose exit code is all there is. */
export const MANNERS: Readonly<Record<Runner["name"], Manner | null>> = {
  vitest,
  jest,
  "node:test": nodeTest,
  mocha,
  tape,
  tap,
  ava,
  pytest,
  unittest,
  "go test": goTest,
  other: null,
};
