/** Stands between an engine and the model's service: the engine shows a pass, the service sees the key. Logs nothing. */

import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import {
  request as askHttp,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { request as askHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { type Account, type Bill, openAccount } from "#adapters/key-proxy/account.ts";
import { openMeter } from "#adapters/key-proxy/meter.ts";
import { type Errand, type KeyRules, PATHS, ruleOn } from "#adapters/key-proxy/rules.ts";
import type { Spend } from "#core/outcome.ts";

export type Proxy = { readonly url: string; spent(): Spend; close(): Promise<void> };

/** As long as the service lets a request be, in bytes. */
const LONGEST = 32 * 1024 ** 2;

/** They speak of one connection, or are said anew: RFC 9110, 7.6.1. An answer must stay readable for the meter. */
const NOT_PASSED = new Set([
  ...["connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade"],
  ...["transfer-encoding", "content-length", "host", "expect", "accept-encoding", "cookie"],
]);

type Refusal = { status: number; type: string; message: string; code?: string };

export async function openKeyProxy({ key, pass, rules }: Errand): Promise<Proxy> {
  const account = openAccount(rules);
  const server = createServer((request, response) => {
    serve({ request, response, key, pass, rules, account }).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spent: account.spent,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Visit = {
  request: IncomingMessage;
  response: ServerResponse;
  key: string;
  pass: string;
  rules: KeyRules;
  account: Account;
};

async function serve(visit: Visit): Promise<void> {
  const { request, response, pass, rules, account } = visit;
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const isKnown = request.method === "POST" && PATHS.some((each) => each === path);
  if (!shows(request.headers, pass)) return refuse(response, forbidden("this is not your proxy"));
  if (!isKnown || !["", "beta=true"].includes(query))
    return refuse(response, forbidden("the key is not for this path"));
  const body = await bodyOf(request);
  if (body === null)
    return refuse(response, { status: 413, type: "request_too_large", message: "the request is too long" });
  const ruling = ruleOn(jsonIn(body), rules);
  if ("refused" in ruling) return refuse(response, forbidden(ruling.refused));
  const target = `${path}${query === "" ? "" : `?${query}`}`;
  if (path !== PATHS[0]) return await forward(visit, target, body, null);
  const bill = await account.admit({ ...ruling, bytes: body.length });
  if (bill === null) return refuse(response, overspent(rules));
  await forward(visit, target, body, bill).finally(() => bill.settle("question"));
}

/** Bytes go through as they come, broken streams as broken: who asks is to notice all that goes wrong. */
async function forward(
  { request, response, key, rules }: Visit,
  target: string,
  body: Buffer,
  bill: Bill | null,
): Promise<void> {
  const url = new URL(rules.upstream.replace(/\/+$/, "") + target);
  const ask = url.protocol === "https:" ? askHttps : askHttp;
  const headers = { ...withKey(request.headers, key), "content-length": body.length };
  const outgoing = ask(url, { method: "POST", headers: { ...headers, "accept-encoding": "identity" } });
  let isSent = false;
  outgoing.once("finish", () => {
    isSent = true;
  });
  response.once("close", () => outgoing.destroy());
  outgoing.end(body);
  const incoming = await answerOf(outgoing);
  if (incoming === null) {
    bill?.settle(isSent ? "question" : "nothing");
    return void response.destroy();
  }
  const { statusCode: status = 502, headers: answered } = incoming;
  const meter = openMeter(answered["content-type"] ?? "");
  response.writeHead(status, passed(answered)).flushHeaders();
  incoming.on("data", meter.hear);
  incoming.pipe(response);
  const isWhole = await ended(incoming);
  if (!isWhole) response.destroy();
  const isAnswer = status >= 200 && status < 300;
  bill?.settle(isAnswer ? (meter.usage() ?? (isWhole ? "all" : "question")) : "nothing");
}

async function answerOf(outgoing: ReturnType<typeof askHttp>): Promise<IncomingMessage | null> {
  return await new Promise((resolve) => {
    outgoing.once("response", resolve);
    // Later errors are the answer's own, and heard there.
    outgoing.on("error", () => resolve(null));
    outgoing.once("close", () => resolve(null));
  });
}

async function ended(incoming: IncomingMessage): Promise<boolean> {
  return await new Promise((resolve) => {
    incoming.once("end", () => resolve(incoming.complete));
    incoming.on("error", () => resolve(false));
    incoming.once("close", () => resolve(false));
  });
}

/** Both styles in use: a bearer token, and a header of the service's own. */
function shows(headers: IncomingHttpHeaders, pass: string): boolean {
  const shown = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? headers["x-api-key"];
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return typeof shown === "string" && timingSafeEqual(digest(shown), digest(pass));
}

/** The key stands where the pass stood, and nowhere else. */
function withKey(headers: IncomingHttpHeaders, key: string): IncomingHttpHeaders {
  const { authorization, "x-api-key": own, ...rest } = passed(headers);
  return {
    ...rest,
    ...(authorization === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(own === undefined ? {} : { "x-api-key": key }),
  };
}

function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED.has(name)));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LONGEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

function forbidden(message: string): Refusal {
  return { status: 403, type: "permission_error", message };
}

/** Not a status that anybody asks again after, and not one that means the owner's account is empty. */
function overspent({ usd, tokens }: KeyRules): Refusal {
  const cap = tokens === undefined ? `$${usd}` : `$${usd} or ${tokens} tokens`;
  const message = `the attempt's budget of ${cap} is used up`;
  return { status: 400, type: "billing_error", message, code: "attempt_budget_reached" };
}

/** In the service's own words, so that every client understands it. */
function refuse(response: ServerResponse, { status, type, message, code }: Refusal): void {
  const details = code === undefined ? {} : { details: { error_code: code } };
  const headers = { "content-type": "application/json", "x-should-retry": "false", connection: "close" };
  response
    .writeHead(status, headers)
    .end(JSON.stringify({ type: "error", error: { type, message: `Daybreak: ${message}`, ...details } }));
}
