/** START HERE. Whole nights as stories: a roadmap in, one line for each decision out. */

import { describe, expect, test } from "vitest";
import { aNight } from "./support/night.ts";
import {
  asks,
  builds,
  byPart,
  doesNotFit,
  editsTheWorkflow,
  failsItsTest,
  roadmapOf,
  weakensTheTest,
} from "./support/worlds.ts";

describe("what lands", () => {
  test("milestones land in the order of their dependencies, each on top of the one before", async () => {
    const roadmap = roadmapOf("M3 after M2", "M2 after M1", "M1 after nothing");
    const { story, morning } = await aNight({ roadmap });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1
      assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      land      M2 #3 at M2-1
      assign    M3 attempt 1
      publish   M3 attempt 1 as pull
      land      M3 #4 at M3-1"
    `);
    expect(morning.rows.map(({ stands }) => stands)).toEqual(["done", "done", "done"]);
  });

  test("of two that are built at the same time the second is restaged behind the first, and both land at once", async () => {
    const { everything } = await aNight({ roadmap: roadmapOf("M1 after nothing", "M2 after nothing") });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      continue  2026-11-20
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      attest    M2 M2-1' green
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md; 2026-11-20 closed"
    `);
  });

  test("while no dependency is declared they go one at a time in file order, and who cannot is passed over", async () => {
    const roadmap = roadmapOf("M1; done", "M2; mine", "M3", "M4", "M5");
    const { story, morning } = await aNight({ roadmap, engine: byPart({ M3: asks }) });
    expect(story).toMatchInlineSnapshot(`
      "assign    M3 attempt 1
      publish   M3 attempt 1 as blocked (the milestone does not say in which format)
      block     M3 (the milestone does not say in which format)
      assign    M4 attempt 1
      publish   M4 attempt 1 as pull
      land      M4 #3 at M4-1
      assign    M5 attempt 1
      publish   M5 attempt 1 as pull
      land      M5 #4 at M5-1"
    `);
    expect(morning.rows.map(({ milestone, stands }) => `${milestone} ${stands}`)).toMatchInlineSnapshot(`
      [
        "M1 done",
        "M2 not planned",
        "M3 blocked",
        "M4 done",
        "M5 done",
      ]
    `);
  });

  test("the commit that lands holds code, test and ✅, and says where it comes from", async () => {
    const { world } = await aNight({ roadmap: roadmapOf("M1") });
    expect(Object.entries(world.git.filesOf(world.main)).join("\n\n")).toMatchInlineSnapshot(`
      "ROADMAP.md,# Roadmap

      ### M1 — Part 1 ✅
      **Objective:** Make the next part.
      **Acceptance criteria:**
      - \`node test/M1.test.js\` passes

      src/M1.js,part M1

      src/base.js,rounds to cents

      test/M1.test.js,src/M1.js says part M1

      test/base.test.js,src/base.js says rounds to cents"
    `);
    expect(world.git.read(world.main).message.replace(/Spec: \w+/, "Spec: …")).toMatchInlineSnapshot(`
      "M1: Part 1

      Milestone: M1
      Attempt: 1
      Cycle: 101
      Spec: …
      "
    `);
  });
});

