/** What is handed from `plan` to one attempt: the whole contract, the rules and the base, as one value. */

import * as z from "zod";
import { EngineChoice } from "#core/engine.ts";
import { NightName } from "#core/journal.ts";
import { Milestone, MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import { Start } from "#core/policy-file.ts";
import { ToldRule } from "#core/rules.ts";

/** One matrix entry: ids and hashes, nothing else. */
export const Assignment = z.strictObject({
  slug: Slug,
  attempt: z.int().positive(),
  base: Sha,
  spec: Spec,
});
export type Assignment = z.infer<typeof Assignment>;

/** Why an earlier attempt was not landed, in the order of the attempts. Structured by us, never the model's words. */
export const EarlierAttempt = z.strictObject({
  attempt: z.int().positive(),
  because: z.array(z.string()),
  /** The milestone commit whose change this attempt starts from, if it is to start from one. */
  startFrom: Sha.nullable(),
  /** Present where it was cut off through no fault of its own: whoever comes next goes on where it was. */
  interrupted: z.literal(true).optional(),
});
export type EarlierAttempt = z.infer<typeof EarlierAttempt>;

/** Hard limits of one attempt. */
export const Limits = z.strictObject({
  usd: z.number().positive(),
  tokens: z.int().positive(),
  turns: z.int().positive(),
  seconds: z.number().positive(),
});
export type Limits = z.infer<typeof Limits>;

const Rates = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
});

/** US dollars per million tokens. */
export const ModelPrice = Rates.extend({
  /** What requests cost whose prompt has more tokens than `above`, cached ones included. */
  long: Rates.extend({ above: z.int().positive() }).optional(),
});

/** What an earlier milestone promised, as the landing branch's roadmap has it. */
export const Promised = z.strictObject({ milestone: MilestoneId, commands: z.array(z.string().min(1)) });
export type Promised = z.infer<typeof Promised>;

/** What the court is told: the contract and the owner's rules, nothing of the engine that worked on it. */
export const Docket = z.strictObject({
  milestone: Milestone,
  gates: z.array(z.string()),
  /** The gate commands that test; the others build. */
  testCommands: z.array(z.string()),
  testPaths: z.array(z.string()),
  /** How the program is started that criteria drive; null: nothing can be driven. */
  start: Start.nullable(),
  /** Tests known to be unstable, by full name or part of it. */
  flakes: z.array(z.string()),
  /** Smoke commands of the milestones that are done. */
  promised: z.array(Promised),
  protectedPaths: z.array(z.string()),
  roadmapPath: z.string(),
  changelogPath: z.string().nullable(),
  /** The branch with checks that never reach the engine, or null. */
  holdOuts: z.string().nullable(),
  verifyMinutes: z.int().positive(),
});
export type Docket = z.infer<typeof Docket>;

export const Brief = Docket.extend({
  version: z.literal(1),
  night: NightName,
  assignment: Assignment,
  setup: z.array(z.string()),
  conventionsPath: z.string(),
  /** The rules in force, in their order: ours and the owner's at the default branch. */
  rules: z.array(ToldRule).default([]),
  engine: EngineChoice.default({ by: "anthropic" }),
  model: z.string(),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]),
  /** US dollars per million tokens, resolved from the table and the policy. */
  price: ModelPrice,
  limits: Limits,
  /** The instant by which the engine must have stopped, so that its night can still verify and report. Null: none. */
  deadline: z.iso.datetime().nullable().default(null),
  earlier: z.array(EarlierAttempt),
});
export type Brief = z.infer<typeof Brief>;
