/** Rejects, asks, and puts the pull requests one behind the other on the landing branch. Lands nothing. */

import type { Assignment } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import { linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { questionFor } from "#core/opinion.ts";
import { asRebuilt, headsToTest } from "#core/rebuild.ts";
import { review } from "#core/review.ts";
import { afterLanding } from "#core/sentinel.ts";
import type { Position } from "#core/train.ts";
import { callToCourt } from "#jobs/sentinel.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";

export type Examination = Assignment & { head: Sha; court: "full" | "position" };

export type ReviewResult = {
  train: Position[];
  /** The heads of the train that must be verified as they would land, and by which court; and what the sentinel asks. */
  verify: Examination[];
  /** The heads a model is asked about. */
  opinions: (Assignment & { head: Sha })[];
  /** Something was rejected, opened, restaged or passed over with a question: the night goes on with another cycle. */
  acted: boolean;
  /** Whether anything prepares a checkout. */
  setUp: boolean;
};

export async function reviewPulls(world: {
  forge: Forge;
  handOver: HandOver;
  say: (line: string) => void;
}): Promise<ReviewResult> {
  const evidence = await world.handOver.readEvidence();
  const { observation, enacted } = await settle((seen) => review(seen, evidence), world.forge, world.say);
  const train = headsToTest(observation, evidence);
  const acting = ["reject", "stage", "open", "block", "unmake", "unblock", "drop", "rebuild", "renew"];
  return {
    train,
    verify: [
      ...(
        await Promise.all(train.map(async (position) => await brief(position, observation, world.handOver)))
      ).flat(),
      ...(await callToCourt(observation, world.handOver)),
    ],
    opinions: (
      await Promise.all(train.map(async (position) => await question(position, observation, world.handOver)))
    ).flat(),
    acted:
      enacted.some((decision) => acting.includes(decision.do)) || afterLanding(observation, []).length > 0,
    setUp: observation.policy.setup.length > 0,
  };
}

/** What `verify` needs to know of a head: the same as an attempt, on what it stands on. */
async function brief(
  { slug, attempt, base, spec, milestone, head, court }: Position,
  observation: Observation,
  handOver: HandOver,
): Promise<Examination[]> {
  if (court === null) return [];
  const claim = { slug, attempt, base, spec, milestone, ...shareOf(observation.policy) };
  const made = briefFor(claim, asRebuilt(observation));
  if (made) await handOver.writeBrief(made, null);
  return [{ slug, attempt, base, spec, head, court }];
}

/** What a model is to be told of a head, beside what the checkout and the evidence hold. */
async function question(
  { slug, attempt, base, spec, head, court, opinion }: Position,
  observation: Observation,
  handOver: HandOver,
): Promise<ReviewResult["opinions"]> {
  if (!opinion) return [];
  const written = linesOf(observation.journal, "published").find(
    (line) => line.slug === slug && line.attempt === attempt,
  );
  const about = {
    slug,
    attempt,
    base,
    spec,
    head,
    measured: court !== null,
    findings: written?.findings ?? [],
  };
  const made = questionFor(about, observation);
  if (made === null) return [];
  await handOver.writeQuestion(made);
  return [{ slug, attempt, base, spec, head }];
}
