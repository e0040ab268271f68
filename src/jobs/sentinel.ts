/** Puts commits that have landed, or that take one back, before the court, and acts on what came of it. */

import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import type { Evidence } from "#core/evidence.ts";
import type { Observation } from "#core/observation.ts";
import { afterLanding, type Sitting, sittings } from "#core/sentinel.ts";
import type { Examination } from "#jobs/review.ts";
import { type Settled, settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";

/** What `verify` must look at beside the train, with a brief for each. */
export async function callToCourt(
  observation: Observation,
  handOver: Pick<HandOver, "writeBrief">,
): Promise<Examination[]> {
  const called: Examination[] = [];
  for (const sitting of sittings(observation)) {
    const { slug, attempt, base, spec, head } = sitting;
    const brief = briefOn(sitting, observation);
    if (brief === null) continue;
    await handOver.writeBrief(brief, null);
    called.push({ slug, attempt, base, spec, head, court: "position" });
  }
  return called;
}

/** What follows from a landing, from what the court found now, and from what the branch's own checks say. */
export async function keepWatch(
  evidence: readonly Evidence[],
  { forge, say }: { forge: Forge; say: (line: string) => void },
  seen: Observation | null,
): Promise<Settled> {
  const decide = (looked: Observation) => afterLanding(looked, evidence);
  return await settle(decide, forge, say, seen === null ? {} : { seen });
}

/** A milestone that is taken back promises nothing any more; at the end of a night only promises are asked. */
function briefOn({ why, slug, attempt, base, milestone }: Sitting, observation: Observation) {
  const contract = observation.roadmap.milestones.find((one) => one.slug === slug);
  if (!contract) return null;
  const claim = {
    slug,
    attempt,
    base,
    spec: contract.spec,
    milestone,
    ...shareOf(observation.policy),
  };
  const made = briefFor(claim, observation);
  if (made === null || why === "culprit") return made;
  const own = { ...made.milestone, smoke: [] };
  if (why === "promises") return { ...made, milestone: own, gates: [] };
  return { ...made, milestone: own, promised: made.promised.filter((one) => one.milestone !== milestone) };
}
