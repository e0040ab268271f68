/** What is known about one tree: facts written by `verify` from outside the sandbox, never by the worker. */

import * as z from "zod";
import { Objection } from "#core/court/objection.ts";
import { TestOutcome } from "#core/court/results.ts";
import { Kind, MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";

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

/** What one new or changed test said on base's sources, on the change, and on the change with wrong insides. */
export const TestProof = z.strictObject({
  /** File and full name, or the file alone where there is no report. */
  test: z.string(),
  file: z.string().nullable(),
  onBase: z.enum([...TestOutcome.options, "absent"]),
  /** On base it failed for want of something (a module, an export, a name) rather than for being wrong. */
  missing: z.boolean(),
  onHead: TestOutcome,
  /** Against functions whose answer was altered; where none could be, ones that throw, then do nothing. Null: not asked. */
  onStub: z.enum([...TestOutcome.options, "absent"]).nullable(),
  /** Wrong changes of the changed lines it noticed. */
  killed: z.int().nonnegative(),
  /** It passed in every repetition. */
  steady: z.boolean(),
});
export type TestProof = z.infer<typeof TestProof>;

const Counts = z.strictObject({
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  error: z.int().nonnegative(),
});

/** What the runner's reports say as a whole. */
export const TestSummary = z.strictObject({
  /** Null: no runner was found. */
  runner: z.string().nullable(),
  /** Why the results are weaker than a report of each test, or null. */
  weak: z.string().nullable(),
  base: Counts.nullable(),
  head: Counts.nullable(),
  /** Passed on base, does not pass on head when run from base's files. */
  lost: z.array(z.string()),
  /** Set aside by name: unstable on base, or called so by the policy. */
  flakes: z.array(z.string()),
});
export type TestSummary = z.infer<typeof TestSummary>;

/** Small wrong changes of the changed lines, and whether any changed test noticed. */
export const Mutation = z.strictObject({
  tried: z.int().nonnegative(),
  killed: z.int().nonnegative(),
  survivors: z.array(
    z.strictObject({ path: z.string(), line: z.int().positive(), was: z.string(), is: z.string() }),
  ),
});
export type Mutation = z.infer<typeof Mutation>;

/** One smoke command of a milestone that landed earlier. */
export const SmokeRun = z.strictObject({ milestone: MilestoneId, run: CommandRun });
export type SmokeRun = z.infer<typeof SmokeRun>;

/** One check the engine never saw; of a failed one nothing but its id is told. */
export const HoldOut = z.strictObject({ id: z.string(), passed: z.boolean() });
export type HoldOut = z.infer<typeof HoldOut>;

/** Facts about one tree on top of one base. Complete or absent: half evidence is none. */
export const Evidence = z.strictObject({
  version: z.literal(2),
  /** `full`: the whole court, once per attempt. `position`: a place in the train, build, tests and smoke. */
  court: z.enum(["full", "position"]),
  slug: Slug,
  attempt: z.int().positive(),
  spec: Spec,
  base: Sha,
  tree: Sha,
  kind: Kind,
  /** The gate commands on base, as far as they were asked: a red base is nobody's fault. */
  baseline: z.array(CommandRun),
  /** The gate commands on exactly `tree`. */
  gates: z.array(CommandRun),
  /** The gate commands on a copy with base's versions of changed or deleted test files. */
  withBaseTests: z.strictObject({ restored: z.array(z.string()), gates: z.array(CommandRun) }),
  tests: TestSummary,
  /** Every new or changed test, at most 500. */
  proofs: z.array(TestProof),
  mutation: Mutation,
  objections: z.array(Objection),
  smoke: z.array(SmokeRun),
  holdOuts: z.array(HoldOut),
  /** Criteria whose own check failed on base and holds now, other than by the repository's tests: red → green as well. */
  demonstrated: z.array(z.string()),
  findings: z.array(Finding),
  /** What was not run, and why. Whoever judges treats it as not passing. */
  skipped: z.array(z.string()),
  /** What was not run, and is said, but holds nothing: a mutant more, a picture. */
  remarks: z.array(z.string()),
  seconds: z.number().nonnegative(),
});
export type Evidence = z.infer<typeof Evidence>;
