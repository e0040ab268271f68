/** Whether tests that left a report on base leave one on the change: without it nobody knows what was lost. Runs nothing. */

import type { Objection } from "#core/court/objection.ts";
import type { TestResult } from "#core/court/results.ts";
import { changedRunners } from "#core/court/tampering-configuration.ts";
import { matchesAny } from "#core/glob.ts";
import { resultsOf, type TestRun } from "#jobs/court/bench.ts";
import type { Sitting } from "#jobs/court/sitting.ts";

/** `where` ends the sentence. Another runner that the milestone allows may well leave another report, or none. */
export function unreported(
  { files, docket }: Pick<Sitting, "files" | "docket">,
  { before, runs, where }: { before: TestResult[] | null; runs: TestRun[] | null; where: string },
): Objection[] {
  const wasCutOff = runs === null || runs.some(({ run }) => run.exitCode === null);
  if (before === null || wasCutOff || resultsOf(runs) !== null) return [];
  const { allows } = docket.milestone;
  if (changedRunners(files, "").some(({ path }) => path !== null && matchesAny(path, allows))) return [];
  return [
    {
      rule: "report forged",
      path: null,
      line: null,
      because: `the tests left a report on base, and none ${where}`,
      remedy:
        "Let every test end by itself and leave the runner's report alone, or let the milestone name the runner's configuration under `Allows:`",
    },
  ];
}
