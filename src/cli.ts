#!/usr/bin/env node
/** The door on a laptop: `daybreak rehearse`, `calibrate` and `lint`. Every command ends with an exit code and says why. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Calibration } from "#core/calibration.ts";
import { CATALOGUE, type Diagnostic, Failure } from "#core/errors.ts";
import { morningOf } from "#core/report.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { tellCalibration } from "#prose/calibration.ts";
import { sayDiagnostic } from "#prose/diagnostic.ts";
import { tellMorningPlain } from "#prose/terminal.ts";
import { Account } from "#rehearsal/account.ts";
import type { Origin } from "#rehearsal/founding.ts";
import { readScript, type Script } from "#rehearsal/model/script.ts";
import { tellProgress } from "#rehearsal/progress.ts";
import { type Rehearsal, type Rehearsed, rehearse } from "#rehearsal/rehearse.ts";
import { prepareReplay } from "#rehearsal/replay/prepare.ts";
import { namesCommit, prepareCommitReplay } from "#rehearsal/replay/prepare-commit.ts";
import { progressOn } from "#src/calibrate/progress.ts";

const HELP = `daybreak rehearse [options]   play a whole night on this machine
  --repo DIR          on a copy of this repository instead of the bundled demo
  --replay WHAT       on an npm package, name@older..newer, or on a commit, DIR#COMMIT
  --with-tests        a replayed commit's tests are part of the work instead of hold-outs
  --script FILE       what the scripted model does (JSON; see the README)
  --live              with a real model: ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL
  --token-only        without an App: only GITHUB_TOKEN
  --no-sandbox        run foreign commands unconfined on this machine
  --keep DIR          leave the world and its logs there, and go on with it next time
  --json              print one JSON document instead of words
daybreak calibrate DIR [options]   what the court would have made of past commits
  --last N            how many commits to judge; 20 unless told
  --keep DIR          where results are kept; in the repository's .git unless told
  --no-sandbox        run foreign commands unconfined on this machine
  --build N           let the engine build the first N: ANTHROPIC_API_KEY and --budget
  --budget USD        US dollars for all builds together
  --json              print one JSON document instead of words
daybreak lint [FILE] [--json]   check a roadmap; exit 1 on errors
daybreak drop MILESTONE [--repository OWNER/NAME]   take one milestone out of what waits to be promoted
daybreak revert MILESTONE [--repository OWNER/NAME]   propose to take a landed milestone back: GITHUB_TOKEN
daybreak resume [MILESTONE] [--repository OWNER/NAME]   start a cycle that goes on with what was interrupted: GITHUB_TOKEN
daybreak doctor --attack [--json]   attack the sandbox where it stands; exit 1 when anything is open
`;

const print = (text: string) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

void main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 1;
    // A bundle of its own brings its own copy of the class: a Failure is known by its name.
    if (error instanceof Error && error.name === "Failure") sayFailure(error as Failure);
    else complain(error instanceof Error ? `UNEXPECTED: ${error.stack ?? error.message}` : String(error));
  },
);

async function main([command, ...rest]: string[]): Promise<number> {
  switch (command) {
    case "rehearse":
      return await runRehearsal(rest);
    case "calibrate":
      return await runCalibration(rest);
    case "lint":
      return lint(rest);
    case "drop":
      return await (await import("#src/owner.ts")).runDrop(rest, { say: print, environment: process.env });
    case "revert":
      return await (await import("#src/owner.ts")).runRevert(rest, { say: print, environment: process.env });
    case "resume":
      return await (await import("#src/owner.ts")).runResume(rest, { say: print, environment: process.env });
    case "doctor":
      return await (await import("#src/doctor.ts")).runDoctor(rest, print, process.env.PATH ?? "");
    case undefined:
    case "help":
    case "--help":
    case "-h":
      print(HELP);
      return command === undefined ? 1 : 0;
    case "--version":
      print(version());
      return 0;
    default:
      throw new Failure("USAGE", `there is no command ${command}`);
  }
}

function lint(args: string[]): number {
  const { values, positionals } = parsed({
    args,
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const [file = "ROADMAP.md", ...more] = positionals;
  if (more.length > 0) throw new Failure("USAGE", "lint takes one file");
  if (!existsSync(file)) throw new Failure("ROADMAP_MISSING", `there is no ${file}`);
  const { milestones, diagnostics } = parseRoadmap(readFileSync(file, "utf8"));
  const found = diagnostics.map(({ milestone: _, ...rest }): Diagnostic => ({ file, ...rest }));
  const errors = found.filter(({ severity }) => severity === "error").length;
  if (values.json) print(JSON.stringify({ file, milestones, diagnostics: found }, null, 2));
  else {
    for (const one of found) print(sayDiagnostic(one));
    print(`${file}: ${milestones.length} milestones, ${errors} errors, ${found.length - errors} warnings`);
  }
  return errors > 0 ? 1 : 0;
}

async function runRehearsal(args: string[]): Promise<number> {
  const { values } = parsed({
    args,
    options: {
      repo: { type: "string" },
      replay: { type: "string" },
      "with-tests": { type: "boolean" },
      script: { type: "string" },
      keep: { type: "string" },
      live: { type: "boolean" },
      "token-only": { type: "boolean" },
      "no-sandbox": { type: "boolean" },
      json: { type: "boolean" },
    },
    allowPositionals: false,
  });
  const text = (name: string) => (typeof values[name] === "string" ? values[name] : null);
  const json = values.json === true;
  const temporary = mkdtempSync(join(realpathSync(tmpdir()), "daybreak-"));
  const keep = text("keep");
  const say = json ? () => undefined : print;
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  try {
    const replay = { spec: text("replay"), withTests: values["with-tests"] === true };
    const { origin, script } = await originOf(text("repo"), replay, join(temporary, "replay"), say);
    const file = text("script");
    const rehearsed = await rehearse({
      directory: resolve(keep ?? join(temporary, "world")),
      packageRoot: packageRoot(),
      origin,
      script: file === null ? script : scriptFrom(file),
      tokenOnly: values["token-only"] === true,
      noSandbox: values["no-sandbox"] === true,
      live: values.live ? liveModel() : null,
      environment: process.env,
      ...tellers(say, values.live === true),
    });
    return conclude(rehearsed, { json, keep });
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runCalibration(args: string[]): Promise<number> {
  const { values, positionals } = parsed({
    args,
    options: {
      last: { type: "string", default: "20" },
      keep: { type: "string" },
      build: { type: "string" },
      budget: { type: "string" },
      "no-sandbox": { type: "boolean" },
      json: { type: "boolean" },
    },
    allowPositionals: true,
  });
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new Failure("USAGE", "calibrate takes one folder");
  if ((values.build === undefined) !== (values.budget === undefined))
    throw new Failure("USAGE", "--build and --budget go together");
  const build =
    values.build === undefined
      ? null
      : {
          ...liveModel("--build"),
          commits: positive("build", values.build, /^\d{1,3}$/),
          budget: positive("budget", values.budget, /^\d{1,5}(?:\.\d+)?$/),
        };
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.once(signal, () => process.exit(code));
  const { calibrate } = await import("#src/calibrate/calibrate.ts");
  const calibration = await calibrate({
    ...{ directory, build, version: version(), environment: process.env },
    last: positive("last", values.last, /^\d{1,4}$/),
    keep: typeof values.keep === "string" ? values.keep : null,
    noSandbox: values["no-sandbox"] === true,
    onProgress: progressOn(process.stderr),
  });
  if (values.json) print(JSON.stringify(Calibration.parse(calibration), null, 2));
  else print(`\n${tellCalibration(calibration)}`);
  return 0;
}

function positive(option: string, value: unknown, pattern: RegExp): number {
  const number = typeof value === "string" && pattern.test(value) ? Number(value) : 0;
  if (number > 0) return number;
  throw new Failure("USAGE", `--${option} needs a number above 0`);
}

function scriptFrom(file: string): Script {
  if (!existsSync(file)) throw new Failure("SCRIPT_INVALID", `there is no ${file}`);
  return readScript(readFileSync(file, "utf8"));
}

function tellers(
  say: (line: string) => void,
  live: boolean,
): Pick<Rehearsal, "onStart" | "onProgress" | "onCap"> {
  return {
    onStart: ({ world, sandbox, model }) =>
      say(
        `Rehearsing a night of ${world.owner}/${world.name} · ${world.tokenOnly ? "token only" : "App token"} · sandbox: ${sandbox} · model: ${model}\n`,
      ),
    onCap: ({ night, milestone }) => {
      if (live)
        say(`At most $${night} tonight and $${milestone} a milestone (.github/daybreak.yml, \`budget:\`).\n`);
    },
    onProgress: (event) => {
      const line = tellProgress(event);
      if (line !== null) say(line);
    },
  };
}

/** Exit 0 when a report was written: words for people, one document for programs. */
function conclude(
  { account, observation, failures }: Rehearsed,
  { json, keep }: { json: boolean; keep: string | null },
): number {
  const told = observation.reported.dashboard !== null || failures.length === 0;
  if (json) for (const problem of observation.problems) complain(sayDiagnostic(problem));
  for (const failure of failures) complain(withRemedy(failure));
  if (!told) return 1;
  if (json) {
    print(JSON.stringify(Account.parse(account), null, 2));
    return 0;
  }
  print(`\n${tellMorningPlain(morningOf(observation))}`);
  const { cycles, seconds } = account;
  print(
    `\n${cycles.length} cycles in ${seconds.toFixed(1)} s${keep === null ? "" : `; the world is in ${keep}`}`,
  );
  return 0;
}

