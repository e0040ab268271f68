/** What the gate commands and the tests said of base, measured once and shared by a cycle. Facts, and what follows. */

import * as z from "zod";
import { outcomesOf, TestResult, testKey } from "#core/court/results.ts";
import { CommandRun } from "#core/evidence.ts";
import { Sha } from "#core/milestone.ts";

export const Baseline = z.strictObject({
  version: z.literal(1),
  base: Sha,
  /** The gate commands, as far as they were asked. */
  gates: z.array(CommandRun),
  /** What the runners reported; null where there is no report. */
  results: z.array(TestResult).nullable(),
  /** Full names of tests that passed once and failed another time on the same tree. */
  flaky: z.array(z.string()),
});
export type Baseline = z.infer<typeof Baseline>;

/** Tests of several runs of one tree that did not say the same each time. */
export function unstableIn(runs: readonly (readonly TestResult[])[]): string[] {
  const seen = new Map<string, Set<string>>();
  for (const run of runs)
    for (const [test, outcome] of outcomesOf(run)) {
      if (outcome !== "skipped") seen.set(test, (seen.get(test) ?? new Set()).add(outcome));
    }
  return [...seen].filter(([, outcomes]) => outcomes.size > 1).map(([test]) => test);
}

/** Whether a test is known to be unstable: by the policy, in full or in part, or because base saw it waver. */
export function isFlake(test: string, known: readonly string[], { flaky }: Pick<Baseline, "flaky">): boolean {
  return flaky.includes(test) || known.some((name) => test.includes(name));
}

/** What passed on base and does not pass now. `excused` are tests the milestone allows to change. */
export function lostTests(
  baseline: Pick<Baseline, "results" | "flaky">,
  kept: readonly TestResult[],
  { flakes, excused }: { flakes: readonly string[]; excused: (result: TestResult) => boolean },
): string[] {
  const now = outcomesOf(kept);
  const before = baseline.results ?? [];
  const passed = new Set(
    [...outcomesOf(before)].flatMap(([test, outcome]) => (outcome === "passed" ? [test] : [])),
  );
  const lost = before.filter((result) => {
    const test = testKey(result);
    return (
      passed.has(test) && now.get(test) !== "passed" && !isFlake(test, flakes, baseline) && !excused(result)
    );
  });
  return [...new Set(lost.map(testKey))];
}

/** How many tests ended how. */
export function countsOf(results: readonly TestResult[]) {
  const counts = { passed: 0, failed: 0, skipped: 0, error: 0 };
  for (const outcome of outcomesOf(results).values()) counts[outcome] += 1;
  return counts;
}
