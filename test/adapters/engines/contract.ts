/** What holds for every engine: one milestone by any of them comes to the same kind of outcome, spend and transcript. */

import { describe, expect } from "vitest";
import type { Brief } from "#core/brief.ts";
import { tokensOf } from "#core/outcome.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import type { Test } from "../../support/requirements.ts";
import type { Turns } from "../engine-stage.ts";
import { playWith, SUBSCRIPTION } from "./stage.ts";

export type Contender = {
  name: string;
  engine: Brief["engine"];
  /** What the model says to run a script, to end, and to ask. */
  run: (script: string) => Turns[number];
  end: (words: string) => Turns[number];
  ask: (because: string, question: string) => Turns[number];
  path?: string;
  test: Test;
};

export const ended = (text: string): Turns[number] => ({ text });

export function holdToContract(contenders: readonly Contender[], sandbox: () => Promise<Sandbox>): void {
  describe.each(contenders)("$name", ({ test, engine, path, run, end, ask }) => {
    const isFree = engine.by === "claude" && engine.account === "subscription";
    const usual = async () => ({
      sandbox: await sandbox(),
      ...(path === undefined ? {} : { path }),
      ...(isFree ? { secrets: { key: "", subscription: SUBSCRIPTION } } : {}),
    });

    test("finishes what its gate commands find done, and is billed what the key's holder counted", async () => {
      const turns = [run("echo right > answer.txt"), end("The answer is right.")];
      const { outcome, transcript, kinds, read } = await playWith(engine, turns, await usual());
      expect(outcome).toMatchObject({ outcome: "finished", summary: expect.stringContaining("right") });
      expect(read("answer.txt")).toBe("right\n");
      expect(tokensOf(outcome.spend)).toBeGreaterThan(1_000);
      expect(outcome.spend.usd > 0).toBe(!isFree);
      expect(kinds[0]).toBe("begin");
      expect(transcript.at(-1)).toMatchObject({ event: "end", outcome: "finished", spend: outcome.spend });
      expect(kinds.some((kind) => ["assistant", "output"].includes(kind))).toBe(true);
    });

    test("is sent back while its gate commands are red", async () => {
      // The same twice: who remembers nothing begins anew.
      const step = run("test -e half && echo right > answer.txt || touch half");
      const turns = [step, end("Done."), step, end("Now it is right.")];
      const { outcome, read } = await playWith(engine, turns, await usual());
      expect(outcome.outcome).toBe("finished");
      expect(read("answer.txt")).toBe("right\n");
    });

    test("is blocked by a question", async () => {
      const turns = [run("true"), ask("Two answers are possible.", "Which one is right?")];
      const { outcome } = await playWith(engine, turns, await usual());
      expect(outcome).toMatchObject({ outcome: "blocked", ask: "Which one is right?" });
    });

    test("is exhausted at a limit that its own words know nothing of", async () => {
      const turns = [run("echo half > answer.txt"), run("sleep 1"), end("Done.")];
      const { outcome } = await playWith(engine, turns, { ...(await usual()), limits: { tokens: 1_500 } });
      expect(outcome).toMatchObject({
        outcome: "exhausted",
        because: expect.stringContaining("1500 tokens"),
      });
    });

    test("is exhausted at the wall clock, and nothing of it is left", async () => {
      const turns = [run("tail -f /dev/null; echo late > answer.txt"), end("Done.")];
      const started = performance.now();
      const { outcome, read } = await playWith(engine, turns, { ...(await usual()), limits: { seconds: 2 } });
      expect(outcome).toMatchObject({ outcome: "exhausted", because: expect.stringContaining("2 seconds") });
      expect(performance.now() - started).toBeLessThan(15_000);
      expect(read("answer.txt")).toBe("wrong\n");
    });
  });
}
