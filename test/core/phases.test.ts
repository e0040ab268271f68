/** How the limits of an attempt are shared out among its phases, and how complex a milestone is taken to be. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Complexity, Way } from "#core/milestone.ts";
import {
  addMeasure,
  COURSES,
  complexityOf,
  type Measure,
  mayAsk,
  NO_MEASURE,
  PHASES,
  type Phase,
  roomOf,
  type Spendings,
} from "#core/phases.ts";

const LIMITS = { usd: 10, tokens: 1_000_000, turns: 100, seconds: 1_000 };
const NOTHING = Object.fromEntries(PHASES.map((phase) => [phase, NO_MEASURE])) as Record<Phase, Measure>;
const COMPLEXITIES: Complexity[] = ["simple", "medium", "complex"];
const MEASURES = ["usd", "tokens", "turns", "seconds"] as const;
const usd = (amount: number): Measure => ({ ...NO_MEASURE, usd: amount, turns: 1 });
const roomFor = (phase: Phase, spent: Partial<Spendings> = {}, complexity: Complexity = "simple") =>
  roomOf(phase, { limits: LIMITS, spent: { ...NOTHING, ...spent }, complexity }).usd;

describe("the table", () => {
  test.each(COMPLEXITIES)("%s shares out the whole, at least a fifth of it for research and plan", (name) => {
    const { shares, buffer } = COURSES[name];
    expect(PHASES.reduce((sum, phase) => sum + shares[phase], buffer)).toBe(100);
    expect(shares.research + shares.plan).toBeGreaterThanOrEqual(20);
  });

  test("reads as it was decided", () => {
    const rows = COMPLEXITIES.map((name) => {
      const { shares, buffer, iterations } = COURSES[name];
      return [name, ...PHASES.map((phase) => shares[phase]), buffer, iterations].join(" ");
    });
    expect(rows).toEqual([
      "simple 5 10 10 50 20 5 3",
      "medium 5 15 10 45 20 5 5",
      "complex 5 20 15 35 20 5 8",
    ]);
  });
});

describe("the room of a phase", () => {
  test("what is unspent goes on to the next, and to execute has a ceiling", () => {
    expect(roomFor("analyse")).toBeCloseTo(0.5);
    expect(roomFor("research", { analyse: usd(0.1) })).toBeCloseTo(1.4);
    expect(roomFor("plan", { analyse: usd(0.1), research: usd(0.1) })).toBeCloseTo(2.3);
    expect(roomFor("execute", { analyse: usd(0.1) })).toBeCloseTo(5);
    expect(roomFor("test", { execute: usd(1) })).toBeCloseTo(8.5);
  });

  test("research and plan have their share, whatever the phase before them overspent", () => {
    expect(roomFor("research", { analyse: usd(3) })).toBeCloseTo(1);
    expect(roomFor("plan", { analyse: usd(3), research: usd(2) })).toBeCloseTo(1);
  });

  test("nothing reaches into what is set aside for the test, nor the test into the buffer", () => {
    expect(roomFor("execute", { analyse: usd(4), research: usd(2) })).toBeCloseTo(1.5);
    expect(roomFor("plan", { analyse: usd(7.4) })).toBeCloseTo(0.1);
    expect(roomFor("plan", { analyse: usd(9) })).toBe(0);
    expect(roomFor("test", { execute: usd(9.5) })).toBe(0);
  });
});

/** One answer: what it will use is only known afterwards, but for the least of it. */
const ANSWER = fc.record({
  usd: fc.double({ min: 0, max: 4, noNaN: true }),
  tokens: fc.integer({ min: 1, max: 200_000 }),
  seconds: fc.double({ min: 0, max: 200, noNaN: true }),
  foreseen: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Answer = Measure & { foreseen: number };

/** Answers until the room allows no more. */
function spendIn(room: Measure, answers: readonly Answer[]): { used: Measure; last: Measure } {
  let [used, last]: [Measure, Measure] = [NO_MEASURE, NO_MEASURE];
  for (const answer of answers) {
    if (!mayAsk(room, used, { ...NO_MEASURE, usd: answer.usd * answer.foreseen, turns: 1 })) break;
    last = answer;
    used = addMeasure(used, answer);
  }
  return { used, last };
}

test("a phase exceeds its room by one answer at the most, and asks for none where it has no room", () => {
  const hits = { stopped: 0, exceeded: 0, skipped: 0 };
  const answers = fc.array(
    ANSWER.map((one): Answer => ({ ...one, turns: 1 })),
    { minLength: 30, maxLength: 30 },
  );
  const phases = fc.tuple(answers, answers, answers, answers, answers);
  const law = fc.property(fc.constantFrom(...COMPLEXITIES), phases, (complexity, all) => {
    let spent: Spendings = NOTHING;
    for (const [index, phase] of PHASES.entries()) {
      const room = roomOf(phase, { limits: LIMITS, spent, complexity });
      const { used, last } = spendIn(room, all[index] ?? []);
      for (const name of MEASURES) expect(used[name]).toBeLessThanOrEqual(room[name] + last[name] + 1e-9);
      if (MEASURES.some((name) => room[name] === 0)) expect(used).toEqual(NO_MEASURE);
      hits.stopped += Number(used.turns < 30);
      hits.exceeded += Number(MEASURES.some((name) => used[name] > room[name]));
      hits.skipped += Number(used.turns === 0);
      spent = { ...spent, [phase]: used };
    }
  });
  fc.assert(law, { numRuns: 500 });
  expect(hits.stopped).toBeGreaterThan(400);
  expect(hits.exceeded).toBeGreaterThan(100);
  expect(hits.skipped).toBeGreaterThan(20);
});

describe("how complex a milestone is", () => {
  const contract = (count: number, more: object = {}) => ({
    ...{ complexity: null, kind: "feature" as const, dependsOn: [], touches: [] },
    criteria: Array.from({ length: count }, () => ({ text: "It is so", way: { by: "none" } as Way })),
    ...more,
  });

  test("is what the roadmap says", () => {
    expect(complexityOf(contract(12, { complexity: "simple" }))).toEqual({
      complexity: "simple",
      because: "the roadmap says so",
    });
  });

  test.each([
    [contract(1), "simple", "1 criterion"],
    [contract(4), "simple", "4 criteria"],
    [contract(5), "medium", "5 criteria"],
    [contract(3, { kind: "migration" }), "medium", "3 criteria, a migration"],
    [contract(9), "complex", "9 criteria"],
    [
      contract(6, { dependsOn: ["M1", "M2"], touches: ["a", "b", "c", "d", "e"], kind: "refactoring" }),
      "complex",
      "6 criteria, a refactoring, it builds on 2 others, it touches 5 places",
    ],
  ])("else it is counted, and says how (%#)", (milestone, complexity, because) => {
    expect(complexityOf(milestone)).toEqual({ complexity, because });
  });

  test("a program that is driven is harder to check", () => {
    const way: Way = { by: "http", method: "GET", path: "/", body: null, status: 200, contains: null };
    const criteria = [{ text: "It answers", way }, ...contract(2).criteria];
    expect(complexityOf(contract(0, { criteria }))).toEqual({
      complexity: "medium",
      because: "3 criteria, the program is driven",
    });
  });
});
