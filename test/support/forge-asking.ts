/** What every forge promises when it asks the owner, tells him something, or is told to stop. Stands up neither. */

import { expect, test } from "vitest";
import { type Decision, subjectOf } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import { morningOf } from "#core/report.ts";
import { dashboardBody } from "#prose/morning.ts";
import { type ARig, assigning, DONE, landingOf, published, STALE } from "./forge-rig.ts";
import { COST } from "./worlds.ts";

export const QUESTION = {
  do: "block",
  milestone: null,
  key: "model",
  because: "it says 401",
  ask: "Why?",
} as const;

export function askingAndTelling(aRig: ARig): void {
  questions(aRig);
  reports(aRig);
  stops(aRig);
  permissions(aRig);
}

function questions(aRig: ARig): void {
  test("asks once while a question is open, whoever asks, and again after it was closed", async () => {
    const { rig, seat: one } = await aRig();
    const other = await rig.cycle(2);
    await one.observe();
    await other.observe();
    for (const seat of [one, other, one]) expect(await seat.enact(QUESTION)).toEqual(DONE);
    const { do: _, ...asked } = QUESTION;
    expect((await one.observe()).blockers).toEqual([{ issue: 1, open: true, ...asked }]);
    expect(linesOf((await one.observe()).journal, "blocked")).toMatchObject([{ issue: 1 }, { issue: 1 }]);
    await rig.human.closes(1);
    await one.observe();
    expect(await one.enact(QUESTION)).toEqual(DONE);
    expect((await rig.stands()).issues).toEqual(["#1 closed", "#2 open"]);
    expect((await one.observe()).blockers.map(({ issue, open }) => [issue, open])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test("closes a question that has answered itself", async () => {
    const { seat } = await aRig();
    await seat.observe();
    await seat.enact(QUESTION);
    await seat.observe();
    const unblock: Decision = { do: "unblock", milestone: null, issue: 1, because: "it answers again" };
    expect([await seat.enact(unblock), await seat.enact(unblock)]).toEqual([DONE, DONE]);
    expect((await seat.observe()).blockers).toMatchObject([{ issue: 1, open: false }]);
  });
}

function reports(aRig: ARig): void {
  test("writes one dashboard, edits it in place, and leaves an unchanged one alone", async () => {
    const { rig, seat } = await aRig();
    const body = dashboardBody(morningOf(await seat.observe()));
    const report: Decision = { do: "report", dashboard: body, files: {}, close: [] };
    expect(await seat.enact(report)).toEqual(DONE);
    const { writes } = await rig.stands();
    await seat.observe();
    expect(await seat.enact(report)).toEqual(DONE);
    expect((await rig.stands()).writes).toBe(writes);
    const longer = `Good morning.\n\n${body}`;
    expect(await seat.enact({ ...report, dashboard: longer })).toEqual(DONE);
    expect((await seat.observe()).reported.dashboard).toEqual({ issue: 1, body: longer });
    expect((await rig.stands()).issues).toEqual(["#1 open"]);
  });

  test("keeps what was written for people, and closes a night once", async () => {
    const { seat } = await aRig();
    const { night } = await seat.observe();
    const files = { "STATE.md": "# State\n" };
    const report: Decision = { do: "report", dashboard: null, files, close: [night.name] };
    expect([await seat.enact(report), await seat.enact(report)]).toEqual([DONE, DONE]);
    const seen = await seat.observe();
    expect(seen.reported).toEqual({ dashboard: null, files });
    expect(linesOf(seen.journal, "closed")).toMatchObject([{ night: night.name }]);
  });
}

function stops(aRig: ARig): void {
  test("refuses every effect once somebody says stop, and goes on telling", async () => {
    const { rig, seat } = await aRig();
    const { base, ...subject } = await published(seat);
    const { milestone, head } = subject;
    const aboutIt = subjectOf(subject);
    const seen = await seat.observe();
    await rig.human.saysStop();
    const { writes } = await rig.stands();
    const effects: Decision[] = [
      assigning(seen, "M2"),
      { do: "open", ...subject },
      { do: "stage", onto: base, cars: [{ ...subject, again: 1 }] },
      { do: "attest", milestone, head, green: false, because: "red" },
      landingOf([{ ...subject, base }]),
      { do: "reject", ...subject, counted: true, because: ["it shouts"] },
      { do: "continue", night: seen.night.name, workflow: "daybreak.yml" },
    ];
    for (const effect of effects) expect(await seat.enact(effect), effect.do).toEqual(STALE);
    expect((await rig.stands()).writes).toBe(writes);
    const { stop } = await seat.observe();
    expect(stop).toMatch(/./);
    expect(await seat.enact(assigning(seen, "M2"))).toEqual({ outcome: "stale", because: stop });
    expect(await seat.enact(QUESTION)).toEqual(DONE);
    const booked: Decision = { do: "book", opinions: [{ ...aboutIt, head, spend: COST }] };
    expect([await seat.enact(booked), await seat.enact(booked)]).toEqual([DONE, DONE]);
    expect(linesOf((await seat.observe()).journal, "opined")).toMatchObject([{ head, spend: COST }]);
    const files = { "STATE.md": "# Stopped\n" };
    expect(await seat.enact({ do: "report", dashboard: null, files, close: [] })).toEqual(DONE);
    expect((await seat.observe()).reported.files).toEqual(files);
  });
}

function permissions(aRig: ARig): void {
  test.for([
    ["may be opened", { allowed: true }],
    ["are refused", { allowed: false, because: expect.stringMatching(/./) }],
  ] as const)("knows without opening one that pull requests %s", async ([, proof]) => {
    const { rig, seat } = await aRig({ refusesPulls: !proof.allowed });
    await seat.observe();
    expect(await seat.provePublishing()).toEqual(proof);
    expect(await rig.stands()).toMatchObject({ pulls: [], writes: 0 });
  });
}
