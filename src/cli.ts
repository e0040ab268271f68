#!/usr/bin/env node
/** The door on a laptop: `daybreak rehearse` and `daybreak lint`. Every command ends with an exit code and says why. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CATALOGUE, type Diagnostic, Failure } from "#core/errors.ts";
import { morningOf } from "#core/report.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { sayDiagnostic } from "#prose/diagnostic.ts";
import { tellMorningPlain } from "#prose/terminal.ts";
import { Account } from "#rehearsal/account.ts";
import type { Origin } from "#rehearsal/founding.ts";
import { readScript, type Script } from "#rehearsal/model/script.ts";
import { tellProgress } from "#rehearsal/progress.ts";
import { type Rehearsal, type Rehearsed, rehearse } from "#rehearsal/rehearse.ts";
import { prepareReplay } from "#rehearsal/replay/prepare.ts";

const HELP = `daybreak rehearse [options]   play a whole night on this machine
  --repo DIR          on a copy of this repository instead of the bundled demo
  --replay PACKAGE    on an npm package: name@older..newer
  --script FILE       what the scripted model does (JSON; see the README)
  --live              with a real model: ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL
  --token-only        without an App: only GITHUB_TOKEN
  --no-sandbox        run foreign commands unconfined on this machine
  --keep DIR          leave the world and its logs there, and go on with it next time
  --json              print one JSON document instead of words
daybreak lint [FILE] [--json]   check a roadmap; exit 1 on errors
`;

const print = (text: string) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

void main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 1;
    if (error instanceof Failure) sayFailure(error);
    else complain(error instanceof Error ? `UNEXPECTED: ${error.stack ?? error.message}` : String(error));
  },
);

async function main([command, ...rest]: string[]): Promise<number> {
  switch (command) {
    case "rehearse":
      return await runRehearsal(rest);
    case "lint":
      return lint(rest);
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
    const { origin, script } = await originOf(text("repo"), text("replay"), join(temporary, "replay"), say);
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
  replay: string | null,
  directory: string,
  say: (line: string) => void,
): Promise<{ origin: Origin; script: Script | null }> {
  if (repo !== null && replay !== null) throw new Failure("USAGE", "--repo and --replay exclude each other");
  if (replay !== null) {
    const prepared = await prepareReplay({ spec: replay, directory, npm });
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

function liveModel(): { baseUrl: string | null; apiKey: string } {
  const apiKey = process.env.ANTHROPIC_API_KEY;
  if (!apiKey) throw new Failure("MODEL_KEY_MISSING", "--live needs ANTHROPIC_API_KEY");
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
