/** The limits of an attempt: dollars, tokens, turns, time. None is exceeded by more than the answer on its way. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { play, type Turns } from "./engine-stage.ts";

const right = { name: "write", input: { file_path: "answer.txt", content: "right\n" } };
const done = { name: "finish", input: { status: "done", summary: "The answer is right." } };

/** Turns that never come to an end, each with an answer of that many tokens. */
function busy(outputTokens: number, count = 60): Turns {
  return Array.from({ length: count }, (_, index) => ({
    text: `Step ${index}.`,
    tools: [{ name: "bash", input: { command: `seq ${index * 100} ${index * 100 + 900}` } }],
    usage: { outputTokens },
  }));
}

/** The same turns again once the share of `execute` is used up. */
function alsoInTest(turns: Turns): NonNullable<Parameters<typeof play>[1]> {
  return {
    script: {
      milestones: [
        { milestone: "M1", turns },
        { milestone: "M1", phase: "test", turns },
      ],
    },
  };
}

test("the limit of turns is the number of answers", async () => {
  const { outcome, requests } = await play(busy(100), { limits: { turns: 7 }, ...alsoInTest(busy(100)) });
  expect(outcome).toMatchObject({ outcome: "exhausted", because: "the limit of 7 turns is reached" });
  expect(requests).toHaveLength(7);
});

test.each([0.05, 0.1, 0.25, 0.5, 1, 2])("a limit of $%d is never exceeded", async (usd) => {
  for (const outputTokens of [200, 1_500, 6_000]) {
    const { outcome, requests } = await play(busy(outputTokens), { limits: { usd } });
    expect(outcome.spend.usd).toBeLessThanOrEqual(usd);
    expect(outcome.outcome).toBe("exhausted");
    expect(requests.length).toBeGreaterThan(0);
  }
});

test("broken streams count towards the limit of dollars as well", async () => {
  const faults = Array.from({ length: 5 }, () => ({ cut: "afterTool" as const }));
  const turns = busy(2_000).map((turn) => ({ ...turn, faults }));
  const { outcome } = await play(turns, { limits: { usd: 0.2 }, ...alsoInTest(turns) });
  expect(outcome).toMatchObject({
    outcome: "exhausted",
    because: expect.stringContaining("the limit of $0.2"),
  });
  expect(outcome.spend.usd).toBeLessThanOrEqual(0.2);
});

test("near the limit answers get shorter, and the model is told once", async () => {
  const { transcript } = await play(busy(1_000), { limits: { usd: 0.6 } });
  const asked = transcript.flatMap(({ max_tokens }) => (typeof max_tokens === "number" ? [max_tokens] : []));
  expect(asked.at(-1)).toBeLessThan(asked[0] ?? 0);
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(1_024);
  expect(transcript.filter(({ event }) => event === "limit")).toHaveLength(1);
});

test("an attempt that cannot afford one answer asks for none", async () => {
  const { outcome, transcript } = await play(busy(100), { limits: { usd: 0.01 } });
  expect(outcome).toMatchObject({ outcome: "exhausted", spend: { usd: 0 } });
  expect(transcript.some(({ event }) => event === "assistant")).toBe(false);
});

test("the limit of tokens counts what was read and what was written", async () => {
  const { outcome } = await play(busy(500), { limits: { tokens: 60_000 }, ...alsoInTest(busy(500)) });
  expect(outcome).toMatchObject({
    outcome: "exhausted",
    because: expect.stringContaining("the limit of 60000 tokens"),
  });
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = outcome.spend;
  expect(inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens).toBeLessThanOrEqual(60_000);
});

test("the wall clock ends a command that hangs, with everything it started", async () => {
  const hangs = { name: "bash", input: { command: "(sleep 1.5; echo late > late.txt) & sleep 300" } };
  const { outcome, seconds, read } = await play([{ tools: [hangs] }, { tools: [right, done] }], {
    limits: { seconds: 1 },
  });
  expect(outcome).toMatchObject({ outcome: "exhausted", because: "the limit of 1 seconds is reached" });
  expect(seconds).toBeLessThan(5);
  await sleep(1_000);
  expect(() => read("late.txt")).toThrow("ENOENT");
});

test("the wall clock ends an answer that does not come", async () => {
  const { outcome, seconds } = await play([{ tools: [done], faults: [{ stall: 20 }] }], {
    limits: { seconds: 1 },
  });
  expect(outcome).toMatchObject({ outcome: "exhausted", because: "the limit of 1 seconds is reached" });
  expect(seconds).toBeLessThan(5);
});

test("it stops at the signal", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  const hangs = { name: "bash", input: { command: "sleep 300" } };
  const { outcome, seconds } = await play([{ tools: [hangs] }], { signal: stop.signal });
  expect(outcome).toMatchObject({ outcome: "exhausted", because: "it was stopped from outside" });
  expect(seconds).toBeLessThan(5);
});
