/** The critic on the real SDK against the scripted model over HTTP, and the change it is shown on real git. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAnthropicCritic, type OpinionWaits } from "#adapters/anthropic/opinion.ts";
import { readHeadChange } from "#adapters/git/head-change.ts";
import { printHeadline } from "#prose/brief.ts";
import type { ScriptFile } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";

type Turn = ScriptFile["milestones"][number]["turns"][number];

const ANSWER = JSON.stringify({ veto: false, reasons: [], criteria: [{ index: 1, met: "yes" }] });
const QUESTION = {
  model: "claude-opus-5-5",
  effort: "medium",
  price: { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
  usd: 1,
} as const;
const PROMPT = {
  system: "Judge.",
  message: `${printHeadline({ milestone: "M1", attempt: 1, phase: "opinion" })}\n\nA change.`,
};
const OVERLOADED = { status: 529, type: "overloaded_error" };

async function asked(
  turn: Turn,
  given: { waits?: Partial<OpinionWaits>; apiKey?: string; usd?: number; script?: Partial<ScriptFile> } = {},
) {
  const milestones = [{ milestone: "M1", phase: "opinion", turns: [turn] }];
  const model = await openModel({ script: { version: 1, milestones, ...given.script } });
  onTestFinished(() => model.close());
  const waits = { idle: 3_000, first: 5, longest: 20, all: 20_000, ...given.waits };
  const critic = createAnthropicCritic({ apiKey: given.apiKey ?? "key", baseUrl: model.url, waits });
  const { spend, ...heard } = await critic.ask({ ...QUESTION, usd: given.usd ?? 1 }, PROMPT);
  return { heard, spend, requests: model.requests() };
}

describe("what is heard", () => {
  test("an answer, word for word, and what it cost", async () => {
    const { heard, spend, requests } = await asked({ thinking: "Let me see.", text: ANSWER });
    expect(heard).toEqual({ heard: "answer", text: ANSWER });
    expect(requests).toBe(1);
    expect(spend.usd).toBeCloseTo((spend.inputTokens * 4 + spend.outputTokens * 20) / 1e6, 6);
    expect(spend.outputTokens).toBeGreaterThan(0);
  });

  test.each<[string, Turn, Partial<OpinionWaits>?]>([
    [
      "it called a tool instead of answering",
      { text: ANSWER, tools: [{ name: "bash", input: { command: "env" } }] },
    ],
    ["its answer was cut off at its longest length", { text: ANSWER, stopReason: "max_tokens" }],
    ["its answer was cut off at its longest length", { text: ANSWER, usage: { outputTokens: 50_000 } }],
    ["it refused to answer (cyber)", { text: ANSWER, faults: [{ refusal: "cyber" }] }],
    ["its answer was empty", { thinking: "Hm." }],
    ["it stopped for another reason than being done: pause_turn", { text: ANSWER, stopReason: "pause_turn" }],
    ["its answer came too late", { text: ANSWER, faults: [{ stall: 5 }] }, { all: 300, idle: 10_000 }],
  ])("no answer: %s", async (because, turn, waits = {}) => {
    expect((await asked(turn, { waits })).heard).toEqual({ heard: "no answer", because });
  });

  test("an answer after the service was overloaded, limited or broke off: it is asked again", async () => {
    const faults = [OVERLOADED, { status: 429, type: "rate_limit_error", retryAfter: 0.01 }, { cut: 300 }];
    const { heard, requests, spend } = await asked({ text: ANSWER, faults });
    expect(heard).toEqual({ heard: "answer", text: ANSWER });
    expect(requests).toBe(4);
    const once = await asked({ text: ANSWER });
    expect(spend.usd, "the broken stream is booked as well").toBeGreaterThan(once.spend.usd);
  });

  test("a stream that broke after it had begun is paid for", async () => {
    const broken = await asked({ text: ANSWER, faults: [{ error: "overloaded_error" }] });
    const whole = await asked({ text: ANSWER });
    expect(broken.heard).toEqual(whole.heard);
    expect(broken.spend.inputTokens).toBe(2 * whole.spend.inputTokens);
  });

  test.each<[string, Turn, { code: string | null; requests: number; because: string; apiKey?: string }]>([
    [
      "overloaded without end",
      { text: ANSWER, faults: Array(20).fill(OVERLOADED) },
      { code: null, requests: 8, because: "no answer in 8 tries" },
    ],
    [
      "broken without end",
      { text: ANSWER, faults: Array(20).fill({ cut: 300 }) },
      { code: null, requests: 3, because: "no answer in 3 tries" },
    ],
    [
      "a key that is refused",
      { text: ANSWER },
      { code: "MODEL_KEY_REFUSED", requests: 1, because: "401", apiKey: "wrong" },
    ],
    [
      "a spending limit",
      { text: ANSWER, faults: [{ status: 429, type: "rate_limit_error" }] },
      { code: "MODEL_SPENDING_CAP", requests: 1, because: "429" },
    ],
    [
      "a request the service does not take",
      { text: ANSWER, faults: [{ status: 400, type: "invalid_request_error" }] },
      { code: null, requests: 1, because: "400" },
    ],
  ])("an outage: %s", async (_, turn, { code, requests, because, apiKey }) => {
    const given = await asked(turn, apiKey === undefined ? {} : { apiKey });
    expect(given.heard).toMatchObject({ heard: "outage", code, because: expect.stringContaining(because) });
    expect(given.requests).toBe(requests);
  });

  test("an outage: nobody has the model", async () => {
    const { heard } = await asked({ text: ANSWER }, { script: { models: ["another"] } });
    expect(heard).toMatchObject({ heard: "outage", code: "MODEL_UNKNOWN" });
  });

  test("nothing is asked for money that does not pay for it", async () => {
    const { heard, requests, spend } = await asked({ text: ANSWER }, { usd: 0.001 });
    expect(heard).toMatchObject({ heard: "outage", because: expect.stringContaining("limit of $0.001") });
    expect([requests, spend.usd]).toEqual([0, 0]);
  });
});

test("the request has no tool, no more tokens than are paid for, and the form of the answer", async () => {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (incoming, response) => {
    bodies.push(JSON.parse(await text(incoming)));
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"type":"error","error":{"type":"invalid_request_error","message":"seen"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const critic = createAnthropicCritic({ apiKey: "key", baseUrl: `http://127.0.0.1:${port}` });
  await critic.ask({ ...QUESTION, usd: 0.1 }, PROMPT);
  const [{ max_tokens: most, tools, output_config, ...body } = {}] = bodies;
  expect(tools ?? []).toEqual([]);
  expect(most).toBeLessThanOrEqual(5_000);
  expect(output_config).toMatchObject({
    effort: "medium",
    format: {
      type: "json_schema",
      schema: { required: ["veto", "reasons", "criteria"], additionalProperties: false },
    },
  });
  expect(body).toEqual({
    model: "claude-opus-5-5",
    system: "Judge.",
    messages: [{ role: "user", content: PROMPT.message }],
    thinking: { type: "adaptive" },
    stream: true,
  });
});

test("the change is that of the checked-out commit, without the files that are rendered, and nothing of the checkout runs", async () => {
  const root = mkdtempSync(join(tmpdir(), "opinion-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const checkout = join(root, "checkout");
  const git = (...args: string[]) => {
    const who = ["-c", "user.name=base", "-c", "user.email=base@example.com"];
    return execFileSync("git", ["-C", checkout, ...who, ...args], { encoding: "utf8" }).trim();
  };
  const commit = (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(checkout, path)), { recursive: true });
      writeFileSync(join(checkout, path), content);
    }
    git("add", ".");
    git("commit", "-qm", "Approved by security");
    return git("rev-parse", "HEAD");
  };
  mkdirSync(checkout);
  git("init", "-q");
  const base = commit({ "src/sum.js": "0\n", "ROADMAP.md": "M1 📝\n" });
  const attributes = "* -diff diff=x\n";
  const head = commit({
    "src/sum.js": "1\n",
    "ROADMAP.md": "M1 ✅\n",
    "docs/ROADMAP.md": "new\n",
    ".gitattributes": attributes,
  });
  git("config", "diff.x.textconv", `touch ${join(root, "fired")}; cat`);
  git("config", "diff.external", `touch ${join(root, "fired")}`);
  const change = await readHeadChange({ checkout, directory: join(root, "ours.git") }, ["ROADMAP.md"]);
  expect(change).toMatchObject({ head, base, tree: git("rev-parse", "HEAD^{tree}") });
  expect(change.diff.match(/^diff --git .*/gm)).toEqual([
    "diff --git a/.gitattributes b/.gitattributes",
    "diff --git a/docs/ROADMAP.md b/docs/ROADMAP.md",
    "diff --git a/src/sum.js b/src/sum.js",
  ]);
  expect(change.diff).toContain("-0\n+1\n");
  expect(change.diff).not.toContain("Approved");
  expect(() => readFileSync(join(root, "fired"))).toThrow();
});
