/** Checks the engine never saw. Of a failed one only its id is told, or the next attempt would know the answer. */

import type { HoldOut } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import type { HoldOuts } from "#ports/workbench.ts";

export type HeldOut = {
  holdOuts: HoldOut[];
  /** Checks that failed on base and pass now: red → green that nobody worked towards. */
  demonstrated: string[];
};

const NONE: HeldOut = { holdOuts: [], demonstrated: [] };

export async function checkHoldOuts(sitting: Sitting): Promise<HeldOut> {
  const { docket, workbench, trees, bench, say } = sitting;
  if (docket.holdOuts === null) return NONE;
  const kept = await workbench.holdOuts();
  if (kept === null) {
    bench.skipped.push(`hold-outs: the branch ${docket.holdOuts} could not be read, or has no checks.yml`);
    return NONE;
  }
  const { milestone } = docket;
  const own = kept.checks.filter((check) => check.milestone === null || check.milestone === milestone.id);
  const onHead = await runChecks(sitting, own, { ...kept, on: trees.tree });
  const holdOuts = [...onHead].map(([id, passed]) => ({ id, passed }));
  for (const { id, passed } of holdOuts) say(`hold-out  ${id}: ${passed ? "passed" : "failed"}`);
  for (const { id } of own)
    if (!onHead.has(id)) bench.skipped.push(`hold-out ${id}: the time for verification was used up`);
  const passing = own.filter(({ id }) => onHead.get(id) === true);
  const onBase = await runChecks(sitting, passing, { ...kept, on: trees.base });
  return {
    holdOuts,
    demonstrated: [...onBase].flatMap(([id, passed]) => (passed ? [] : [`hold-out ${id}`])),
  };
}

/** Whether each check passed on a tree with the hold-out files laid over it; without those there was no time for. */
async function runChecks(
  { workbench, bench }: Sitting,
  checks: HoldOuts["checks"],
  { paths, tree, on }: Pick<HoldOuts, "paths" | "tree"> & { on: Sha },
): Promise<Map<string, boolean>> {
  const passed = new Map<string, boolean>();
  if (checks.length === 0) return passed;
  await workbench.layOut("hold-outs", on, { paths, from: tree });
  for (const { id, run } of checks) {
    const left = bench.secondsLeft();
    if (left <= 0) break;
    passed.set(id, (await workbench.run("hold-outs", run, on, left)).exitCode === 0);
  }
  return passed;
}
