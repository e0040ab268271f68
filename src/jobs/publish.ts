/** Judges what an attempt made, writes its receipt, and opens the pull request whatever the evidence says. */

import { excuseFor } from "#core/alarms.ts";
import { attemptsOf } from "#core/attempt.ts";
import { judgeBounds } from "#core/bounds.ts";
import type { Assignment } from "#core/brief.ts";
import { faultsOf } from "#core/court/faults.ts";
import type { DecisionOf, Subject } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import type { Milestone, Sha } from "#core/milestone.ts";
import type { Checkpoint } from "#core/notes.ts";
import type { Observation } from "#core/observation.ts";
import { NOTHING_SPENT, type Outcome } from "#core/outcome.ts";
import { plan } from "#core/plan.ts";
import { protectedGlobs } from "#core/policy.ts";
import { goOn } from "#jobs/land.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Trees } from "#ports/trees.ts";

type Publish = DecisionOf<"publish">;
type World = { forge: Forge; trees: Trees; handOver: HandOver; say: (line: string) => void };

export async function publish(assignment: Assignment, world: World): Promise<void> {
  const { observation, enacted } = await settle(
    async (seen) => {
      const decision = await decide(assignment, seen, world);
      return decision === null ? [] : [decision];
    },
    world.forge,
    world.say,
  );
  if (enacted.length === 0)
    world.say(`publish   ${assignment.slug} attempt ${assignment.attempt}: nothing to do`);
  // Whoever told a job to stop is not answered by starting it again, nor a service that serves nobody by asking at once.
  if (await waitsForItsTime(world.handOver)) return;
  if (isWorthACycle(observation)) await goOn(observation, world);
}

async function waitsForItsTime(handOver: HandOver): Promise<boolean> {
  const outcome = await handOver.readOutcome();
  if (outcome !== null) return outcome.outcome === "interrupted" && outcome.by !== "crash";
  return (await handOver.readCheckpoint())?.meter != null;
}

/**
 * This run's own landing comes next, unless another attempt of it is still being worked on: nobody waits for a
 * straggler. And a place that has become free is taken at once.
 */
function isWorthACycle(observation: Observation): boolean {
  const straggles = attemptsOf(observation).some(
    (attempt) => attempt.state === "working" && attempt.cycle === observation.cycle.id,
  );
  return straggles || plan(observation).length > 0;
}

/** Null when the attempt is not this run's to publish, or was published already. */
async function decide(
  assignment: Assignment,
  observation: Observation,
  world: World,
): Promise<Publish | null> {
  const { slug, attempt, base, spec } = assignment;
  const mine = attemptsOf(observation).find((one) => one.slug === slug && one.number === attempt);
  if (mine?.state !== "working" || mine.cycle !== observation.cycle.id || mine.spec !== spec) return null;
  const claim = observation.refs.find((ref) => ref.slug === slug && ref.attempt === attempt);
  if (claim?.parents[0] !== base || !claim.trailers) return null;
  const checkpoint = await world.handOver.readCheckpoint();
  const outcome = (await world.handOver.readOutcome()) ?? cutOff(checkpoint);
  const receipt: Omit<Publish, "as" | "because"> = {
    do: "publish",
    ...{ milestone: claim.trailers.milestone, slug, attempt, spec, base },
    ...{ tree: null, ask: null, findings: [] },
    code: outcome?.outcome === "failed" ? outcome.code : null,
    until: outcome?.outcome === "failed" ? outcome.until : undefined,
    // Nobody knows what it used before it was gone: all that was set aside for it.
    spend: outcome?.spend ?? { ...NOTHING_SPENT, usd: claim.trailers.ceiling ?? 0 },
    ...{ seconds: checkpoint?.meter?.seconds ?? 0, notes: checkpoint?.notes ?? {} },
  };
  const milestone = observation.roadmap.milestones.find((one) => one.slug === slug && one.spec === spec);
  if (outcome === null || receipt.code !== null || !milestone)
    return { ...receipt, as: "lost", because: [whyLost(outcome, milestone)] };
  if (outcome.outcome === "blocked")
    return { ...receipt, as: "blocked", because: [outcome.because], ask: outcome.ask };
  const change = { milestone, receipt, observation };
  if (outcome.outcome !== "interrupted")
    return { ...receipt, ...(await judgeChange({ ...change, outcome }, world)) };
  const tree = await treeToKeep(checkpoint, change, world);
  return { ...receipt, as: "interrupted", because: [outcome.because], tree };
}

