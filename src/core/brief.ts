/** What is handed from `plan` to one attempt: the whole contract, the rules and the base, as one value. */

import * as z from "zod";
import { NightName } from "#core/journal.ts";
import { Milestone, Sha, Slug, Spec } from "#core/milestone.ts";

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

const ModelPrice = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
});

export const Brief = z.strictObject({
  version: z.literal(1),
  night: NightName,
  assignment: Assignment,
  milestone: Milestone,
  setup: z.array(z.string()),
  gates: z.array(z.string()),
  testPaths: z.array(z.string()),
  protectedPaths: z.array(z.string()),
  roadmapPath: z.string(),
  changelogPath: z.string().nullable(),
  conventionsPath: z.string(),
  model: z.string(),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]),
  /** US dollars per million tokens, resolved from the table and the policy. */
  price: ModelPrice,
  limits: Limits,
  verifyMinutes: z.int().positive(),
  earlier: z.array(EarlierAttempt),
});
export type Brief = z.infer<typeof Brief>;
