import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { redactorOf } from "#adapters/actions/redact.ts";
import { openTranscript } from "#adapters/actions/transcript.ts";

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "transcript-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a transcript holds every event in its order, and no secret", async () => {
  const path = join(await aFolder(), "out", "transcript.jsonl");
  const log = await openTranscript(path, redactorOf(["sk-canary"]));
  log.hear({ event: "begin", said: "sk-canary" });
  log.hear({ event: "end" });
  await log.written();
  expect(await readFile(path, "utf8")).toBe('{"event":"begin","said":"***"}\n{"event":"end"}\n');
});

test("a transcript that cannot be written ends nothing before its time, and is told", async () => {
  const lost: unknown[] = [];
  const note = (error: unknown) => lost.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  const folder = await aFolder();
  const log = await openTranscript(folder, (text) => text);
  log.hear({ event: "begin" });
  await new Promise((done) => setTimeout(done, 20));
  log.hear({ event: "end" });
  await expect(log.written()).rejects.toThrow("EISDIR");
  expect(lost).toEqual([]);
});
