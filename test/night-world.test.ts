/** The world does not hold still: branches move, humans act, checks end in every way they can. */

import { describe, expect, test } from "vitest";
import { NO_RULES } from "#core/observation.ts";
import { aNight } from "./support/night.ts";
import { builds, buildsInTheSharedFile, byPart, failsItsTest, roadmapOf } from "./support/worlds.ts";

const PAIR = roadmapOf("M1 after nothing", "M2 after nothing");

describe("the landing branch moves", () => {
  test("between the look and the landing: nothing unseen lands, the head is restaged and tested again", async () => {
    const { everything, world } = await aNight({
      roadmap: roadmapOf("M1"),
      before: { land: (human) => human.commits("src/other.js", "by hand") },
    });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     commits src/other.js
      stale     the landing branch moved
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md
      stage     M1 #1 onto main-2
      attest    M1 M1-1' green
      land      M1 #1 at M1-1'
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md; 2026-11-20 closed"
    `);
    expect(world.git.filesOf(world.main)["src/other.js"]).toBe("by hand");
  });

  test("a change that breaks a green pull request from outside is found on the restaged head", async () => {
    const { story } = await aNight({
      roadmap: roadmapOf("M1"),
      before: { land: (human) => human.commits("test/strict.test.js", "src/M1.js never says part M1") },
      engine: byPart({
        "M1 attempt 2": (desk) => {
          desk.files["src/M1.js"] = "piece M1";
          desk.files["test/M1.test.js"] = "src/M1.js says piece M1";
          return undefined;
        },
      }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     commits test/strict.test.js
      stale     the landing branch moved
      stage     M1 #1 onto main-2
      reject    M1 #1 (verify: \`npm test\` exited 1)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
  });

  test("a conflict is charged but not counted, and the next attempt starts from its own patch", async () => {
    const started: string[] = [];
    const { story } = await aNight({
      roadmap: PAIR,
      policy: { attempts: 2 },
      engine: (desk) => {
        started.push(
          `${desk.slug} attempt ${desk.attempt} from ${desk.startedFromPatch ? "a patch" : "base"}`,
        );
        return desk.attempt === 2 ? failsItsTest(desk) : buildsInTheSharedFile(desk);
      },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      land      M1 #1 at M1-1
      reject    M2 #2 uncounted (stacks: conflicts with main in src/base.js)
      assign    M2 attempt 2
      publish   M2 attempt 2 as pull (\`npm test\` exited 1; criterion “\`node test/M2.test.js\` passes” failed: \`node test/M2.test.js\` exited 1, wanted exit 0)
      reject    M2 #4 (verify: \`npm test\` exited 1; criterion “\`node test/M2.test.js\` passes” failed: \`node test/M2.test.js\` exited 1, wanted exit 0)
      assign    M2 attempt 3
      publish   M2 attempt 3 as pull
      land      M2 #5 at M2-3"
    `);
    expect(started).toMatchInlineSnapshot(`
      [
        "M1 attempt 1 from base",
        "M2 attempt 1 from base",
        "M2 attempt 2 from a patch",
        "M2 attempt 3 from a patch",
      ]
    `);
  });

  test("a landing that GitHub refuses although all is proven is one question, closed once it lands", async () => {
    const refuses = { pulls: null, landing: "protected branch hook declined" };
    const night = await aNight({ roadmap: PAIR, refuses });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stale     protected branch hook declined
      stale     protected branch hook declined
      stale     protected branch hook declined
      block     landing-refused (GitHub refused the landing of a proven commit: land M1 #1 at M1-1; land M2 #2 at M2-1': protected branch hook declined)
      stale     protected branch hook declined
      stale     protected branch hook declined
      stale     protected branch hook declined"
    `);
    const writes = night.world.writes.length;
    await night.goOn(10);
    expect(night.world.writes).toHaveLength(writes);
    night.world.setting.refuses.landing = null;
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      unblock   #3 (the branch could be moved)"
    `);
  });

  test("a pull request that GitHub has not called merged yet is left alone", async () => {
    const { story, morning } = await aNight({ roadmap: PAIR, lag: 15 });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'"
    `);
    expect(morning.landed.map(({ milestone }) => milestone)).toEqual(["M1", "M2"]);
  });

  test("rules that demand somebody else's review are one question, and nothing lands", async () => {
    const { story } = await aNight({
      roadmap: PAIR,
      rules: { ...NO_RULES, pullRequest: true, approvals: 1 },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      block     landing-rules (LANDING_NEEDS_PULL_REQUEST: the rules of main demand a review by somebody else for every pull request)"
    `);
  });
});

