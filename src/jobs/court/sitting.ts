/** One sitting of the court: everything that is measured of one tree, in the order of what it costs to leave it out. */

import type { TreeChange } from "#core/bounds.ts";
import type { Assignment, Docket } from "#core/brief.ts";
import type { Baseline } from "#core/court/baseline.ts";
import type { ChangedFile } from "#core/court/changed-file.ts";
import { isGreen } from "#core/court/faults.ts";
import type { Measured } from "#core/court/findings.ts";
import type { Objection } from "#core/court/objection.ts";
import { tampering } from "#core/court/tampering.ts";
import type { CommandRun, Evidence, SmokeRun } from "#core/evidence.ts";
import { type Bench, type BenchWorld, openBench, withoutOutput } from "#jobs/court/bench.ts";
import { changesOf, readChange, type Suites, suitesOn, type Trees } from "#jobs/court/change.ts";
import { hearCriteria, runCommands } from "#jobs/court/criteria.ts";
import { checkHoldOuts } from "#jobs/court/hold-outs.ts";
import { keepTests, measureBaseline } from "#jobs/court/kept.ts";
import { judgeKind } from "#jobs/court/kinds.ts";
import { NO_MUTATION } from "#jobs/court/mutants.ts";
import { proveChange } from "#jobs/court/proofs.ts";
import type { Syntax } from "#ports/syntax.ts";
import type { Witness } from "#ports/witness.ts";
import type { Workbench } from "#ports/workbench.ts";

export type CourtWorld = BenchWorld & {
  syntax: Syntax;
  witness: Witness;
  /** Nobody outside knows it: the canary's name. */
  nonce: string;
  /** What somebody else in this cycle measured of base, if anybody did. */
  baseline: (base: Trees["base"]) => Promise<Baseline | null>;
};

/** What all parts of the court look at. */
export type Sitting = Suites & {
  docket: Docket;
  trees: Trees;
  changes: readonly TreeChange[];
  files: readonly ChangedFile[];
  bench: Bench;
  workbench: Workbench;
  syntax: Syntax;
  witness: Witness;
  nonce: string;
  say: (line: string) => void;
};

/** What is brought before the court: the contract, who asks, and the tree that would land. */
export type Case = { docket: Docket; assignment: Assignment; tree: Trees["tree"] };

const NO_TESTS: Evidence["tests"] = {
  runner: null,
  weak: null,
  base: null,
  head: null,
  lost: [],
  flakes: [],
};

/** The whole court, once per attempt. */
export async function sit({ docket, assignment, tree }: Case, world: CourtWorld): Promise<Evidence> {
  const begun = world.clock();
  const sitting = await openSitting(docket, { base: assignment.base, tree }, world);
  const { bench, files, workbench } = sitting;
  await workbench.layOut("head", tree);
  const gates = await bench.runAll("head", docket.gates, tree);
  const after = await runCommands(sitting, "head");
  const smoke = await keepPromises(sitting);
  const objections = [...tampering(files, docket.milestone)];
  const facts = isGreen(gates)
    ? await measureWhole(sitting, world, after)
    : await measureRed(sitting, gates, after);
  return {
    ...headerOf({ docket, assignment, tree }),
    court: "full",
    gates,
    ...facts,
    smoke,
    objections: [...objections, ...facts.objections],
    skipped: bench.skipped,
    remarks: bench.remarks,
    seconds: world.clock() - begun,
  };
}

/** A place in the train: whether the whole still builds, passes its tests and keeps its promises. */
export async function sitForPosition(
  { docket, assignment, tree }: Case,
  world: CourtWorld,
): Promise<Evidence> {
  const begun = world.clock();
  const bench = openBench(world, begun + docket.verifyMinutes * 60);
  const trees = { base: assignment.base, tree };
  await world.workbench.layOut("head", tree);
  const gates = await bench.runAll("head", docket.gates, tree);
  const smoke = await keepPromises({ bench, docket, trees });
  const baseline = isGreen(gates)
    ? []
    : await gatesOnBase({ bench, trees, workbench: world.workbench }, gates);
  return {
    ...headerOf({ docket, assignment, tree }),
    court: "position",
    baseline,
    gates,
    withBaseTests: { restored: [], gates: [] },
    tests: NO_TESTS,
    proofs: [],
    mutation: NO_MUTATION,
    objections: [],
    smoke,
    holdOuts: [],
    demonstrated: [],
    findings: [],
    skipped: bench.skipped,
    remarks: bench.remarks,
    seconds: world.clock() - begun,
  };
}

