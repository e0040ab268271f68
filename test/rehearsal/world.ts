/** Small owners' repositories and whole nights on them, in this process or as the command. Decides nothing about how they end. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect } from "vitest";
import { Account } from "#rehearsal/account.ts";
import { openForge } from "#rehearsal/forge/open.ts";
import type { Exchange, ForgeSnapshot } from "#rehearsal/forge/options.ts";
import { finishTurn, type Script, type ScriptFile, scriptFrom, type Turn } from "#rehearsal/model/script.ts";
import { type Rehearsal, type Rehearsed, rehearse } from "#rehearsal/rehearse.ts";
import { openApiContract } from "../support/openapi.ts";

/** Where action.yml, the workflows and the built `dist` are: nights run what ships. */
export const PACKAGE = resolve(import.meta.dirname, "../..");
const CLI = join(PACKAGE, "dist", "cli.cjs");

const rooms: string[] = [];
afterAll(() => {
  for (const room of rooms) rmSync(room, { recursive: true, force: true, maxRetries: 5 });
});

export function aRoom(): string {
  const room = mkdtempSync(join(tmpdir(), "night-"));
  rooms.push(room);
  return room;
}

/** The gate of a small repository: every word is written in small letters. As fast as Node starts. */
const CHECK = `const { readdirSync, readFileSync } = require("node:fs");
for (const name of readdirSync(".").filter((one) => one.endsWith(".txt"))) {
  const text = readFileSync(name, "utf8");
  if (text !== text.toLowerCase()) throw new Error(name + " shouts");
}
`;

const POLICY = `land: main
attempts: 6
budget: { milestone: 60, night: 1000, month: 10000 }
review-minutes: 240
test: node check.js
`;

/** One planned milestone that is done when its word stands in its file. */
export function wordMilestone(id: string, word: string, ...more: string[]): string {
  return `### ${id} — Say ${word} 📝
**Objective:** Keep the word ${word} in a file of its own.
${more.map((line) => `${line}\n`).join("")}**Acceptance criteria:**
- The word is kept (file: ${word}.txt contains "${word}")
`;
}

export const TWO_WORDS = `# Roadmap

${wordMilestone("M1", "dawn")}
${wordMilestone("M2", "dusk", "**Depends on:** M1")}`;

/** What `main` of a small repository holds, unless said otherwise. */
export function smallFiles(roadmap = TWO_WORDS): Record<string, string> {
  return { "ROADMAP.md": roadmap, "check.js": CHECK, ".github/daybreak.yml": POLICY };
}

/** A repository of an owner's, with one commit on `main`. */
export function aRepository(files: Readonly<Record<string, string>> = smallFiles()): string {
  const directory = join(aRoom(), "words");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  git(directory, "init", "-q", "-b", "main");
  git(directory, "add", "-A");
  git(directory, "commit", "-q", "-m", "Found words");
  return directory;
}

const AUTHOR = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

export function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, ...AUTHOR };
  return execFileSync("git", ["-C", directory, ...args], { env, encoding: "utf8" }).trim();
}

export function writesWord(word: string, more: Partial<Turn> = {}): Turn {
  return { ...finishTurn({ [`${word}.txt`]: `${word}\n` }, `Wrote ${word}.`), ...more };
}

/** The turns of each milestone's attempts: `{ M1: [attempt1, attempt2] }`. */
export function aScript(played: Readonly<Record<string, readonly (readonly Turn[])[]>>): Script {
  const file: ScriptFile = {
    version: 1,
    milestones: Object.entries(played).flatMap(([milestone, attempts]) =>
      attempts.map((turns, index) => ({ milestone, attempt: index + 1, turns: [...turns] })),
    ),
  };
  return scriptFrom(file);
}

export const TWO_WRITTEN = aScript({ M1: [[writesWord("dawn")]], M2: [[writesWord("dusk")]] });

export type Night = Rehearsed & {
  directory: string;
  exchanges: readonly Exchange[];
  /** What the forge knows in the end. */
  state: ForgeSnapshot;
};

const contract = openApiContract();

/** Plays a night in this process, on a small repository unless said otherwise. Every exchange must be one GitHub could have. */
export async function aNight(more: Partial<Rehearsal> = {}): Promise<Night> {
  const directory = more.directory ?? join(aRoom(), "kept");
  const exchanges: Exchange[] = [];
  const rehearsed = await rehearse({
    directory,
    packageRoot: PACKAGE,
    origin: more.origin ?? { kind: "repository", directory: aRepository() },
    script: TWO_WRITTEN,
    tokenOnly: false,
    noSandbox: true,
    live: null,
    environment: { PATH: process.env.PATH },
    onExchange: (exchange) => void exchanges.push(exchange),
    ...more,
  });
  expect(exchanges.flatMap((exchange) => contract.check(exchange))).toEqual([]);
  return { ...rehearsed, directory, exchanges, state: await stateIn(directory) };
}

/** What the forge of a kept folder knows. */
export async function stateIn(directory: string): Promise<ForgeSnapshot> {
  const { owner, name, defaultBranch } = JSON.parse(readFileSync(join(directory, "world.json"), "utf8"));
  const forge = await openForge({
    directory,
    repository: { owner, name, private: false, defaultBranch },
    owner: { login: owner, id: 7, type: "User" },
    settings: { actionsMayCreatePulls: true, defaultPermissions: { contents: "read" } },
    rules: [],
  });
  const state = forge.state();
  await forge.close();
  return state;
}

export type Ended = { code: number | null; stdout: string; stderr: string };

/** The shipped command as a child process that sees nothing of this one's environment but the way to git. */
export function start(args: readonly string[], options: { detached?: boolean } = {}): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: aRoom(),
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: aRoom() },
    ...options,
  });
}

export async function daybreak(...args: string[]): Promise<Ended> {
  return await endOf(start(args));
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  return await new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
}

/** Exactly one document, and one that its schema accepts. */
export function accountIn({ stdout }: Ended): Account {
  return Account.parse(JSON.parse(stdout));
}

/** The logs of all jobs of all runs, for a look at why. */
export function logsIn(directory: string): string {
  const runs = join(directory, "runs");
  const files = existsSync(runs) ? readdirSync(runs, { recursive: true, encoding: "utf8" }) : [];
  return files
    .filter((file) => file.endsWith(".log"))
    .map((file) => readFileSync(join(runs, file), "utf8"))
    .join("\n");
}
