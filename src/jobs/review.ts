/** Rejects, asks, and brings the next pull request on top of the landing branch. Lands nothing. */

import type { Assignment } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import type { Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { ceilingOf } from "#core/policy.ts";
import { review } from "#core/review.ts";
import { type Position, trainOf } from "#core/train.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";

export type ReviewResult = {
  train: Position[];
  /** The heads of the train that must be verified as they would land. */
  verify: (Assignment & { head: Sha })[];
  /** Something was rejected, opened, restaged or passed over with a question: the night goes on with another cycle. */
  acted: boolean;
};

export async function reviewPulls(world: {
  forge: Forge;
  handOver: HandOver;
  say: (line: string) => void;
}): Promise<ReviewResult> {
  const evidence = await world.handOver.readEvidence();
  const { observation, enacted } = await settle((seen) => review(seen, evidence), world.forge, world.say);
  const train = trainOf(observation, evidence);
  const toVerify = train.filter(({ verify }) => verify);
  const acting = ["reject", "stage", "open", "block"];
  return {
    train,
    verify: await Promise.all(
      toVerify.map(async (position) => await brief(position, observation, world.handOver)),
    ),
    acted: enacted.some((decision) => acting.includes(decision.do)),
  };
}

/** What `verify` needs to know of a head: the same as an attempt, on the base it would land on. */
async function brief(
  { slug, attempt, base, spec, milestone, head }: Position,
  observation: Observation,
  handOver: HandOver,
): Promise<Assignment & { head: Sha }> {
  const claim = { slug, attempt, base, spec, milestone, ceiling: ceilingOf(observation.policy) };
  const made = briefFor(claim, observation);
  if (made) await handOver.writeBrief(made, null);
  return { slug, attempt, base, spec, head };
}
