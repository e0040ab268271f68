/** Runs one workflow run: its jobs in the order of their needs, called workflows inside calling jobs. Spawns nothing itself. */

import {
  asRecord,
  asText,
  evaluate,
  fill,
  isExpression,
  isTrue,
  type Json,
  type Scope,
  type Tree,
} from "./expression.ts";
import { readGroup } from "./groups.ts";
import { type JobEnd, runJob } from "./job.ts";
import type { Result } from "./live.ts";
import { folderOf, type LiveRun } from "./live-run.ts";
import type { Loaded } from "./load.ts";
import { expandStrategy, type Leg, legSuffix, type Strategy } from "./matrix.ts";
import { asMap } from "./parser.ts";
import { reportIdleJob } from "./report.ts";
import { createSlots } from "./slots.ts";
import { valuesOf } from "./values.ts";
import type { Call, Job } from "./workflow.ts";

/** One workflow of a run: the one that was triggered, or one that a job calls. */
export type Level = {
  loaded: Loaded;
  inputs: { [name: string]: Json };
  secrets: Readonly<Record<string, string>>;
  /** What stands before the names of its jobs: `caller / `. */
  prefix: string;
  cancelled: AbortSignal;
  /** Called once the level may run: after its concurrency group let it in. */
  onStart?: () => Promise<void>;
};

export type LevelEnd = { result: Result; outputs: Record<string, string> };

/** The end of one job with what came before it: GitHub's status functions look at all ancestors. */
type Ending = {
  id: string;
  result: Result;
  outputs: Record<string, string>;
  ancestors: ReadonlyMap<string, Result>;
};

export async function runLevel(live: LiveRun, level: Level): Promise<LevelEnd> {
  const request = readGroup(filled(level.loaded.workflow.concurrency, baseScope(live, level)));
  const controller = new AbortController();
  const cancelled = AbortSignal.any([level.cancelled, controller.signal]);
  const holder = { cancel: () => controller.abort(), signal: cancelled };
  const leave = request === null ? () => undefined : await live.machine.groups.enter(request, holder);
  if (leave === null) return { result: "cancelled", outputs: {} };
  try {
    await level.onStart?.();
    return await runJobs(live, { ...level, cancelled });
  } finally {
    leave();
  }
}

async function runJobs(live: LiveRun, level: Level): Promise<LevelEnd> {
  const endings = new Map<string, Promise<Ending>>();
  const jobs = new Map(level.loaded.workflow.jobs.map((job) => [job.id, job]));
  const endingOf = (id: string): Promise<Ending> => {
    const known = endings.get(id);
    if (known !== undefined) return known;
    const job = jobs.get(id);
    const ending =
      job === undefined
        ? Promise.reject(new Error(`There is no job '${id}'`))
        : Promise.all(job.needs.map(endingOf)).then((needs) => runWhenNeeded(live, level, job, needs));
    endings.set(id, ending);
    return ending;
  };
  const ends = await Promise.all([...jobs.keys()].map(endingOf));
  const seen = Object.fromEntries(ends.map(({ id, result, outputs }) => [id, { result, outputs }]));
  const scope = { ...baseScope(live, level), jobs: seen };
  const declared = level.prefix === "" ? [] : (level.loaded.workflow.called?.outputs ?? []);
  const outputs = [...declared].map(([name, tree]) => [name, asText(fill(tree, scope))] as const);
  return { result: worst(ends.map(({ result }) => result)), outputs: Object.fromEntries(outputs) };
}

async function runWhenNeeded(
  live: LiveRun,
  level: Level,
  job: Job,
  needs: readonly Ending[],
): Promise<Ending> {
  const ancestors = new Map(needs.flatMap((need) => [...need.ancestors, [need.id, need.result] as const]));
  const seen = Object.fromEntries(needs.map(({ id, result, outputs }) => [id, { result, outputs }]));
  const scope = { ...baseScope(live, level), needs: seen };
  const ending = (end: { result: Result; outputs: Record<string, string> }) => ({
    id: job.id,
    ancestors,
    ...end,
  });
  const plainName = `${level.prefix}${typeof job.name === "string" ? job.name : job.id}`;
  if (live.machine.stopping.aborted) return ending({ result: "cancelled", outputs: {} });
  try {
    if (!isWanted(level, job, scope, ancestors)) {
      await reportIdleJob(live, plainName, "skipped", null);
      return ending({ result: "skipped", outputs: {} });
    }
    const strategy = expandStrategy(filled(job.strategy, scope) ?? null);
    return ending(await runLegs(live, level, job, scope, strategy));
  } catch (error) {
    if (live.machine.stopping.aborted) return ending({ result: "cancelled", outputs: {} });
    await reportIdleJob(live, plainName, "failure", error);
    return ending({ result: "failure", outputs: {} });
  }
}

/** A skipped ancestor is no success: what depends on it is skipped as well unless it asks for a status itself. */
function isWanted(level: Level, job: Job, scope: Scope, ancestors: ReadonlyMap<string, Result>): boolean {
  const value = evaluate(job.if.expression, scope, {
    status: (name, ids) => {
      const looked =
        ids.length === 0 ? [...ancestors.values()] : ids.map((id) => ancestors.get(id) ?? "skipped");
      if (name === "cancelled") return level.cancelled.aborted;
      if (name === "failure") return !level.cancelled.aborted && looked.includes("failure");
      return (
        name === "always" || (!level.cancelled.aborted && looked.every((result) => result === "success"))
      );
    },
  });
  return isTrue(value);
}

