/** What is known about one tree: facts written by `verify` from outside the sandbox, never by the worker. */

import * as z from "zod";
import { Sha, Slug, Spec } from "#core/milestone.ts";

/** One command that ran on one tree. `exitCode` is null when it was stopped at its time limit. */
export const CommandRun = z.strictObject({
  command: z.string(),
  tree: Sha,
  exitCode: z.int().nullable(),
  seconds: z.number().nonnegative(),
  /** SHA-256 of the whole output. */
  digest: z.string(),
  /** The end of the output, redacted, at most 4,000 characters. */
  tail: z.string(),
});
export type CommandRun = z.infer<typeof CommandRun>;

/** What the evidence says of one acceptance criterion. `regression`: it was green before the change as well. */
export const Finding = z.strictObject({
  text: z.string(),
  finding: z.enum(["proven", "regression", "failed", "needs a human"]),
  /** How it was checked, or why it could not be: a sentence for a human. */
  how: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** How a criterion that names `(manual)` is told: nobody checked it, and it holds nothing. */
export const BY_HAND = "left to you: a step of the morning's checklist";

/** Whether the criterion was left to a human on purpose, rather than for want of a way to check it. */
export function isByHand({ how }: Pick<Finding, "how">): boolean {
  return how === BY_HAND;
}

/** Facts about one tree on top of one base. Complete or absent: half evidence is none. */
export const Evidence = z.strictObject({
  version: z.literal(1),
  slug: Slug,
  attempt: z.int().positive(),
  spec: Spec,
  base: Sha,
  tree: Sha,
  /** The gate commands on exactly `tree`. */
  gates: z.array(CommandRun),
  /** The gate commands on a copy with base's versions of changed or deleted test files. */
  withBaseTests: z.strictObject({ restored: z.array(z.string()), gates: z.array(CommandRun) }),
  findings: z.array(Finding),
  /** What was not run, and why. Whoever judges treats it as not passing. */
  skipped: z.array(z.string()),
  seconds: z.number().nonnegative(),
});
export type Evidence = z.infer<typeof Evidence>;
