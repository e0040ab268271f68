import { expect, test } from "vitest";
import type { Docket } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import type { ChangedFile } from "#core/court/changed-file.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Invocation } from "#core/court/runner.ts";
import type { Sha } from "#core/milestone.ts";
import { openBench } from "#jobs/court/bench.ts";
import { proveAgainstMutants } from "#jobs/court/mutants.ts";
import { proveChange } from "#jobs/court/proofs.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import type { Place } from "#ports/workbench.ts";
import { MEMORY_COURT } from "../support/memory-court.ts";
import { MemoryGit } from "../support/memory-git.ts";
import { MemoryWorkbench } from "../support/memory-run.ts";
import { milestoneIn, observationOf } from "../support/observations.ts";
import { repositoryWith, roadmapOf } from "../support/worlds.ts";

const FILE = "test/adds.test.js";
const resultOf = (outcome: "passed" | "failed"): TestResult => ({
  ...{ file: FILE, name: "adds", outcome, message: "", missing: false },
});

type RunAt = (place: Place) => TestResult[] | null;

/** A change with one new test, before a court whose tests say at each place what `results` says. */
function sittingWhere(results: RunAt): Sitting {
  const roadmap = roadmapOf("M1");
  const git = new MemoryGit();
  const tree = git.treeOf({ ...repositoryWith(roadmap), [FILE]: "test('adds', adds);" });
  const base = git.commit("main-1", { tree, parents: [], message: "" });
  class Reporting extends MemoryWorkbench {
    override async runTests(place: Place, { command }: Invocation, at: Sha) {
      return { run: await this.run(place, command, at), results: results(place) as null };
    }
  }
  const observation = observationOf({ roadmap });
  const { id, slug, spec } = milestoneIn(observation, "M1");
  const claim = { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  const workbench = new Reporting(git, base);
  const block = { title: "adds", within: [], modifiers: [], assertions: [], from: 1, to: 1 };
  const outline = { language: "javascript", sound: true, tests: [block], calls: [], imports: [] };
  const side = {
    after: { text: "test('adds', adds);", outline },
    before: null,
    changed: [{ from: 1, to: 1 }],
  };
  return {
    ...MEMORY_COURT,
    docket: briefFor(claim, observation) as Docket,
    trees: { base, tree },
    changes: [],
    files: [
      { ...side, path: FILE, isTest: true },
      { ...side, path: "src/adds.js", isTest: false },
    ] as unknown as ChangedFile[],
    bench: openBench({ workbench, clock: () => 0, say: () => undefined }, 100),
    runners: [{ name: "vitest", words: "vitest run" }],
    ...{ plain: [], workbench, say: () => undefined },
  };
}

/** Whether the new test counts as steady where its second run says this. */
async function steadyIf(second: TestResult[] | null): Promise<boolean | undefined> {
  let runs = 0;
  const sitting = sittingWhere((place) => {
    if (place !== "head-again") return [resultOf("failed")];
    runs += 1;
    return runs === 2 ? second : [resultOf("passed")];
  });
  const { proofs } = await proveChange(sitting, null);
  return proofs.find(({ test: name }) => name.includes("adds"))?.steady;
}

test("a new test is steady only if it is heard to pass in another order as well", async () => {
  expect(await steadyIf([resultOf("passed")])).toBe(true);
  expect(await steadyIf([resultOf("failed")])).toBe(false);
  expect(await steadyIf([])).toBe(false);
  expect(await steadyIf(null)).toBe(false);
});

test.each([
  ["M1/1 adds", 1],
  ["test_m1_1_adds", 1],
  ["TestM1_1Adds", 1],
  ["adds", 0],
])(
  "a test that is red for want only is asked about mutants where it names a criterion: %s",
  async (name, tried) => {
    const failing: TestResult = { ...resultOf("failed"), name };
    const sitting = sittingWhere(() => [failing]);
    const mutant = { line: 1, was: "+", is: "-", text: "a - b" };
    const syntax = { ...sitting.syntax, mutants: () => [mutant] };
    const proof = {
      file: FILE,
      onBase: "failed",
      onHead: "passed",
      onStub: null,
      killed: 0,
      steady: true,
    } as const;
    const proofs = [
      { ...proof, test: `${FILE} > ${name}`, missing: true },
      { ...proof, test: `${FILE} > another`, missing: false },
    ];
    const reach = { files: null, patience: 5 };
    const measured = await proveAgainstMutants({ ...sitting, syntax }, reach, { proofs, heard: true });
    expect(measured.mutation.killed).toBe(tried);
  },
);
