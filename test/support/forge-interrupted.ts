/** What every forge promises of attempts that were cut off: their change and their notes are there for the next. Stands up no forge. */

import { expect, test } from "vitest";
import { linesOf } from "#core/journal.ts";
import { type ARig, claimed, DONE, STALE, statesIn } from "./forge-rig.ts";
import { COST } from "./worlds.ts";

const CUT_OFF = { as: "interrupted" as const, because: ["its job was told to stop"] };

export function interruptions(aRig: ARig): void {
  test("keeps the change of an interrupted attempt on its branch, without a pull request, and its notes", async () => {
    const { rig, seat } = await aRig();
    const publish = await claimed(seat);
    const notes = { "state.md": "Phase: execute\n", "plan.md": "1. write it\n" };
    expect(await seat.enact({ ...publish, ...CUT_OFF, notes })).toEqual(DONE);
    const seen = await seat.observe();
    expect(statesIn(seen)).toEqual(["M1/1 interrupted"]);
    expect(seen.refs).toMatchObject([
      { tree: publish.tree, parents: [publish.base], trailers: { ceiling: null } },
    ]);
    expect(linesOf(seen.journal, "published")).toMatchObject([
      { as: "interrupted", spend: COST, seconds: 60 },
    ]);
    const { slug } = publish;
    expect(await seat.notesOf({ slug, attempt: 1 })).toEqual(notes);
    expect(await seat.notesOf({ slug, attempt: 2 })).toEqual({});
    expect((await rig.stands()).pulls).toEqual([]);
  });

  test("leaves the claim where it is when an interrupted attempt left no change that may be kept", async () => {
    const { seat } = await aRig();
    const publish = await claimed(seat);
    expect(await seat.enact({ ...publish, ...CUT_OFF, tree: null })).toEqual(DONE);
    const seen = await seat.observe();
    expect(statesIn(seen)).toEqual(["M1/1 interrupted"]);
    expect(seen.refs[0]?.trailers?.ceiling).toBe(2.5);
  });

  test("keeps nothing of an attempt whose branch somebody else has moved", async () => {
    const { rig, seat } = await aRig();
    const publish = await claimed(seat);
    await rig.human.pushesTo("daybreak/m/M1/1", { "theirs.txt": "theirs\n" });
    expect(await seat.enact({ ...publish, ...CUT_OFF })).toEqual(STALE);
    expect(linesOf((await seat.observe()).journal, "published")).toEqual([]);
  });
}
