/** Test results as data, whatever runner they come from, and what two runs say of each other. Pure. */

import * as z from "zod";

/** `error`: the file did not load or compile, so that no test of it ran. */
export const TestOutcome = z.enum(["passed", "failed", "skipped", "error"]);
export type TestOutcome = z.infer<typeof TestOutcome>;

export const TestResult = z.strictObject({
  /** Path from the repository's root; null where the runner does not say (TAP, a Go package). */
  file: z.string().nullable(),
  /** Suites and test, joined by ` > `. For an `error`: what did not load. */
  name: z.string(),
  outcome: TestOutcome,
  /** First line of the failure, at most 300 characters; empty when passed. */
  message: z.string(),
  /** The failure is that something cannot be found or compiled (missing module, export or name), not that it is wrong. */
  missing: z.boolean(),
});
export type TestResult = z.infer<typeof TestResult>;

/** One word for one test, stable between runs: the file is left out where only one run knows it. */
export function testKey({ file, name }: Pick<TestResult, "file" | "name">): string {
  return file === null ? name : `${file} > ${name}`;
}

/**
 * Outcome per test. The same test reported twice counts as its worst report: a pass beside a failure is a flake,
 * not a pass.
 */
export function outcomesOf(results: readonly TestResult[]): Map<string, TestOutcome> {
  const severity: Record<TestOutcome, number> = { passed: 0, skipped: 1, failed: 2, error: 3 };
  const outcomes = new Map<string, TestOutcome>();
  for (const result of results) {
    const known = outcomes.get(testKey(result));
    if (known === undefined || severity[result.outcome] > severity[known])
      outcomes.set(testKey(result), result.outcome);
  }
  return outcomes;
}
