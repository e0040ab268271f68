/** What the promotion pull request says of each milestone that waits on `daybreak/next`. Pure; opens and merges nothing. */

import { LANDED_RED } from "#core/alarms.ts";
import type { Finding } from "#core/evidence.ts";
import { linesOf } from "#core/journal.ts";
import type { MilestoneId, Sha, Slug } from "#core/milestone.ts";
import { awaitsRebuild, isAnswered, milestoneOf, pausedBy, yetToPromote } from "#core/next.ts";
import { haltOf, type Observation, type Unpromoted } from "#core/observation.ts";

/** One line of the map: a milestone's commit, or one of the owner's own. */
export type Promoting = {
  commit: Sha;
  title: string;
  milestone: {
    id: MilestoneId;
    slug: Slug;
    attempt: number;
    pull: number | null;
    criteria: readonly Finding[];
    /** What depends on it, and would be dropped with it. */
    takes: MilestoneId[];
    ticked: boolean;
  } | null;
};

/** What is to be said, and where: `pull` null opens one. `red`: the question about the branch's own checks. */
type Promote = { pull: number | null; seen: string; map: Promoting[]; red: number | null };

/** Null while there is nothing to say, or nobody to say it to. */
export function promotionOf(observation: Observation): Promote | null {
  const { promotion, blockers } = observation;
  if (promotion?.next == null || haltOf(observation) !== null) return null;
  // Refused until its owner has changed a setting and said so.
  if (blockers.some(({ open, key }) => open && key === "publishing")) return null;
  if (awaitsRebuild(observation) || pausedBy(observation) !== null) return null;
  const { pull } = promotion;
  const red = blockers.find(({ open, key }) => open && key === LANDED_RED)?.issue ?? null;
  const waiting = yetToPromote(observation);
  const map = waiting.map((one) => promoting(one, waiting, observation));
  if (pull?.state === "open") return pull.ours ? { pull: pull.number, seen: pull.body, map, red } : null;
  // Closed with what is on the branch now: only an answer opens another one.
  const refused = pull?.ours === true && pull.state === "closed" && pull.head === promotion.next;
  if (map.length === 0 || (refused && !isAnswered(pull, blockers))) return null;
  return { pull: null, seen: "", map, red };
}

function promoting(one: Unpromoted, all: readonly Unpromoted[], observation: Observation): Promoting {
  const { commit, of, title } = one;
  const contract = milestoneOf(one, observation);
  if (of === null) return { commit, title, milestone: null };
  const slug = contract?.slug ?? (of.milestone as string as Slug);
  const mine = (line: { slug: Slug; attempt: number }) => line.slug === slug && line.attempt === of.attempt;
  const landed = linesOf(observation.journal, "landed").findLast(mine);
  const published = linesOf(observation.journal, "published").findLast(mine);
  return {
    commit,
    title: contract?.title ?? title,
    milestone: {
      id: of.milestone,
      slug,
      attempt: of.attempt,
      pull: landed?.pull ?? observation.pulls.findLast(mine)?.number ?? null,
      criteria: landed?.findings ?? published?.findings ?? [],
      takes: dependantsOf(of.milestone, all, observation),
      ticked: observation.promotion?.pull?.ticked.some(mine) ?? false,
    },
  };
}

/** Of those that wait as well, in their order. */
function dependantsOf(id: MilestoneId, all: readonly Unpromoted[], observation: Observation): MilestoneId[] {
  const taken = new Set([id]);
  for (const one of all) {
    const contract = milestoneOf(one, observation);
    if (contract?.dependsOn.some((needed) => taken.has(needed))) taken.add(contract.id);
  }
  taken.delete(id);
  return [...taken];
}
