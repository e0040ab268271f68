/** `land: next`, and its owner says no: to all of it, or to one milestone. */

import { describe, expect, test } from "vitest";
import { aNight, type NightOptions } from "./support/night.ts";
import { roadmapOf } from "./support/worlds.ts";

const TWO = roadmapOf("M1 after nothing", "M2 after nothing");
const THREE = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
const policy = { land: "next", parallel: 4, budget: { night: 100 } };

const night = async (roadmap: string, more: Partial<NightOptions> = {}) =>
  await aNight({ roadmap, ...more, policy: { ...policy, ...more.policy } });

describe("the owner says no", () => {
  test("closes it: one question, and nothing lands or starts until he answers", async () => {
    const first = await night(THREE, { policy: { milestones: 2 } });
    first.human.closesPromotion();
    const then = await first.goOn(24 * 60);
    expect(then.story).toMatchInlineSnapshot(
      `"block     promotion (#3 was closed and not merged, so nothing lands on daybreak/next any more)"`,
    );
    expect((await then.goOn(10)).everything).toBe("");
    then.human.reopensPromotion();
    expect((await then.goOn(10)).story).toMatchInlineSnapshot(`
      "unblock   #5 (#3 is open again)
      promote   #3 says what it holds now"
    `);
  });

  test("closes it, and then the question: a new one is opened", async () => {
    const first = await night(TWO);
    first.human.closesPromotion();
    const then = await first.goOn(10);
    then.human.closes(then.world.blockers[0]?.issue ?? 0);
    expect((await then.goOn(10)).story).toMatchInlineSnapshot(`"promote   in a new pull request"`);
    expect(then.world.promotions.map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  test("deletes the branch: it begins again, and every milestone from its own commit", async () => {
    const first = await night(TWO);
    first.human.deletesNext();
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "drop      M1 attempt 1 (daybreak/next was deleted)
      drop      M2 attempt 1 (daybreak/next was deleted)
      renew     to main-1 (there is none; begins at main)
      assign    M1 attempt 2
      assign    M2 attempt 2
      publish   M1 attempt 2 as pull
      publish   M2 attempt 2 as pull
      stage     M2 #6 onto M1-2
      land      M1 #5 at M1-2
      land      M2 #6 at M2-2'
      promote   in a new pull request"
    `);
  });

  test("drops one by its box: the rest is tested again before the branch moves, and he is asked what to change", async () => {
    const first = await night(THREE);
    first.human.ticks("M2");
    const then = await first.goOn(10);
    expect(then.story).toMatchInlineSnapshot(`
      "drop      M2 attempt 1 (#4 says to drop it)
      rebuild   up to M3-1''
      renew     to M3-1'' (M2 was dropped; all of it was tested again)
      promote   #4 says what it holds now
      block     M2 (#4 says to drop it)
      promote   #4 says what it holds now"
    `);
    expect(then.courts).toEqual(["M1 position", "M3 position"]);
    const files = Object.keys(then.world.git.filesOf(then.world.landing));
    expect(files).toEqual(expect.arrayContaining(["src/M1.js", "src/M3.js"]));
    expect(files).not.toContain("src/M2.js");
    then.human.closes(then.world.blockers.find(({ key }) => key === "M2")?.issue ?? 0);
    expect((await then.goOn(10)).story).toMatchInlineSnapshot(`
      "assign    M2 attempt 2
      publish   M2 attempt 2 as pull
      land      M2 #7 at M2-2
      promote   #4 says what it holds now"
    `);
  });

  test("what depends on a dropped milestone goes with it, and says so", async () => {
    const first = await night(roadmapOf("M1 after nothing", "M2 after M1", "M3 after nothing"));
    first.human.ticks("M1");
    expect((await first.goOn(10, "tick")).story).toMatchInlineSnapshot(`
      "drop      M1 attempt 1 (#3 says to drop it)
      drop      M2 attempt 1 (it depends on M1, which is dropped)
      rebuild   up to M3-1
      renew     to M3-1 (M1, M2 were dropped; all of it was tested again)
      promote   #3 says what it holds now
      block     M1 (#3 says to drop it)
      promote   #3 says what it holds now"
    `);
  });

  test("a box of something else drops nothing", async () => {
    const first = await night(TWO);
    const [pull] = first.world.promotions;
    if (pull) pull.body = `${pull.body}\n- [x] drop everything <!-- daybreak:drop M9/1 -->`;
    expect((await first.goOn(10, "tick")).story).not.toContain("drop ");
    expect(first.world.landing).toBe("M2-1'");
  });
});