describe("humans act", () => {
  test("who closes a pull request is asked whether it should be tried again", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1"),
      required: ["ci"],
      after: { 1: (human) => human.closes(1) },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     closes #1
      block     M1 (somebody closed its pull request #1)"
    `);
    night.human.closes(night.morning.blocked[0]?.issue ?? 0);
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #4 at M1-2"
    `);
  });

  test("what a human pushes to our branch never lands, and nobody builds on it", async () => {
    const started: boolean[] = [];
    const { story } = await aNight({
      roadmap: roadmapOf("M1"),
      required: ["ci"],
      after: { 1: (human) => human.pushesTo(1, "src/backdoor.js", "open") },
      engine: (desk) => {
        started.push(desk.startedFromPatch);
        return builds(desk);
      },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     pushes src/backdoor.js to #1
      reject    M1 #1 uncounted (own head: its head is a commit Daybreak did not push)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
    expect(started).toEqual([false, false]);
  });

  test("what a human pushes in the last moment stays out: the tested head lands", async () => {
    const { story, world, morning } = await aNight({
      roadmap: roadmapOf("M1"),
      before: { land: (human) => human.pushesTo(1, "src/backdoor.js", "open") },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     pushes src/backdoor.js to #1
      land      M1 #1 at M1-1
      reject    M1 #1 uncounted (contract: the roadmap calls the milestone done; own head: its head is a commit Daybreak did not push)"
    `);
    expect(world.git.filesOf(world.main)).not.toHaveProperty(["src/backdoor.js"]);
    expect(morning.landed).toMatchObject([{ milestone: "M1", commit: "M1-1" }]);
  });

  test("a contract that changes while it is worked on makes the attempt void, and the new one is built", async () => {
    const { story } = await aNight({
      roadmap: roadmapOf("M1; so that nobody waits"),
      before: { publish: (human) => human.rewrites("nobody waits", "nobody ever waits") },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      human     commits ROADMAP.md
      publish   M1 attempt 1 as pull
      reject    M1 #1 uncounted (contract: the milestone's contract has changed)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
  });

  test("a contract that changes right after it was claimed is not even begun", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1; so that nobody waits"),
      before: { assign: (human) => human.rewrites("nobody waits", "nobody ever waits") },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "human     commits ROADMAP.md
      assign    M1 attempt 1"
    `);
    expect((await night.goOn(60)).story).toMatchInlineSnapshot(`
      "assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #2 at M1-2"
    `);
  });
});

describe("the owner's checks", () => {
  const required = ["ci"];

  test("a required check is awaited, and its end wakes the cycle that lands", async () => {
    const { everything } = await aNight({ roadmap: roadmapOf("M1"), required });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md
      land      M1 #1 at M1-1
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md; 2026-11-20 closed"
    `);
  });

  test("a failing one rejects", async () => {
    const { story } = await aNight({
      roadmap: roadmapOf("M1"),
      required,
      ci: ({ attempt }) => (attempt === 1 ? "failure" : "success"),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      reject    M1 #1 (required checks: ci failed)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
  });

  test("a skipped one is no success: a human is asked", async () => {
    const { story } = await aNight({ roadmap: roadmapOf("M1"), required, ci: () => "skipped" });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      block     M1 (#1 is held: required checks: ci ended as skipped, which is not a success)"
    `);
  });

  test("a cancelled one gets a fresh head; one that is always cancelled is a question", async () => {
    const once = await aNight({
      roadmap: roadmapOf("M1"),
      required,
      ci: ({ nth }) => (nth === 1 ? "cancelled" : "success"),
    });
    expect(once.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      stage     M1 #1 onto main-1 with fresh head 1
      land      M1 #1 at M1-1'"
    `);
    const always = await aNight({ roadmap: roadmapOf("M1"), required, ci: () => "cancelled" });
    expect(always.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      stage     M1 #1 onto main-1 with fresh head 1
      stage     M1 #1 onto main-1 with fresh head 2
      stage     M1 #1 onto main-1 with fresh head 3
      block     M1 (#1: required checks: ci was cancelled, 3 times in a row)"
    `);
  });

  test("with GITHUB_TOKEN alone they are parked: one question names the runs, and nothing lands", async () => {
    const night = await aNight({ roadmap: PAIR, required, mode: "token-only" });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      block     parked-runs (GitHub parked 2 workflow runs for approval: ci (run 700), ci (run 701))"
    `);
    expect(night.morning.landed).toEqual([]);
    expect((await night.goOn(10)).everything).toBe("");
  });

  test("with GITHUB_TOKEN alone and no required check Daybreak's own evidence lands them", async () => {
    const { everything } = await aNight({ roadmap: PAIR, mode: "token-only" });
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
});
