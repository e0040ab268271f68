/** Plays the milestone of bench-worker.ts by one engine, in a process of its own so that its memory can be told. Judges nothing. */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { allowedEnvironment } from "./src/adapters/sandbox/environment.ts";
import { openSandbox } from "./src/adapters/sandbox/open-sandbox.ts";
import { toolFolders } from "./src/adapters/sandbox/tool-folders.ts";
import { Brief } from "./src/core/brief.ts";
import { Failure } from "./src/core/errors.ts";
import { PRICES } from "./src/core/prices.ts";
import { openEngine } from "./src/engines.ts";
import type { Workspace } from "./src/ports/engine.ts";
import type { Sandbox } from "./src/ports/sandbox.ts";

const ROOT = import.meta.dirname;
export const CLAUDE = join(
  ROOT,
  "test/engines/node_modules/@anthropic-ai",
  `claude-code-${process.platform}-${process.arch}`,
);
const MODEL = "claude-sonnet-5-5";

const NAMES = ["anthropic", "claude"] as const;
export type Name = (typeof NAMES)[number];

/** Milliseconds since 1970, finer than a millisecond, the same in all processes of this machine. */
export type Span = { from: number; to: number };
/** What one process that played the milestone says at its end. Memory in bytes. */
export type Played = { outcome: string; tools: Span[]; memory: number };

export function now(): number {
  return performance.timeOrigin + performance.now();
}

export function priceOfModel() {
  const price = PRICES.find(({ model }) => model === MODEL);
  if (!price) throw new Error(`${MODEL} has no price`);
  return price;
}

function briefFor(name: Name, base: string): Brief {
  const { input, output, cacheWrite, cacheRead } = priceOfModel();
  return Brief.parse({
    ...{ version: 1, night: "2026-11-20", model: MODEL, effort: "medium", setup: [], earlier: [] },
    engine: name === "claude" ? { by: "claude", account: "key" } : { by: "anthropic" },
    assignment: { slug: "M1", attempt: 1, base, spec: "spec-1" },
    milestone: {
      ...{
        id: "M1",
        slug: "M1",
        title: "The right answer",
        objective: "Write the right answer.",
        spec: "spec-1",
      },
      criteria: [{ text: "It is right", way: { by: "none" } }],
      ...{
        dependsOn: [],
        touches: [],
        allows: [],
        smoke: [],
        metric: null,
        kind: "feature",
        kindGiven: false,
      },
      ...{ status: "planned", line: 1 },
    },
    ...{
      gates: ["grep -q right answer.txt"],
      testCommands: [],
      testPaths: [],
      protectedPaths: [],
      flakes: [],
    },
    ...{ start: null, promised: [], holdOuts: null, roadmapPath: "ROADMAP.md", changelogPath: null },
    ...{ conventionsPath: "CONVENTIONS.md", verifyMinutes: 5 },
    price: { input, output, cacheWrite, cacheRead },
    limits: { usd: 50, tokens: 50_000_000, turns: 100, seconds: 300 },
  });
}

async function play(name: Name, baseUrl: string, root: string): Promise<Played> {
  const path = [CLAUDE, process.env.PATH ?? ""].join(delimiter);
  const sandbox = await aSandbox(path);
  const tools: Span[] = [];
  const { workspace, base } = aWorkspace(root, sandbox, path, tools);
  const { engine, close } = await openEngine(briefFor(name, base), {
    ...{ key: "bench", subscription: "", baseUrl, root, path, network: {} },
    transcript: join(root, "transcript.jsonl"),
    sandbox: async () => sandbox,
    keyProxy: join(ROOT, "src/adapters/key-proxy/process.ts"),
  });
  const { signal } = new AbortController();
  const { outcome } = await engine
    .attempt(briefFor(name, base), workspace, () => undefined, signal)
    .finally(close);
  return { outcome, tools, memory: process.resourceUsage().maxRSS * 1_024 };
}

async function aSandbox(path: string): Promise<Sandbox> {
  const readable = [ROOT, ...toolFolders(path)];
  return await openSandbox({ bare: false, readable }).catch((error: unknown) => {
    if (error instanceof Failure) return openSandbox({ bare: true, readable });
    throw error;
  });
}

function aWorkspace(
  root: string,
  sandbox: Sandbox,
  path: string,
  tools: Span[],
): { workspace: Workspace; base: string } {
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const [directory, spill, home, notes] = [
    folder("checkout"),
    folder("spill"),
    folder("home"),
    folder("notes"),
  ];
  writeFileSync(join(directory, "answer.txt"), "wrong\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args], {
      cwd: directory,
      encoding: "utf8",
    });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "base");
  git("clone", "--quiet", "--bare", ".", join(root, "repo.git"));
  const shell: Workspace["shell"] = async (script, seconds, signal) => {
    const from = now();
    const writable = [directory, home];
    const environment = allowedEnvironment({ path, home });
    const ran = await sandbox.run({
      script,
      directory,
      writable,
      environment,
      network: "none",
      seconds,
      signal,
    });
    tools.push({ from, to: now() });
    return ran;
  };
  let kept: string | null = null;
  const workspace: Workspace = {
    ...{ directory, spill, shell, notes, memory: null, instructions: "" },
    async gates(signal) {
      const { exitCode, output } = await shell("grep -q right answer.txt", 60, signal);
      return { green: exitCode === 0, report: output };
    },
    changedPaths: async () => git("status", "--porcelain").split("\n").filter(Boolean),
    async checkpoint() {
      git("add", "--all");
      kept = git("write-tree").trim();
    },
    async restore() {
      if (kept !== null) git("read-tree", "--reset", "-u", kept);
      return kept !== null;
    },
  };
  return { workspace, base: git("rev-parse", "HEAD").trim() };
}

if (import.meta.main) {
  const [name, baseUrl = "", root = ""] = process.argv.slice(2);
  const one = NAMES.find((known) => known === name) ?? "anthropic";
  process.stdout.write(JSON.stringify(await play(one, baseUrl, root)));
}
