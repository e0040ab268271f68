import { describe, expect, test } from "vitest";
import { excuseFor } from "#core/alarms.ts";
import { Sha } from "#core/milestone.ts";
import type { Blocker, Observation } from "#core/observation.ts";
import { plan } from "#core/plan.ts";
import { review } from "#core/review.ts";
import { tell } from "#prose/story.ts";
import {
  assignedOf,
  blockedOf,
  evidenceOf,
  landedOf,
  milestoneIn,
  observationOf,
  publishedOf,
  runOf,
} from "../support/observations.ts";

const quiet = observationOf();
const M1 = milestoneIn(quiet, "M1");
const MOVED = { branch: "main", sha: Sha.parse("main-2") };

function decided(observation: Observation): string[] {
  return [...review(observation, []), ...plan(observation)].map(tell);
}

function asked(key: string, because: string, open = true): Blocker {
  return { issue: 9, key, milestone: null, open, because, ask: "why?" };
}

describe("a landing branch that is red before anybody is paid", () => {
  const because = ["`npm test` exited 1 on base"];
  const red = { as: "lost" as const, because, code: "BASE_RED", tree: null };
  const world = { ...quiet, journal: [assignedOf(M1), publishedOf(M1, 1, red)] };
  const question =
    "block     red-base (main is red at main-1, before any change: `npm test` exited 1 on base)";

  test("is one question, and starts nothing until it is asked", () => {
    expect(decided(world)).toEqual([question]);
  });

  test("closes by itself once the branch has moved, and then work starts again", () => {
    const blockers = [asked("red-base", "main is red at main-1, before any change")];
    const journal = [...world.journal, blockedOf(null, 9)];
    expect(decided({ ...world, blockers, journal })).toEqual([]);
    expect(decided({ ...world, blockers, journal, landing: MOVED })).toEqual([
      "unblock   #9 (main has moved)",
    ]);
    const closed = blockers.map((one) => ({ ...one, open: false }));
    expect(decided({ ...world, blockers: closed, journal, landing: MOVED })).toEqual([
      "assign    M1 attempt 2",
    ]);
  });

  test("is tested again when somebody closes the question", () => {
    const blockers = [asked("red-base", "main is red at main-1, before any change", false)];
    const journal = [...world.journal, blockedOf(null, 9)];
    expect(decided({ ...world, blockers, journal })).toEqual(["assign    M1 attempt 2"]);
  });
});

describe("evidence on a red base", () => {
  test("is an excuse for the same gate only, and for nothing that base does not share", () => {
    const green = evidenceOf(M1);
    const [lint, spec] = [runOf(1, "npm run lint"), runOf(1)];
    expect(excuseFor({ ...green, gates: [spec], baseline: [spec] })).toEqual([
      "the base is red: `npm test` exited 1 on base",
    ]);
    expect(excuseFor({ ...green, gates: [spec], baseline: [lint] })).toBeNull();
    expect(excuseFor({ ...green, gates: [runOf()], baseline: [spec] })).toBeNull();
    expect(excuseFor({ ...green, gates: [spec], baseline: [{ ...spec, exitCode: null }] })).toBeNull();
  });
});

describe("a landed tree that nobody tested", () => {
  const landed = { ...landedOf(M1, 1), astray: Sha.parse("tree-9") };
  const question = "block     landed-tree (after M1 landed, main held the tree tree-9, which nobody tested)";

  test("is one alarm, and silent once somebody has looked", () => {
    expect(decided({ ...quiet, journal: [landed] })).toContain(question);
    const journal = [landed, blockedOf(null, 9)];
    const open = { ...quiet, journal, blockers: [asked("landed-tree", "…")] };
    expect(decided(open)).toEqual([]);
    const closed = { ...open, blockers: [asked("landed-tree", "…", false)] };
    expect(decided(closed)).not.toContain(question);
    expect(decided({ ...closed, journal: [...journal, landed] })).toContain(question);
  });
});

describe("a usage window that is closed for some hours", () => {
  const until = "2026-11-21T01:00:00.000Z";
  const closed = {
    ...{ as: "lost" as const, code: "SUBSCRIPTION_WINDOW_CLOSED", until, tree: null },
    because: ["the subscription's window is used up"],
  };
  const journal = [1, 2, 3, 4, 5, 6].flatMap((attempt) => [
    assignedOf(M1, attempt),
    publishedOf(M1, attempt, closed),
  ]);

  test("starts nothing and asks nobody anything", () => {
    expect(decided({ ...quiet, journal })).toEqual([]);
  });

  test("has cost no attempt when it opens, however often it was closed", () => {
    expect(decided({ ...quiet, journal, now: until })).toEqual(["assign    M1 attempt 7"]);
  });
});