describe("what does not land", () => {
  test("an attempt that turns green by weakening a test is rejected; the next one knows why, and lands", async () => {
    const lessons: string[] = [];
    const { story } = await aNight({
      roadmap: roadmapOf("M1"),
      engine: (desk) => {
        lessons.push(...desk.earlier, `starts from the patch: ${desk.startedFromPatch}`);
        return desk.attempt === 1 ? weakensTheTest(desk) : builds(desk);
      },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull (\`npm test\` exited 1 with the base's version of test/base.test.js)
      reject    M1 #1 (verify: \`npm test\` exited 1 with the base's version of test/base.test.js)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
    expect(lessons).toMatchInlineSnapshot(`
      [
        "starts from the patch: false",
        "verify: \`npm test\` exited 1 with the base's version of test/base.test.js",
        "starts from the patch: true",
      ]
    `);
  });

  test("after the allowed attempts a human is asked, what depends on it waits, and the rest goes on", async () => {
    const { story, morning } = await aNight({
      roadmap: roadmapOf("M1 after nothing", "M2 after M1", "M3 after nothing"),
      engine: byPart({ M1: failsItsTest }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull (\`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      publish   M3 attempt 1 as pull
      reject    M1 #1 (verify: \`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      land      M3 #2 at M3-1
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull (\`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      reject    M1 #4 (verify: \`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      block     M1 (gave up after 2 attempts)"
    `);
    expect(morning.waiting.map(({ milestone, because }) => `${milestone} ${because}`)).toEqual([
      "M2 waits for M1",
    ]);
  });

  test("closing the question allows as many attempts again, numbered on", async () => {
    const night = await aNight({ roadmap: roadmapOf("M1"), engine: failsItsTest });
    night.human.closes(night.morning.blocked[0]?.issue ?? 0);
    const { story } = await night.goOn(10, "schedule", builds);
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 3
      publish   M1 attempt 3 as pull
      land      M1 #5 at M1-3"
    `);
  });

  test("a milestone that does not fit is not tried again: its owner is asked whether to split it", async () => {
    const { story, morning } = await aNight({ roadmap: roadmapOf("M1"), engine: byPart({ M1: doesNotFit }) });
    expect(story).toContain(
      "publish   M1 attempt 1 as blocked (the engine exhausted: parked: a split is proposed)",
    );
    expect(story).not.toContain("attempt 2");
    expect(morning.blocked).toMatchObject([{ ask: expect.stringContaining("M1.1 — Half of it") }]);
  });

  test("the engine's question becomes a blocker, and its answer another attempt", async () => {
    const night = await aNight({ roadmap: roadmapOf("M1"), engine: byPart({ "M1 attempt 1": asks }) });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as blocked (the milestone does not say in which format)
      block     M1 (the milestone does not say in which format)"
    `);
    expect(night.morning.blocked).toMatchObject([{ ask: "CSV or XLSX?" }]);
    night.human.closes(night.morning.blocked[0]?.issue ?? 0);
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
  });

  test("whoever touches a protected path gets no pull request but a question", async () => {
    const { story, world } = await aNight({ roadmap: roadmapOf("M1"), engine: editsTheWorkflow });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as blocked (\`.github/workflows/ci.yml\` is protected and was added.)
      block     M1 (\`.github/workflows/ci.yml\` is protected and was added.)"
    `);
    expect(world.pulls).toEqual([]);
  });

  test("what only a human can judge is held; merging it is the answer", async () => {
    const night = await aNight({ roadmap: roadmapOf("M1 after nothing; by feel", "M2 after M1") });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      block     M1 (#1 is held: criteria: only a human can judge “It feels right”)"
    `);
    night.human.merges(1);
    const next = await night.goOn(10);
    expect(next.story).toMatchInlineSnapshot(`
      "assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      unblock   M1 #2 (the milestone is done)
      land      M2 #4 at M2-1"
    `);
  });

  test("with `land: pull-request` nothing is merged, and what depends on it waits for the human who does", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1 after nothing", "M2 after M1"),
      policy: { land: "pull-request" },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull"
    `);
    night.human.merges(1);
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "assign    M2 attempt 1
      publish   M2 attempt 1 as pull"
    `);
  });
});

describe("when nothing is left", () => {
  test("the night is closed, and a second run over the finished world writes nothing", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1 after nothing", "M2 after M1", "M3 after nothing", "M4 after M3"),
      engine: byPart({ M3: asks }),
    });
    expect(night.everything).toContain("2026-11-20 closed");
    const before = night.world.writes.length;
    for (const [minutes, trigger] of [
      [10, "schedule"],
      [600, "tick"],
      [24 * 60, "schedule"],
    ] as const) {
      const again = await night.goOn(minutes, trigger);
      expect({ story: again.everything, cycles: again.cycles }).toEqual({ story: "", cycles: 1 });
    }
    expect(night.world.writes.slice(before)).toEqual([]);
  });

  test("a roadmap without anything planned is not even reported on", async () => {
    const { everything } = await aNight({ roadmap: roadmapOf("M1; done", "M2; mine") });
    expect(everything).toBe("");
  });
});
