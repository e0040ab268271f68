/** One job while it runs: what its steps share, and what a step can see. Holds state, performs nothing. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Functions, Json, Scope } from "./expression.ts";
import { globToRegExp } from "./glob.ts";
import type { JobLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import type { Masks } from "./masks.ts";
import type { Source } from "./sources.ts";
import type { RunDefaults } from "./workflow.ts";

export type Result = "success" | "failure" | "cancelled" | "skipped";

export type LiveJob = {
  machine: Machine;
  run: number;
  /** The job's own folder; workspace, temp and home are inside it. */
  folder: string;
  workspace: string;
  temp: string;
  log: JobLog;
  masks: Masks;
  /** Everything an expression may see except `steps`, `env` and an action's own `inputs`. */
  scope: Scope;
  /** `GITHUB_*`, `RUNNER_*` and what GitHub sets in every process. */
  fixed: Readonly<Record<string, string>>;
  /** `env:` of workflow and job, and what steps wrote to GITHUB_ENV. */
  env: Record<string, string>;
  /** What steps wrote to GITHUB_PATH, newest first. */
  paths: string[];
  defaults: RunDefaults;
  token: string;
  /** Aborted when the job is cancelled or its time is up. */
  cancelled: AbortSignal;
  /** What runs after the last step, newest first. */
  posts: Array<() => Promise<void>>;
};

/** The steps that see each other: those of the job, or those of one composite action. */
export type Frame = {
  /** Whose tree `uses: $/` means. */
  source: Source;
  inputs: Json;
  steps: { [id: string]: Json };
  /** Shared by every copy of the frame. */
  status: { failed: boolean };
  /** Aborted when these steps shall end: the job's cancellation, or the end of the enclosing step's time. */
  signal: AbortSignal;
  /** Variables of the enclosing step. */
  env: Readonly<Record<string, string>>;
  /** Additional GITHUB_* variables, such as the folder of the enclosing action. */
  fixed: Readonly<Record<string, string>>;
};

export function scopeOf(live: LiveJob, frame: Frame, stepEnv: Readonly<Record<string, string>> = {}): Scope {
  const status: Result = live.cancelled.aborted ? "cancelled" : frame.status.failed ? "failure" : "success";
  const path = frame.fixed.GITHUB_ACTION_PATH;
  const github = live.scope.github;
  return {
    ...live.scope,
    github:
      path === undefined || github === null || typeof github !== "object" || Array.isArray(github)
        ? (github ?? null)
        : { ...github, action_path: path },
    inputs: frame.inputs,
    steps: frame.steps,
    env: { ...live.env, ...frame.env, ...stepEnv },
    job: { status },
  };
}

export function functionsOf(live: LiveJob, frame: Frame): Functions {
  return {
    status: (name) => {
      if (name === "cancelled") return live.cancelled.aborted;
      if (live.cancelled.aborted) return name === "always";
      return name === "failure" ? frame.status.failed : !frame.status.failed;
    },
    hashFiles: (patterns) => hashFiles(live.workspace, patterns),
  };
}

/** The hash GitHub documents for `hashFiles`: of the concatenated hashes of the files; empty without any. */
function hashFiles(workspace: string, patterns: readonly string[]): string {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!")).map(globToRegExp);
  const unwanted = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map((pattern) => globToRegExp(pattern.slice(1)));
  const files = readdirSync(workspace, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)))
    .filter((path) => wanted.some((one) => one.test(path)) && !unwanted.some((one) => one.test(path)))
    .sort();
  if (files.length === 0) return "";
  const total = createHash("sha256");
  for (const path of files)
    total.update(
      createHash("sha256")
        .update(readFileSync(join(workspace, path)))
        .digest(),
    );
  return total.digest("hex");
}
