/** A case laid out in a folder of its own, where commands run as they would in the sandbox. Judges nothing. */

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { detectCommands } from "#core/detect.ts";
import { gateCommands, policyFrom } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import type { Case, Files } from "./case.ts";

const MODULES = resolve("node_modules");

/** Packages of runners Daybreak itself does not use. */
const RUNNERS = resolve("test/runners/node_modules");

/** Where the packages of a runner are; null where it needs none. */
export function modulesOf(runner: Case["runner"]): string | null {
  if (runner === "vitest") return MODULES;
  return ["jest", "mocha", "tape"].includes(runner) ? RUNNERS : null;
}

/** Milliseconds after which a command is stopped. */
const PATIENCE = 60_000;

/** What a command said. `code` is null when it was stopped. */
export type Said = { code: number | null; output: string };

export type Shell = (command: string) => Promise<Said>;

/** The files as the change leaves them. */
export function headOf({ base, change }: Case): Files {
  const files: Files = { ...base };
  for (const [path, text] of Object.entries(change)) {
    if (text === null) delete files[path];
    else files[path] = text;
  }
  return files;
}

/** As the plan finds them: the policy's commands, else those detected in base. */
export function gateOf({ base, policy }: Case): string[] {
  const detected = detectCommands(Object.keys(base), (path) => base[path] ?? null);
  return gateCommands(policyFrom(PolicyFile.parse(policy ?? {}), { ...detected, defaultBranch: "main" }));
}

/** Works in a fresh folder that holds these files, and nothing of it is left afterwards. */
export async function within<Result>(
  one: Case,
  files: Files,
  work: (run: Shell) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "cheat-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const modules = modulesOf(one.runner);
    if (modules !== null) symlinkSync(modules, join(folder, "node_modules"));
    return await work((command) => shell(direct(command, files), folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The script behind `npm test`: npm's own start costs more than these tests. Its settings want npm itself. */
function direct(command: string, files: Files): string {
  if (command !== "npm test" || ".npmrc" in files) return command;
  const { scripts }: { scripts?: { test?: string } } = JSON.parse(files["package.json"] ?? "{}");
  return scripts?.test ?? command;
}

function shell(command: string, cwd: string): Promise<Said> {
  return new Promise((settle) => {
    const child = spawn("sh", ["-c", command], { cwd, env: environment(), timeout: PATIENCE });
    let output = "";
    const listen = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("close", (code) => settle({ code, output }));
  });
}

/** What the sandbox would let through, and no trace of the runner that runs this. */
function environment(): NodeJS.ProcessEnv {
  const { HOME, TMPDIR, GOCACHE, GOPATH, GOFLAGS, PATH = "" } = process.env;
  const kept = Object.entries({ HOME, TMPDIR, GOCACHE, GOPATH, GOFLAGS });
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    PATH: [join(MODULES, ".bin"), join(RUNNERS, ".bin"), PATH].join(delimiter),
    LANG: "C.UTF-8",
    CI: "true",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}
