import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAnthropicEngine } from "#adapters/anthropic/engine.ts";
import { openKeyProxy } from "#adapters/key-proxy/proxy.ts";
import { KeyRules, rulesFor } from "#adapters/key-proxy/rules.ts";
import { type KeyProxy, startKeyProxy } from "#adapters/key-proxy/start.ts";
import type { Fault } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";
import { aBrief, aWorkspace, type Turns } from "./engine-stage.ts";

const KEY = "sk-canary-5c1d77";
const PRICE = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };
const ENTRY = join(import.meta.dirname, "../../src/adapters/key-proxy/process.ts");
const right = { name: "write", input: { file_path: "answer.txt", content: "right\n" } };
const done = { name: "finish", input: { status: "done", summary: "The answer is right." } };

async function aModel(turns: Turns) {
  const model = await openModel({
    script: { version: 1, key: KEY, milestones: [{ milestone: "M1", turns }] },
  });
  onTestFinished(() => model.close());
  return model;
}

async function aProxy(
  upstream: string,
  change: { usd?: number; maxTokens?: number; tokens?: number } = {},
): Promise<KeyProxy> {
  const rules = { upstream, models: { "claude-opus-5-5": PRICE }, maxTokens: 32_000, usd: 5, ...change };
  const proxy = await startKeyProxy({ entry: ENTRY, key: KEY, rules });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** One attempt by the built-in engine; without `through` it holds the key itself. */
async function attempt(turns: Turns, through: boolean) {
  const model = await aModel(turns);
  const proxy = through ? await aProxy(model.url) : null;
  const root = mkdtempSync(join(tmpdir(), "key-proxy-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const engine = createAnthropicEngine({
    apiKey: proxy?.pass ?? KEY,
    baseUrl: proxy?.url ?? model.url,
    waits: { idle: 400, first: 5, longest: 20 },
  });
  const brief = aBrief();
  const events: string[] = [];
  const signal = new AbortController().signal;
  const outcome = await engine.attempt(
    brief,
    aWorkspace(root, brief.gates),
    (event) => void events.push(event.event === "retry" ? `retry (${event.because})` : event.event),
    signal,
  );
  await sleep(20);
  return { outcome, events, requests: model.requests(), spent: await proxy?.spent() };
}

describe("an attempt through the proxy", () => {
  const faults: [string, Fault][] = [
    ["a rate limit", { status: 429, type: "rate_limit_error", retryAfter: 0 }],
    ["a spending limit", { status: 429, type: "rate_limit_error" }],
    ["an overloaded service", { status: 529, type: "overloaded_error" }],
    ["a refused key", { status: 401, type: "authentication_error" }],
    ["an error within a stream", { error: "overloaded_error" }],
    ["a stream cut within a tool", { cut: "midTool" }],
    ["a stream cut after a tool", { cut: "afterTool" }],
    ["a stream cut at once", { cut: 0 }],
    ["a stream cut after some bytes", { cut: 700 }],
    ["a silent stream", { stall: 20 }],
    ["a refusal", { refusal: "cyber" }],
  ];

  test.each(faults)("goes as without it, for %s", async (_name, fault) => {
    const turns: Turns = [{ tools: [right] }, { tools: [done], faults: [fault] }];
    const [direct, proxied] = [await attempt(turns, false), await attempt(turns, true)];
    expect(proxied.events).toEqual(direct.events);
    expect(proxied.requests).toBe(direct.requests);
    expect(proxied.outcome).toEqual(direct.outcome);
  });

  test("is counted to the cent by both", async () => {
    const { outcome, spent } = await attempt([{ tools: [right] }, { tools: [done] }], true);
    expect(outcome.outcome).toBe("finished");
    expect(outcome.spend.usd).toBeGreaterThan(0);
    expect(spent).toEqual(outcome.spend);
  });

  test("sees a stream's first words before its last", async () => {
    const model = await aModel([{ text: "x", faults: [{ stall: 3 }] }]);
    const proxy = await aProxy(model.url);
    const response = await ask(proxy, { stream: true });
    const reader = response.body?.getReader();
    const started = performance.now();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain("message_start");
    expect(performance.now() - started).toBeLessThan(1_000);
    await reader?.cancel();
  });
});

/** A question with the pass, unless the test shows something else. */
async function ask(
  { url, pass }: Pick<KeyProxy, "url" | "pass">,
  body: object = {},
  {
    path = "/v1/messages",
    method = "POST",
    headers = { authorization: `Bearer ${pass}` },
  }: { path?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const whole = {
    model: "claude-opus-5-5",
    max_tokens: 2_000,
    messages: [{ role: "user", content: "M1" }],
    ...body,
  };
  return await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: JSON.stringify(whole) }),
  });
}

