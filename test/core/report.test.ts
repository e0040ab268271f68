import { describe, expect, test } from "vitest";
import type { JournalLine, NightName } from "#core/journal.ts";
import { MilestoneId } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { isSilent, mayContinue, morningOf, nightsToClose, openNights } from "#core/report.ts";
import {
  assignedOf,
  headOf,
  landedOf,
  milestoneIn,
  NIGHT,
  observationOf,
  publishedOf,
  pullOf,
  refOf,
} from "../support/observations.ts";
import { COST, roadmapOf } from "../support/worlds.ts";

const world = observationOf({
  roadmap: roadmapOf("M1 after nothing", "M2 after M1", "M3 after nothing; mine"),
});
const M1 = milestoneIn(world, "M1");
const closed = (night: NightName = NIGHT): JournalLine => ({
  line: "closed",
  at: world.now,
  night,
  cycle: 7,
});
const earlier = "2026-11-18" as NightName;

describe("a night", () => {
  const begun = { ...world, journal: [assignedOf(M1)] };
  const working = {
    ...begun,
    refs: [{ ...refOf(M1, 1, undefined, 2.5), trailers: { ...trailersOf(), cycle: 101 } }],
  };

  function trailersOf() {
    return { milestone: M1.id, attempt: 1, cycle: 100, spec: M1.spec, ceiling: 2.5 };
  }

  test("is open from its first line to its last, and again if something is decided after that", () => {
    expect(openNights({ journal: [] })).toEqual([]);
    expect(openNights({ journal: [assignedOf(M1)] })).toEqual([NIGHT]);
    expect(openNights({ journal: [assignedOf(M1), closed()] })).toEqual([]);
    expect(openNights({ journal: [assignedOf(M1), closed(), assignedOf(M1, 2)] })).toEqual([NIGHT]);
  });

  test("is closed once nothing is left to do, or its hours have passed, whatever is still at work", () => {
    expect(nightsToClose(working)).toEqual([]);
    expect(nightsToClose(begun)).toEqual([]);
    const asked = { issue: 9, key: "M1", milestone: M1.id, open: true, because: "", ask: "" };
    expect(nightsToClose({ ...begun, blockers: [asked] })).toEqual([NIGHT]);
    expect(nightsToClose({ ...working, now: "2026-11-21T06:00:00.000Z" })).toEqual([NIGHT]);
    const two = { ...working, journal: [{ ...assignedOf(M1), night: earlier }, assignedOf(M1)] };
    expect(nightsToClose(two)).toEqual([earlier]);
  });

  test("goes on by itself only while it is open, not over, not stopped, and for at most 40 cycles", () => {
    const cycles = (count: number) =>
      Array.from({ length: count }, (_, cycle) => ({ ...assignedOf(M1), cycle: cycle + 1 }));
    const night = { ...world.night, over: true };
    expect(mayContinue(begun)).toBe(true);
    expect(mayContinue({ ...begun, journal: cycles(39) })).toBe(true);
    for (const parts of [
      { journal: [] },
      { night },
      { stop: "STOP" },
      { journal: [...begun.journal, closed()] },
      { journal: cycles(40) },
    ])
      expect(mayContinue({ ...begun, ...parts })).toBe(false);
  });
});

describe("the morning", () => {
  const merged = { ...pullOf("M1", 5), state: "merged" as const };
  const found = [{ text: "it works", finding: "proven" as const, how: "`npm test` exited 0" }];
  const journal = [
    assignedOf(M1),
    publishedOf(M1, 1, { findings: found }),
    { ...landedOf(M1, 1, 5), findings: found },
  ];

  test("tells what landed with its proof and its price", () => {
    expect(morningOf({ ...world, pulls: [merged], refs: [refOf(M1)], journal }).landed).toEqual([
      {
        milestone: "M1",
        title: "Part 1",
        commit: "M1-1",
        pull: 5,
        attempt: 1,
        night: NIGHT,
        criteria: found,
        spend: COST,
        pictured: false,
      },
    ]);
  });

  test("still knows what landed when a human closed its pull request or pushed to it since", () => {
    const since = { ...merged, state: "closed" as const, head: headOf("M9") };
    expect(morningOf({ ...world, pulls: [since], journal }).landed).toMatchObject([
      { commit: "M1-1", pull: 5 },
    ]);
  });

  test("knows what landed without any journal", () => {
    expect(morningOf({ ...world, pulls: [merged] }).landed).toMatchObject([
      { commit: "M1-1", night: null, criteria: [] },
    ]);
  });

  test("names one reason for every milestone that is not done", () => {
    const rows = (parts: Partial<Observation>) =>
      morningOf({ ...world, ...parts }).rows.map(
        ({ milestone, stands, because }) => `${milestone} ${stands}: ${because}`,
      );
    expect(rows({})).toEqual([
      "M1 ready: next to start",
      "M2 waiting: waits for M1",
      "M3 not planned: a human is working on it",
    ]);
    expect(rows({ stop: "STOP by hand" })[0]).toBe("M1 ready: stopped: STOP by hand");
    expect(rows({ pulls: [pullOf("M1", 5)] })[0]).toBe("M1 in review: #5");
    expect(rows({ refs: [refOf(M1)] })[0]).toBe("M1 in review: its pull request is being opened");
  });

  test("counts this night's money, and what is set aside for attempts that have not reported", () => {
    const money = [
      { ...assignedOf(M1, 1), night: earlier },
      assignedOf(M1, 2),
      publishedOf(M1, 2),
      assignedOf(M1, 3, 4),
    ];
    expect(morningOf({ ...world, journal: money })).toMatchObject({ spend: COST, reserved: 4 });
  });

  test("is silent only where nothing was decided and nothing is wrong", () => {
    const wrong = {
      file: "ROADMAP.md",
      line: 1,
      column: 1,
      code: "X",
      severity: "error" as const,
      message: "",
      remedy: "",
    };
    const asked = {
      issue: 9,
      key: "M1",
      milestone: MilestoneId.parse("M1"),
      open: false,
      because: "",
      ask: "",
    };
    expect(isSilent(world)).toBe(true);
    expect(isSilent({ ...world, problems: [{ ...wrong, severity: "warning" }] })).toBe(true);
    for (const parts of [
      { journal },
      { problems: [wrong] },
      { blockers: [asked] },
      { policy: { ...world.policy, test: [] } },
    ])
      expect(isSilent({ ...world, ...parts })).toBe(false);
  });
});