/** A job that was killed leaves no outcome; what it wrote while it worked says how far it came. */
function cutOff(checkpoint: Checkpoint | null): Outcome | null {
  if (!checkpoint?.meter) return null;
  const because = "its job was cut off before it could say anything";
  return { outcome: "interrupted", by: "signal", because, spend: checkpoint.meter.spend };
}

function whyLost(outcome: Outcome | null, milestone: Milestone | undefined): string {
  if (outcome === null) return "the work job left no outcome";
  if (!milestone) return "the milestone changed while it was being worked on";
  return "because" in outcome ? outcome.because : "its outcome cannot be used";
}

type Change = { milestone: Milestone; receipt: Subject & { base: Sha }; observation: Observation };

type Staged = { tree: Sha; protected: string[]; refused: string[] } | { because: string };

/** The tree a patch makes, and what its bounds are crossed by. */
async function stageChange(
  patch: Uint8Array | null,
  { milestone, receipt, observation }: Change,
  { trees }: World,
): Promise<Staged> {
  if (patch === null || patch.length === 0) return { because: "nothing was changed" };
  const staged = await trees.stage(receipt.base, patch, milestone, observation);
  if ("refused" in staged) return { because: staged.refused };
  if ("conflicts" in staged)
    return { because: `the patch does not apply to its own base: ${staged.conflicts.join(", ")}` };
  const { policy, changelogPath } = observation;
  const difference = await trees.changes(receipt.base, staged.tree);
  const written = difference.changes.filter(({ path }) => path !== policy.roadmap && path !== changelogPath);
  const bounds = judgeBounds({
    ...difference,
    changes: written,
    protectedGlobs: protectedGlobs(policy),
    touches: milestone.touches,
    allows: milestone.allows,
    limits: policy.limits,
  });
  return { tree: staged.tree, ...bounds };
}

/** What crosses a bound is not pushed anywhere, not even to be gone on with. */
async function treeToKeep(checkpoint: Checkpoint | null, change: Change, world: World): Promise<Sha | null> {
  const staged = await stageChange(checkpoint?.patch ?? null, change, world);
  return "tree" in staged && staged.protected.length + staged.refused.length === 0 ? staged.tree : null;
}

/** What the change deserves: a pull request, a rejection without one, or a question. */
async function judgeChange(
  { outcome, ...change }: Change & { outcome: Exclude<Outcome, { outcome: "blocked" | "interrupted" }> },
  world: World,
): Promise<Pick<Publish, "as" | "because"> & Partial<Pick<Publish, "tree" | "findings" | "ask">>> {
  const { handOver } = world;
  const stopped = outcome.outcome === "finished" ? [] : [`the engine ${outcome.outcome}: ${outcome.because}`];
  const rejected = (...because: string[]) => ({ as: "rejected" as const, because: [...stopped, ...because] });
  const patch = await handOver.readPatch();
  if (outcome.outcome === "exhausted" && outcome.split !== undefined && (patch?.length ?? 0) === 0)
    return { as: "blocked", because: stopped, ask: `Shall it be split like this?\n\n${outcome.split}` };
  const staged = await stageChange(patch, change, world);
  if (!("tree" in staged)) return rejected(staged.because);
  if (staged.protected.length > 0)
    return {
      as: "blocked",
      because: staged.protected,
      ask: "Do this part by hand or take it out of the milestone; then close this issue to have it tried again.",
    };
  if (staged.refused.length > 0) return rejected(...staged.refused);
  const evidence = (await handOver.readEvidence()).find((one) => isAbout(one, change.receipt, staged.tree));
  const faults = evidence
    ? (excuseFor(evidence) ?? faultsOf(evidence))
    : ["`verify` left no evidence for this tree"];
  return {
    as: "pull",
    tree: staged.tree,
    because: [...stopped, ...faults],
    findings: evidence?.findings ?? [],
  };
}

function isAbout(
  evidence: Evidence,
  { slug, attempt, spec, base }: Subject & { base: Sha },
  tree: Sha,
): boolean {
  return (
    evidence.slug === slug &&
    evidence.attempt === attempt &&
    evidence.spec === spec &&
    evidence.base === base &&
    evidence.tree === tree
  );
}
