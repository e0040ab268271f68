/** What every forge promises of `daybreak/next`: how it is founded, moved and promoted. Stands up no forge. */

import { expect, test } from "vitest";
import type { Decision } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import { MilestoneId } from "#core/milestone.ts";
import { founding, nextShould, pausedBy, rebuilding } from "#core/next.ts";
import type { Observation, Promotion } from "#core/observation.ts";
import { setStatus } from "#core/roadmap.ts";
import { promotionOn } from "#jobs/promotion.ts";
import {
  type ARig,
  carOf,
  DONE,
  FILES,
  landingOf,
  published,
  type Seat,
  STALE,
  statesIn,
} from "./forge-rig.ts";
import { ROADMAP } from "./memory-world.ts";

const LAND_NEXT = { land: "next" } as const;
const NEXT = "daybreak/next";
const OTHER = { "theirs.txt": "theirs\n" };

export function rolling(aRig: ARig): void {
  test("founds the rolling branch at the default branch, once, and over nobody's", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    const seen = await seat.observe();
    expect(seen).toMatchObject({
      landing: { branch: NEXT },
      promotion: { next: null, holds: false, pull: null },
    });
    const [found] = founding(seen, true);
    expect(founding(seen, false)).toEqual([]);
    expect([await act(seat, found), await act(seat, found)]).toEqual([DONE, DONE]);
    const after = await seat.observe();
    expect(after.promotion).toMatchObject({
      next: seen.landing.sha,
      holds: true,
      unpromoted: [],
      rebuilt: null,
    });
    await rig.human.pushesTo(NEXT, OTHER);
    await seat.observe();
    expect(await act(seat, found)).toEqual(STALE);
  });

  test.for(["merge", "squash", "rebase"] as const)(
    "follows the default branch after a promotion by %s, and calls everything done",
    async (way) => {
      const { rig, seat } = await aRig(LAND_NEXT);
      await aNextOfTwo(seat);
      await promoted(seat);
      await rig.human.promotes(way);
      const seen = await seat.observe();
      expect(promotionIn(seen)).toMatchObject({ promoted: ["M1", "M2"], rebuilt: { chain: [], left: [] } });
      for (const decision of founding(seen, false)) expect(await seat.enact(decision)).toEqual(DONE);
      const after = await seat.observe();
      expect(after.landing.sha).toBe((await rig.stands()).main);
      expect(promotionIn(after)).toMatchObject({ holds: true, unpromoted: [], rebuilt: null });
      expect(statesIn(after)).toEqual(["M1/1 landed", "M2/1 landed"]);
    },
  );

  test("puts what went on after a squash on top of it, and moves by lease to exactly that", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    const [one] = await aNextOfTwo(seat);
    await rig.human.promotes("squash", one?.head);
    const seen = await seat.observe();
    const { chain } = rebuiltIn(seen);
    expect(chain).toMatchObject([{ of: { milestone: "M2" }, parent: (await rig.stands()).main }]);
    const tip = chain.at(-1)?.commit ?? seen.landing.sha;
    for (const decision of rebuilding(seen)) expect(await seat.enact(decision)).toEqual(DONE);
    const staged = await seat.observe();
    expect(promotionIn(staged).staged).toBe(tip);
    expect(staged.landing.sha).toBe(seen.landing.sha);
    const renew = { do: "renew", from: staged.landing.sha, to: tip, because: "so" } as const;
    expect([await seat.enact(renew), await seat.enact(renew)]).toEqual([DONE, DONE]);
    const after = await seat.observe();
    expect(after.landing.sha).toBe(tip);
    expect(promotionIn(after)).toMatchObject({ staged: null, holds: true, rebuilt: null });
    expect(doneIn(after)).toEqual(["M1", "M2"]);
    expect(linesOf(after.journal, "landed").findLast(({ slug }) => slug === "M2")?.commit).toBe(tip);
  });

  test("makes the same commits at every look, and moves nothing that moved meanwhile", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    await aNextOfTwo(seat);
    await rig.human.pushesTo("main", OTHER);
    const seen = await seat.observe();
    const { chain, left } = rebuiltIn(seen);
    expect([chain.map(({ of }) => of?.milestone), left]).toEqual([["M1", "M2"], []]);
    expect(rebuiltIn(await (await rig.cycle(2)).observe()).chain).toEqual(chain);
    const tip = chain.at(-1)?.commit ?? seen.landing.sha;
    await rig.human.pushesTo(NEXT, { "mine.txt": "mine\n" });
    await seat.observe();
    const renew = { do: "renew", from: seen.landing.sha, to: tip, because: "so" } as const;
    expect(await seat.enact(renew)).toEqual(STALE);
    const after = rebuiltIn(await seat.observe());
    expect(after.chain.map(({ of }) => of?.milestone ?? "theirs")).toEqual(["M1", "M2", "theirs"]);
  });

  test("leaves out what conflicts with the default branch, and what was dropped", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    const [one] = await aNextOfTwo(seat);
    await rig.human.pushesTo("main", { "src/M1.js": "made by hand\n" });
    const seen = await seat.observe();
    expect(rebuiltIn(seen)).toMatchObject({
      chain: [{ of: { milestone: "M2" } }],
      left: [{ commit: one?.head, conflicts: ["src/M1.js"] }],
    });
    const drops = rebuilding(seen);
    expect(drops).toMatchObject([{ do: "drop", milestone: "M1", by: "conflict" }]);
    for (const decision of drops) expect(await seat.enact(decision)).toEqual(DONE);
    const after = await seat.observe();
    expect(rebuiltIn(after)).toMatchObject({ chain: [{ of: { milestone: "M2" } }], left: [] });
    expect(nextShould(after)?.keep).toMatchObject([{ of: { milestone: "M2" } }]);
    expect(statesIn(after)).toEqual(["M1/1 rejected", "M2/1 landed"]);
  });

  test("begins again where the branch was deleted, and remembers what had landed there", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    const [one] = await aNextOfTwo(seat);
    await rig.human.deletes(NEXT);
    const seen = await seat.observe();
    expect(promotionIn(seen).next).toBeNull();
    expect(doneIn(seen)).toEqual([]);
    const decisions = founding(seen, false);
    expect(decisions).toMatchObject([
      { milestone: "M1", by: "gone", commit: one?.head },
      { milestone: "M2" },
      { from: null },
    ]);
    for (const decision of decisions) expect(await seat.enact(decision)).toEqual(DONE);
    const after = await seat.observe();
    expect(after.landing.sha).toBe((await rig.stands()).main);
    expect(statesIn(after)).toEqual(["M1/1 rejected", "M2/1 rejected"]);
  });

  test("keeps one promotion, edits it in place, and never over a box that was ticked meanwhile", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    await aNextOfTwo(seat);
    const number = await promoted(seat);
    const seen = await seat.observe();
    expect(promotionOn(seen)).toEqual([]);
    const body = promotionIn(seen).pull?.body ?? "";
    await rig.human.ticks(number, "M2");
    const edit: Decision = { do: "promote", pull: number, seen: body, body: `${body}\n` };
    expect(await seat.enact(edit)).toEqual(STALE);
    const after = await seat.observe();
    expect(promotionIn(after).pull?.ticked).toEqual([{ slug: "M2", attempt: 1 }]);
    expect(rebuilding(after)).toMatchObject([{ do: "drop", milestone: "M2", by: "owner" }]);
    const again: Decision = { ...edit, seen: promotionIn(after).pull?.body ?? "" };
    expect([await seat.enact(again), await seat.enact(again)]).toEqual([DONE, DONE]);
    expect(promotionIn(await seat.observe()).pull).toMatchObject({ number, body: `${body}\n`, ticked: [] });
  });

  test("takes a closed promotion for a no", async () => {
    const { rig, seat } = await aRig(LAND_NEXT);
    await aNextOfTwo(seat);
    const number = await promoted(seat);
    await rig.human.closes(number);
    const seen = await seat.observe();
    expect(pausedBy(seen)?.number).toBe(number);
    expect(promotionOn(seen)).toEqual([]);
  });

  test("is told no where pull requests are refused", async () => {
    const { seat } = await aRig({ ...LAND_NEXT, refusesPulls: true });
    await seat.observe();
    expect(await seat.enact({ do: "promote", pull: null, seen: "", body: "so" })).toEqual(STALE);
    expect(await seat.provePublishing()).toMatchObject({ allowed: false });
  });
}