type Facts = Pick<
  Evidence,
  | "baseline"
  | "withBaseTests"
  | "tests"
  | "proofs"
  | "mutation"
  | "objections"
  | "holdOuts"
  | "demonstrated"
  | "findings"
>;

async function measureWhole(sitting: Sitting, world: CourtWorld, after: (Measured | null)[]): Promise<Facts> {
  const baseline = await baselineFor(sitting, world);
  const before = await runCommands(sitting, "start");
  const kept = await keepTests(sitting, baseline);
  const proven = await proveChange(sitting, baseline.results);
  const heard = await hearCriteria(
    sitting,
    { before, after },
    {
      before: baseline.results,
      after: kept.results && [...kept.results, ...proven.results],
      proofs: proven.proofs,
    },
  );
  const heldOut = await checkHoldOuts(sitting);
  return {
    baseline: baseline.gates,
    withBaseTests: kept.withBaseTests,
    tests: kept.summary,
    proofs: proven.proofs,
    mutation: proven.mutation,
    objections: [...kept.objections, ...proven.objections, ...(await judgeKind(sitting, proven.mutation))],
    holdOuts: heldOut.holdOuts,
    demonstrated: [...heard.demonstrated, ...heldOut.demonstrated],
    findings: heard.findings,
  };
}

/** Base as this cycle knows it, laid out as `start` either way. */
async function baselineFor(sitting: Sitting, world: CourtWorld): Promise<Baseline> {
  const shared = await world.baseline(sitting.trees.base);
  if (shared === null) return await measureBaseline(sitting, { gates: false });
  await sitting.workbench.layOut("start", sitting.trees.base);
  return shared;
}

/** Red gate commands decide by themselves; what is still asked is whether base is red as well. */
async function measureRed(
  sitting: Sitting,
  gates: readonly CommandRun[],
  after: (Measured | null)[],
): Promise<Facts> {
  const heard = await hearCriteria(
    sitting,
    { before: after.map(() => null), after },
    { before: null, after: null, proofs: [] },
  );
  sitting.bench.remarks.push("the gate commands are red: nothing else was asked");
  return {
    baseline: await gatesOnBase(sitting, gates),
    withBaseTests: { restored: [], gates: [] },
    tests: NO_TESTS,
    proofs: [],
    mutation: NO_MUTATION,
    objections: [] as Objection[],
    holdOuts: [],
    demonstrated: [],
    findings: heard.findings,
  };
}

async function openSitting(docket: Docket, trees: Trees, world: CourtWorld): Promise<Sitting> {
  const { workbench, syntax, witness, nonce, say, clock } = world;
  const bench = openBench(world, clock() + docket.verifyMinutes * 60);
  const changes = await changesOf(docket, trees, workbench);
  const files = await readChange(changes, docket, trees, { workbench, syntax });
  const suites = await suitesOn(trees.base, docket.testCommands, workbench);
  return { docket, trees, changes, files, ...suites, bench, workbench, syntax, witness, nonce, say };
}

function headerOf({ docket, assignment, tree }: Case) {
  const { slug, attempt, base, spec } = assignment;
  return { version: 2 as const, slug, attempt, spec, base, tree, kind: docket.milestone.kind };
}

/** What earlier milestones promised must still hold. */
async function keepPromises({
  bench,
  docket,
  trees,
}: Pick<Sitting, "bench" | "docket" | "trees">): Promise<SmokeRun[]> {
  const runs: SmokeRun[] = [];
  const own = { milestone: docket.milestone.id, commands: docket.milestone.smoke };
  for (const { milestone, commands } of [...docket.promised, own])
    for (const command of commands) {
      const run = await bench.run("head", command, trees.tree);
      if (run) runs.push({ milestone, run: withoutOutput(run) });
    }
  return runs;
}

/** Only the red ones are asked of base: is it their fault? */
async function gatesOnBase(
  { bench, trees, workbench }: Pick<Sitting, "bench" | "trees" | "workbench">,
  gates: readonly CommandRun[],
): Promise<CommandRun[]> {
  await workbench.layOut("start", trees.base);
  const red = gates.filter(({ exitCode }) => exitCode !== 0).map(({ command }) => command);
  return await bench.runAll("start", red, trees.base);
}
