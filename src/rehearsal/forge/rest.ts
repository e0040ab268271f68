/** One REST request from token to answer: who asks, how often, whether they may. What is done stands in the routes. */

import { createHash, randomBytes } from "node:crypto";
import type { Fault } from "#rehearsal/forge/options.ts";
import {
  type Answer,
  type Match,
  notFound,
  Refusal,
  type Reply,
  type Request,
  refused,
} from "#rehearsal/forge/routing.ts";
import { type Holder, mayDo, type Quota, type Tokens } from "#rehearsal/forge/tokens.ts";
import type { World } from "#rehearsal/forge/world.ts";
import type { RequestCounts } from "#rehearsal/seams.ts";

export type Reception = {
  readonly world: World;
  readonly tokens: Tokens;
  readonly match: (method: string, path: string) => Match | null;
  readonly unknownRoutes: string[];
};

const PREFIX = "/api/v3";

export async function answerRest(
  reception: Reception,
  request: Request,
  fault: Fault | null,
): Promise<Answer> {
  const { world, tokens } = reception;
  const { holder } = request;
  if (holder === null) return finish(world, request, refused(new Refusal(401, "Bad credentials")), null);
  count(world, holder, "rest", 1);
  const quota = tokens.quota(holder.by);
  const reply = await replyTo(reception, request, fault, holder, quota);
  if (request.method !== "GET" && reply.status < 300) count(world, holder, "writes", 1);
  const said =
    fault?.kind === "apply-then-fail" ? { status: fault.status, body: { message: "Server Error" } } : reply;
  return finish(world, request, said, quota);
}

async function replyTo(
  reception: Reception,
  request: Request,
  fault: Fault | null,
  holder: Holder,
  quota: Quota,
): Promise<Reply> {
  if (request.path === `${PREFIX}/rate_limit`) return rateLimit(quota);
  if (quota.used >= quota.limit) {
    return refused(new Refusal(403, `API rate limit exceeded for ${holder.actor.login}.`));
  }
  quota.used += 1;
  if (fault?.kind === "refuse") return refusedByFault(fault);
  const isBelow = request.path.startsWith(`${PREFIX}/`);
  const found = isBelow ? reception.match(request.method, request.path.slice(PREFIX.length)) : null;
  if (found === null) {
    reception.unknownRoutes.push(`${request.method} ${request.path}`);
    return refused(notFound());
  }
  return await handled(reception.world, request, found, holder).catch(explained);
}

async function handled(world: World, request: Request, found: Match, holder: Holder): Promise<Reply> {
  const { route } = found;
  if (!mayDo(holder, route.needs)) throw new Refusal(403, "Resource not accessible by integration");
  const params = { ...found.params, url: request.path };
  const accept = request.headers.accept ?? "";
  const call = { world, holder, params, query: request.query, body: readJson(request.body), accept };
  const handle = async (): Promise<Reply> => await route.handle(call);
  return await (route.method === "GET" ? handle() : world.exclusive(handle));
}

function explained(error: unknown): Reply {
  if (error instanceof Refusal) return refused(error);
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { message: `the local forge has a bug: ${message}` } };
}

function finish(world: World, request: Request, reply: Reply, quota: Quota | null): Answer {
  const sent = conditional(request, reply, quota);
  world.options.onExchange?.({
    method: request.method,
    path: request.path.replace(/^\/api\/v3(?=\/)/, ""),
    status: sent.status,
    requestBody: tryJson(request.body),
    responseBody: sent.status === 304 || Buffer.isBuffer(reply.body) ? undefined : reply.body,
    run: request.holder?.run ?? null,
  });
  return sent;
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  const read = tryJson(body);
  if (read === undefined) throw new Refusal(400, "Problems parsing JSON");
  return read;
}

function tryJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** An answer the client already has costs nothing and is not sent again. */
function conditional(request: Request, reply: Reply, quota: Quota | null): Answer {
  const isRaw = Buffer.isBuffer(reply.body);
  const body = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(JSON.stringify(reply.body) ?? "");
  const type = isRaw || reply.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  const isRead = request.method === "GET" && reply.status === 200;
  const isKnown = isRead && request.headers["if-none-match"] === etag;
  if (isKnown && quota !== null) quota.used -= 1;
  const headers = { ...type, ...(isRead ? { etag } : {}), ...limitHeaders(quota), ...reply.headers };
  if (isKnown) return { status: 304, headers, body: Buffer.alloc(0) };
  return { status: reply.status, headers, body };
}

function limitHeaders(quota: Quota | null): Record<string, string> {
  const id = { "x-github-request-id": randomBytes(10).toString("hex") };
  if (quota === null) return id;
  return {
    ...id,
    "x-ratelimit-limit": String(quota.limit),
    "x-ratelimit-remaining": String(Math.max(0, quota.limit - quota.used)),
    "x-ratelimit-used": String(quota.used),
    "x-ratelimit-reset": String(quota.reset),
    "x-ratelimit-resource": "core",
  };
}

/** Asking for it is free. */
function rateLimit({ limit, used, reset }: Quota): Reply {
  const core = { limit, used, reset, remaining: Math.max(0, limit - used) };
  return { status: 200, body: { resources: { core, search: core }, rate: core } };
}

function refusedByFault(fault: Extract<Fault, { kind: "refuse" }>): Reply {
  const isLimit = fault.status === 403 || fault.status === 429;
  const fallback = isLimit
    ? "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    : "Refused by the rehearsal";
  const reply = refused(new Refusal(fault.status, fault.message ?? fallback));
  if (fault.retryAfter === undefined) return reply;
  return { ...reply, headers: { "retry-after": String(fault.retryAfter) } };
}

export function count(world: World, holder: Holder, what: keyof RequestCounts, by: number): void {
  const { run } = holder;
  if (run === null || by === 0) return;
  const before = world.store.get("counts", run) ?? { rest: 0, writes: 0, git: 0 };
  world.store.transact((draft) => draft.put("counts", run, { ...before, [what]: before[what] + by }));
}
