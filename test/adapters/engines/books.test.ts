/** Whatever becomes of an engine that is a program of its own, what the key's holder counted is booked. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { type Books, createProgramEngine, type Session } from "#adapters/engines/attempt.ts";
import { NOTHING_SPENT, type Spend } from "#core/outcome.ts";
import type { TranscriptEvent } from "#ports/engine.ts";
import { aBrief, aWorkspace } from "../engine-stage.ts";

const HALF: Spend = { ...NOTHING_SPENT, inputTokens: 1_000, usd: 0.5 };

afterEach(() => void vi.useRealTimers());

function playing({ books, say }: { books: Books; say: Session["say"] }) {
  const root = mkdtempSync(join(tmpdir(), "books-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const transcript: TranscriptEvent[] = [];
  const session: Session = { say, close: async () => undefined };
  const engine = createProgramEngine({ name: "stub", way: "words", books, open: async () => session });
  const workspace = aWorkspace(root, []);
  const { signal } = new AbortController();
  const outcome = engine.attempt(aBrief(), workspace, (event) => void transcript.push(event), signal);
  return { outcome, spends: () => transcript.flatMap(({ spend }) => (spend ? [spend] : [])) };
}

test("what a turn has used is told while it lasts: who is killed in the middle is charged that", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const turn = Promise.withResolvers<Awaited<ReturnType<Session["say"]>>>();
  const { outcome, spends } = playing({ books: async () => HALF, say: () => turn.promise });
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(spends()).toEqual([HALF]);
  turn.resolve({ ending: { outcome: "failed", because: "enough", code: null } });
  expect((await outcome).spend).toEqual(HALF);
  expect(vi.getTimerCount()).toBe(0);
});

test("what was counted stays counted when the books are gone", async () => {
  let looks = 0;
  const { outcome } = playing({
    books: async () => (looks++ === 0 ? HALF : null),
    say: async () => ({ said: "BLOCKED: Which one?" }),
  });
  expect((await outcome).spend).toEqual(HALF);
});

test("an engine that breaks has said what it used", async () => {
  const { outcome, spends } = playing({
    books: async () => HALF,
    say: async () => {
      throw new Error("out of memory");
    },
  });
  await expect(outcome).rejects.toThrow("out of memory");
  expect(spends()).toEqual([HALF]);
});
