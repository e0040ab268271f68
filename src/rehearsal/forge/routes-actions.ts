/** Workflows and their runs by REST: listed, dispatched, cancelled. Starts no job; that is the runner's. */

import * as z from "zod";
import { cancelRun, requestDispatch, trunkTip } from "#rehearsal/forge/actions.ts";
import {
  type Json,
  nodeId,
  repositoryApi,
  repositoryFace,
  repositoryPage,
  userFace,
} from "#rehearsal/forge/faces.ts";
import {
  bodyOf,
  type Call,
  notFound,
  numberParam,
  page,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { type Workflow, workflowId, workflowsAt } from "#rehearsal/forge/workflows.ts";
import { metaOf, type World } from "#rehearsal/forge/world.ts";
import type { WorkflowRun } from "#rehearsal/seams.ts";

export const ACTION_ROUTES: readonly Route[] = [
  { method: "GET", path: "actions/runs", needs: ["actions:read"], handle: runs },
  { method: "GET", path: "actions/runs/{id}", needs: ["actions:read"], handle: run },
  { method: "POST", path: "actions/runs/{id}/approve", needs: ["actions:write"], handle: approve },
  { method: "POST", path: "actions/runs/{id}/cancel", needs: ["actions:write"], handle: cancel },
  { method: "GET", path: "actions/workflows", needs: ["actions:read"], handle: workflows },
  { method: "GET", path: "actions/workflows/{workflow}", needs: ["actions:read"], handle: workflow },
  {
    method: "POST",
    path: "actions/workflows/{workflow}/dispatches",
    needs: ["actions:write"],
    handle: dispatch,
  },
  { method: "POST", path: "dispatches", needs: ["contents:write"], handle: repositoryDispatch },
];

function runFace(world: World, one: WorkflowRun): Json {
  const api = `${repositoryApi(world)}/actions/runs/${one.id}`;
  const repository = repositoryFace(world);
  const actor = userFace(world, one.actor);
  return {
    id: one.id,
    node_id: nodeId("WorkflowRun", one.id),
    name: one.name,
    display_title: one.name,
    head_branch: one.headBranch,
    head_sha: one.headSha,
    path: one.path,
    run_number: one.number,
    run_attempt: one.attempt,
    event: one.event,
    status: one.status,
    conclusion: one.conclusion,
    workflow_id: workflowId(one.path),
    check_suite_id: one.id,
    url: api,
    html_url: `${repositoryPage(world)}/actions/runs/${one.id}`,
    pull_requests: [],
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    run_started_at: one.createdAt,
    actor,
    triggering_actor: actor,
    jobs_url: `${api}/jobs`,
    logs_url: `${api}/logs`,
    check_suite_url: `${repositoryApi(world)}/check-suites/${one.id}`,
    artifacts_url: `${api}/artifacts`,
    cancel_url: `${api}/cancel`,
    rerun_url: `${api}/rerun`,
    workflow_url: `${repositoryApi(world)}/actions/workflows/${workflowId(one.path)}`,
    head_commit: null,
    repository,
    head_repository: repository,
  };
}

function runs(call: Call): Reply {
  const { world, query } = call;
  const wanted = (key: string, ...values: (string | null)[]): boolean => {
    const value = query.get(key);
    return value === null || values.includes(value);
  };
  const found = world.store
    .list("runs")
    .filter((one) => wanted("event", one.event))
    .filter((one) => wanted("branch", one.headBranch))
    .filter((one) => wanted("head_sha", one.headSha))
    .filter((one) => wanted("actor", one.actor.login))
    .filter((one) => wanted("status", one.status, one.conclusion));
  const wrap = (workflow_runs: unknown[], total_count: number): Json => ({ total_count, workflow_runs });
  return page(call, found.toReversed(), (one) => runFace(world, one), wrap);
}

function runOf(call: Call): WorkflowRun {
  const found = call.world.store.get("runs", numberParam(call, "id"));
  if (found === undefined) throw notFound();
  return found;
}

function run(call: Call): Reply {
  return { status: 200, body: runFace(call.world, runOf(call)) };
}

/** GitHub approves runs of forks only; the parked runs of its own bot wait for a click. */
function approve(call: Call): Reply {
  runOf(call);
  throw new Refusal(403, "This run is not from a fork pull request");
}

async function cancel(call: Call): Promise<Reply> {
  const tip = await trunkTip(call.world);
  const one = runOf(call);
  if (one.status === "completed") throw new Refusal(409, "Cannot cancel a workflow run that is completed.");
  cancelRun(call.world, one, tip);
  return { status: 202, body: {} };
}

function workflowFace(world: World, found: Workflow): Json {
  const { createdAt } = metaOf(world);
  return {
    id: found.id,
    node_id: nodeId("Workflow", found.id),
    name: found.name,
    path: found.path,
    state: "active",
    created_at: createdAt,
    updated_at: createdAt,
    url: `${repositoryApi(world)}/actions/workflows/${found.id}`,
    html_url: `${repositoryPage(world)}/blob/${world.options.repository.defaultBranch}/${found.path}`,
    badge_url: `${repositoryPage(world)}/actions/${found.path.replace(".github/", "")}/badge.svg`,
  };
}

/** GitHub knows a workflow once its file is on the default branch. */
async function known(world: World): Promise<Workflow[]> {
  const tip = await world.git.commitOf(`refs/heads/${world.options.repository.defaultBranch}`);
  return tip === null ? [] : await workflowsAt(world.git, tip);
}

async function workflowOf(call: Call): Promise<Workflow> {
  const name = param(call, "workflow");
  const found = (await known(call.world)).find(
    ({ id, path }) => String(id) === name || path.endsWith(`/${name}`),
  );
  if (found === undefined) throw notFound();
  return found;
}

async function workflows(call: Call): Promise<Reply> {
  const wrap = (list: unknown[], total_count: number): Json => ({ total_count, workflows: list });
  return page(call, await known(call.world), (one) => workflowFace(call.world, one), wrap);
}

async function workflow(call: Call): Promise<Reply> {
  return { status: 200, body: workflowFace(call.world, await workflowOf(call)) };
}

const Dispatch = z.object({
  ref: z.string().min(1),
  inputs: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]).transform(String)).default({}),
  return_run_details: z.boolean().default(false),
});

async function dispatch(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const order = bodyOf(call, Dispatch);
  const { path } = await workflowOf(call);
  const reserved = await requestDispatch(world, holder, { path, ref: order.ref, inputs: order.inputs });
  if (!order.return_run_details) return { status: 204 };
  const body = {
    workflow_run_id: reserved,
    run_url: `${repositoryApi(world)}/actions/runs/${reserved}`,
    html_url: `${repositoryPage(world)}/actions/runs/${reserved}`,
  };
  return { status: 200, body };
}

const RepositoryDispatch = z.object({
  event_type: z.string().min(1).max(100),
  client_payload: z
    .record(z.string(), z.unknown())
    .refine((payload) => Object.keys(payload).length <= 10, "No more than 10 properties are allowed")
    .optional(),
});

/** Accepted as GitHub does; nothing of the product listens to it, so no event follows. */
function repositoryDispatch(call: Call): Reply {
  bodyOf(call, RepositoryDispatch);
  return { status: 204 };
}