/** A job's log names the code and the sentence; what to do about it stands in the catalogue. */
function withRemedy(failure: string): string {
  const known = Object.entries(CATALOGUE).find(([code]) => failure.startsWith(`${code}: `));
  return known ? `${failure}\n${known[1]}` : failure;
}

async function originOf(
  repo: string | null,
  { spec, withTests }: { spec: string | null; withTests: boolean },
  directory: string,
  say: (line: string) => void,
): Promise<{ origin: Origin; script: Script | null }> {
  if (repo !== null && spec !== null) throw new Failure("USAGE", "--repo and --replay exclude each other");
  if (withTests && (spec === null || !namesCommit(spec)))
    throw new Failure("USAGE", "--with-tests goes with --replay DIR#COMMIT");
  if (spec !== null) {
    const prepared = namesCommit(spec)
      ? await prepareCommitReplay({ spec, directory, withTests })
      : await prepareReplay({ spec, directory, npm });
    say(prepared.summary);
    return { origin: { kind: "replay", directory: prepared.directory }, script: prepared.script };
  }
  if (repo === null) return { origin: { kind: "demo" }, script: null };
  if (!existsSync(repo)) throw new Failure("REPOSITORY_UNREADABLE", `there is no folder ${repo}`);
  return { origin: { kind: "repository", directory: resolve(repo) }, script: null };
}

