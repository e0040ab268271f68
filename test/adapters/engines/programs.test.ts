import { describe, expect, test } from "vitest";
import { refusalIn, replyFrom, spendIn } from "#adapters/engines/claude-endings.ts";
import { type ClaudeResult, readEvent } from "#adapters/engines/claude-events.ts";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import type { Brief } from "#core/brief.ts";
import { questionIn } from "#prose/engine.ts";
import { ended } from "./contract.ts";
import { KEY, playWith, SMALL, SUBSCRIPTION } from "./stage.ts";

const sandbox = createBareSandbox();
const none = { sandbox, secrets: { key: "", subscription: "" } };

function aResult(fields: object): ClaudeResult {
  const event = readEvent(JSON.stringify({ type: "result", subtype: "success", is_error: false, ...fields }));
  if (event?.type !== "result") throw new Error("no result");
  return event;
}

async function ran(command: string): Promise<object> {
  return (await playWith({ by: "command", command }, [], none)).outcome;
}

describe("a command", () => {
  test("is told the whole brief, and how it ends", async () => {
    const { outcome, read } = await playWith(
      { by: "command", command: "cat > answer.txt; echo right >> answer.txt; echo done" },
      [],
      none,
    );
    expect(outcome).toMatchObject({ outcome: "finished", summary: "done" });
    expect(read("answer.txt")).toMatch(
      /You are the engineer.*exit with 20.*Milestone M1 · attempt 1.*Write the right answer/s,
    );
  });

  test("that exits 20 asks with its last line, and 20 without a line is a failure", async () => {
    const asked = { outcome: "blocked", because: "Two ways.", ask: "Which?" };
    expect(await ran("printf 'Two ways.\\nWhich?\\n'; exit 20")).toMatchObject(asked);
    expect(await ran("exit 20")).toMatchObject({ outcome: "failed", code: null });
  });

  test("that exits otherwise has failed, with the last thing it complained of", async () => {
    const failed = { outcome: "failed", because: "the command exited 3: no disk", code: null };
    expect(await ran("echo hello; echo 'no disk' >&2; exit 3")).toMatchObject(failed);
    expect(await ran("no-such-agent --stdin")).toMatchObject({
      outcome: "failed",
      code: "ENGINE_UNAVAILABLE",
    });
  });

  test("that writes too much is shown with its middle left out", async () => {
    const command = "seq 100000; echo right > answer.txt";
    const { transcript } = await playWith({ by: "command", command }, [], none);
    const output = transcript.find(({ event }) => event === "output");
    expect(String(output?.text)).toMatch(/characters left out; the full text is in/);
  });
});

describe("an ACP agent", () => {
  test("may do what it asks for in the checkout, and nothing outside", async () => {
    const bash = (command: string) => ({ tools: [{ name: "bash", input: { command } }] });
    const turns = [
      bash("edit /etc/passwd"),
      bash("edit ../sibling"),
      bash("echo right > answer.txt"),
      ended("Right."),
    ];
    const { outcome, transcript } = await playWith(SMALL.acp, turns, { sandbox });
    expect(outcome.outcome).toBe("finished");
    const denied = transcript.filter(({ event }) => event === "denied").map(({ because }) => because);
    expect(denied).toEqual(["/etc/passwd", "../sibling"].map((path) => `outside of the checkout: ${path}`));
  });

  test("that is none is named with what it said", async () => {
    const engine: Brief["engine"] = { by: "acp", command: "bash -c 'echo no such option >&2; exit 2'" };
    const { outcome } = await playWith(engine, [], none);
    expect(outcome).toMatchObject({ outcome: "failed", because: "the agent exited 2: no such option" });
  });
});

