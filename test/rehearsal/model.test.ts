/** The scripted model: which turn plays, what the service refuses, what it counts, and how a script is read. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { Failure } from "#core/errors.ts";
import { finishTurn, readScript, type ScriptFile, ScriptSchema } from "#rehearsal/model/script.ts";
import { openModel, type ScriptedModel } from "#rehearsal/model/server.ts";

type Message = Anthropic.MessageParam;
const LONG = "All work and no play. ".repeat(200);

async function aModel(script: Partial<ScriptFile>, directory?: string): Promise<ScriptedModel> {
  const model = await openModel({
    script: { version: 1, milestones: [], ...script },
    ...(directory === undefined ? {} : { directory }),
  });
  onTestFinished(() => model.close());
  return model;
}

function aClient({ url }: ScriptedModel, apiKey = "any") {
  const client = new Anthropic({ apiKey, baseURL: url, maxRetries: 0, logLevel: "off" });
  return (messages: Message[], more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) =>
    client.messages.create({ model: "claude-opus-5-5", max_tokens: 4_096, messages, ...more });
}

function opening(milestone: string, attempt = 1, phase = "work"): Message {
  return { role: "user", content: `Milestone ${milestone} · attempt ${attempt} · phase ${phase}\n\n${LONG}` };
}

const textOf = (message: Anthropic.Message) =>
  message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");

test("a conversation plays by milestone, attempt and phase, in any order of calls", async () => {
  const say = (text: string) => [{ text }];
  const ask = aClient(
    await aModel({
      milestones: [
        { milestone: "M1", turns: [{ text: "one" }, { text: "two" }] },
        { milestone: "M1", attempt: 3, turns: say("third attempt") },
        { milestone: "M1", phase: "plan", turns: say("a plan") },
        { milestone: "M2", turns: say("other") },
      ],
    }),
  );
  const answers = await Promise.all(
    [opening("M2"), opening("M1", 4), opening("M1", 2), opening("M1", 1, "plan"), opening("M1")].map((one) =>
      ask([one]),
    ),
  );
  expect(answers.map(textOf)).toEqual(["other", "third attempt", "one", "a plan", "one"]);
  const second = await ask([
    opening("M1"),
    { role: "assistant", content: "one" },
    { role: "user", content: "Go on." },
  ]);
  expect(textOf(second)).toBe("two");
});

test("a phase without an entry is concluded with as little as it takes, and `work` plays in execute", async () => {
  const work = { milestone: "M1", turns: [{ text: "built" }] };
  const ask = aClient(
    await aModel({
      milestones: [
        work,
        { milestone: "M1", attempt: 2, phase: "execute", turns: [{ text: "built anew" }] },
        { milestone: "M1", phase: "test", turns: [{ text: "tested" }] },
        { milestone: "M2", phase: "analyse", turns: [{ text: "analysed" }] },
      ],
      otherwise: { turns: [{ text: "otherwise" }] },
    }),
  );
  const contract = "\n\n- M1/1 It adds (a human will look at it)\n- M1/2 It counts (write a test)\n";
  const asked = async (milestone: string, attempt: number, phase: string) => {
    const { role, content } = opening(milestone, attempt, phase);
    const { content: said } = await ask([{ role, content: `${content}${contract}` }]);
    return said.map((block) =>
      block.type === "text" ? block.text : block.type === "tool_use" ? block.name : "",
    );
  };
  const conclusions = ["analyse", "research", "plan", "execute-2"];
  expect(await Promise.all(conclusions.map((phase) => asked("M1", 1, phase)))).toEqual([
    ...[["conclude_analysis"], ["conclude_research"], ["conclude_plan"], ["finish"]],
  ]);
  expect(await asked("M1", 1, "execute")).toEqual(["built"]);
  expect(await asked("M1", 3, "execute")).toEqual(["built anew"]);
  expect(await asked("M1", 1, "test")).toEqual(["tested"]);
  expect(await asked("M2", 1, "analyse")).toEqual(["analysed"]);
  expect(await asked("M2", 1, "execute")).toEqual(["otherwise"]);
  const [concluded] = (
    await ask([{ role: "user", content: `Milestone M1 · attempt 1 · phase analyse${contract}` }])
  ).content;
  expect(concluded).toMatchObject({ input: { checks: [{ criterion: "M1/1" }, { criterion: "M1/2" }] } });
});

test("a milestone without an entry asks for one, and a script that is over says so", async () => {
  const ask = aClient(await aModel({ milestones: [{ milestone: "M1", turns: [] }] }));
  expect(await ask([opening("M1")])).toMatchObject({ stop_reason: "end_turn" });
  const unknown = await ask([opening("M9", 2)]);
  expect(unknown).toMatchObject({
    stop_reason: "tool_use",
    content: [
      { name: "finish", input: { status: "blocked", question: expect.stringContaining("M9, attempt 2") } },
    ],
  });
  const unplanned = await ask([opening("M9", 2, "analyse")]);
  expect(unplanned.content).toMatchObject([
    { name: "finish", input: { question: expect.stringContaining("M9, attempt 2, phase work") } },
  ]);
});

test("the same conversation is cached up to its last breakpoint, and every token is counted once", async () => {
  const ask = aClient(await aModel({ otherwise: { turns: [{ text: "one" }, { text: "two" }] } }));
  const cached = { cache_control: { type: "ephemeral" as const } };
  const first = await ask([opening("M1")], cached);
  expect(first.usage).toMatchObject({ input_tokens: 0, cache_read_input_tokens: 0 });
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(1_000);
  const history: Message[] = [
    opening("M1"),
    { role: "assistant", content: "one" },
    { role: "user", content: LONG },
  ];
  const second = await ask(history, cached);
  expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
  expect(second.usage.cache_creation_input_tokens).toBeGreaterThan(1_000);
  const plain = await ask(history);
  expect(plain.usage.input_tokens).toBe(
    (second.usage.cache_read_input_tokens ?? 0) + (second.usage.cache_creation_input_tokens ?? 0),
  );
});

test("more than twenty new blocks are too far from the cached ones", async () => {
  const ask = aClient(await aModel({ otherwise: { turns: [{ text: "one" }] } }));
  const cached = { cache_control: { type: "ephemeral" as const } };
  await ask([opening("M1")], cached);
  const blocks = (count: number) =>
    Array.from({ length: count }, () => ({ type: "text" as const, text: "more" }));
  const near = await ask([opening("M1"), { role: "user", content: blocks(20) }], cached);
  expect(near.usage.cache_read_input_tokens).toBeGreaterThan(1_000);
  const far = await ask([opening("M1"), { role: "user", content: blocks(41) }], cached);
  expect(far.usage.cache_read_input_tokens).toBe(0);
});

test("a history that was changed rather than added to is refused, in every part that is bound", async () => {
  const ask = aClient(await aModel({ otherwise: { turns: [{ text: "one" }, { text: "two" }] } }));
  const more = {
    thinking: { type: "adaptive" as const },
    system: "Be brief.",
    tools: [{ name: "look", input_schema: { type: "object" as const } }],
  };
  const first = await ask([opening("M1")], more);
  const history = (start: Message): Message[] => [
    start,
    { role: "assistant", content: first.content as Anthropic.ContentBlockParam[] },
    { role: "user", content: "Go on." },
  ];
  expect(textOf(await ask(history(opening("M1")), more))).toBe("two");
  const refused = { status: 400, type: "invalid_request_error" };
  await expect(ask(history(opening("M2")), more)).rejects.toMatchObject(refused);
  await expect(ask(history(opening("M1")), { ...more, system: "Be long." })).rejects.toMatchObject(refused);
  await expect(ask(history(opening("M1")), { ...more, tools: [] })).rejects.toMatchObject(refused);
});

test("what the service answers 400 to is answered 400", async () => {
  const ask = aClient(await aModel({ otherwise: { turns: [{ text: "one" }] } }));
  const call = { type: "tool_use" as const, id: "toolu_1", name: "look", input: {} };
  const wrong: [Message[], object][] = [
    [[opening("M1"), { role: "assistant", content: [call] }, { role: "user", content: "And?" }], {}],
    [[opening("M1"), { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1" }] }], {}],
    [[opening("M1"), { role: "assistant", content: "I was about to" }], {}],
    [[opening("M1")], { temperature: 1 }],
    [[opening("M1")], { tool_choice: { type: "any" } }],
    [[], {}],
  ];
  for (const [messages, more] of wrong) {
    await expect(ask(messages, more), JSON.stringify(more)).rejects.toMatchObject({ status: 400 });
  }
});

test("both ways to send a key are accepted, no key and a wrong one are not", async () => {
  const { url } = await aModel({ key: "right" });
  const status = async (headers: Record<string, string>) =>
    (
      await fetch(`${url}/v1/messages?beta=true`, {
        method: "POST",
        headers,
        body: JSON.stringify({ model: "m", max_tokens: 1, messages: [opening("M1")] }),
      })
    ).status;
  expect(await status({ authorization: "Bearer right" })).toBe(200);
  expect(await status({ "x-api-key": "right" })).toBe(200);
  expect(await status({ "x-api-key": "wrong" })).toBe(401);
  expect(await status({})).toBe(401);
});

test("models, token counts and the front door answer; anything else is not found", async () => {
  const { url } = await aModel({ models: ["only-this"] });
  const client = new Anthropic({ apiKey: "any", baseURL: url, maxRetries: 0, logLevel: "off" });
  expect((await client.models.retrieve("only-this")).id).toBe("only-this");
  await expect(client.models.retrieve("claude-opus-5-5")).rejects.toMatchObject({ status: 404 });
  expect(
    (await client.messages.countTokens({ model: "m", messages: [opening("M1")] })).input_tokens,
  ).toBeGreaterThan(1_000);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  const lost = await fetch(`${url}/v1/elsewhere`, { headers: { "x-api-key": "any" } });
  expect(lost.status).toBe(404);
  expect(lost.headers.get("request-id")).toMatch(/^req_/);
  await expect(aClient({ url } as ScriptedModel)([opening("M1")])).rejects.toMatchObject({
    status: 404,
    type: "not_found_error",
  });
});

test("a stream has the events of the real one, in their order", async () => {
  const { url } = await aModel({
    otherwise: { turns: [{ thinking: "Hm.", text: "So.", tools: [{ name: "look", input: { at: "it" } }] }] },
  });
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "any" },
    body: JSON.stringify({ model: "m", max_tokens: 99, stream: true, messages: [opening("M1")] }),
  });
  const events = [...(await response.text()).matchAll(/^event: (.+)$/gm)].map(([, name]) => name);
  const block = ["content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"];
  const thinking = [
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_delta",
  ];
  expect(events).toEqual([
    "message_start",
    "ping",
    ...thinking,
    "content_block_stop",
    ...block,
    ...block,
    "message_delta",
    "message_stop",
  ]);
});

test("an answer longer than max_tokens is cut there", async () => {
  const ask = aClient(await aModel({ otherwise: { turns: [finishTurn({ "a.txt": LONG }, "Done.")] } }));
  const cut = await ask([opening("M1")], { max_tokens: 100 });
  expect(cut).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 100 } });
  expect(cut.content.at(-1)).toMatchObject({ name: "finish", input: {} });
});

test("requests are counted and logged, without the key", async () => {
  const directory = mkdtempSync(join(tmpdir(), "model-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const model = await aModel({}, directory);
  await aClient(model, "secret-key")([opening("M1")]);
  await expect(aClient(model, "wrong")([opening("M1")])).rejects.toMatchObject({ status: 401 });
  expect(model.requests()).toBe(2);
  const log = readFileSync(join(directory, "requests.jsonl"), "utf8");
  expect(log.trim().split("\n")).toHaveLength(2);
  expect(log).toContain('"milestone":"M1"');
  expect(log).not.toContain("secret-key");
});

test("everything wrong with a script is said at once, with its place", () => {
  const text = JSON.stringify({
    version: 2,
    milestones: [
      { milestone: "M1", turns: [{ tools: [{ name: "", input: [] }], faults: [{ cut: "somewhere" }] }] },
      { milestone: "M1", turns: [], surprise: true },
    ],
  });
  const failure = failureOf(() => readScript(text));
  expect(failure.code).toBe("SCRIPT_INVALID");
  for (const place of [
    "version:",
    "milestones.0.turns.0.tools.0.name:",
    "milestones.0.turns.0.tools.0.input:",
    "milestones.0.turns.0.faults.0:",
    "milestones.1:",
  ]) {
    expect(failure.message).toContain(`\n  ${place} `);
  }
  expect(failureOf(() => readScript("{")).message).toContain("not JSON");
  const twice = {
    version: 1,
    milestones: [
      { milestone: "M1", turns: [] },
      { milestone: "M1", turns: [] },
    ],
  };
  expect(failureOf(() => readScript(JSON.stringify(twice))).message).toContain(
    "milestones.1: a second entry for M1 · attempt 1 · phase work",
  );
});

test("the format of a script can be published as JSON Schema", () => {
  const schema = z.toJSONSchema(ScriptSchema, { io: "input" });
  expect(schema.required).toEqual(["version", "milestones"]);
});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
