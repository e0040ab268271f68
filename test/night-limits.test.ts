/** What a night may not do: start by surprise, spend more than it may, or hide that something is wrong. */

import { describe, expect, test } from "vitest";
import { aNight } from "./support/night.ts";
import {
  builds,
  byPart,
  failsItsTest,
  isDear,
  isRefusedByTheModel,
  losesItsMachine,
  roadmapOf,
  runsOutOfMoney,
} from "./support/worlds.ts";

const FOUR = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing", "M4 after nothing");

describe("nothing starts by surprise", () => {
  test("the kill switch stops every effect but the report, and taking it away lets the night go on", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1"),
      before: { land: (human) => human.says("stop, please") },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      human     says stop
      stale     stop, please"
    `);
    expect((await night.goOn(10)).story).toBe("");
    night.human.says(null);
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`"land      M1 #1 at M1-1"`);
  });

  test("outside the night's hours a schedule starts nothing, but the button opens a night of its own", async () => {
    const noon = "2026-11-20T12:00:00.000Z";
    expect((await aNight({ roadmap: FOUR, now: noon })).everything).toBe("");
    const { everything } = await aNight({ roadmap: roadmapOf("M1"), now: noon, trigger: "button" });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1
      continue  2026-11-20T1200
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md; 2026-11-20T1200 closed"
    `);
  });

  test("a tick lands what is proven but never starts paid work, not even at midnight", async () => {
    const night = await aNight({
      roadmap: FOUR,
      cycles: 1,
      before: { land: (human) => human.commits("src/other.js", "by hand") },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      human     commits src/other.js
      stale     the landing branch moved"
    `);
    night.world.dispatched = null;
    expect((await night.goOn(10, "tick")).story).toMatchInlineSnapshot(`
      "stage     M1 #1 onto main-2
      stage     M2 #2 behind M1
      land      M1 #1 at M1-1'
      land      M2 #2 at M2-1''"
    `);
  });

  test("nothing begins that cannot be built and verified before the night ends, and the report says what waits", async () => {
    const night = await aNight({ roadmap: FOUR, now: "2026-11-21T05:01:00.000Z" });
    expect(night.everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      continue  2026-11-20
      publish   M2 attempt 1 as pull
      continue  2026-11-20
      stage     M2 #2 onto M1-1
      attest    M2 M2-1' green
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md
      report    dashboard, STATE.md, DIGEST.md; 2026-11-20 closed"
    `);
    expect(night.morning.rows.at(-1)).toMatchInlineSnapshot(`
      {
        "because": "waits for the next night: an attempt with its verification may take 55 minutes, more than this night has left",
        "milestone": "M4",
        "stands": "ready",
        "title": "Part 4",
      }
    `);
    expect((await night.goOn(17 * 60)).morning.landed).toHaveLength(4);
  });

  test("a night that lasts all day has no end to be late for", async () => {
    const policy = { night: { from: "06:00", to: "06:00" } };
    const { morning } = await aNight({ roadmap: roadmapOf("M1"), now: "2026-11-21T05:55:00.000Z", policy });
    expect(morning.landed).toHaveLength(1);
  });

  test("a policy with an error stops everything, and says so", async () => {
    const { everything, morning } = await aNight({ roadmap: FOUR, policy: { budgett: 5 } });
    expect(everything).toMatchInlineSnapshot(`
      "failure   POLICY_INVALID
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
    `);
    expect(morning.problems).toMatchObject([{ file: "daybreak.yml", severity: "error" }]);
  });

  test("a roadmap that is missing stops everything; one error in it stops its milestone alone", async () => {
    const missing = await aNight({ roadmap: FOUR, policy: { roadmap: "docs/ROADMAP.md" } });
    expect(missing.everything).toMatchInlineSnapshot(`
      "failure   ROADMAP_MISSING
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
    `);
    const broken = await aNight({ roadmap: roadmapOf("M1 after M9", "M2 after nothing") });
    expect(broken.story).toMatchInlineSnapshot(`
      "assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      land      M2 #1 at M2-1"
    `);
  });

  test("without any gate command nothing is ever claimed", async () => {
    const { everything } = await aNight({ roadmap: FOUR, policy: { test: [] } });
    expect(everything).toMatchInlineSnapshot(`
      "failure   POLICY_NO_GATE
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
    `);
  });

  test("a night that may not open pull requests stops at $0 with the setting to change", async () => {
    const night = await aNight({ roadmap: FOUR, refuses: { pulls: "Forbidden", landing: null } });
    expect(night.story).toMatchInlineSnapshot(`
      "failure   PUBLISHING_REFUSED
      block     publishing (GitHub refuses our pull requests: Forbidden)"
    `);
    expect(night.morning).toMatchObject({ spend: { usd: 0 }, reserved: 0 });
    expect(night.morning.blocked[0]?.ask).toMatch(/^Turn on Settings → Actions/);
    expect((await night.goOn(10)).everything).toBe("");
  });
});

