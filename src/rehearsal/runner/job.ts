/** Runs one job from its fresh workspace to its outputs: token, check run, steps, posts. Never decides whether a job runs. */

import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Permissions, WorkflowRun } from "#rehearsal/seams.ts";
import { asRecord, asText, fill, fillTexts, isTrue, type Json, type Scope, type Tree } from "./expression.ts";
import { githubVariables, runnerOf } from "./facts.ts";
import { type Frame, functionsOf, type LiveJob, type Result, scopeOf } from "./live.ts";
import { openLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import { createMasks, type Masks } from "./masks.ts";
import { killOrphans } from "./process.ts";
import type { Source } from "./sources.ts";
import { runSteps } from "./steps.ts";
import type { Job, Work } from "./workflow.ts";

export type JobRequest = {
  run: WorkflowRun;
  job: Job;
  work: Work;
  /** As the check run is called. */
  name: string;
  /** Name of the job's folder in the run's, and of its log. */
  folder: string;
  /** `github`, `vars`, `secrets`, `inputs`, `needs`, `strategy`, `matrix`. */
  scope: Scope;
  workflowEnv: Tree;
  permissions: Permissions;
  source: Source;
  cancelled: AbortSignal;
};

export type JobEnd = { result: Result; outputs: Record<string, string>; tolerated: boolean };

const MINUTE_MS = 60_000;
/** GitHub's default for `timeout-minutes`. */
const DEFAULT_MINUTES = 360;

export async function runJob(machine: Machine, request: JobRequest): Promise<JobEnd> {
  const { host, onProgress } = machine.options;
  const { run, name } = request;
  const began = performance.now();
  onProgress?.({ kind: "job", state: "started", run: run.id, workflow: run.name, job: name });
  const [check, token] = await Promise.all([
    host.startCheck({ run: run.id, name, headSha: run.headSha }),
    host.mintToken({ kind: "github-token", permissions: request.permissions, run: run.id }),
  ]);
  const end = await perform(machine, request, token);
  if (machine.stopping.aborted) return end;
  await Promise.all([host.revokeToken(token), host.finishCheck(check, end.result)]);
  const seconds = (performance.now() - began) / 1_000;
  onProgress?.({
    kind: "job",
    state: "finished",
    run: run.id,
    workflow: run.name,
    job: name,
    conclusion: end.result,
    seconds,
  });
  return end;
}

async function perform(machine: Machine, request: JobRequest, token: string): Promise<JobEnd> {
  const folder = join(machine.directory, String(request.run.id), request.folder);
  for (const part of ["workspace", "temp", "tools", "home"])
    mkdirSync(join(folder, part), { recursive: true });
  const masks = createMasks([...Object.values(asRecord(request.scope.secrets)).map(asText), token]);
  const log = openLog(`${folder}.log`, masks);
  const tracking = `rehearsal_${randomUUID()}`;
  const fuse = createFuse(request.cancelled);
  try {
    const live = createLive(machine, request, {
      folder,
      masks,
      log,
      token,
      tracking,
      cancelled: fuse.signal,
    });
    return await work(live, request, fuse);
  } catch (error) {
    log.say(`error: ${error instanceof Error ? error.message : String(error)}`);
    return { result: "failure", outputs: {}, tolerated: false };
  } finally {
    fuse.defuse();
    killOrphans(tracking);
    log.close();
    for (const part of ["workspace", "temp", "tools", "home"])
      await rm(join(folder, part), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function work(live: LiveJob, request: JobRequest, fuse: Fuse): Promise<JobEnd> {
  const { work: job } = request;
  const frame: Frame = {
    source: request.source,
    inputs: request.scope.inputs ?? null,
    steps: {},
    status: { failed: false },
    signal: live.cancelled,
    env: {},
    fixed: {},
  };
  const functions = functionsOf(live, frame);
  for (const env of [request.workflowEnv, job.env])
    Object.assign(live.env, fillTexts(env, scopeOf(live, frame), functions));
  const value = (tree: Tree) => fill(tree, scopeOf(live, frame), functions);
  const minutes = Number(job.timeoutMinutes === undefined ? DEFAULT_MINUTES : value(job.timeoutMinutes));
  const tolerated = isTrue(value(job.continueOnError));
  fuse.light(minutes * MINUTE_MS, () => {
    live.log.say(`error: The job has exceeded the maximum execution time of ${minutes} minutes.`);
  });
  await runSteps(live, frame, job.steps);
  for (const post of live.posts) await settlePost(live, frame, post);
  const outputs = live.machine.stopping.aborted ? {} : collectOutputs(live, frame, job.outputs);
  const result = live.cancelled.aborted ? "cancelled" : frame.status.failed ? "failure" : "success";
  return { result, outputs, tolerated };
}

async function settlePost(live: LiveJob, frame: Frame, post: () => Promise<void>): Promise<void> {
  if (live.machine.stopping.aborted) return;
  try {
    await post();
  } catch (error) {
    live.log.say(`error: ${error instanceof Error ? error.message : String(error)}`);
    frame.status.failed = true;
  }
}

/** GitHub does not send on an output that contains a masked value. */
function collectOutputs(live: LiveJob, frame: Frame, outputs: Tree): Record<string, string> {
  const filled = fillTexts(outputs, scopeOf(live, frame), functionsOf(live, frame));
  return Object.fromEntries(
    Object.entries(filled).filter(([name, value]) => {
      if (!live.masks.hides(value)) return true;
      live.log.say(`warning: Skip output '${name}' since it may contain secret.`);
      return false;
    }),
  );
}

type Parts = Pick<LiveJob, "folder" | "masks" | "log" | "token" | "cancelled"> & {
  masks: Masks;
  tracking: string;
};

function createLive(machine: Machine, request: JobRequest, parts: Parts): LiveJob {
  const { folder, token } = parts;
  const workspace = join(folder, "workspace");
  const runner = runnerOf(folder);
  const event = join(folder, "temp", "event.json");
  const github: { [name: string]: Json } = {
    ...asRecord(request.scope.github),
    job: request.job.id,
    workspace,
    token,
    event_path: event,
    action: "",
  };
  writeFileSync(event, JSON.stringify(github.event));
  return {
    ...parts,
    machine,
    run: request.run.id,
    workspace,
    temp: join(folder, "temp"),
    scope: {
      ...request.scope,
      github,
      secrets: { ...asRecord(request.scope.secrets), GITHUB_TOKEN: token },
      runner,
    },
    fixed: {
      ...fixedVariables(runner),
      ...githubVariables(github),
      HOME: join(folder, "home"),
      RUNNER_TRACKING_ID: parts.tracking,
    },
    env: {},
    paths: [],
    defaults: request.work.defaults,
    posts: [],
  };
}

function fixedVariables(runner: { [name: string]: Json }): Record<string, string> {
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    ...Object.fromEntries(
      Object.entries(runner).flatMap(([name, value]) =>
        value === "" ? [] : [[`RUNNER_${name.toUpperCase()}`, asText(value)]],
      ),
    ),
  };
}

type Fuse = { signal: AbortSignal; light(milliseconds: number, before: () => void): void; defuse(): void };

/** One signal for "this job shall end": the run's cancellation, or the job's own time. */
function createFuse(cancelled: AbortSignal): Fuse {
  const controller = new AbortController();
  const end = () => controller.abort();
  let timer: NodeJS.Timeout | undefined;
  if (cancelled.aborted) end();
  cancelled.addEventListener("abort", end, { once: true });
  return {
    signal: controller.signal,
    light(milliseconds, before) {
      timer = setTimeout(() => {
        before();
        end();
      }, milliseconds);
    },
    defuse() {
      clearTimeout(timer);
      cancelled.removeEventListener("abort", end);
    },
  };
}
