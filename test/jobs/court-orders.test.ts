import { expect, test } from "vitest";
import type { Docket } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import type { ChangedFile } from "#core/court/changed-file.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Invocation } from "#core/court/runner.ts";
import type { Sha } from "#core/milestone.ts";
import { openBench } from "#jobs/court/bench.ts";
import { proveChange } from "#jobs/court/proofs.ts";
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

/** Whether the new test counts as steady where its second run says this. */
async function steadyIf(second: TestResult[] | null): Promise<boolean | undefined> {
  const roadmap = roadmapOf("M1");
  const git = new MemoryGit();
  const tree = git.treeOf({ ...repositoryWith(roadmap), [FILE]: "test('adds', adds);" });
  const base = git.commit("main-1", { tree, parents: [], message: "" });
  let runs = 0;
  class Reporting extends MemoryWorkbench {
    override async runTests(place: Place, { command }: Invocation, at: Sha) {
      if (place === "head-again") runs += 1;
      const onHead = runs === 2 ? second : [resultOf("passed")];
      const results = place === "head-again" ? onHead : [resultOf("failed")];
      return { run: await this.run(place, command, at), results: results as null };
    }
  }
  const observation = observationOf({ roadmap });
  const { id, slug, spec } = milestoneIn(observation, "M1");
  const claim = { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  const workbench = new Reporting(git, base);
  const block = { title: "adds", within: [], modifiers: [], assertions: [], from: 1, to: 1 };
  const outline = { language: "javascript", sound: true, tests: [block], calls: [], imports: [] };
  const after = { text: "test('adds', adds);", outline };
  const { proofs } = await proveChange(
    {
      ...MEMORY_COURT,
      docket: briefFor(claim, observation) as Docket,
      trees: { base, tree },
      changes: [],
      files: [
        { path: FILE, isTest: true, before: null, after, changed: [{ from: 1, to: 1 }] },
      ] as unknown as ChangedFile[],
      bench: openBench({ workbench, clock: () => 0, say: () => undefined }, 100),
      runners: [{ name: "vitest", words: "vitest run" }],
      ...{ plain: [], workbench, say: () => undefined },
    },
    null,
  );
  return proofs.find(({ test: name }) => name.includes("adds"))?.steady;
}

test("a new test is steady only if it is heard to pass in another order as well", async () => {
  expect(await steadyIf([resultOf("passed")])).toBe(true);
  expect(await steadyIf([resultOf("failed")])).toBe(false);
  expect(await steadyIf([])).toBe(false);
  expect(await steadyIf(null)).toBe(false);
});
