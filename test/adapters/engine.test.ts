/** The built-in engine on the real SDK against the scripted model over HTTP: how an attempt goes, and how it ends. */

import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openShortener } from "#adapters/anthropic/shorten.ts";
import { KEY, play } from "./engine-stage.ts";

const right = { name: "write", input: { file_path: "answer.txt", content: "right\n" } };
const wrong = { name: "write", input: { file_path: "answer.txt", content: "still wrong\n" } };
const done = { name: "finish", input: { status: "done", summary: "The answer is right." } };
const bash = (command: string, more: object = {}) => ({ name: "bash", input: { command, ...more } });

test("it finishes once the gate commands are green; a red one becomes the result of finish", async () => {
  const { outcome, transcript, story, read } = await play([
    { thinking: "Let me look.", tools: [{ name: "read", input: { file_path: "answer.txt" } }] },
    { text: "First try.", tools: [wrong, done] },
    { tools: [right, done] },
  ]);
  expect(outcome).toMatchObject({ outcome: "finished", summary: "The answer is right." });
  expect(read("answer.txt")).toBe("right\n");
  expect(story).toBe("assistant tool assistant tool tool assistant tool tool end");
  const refused = transcript.filter(({ event, error }) => event === "tool" && error === true);
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({
    name: "finish",
    output: expect.stringContaining("grep -q right answer.txt: red"),
  });
});

test("what it spent is what the model's service counted", async () => {
  const { outcome, requests } = await play([
    { tools: [bash("seq 2000")] },
    { tools: [bash("seq 2000 3000")] },
    { tools: [right, done] },
  ]);
  const counted = requests.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0);
  expect(outcome.spend.outputTokens).toBe(counted);
  expect(outcome.spend.cacheReadTokens).toBeGreaterThan(1_000);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = outcome.spend;
  const usd = (inputTokens * 4 + outputTokens * 20 + cacheReadTokens * 0.2 + cacheWriteTokens * 5) / 1e6;
  expect(outcome.spend.usd).toBeCloseTo(usd, 5);
});

test("it asks a question only a human can answer, and ends", async () => {
  const { outcome } = await play([
    {
      tools: [
        {
          name: "finish",
          input: { status: "blocked", summary: "Two colours are named.", question: "Red or blue?" },
        },
      ],
    },
  ]);
  expect(outcome).toMatchObject({
    outcome: "blocked",
    because: "Two colours are named.",
    ask: "Red or blue?",
  });
});

test("finish is refused when nothing changed, and as many refusals as there are iterations end the attempt", async () => {
  const say = (n: number) => ({
    tools: [{ name: "finish", input: { status: "done", summary: `Done ${n}.` } }],
  });
  const { outcome, transcript } = await play([say(1), say(2), say(3), { tools: [right, done] }]);
  expect(outcome).toMatchObject({
    outcome: "exhausted",
    because: "it said it was done 3 times, and was not: Nothing changed in the checkout.",
  });
  expect(transcript.filter(({ event }) => event === "assistant")).toHaveLength(3);
});

test("an ended turn is not a finished attempt: it is nudged, and goes on", async () => {
  const { outcome, story } = await play([{ text: "All good so far." }, { tools: [right, done] }]);
  expect(outcome.outcome).toBe("finished");
  expect(story).toBe("assistant nudge assistant tool tool end");
});

test("three nudges in a row are the most", async () => {
  const { outcome, story } = await play([
    { text: "a" },
    { text: "b" },
    { text: "c" },
    { text: "d" },
    { text: "e" },
  ]);
  expect(outcome).toMatchObject({
    outcome: "exhausted",
    because: "it ended its turn 4 times in a row without finishing",
  });
  expect(story).toBe("assistant nudge assistant nudge assistant nudge assistant end");
});

test("an answer without any content is nudged like any other", async () => {
  const { outcome } = await play([{ stopReason: "end_turn" }, { tools: [right, done] }]);
  expect(outcome.outcome).toBe("finished");
});

test("a paused turn is continued", async () => {
  const { outcome, story } = await play([
    { text: "Hold on.", stopReason: "pause_turn" },
    { tools: [right, done] },
  ]);
  expect(outcome.outcome).toBe("finished");
  expect(story).toBe("assistant assistant tool tool end");
});

test("a call that was cut in half is not run: the model is told to take smaller steps", async () => {
  const { outcome, story, transcript, read } = await play([
    { tools: [bash("echo ran > ran.txt"), right], stopReason: "max_tokens" },
    { tools: [bash("test ! -e ran.txt && cat answer.txt")] },
    { tools: [right, done] },
  ]);
  expect(outcome.outcome).toBe("finished");
  expect(story).toBe("assistant nudge assistant tool assistant tool tool end");
  expect(transcript.find(({ event }) => event === "tool")).toMatchObject({ output: "wrong\n[exit code 0]" });
  expect(() => read("ran.txt")).toThrow();
});

test("thinking that was cut before its signature is not sent back", async () => {
  const { outcome, requests } = await play([{ thinking: "So many thoughts", stopReason: "max_tokens" }]);
  expect(outcome).toMatchObject({
    outcome: "exhausted",
    because: expect.stringContaining("4 times in a row"),
  });
  expect(requests).toHaveLength(4);
});

test("a refusal fails with its category", async () => {
  const { outcome } = await play([{ tools: [right] }, { faults: [{ refusal: "cyber" }], tools: [done] }]);
  expect(outcome).toMatchObject({ outcome: "failed", because: "the model refused (cyber)", code: null });
});

