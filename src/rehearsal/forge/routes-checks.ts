/** Check runs and commit statuses: what is said of a commit, and by whom. */

import * as z from "zod";
import {
  appFace,
  type Json,
  nodeId,
  repositoryApi,
  repositoryFace,
  repositoryPage,
  userFace,
} from "#rehearsal/forge/faces.ts";
import type { Check, Status } from "#rehearsal/forge/records.ts";
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
import { now, type World } from "#rehearsal/forge/world.ts";

export const CHECK_ROUTES: readonly Route[] = [
  { method: "GET", path: "commits/{ref*}/check-runs", needs: ["checks:read"], handle: checksOf },
  { method: "GET", path: "commits/{ref*}/status", needs: ["statuses:read"], handle: combined },
  { method: "GET", path: "commits/{ref*}/statuses", needs: ["statuses:read"], handle: statusesOf },
  { method: "POST", path: "statuses/{sha}", needs: ["statuses:write"], handle: newStatus },
  { method: "POST", path: "check-runs", needs: ["checks:write"], handle: newCheck },
  { method: "GET", path: "check-runs/{id}", needs: ["checks:read"], handle: readCheck },
  { method: "PATCH", path: "check-runs/{id}", needs: ["checks:write"], handle: editCheck },
];

async function shaOf(call: Call): Promise<string> {
  const ref = param(call, "ref");
  const sha = await call.world.git.commitOf(ref);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

function checkFace(world: World, check: Check): Json {
  const url = `${repositoryApi(world)}/check-runs/${check.id}`;
  const html = `${repositoryPage(world)}/runs/${check.id}`;
  return {
    id: check.id,
    node_id: nodeId("CheckRun", check.id),
    head_sha: check.sha,
    name: check.name,
    external_id: check.externalId,
    url,
    html_url: html,
    details_url: check.detailsUrl ?? html,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    check_suite: { id: check.run ?? check.app },
    output: { ...check.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    app: appFace(world, check.app),
    pull_requests: [],
  };
}

async function checksOf(call: Call): Promise<Reply> {
  const { world, query } = call;
  const sha = await shaOf(call);
  const all = world.store.list("checks").filter((check) => check.sha === sha);
  const key = (check: Check): string => `${check.name} ${check.app} ${check.run ?? ""}`;
  const latest = [...new Map(all.map((check) => [key(check), check])).values()];
  const found = (query.get("filter") === "all" ? all : latest)
    .filter((check) => [null, check.name].includes(query.get("check_name")))
    .filter((check) => [null, String(check.status)].includes(query.get("status")))
    .filter((check) => [null, String(check.app)].includes(query.get("app_id")));
  const wrap = (check_runs: unknown[], total_count: number): Json => ({ total_count, check_runs });
  return page(call, found.toReversed(), (check) => checkFace(world, check), wrap);
}

/** Newest first, as GitHub lists them. */
function statusesOn(world: World, sha: string): Status[] {
  return world.store
    .list("statuses")
    .filter((status) => status.sha === sha)
    .toReversed();
}

function statusFace(world: World, status: Status): Json {
  return {
    url: `${repositoryApi(world)}/statuses/${status.sha}`,
    avatar_url: `${world.url}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

/** The combined status names no creator; `GET commits/{ref}/statuses` does. */
async function combined(call: Call): Promise<Reply> {
  const { world } = call;
  const sha = await shaOf(call);
  const latest = statusesOn(world, sha).filter(
    (status, index, all) => all.findIndex(({ context }) => context === status.context) === index,
  );
  const states = latest.map(({ state }) => state);
  const isRed = states.some((state) => state === "error" || state === "failure");
  const isGreen = states.length > 0 && states.every((state) => state === "success");
  const { body, headers } = page(call, latest, (status) => statusFace(world, status));
  const url = `${repositoryApi(world)}/commits/${sha}`;
  return {
    status: 200,
    ...(headers === undefined ? {} : { headers }),
    body: {
      state: isRed ? "failure" : isGreen ? "success" : "pending",
      statuses: body,
      sha,
      total_count: latest.length,
      repository: repositoryFace(world),
      commit_url: url,
      url: `${url}/status`,
    },
  };
}

async function statusesOf(call: Call): Promise<Reply> {
  const { world } = call;
  return page(call, statusesOn(world, await shaOf(call)), (status) => wholeStatusFace(world, status));
}

function wholeStatusFace(world: World, status: Status): Json {
  return { ...statusFace(world, status), creator: userFace(world, status.creator) };
}

const NewStatus = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().min(1).default("default"),
  description: z.string().max(140).nullish(),
  target_url: z.string().nullish(),
});

async function newStatus(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const sha = param(call, "sha");
  const body = bodyOf(call, NewStatus);
  if (!(await world.git.has(sha, "commit"))) throw new Refusal(422, `No commit found for SHA: ${sha}`);
  const said = world.store.list("statuses").filter((one) => one.sha === sha && one.context === body.context);
  if (said.length >= 1000) {
    throw new Refusal(422, "This SHA and context has reached the maximum number of statuses.");
  }
  const status = world.store.transact((draft) => {
    const made: Status = {
      id: draft.id(),
      sha,
      state: body.state,
      context: body.context,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creator: holder.actor,
      app: holder.app,
      createdAt: now(),
    };
    draft.put("statuses", made.id, made);
    return made;
  });
  return { status: 201, body: wholeStatusFace(world, status) };
}

const Text = z.string().max(65_535).nullish();

const CheckBody = z.object({
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: z
    .enum(["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"])
    .optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z.object({ title: z.string().nullish(), summary: Text, text: Text }).optional(),
});

const NewCheck = CheckBody.extend({ name: z.string().min(1), head_sha: z.string() });

function updated(check: Check, body: z.infer<typeof CheckBody>): Check {
  const status = body.conclusion === undefined ? (body.status ?? check.status) : "completed";
  if (status === "completed" && (body.conclusion ?? check.conclusion) === null) {
    throw new Refusal(422, "Invalid request.\n\nNo conclusion was given for a completed check run.");
  }
  const { title, summary, text } = body.output ?? {};
  return {
    ...check,
    status,
    conclusion: status === "completed" ? (body.conclusion ?? check.conclusion) : null,
    startedAt: body.started_at ?? check.startedAt,
    completedAt: status === "completed" ? (body.completed_at ?? check.completedAt ?? now()) : null,
    externalId: body.external_id ?? check.externalId,
    detailsUrl: body.details_url ?? check.detailsUrl,
    output: {
      title: title ?? check.output.title,
      summary: summary ?? check.output.summary,
      text: text ?? check.output.text,
    },
  };
}

/** Only apps may write check runs: a person's token is refused. */
function appOf(call: Call): number {
  if (call.holder.app === null) throw new Refusal(403, "You must authenticate via a GitHub App.");
  return call.holder.app;
}

async function newCheck(call: Call): Promise<Reply> {
  const { world } = call;
  const app = appOf(call);
  const body = bodyOf(call, NewCheck);
  if (!(await world.git.has(body.head_sha, "commit"))) {
    throw new Refusal(422, `No commit found for SHA: ${body.head_sha}`);
  }
  const check = world.store.transact((draft) => {
    const made = updated(blankCheck(body.name, body.head_sha, app), body);
    const numbered = { ...made, id: draft.id() };
    draft.put("checks", numbered.id, numbered);
    return numbered;
  });
  return { status: 201, body: checkFace(world, check) };
}

export function blankCheck(name: string, sha: string, app: number): Check {
  return {
    id: 0,
    sha,
    name,
    status: "queued",
    conclusion: null,
    startedAt: now(),
    completedAt: null,
    externalId: null,
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    app,
    run: null,
  };
}

function checkOf(call: Call): Check {
  const check = call.world.store.get("checks", numberParam(call, "id"));
  if (check === undefined) throw notFound();
  return check;
}

function readCheck(call: Call): Reply {
  return { status: 200, body: checkFace(call.world, checkOf(call)) };
}

function editCheck(call: Call): Reply {
  const app = appOf(call);
  const check = checkOf(call);
  if (check.app !== app) throw new Refusal(403, "Resource not accessible by integration");
  const body = bodyOf(call, CheckBody.extend({ name: z.string().min(1).optional() }));
  const edited = { ...updated(check, body), name: body.name ?? check.name };
  call.world.store.transact((draft) => draft.put("checks", edited.id, edited));
  return { status: 200, body: checkFace(call.world, edited) };
}
