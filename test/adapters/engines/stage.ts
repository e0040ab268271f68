/** A stage for any engine: the whole way from the brief through the key's process and the sandbox to the scripted model. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Brief } from "#core/brief.ts";
import type { Outcome } from "#core/outcome.ts";
import type { TranscriptEvent } from "#ports/engine.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import { openModel, type ScriptedModel } from "#rehearsal/model/server.ts";
import { openEngine } from "#src/engines.ts";
import { aBrief, aWorkspace, type Turns } from "../engine-stage.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FIXTURES = join(import.meta.dirname, "fixtures");
export const KEY = "sk-canary-5c1d77";
export const SUBSCRIPTION = "sk-ant-oat01-canary-5c1d77";

/** The small agent, as an engine of the policy. */
export const SMALL = {
  command: { by: "command", command: `node ${join(FIXTURES, "command-agent.ts")}` },
  acp: { by: "acp", command: `node ${join(FIXTURES, "acp-agent.ts")}` },
} as const satisfies Record<string, Brief["engine"]>;

export type Played = {
  outcome: Outcome;
  transcript: TranscriptEvent[];
  /** The kinds of events in the transcript, each once, in order of appearance. */
  kinds: string[];
  model: ScriptedModel;
  read(path: string): string;
};

export async function playWith(
  engine: Brief["engine"],
  turns: Turns,
  given: {
    sandbox: Sandbox;
    path?: string;
    secrets?: { key: string; subscription: string };
    limits?: Partial<Brief["limits"]>;
    signal?: AbortSignal;
    baseUrl?: string;
    /** Files in the checkout before it begins, not part of the base. */
    prepare?: (directory: string) => void;
  },
): Promise<Played> {
  const root = mkdtempSync(join(tmpdir(), "engines-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "home"));
  const secrets = given.secrets ?? { key: KEY, subscription: "" };
  const model = await openModel({
    script: {
      version: 1,
      key: secrets.subscription || secrets.key || "none",
      milestones: [{ milestone: "M1", turns }],
    },
    directory: join(root, "model"),
  });
  onTestFinished(() => model.close());
  const usual = aBrief();
  const workspace = aWorkspace(root, usual.gates);
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: workspace.directory, encoding: "utf8" });
  git("clone", "--quiet", "--bare", ".", join(root, "repo.git"));
  const base = git("rev-parse", "HEAD").trim() as typeof usual.assignment.base;
  const brief: Brief = {
    ...usual,
    engine,
    assignment: { ...usual.assignment, base },
    limits: { ...usual.limits, ...given.limits },
  };
  given.prepare?.(workspace.directory);
  const transcript: TranscriptEvent[] = [];
  const { engine: opened, close } = await openEngine(brief, {
    ...secrets,
    baseUrl: given.baseUrl ?? model.url,
    root,
    transcript: join(root, "transcript.jsonl"),
    path: [dirname(process.execPath), given.path, process.env.PATH].filter(Boolean).join(":"),
    sandbox: async () => given.sandbox,
    network: {},
    keyProxy: join(ROOT, "src/adapters/key-proxy/process.ts"),
  });
  const signal = given.signal ?? new AbortController().signal;
  const outcome = await opened
    .attempt(brief, workspace, (event) => void transcript.push(event), signal)
    .finally(close);
  return {
    outcome,
    transcript,
    kinds: [...new Set(transcript.map(({ event }) => event))],
    model,
    read: (path) => readFileSync(join(workspace.directory, path), "utf8"),
  };
}