describe("A22 the key for somebody else's work", () => {
  test.each<[string, Parameters<typeof ask>[1], Parameters<typeof ask>[2]]>([
    ["somebody without the pass", {}, { headers: {} }],
    ["somebody with another pass", {}, { headers: { "x-api-key": "daybreak-00" } }],
    ["another model", { model: "claude-fable-5-2" }, {}],
    ["no model", { model: undefined }, {}],
    ["a model named like a property of every object", { model: "constructor" }, {}],
    ["a longer answer than allowed", { max_tokens: 32_001 }, {}],
    ["a dearer speed", { speed: "fast" }, {}],
    ["somebody else's tools", { mcp_servers: [{ type: "url", url: "https://evil.example" }] }, {}],
    ["the service's own search", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, {}],
    ["a page the service is to fetch", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }, {}],
    ["code the service is to run", { tools: [{ type: "code_execution_20250825" }] }, {}],
    ["another model to fall back to", { fallbacks: [{ model: "claude-dear" }] }, {}],
    ["a batch", {}, { path: "/v1/messages/batches" }],
    ["files", {}, { path: "/v1/files" }],
    ["a path that only looks right", {}, { path: "/v1/messages/../files" }],
    ["a path with a slash more", {}, { path: "//v1/messages" }],
    ["another query", {}, { path: "/v1/messages?beta=true&x=1" }],
    ["another method", {}, { method: "GET" }],
  ])("is refused for %s, and the service is not asked", async (_name, body, how) => {
    const model = await aModel([{ text: "hello" }]);
    const response = await ask(await aProxy(model.url), body, how);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain(KEY);
    expect(model.requests()).toBe(0);
  });

  test("is not refused for the policy's own, counting included", async () => {
    const proxy = await aProxy((await aModel([{ text: "hello" }])).url);
    for (const path of ["/v1/messages", "/v1/messages?beta=true", "/v1/messages/count_tokens"])
      expect((await ask(proxy, {}, { path })).status).toBe(200);
    const headers = { "x-api-key": proxy.pass };
    expect((await ask(proxy, {}, { headers })).status).toBe(200);
    const tools = [
      { name: "look" },
      { type: "custom", name: "see" },
      { type: "bash_20250124", name: "bash" },
    ];
    expect((await ask(proxy, { tools })).status).toBe(200);
  });
});

/** A service that takes its time and charges a dollar an answer. */
async function aDearService(milliseconds = 30) {
  let [now, most, asked] = [0, 0, 0];
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked += 1;
    now += 1;
    most = Math.max(most, now);
    seen.push(request.headers.authorization);
    request.resume();
    setTimeout(() => {
      now -= 1;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ usage: { input_tokens: 0, output_tokens: 50_000 } }));
    }, milliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked: () => asked, most: () => most, seen };
}

