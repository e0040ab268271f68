/** A stage for the engine: a real checkout with a real shell, the scripted model over HTTP, and one attempt played on it. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Waits } from "#adapters/anthropic/converse.ts";
import { createAnthropicEngine } from "#adapters/anthropic/engine.ts";
import { Brief } from "#core/brief.ts";
import { firstState, type State } from "#core/course.ts";
import type { Outcome } from "#core/outcome.ts";
import type { ShellRun, TranscriptEvent, Workspace } from "#ports/engine.ts";
import { printStateFile } from "#prose/state.ts";
import type { ScriptFile } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";

export type Turns = ScriptFile["milestones"][number]["turns"];

/** Never in an environment, never in a transcript. */
export const KEY = "key-that-nobody-may-see";
const GREEN_WHEN_RIGHT = "grep -q right answer.txt";

export type Played = {
  outcome: Outcome;
  transcript: TranscriptEvent[];
  /** The names of the transcript's events, one word each. */
  story: string;
  requests: { status?: number; phase?: string; usage?: { outputTokens: number } }[];
  seconds: number;
  read(path: string): string;
  /** A file of the notes. */
  note(name: string): string;
};

export function aBrief(change: Partial<Brief> = {}): Brief {
  return Brief.parse({
    version: 1,
    night: "2026-11-20",
    assignment: { slug: "M1", attempt: 1, base: "base-sha", spec: "spec-1" },
    milestone: {
      id: "M1",
      slug: "M1",
      title: "The right answer",
      objective: "Write the right answer.",
      criteria: [{ text: "It is right", way: { by: "none" } }],
      dependsOn: [],
      touches: [],
      allows: [],
      smoke: [],
      kind: "feature",
      kindGiven: false,
      metric: null,
      status: "planned",
      spec: "spec-1",
      line: 1,
    },
    setup: [],
    gates: [GREEN_WHEN_RIGHT],
    testCommands: ["npm test"],
    start: null,
    flakes: [],
    promised: [],
    holdOuts: null,
    testPaths: ["test/**"],
    protectedPaths: [".github/**"],
    roadmapPath: "ROADMAP.md",
    changelogPath: null,
    conventionsPath: "CONVENTIONS.md",
    model: "claude-opus-5-5",
    effort: "medium",
    price: { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
    limits: { usd: 5, tokens: 4_000_000, turns: 50, seconds: 60 },
    verifyMinutes: 5,
    earlier: [],
    ...change,
  });
}

/** Plays one attempt at M1. Waits are short; nothing else is bent. */
export async function play(
  turns: Turns,
  given: {
    limits?: Partial<Brief["limits"]>;
    brief?: Partial<Brief>;
    waits?: Partial<Waits>;
    apiKey?: string;
    baseUrl?: string;
    signal?: AbortSignal;
    script?: Partial<ScriptFile>;
    workspace?: Partial<Workspace>;
  } = {},
): Promise<Played> {
  const root = mkdtempSync(join(tmpdir(), "engine-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const logs = join(root, "model");
  const script: ScriptFile = { version: 1, milestones: [{ milestone: "M1", turns }], ...given.script };
  const model = await openModel({ script, directory: logs });
  onTestFinished(() => model.close());
  const brief = aBrief({ ...given.brief, limits: { ...aBrief().limits, ...given.limits } });
  const workspace = { ...aWorkspace(root, brief.gates), ...given.workspace };
  const transcript: TranscriptEvent[] = [];
  const engine = createAnthropicEngine({
    apiKey: given.apiKey ?? KEY,
    baseUrl: given.baseUrl ?? model.url,
    waits: { idle: 5_000, first: 5, longest: 20, ...given.waits },
  });
  const started = performance.now();
  const outcome = await engine.attempt(
    brief,
    workspace,
    (event) => void transcript.push(event),
    given.signal ?? new AbortController().signal,
  );
  return {
    outcome,
    transcript,
    story: transcript
      .map(({ event }) => event)
      .filter((event) => !["begin", "phase", "opening", "request"].includes(event))
      .join(" "),
    requests: linesOf(join(logs, "requests.jsonl")),
    seconds: (performance.now() - started) / 1_000,
    read: (path) => readFileSync(join(workspace.directory, path), "utf8"),
    note: (name) => readFileSync(join(workspace.notes, name), "utf8"),
  };
}

/** A state in which everything is planned, so that the attempt begins with `execute`. */
export function planned(change: Partial<State> = {}): string {
  const step = { step: "Write it", files: [], dependsOn: [], gate: "the gate commands" };
  const steps: State["steps"] = [{ ...step, scope: "core" }];
  return printStateFile({ ...firstState(aBrief()), steps, ...change });
}

/** One that was planned before, unless `memory` says otherwise. */
export function aWorkspace(root: string, gates: readonly string[]): Workspace {
  const directory = join(root, "checkout");
  const spill = join(root, "spill");
  const notes = join(root, "notes");
  for (const folder of [directory, spill, notes]) mkdirSync(folder, { recursive: true });
  write(directory, "answer.txt", "wrong\n");
  const git = (...args: string[]) => execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" });
  git("init", "-q");
  git("add", ".");
  git("-c", "user.name=base", "-c", "user.email=base@example.com", "commit", "-qm", "base");
  const shell: Workspace["shell"] = (script, seconds, signal) =>
    runBash(script, { directory, seconds, signal });
  return {
    directory,
    spill,
    notes,
    memory: planned(),
    instructions: "Answers end with a newline.",
    shell,
    async gates(signal) {
      const runs = await Promise.all(gates.map((command) => shell(command, 60, signal)));
      const red = gates.flatMap((command, index) =>
        runs[index]?.exitCode === 0 ? [] : [`${command}: red\n${runs[index]?.output}`],
      );
      return { green: red.length === 0, report: red.join("\n") };
    },
    changedPaths: async () =>
      git("status", "--porcelain")
        .split("\n")
        .filter((line) => line !== ""),
    async checkpoint() {
      git("add", "--all");
      git("-c", "user.name=t", "-c", "user.email=t@t", "stash", "push", "--quiet");
      git("stash", "apply", "--quiet");
    },
    async restore() {
      if (git("stash", "list") === "") return false;
      git("reset", "--hard", "--quiet");
      git("clean", "-fdq");
      git("stash", "apply", "--quiet");
      return true;
    },
  };
}

function runBash(
  script: string,
  { directory, seconds, signal }: { directory: string; seconds: number; signal: AbortSignal | undefined },
): Promise<ShellRun> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: directory };
    const child = spawn("bash", ["-c", script], {
      cwd: directory,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    const kill = () => child.pid && process.kill(-child.pid, "SIGKILL");
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, seconds * 1_000);
    signal?.addEventListener("abort", kill);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes: Buffer) => {
        output += bytes.toString();
      });
    }
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
      resolve({ exitCode, timedOut, output });
    });
  });
}

function write(directory: string, path: string, content: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

function linesOf(file: string): Played["requests"] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
