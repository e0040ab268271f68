/** The local runner: turns the forge's events into workflow runs and runs them. Reaches the forge only through its host. */

import { appendFileSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "#core/errors.ts";
import type { Conclusion, ForgeEvent, WorkflowRun } from "#rehearsal/seams.ts";
import { asRecord, type Json } from "./expression.ts";
import { githubOf } from "./facts.ts";
import { createGroups } from "./groups.ts";
import { RESERVED_FOLDERS } from "./live-run.ts";
import { load } from "./load.ts";
import type { Machine, Runner, RunnerOptions } from "./machine.ts";
import { type Occasion, occasionsOf } from "./occasions.ts";
import { runLevel } from "./run.ts";
import { createSlots } from "./slots.ts";
import { createSources } from "./sources.ts";
import { finishedRun } from "./triggers.ts";
import { valuesOf } from "./values.ts";
import { createWatch, type Watch } from "./watch.ts";
import type { Workflow } from "./workflow.ts";

const DEFAULT_PARALLEL = 4;

/** Nothing moves and something waits: after this long it counts as stalled. */
const STALL_MS = 250;

export function createRunner(options: RunnerOptions): Runner {
  const stopping = new AbortController();
  const watch = createWatch(STALL_MS);
  const machine = createMachine(options, stopping.signal, watch);
  let events: Promise<void> = Promise.resolve();
  const take = (event: ForgeEvent) => {
    if (stopping.signal.aborted) return;
    const ended = finishedRun(event);
    if (ended !== null) machine.running.get(ended)?.abort();
    const done = watch.open();
    events = events
      .then(() => takeEvent(machine, watch, event))
      .catch(watch.fail)
      .finally(done);
  };
  const stop = async () => {
    stopping.abort();
    await watch.quiet();
  };
  options.signal?.addEventListener("abort", () => void stop(), { once: true });
  return { start: () => options.host.subscribe(take), idle: () => watch.idle(), stop };
}

function createMachine(options: RunnerOptions, stopping: AbortSignal, watch: Watch): Machine {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  const groups = createGroups();
  watch.onRest(() => {
    const waiting = groups.waiting();
    if (waiting.length > 0 && !stopping.aborted)
      watch.fail(
        new Failure(
          "REHEARSAL_STALLED",
          `Nothing runs, and concurrency group ${waiting.join(", ")} is never left.`,
        ),
      );
  });
  return {
    options,
    directory,
    groups,
    stopping,
    running: new Map(),
    slots: createSlots(options.parallel ?? DEFAULT_PARALLEL),
    sources: createSources(options.host.gitDirectory, join(directory, "trees")),
    busy: watch.busy,
  };
}

/** Every run of the event exists before the event counts as handled; then they run. */
async function takeEvent(machine: Machine, watch: Watch, given: ForgeEvent): Promise<void> {
  if (machine.stopping.aborted) return;
  const { host } = machine.options;
  const event = await atItsCommit(machine, given);
  const starts: Array<{ run: WorkflowRun; occasion: Occasion }> = [];
  for (const occasion of await occasionsOf(machine.sources, event))
    starts.push({ run: await startRun(machine, event, occasion), occasion });
  await host.handled(given);
  for (const { run, occasion } of starts) {
    if (occasion.kind === "park") continue;
    const done = watch.open();
    runOne(machine, event, run, occasion).catch(watch.fail).finally(done);
  }
}

/** Schedules and finished runs count at the default branch, wherever they happened. */
async function atItsCommit(machine: Machine, event: ForgeEvent): Promise<ForgeEvent> {
  if (event.event !== "schedule" && event.event !== "workflow_run") return event;
  const ref = `refs/heads/${machine.options.host.repository.defaultBranch}`;
  return { ...event, ref, sha: (await machine.sources.resolve(ref)) ?? event.sha };
}

async function startRun(machine: Machine, event: ForgeEvent, occasion: Occasion): Promise<WorkflowRun> {
  const { host, onProgress } = machine.options;
  const { path, name } =
    occasion.kind === "broken" ? { path: occasion.path, name: occasion.path } : occasion.workflow;
  const parked = occasion.kind === "park";
  const run = await host.startRun({
    name,
    path,
    event: event.event,
    headBranch: event.headBranch,
    headSha: event.headSha,
    actor: event.actor,
    status: parked ? "completed" : "queued",
    conclusion: parked ? "action_required" : null,
  });
  const of = { kind: "run", run: run.id, workflow: name } as const;
  onProgress?.(
    parked
      ? { ...of, state: "finished", conclusion: "action_required", seconds: 0 }
      : { ...of, state: "queued" },
  );
  return run;
}

async function runOne(
  machine: Machine,
  event: ForgeEvent,
  run: WorkflowRun,
  occasion: Occasion,
): Promise<void> {
  const { host, onProgress } = machine.options;
  const began = performance.now();
  const { conclusion, errors } =
    occasion.kind === "broken"
      ? { conclusion: "failure" as const, errors: occasion.errors }
      : await runWorkflow(machine, event, run, occasion.workflow);
  if (machine.stopping.aborted) return;
  if (errors.length > 0) {
    const folder = join(machine.directory, String(run.id));
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, "run.log"), `${errors.map((error) => `error: ${error}`).join("\n")}\n`);
  }
  await machine.busy(host.updateRun(run.id, { status: "completed", conclusion }));
  const because = errors.length > 0 ? { because: errors.join("\n") } : {};
  const seconds = (performance.now() - began) / 1_000;
  onProgress?.({
    kind: "run",
    state: "finished",
    run: run.id,
    workflow: run.name,
    conclusion,
    seconds,
    ...because,
  });
}

type RunEnd = { conclusion: Conclusion; errors: readonly string[] };

async function runWorkflow(
  machine: Machine,
  event: ForgeEvent,
  run: WorkflowRun,
  workflow: Workflow,
): Promise<RunEnd> {
  const { host, packages, secrets, variables, onProgress } = machine.options;
  const { owner, name } = host.repository;
  const world = { sources: machine.sources, packages, repository: `${owner}/${name}` };
  const loaded = await machine.busy(load(world, workflow, { kind: "commit", sha: event.sha }));
  if ("errors" in loaded) return { conclusion: "failure", errors: loaded.errors };
  const github = githubOf(host, event, run);
  const given = asRecord(event.payload.inputs as Json | undefined);
  const inputs =
    event.event === "workflow_dispatch"
      ? valuesOf(workflow.inputs, given, { github, vars: { ...variables } })
      : {};
  const controller = new AbortController();
  machine.running.set(run.id, controller);
  try {
    const end = await runLevel(
      { machine, run, github, folders: new Set(RESERVED_FOLDERS) },
      {
        loaded,
        inputs,
        secrets,
        prefix: "",
        cancelled: AbortSignal.any([machine.stopping, controller.signal]),
        onStart: async () => {
          await machine.busy(host.updateRun(run.id, { status: "in_progress" }));
          onProgress?.({ kind: "run", state: "started", run: run.id, workflow: run.name });
        },
      },
    );
    return { conclusion: end.result, errors: [] };
  } catch (error) {
    return { conclusion: "failure", errors: [error instanceof Error ? error.message : String(error)] };
  } finally {
    machine.running.delete(run.id);
  }
}
