/** The built-in engine when the model's service refuses, breaks off or falls silent. */

import { expect, test } from "vitest";
import { Spend } from "#core/outcome.ts";
import { play, type Turns } from "./engine-stage.ts";

const right = { name: "write", input: { file_path: "answer.txt", content: "right\n" } };
const done = { name: "finish", input: { status: "done", summary: "The answer is right." } };
const marks = { name: "bash", input: { command: "echo once >> marks.txt" } };

type Faults = NonNullable<Turns[number]["faults"]>;
const after = (...faults: Faults): Turns => [{ tools: [marks] }, { tools: [marks, right, done], faults }];

test.each<[string, Faults[number], string | null]>([
  ["401", { status: 401, type: "authentication_error" }, "MODEL_KEY_REFUSED"],
  ["403", { status: 403, type: "permission_error" }, "MODEL_KEY_REFUSED"],
  ["404", { status: 404, type: "not_found_error" }, "MODEL_UNKNOWN"],
  ["402", { status: 402, type: "billing_error" }, "MODEL_SPENDING_CAP"],
  ["429 without retry-after", { status: 429, type: "rate_limit_error" }, "MODEL_SPENDING_CAP"],
  [
    "429 with the code of a cap",
    { status: 429, type: "rate_limit_error", code: "enforced_spend_limit_reached", retryAfter: 1 },
    "MODEL_SPENDING_CAP",
  ],
  ["400", { status: 400, type: "invalid_request_error" }, null],
  ["authentication_error within a stream", { error: "authentication_error" }, "MODEL_KEY_REFUSED"],
])("%s ends the attempt at once", async (_, fault, code) => {
  const { outcome, requests } = await play([{ tools: [done], faults: [fault, fault] }]);
  expect(outcome).toMatchObject({ outcome: "failed", code });
  expect(requests).toHaveLength(1);
  // A stream that had begun is paid for, a refusal is not.
  expect(outcome.spend.usd > 0).toBe("error" in fault);
});

test("a request that is too large ends the attempt as exhausted: the next one starts afresh", async () => {
  const { outcome } = await play(after({ status: 413, type: "request_too_large" }));
  expect(outcome).toMatchObject({ outcome: "exhausted", because: expect.stringContaining("outgrew") });
});

test("a wrong key is refused by the service, not by us", async () => {
  const { outcome } = await play([{ tools: [done] }], { apiKey: "wrong" });
  expect(outcome).toMatchObject({ outcome: "failed", code: "MODEL_KEY_REFUSED", spend: { usd: 0 } });
});

test("a rate limit is waited for as long as the service says", async () => {
  const { outcome, transcript, seconds } = await play(
    after({ status: 429, type: "rate_limit_error", retryAfter: 0.4 }),
  );
  expect(outcome.outcome).toBe("finished");
  expect(transcript.find(({ event }) => event === "retry")).toMatchObject({ tries: 1 });
  expect(seconds).toBeGreaterThan(0.4);
});

test("a rate limit longer than the time that is left ends the attempt without waiting", async () => {
  const { outcome, seconds } = await play(
    after({ status: 429, type: "rate_limit_error", retryAfter: 3_600 }),
  );
  expect(outcome).toMatchObject({
    outcome: "interrupted",
    by: "service",
    because: expect.stringContaining("no time is left"),
  });
  expect(seconds).toBeLessThan(5);
});

test("an overloaded service is asked again, and costs nothing", async () => {
  const overloaded = { status: 529, type: "overloaded_error" };
  const { outcome, story, read } = await play(
    after(overloaded, overloaded, { status: 500, type: "api_error" }),
  );
  expect(outcome.outcome).toBe("finished");
  expect(story).toBe("assistant tool error retry error retry error retry assistant tool tool tool end");
  expect(read("marks.txt")).toBe("once\nonce\n");
  const undisturbed = await play(after());
  expect(outcome.spend).toEqual(undisturbed.outcome.spend);
});

test("a service that stays overloaded is given up, with its own words", async () => {
  const overloaded = Array.from({ length: 30 }, () => ({ status: 529, type: "overloaded_error" }));
  const { outcome, requests } = await play(after(...overloaded), { waits: { first: 1, longest: 2 } });
  expect(outcome).toMatchObject({
    outcome: "interrupted",
    by: "service",
    because: expect.stringContaining("in 24 tries: 529"),
  });
  expect(requests).toHaveLength(1 + 24);
});

test.each<[string, Faults[number]]>([
  ["cut within a call", { cut: "midTool" }],
  ["ended in good order after a whole call", { cut: "afterTool" }],
  ["cut before its first byte", { cut: 0 }],
  ["cut after 700 bytes", { cut: 700 }],
  ["ended by an error event", { error: "overloaded_error" }],
  ["ended by an error event of an unknown type", { error: "cosmic_ray" }],
])("a stream that is %s is asked for again, no call of it is run, and it is paid for", async (_, fault) => {
  const { outcome, read } = await play(after(fault));
  expect(outcome.outcome).toBe("finished");
  expect(read("marks.txt")).toBe("once\nonce\n");
  const undisturbed = await play(after());
  expect(outcome.spend.usd).toBeGreaterThan(undisturbed.outcome.spend.usd);
});

test("wherever a stream is cut, every call runs exactly once", async () => {
  const cuts = Array.from({ length: 90 }, (_, index) => index * 25);
  const turns: Turns = cuts.map((cut) => ({ thinking: "Hm.", tools: [marks], faults: [{ cut }] }));
  // Marks differ, or the same call again and again would end it.
  for (const [index, turn] of turns.entries()) {
    turn.tools = [{ name: "bash", input: { command: `echo ${index} >> marks.txt; cat marks.txt` } }];
  }
  const { outcome, transcript, read } = await play([...turns, { tools: [right, done] }], {
    limits: { usd: 100, turns: 200 },
    waits: { first: 1, longest: 1 },
  });
  expect(outcome.outcome).toBe("finished");
  expect(read("marks.txt").trim().split("\n").map(Number)).toEqual(cuts.map((_, index) => index));
  expect(transcript.filter(({ event }) => event === "retry").length).toBeGreaterThan(30);
});

test("streams that keep breaking are given up after six", async () => {
  const cuts = Array.from({ length: 10 }, () => ({ cut: "midTool" as const }));
  const { outcome, requests, transcript } = await play(after(...cuts));
  expect(outcome).toMatchObject({ outcome: "failed", because: expect.stringContaining("in 6 tries") });
  expect(requests).toHaveLength(1 + 6);
  // Each is paid for, and said to be so before the wait: who is killed while he waits is charged for it.
  const spent = transcript
    .filter(({ event }) => event === "retry")
    .map(({ spend }) => Spend.parse(spend).usd);
  expect(spent).toHaveLength(5);
  expect(spent.every((usd, index) => usd > (spent[index - 1] ?? 0))).toBe(true);
});

test("silence is noticed although pings keep coming", async () => {
  const { outcome, transcript, seconds } = await play(after({ stall: 20 }), { waits: { idle: 300 } });
  expect(outcome.outcome).toBe("finished");
  expect(transcript.find(({ event }) => event === "retry")).toMatchObject({
    because: "the model fell silent",
  });
  expect(seconds).toBeLessThan(5);
});

test("a service that cannot be reached is given up, not thrown", async () => {
  const { outcome } = await play([], { baseUrl: "http://127.0.0.1:9", waits: { first: 1, longest: 1 } });
  expect(outcome).toMatchObject({
    outcome: "interrupted",
    because: expect.stringContaining("24 tries"),
    spend: { usd: 0 },
  });
});
