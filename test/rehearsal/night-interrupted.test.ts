/** A job that is told to stop in the middle of its work leaves what it has; the next cycle goes on with it, and lands it once. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { aTurn } from "#rehearsal/model/script.ts";
import { aNight, aRepository, aRoom, aScript, git, smallFiles, wordMilestone } from "./world.ts";

const WRITES = aTurn({ tools: [{ name: "write", input: { file_path: "dawn.txt", content: "dawn\n" } }] });
const WAITS = aTurn({ tools: [{ name: "bash", input: { command: "sleep 119.73", timeout: 120 } }] });
const IS_DONE = aTurn({
  tools: [{ name: "finish", input: { status: "done", summary: "Nothing was left to do." } }],
});

/** The second attempt writes nothing: what it finishes must be there already. */
const SCRIPT = aScript({ M1: [[WRITES, WAITS], [IS_DONE]] });

/** Processes whose command line holds all of these. */
function processesWith(...words: string[]): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const told =
        readFileSync(`/proc/${name}/environ`, "latin1") + readFileSync(`/proc/${name}/cmdline`, "latin1");
      return words.every((word) => told.includes(word)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Tells the job to stop, as a runner does, once its engine is in the middle of a command. */
async function interrupt(directory: string): Promise<void> {
  for (let look = 0; look < 600; look++) {
    const [sleeping] = processesWith("sleep\u0000119.73");
    const [job] = processesWith(directory, "INPUT_JOB=work", "main.cjs");
    if (sleeping !== undefined && job !== undefined) return void process.kill(job, "SIGINT");
    await wait(50);
  }
  throw new Error("nobody came to the middle of his work");
}

test.runIf(process.platform === "linux")(
  "a job that is told to stop resumes in the next cycle, with its spending added up, and lands once",
  async () => {
    const directory = join(aRoom(), "kept");
    const origin = {
      kind: "repository",
      directory: aRepository(smallFiles(`# Roadmap\n\n${wordMilestone("M1", "dawn")}`)),
    } as const;
    const [cut] = await Promise.all([aNight({ directory, origin, script: SCRIPT }), interrupt(directory)]);
    expect(cut.account).toMatchObject({ landed: [], rejected: [], blocked: [] });
    expect(cut.account.cycles).toHaveLength(1);
    const before = cut.observation.journal.flatMap((line) => (line.line === "published" ? [line] : []));
    expect(before).toMatchObject([{ as: "interrupted", because: ["its job was told to stop"], code: null }]);
    expect(before[0]?.tree).not.toBeNull();
    const { account, observation } = await aNight({ directory, origin, script: SCRIPT });
    expect(account.landed).toMatchObject([{ milestone: "M1", attempt: 2 }]);
    const spent = observation.journal.flatMap((line) => (line.line === "published" ? [line.spend.usd] : []));
    expect(spent).toHaveLength(2);
    for (const usd of spent) expect(usd).toBeGreaterThan(0);
    const commits = git(account.remote, "log", "--format=%s", "main").split("\n");
    expect(commits.filter((subject) => subject.startsWith("M1"))).toHaveLength(1);
    expect(git(account.remote, "show", "main:dawn.txt")).toBe("dawn");
  },
  120_000,
);
