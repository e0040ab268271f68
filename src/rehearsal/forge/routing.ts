/** Routes, requests, answers and refusals in GitHub's words. No route is defined here. */

import type { IncomingHttpHeaders } from "node:http";
import type * as z from "zod";
import type { Objection } from "#rehearsal/forge/rules.ts";
import type { Holder } from "#rehearsal/forge/tokens.ts";
import type { World } from "#rehearsal/forge/world.ts";

export type Call = {
  world: World;
  holder: Holder;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Parsed JSON, `{}` when there was none. */
  body: unknown;
  /** The `accept` header. */
  accept: string;
};

/** An HTTP request that was read to its end. `holder` null: no token, or none we know. */
export type Request = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  holder: Holder | null;
};

/** What goes over the wire. */
export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

export type Route = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `/repos/{owner}/{repo}` unless it begins with a slash. `{x}` is one segment, `{x*}` any number. */
  path: string;
  /** Any one of these permissions is enough, such as `contents:read`. Empty: any token will do. */
  needs: readonly string[];
  handle: (call: Call) => Promise<Reply> | Reply;
};

/** Thrown by a route: the request had no effect. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | null;

  constructor(status: number, message: string, errors: readonly unknown[] | null = null) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function refused({ status, message, errors }: Pick<Refusal, "status" | "message" | "errors">): Reply {
  const body = {
    message,
    ...(errors === null ? {} : { errors }),
    documentation_url: "https://docs.github.com/rest",
    status: String(status),
  };
  return { status, body };
}

/** What stands against a change, as an answer: broken rules with the status the route has for them, else 403. */
export function objected({ because, sentences }: Objection, status: number): Refusal {
  if (because === "workflow") return new Refusal(403, sentences.join("\n"));
  return new Refusal(status, `Repository rule violations found\n\n${sentences.join("\n\n")}\n\n`);
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

export function invalid(resource: string, field: string, message?: string): Refusal {
  const error =
    message === undefined
      ? { resource, field, code: "invalid" }
      : { resource, field, code: "custom", message };
  return new Refusal(422, "Validation Failed", [error]);
}

export type Match = { route: Route; params: Record<string, string> };

/** Finds the route of a path; null when there is none. Routes are tried in order. */
export function router(
  routes: readonly Route[],
  repository: string,
): (method: string, path: string) => Match | null {
  const compiled = routes.map((route) => ({
    route,
    pattern: patternOf(route.path.startsWith("/") ? route.path : `${repository}/${route.path}`),
  }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match !== null) return { route, params: decoded(match.groups ?? {}) };
    }
    return null;
  };
}

function patternOf(path: string): RegExp {
  const source = path
    .replace(/\/$/, "")
    .replaceAll(".", "\\.")
    .replace(/\{(\w+)(\*?)\}/g, (_, name, star) => `(?<${name}>${star === "" ? "[^/]+" : ".*"})`);
  return new RegExp(`^${source}/?$`, "i");
}

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).map(([key, value]) => {
      try {
        return [key, decodeURIComponent(value)];
      } catch {
        return [key, value];
      }
    }),
  );
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}

/** 404 unless the path names a number. */
export function numberParam(call: Call, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isInteger(value)) throw notFound();
  return value;
}

/** 422 unless the body fits. */
export function bodyOf<T>(call: Call, schema: z.ZodType<T>): T {
  const read = schema.safeParse(call.body);
  if (read.success) return read.data;
  const fields = read.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new Refusal(422, `Invalid request.\n\n${fields.join("\n")}`);
}

/** One page of a list with its Link header. `wrap` builds the body where it is not the bare list. */
export function page<T>(
  call: Call,
  items: readonly T[],
  render: (item: T) => unknown,
  wrap: (items: unknown[], total: number) => unknown = (list) => list,
): Reply {
  const size = Math.min(100, Math.max(1, Number(call.query.get("per_page") ?? 30) || 30));
  const index = Math.max(1, Number(call.query.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const shown = items.slice((index - 1) * size, index * size).map(render);
  const links = [
    ["prev", index > 1 ? index - 1 : null],
    ["next", index < last ? index + 1 : null],
    ["last", index < last ? last : null],
    ["first", index > 1 ? 1 : null],
  ].flatMap(([rel, target]) => (target === null ? [] : [`<${pageUrl(call, Number(target))}>; rel="${rel}"`]));
  return {
    status: 200,
    body: wrap(shown, items.length),
    ...(links.length === 0 ? {} : { headers: { link: links.join(", ") } }),
  };
}

function pageUrl(call: Call, target: number): string {
  const query = new URLSearchParams(call.query);
  query.set("page", String(target));
  return `${call.world.url}${call.params.url ?? ""}?${query}`;
}

/** Sorted as `sort` and `direction` ask; GitHub's lists begin with what was created last. */
export function ordered<T extends { id: number; createdAt: string; updatedAt: string }>(
  call: Call,
  items: readonly T[],
  fallback: "asc" | "desc" = "desc",
): T[] {
  const key = call.query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = (call.query.get("direction") ?? fallback) === "asc" ? 1 : -1;
  return items.toSorted((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
}
