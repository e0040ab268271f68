/** Runs the gate commands and the criteria on exactly the tree that would land, and writes down what it measured. */

import { testPathsChanged } from "#core/bounds.ts";
import type { Assignment, Brief } from "#core/brief.ts";
import { findingOf, type Measured } from "#core/court.ts";
import type { CommandRun, Evidence } from "#core/evidence.ts";
import { faultsOf } from "#core/gates.ts";
import type { AcceptanceCriterion, Sha } from "#core/milestone.ts";
import { briefOf } from "#jobs/work.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Place, Workbench } from "#ports/workbench.ts";

type World = {
  handOver: HandOver;
  workbench: Workbench;
  /** Seconds since some fixed moment. */
  clock: () => number;
  say: (line: string) => void;
};

/** `staged: true` when the checked-out commit is a head of the train rather than the base of a patch. */
export async function verify(
  assignment: Assignment,
  world: World,
  { staged }: { staged: boolean },
): Promise<void> {
  const { brief } = await briefOf(assignment, world.handOver);
  const tree = staged ? await world.workbench.headTree() : await stagePatch(brief, world);
  if (tree === null) return;
  const evidence = await measure(brief, assignment, tree, world);
  await world.handOver.writeEvidence(evidence);
  const faults = faultsOf(evidence);
  world.say(
    `evidence  ${brief.milestone.id} at ${tree.slice(0, 7)}: ${faults.length === 0 ? "green" : faults.join("; ")}`,
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

async function measure(brief: Brief, assignment: Assignment, tree: Sha, world: World): Promise<Evidence> {
  const { workbench, clock } = world;
  const begun = clock();
  const bench = benchOf(world, begun + brief.verifyMinutes * 60);
  const changes = await workbench.changes(assignment.base, tree);
  const restored = testPathsChanged(changes, brief.testPaths, brief.milestone.allows);
  await workbench.layOut("head", tree, []);
  const gates = await bench.runAll("head", brief.gates, tree);
  const after = await bench.runEach("head", brief.milestone.criteria, tree);
  await workbench.layOut("start", assignment.base, []);
  const before = await bench.runEach("start", brief.milestone.criteria, assignment.base);
  if (restored.length > 0) await workbench.layOut("head-with-base-tests", tree, restored);
  const again = restored.length > 0 ? await bench.runAll("head-with-base-tests", brief.gates, tree) : [];
  const findings = await Promise.all(
    brief.milestone.criteria.map(async (criterion, index) => {
      const file = await filesFor(criterion, assignment.base, tree, workbench);
      return findingOf(criterion, { before: before[index] ?? null, after: after[index] ?? null, file });
    }),
  );
  const { slug, attempt, base, spec } = assignment;
  return {
    version: 1,
    slug,
    attempt,
    spec,
    base,
    tree,
    gates,
    withBaseTests: { restored, gates: again },
    findings,
    skipped: bench.skipped,
    seconds: clock() - begun,
  };
}

/** Runs commands until the time is up; the same command on the same place is measured once. */
function benchOf({ workbench, clock, say }: World, deadline: number) {
  const measured = new Map<string, Measured>();
  const skipped: string[] = [];
  async function run(place: Place, command: string, tree: Sha): Promise<Measured | null> {
    const key = JSON.stringify([place, command]);
    const known = measured.get(key);
    if (known) return known;
    const left = deadline - clock();
    if (left <= 0) {
      skipped.push(`\`${command}\`: the time for verification was used up`);
      return null;
    }
    const result = await workbench.run(place, command, tree, left);
    measured.set(key, result);
    say(`run       ${place}: ${command} → ${result.exitCode} (${result.seconds.toFixed(1)} s)`);
    if (result.exitCode !== 0) say(result.tail);
    return result;
  }
  return {
    skipped,
    async runAll(place: Place, commands: readonly string[], tree: Sha): Promise<CommandRun[]> {
      const runs: CommandRun[] = [];
      for (const command of commands) {
        const result = await run(place, command, tree);
        if (result) runs.push(withoutOutput(result));
      }
      return runs;
    },
    async runEach(
      place: Place,
      criteria: readonly AcceptanceCriterion[],
      tree: Sha,
    ): Promise<(Measured | null)[]> {
      const runs: (Measured | null)[] = [];
      for (const { way } of criteria)
        runs.push(way.by === "command" ? await run(place, way.command, tree) : null);
      return runs;
    },
  };
}

function withoutOutput({ output: _, ...run }: Measured): CommandRun {
  return run;
}

async function filesFor({ way }: AcceptanceCriterion, base: Sha, tree: Sha, workbench: Workbench) {
  if (way.by !== "file") return { before: null, after: null };
  return {
    before: await workbench.readText(base, way.path),
    after: await workbench.readText(tree, way.path),
  };
}