describe("money is a hard stop", () => {
  test("a night starts no attempt that it might not be able to pay for", async () => {
    const { story, morning } = await aNight({
      roadmap: FOUR,
      policy: { budget: { milestone: 4, night: 6, month: 100 }, attempts: 1 },
      engine: isDear,
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1"
    `);
    expect(morning.rows.at(-1)).toMatchInlineSnapshot(`
      {
        "because": "the night's $6 do not cover another attempt of up to $4",
        "milestone": "M4",
        "stands": "ready",
        "title": "Part 4",
      }
    `);
  });

  test("nor one that the month could not pay for, and the next month it goes on", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1 after nothing", "M2 after M1"),
      policy: { budget: { milestone: 4, night: 50, month: 6 }, attempts: 1 },
      engine: isDear,
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1"
    `);
    expect(night.morning.rows.at(1)?.because).toMatchInlineSnapshot(
      `"the month's $6 do not cover another attempt of up to $4"`,
    );
    expect((await night.goOn(11 * 24 * 60, "schedule", builds)).story).toMatchInlineSnapshot(`
      "assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      land      M2 #3 at M2-1"
    `);
  });

  test("an attempt that runs into its ceiling does not land, green or not; the next one starts from its patch", async () => {
    const { story } = await aNight({
      roadmap: roadmapOf("M1"),
      engine: byPart({ "M1 attempt 1": runsOutOfMoney }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull (the engine exhausted: its $2.50 are spent)
      reject    M1 #1 (verify: the engine exhausted: its $2.50 are spent)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #3 at M1-2"
    `);
  });

  test("no more milestones are started a night than the policy says", async () => {
    const { story } = await aNight({ roadmap: FOUR, policy: { milestones: 1, parallel: 4 } });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1"
    `);
  });

  test("an attempt that was lost with its runner is charged in full but not counted; five are a question", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1"),
      engine: byPart({ "M1 attempt 1": losesItsMachine, "M1 attempt 2": failsItsTest }),
      policy: { attempts: 2 },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as lost (the work job left no outcome)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull (\`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      reject    M1 #2 (verify: \`npm test\` exited 1; criterion “\`node test/M1.test.js\` passes” failed: \`node test/M1.test.js\` exited 1, wanted exit 0)
      assign    M1 attempt 3
      publish   M1 attempt 3 as pull
      land      M1 #3 at M1-3"
    `);
    expect(night.morning.spend.usd + night.morning.reserved).toBeCloseTo(2.5 + 0.5 + 0.5);
    const five = await aNight({
      roadmap: roadmapOf("M1"),
      engine: losesItsMachine,
      policy: { budget: { night: 50 } },
    });
    expect(five.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as lost (the work job left no outcome)
      assign    M1 attempt 2
      publish   M1 attempt 2 as lost (the work job left no outcome)
      assign    M1 attempt 3
      publish   M1 attempt 3 as lost (the work job left no outcome)
      assign    M1 attempt 4
      publish   M1 attempt 4 as lost (the work job left no outcome)
      assign    M1 attempt 5
      publish   M1 attempt 5 as lost (the work job left no outcome)
      block     M1 (5 attempts were lost with their runners)"
    `);
  });

  test("a key that the model's service refuses is one question for the whole night, not one for each milestone", async () => {
    const night = await aNight({ roadmap: FOUR, engine: isRefusedByTheModel });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as lost (the model's service answered 401)
      publish   M2 attempt 1 as lost (the model's service answered 401)
      block     model (the model's service answered 401)"
    `);
    night.human.closes(night.morning.blocked[0]?.issue ?? 0);
    expect((await night.goOn(10, "schedule", builds)).morning.landed).toHaveLength(4);
  });
});
