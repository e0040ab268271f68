/** A rehearsal may be killed at any moment: started again on the same folder it reaches the same world, and leaves no process behind. */

import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ForgeSnapshot } from "#rehearsal/forge/options.ts";
import { aTurn } from "#rehearsal/model/script.ts";
import {
  accountIn,
  aRepository,
  aRoom,
  aScript,
  daybreak,
  endOf,
  git,
  smallFiles,
  start,
  stateIn,
  wordMilestone,
  writesWord,
} from "./world.ts";

const QUESTION = aTurn({
  tools: [{ name: "finish", input: { status: "blocked", summary: "Two dusks.", question: "Which dusk?" } }],
});

const ROADMAP = [
  "# Roadmap\n",
  wordMilestone("M1", "dawn"),
  wordMilestone("M2", "dusk"),
  wordMilestone("M3", "night", "**Depends on:** M2"),
].join("\n");

const SCRIPT = aScript({ M1: [[writesWord("dawn")]], M2: [[QUESTION]] });

/** What must be the same however often the night was killed. */
async function worldIn(directory: string, args: readonly string[]) {
  const ended = await daybreak(...args);
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  const { landed, blocked, waiting, remote } = accountIn(ended);
  const state = await stateIn(directory);
  return {
    landed: landed.map(({ milestone }) => milestone),
    tree: git(remote, "rev-parse", "main^{tree}"),
    commits: git(remote, "log", "--first-parent", "--format=%s", "main").split("\n"),
    blocked: blocked.map(({ milestone, ask }) => [milestone, ask]),
    waiting: waiting.map(({ milestone, on }) => [milestone, on]),
    standing: standingPulls(state),
    issues: state.issues.map(({ title }) => title).toSorted(),
  };
}

/** Pulls that are open or merged, by the milestone in their branch. */
function standingPulls({ pulls }: ForgeSnapshot): string[] {
  return pulls
    .filter(({ state, pull }) => state === "open" || pull?.mergedAt != null)
    .map(({ pull }) => pull?.head.split("/").at(-2) ?? "");
}

function rehearsing(directory: string): string[] {
  const script = join(aRoom(), "script.json");
  writeFileSync(script, JSON.stringify(SCRIPT));
  const repository = aRepository(smallFiles(ROADMAP));
  return ["rehearse", "--no-sandbox", "--repo", repository, "--script", script, "--keep", directory];
}

/** True when the child said the line before it was killed; false when it ended first. */
async function killAfter(child: ChildProcess, line: RegExp, later: number, whole: boolean): Promise<boolean> {
  let said = "";
  const seen = new Promise<boolean>((done) => {
    child.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (line.test(said)) done(true);
    });
    child.once("exit", () => done(false));
  });
  const ended = endOf(child);
  const reached = await seen;
  await wait(later);
  if (child.pid !== undefined && child.exitCode === null)
    process.kill(whole ? -child.pid : child.pid, "SIGKILL");
  await ended;
  return reached;
}

/** What is left two seconds after a kill. */
async function survivors(directory: string): Promise<string[]> {
  const begun = performance.now();
  while (processesOn(directory).length > 0 && performance.now() - begun < 2_000) await wait(50);
  return processesOn(directory);
}

/** Processes of a rehearsal on this folder: they carry its mark, and their folders lie below it. */
function processesOn(directory: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "latin1");
      return environment.includes("DAYBREAK_REHEARSAL=") && environment.includes(directory);
    } catch {
      return false;
    }
  });
}

/** What is waited for, and milliseconds after it: then the next job is in the middle of something. */
const KILLS = [
  { after: /Rehearsing/, later: 60 },
  { after: /night \/ plan /, later: 250 },
  { after: /\/ verify /, later: 350 },
  { after: /\/ review /, later: 300 },
  { after: /\/ land /, later: 100 },
];

test("a rehearsal that was killed in every kind of job ends as one that was not", async () => {
  const calm = join(aRoom(), "calm");
  const expected = await worldIn(calm, [...rehearsing(calm), "--json"]);
  expect(expected).toMatchObject({
    landed: ["M1"],
    blocked: [["M2", "Which dusk?"]],
    waiting: [["M3", ["M2"]]],
    standing: ["M1"],
  });
  const killed = join(aRoom(), "killed");
  const args = rehearsing(killed);
  let reached = 0;
  for (const [index, { after, later }] of KILLS.entries()) {
    const whole = index % 3 === 2;
    const child = start(args, { detached: whole });
    if (await killAfter(child, after, later, whole)) reached += 1;
    if (process.platform === "linux") expect(await survivors(killed), String(after)).toEqual([]);
  }
  expect(reached).toBeGreaterThanOrEqual(KILLS.length - 1);
  expect(await worldIn(killed, [...args, "--json"])).toEqual(expected);
}, 180_000);
