import { describe, expect, test } from "vitest";
import type { Brief } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import { faultsOf } from "#core/court/faults.ts";
import type { Evidence } from "#core/evidence.ts";
import { verify } from "#jobs/verify.ts";
import { MEMORY_COURT } from "../support/memory-court.ts";
import { type Edit, MemoryGit, printPatch } from "../support/memory-git.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "../support/memory-run.ts";
import { milestoneIn, observationOf } from "../support/observations.ts";
import { repositoryWith, roadmapOf } from "../support/worlds.ts";

type Given = {
  edits?: Edit[] | null;
  roadmap?: string;
  clock?: () => number;
  policy?: Record<string, unknown>;
};

const CODE: Edit = { path: "src/M1.js", from: null, to: "part M1" };
const TEST: Edit = { path: "test/M1.test.js", from: null, to: "src/M1.js says part M1" };
const BASE_TEST = { path: "test/base.test.js", from: "src/base.js says rounds to cents" };

async function verified({
  edits = [CODE, TEST],
  roadmap = roadmapOf("M1"),
  clock = () => 0,
  policy = {},
}: Given) {
  const git = new MemoryGit();
  const base = git.commit("main-1", { tree: git.treeOf(repositoryWith(roadmap)), parents: [], message: "" });
  const observation = observationOf({ roadmap, policy });
  const { id, slug, spec } = milestoneIn(observation, "M1");
  const claim = { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  const brief = briefFor(claim, observation) as Brief;
  const handOver = new MemoryHandOver(new Artifacts(), "M1 1");
  await handOver.writeBrief(brief, null);
  if (edits !== null) await handOver.writePatch(printPatch(edits));
  const said: string[] = [];
  const workbench = new MemoryWorkbench(git, base);
  const say = (line: string) => void said.push(line);
  await verify(
    brief.assignment,
    { ...MEMORY_COURT, handOver, workbench, clock, say },
    { staged: false, court: "full" },
  );
  const [evidence] = await handOver.readEvidence();
  return { evidence: evidence as Evidence, said, faults: evidence ? faultsOf(evidence) : null };
}

describe("the evidence", () => {
  test("of a good patch names the staged tree and proves what was not so before", async () => {
    const { evidence, faults, said } = await verified({});
    expect(faults).toEqual([]);
    expect(evidence).toMatchObject({
      slug: "M1",
      attempt: 1,
      base: "main-1",
      withBaseTests: { restored: [], gates: [] },
    });
    expect(evidence.findings).toEqual([
      {
        text: "`node test/M1.test.js` passes",
        finding: "proven",
        how: "`node test/M1.test.js` exited 0; before the change it did not",
      },
    ]);
    expect(said.at(-1)).toBe(`evidence  M1 at ${evidence.tree}: green`);
  });

  test("comes from a second run with the old tests when a patch changed or deleted one", async () => {
    const code = { path: "src/base.js", from: "rounds to cents", to: "rounds to euros" };
    for (const to of ["src/base.js says rounds", null]) {
      const { evidence, faults } = await verified({ edits: [CODE, TEST, code, { ...BASE_TEST, to }] });
      expect(evidence.withBaseTests.restored).toEqual(["test/base.test.js"]);
      expect(faults).toContain("`npm test` exited 1 with the base's version of test/base.test.js");
    }
  });

  test("is the same without a second run for tests that the milestone allows to change", async () => {
    const roadmap = roadmapOf("M1").replace("**Acceptance", "**Allows:** `test/base.test.js`\n**Acceptance");
    const { faults, evidence } = await verified({ edits: [CODE, TEST, { ...BASE_TEST, to: "" }], roadmap });
    expect(faults).toEqual([]);
    expect(evidence.withBaseTests).toEqual({ restored: [], gates: [] });
  });

  test("says what was not run once the time is up, and is not green", async () => {
    let now = 0;
    const { faults } = await verified({ clock: () => (now += 400), policy: { verify: { minutes: 20 } } });
    expect(faults).toContain("not run: `node test/M1.test.js`: the time for verification was used up");
  });

  test("does not exist where there is nothing to verify or nothing that applies", async () => {
    for (const edits of [null, [], [{ path: "src/base.js", from: "something else", to: "x" }]]) {
      const { evidence, said } = await verified({ edits });
      expect(evidence).toBeUndefined();
      expect(said).toHaveLength(1);
    }
  });
});