/** The machine's own npm, with its owner's configuration: registries are none of our business. */
async function npm(args: string[], cwd: string): Promise<{ exitCode: number; output: string }> {
  return await new Promise((done) => {
    const child = spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.stderr.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.on("error", ({ message }) => done({ exitCode: 127, output: message }));
    child.on("close", (code) => done({ exitCode: code ?? 1, output }));
  });
}

function liveModel(option = "--live"): { baseUrl: string | null; apiKey: string } {
  const apiKey = process.env.ANTHROPIC_API_KEY;
  if (!apiKey) throw new Failure("MODEL_KEY_MISSING", `${option} needs ANTHROPIC_API_KEY`);
  return { apiKey, baseUrl: process.env.ANTHROPIC_BASE_URL ?? null };
}

/** Where the package lies: the bundle is in its `dist`, the source in its `src`. */
function packageRoot(): string {
  return dirname(dirname(realpathSync(process.argv[1] ?? ".")));
}

function version(): string {
  const { version: number }: { version: string } = JSON.parse(
    readFileSync(join(packageRoot(), "package.json"), "utf8"),
  );
  return number;
}

type Parsed = { values: Record<string, unknown>; positionals: string[] };

function parsed(config: Parameters<typeof parseArgs>[0]): Parsed {
  try {
    const { values, positionals } = parseArgs({ ...config, strict: true });
    return { values, positionals };
  } catch (cause) {
    throw new Failure("USAGE", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function sayFailure({ code, message, remedy, diagnostics }: Failure): void {
  for (const one of diagnostics) complain(sayDiagnostic(one));
  complain(`${code}: ${message}\n${remedy}`);
}
