/** Measures base once for a whole cycle, before anything is paid for: what it fails is nobody's fault later. */

import type { Assignment } from "#core/brief.ts";
import { redBaseOf } from "#core/court/faults.ts";
import { short } from "#core/milestone.ts";
import { type BenchWorld, openBench } from "#jobs/court/bench.ts";
import { suitesOn } from "#jobs/court/change.ts";
import { measureBaseline } from "#jobs/court/kept.ts";
import { prepareUnlessSetUp } from "#jobs/prepare.ts";
import { briefOf } from "#jobs/work.ts";
import type { HandOver } from "#ports/hand-over.ts";

export async function measureBase(
  assignment: Assignment,
  world: BenchWorld & { handOver: HandOver },
): Promise<void> {
  const { handOver, workbench, clock, say } = world;
  const { brief } = await briefOf(assignment, handOver);
  await prepareUnlessSetUp(brief, workbench);
  const { base } = assignment;
  const bench = openBench(world, clock() + brief.verifyMinutes * 60);
  const { runners } = await suitesOn(base, brief.testCommands, workbench);
  const sitting = { docket: brief, trees: { base, tree: base }, runners, bench, workbench };
  const baseline = await measureBaseline(sitting, { gates: true });
  const red = redBaseOf({ baseline: baseline.gates });
  // Half a green measurement would be taken for the whole: whoever finds none measures for himself.
  if (red !== null || bench.skipped.length === 0) await handOver.writeBaseline(baseline);
  else say(`baseline  ${short(base)}: not handed over: ${bench.skipped.join("; ")}`);
  say(`baseline  ${short(base)}: ${red === null ? "green" : red.join("; ")}`);
}