describe("the words of `claude`", () => {
  test("that are unknown are passed over", () => {
    expect(readEvent('{"type":"system","subtype":"from_tomorrow","x":1}')).toBeNull();
    expect(readEvent('{"type":"assistant","message":{"content":"not as it was"}}')).toBeNull();
    expect(readEvent("not JSON")).toBeNull();
  });

  test.each([
    ["a success", { result: "Done." }, { said: "Done." }],
    [
      "a success that is an error",
      { is_error: true, api_error_status: 400, result: "no" },
      { ending: { outcome: "failed", code: null } },
    ],
    [
      "a refused key",
      { is_error: true, api_error_status: 401, result: "no" },
      { ending: { code: "MODEL_KEY_REFUSED" } },
    ],
    [
      "a limit on turns",
      { subtype: "error_max_turns", is_error: true },
      { ending: { outcome: "exhausted" } },
    ],
    [
      "an error in its own run",
      { subtype: "error_during_execution", is_error: true, errors: ["x"] },
      { ending: { outcome: "failed" } },
    ],
  ])("for %s are understood", (_, fields, reply) => {
    expect(replyFrom(aResult(fields), null)).toMatchObject(reply);
  });

  test("for a window that is closed name the hour; one that is nearly closed ends nothing", () => {
    const failed = aResult({ is_error: true, api_error_status: 429 });
    const resetsAt = Math.floor(Date.now() / 1_000) + 5 * 3_600;
    const until = new Date(resetsAt * 1_000).toISOString();
    const ending = { code: "SUBSCRIPTION_WINDOW_CLOSED", until };
    expect(replyFrom(failed, { status: "rejected", resetsAt })).toMatchObject({ ending });
    expect(replyFrom(aResult({ result: "Done." }), { status: "allowed_warning" })).toEqual({ said: "Done." });
  });

  test.each([4_102_444_800, 1e20, -1])(
    "for a window that opens at no believable hour (%d) leave it to a human",
    (resetsAt) => {
      const failed = aResult({ is_error: true, api_error_status: 429 });
      const reply = replyFrom(failed, { status: "rejected", resetsAt });
      expect(reply).toMatchObject({ ending: { code: "SUBSCRIPTION_WINDOW_CLOSED" } });
      expect(reply).not.toHaveProperty("ending.until");
    },
  );

  test("for a retry mean the end only where the key is refused", () => {
    const retry = (status: number) =>
      readEvent(JSON.stringify({ type: "system", subtype: "api_retry", error_status: status }));
    const [refused, overloaded] = [retry(401), retry(529)];
    expect(refused && refusalIn(refused)).toMatchObject({ code: "MODEL_KEY_REFUSED" });
    expect(overloaded && refusalIn(overloaded)).toBeNull();
  });

  test("for tokens are priced by us, over all models and subagents", () => {
    const used = {
      inputTokens: 10,
      outputTokens: 20,
      cacheReadInputTokens: 30,
      cacheCreationInputTokens: 40,
      costUSD: 99,
    };
    const price = { input: 1e6, output: 0, cacheWrite: 0, cacheRead: 0 };
    expect(spendIn(aResult({ modelUsage: { one: used, other: used } }), price)).toEqual({
      ...{ usd: 20, inputTokens: 20, outputTokens: 40, cacheReadTokens: 60, cacheWriteTokens: 80 },
    });
  });
});

describe("an engine that cannot begin says why, and has cost nothing:", () => {
  const refused = async (engine: Brief["engine"], key: string, subscription: string) => {
    const { outcome } = await playWith(engine, [], { sandbox, secrets: { key, subscription } });
    expect(outcome.spend.usd).toBe(0);
    return outcome.outcome === "failed" ? outcome.code : null;
  };

  test("a subscription's token is for `claude` alone", async () => {
    expect(await refused({ by: "anthropic" }, SUBSCRIPTION, "")).toBe("SUBSCRIPTION_TOKEN_MISPLACED");
    expect(await refused(SMALL.command, SUBSCRIPTION, "")).toBe("SUBSCRIPTION_TOKEN_MISPLACED");
  });

  test("a key or a token is missing", async () => {
    expect(await refused({ by: "anthropic" }, "", SUBSCRIPTION)).toBe("MODEL_KEY_MISSING");
    expect(await refused({ by: "claude", account: "key" }, "", SUBSCRIPTION)).toBe("MODEL_KEY_MISSING");
    expect(await refused({ by: "claude", account: "subscription" }, KEY, "")).toBe(
      "SUBSCRIPTION_TOKEN_MISSING",
    );
  });
});

test("a question is the last line, marked as one", () => {
  expect(questionIn("Two ways.\n\n**BLOCKED:** Which?\n")).toEqual({ because: "Two ways.", ask: "Which?" });
  expect(questionIn("BLOCKED: Which?")).toEqual({ because: "Which?", ask: "Which?" });
  expect(questionIn("It was BLOCKED: no more.\nDone.")).toBeNull();
  expect(questionIn("BLOCKED:")).toBeNull();
});
