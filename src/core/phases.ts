/** The phases of an attempt, and how its limits are shared out among them: one table, and what follows from it. Measures nothing. */

import * as z from "zod";
import type { Limits } from "#core/brief.ts";
import type { Complexity, Milestone } from "#core/milestone.ts";

/** In their order. What is said in one is not heard in the next: only `state.md` and `plan.md` go along. */
export const PHASES = ["analyse", "research", "plan", "execute", "test"] as const;
export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;

type Row = {
  /** Percent of every limit; together with the buffer they are 100. */
  shares: Readonly<Record<Phase, number>>;
  /** Percent that no phase plans with: it pays for coming to an end. */
  buffer: number;
  /** How often the work may be called done and not be: test, diagnose, fix, test again. */
  iterations: number;
};

export const COURSES: Readonly<Record<Complexity, Row>> = {
  simple: {
    shares: { analyse: 5, research: 10, plan: 10, execute: 50, test: 20 },
    buffer: 5,
    iterations: 3,
  },
  medium: {
    shares: { analyse: 5, research: 15, plan: 10, execute: 45, test: 20 },
    buffer: 5,
    iterations: 5,
  },
  complex: {
    shares: { analyse: 5, research: 20, plan: 15, execute: 35, test: 20 },
    buffer: 5,
    iterations: 8,
  },
};

const MEASURES = ["usd", "tokens", "turns", "seconds"] as const;

/** What can be used up. Seconds are those of the clock, also while nobody works. */
export type Measure = Readonly<Record<(typeof MEASURES)[number], number>>;
export type Spendings = Readonly<Record<Phase, Measure>>;

export const NO_MEASURE: Measure = { usd: 0, tokens: 0, turns: 0, seconds: 0 };

export function addMeasure(one: Measure, other: Measure): Measure {
  return measured((name) => one[name] + other[name]);
}

/**
 * What a phase may use in all, given what the phases used so far. What is unspent goes on to the next: up to the plan
 * each has at least its own share, whatever was overspent before it, so that a fifth and more is there for research
 * and planning; to execute has a ceiling; nothing but the test reaches into what is set aside for it.
 */
export function roomOf(
  phase: Phase,
  given: { limits: Limits; spent: Spendings; complexity: Complexity },
): Measure {
  const { limits, spent, complexity } = given;
  const { shares, buffer } = COURSES[complexity];
  const before = PHASES.slice(0, PHASES.indexOf(phase));
  const upToHere = before.reduce((sum, one) => sum + shares[one], shares[phase]);
  return measured((name) => {
    const share = (percent: number) => (limits[name] * percent) / 100;
    const others = PHASES.reduce((sum, one) => sum + (one === phase ? 0 : spent[one][name]), 0);
    if (phase === "test") return Math.max(0, share(100 - buffer) - others);
    const free = share(100 - buffer - shares.test) - others;
    const carried = phase === "execute" ? 0 : share(upToHere) - others;
    return Math.max(0, Math.min(free, Math.max(share(shares[phase]), carried)));
  });
}

/**
 * Whether a phase may ask once more: asked before each request, with an estimate of the least it will use. The first
 * answer is worth asking for while anything is left, so that a phase overspends by one answer at the most.
 */
export function mayAsk(room: Measure, used: Measure, least: Measure): boolean {
  const first = used.turns === 0;
  return MEASURES.every((name) =>
    first ? room[name] > 0 : used[name] < room[name] && used[name] + least[name] <= room[name],
  );
}

/** Whether two thirds of some measure are used: time to say so. */
export function isNearlySpent(room: Measure, used: Measure): boolean {
  return MEASURES.some((name) => used[name] * 3 >= room[name] * 2);
}

/** Whether something else of this size still fits into the room. */
export function fits(room: Measure, used: Measure, next: Measure): boolean {
  return MEASURES.every((name) => used[name] + next[name] <= room[name]);
}

/** An equal part of what was used. */
export function partOf(used: Measure, parts: number): Measure {
  return measured((name) => used[name] / Math.max(1, parts));
}

function measured(value: (name: keyof Measure) => number): Measure {
  return { usd: value("usd"), tokens: value("tokens"), turns: value("turns"), seconds: value("seconds") };
}

/** Before this phase nothing is changed. */
export function isReading(phase: Phase): boolean {
  return phase === "analyse" || phase === "research" || phase === "plan";
}

/** Up to so many points a milestone is simple, up to so many medium. */
const POINTS = { simple: 4, medium: 8 } as const;

/** How complex a milestone is: as its owner wrote, else by counting what its contract asks for. */
export function complexityOf(
  milestone: Pick<Milestone, "complexity" | "criteria" | "kind" | "dependsOn" | "touches">,
): { complexity: Complexity; because: string } {
  if (milestone.complexity !== null)
    return { complexity: milestone.complexity, because: "the roadmap says so" };
  const counted = pointsOf(milestone).filter(([points]) => points > 0);
  const points = counted.reduce((sum, [one]) => sum + one, 0);
  const complexity = points <= POINTS.simple ? "simple" : points <= POINTS.medium ? "medium" : "complex";
  return { complexity, because: counted.map(([, because]) => because).join(", ") || "it asks for little" };
}

/** One point a criterion, and what makes each of them harder to meet. */
function pointsOf({
  criteria,
  kind,
  dependsOn,
  touches,
}: Pick<Milestone, "criteria" | "kind" | "dependsOn" | "touches">): [number, string][] {
  const driven = criteria.some(({ way }) => ["http", "browser", "probe"].includes(way.by));
  const farAway = touches.length > 4;
  const rebuilds = kind === "migration" || kind === "refactoring";
  return [
    [criteria.length, `${criteria.length} ${criteria.length === 1 ? "criterion" : "criteria"}`],
    [driven ? 2 : 0, "the program is driven"],
    [rebuilds ? 2 : 0, `a ${kind}`],
    [dependsOn.length > 1 ? 1 : 0, `it builds on ${dependsOn.length} others`],
    [farAway ? 1 : 0, `it touches ${touches.length} places`],
  ];
}
