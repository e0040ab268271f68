/** What every forge promises of trains: rows of pull requests that are restacked, and land, together. Stands up no forge. */

import { expect, test } from "vitest";
import type { Decision } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import { type ARig, aRow, carOf, DONE, landingOf, published, rowIn, STALE, statesIn } from "./forge-rig.ts";

const THIRD = "daybreak/m/M3/1";

export function trains(aRig: ARig): void {
  test("restacks several one behind the other, and all of them or none", async () => {
    const { rig, seat } = await aRig();
    const [one, other, third] = [
      await published(seat),
      await published(seat, "M2"),
      await published(seat, "M3"),
    ];
    const { landing } = await seat.observe();
    const stage: Decision = { do: "stage", onto: one.head, cars: [carOf(other), carOf(third)] };
    expect(await seat.enact(stage)).toEqual(DONE);
    const seen = await seat.observe();
    expect(rowIn(seen)).toEqual(["M1", "M2", "M3"]);
    expect(landing.sha).toBe(one.base);
    const [, second, last] = seen.pulls;
    if (!second || !last) throw new Error("there are three pull requests");
    await rig.human.pushesTo(THIRD, { "theirs.txt": "theirs\n" });
    const again = [carOf({ ...other, head: second.head }, 1), carOf({ ...third, head: last.head }, 1)];
    expect(await seat.enact({ do: "stage", onto: one.head, cars: again })).toEqual(STALE);
    expect((await seat.observe()).pulls.find(({ number }) => number === other.pull)?.head).toBe(second.head);
  });

  test("leaves out whoever conflicts with those before him, and says so", async () => {
    const { seat } = await aRig();
    const same = (id: string) => ({ "src/shared.js": `made by ${id}\n` });
    const one = await published(seat, "M1", same("M1"));
    const other = await published(seat, "M2", same("M2"));
    const third = await published(seat, "M3");
    await seat.observe();
    const stage: Decision = { do: "stage", onto: one.head, cars: [carOf(other), carOf(third)] };
    expect(await seat.enact(stage)).toEqual(DONE);
    const seen = await seat.observe();
    expect(rowIn(seen)).toEqual(["M1", "M3"]);
    expect(seen.pulls.find(({ number }) => number === other.pull)?.head).toBe(other.head);
    expect(linesOf(seen.journal, "staged")).toMatchObject([
      { slug: "M2", base: one.head, head: other.head, conflicts: ["src/shared.js"] },
      { slug: "M3", base: one.head, conflicts: [] },
    ]);
  });

  test("lands a whole row at once, and calls each of its pull requests merged", async () => {
    const { rig, seat } = await aRig();
    const row = await aRow(seat);
    expect(await seat.enact(landingOf(row))).toEqual(DONE);
    const seen = await seat.observe();
    expect(seen.landing.sha).toBe(row.at(-1)?.head);
    expect(statesIn(seen)).toEqual(["M1/1 landed", "M2/1 landed"]);
    expect((await rig.stands()).pulls).toEqual(
      ["#1 closed", "#2 closed"].map((one) => one.replace("closed", rig.merged)),
    );
    expect(linesOf(seen.journal, "landed").map(({ commit }) => commit)).toEqual(row.map(({ head }) => head));
  });

  test("merges the last of a row where the rules demand a pull request, with exactly the tested tree", async () => {
    const { rig, seat } = await aRig({ rules: { pullRequest: true } });
    const row = await aRow(seat);
    const seen = await seat.observe();
    expect(seen.rules).toMatchObject({
      pullRequest: true,
      approvals: 0,
      methods: ["merge", "squash", "rebase"],
    });
    expect(await seat.enact(landingOf(row)), "a push is refused").toEqual(STALE);
    const landing = landingOf(row, "merge");
    expect([await seat.enact(landing), await seat.enact(landing)]).toEqual([DONE, DONE]);
    const after = await seat.observe();
    expect(after.landing.sha).not.toBe(row.at(-1)?.head);
    expect(await seat.treeWith(after.landing.sha, {})).toBe(
      await seat.treeWith(row.at(-1)?.head ?? after.landing.sha, {}),
    );
    expect(statesIn(after)).toEqual(["M1/1 landed", "M2/1 landed"]);
    expect(linesOf(after.journal, "landed")).toMatchObject(
      row.map(({ head }) => ({ commit: head, astray: null })),
    );
    expect((await rig.stands()).main).toBe(after.landing.sha);
  });

  test("squashes where merge commits are not allowed, and remembers what the commit is called", async () => {
    const { seat } = await aRig({ rules: { pullRequest: true, linear: true } });
    const [one] = await aRow(seat);
    if (!one) throw new Error("there is no row");
    expect((await seat.observe()).rules).toMatchObject({ linear: true });
    expect(await seat.enact(landingOf([one], "merge"))).toEqual(STALE);
    await seat.observe();
    expect(await seat.enact(landingOf([one], "squash"))).toEqual(DONE);
    const after = await seat.observe();
    expect(linesOf(after.journal, "landed")).toMatchObject([{ commit: after.landing.sha, astray: null }]);
    expect(statesIn(after)).toEqual(["M1/1 landed", "M2/1 open"]);
  });

  test("lands in the one way that the settings allow, and in no other", async () => {
    const { seat } = await aRig({ rules: { pullRequest: true, methods: ["rebase"] } });
    const one = await published(seat);
    expect((await seat.observe()).rules.methods).toEqual(["rebase"]);
    for (const by of ["merge", "squash"] as const) {
      expect(await seat.enact(landingOf([one], by)), by).toEqual(STALE);
      expect((await seat.observe()).landing.sha).toBe(one.base);
    }
    expect(await seat.enact(landingOf([one], "rebase"))).toEqual(DONE);
    const { landing, journal } = await seat.observe();
    expect(await seat.treeWith(landing.sha, {})).toBe(await seat.treeWith(one.head, {}));
    expect(linesOf(journal, "landed")).toMatchObject([{ commit: landing.sha, astray: null }]);
  });

  test.for([
    ["somebody else's review", { pullRequest: true, approvals: 1 }],
    ["a merge queue", { mergeQueue: true }],
  ] as const)("sees that the rules demand %s, and lands nothing by itself", async ([, rules]) => {
    const { rig, seat } = await aRig({ rules });
    const one = await published(seat);
    expect((await seat.observe()).rules).toMatchObject(rules);
    for (const by of ["push", "merge"] as const)
      expect(await seat.enact(landingOf([one], by)), by).toEqual(STALE);
    expect((await rig.stands()).main).toBe(one.base);
  });
}
