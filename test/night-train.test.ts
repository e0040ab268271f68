/** How proven milestones land: in trains, tested as they would stand, whatever breaks in between. */

import { describe, expect, test } from "vitest";
import { NO_RULES } from "#core/observation.ts";
import { aNight, type NightOptions } from "./support/night.ts";
import { buildsInTheSharedFile, byPart, cannotStand, roadmapOf } from "./support/worlds.ts";

const FOUR = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing", "M4 after nothing");
const THREE = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
const PAIR = roadmapOf("M1 after nothing", "M2 after nothing");

/** Everything is built in the first cycle. */
const AT_ONCE = { parallel: 4, budget: { night: 100 } };

/** Cycles in which something landed or was rejected. */
function rounds(everything: string): number {
  return everything.split("report").filter((cycle) => /^(land|reject) /m.test(cycle)).length;
}

describe("one round for all", () => {
  test("4 green pulls land in one round", async () => {
    const { story, everything, world } = await aNight({ roadmap: FOUR, policy: AT_ONCE });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      assign    M4 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      publish   M4 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      stage     M4 #4 behind M3
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      land      M4 #4 at M4-1'"
    `);
    expect(rounds(everything)).toBe(1);
    expect(world.writes.filter((one) => one === "move the landing branch")).toHaveLength(1);
  });

  test("each commit that lands is the one that was tested, with the changelog of all before it", async () => {
    const { world } = await aNight({ roadmap: PAIR, policy: AT_ONCE });
    const tip = world.git.read(world.main);
    expect(tip.message.split("\n")[0]).toBe("M2: Part 2");
    expect(tip.parents).toEqual(["M1-1"]);
    expect(Object.keys(world.git.filesOf(world.main))).toEqual(
      expect.arrayContaining(["src/M1.js", "src/M2.js"]),
    );
  });

  test("one culprit among four: the ones before it land, it is rejected, the rest land in the second round", async () => {
    const { story, everything } = await aNight({
      roadmap: FOUR,
      policy: { ...AT_ONCE, attempts: 1 },
      engine: byPart({ M2: cannotStand("M1") }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      assign    M4 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      publish   M4 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      stage     M4 #4 behind M3
      land      M1 #1 at M1-1
      reject    M2 #2 (verify: \`npm test\` exited 1)
      stage     M3 #3 onto M1-1
      stage     M4 #4 behind M3
      block     M2 (gave up after 1 attempt)
      land      M3 #3 at M3-1''
      land      M4 #4 at M4-1''"
    `);
    expect(rounds(everything)).toBe(2);
  });

  test("of two that are green alone and red together exactly one lands; the other gets another attempt", async () => {
    const { story, morning } = await aNight({
      roadmap: PAIR,
      policy: AT_ONCE,
      engine: byPart({ M2: cannotStand("M1") }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      land      M1 #1 at M1-1
      reject    M2 #2 (verify: \`npm test\` exited 1)
      assign    M2 attempt 2
      publish   M2 attempt 2 as pull
      land      M2 #4 at M2-2"
    `);
    expect(morning.landed.map(({ milestone, attempt }) => `${milestone}/${attempt}`)).toEqual([
      "M1/1",
      "M2/2",
    ]);
  });

  test("a culprit that its own CI finds takes nobody with it", async () => {
    const { story } = await aNight({
      roadmap: THREE,
      policy: { ...AT_ONCE, attempts: 1 },
      required: ["ci"],
      ci: ({ files }) => ("src/M1.js" in files && "src/M2.js" in files ? "failure" : "success"),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      reject    M2 #2 (required checks: ci failed)
      stage     M3 #3 onto M1-1
      block     M2 (gave up after 1 attempt)
      land      M1 #1 at M1-1
      land      M3 #3 at M3-1''"
    `);
  });

  test("who conflicts with one before it stays behind, and is judged when that one has landed", async () => {
    const { story } = await aNight({
      roadmap: THREE,
      policy: AT_ONCE,
      engine: byPart({ M1: buildsInTheSharedFile, "M2 attempt 1": buildsInTheSharedFile }),
      required: ["ci"],
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M3 #3 at M3-1'
      reject    M2 #2 uncounted (stacks: conflicts with main in src/base.js)
      assign    M2 attempt 2
      publish   M2 attempt 2 as pull
      land      M2 #5 at M2-2"
    `);
  });

  test("with GITHUB_TOKEN alone a row lands in one round as well, and the second round asks the whole court of nobody", async () => {
    const night: NightOptions = {
      roadmap: FOUR,
      mode: "token-only",
      policy: { ...AT_ONCE, attempts: 1 },
      engine: byPart({ M2: cannotStand("M1") }),
    };
    const { story, courts } = await aNight(night);
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      assign    M4 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      publish   M4 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      stage     M4 #4 behind M3
      land      M1 #1 at M1-1
      reject    M2 #2 (verify: \`npm test\` exited 1)
      stage     M3 #3 onto M1-1
      stage     M4 #4 behind M3
      block     M2 (gave up after 1 attempt)
      land      M3 #3 at M3-1''
      land      M4 #4 at M4-1''"
    `);
    expect(courts).toMatchInlineSnapshot(`
      [
        "M2 position",
        "M3 position",
        "M4 position",
        "M3 position",
        "M4 position",
      ]
    `);
  });
});

describe("a landing branch that is red by itself", () => {
  const breaks = { path: "test/broken.test.js", text: "src/base.js says what it does not" };

  test("lands nothing and rejects nobody: one question, and nothing is paid for while it is open", async () => {
    const night = await aNight({
      roadmap: THREE,
      policy: { parallel: 2, milestones: 2 },
      before: { land: (human) => human.commits(breaks.path, breaks.text) },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      human     commits test/broken.test.js
      stale     the landing branch moved
      stage     M1 #1 onto main-2
      stage     M2 #2 behind M1
      block     red-base (main is red at main-2, before any change: \`npm test\` exited 1 on base)"
    `);
    expect((await night.goOn(24 * 60)).story).toBe("");
    const writes = night.world.writes.length;
    expect((await night.goOn(10)).everything).toBe("");
    expect(night.world.writes).toHaveLength(writes);
    night.human.commits(breaks.path, "src/base.js says rounds");
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "stage     M1 #1 onto main-2'
      stage     M2 #2 behind M1
      unblock   #4 (main has moved)
      land      M1 #1 at M1-1''
      land      M2 #2 at M2-1'''
      assign    M3 attempt 1
      publish   M3 attempt 1 as pull
      land      M3 #5 at M3-1"
    `);
  });

  test("excuses an attempt that was built on it; its change comes before the whole court again", async () => {
    const night = await aNight({
      roadmap: THREE,
      policy: { parallel: 2 },
      before: { land: (human) => human.commits(breaks.path, breaks.text) },
    });
    expect(night.story).toContain(
      "publish   M3 attempt 1 as pull (the base is red: `npm test` exited 1 on base)",
    );
    expect(night.story).not.toContain("reject");
    night.human.commits(breaks.path, "src/base.js says rounds");
    expect((await night.goOn(10)).courts).toEqual(
      expect.arrayContaining(["M1 position", "M2 position", "M3 full"]),
    );
  });

  test("and red again where it has moved to: the next question names that commit", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1"),
      before: { land: (human) => human.commits(breaks.path, breaks.text) },
    });
    night.human.commits("src/other.js", "by hand");
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "stage     M1 #1 onto main-2'
      unblock   #3 (main has moved)
      block     red-base (main is red at main-2', before any change: \`npm test\` exited 1 on base)"
    `);
  });
});

describe("where the rules demand a pull request", () => {
  const pullRequest = true;

  test("the last one of the train is merged, and those below it with it", async () => {
    const { story, world, morning } = await aNight({
      roadmap: THREE,
      policy: AT_ONCE,
      rules: { ...NO_RULES, pullRequest },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1 by merge
      land      M2 #2 at M2-1' by merge
      land      M3 #3 at M3-1' by merge"
    `);
    expect(world.writes.filter((one) => one.startsWith("merge "))).toEqual(["merge a pull request"]);
    expect(morning.landed).toHaveLength(3);
  });

  test("where merge commits are not allowed it is squashed, one at a time", async () => {
    const { story, everything } = await aNight({
      roadmap: THREE,
      policy: AT_ONCE,
      rules: { ...NO_RULES, pullRequest, linear: true },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      land      M1 #1 at M1-1 by squash
      stage     M2 #2 onto M1-1-sq
      land      M2 #2 at M2-1' by squash
      stage     M3 #3 onto M2-1-sq
      land      M3 #3 at M3-1' by squash"
    `);
    expect(rounds(everything)).toBe(3);
  });

  test.each([
    ["a review", { pullRequest, approvals: 1 }],
    ["a merge queue", { mergeQueue: true }],
  ])("%s is one question, and answers itself when the rule is gone", async (_, rules) => {
    const night = await aNight({ roadmap: PAIR, policy: AT_ONCE, rules: { ...NO_RULES, ...rules } });
    expect(night.morning.landed).toEqual([]);
    expect(night.morning.blocked).toMatchObject([{ ask: expect.stringMatching(/land: pull-request/) }]);
    night.world.setting.rules = NO_RULES;
    const next = await night.goOn(10);
    expect(next.story).toContain("(the rules allow it now)");
    expect(next.morning.landed).toHaveLength(2);
  });

  test("a tree that nobody tested stops every landing until somebody has looked", async () => {
    const night = await aNight({ roadmap: PAIR, policy: { parallel: 1 }, cycles: 1 });
    // Only a merge on the host leaves room for it: the forges' own test makes one happen.
    night.world.journal = night.world.journal.map((line) =>
      line.line === "landed" ? { ...line, astray: line.commit } : line,
    );
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      block     landed-tree (after M1 landed, main held the tree M1-1, which nobody tested)"
    `);
    night.human.closes(night.world.blockers[0]?.issue ?? 0);
    expect((await night.goOn(10)).morning.landed).toHaveLength(2);
  });
});

describe("checks that do not end", () => {
  const required = ["ci"];

  test("a stuck one is a question about its pull request alone; the others go on without it", async () => {
    const night = await aNight({
      roadmap: THREE,
      policy: { ...AT_ONCE, stuck: 15 },
      required,
      ci: ({ slug }) => (slug === "M2" ? "pending" : "success"),
    });
    const later = await night.goOn(30, "tick");
    expect(`${night.story}\n${later.story}`).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      stage     M3 #3 onto M1-1
      block     M2 (#2 is held: required checks: ci has not ended for more than 15 minutes)
      land      M3 #3 at M3-1''
      "
    `);
    expect(later.morning.landed.map(({ milestone }) => milestone)).toEqual(["M1", "M3"]);
  });

  test("one that never reports is named after the same time", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1"),
      policy: { stuck: 15 },
      required,
      after: { 1: (human) => human.forgetsChecks(1) },
    });
    expect((await night.goOn(30, "tick")).story).toMatchInlineSnapshot(
      `"block     M1 (#1 is held: required checks: ci has not reported for more than 15 minutes)"`,
    );
  });

  test("one that vanishes lands nothing, and is asked about at once", async () => {
    const night = await aNight({
      roadmap: PAIR,
      policy: { ...AT_ONCE, wait: 5 },
      required,
      during: { 1: (human) => human.forgetsChecks(2) },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      pause     30 s
      human     takes the checks of #2 away
      land      M1 #1 at M1-1
      block     M2 (#2 is held: required checks: ci had reported and has vanished)"
    `);
  });
});

describe("humans act on a train", () => {
  const required = ["ci"];
  const policy = AT_ONCE;

  test.each<[string, NonNullable<NightOptions["after"]>[number]]>([
    ["closes one in the middle", (human) => human.closes(2)],
    ["retargets one in the middle", (human) => human.retargets(2, "dev")],
    ["pushes to one in the middle", (human) => human.pushesTo(2, "src/backdoor.js", "open")],
  ])("who %s has his way, and the rest is put together without it", async (_, act) => {
    const night = await aNight({
      roadmap: THREE,
      policy: { ...policy, attempts: 1 },
      required,
      after: { 1: act },
      cycles: 3,
    });
    expect(night.morning.landed.map(({ milestone }) => milestone)).toEqual(["M1", "M3"]);
    const files = Object.keys(night.world.git.filesOf(night.world.main));
    expect(files).not.toEqual(expect.arrayContaining(["src/M2.js"]));
    expect(files).not.toEqual(expect.arrayContaining(["src/backdoor.js"]));
  });

  test("who edits a milestone makes its place in the train void; those behind it ride on", async () => {
    const roadmap = roadmapOf(
      "M1 after nothing",
      "M2 after nothing; so that nobody waits",
      "M3 after nothing",
    );
    const { story } = await aNight({
      roadmap,
      policy,
      required,
      after: { 1: (human) => human.rewrites("nobody waits", "nobody ever waits") },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      human     commits ROADMAP.md
      reject    M2 #2 uncounted (contract: the milestone's contract has changed)
      stage     M1 #1 onto main-2
      stage     M3 #3 behind M1
      assign    M2 attempt 2
      publish   M2 attempt 2 as pull
      stage     M2 #5 onto M3-1''
      land      M1 #1 at M1-1'
      land      M3 #3 at M3-1''
      land      M2 #5 at M2-2'"
    `);
  });

  test("who pushes to the branch between look and landing gets nothing unseen on top", async () => {
    const { story, world } = await aNight({
      roadmap: THREE,
      policy,
      before: { land: (human) => human.commits("src/other.js", "by hand") },
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      human     commits src/other.js
      stale     the landing branch moved
      stage     M1 #1 onto main-2
      stage     M2 #2 behind M1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1'
      land      M2 #2 at M2-1''
      land      M3 #3 at M3-1''"
    `);
    expect(world.git.filesOf(world.main)["src/other.js"]).toBe("by hand");
  });
});

describe("waiting for the owner's CI", () => {
  const required = ["ci"];

  test("the landing waits while checks run, and lands in the same cycle", async () => {
    const { everything } = await aNight({ roadmap: PAIR, policy: { ...AT_ONCE, wait: 5 }, required });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      continue  2026-11-20
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      attest    M2 M2-1' green
      pause     30 s
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      continue  2026-11-20
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md; 2026-11-20 closed"
    `);
  });

  test("never longer than the policy says", async () => {
    for (const wait of [0, 1, 7]) {
      const { everything } = await aNight({
        roadmap: roadmapOf("M1"),
        policy: { wait, stuck: 1_000 },
        required,
        ci: () => "pending",
        cycles: 1,
      });
      const waited = [...everything.matchAll(/^pause +(\d+) s$/gm)].reduce(
        (sum, [, one]) => sum + Number(one),
        0,
      );
      expect(waited).toBe(wait * 60);
    }
  });

  test("not at all where the owner pays for the minutes", async () => {
    const { everything } = await aNight({
      roadmap: PAIR,
      policy: { ...AT_ONCE, wait: 5 },
      required,
      private: true,
    });
    expect(everything).not.toContain("pause");
  });

  test("and no longer once somebody says stop", async () => {
    const { everything } = await aNight({
      roadmap: roadmapOf("M1"),
      policy: { wait: 30 },
      required,
      ci: () => "pending",
      during: { 2: (human) => human.says("stop, please") },
      cycles: 1,
    });
    expect(everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      pause     30 s
      pause     30 s
      human     says stop
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
    `);
  });
});