describe("the cap on dollars", () => {
  test("is exceeded by at most one answer, one after the other", async () => {
    const service = await aDearService(1);
    const proxy = await aProxy(service.url, { usd: 2.5 });
    const statuses: number[] = [];
    for (let index = 0; index < 6; index++) statuses.push((await ask(proxy)).status);
    expect(statuses).toEqual([200, 200, 200, 400, 400, 400]);
    expect(service.asked()).toBe(3);
    await expect.poll(async () => (await proxy.spent())?.usd).toBe(3);
  });

  test.each([0.5, 1.5, 2.5, 4])(
    "of $%d is exceeded by at most one answer when many ask at once",
    async (usd) => {
      const service = await aDearService();
      const proxy = await aProxy(service.url, { usd, maxTokens: 50_000 });
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => ask(proxy, { max_tokens: 50_000 }).then(({ status }) => status)),
      );
      expect(answers.filter((status) => status === 200).length).toBe(Math.ceil(usd));
      await expect.poll(async () => (await proxy.spent())?.usd).toBe(Math.ceil(usd));
      expect(service.most()).toBe(Math.max(1, Math.ceil(usd)));
    },
  );

  test("is beside one on tokens, which holds where dollars say nothing", async () => {
    const service = await aDearService(1);
    const first = await aProxy(service.url, { tokens: 1 });
    expect((await ask(first)).status).toBe(200);
    expect((await ask(first)).status).toBe(400);
    expect(service.asked()).toBe(1);
  });

  test("ends the engine's attempt instead of being asked again", async () => {
    const service = await aDearService(1);
    const proxy = await aProxy(service.url, { usd: 0.5 });
    await ask(proxy);
    const response = await ask(proxy);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.json()).toMatchObject({ error: { type: "billing_error" } });
  });

  test("counts an answer that does not say what it used at its dearest", async () => {
    const server = createServer(
      (request, response) => void request.resume().once("end", () => response.end("{}")),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const proxy = await aProxy(upstream);
    await ask(proxy, { max_tokens: 10_000 });
    await expect.poll(async () => (await proxy.spent())?.usd).toBeGreaterThan(0.2);
  });
});

describe("the key", () => {
  test("reaches the service in the pass's place, and nobody else", async () => {
    const service = await aDearService(1);
    await ask(await aProxy(service.url));
    expect(service.seen).toEqual([`Bearer ${KEY}`]);
  });

  test("is in no environment and no command line, and the process has nothing else either", async () => {
    const { pid } = await aProxy("http://127.0.0.1:9");
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).not.toContain(KEY);
  });

  test("ends with whoever started its process", async () => {
    const proxy = await aProxy("http://127.0.0.1:9");
    expect(existsSync(`/proc/${proxy.pid}`)).toBe(true);
    await proxy.close();
    await expect(ask(proxy)).rejects.toThrow();
    await expect.poll(() => existsSync(`/proc/${proxy.pid}`)).toBe(false);
  });

  test("is in no error when the process cannot start", async () => {
    const rules = { upstream: "no address", models: {}, maxTokens: 1, usd: 1 };
    const failed = await startKeyProxy({ entry: ENTRY, key: KEY, rules }).catch((error: unknown) => error);
    expect(String(failed)).toContain("exit code 1");
    expect(JSON.stringify(failed, Object.getOwnPropertyNames(failed))).not.toContain(KEY);
  });

  test("is not asked for by a service that cannot be reached: the connection breaks, as without the proxy", async () => {
    const { url, close, spent } = await openKeyProxy({
      key: KEY,
      pass: "p".repeat(32),
      rules: {
        upstream: "http://127.0.0.1:9",
        models: { "claude-opus-5-5": PRICE },
        maxTokens: 9_999,
        usd: 1,
      },
    });
    onTestFinished(close);
    await expect(ask({ url, pass: "p".repeat(32) })).rejects.toThrow("fetch failed");
    expect(spent().usd).toBe(0);
  });
});

test("a brief's rules are its model, its price and its cap", () => {
  const { model, price, limits } = aBrief();
  const expected = {
    upstream: "https://api.anthropic.com",
    models: { [model]: price },
    usd: limits.usd,
    tokens: limits.tokens,
  };
  expect(KeyRules.parse(rulesFor(aBrief(), null))).toMatchObject(expected);
  expect(rulesFor(aBrief(), "http://127.0.0.1:1/v").upstream).toBe("http://127.0.0.1:1/v");
});