async function act(seat: Seat, decision: Decision | undefined) {
  if (!decision) throw new Error("nothing was decided");
  return await seat.enact(decision);
}

/** M1 and M2 with what is rendered for them, landed on the rolling branch. */
async function aNextOfTwo(seat: Seat) {
  await act(seat, founding(await seat.observe(), true)[0]);
  const one = await published(seat, "M1", { [ROADMAP]: done("M1") });
  const other = await published(seat, "M2", { [ROADMAP]: done("M2") });
  expect(await seat.enact({ do: "stage", onto: one.head, cars: [carOf(other)] })).toEqual(DONE);
  const moved = (await seat.observe()).pulls.find(({ number }) => number === other.pull);
  const row = [one, { ...other, head: moved?.head ?? other.head }];
  expect(await seat.enact(landingOf(row))).toEqual(DONE);
  return row;
}

function done(id: string): string {
  return setStatus(FILES[ROADMAP] ?? "", MilestoneId.parse(id), "done");
}

async function promoted(seat: Seat): Promise<number> {
  const [promote] = promotionOn(await seat.observe());
  expect([await act(seat, promote), await act(seat, promote)]).toEqual([DONE, DONE]);
  return promotionIn(await seat.observe()).pull?.number ?? 0;
}

function promotionIn({ promotion }: Observation): Promotion {
  if (promotion === null) throw new Error("there is no rolling branch");
  return promotion;
}

function rebuiltIn(observation: Observation): NonNullable<Promotion["rebuilt"]> {
  const { rebuilt } = promotionIn(observation);
  if (rebuilt === null) throw new Error("nothing is rebuilt");
  return rebuilt;
}

function doneIn({ roadmap }: Observation): string[] {
  return roadmap.milestones.filter(({ status }) => status === "done").map(({ id }) => id);
}
