/** Runs and their job checks as the runner reports them, and dispatches that ask for more. Persists before it returns. */

import { runEvent, workflowEvent } from "#rehearsal/forge/events.ts";
import type { Writer } from "#rehearsal/forge/records.ts";
import { blankCheck } from "#rehearsal/forge/routes-checks.ts";
import { Refusal } from "#rehearsal/forge/routing.ts";
import type { Draft } from "#rehearsal/forge/store.ts";
import { type DispatchInput, workflowsAt } from "#rehearsal/forge/workflows.ts";
import { ACTIONS_APP, now, type World } from "#rehearsal/forge/world.ts";
import type { Conclusion, NewRun, RunStatus, WorkflowRun } from "#rehearsal/seams.ts";

/** Takes the id a dispatch promised for this workflow, if one did. */
export function startRun(world: World, run: NewRun): WorkflowRun {
  const { store } = world;
  const at = now();
  return store.transact((draft) => {
    const promised =
      run.event === "workflow_dispatch"
        ? store.list("reservations").find(({ path }) => path === run.path)
        : undefined;
    if (promised !== undefined) draft.drop("reservations", promised.run);
    const number = 1 + store.list("runs").filter(({ path }) => path === run.path).length;
    const id = promised?.run ?? draft.id();
    const started: WorkflowRun = { ...run, id, number, attempt: 1, createdAt: at, updatedAt: at };
    draft.put("runs", id, started);
    return started;
  });
}

/** A completed run stays as it is: whoever cancelled it was first. */
export async function updateRun(
  world: World,
  id: number,
  change: { status: RunStatus; conclusion?: Conclusion },
): Promise<void> {
  const tip = await trunkTip(world);
  const run = world.store.get("runs", id);
  if (run === undefined) throw new Error(`there is no run ${id}`);
  if (run.status === "completed") return;
  const updated = { ...run, ...change, updatedAt: now() };
  world.store.transact((draft) => {
    draft.put("runs", id, updated);
    if (updated.status === "completed") emitRun(world, draft, updated, tip);
  });
  world.announce();
}

export async function trunkTip(world: World): Promise<string> {
  const tip = await world.git.commitOf(`refs/heads/${world.options.repository.defaultBranch}`);
  return tip ?? "0".repeat(40);
}

/** Cancels a run and whatever checks of its jobs are unfinished. */
export function cancelRun(world: World, run: WorkflowRun, tip: string): void {
  const at = now();
  world.store.transact((draft) => {
    const cancelled = { ...run, status: "completed", conclusion: "cancelled", updatedAt: at } as const;
    draft.put("runs", run.id, cancelled);
    const open = world.store
      .list("checks")
      .filter((check) => check.run === run.id && check.status !== "completed");
    for (const check of open) {
      draft.put("checks", check.id, {
        ...check,
        status: "completed",
        conclusion: "cancelled",
        completedAt: at,
      });
    }
    emitRun(world, draft, cancelled, tip);
  });
  world.announce();
}

/** Runs nobody executes any more, because whoever did is gone. */
export async function cancelOrphans(world: World): Promise<void> {
  const tip = await trunkTip(world);
  const orphans = world.store.list("runs").filter(({ status }) => status !== "completed");
  for (const run of orphans) cancelRun(world, run, tip);
}

export function startCheck(world: World, check: { run: number; name: string; headSha: string }): number {
  return world.store.transact((draft) => {
    const id = draft.id();
    const blank = blankCheck(check.name, check.headSha, ACTIONS_APP);
    draft.put("checks", id, { ...blank, id, run: check.run, status: "in_progress" });
    return id;
  });
}

export function finishCheck(world: World, id: number, conclusion: Conclusion): void {
  const check = world.store.get("checks", id);
  if (check === undefined) throw new Error(`there is no check run ${id}`);
  if (check.status === "completed") return;
  const done = { ...check, status: "completed", conclusion, completedAt: now() } as const;
  world.store.transact((draft) => draft.put("checks", id, done));
}

type Order = { path: string; ref: string; inputs: Readonly<Record<string, string>> };

/** Returns the id the run will have. Refuses with 422 as GitHub does. */
export async function requestDispatch(world: World, writer: Writer, order: Order): Promise<number> {
  const { git, store } = world;
  const short = order.ref.replace(/^refs\/(heads|tags)\//, "");
  const refs = await git.refs();
  const ref = [`refs/heads/${short}`, `refs/tags/${short}`].find((one) => refs.has(one));
  const sha = ref === undefined ? null : await git.commitOf(ref);
  if (ref === undefined || sha === null) throw new Refusal(422, `No ref found for: ${order.ref}`);
  const workflow = (await workflowsAt(git, sha)).find(({ path }) => path === order.path);
  if (workflow === undefined || workflow.inputs === null) {
    throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
  }
  const inputs = filled(workflow.inputs, order.inputs);
  const happened = { event: "workflow_dispatch", path: order.path, ref, sha } as const;
  const run = store.transact((draft) => {
    const reserved = draft.id();
    const id = draft.id();
    draft.put("reservations", reserved, { run: reserved, path: order.path });
    draft.put("events", id, { id, ...workflowEvent(world, writer, happened, { inputs, ref }) });
    return reserved;
  });
  world.announce();
  return run;
}

function filled(
  declared: ReadonlyMap<string, DispatchInput>,
  given: Order["inputs"],
): Record<string, string> {
  const unexpected = Object.keys(given).filter((name) => !declared.has(name));
  if (unexpected.length > 0)
    throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const inputs: Record<string, string> = {};
  for (const [name, input] of declared) {
    const value = given[name] ?? input.default;
    if (value === undefined && input.required)
      throw new Refusal(422, `Required input '${name}' not provided`);
    if (given[name] !== undefined && input.options !== null && !input.options.includes(given[name])) {
      throw new Refusal(
        422,
        `Provided value '${given[name]}' for input '${name}' not in the list of allowed values`,
      );
    }
    inputs[name] = value ?? "";
  }
  return inputs;
}

/** The schedule of a workflow on the default branch comes due. */
export async function tick(world: World, workflowFile: string): Promise<void> {
  const ref = `refs/heads/${world.options.repository.defaultBranch}`;
  const sha = await trunkTip(world);
  const happened = { event: "schedule", path: `.github/workflows/${workflowFile}`, ref, sha } as const;
  const writer: Writer = { actor: world.options.owner, by: "person" };
  world.store.transact((draft) => {
    const id = draft.id();
    draft.put("events", id, { id, ...workflowEvent(world, writer, happened, {}) });
  });
  world.announce();
}

function emitRun(world: World, draft: Draft, run: WorkflowRun, tip: string): void {
  const id = draft.id();
  draft.put("events", id, { id, ...runEvent(world, run, tip) });
}