async function runLegs(
  live: LiveRun,
  level: Level,
  job: Job,
  scope: Scope,
  strategy: Strategy,
): Promise<LevelEnd> {
  const places = createSlots(strategy.maxParallel);
  const failFast = new AbortController();
  const cancelled = AbortSignal.any([signalFor(live, level), failFast.signal]);
  const ends = await Promise.all(
    strategy.legs.map(async (leg, index) => {
      const facts = strategyFacts(strategy, index);
      const legScope = { ...scope, strategy: facts, matrix: leg, secrets: { ...level.secrets } };
      const request = { job, scope: legScope, name: legName(level, job, leg, legScope), cancelled };
      const leave = await places.take(cancelled);
      const end = await (leave === null ? notStarted(live, request) : attemptLeg(live, level, request));
      leave?.();
      if (end.result === "failure" && !end.tolerated && strategy.failFast) failFast.abort();
      return end;
    }),
  );
  return {
    result: worst(
      ends.map(({ result, tolerated }) => (result === "failure" && tolerated ? "success" : result)),
    ),
    outputs: Object.assign({}, ...ends.map(({ outputs }) => outputs)),
  };
}

function strategyFacts({ legs, failFast, maxParallel }: Strategy, index: number): Json {
  return {
    "fail-fast": failFast,
    "job-index": index,
    "job-total": legs.length,
    "max-parallel": Math.min(maxParallel, legs.length),
  };
}

type LegRequest = { job: Job; scope: Scope; name: string; cancelled: AbortSignal };

/** A job that wanted to run although the run was cancelled runs to its end. */
function signalFor({ machine }: LiveRun, level: Level): AbortSignal {
  return level.cancelled.aborted ? machine.stopping : level.cancelled;
}

/** The name a check run carries. A name that looks at its matrix itself gets no suffix; one that cannot be filled is the id. */
function legName(level: Level, job: Job, leg: Leg, scope: Scope): string {
  const suffix = isExpression(job.name) && /\bmatrix\b/.test(job.name.expression) ? "" : legSuffix(leg);
  try {
    return `${level.prefix}${asText(fill(job.name, scope))}${suffix}`;
  } catch {
    return `${level.prefix}${job.id}${legSuffix(leg)}`;
  }
}

/** What cannot be evaluated fails its leg, and no other. */
async function attemptLeg(live: LiveRun, level: Level, request: LegRequest): Promise<JobEnd> {
  try {
    return await runLeg(live, level, request);
  } catch (error) {
    await reportIdleJob(live, request.name, "failure", error);
    return { result: "failure", outputs: {}, tolerated: false };
  }
}

async function runLeg(live: LiveRun, level: Level, request: LegRequest): Promise<JobEnd> {
  const group = readGroup(filled(request.job.concurrency, request.scope));
  const controller = new AbortController();
  const cancelled = AbortSignal.any([request.cancelled, controller.signal]);
  const holder = { cancel: () => controller.abort(), signal: cancelled };
  const leave = group === null ? () => undefined : await live.machine.groups.enter(group, holder);
  if (leave === null) return notStarted(live, request);
  try {
    const { does } = request.job;
    return "uses" in does
      ? await runCall(live, level, { ...request, cancelled }, does)
      : await runWork(live, level, { ...request, cancelled });
  } finally {
    leave();
  }
}

async function runCall(live: LiveRun, level: Level, request: LegRequest, call: Call): Promise<JobEnd> {
  const loaded = level.loaded.calls.get(request.job.id);
  if (loaded === undefined) throw new Error(`${call.uses} was not loaded`);
  const base = baseScope(live, level);
  const end = await runLevel(live, {
    loaded,
    inputs: valuesOf(loaded.workflow.called?.inputs ?? new Map(), asRecord(fill(call.with, request.scope)), {
      github: base.github ?? null,
      vars: base.vars ?? null,
    }),
    secrets: call.secrets === "inherit" ? level.secrets : secretsOf(call.secrets, request.scope),
    prefix: `${request.name} / `,
    cancelled: request.cancelled,
  });
  return { ...end, tolerated: false };
}

async function runWork(live: LiveRun, level: Level, request: LegRequest): Promise<JobEnd> {
  const { machine } = live;
  const { job, name, scope, cancelled } = request;
  if ("uses" in job.does) throw new Error(`job '${job.id}' calls a workflow`);
  const leave = await machine.slots.take(AbortSignal.any([cancelled, machine.stopping]));
  if (leave === null) return notStarted(live, request);
  try {
    return await machine.busy(
      runJob(machine, {
        run: live.run,
        job,
        work: job.does,
        name,
        folder: folderOf(live, name),
        scope,
        workflowEnv: level.loaded.workflow.env,
        permissions: level.loaded.grants.get(job.id) ?? {},
        source: level.loaded.source,
        cancelled,
      }),
    );
  } finally {
    leave();
  }
}

/** A leg that was cancelled while it waited. A calling job has no check of its own. */
async function notStarted(live: LiveRun, { name }: LegRequest): Promise<JobEnd> {
  await reportIdleJob(live, name, "cancelled", null);
  return { result: "cancelled", outputs: {}, tolerated: false };
}

function worst(results: readonly Result[]): Result {
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.length > 0 && results.every((result) => result === "skipped") ? "skipped" : "success";
}

function baseScope({ github, machine }: LiveRun, level: Level): Scope {
  return { github, inputs: level.inputs, vars: { ...machine.options.variables } };
}

function filled(tree: Tree | undefined, scope: Scope): Json | undefined {
  return tree === undefined ? undefined : fill(tree, scope);
}

function secretsOf(tree: Tree, scope: Scope): Record<string, string> {
  return Object.fromEntries([...asMap(tree)].map(([name, value]) => [name, asText(fill(value, scope))]));
}
