/** What may be used on each level, in dollars, tokens, minutes and minutes of runners, and how attempts share it. Moves nothing. */

import * as z from "zod";
import { ceilingOf, type Policy } from "#core/policy.ts";

const Amount = z.number().nonnegative();

/** What is set aside for an attempt beside its dollars. `minutes` are those of its engine, `runnerMinutes` those of all its jobs. */
export const Reserved = z.strictObject({ tokens: Amount, minutes: Amount, runnerMinutes: Amount });
export type Reserved = z.infer<typeof Reserved>;

/** One amount of each unit. */
export type Amounts = Reserved & { usd: number };

/** What one attempt may use at the most: `ceiling` in US dollars. */
export type Share = { ceiling: number; reserved: Reserved };

export const UNITS = ["usd", "tokens", "minutes", "runnerMinutes"] as const;
export type Unit = (typeof UNITS)[number];

export const NOTHING_RESERVED: Reserved = { tokens: 0, minutes: 0, runnerMinutes: 0 };
export const NOTHING: Amounts = { usd: 0, ...NOTHING_RESERVED };

/** Minutes of runners an attempt needs beside its work and its verifications: check-outs, publishing, landing, the report. */
export const OVERHEAD_MINUTES = 10;

/** Minutes between the last verification of an attempt and the end of its night. */
export const SPARE_MINUTES = 5;

/** The least part of its usual share that an attempt begins with: with less it would only use it up. */
const LEAST_PART = 0.25;

export function add(one: Amounts, other: Amounts): Amounts {
  const sum = (unit: Unit) => Math.round((one[unit] + other[unit]) * 1e6) / 1e6;
  return {
    usd: sum("usd"),
    tokens: sum("tokens"),
    minutes: sum("minutes"),
    runnerMinutes: sum("runnerMinutes"),
  };
}

export function amountsOf({ ceiling, reserved }: Share): Amounts {
  return { usd: ceiling, ...reserved };
}

/** What all attempts of a milestone may use together. Of runners it is as much as they need. */
export function milestoneCap({ budget, attempts, minutes, tokens }: Policy): Amounts {
  return {
    usd: budget.milestone,
    tokens: budget.tokens.milestone ?? tokens * attempts,
    minutes,
    runnerMinutes: Number.POSITIVE_INFINITY,
  };
}

export function nightCap({ budget }: Policy): Amounts {
  return capOf(budget, "night");
}

export function monthCap({ budget }: Policy): Amounts {
  return capOf(budget, "month");
}

/**
 * The share of the next attempt: what is left of the milestone's budget, shared evenly by the attempts that are left,
 * and never more than the usual share, or than a night has tokens. `used`: by all attempts that count, interrupted ones as well.
 */
export function shareOf(policy: Policy, used: Amounts = NOTHING, attemptsLeft = policy.attempts): Share {
  const cap = milestoneCap(policy);
  const left = (unit: Unit) => Math.max(0, cap[unit] - used[unit]) / Math.max(1, attemptsLeft);
  const minutes = Math.min(policy.minutes / policy.attempts, left("minutes"));
  return {
    ceiling: Math.min(ceilingOf(policy), Math.floor(left("usd") * 100 + 1e-6) / 100),
    reserved: {
      tokens: Math.floor(Math.min(policy.tokens, left("tokens"), policy.budget.tokens.night)),
      minutes,
      // Its own verification and one on the train come first: they are paid for before any work is.
      runnerMinutes: Math.ceil(minutes) + 2 * policy.verify.minutes + OVERHEAD_MINUTES,
    },
  };
}

/** Which of its units leaves an attempt too little to begin with, or null. */
export function tooLittle(share: Share, policy: Policy): Unit | null {
  const [given, usual] = [amountsOf(share), amountsOf(shareOf(policy))];
  const least = (unit: Unit) => usual[unit] * LEAST_PART;
  return (["usd", "tokens", "minutes"] as const).find((unit) => given[unit] < least(unit)) ?? null;
}

/** The first unit in which a cap does not cover both, or null. */
export function exceeded(spent: Amounts, more: Amounts, cap: Amounts): Unit | null {
  const slack = { usd: 0.005, tokens: 0, minutes: 1e-6, runnerMinutes: 1e-6 };
  return UNITS.find((unit) => spent[unit] + more[unit] > cap[unit] + slack[unit]) ?? null;
}

/** An amount as a sentence has it: `$10`, `3 minutes`. */
export function inUnits(amount: number, unit: Unit): string {
  switch (unit) {
    case "usd":
      return `$${amount}`;
    case "tokens":
      return `${grouped(amount)} tokens`;
    case "minutes":
      return `${grouped(amount)} minutes of work`;
    case "runnerMinutes":
      return `${grouped(amount)} minutes of runners`;
  }
}

/** The policy's key for what a milestone, a night or a month may use of a unit. */
export function keyOf(unit: Unit, level: "milestone" | "night" | "month"): string {
  if (unit === "usd") return `budget.${level}`;
  if (unit === "minutes" && level === "milestone") return "minutes";
  return `budget.${unit === "runnerMinutes" ? "runner-minutes" : unit}.${level}`;
}

function capOf(budget: Policy["budget"], level: "night" | "month"): Amounts {
  return {
    usd: budget[level],
    tokens: budget.tokens[level],
    minutes: budget.minutes[level],
    runnerMinutes: budget["runner-minutes"][level],
  };
}

function grouped(count: number): string {
  return String(Math.ceil(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}
