import { expect, test } from "vitest";
import type { Brief, Docket } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import type { ChangedFile } from "#core/court/changed-file.ts";
import type { TestProof } from "#core/evidence.ts";
import { measureBase } from "#jobs/baseline.ts";
import { openBench } from "#jobs/court/bench.ts";
import { hearCriteria } from "#jobs/court/criteria.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import { proveAgainstStubs } from "#jobs/court/stubs.ts";
import type { Ran } from "#ports/workbench.ts";
import { MEMORY_COURT } from "../support/memory-court.ts";
import { MemoryGit } from "../support/memory-git.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "../support/memory-run.ts";
import { milestoneIn, observationOf } from "../support/observations.ts";
import { repositoryWith, roadmapOf } from "../support/worlds.ts";

const OUTLINE = { language: "javascript", sound: true, tests: [], calls: [], imports: [] };

const RED_FOR_WANT: TestProof = {
  ...{ test: "M1/1: adds", file: null, onBase: "error", missing: true },
  ...{ onHead: "passed", onStub: null, killed: 0, steady: true },
};

/** A court of 100 seconds whose every run lasts until it is stopped, at that second. */
function courtUntil(stoppedAt: number, roadmap = roadmapOf("M1")): Sitting {
  let now = 0;
  const git = new MemoryGit();
  const base = git.commit("main-1", { tree: git.treeOf(repositoryWith(roadmap)), parents: [], message: "" });
  const stopped = <Result extends Ran>(ran: Result): Result => {
    now = stoppedAt;
    return { ...ran, exitCode: null };
  };
  class Stopped extends MemoryWorkbench {
    override async run(...asked: Parameters<MemoryWorkbench["run"]>) {
      return stopped(await super.run(...asked));
    }
  }
  const observation = observationOf({ roadmap, policy: { start: { command: "node server.js" } } });
  const { id, slug, spec } = milestoneIn(observation, "M1");
  const claim = { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  const workbench = new Stopped(git, base);
  const say = () => undefined;
  const file = { path: "src/a.js", isTest: false, before: null, changed: [] };
  return {
    ...MEMORY_COURT,
    syntax: { ...MEMORY_COURT.syntax, stub: () => "export const add = () => 0;" },
    docket: briefFor(claim, observation) as Docket,
    trees: { base, tree: git.read(base).tree },
    changes: [],
    files: [
      { ...file, after: { text: "export const add = 1;", outline: OUTLINE } } as unknown as ChangedFile,
    ],
    bench: openBench({ workbench, clock: () => now, say }, 100),
    runners: [{ name: "vitest", words: "vitest run" }],
    plain: [],
    workbench,
    say,
  };
}

test("a command that was stopped on base is no red one: it is said not to have run", async () => {
  const { bench, trees, workbench } = courtUntil(100);
  await workbench.layOut("start", trees.base);
  await bench.run("start", "npm test", trees.base);
  expect(bench.skipped).toEqual(["`npm test` at start: stopped when the time for verification was used up"]);
});

test("tests that were stopped are said not to have run where something depends on them", async () => {
  for (const needed of ["the tests at head", null]) {
    const { bench, trees, workbench, runners } = courtUntil(100);
    await workbench.layOut("head", trees.tree);
    await bench.tests("head", trees.tree, { runners, files: null, seed: null, needed });
    expect(bench.skipped).toEqual(
      needed === null ? [] : [`${needed}: stopped when the time for verification was used up`],
    );
  }
});

test("tests that never end on stubs have noticed them, unless it was the court's own time that ended", async () => {
  const reach = { files: null, patience: 5 };
  const patient = await proveAgainstStubs(courtUntil(50), reach, [RED_FOR_WANT]);
  expect(patient.proofs[0]?.onStub).toBe("failed");
  const late = await proveAgainstStubs(courtUntil(100), reach, [RED_FOR_WANT]);
  expect(late).toEqual({ proofs: [RED_FOR_WANT], heard: null });
});

test("a program that there was no time to drive on base proves nothing by it", async () => {
  const sitting = courtUntil(0, roadmapOf("M1").replace(/^- .*$/mu, "- It answers (probe: node probe.js)"));
  let now = 0;
  const bench = openBench({ workbench: sitting.workbench, clock: () => now, say: sitting.say }, 100);
  const hear = async () => {
    now = 100;
    return [{ holds: true, seen: "it answered", digest: "", seconds: 1, pictures: [] }];
  };
  const witness = { ...sitting.witness, hear, blindness: () => null };
  const tests = { before: null, after: null, proofs: [] };
  await hearCriteria({ ...sitting, bench, witness }, { before: [], after: [] }, tests);
  expect(bench.skipped).toContain(
    "driving the program at start-driven: the time for verification was used up",
  );
});

test("a baseline that was cut off while it was green is handed to nobody", async () => {
  for (const minutes of [0, 90]) {
    const { docket, workbench, say } = courtUntil(0);
    const handOver = new MemoryHandOver(new Artifacts(), "M1 1");
    const brief = { ...docket, verifyMinutes: minutes } as Brief;
    await handOver.writeBrief(brief, null);
    await measureBase(brief.assignment, { handOver, workbench, clock: () => 0, say });
    expect((await handOver.readBaseline(brief.assignment.base)) === null).toBe(minutes === 0);
  }
});
