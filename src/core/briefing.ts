/** Makes the brief of one claim: everything the attempt may know, as of one look. Pure. */

import type { Brief, Docket } from "#core/brief.ts";
import type { Claim } from "#core/decision.ts";
import type { Milestone } from "#core/milestone.ts";
import { windowOf } from "#core/night.ts";
import type { Observation } from "#core/observation.ts";
import { gateCommands, protectedGlobs } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";
import { standingsOf } from "#core/progress.ts";
import { isoOf, MINUTE } from "#core/time.ts";

/** Null if the claim does not fit what was observed, or the model has no price. */
export function briefFor(claim: Claim, observation: Observation): Brief | null {
  const { policy, night, roadmap } = observation;
  const milestone = roadmap.milestones.find(({ slug, spec }) => slug === claim.slug && spec === claim.spec);
  const price = priceOf(policy.model, policy.prices);
  if (!milestone || !price) return null;
  const { slug, attempt, base, spec } = claim;
  return {
    version: 1,
    night: night.name,
    assignment: { slug, attempt, base, spec },
    ...docketFor(milestone, observation),
    setup: [...policy.setup],
    rules: observation.engineRules,
    conventionsPath: policy.conventions,
    engine: policy.engine,
    model: policy.model,
    effort: policy.effort,
    price,
    limits: {
      usd: claim.ceiling,
      tokens: claim.reserved.tokens,
      turns: policy.turns,
      seconds: Math.max(1, Math.floor(claim.reserved.minutes * 60)),
    },
    deadline: deadlineOf(observation),
    earlier: lessonsFor(claim, observation),
  };
}

/** Its night's end, less what `verify` may need. A night that lasts all day has none: the next one follows at once. */
function deadlineOf({ night, policy }: Observation): string | null {
  if (policy.night.from === policy.night.to) return null;
  return isoOf(windowOf(night.name, policy.night).to - policy.verify.minutes * MINUTE);
}

/** What the court is told of a milestone. */
export function docketFor(
  milestone: Milestone,
  { policy, roadmap, changelogPath }: Pick<Observation, "policy" | "roadmap" | "changelogPath">,
): Docket {
  return {
    milestone,
    gates: gateCommands(policy),
    testCommands: [...policy.test],
    testPaths: policy.tests,
    start: policy.start,
    flakes: policy.flakes,
    promised: roadmap.milestones
      .filter(({ status, smoke }) => status === "done" && smoke.length > 0)
      .map(({ id, smoke }) => ({ milestone: id, commands: smoke })),
    protectedPaths: protectedGlobs(policy),
    roadmapPath: policy.roadmap,
    changelogPath,
    holdOuts: policy["hold-outs"] ?? null,
    verifyMinutes: policy.verify.minutes,
  };
}

/** A ready milestone carries its lessons; once claimed it is in work, so they are read as of before the claim. */
function lessonsFor(claim: Claim, observation: Observation): Brief["earlier"] {
  const before: Observation = {
    ...observation,
    refs: observation.refs.filter(({ slug, attempt }) => slug !== claim.slug || attempt !== claim.attempt),
    journal: observation.journal.filter(
      (line) => !(line.line === "assigned" && line.slug === claim.slug && line.attempt === claim.attempt),
    ),
  };
  const standing = standingsOf(before).find(({ milestone }) => milestone.slug === claim.slug);
  return standing?.progress.state === "ready" ? standing.progress.earlier : [];
}