test.each([
  ["model_context_window_exceeded", "exhausted", "the conversation outgrew the model"],
  ["lost_interest", "failed", "the model stopped for a reason we do not know: lost_interest"],
])("the stop reason %s ends the attempt as %s", async (stopReason, outcome, because) => {
  const played = await play([{ text: "…", tools: [right], stopReason }]);
  expect(played.outcome).toMatchObject({ outcome, because });
  expect(played.read("answer.txt")).toBe("wrong\n");
});

test("an unknown tool and an invalid input are answered with an error, and nothing runs", async () => {
  const { outcome, transcript, read } = await play([
    {
      tools: [{ name: "launch", input: {} }, { name: "write", input: { file_path: "answer.txt" } }, bash("")],
    },
    { tools: [{ name: "read", input: { file_path: "answer.txt" } }] },
    { tools: [right, done] },
  ]);
  expect(outcome.outcome).toBe("finished");
  const results = transcript.filter(({ event }) => event === "tool");
  expect(results.slice(0, 3)).toMatchObject([
    { error: true, output: "Error: Tool 'launch' not found" },
    { error: true, output: expect.stringContaining("expected string, received undefined") },
    { error: true, output: expect.stringContaining("Invalid input") },
  ]);
  expect(results[3]).toMatchObject({ error: false, output: "wrong\n" });
  expect(read("answer.txt")).toBe("right\n");
});

test("the calls of one answer run one after the other, and none after the end", async () => {
  const { outcome, read } = await play([
    {
      tools: [
        bash("sleep 0.2; echo right > answer.txt"),
        bash("cat answer.txt > seen.txt"),
        done,
        bash("rm answer.txt"),
      ],
    },
  ]);
  expect(outcome.outcome).toBe("finished");
  expect(read("seen.txt")).toBe("right\n");
  expect(read("answer.txt")).toBe("right\n");
});

test("files outside the checkout and git's own are out of reach", async () => {
  const { transcript } = await play([
    {
      tools: [
        { name: "read", input: { file_path: "/etc/passwd" } },
        { name: "write", input: { file_path: "../escaped.txt", content: "x" } },
        { name: "write", input: { file_path: ".git/hooks/pre-commit", content: "x" } },
        { name: "edit", input: { file_path: ".git/config", old_string: "core", new_string: "x" } },
      ],
    },
    { tools: [right, done] },
  ]);
  expect(transcript.filter(({ event }) => event === "tool").slice(0, 4)).toMatchObject([
    { error: true },
    { error: true },
    { error: true, output: expect.stringContaining("read-only") },
    { error: true, output: expect.stringContaining("read-only") },
  ]);
});

test("a long output loses its middle, and the full text can be looked up", async () => {
  const { transcript } = await play([
    { tools: [bash("seq 20000; exit 3")] },
    { tools: [bash("sleep 30", { timeout: 1 })] },
    { tools: [right, done] },
  ]);
  const [long, slow] = transcript.filter(({ event }) => event === "tool").map(({ output }) => String(output));
  expect(long?.length).toBeLessThan(31_000);
  expect(long).toMatch(/^1\n2\n/);
  expect(long).toMatch(/characters left out; the full text is in .*spill.*output-1\.txt/);
  expect(long).toMatch(/20000\n\[exit code 3\]$/);
  expect(slow).toBe("[stopped after 1 seconds]");
});

test("a long output is never kept over a file that is already there", async () => {
  const spill = mkdtempSync(join(tmpdir(), "spill-"));
  onTestFinished(() => rmSync(spill, { recursive: true }));
  symlinkSync("elsewhere.txt", join(spill, "output-1.txt"));
  const shown = await openShortener(spill)("x".repeat(40_000));
  expect(shown).toContain("could not be kept");
  expect(existsSync(join(spill, "elsewhere.txt"))).toBe(false);
});

test("the same call with the same result is nudged at the third time and ends at the fourth", async () => {
  const again = { tools: [bash("cat answer.txt")] };
  const stuck = await play([again, again, again, again, { tools: [right, done] }]);
  expect(stuck.outcome).toMatchObject({ outcome: "exhausted", because: expect.stringContaining("stuck") });
  expect(stuck.story).toBe("assistant tool assistant tool assistant tool nudge assistant tool end");
  const waits = { tools: [bash("date +%N")] };
  const polling = await play([waits, waits, waits, waits, waits, { tools: [right, done] }]);
  expect(polling.outcome.outcome).toBe("finished");
});

test("two calls in turn are repetition as well, and so is the same input in another order", async () => {
  const ping = { tools: [{ name: "bash", input: { command: "cat answer.txt", timeout: 9 } }] };
  const same = { tools: [{ name: "bash", input: { timeout: 9, command: "cat answer.txt" } }] };
  const pong = { tools: [bash("ls answer.txt")] };
  const { outcome, requests } = await play([
    ping,
    pong,
    same,
    pong,
    ping,
    pong,
    same,
    pong,
    { tools: [right, done] },
  ]);
  expect(outcome).toMatchObject({ outcome: "exhausted", because: expect.stringContaining("stuck") });
  expect(requests).toHaveLength(8);
});

test("the key is in no line of the transcript and in no environment of the shell", async () => {
  const { transcript, outcome } = await play([
    { tools: [bash("env; cat /proc/self/environ")] },
    { tools: [right, done] },
  ]);
  expect(outcome.outcome).toBe("finished");
  expect(JSON.stringify(transcript)).toContain("PATH=");
  expect(JSON.stringify(transcript)).not.toContain(KEY);
  const refused = await play([], { apiKey: "wrong" });
  expect(JSON.stringify(refused.transcript)).not.toContain('"wrong"');
});
