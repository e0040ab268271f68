/** What every forge promises of the hours after a landing: what is seen of it, asked, and taken back. Stands up no forge. */

import { expect, test } from "vitest";
import type { DecisionOf } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import { suspectsOf, wordOf } from "#core/watch.ts";
import { type ARig, aRow, DONE, landingOf, published, type Seat, STALE, statesIn } from "./forge-rig.ts";
import type { Files } from "./memory-git.ts";

/** A row of two that has landed, and its second one. */
async function aLanding(seat: Seat) {
  const row = await aRow(seat);
  expect(await seat.enact(landingOf(row))).toEqual(DONE);
  const [one, other] = row;
  if (!one || !other) throw new Error("there is no row");
  return { one, other, seen: await seat.observe() };
}

type Landed = Awaited<ReturnType<typeof aLanding>>["one"];

function unmaking(
  { base: _, pull: __, head, ...subject }: Landed,
  onto: Landed["head"],
): DecisionOf<"unmake"> {
  return { do: "unmake", ...subject, commit: head, onto, pull: false };
}

export function sentinel(aRig: ARig): void {
  test("sees what the branch's own workflow says of its tip, and while that is red of what is below", async () => {
    const { rig, seat } = await aRig();
    await rig.ran((await seat.observe()).landing.sha, "success");
    expect((await seat.observe()).trail, "nothing of ours stands there").toEqual([]);
    const { one, other, seen } = await aLanding(seat);
    expect(seen.trail).toMatchObject([{ commit: other.head, checks: [] }]);
    await rig.ran(other.head, "failure");
    const { trail, ...rest } = await seat.observe();
    expect(trail.map(({ commit }) => commit)).toEqual([other.head, one.head, one.base]);
    expect(trail.map(wordOf)).toEqual(["red", "silent", "green"]);
    expect(trail[0]?.checks).toEqual([{ name: "ci.yml", workflow: true, conclusion: "failure" }]);
    expect(suspectsOf({ trail, ...rest }).map(({ line }) => line.milestone)).toEqual(["M1", "M2"]);
    await rig.ran(other.head, "success");
    expect((await seat.observe()).trail).toHaveLength(1);
  });

  test("asks a workflow about a commit, and writes down one that cannot be asked", async () => {
    const { rig, seat } = await aRig();
    const { one } = await aLanding(seat);
    const workflows = ["ci.yml", "none.yml"];
    const watch = { do: "watch", commit: one.head, branch: "daybreak/m/M1/1", workflows } as const;
    expect(await seat.enact({ ...watch, workflows })).toEqual(DONE);
    expect(linesOf((await seat.observe()).journal, "watched")).toMatchObject([
      { commit: one.head, workflows, refused: ["none.yml"] },
    ]);
    expect(await rig.started()).toEqual([`ci.yml on ${one.head}`]);
  });

  test("takes a milestone back: its code, its ✅, and nothing of what landed after it", async () => {
    const { rig, seat } = await aRig();
    const { one, other } = await aLanding(seat);
    const unmake = unmaking(one, other.head);
    expect([await seat.enact(unmake), await seat.enact(unmake)]).toEqual([DONE, DONE]);
    const made = await seat.observe();
    expect(made.landing.sha, "nothing has landed yet").toBe(other.head);
    const [ref] = made.reverts;
    expect(made.reverts).toMatchObject([{ slug: "M1", attempt: 1, parents: [other.head] }]);
    expect(linesOf(made.journal, "unmade")).toMatchObject([
      { head: ref?.sha, base: other.head, conflicts: [] },
    ]);
    if (!ref) throw new Error("there is no such commit");
    const { do: _, onto: base, pull: __, ...subject } = unmake;
    const revert = { do: "revert", ...subject, base, head: ref.sha, because: ["broke ci.yml"] } as const;
    const landing = { ...revert, because: [...revert.because] };
    expect([await seat.enact(landing), await seat.enact(landing)]).toEqual([DONE, DONE]);
    const seen = await seat.observe();
    expect(seen.landing.sha).toBe(ref.sha);
    expect(seen.roadmap.milestones.map(({ status }) => status)).toEqual(["planned", "done", "planned"]);
    expect(ref.tree).toBe(await seat.treeWith(seen.landing.sha, {}));
    const without: Files = { "src/M2.js": "part M2\n" };
    expect(await seat.treeWith(ref.tree, without), "M2 stays as it was").toBe(ref.tree);
    expect(await seat.treeWith(ref.tree, { "src/M1.js": "part M1\n" })).not.toBe(ref.tree);
    expect(statesIn(seen)).toEqual(["M1/1 rejected", "M2/1 landed"]);
    expect((await rig.stands()).main).toBe(ref.sha);
  });

  test("opens it for the checks that the rules demand, once", async () => {
    const { rig, seat } = await aRig();
    const { one, other } = await aLanding(seat);
    const unmake = { ...unmaking(one, other.head), pull: true };
    const before = (await seat.observe()).pulls.length;
    expect([await seat.enact(unmake), await seat.enact(unmake)]).toEqual([DONE, DONE]);
    const seen = await seat.observe();
    expect(seen.reverts).toHaveLength(1);
    expect(seen.pulls, "it is no attempt").toHaveLength(before);
    expect((await rig.stands()).main).toBe(other.head);
  });

  test("says where taking back conflicts with what landed after it, and pushes nothing", async () => {
    const { seat } = await aRig();
    const one = await published(seat, "M1", { "src/shared.js": "made by M1\n" });
    expect(await seat.enact(landingOf([one]))).toEqual(DONE);
    const other = await published(seat, "M2", { "src/shared.js": "made by M2\n" });
    expect(await seat.enact(landingOf([other]))).toEqual(DONE);
    await seat.observe();
    expect(await seat.enact(unmaking(one, other.head))).toEqual(DONE);
    const seen = await seat.observe();
    expect(seen.reverts).toEqual([]);
    expect(linesOf(seen.journal, "unmade")).toMatchObject([{ conflicts: ["src/shared.js"] }]);
  });

  test("lands no revert over somebody's commit, and none that does more than take back", async () => {
    const { rig, seat } = await aRig();
    const { one, other } = await aLanding(seat);
    const unmake = unmaking(one, other.head);
    expect(await seat.enact(unmake)).toEqual(DONE);
    const [made] = (await seat.observe()).reverts;
    if (!made) throw new Error("there is no such commit");
    const { do: _, onto: base, pull: __, ...subject } = unmake;
    const revert = { do: "revert" as const, ...subject, base, because: [] };
    await rig.human.pushesTo("daybreak/revert/M1/1", { "src/backdoor.js": "open\n" });
    const [forged] = (await seat.observe()).reverts;
    expect(await seat.enact({ ...revert, head: forged?.sha ?? base })).toEqual(STALE);
    await rig.human.pushesTo("main", { "src/mended.js": "by hand\n" });
    const { landing } = await seat.observe();
    expect(await seat.enact({ ...revert, head: made.sha })).toEqual(STALE);
    expect((await rig.stands()).main).toBe(landing.sha);
  });

  test("writes down what the court found, once", async () => {
    const { seat } = await aRig();
    const { one } = await aLanding(seat);
    const found = [{ commit: one.head, because: ["`npm test` exited 1"], broken: [] }];
    const examine = { do: "examine", asked: "culprit", found } as const;
    expect([await seat.enact({ ...examine, found }), await seat.enact({ ...examine, found })]).toEqual([
      DONE,
      DONE,
    ]);
    expect(linesOf((await seat.observe()).journal, "examined")).toMatchObject(found);
  });
}
