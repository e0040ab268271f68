/** `land: next`: milestones gather on a branch of their own, and one pull request asks for all of them. */

import { describe, expect, test } from "vitest";
import { aNight, type NightOptions } from "./support/night.ts";
import { buildsInTheSharedFile, byPart, roadmapOf } from "./support/worlds.ts";

const TWO = roadmapOf("M1 after nothing", "M2 after nothing");
const THREE = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
const policy = { land: "next", parallel: 4, budget: { night: 100 } };

const night = async (roadmap: string, more: Partial<NightOptions> = {}) =>
  await aNight({ roadmap, ...more, policy: { ...policy, ...more.policy } });

test("the first night founds the branch, lands on it, and opens one pull request", async () => {
  const { story, world } = await night(TWO);
  expect(story).toMatchInlineSnapshot(`
    "renew     to main-1 (there is none; begins at main)
    assign    M1 attempt 1
    assign    M2 attempt 1
    publish   M1 attempt 1 as pull
    publish   M2 attempt 1 as pull
    stage     M2 #2 onto M1-1
    land      M1 #1 at M1-1
    land      M2 #2 at M2-1'
    promote   in a new pull request"
  `);
  expect(world.main).toBe("main-1");
  expect(world.promotions).toHaveLength(1);
});

describe("the owner brings it to the default branch", () => {
  test.each(["merge", "squash", "rebase"] as const)(
    "by %s: the branch follows, and nothing is built again",
    async (way) => {
      const first = await night(TWO);
      first.human.promotes(way);
      const then = await first.goOn(10);
      expect(then.story).toBe(
        `renew     to ${{ merge: "main-me", squash: "main-sq", rebase: "M2-1-re" }[way]} (main has moved)`,
      );
      expect(then.world.landing).toBe(then.world.main);
      expect((await then.goOn(10)).everything).toBe("");
    },
  );

  test("squashes an older state while the branch went on: the rest is put on top, tested, and moved", async () => {
    const first = await night(THREE);
    first.human.promotes("squash", "M2-1'");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to M3-1''
      renew     to M3-1'' (main has moved; all of it was tested again)
      promote   in a new pull request"
    `);
    expect(then.courts).toEqual(["M3 position"]);
    expect(Object.keys(then.world.git.filesOf(then.world.landing))).toEqual(
      expect.arrayContaining(["src/M1.js", "src/M3.js"]),
    );
  });
});

describe("the owner pushes to the default branch", () => {
  test("without a conflict: all of it is put on top, tested, and moved", async () => {
    const first = await night(TWO);
    first.human.commits("src/other.js", "by hand");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to M2-1''
      renew     to M2-1'' (main has moved; all of it was tested again)
      promote   #3 says what it holds now"
    `);
    expect(then.courts).toEqual(["M1 position", "M2 position"]);
    expect(then.world.git.filesOf(then.world.landing)).toMatchObject({
      "src/other.js": "by hand",
      "src/M2.js": "part M2",
    });
    expect((await then.goOn(10)).everything).toBe("");
  });

  test("with a conflict: that milestone starts again from its own commit, the others stay", async () => {
    const first = await night(TWO, { engine: byPart({ "M1 attempt 1": buildsInTheSharedFile }) });
    first.human.commits("src/base.js", "rounds to cents, always");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "drop      M1 attempt 1 (conflicts with main in src/base.js)
      rebuild   up to M2-1''
      renew     to M2-1'' (main has moved; all of it was tested again)
      promote   #3 says what it holds now
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #5 at M1-2
      promote   #3 says what it holds now"
    `);
  });

  test("what is red on top of it is taken off, and starts again; the others stay", async () => {
    const first = await night(TWO);
    first.human.commits("test/strict.test.js", "src/M1.js never says part M1");
    const then = await first.goOn(10, "tick");
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to M2-1''
      drop      M1 attempt 1 (red on top of main: \`npm test\` exited 1)
      rebuild   up to M2-1'''
      renew     to M2-1''' (main has moved; all of it was tested again)
      promote   #3 says what it holds now
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull (\`npm test\` exited 1)
      reject    M1 #5 (verify: \`npm test\` exited 1)
      promote   #3 says what it holds now
      assign    M1 attempt 3
      publish   M1 attempt 3 as pull (\`npm test\` exited 1)
      reject    M1 #6 (verify: \`npm test\` exited 1)
      block     M1 (gave up after 2 attempts)
      promote   #3 says what it holds now"
    `);
    expect(Object.keys(then.world.git.filesOf(then.world.landing))).not.toContain("src/M1.js");
  });

  test("a default branch that is red by itself is one question, and nothing moves until it has", async () => {
    const first = await night(TWO);
    first.human.commits("test/broken.test.js", "src/base.js says what it does not");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to M2-1''
      block     next (daybreak/next at M2-1' cannot be put on main at main-2: the base is red: \`npm test\` exited 1 on base)"
    `);
    expect((await then.goOn(10)).everything).toBe("");
    then.human.commits("test/broken.test.js", "src/base.js says rounds");
    expect((await then.goOn(10)).story).toMatchInlineSnapshot(`
      "rebuild   up to M2-1'''
      unblock   #5 (the branches have moved)
      renew     to M2-1''' (main has moved; all of it was tested again)
      promote   #3 says what it holds now"
    `);
  });

  test("between the test and the move: nothing untested is moved to", async () => {
    const first = await night(TWO);
    first.human.commits("src/other.js", "by hand");
    const before = { renew: (human: (typeof first)["human"]) => human.commits("src/more.js", "by hand") };
    const then = await first.goOn(10, "schedule", undefined, before);
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to M2-1''
      human     commits src/more.js
      renew     to M2-1'' (main has moved; all of it was tested again)
      rebuild   up to M2-1'''
      renew     to M2-1''' (main has moved; all of it was tested again)
      promote   #3 says what it holds now"
    `);
    expect(then.courts).toHaveLength(4);
  });
});

describe("across nights", () => {
  test("one pull request holds all of them, edited in place and only when there is something to say", async () => {
    const first = await night(THREE, { policy: { milestones: 2 } });
    const then = await first.goOn(24 * 60);
    expect(then.world.promotions).toHaveLength(1);
    expect(then.world.promotions[0]?.body).toContain("drop **M3: Part 3**");
    await then.goOn(24 * 60);
    const writes = then.world.writes.length;
    expect((await then.goOn(24 * 60)).everything).toBe("");
    expect(then.world.writes).toHaveLength(writes);
  });

  test("what waits in it is review that waits for its owner: past the policy's minutes nothing new starts", async () => {
    const first = await night(THREE, { policy: { milestones: 2, "review-minutes": 9 } });
    const then = await first.goOn(24 * 60);
    expect(then.story).toBe("");
    expect(then.morning).toMatchObject({ reviewMinutes: 10 });
    then.human.promotes("merge");
    expect((await then.goOn(10)).story).toMatchInlineSnapshot(`
      "renew     to main-me (main has moved)
      assign    M3 attempt 1
      publish   M3 attempt 1 as pull
      land      M3 #5 at M3-1
      promote   in a new pull request"
    `);
  });

  test("the owner's own commits on it are kept, and tested with the milestone below", async () => {
    const first = await night(TWO);
    first.human.commitsToNext("src/mine.js", "mine");
    first.human.commits("src/other.js", "by hand");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "rebuild   up to own'
      renew     to own' (main has moved; all of it was tested again)
      promote   #3 says what it holds now"
    `);
    expect(then.world.git.filesOf(then.world.landing)).toMatchObject({
      "src/mine.js": "mine",
      "src/other.js": "by hand",
    });
  });

  test("stop holds the branch as well", async () => {
    const first = await night(TWO);
    first.human.says("stop, please");
    first.human.commits("src/other.js", "by hand");
    await first.goOn(10);
    expect(first.world.landing).toBe("M2-1'");
  });

  test("a box that is ticked while its pull request is edited stays ticked", async () => {
    const first = await night(THREE, { policy: { milestones: 2 } });
    const before = { promote: (human: (typeof first)["human"]) => human.ticks("M1") };
    const then = await first.goOn(24 * 60, "schedule", undefined, before);
    expect(then.story).toMatchInlineSnapshot(`
      "assign    M3 attempt 1
      publish   M3 attempt 1 as pull
      land      M3 #5 at M3-1
      human     ticks drop M1
      stale     #3 was edited
      drop      M1 attempt 1 (#3 says to drop it)
      rebuild   up to M3-1'
      renew     to M3-1' (M1 was dropped; all of it was tested again)
      promote   #3 says what it holds now
      block     M1 (#3 says to drop it)
      promote   #3 says what it holds now"
    `);
  });

  test("a rule that lets nobody create the branch is asked about once, and nothing is paid for", async () => {
    const refuses: NightOptions["refuses"] = { pulls: null, landing: "a rule protects it" };
    const first = await night(TWO, { refuses });
    expect(first.story).toMatchInlineSnapshot(`
      "stale     a rule protects it
      stale     a rule protects it
      stale     a rule protects it
      failure   PUSH_REFUSED
      block     pushing (daybreak/next cannot be begun: renew to main-1 (there is none; begins at main): a rule protects it)"
    `);
    expect(first.morning.blocked).toMatchObject([{ ask: expect.stringMatching(/allow the token to push/) }]);
    expect((await first.goOn(10)).story).toBe("");
    refuses.landing = null;
    first.human.closes(first.morning.blocked[0]?.issue ?? 0);
    expect((await first.goOn(10)).morning.landed).toHaveLength(2);
  });

  test("a host that refuses pull requests is asked about once", async () => {
    const first = await night(TWO, { before: { promote: (human) => human.forbidsPulls("not permitted") } });
    expect(first.morning.blocked).toMatchObject([{ because: expect.stringContaining("not permitted") }]);
    expect((await first.goOn(10)).story).toBe("");
  });
});
