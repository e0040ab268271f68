/** Puts exactly the tree that would land before the court, and writes down what was measured. Holds no credential. */

import type { Assignment, Brief } from "#core/brief.ts";
import { faultsOf } from "#core/court/faults.ts";
import { type Sha, short } from "#core/milestone.ts";
import { type CourtWorld, sit, sitForPosition } from "#jobs/court/sitting.ts";
import { prepareUnlessSetUp } from "#jobs/prepare.ts";
import { briefOf } from "#jobs/work.ts";
import type { HandOver } from "#ports/hand-over.ts";

type World = Omit<CourtWorld, "baseline"> & { handOver: HandOver };

/**
 * `staged: true` when the checked-out commit is a head of the train rather than the base of a patch. `court` is full
 * unless the whole court has sat on this very change before.
 */
export async function verify(
  assignment: Assignment,
  world: World,
  { staged, court: which }: { staged: boolean; court: "full" | "position" },
): Promise<void> {
  const { handOver, say } = world;
  const { brief } = await briefOf(assignment, handOver);
  await prepareUnlessSetUp(brief, world.workbench);
  const tree = staged ? await world.workbench.headTree() : await stagePatch(brief, world);
  if (tree === null) return;
  const court: CourtWorld = { ...world, baseline: async (base) => await handOver.readBaseline(base) };
  const evidence = await (which === "full" ? sit : sitForPosition)(
    { docket: brief, assignment, tree },
    court,
  );
  await handOver.writeEvidence(evidence);
  const faults = faultsOf(evidence);
  say(
    `evidence  ${brief.milestone.id} at ${short(tree)}: ${faults.length === 0 ? "green" : faults.join("; ")}`,
  );
}

async function stagePatch(brief: Brief, { handOver, workbench, say }: World): Promise<Sha | null> {
  const patch = await handOver.readPatch();
  if (patch === null || patch.length === 0) {
    say(`evidence  ${brief.milestone.id}: there is no patch to verify`);
    return null;
  }
  const staged = await workbench.stage(brief, patch);
  if ("tree" in staged) return staged.tree;
  say(
    `evidence  ${brief.milestone.id}: ${"refused" in staged ? staged.refused : `conflicts in ${staged.conflicts.join(", ")}`}`,
  );
  return null;
}
