/** Makes the brief of one claim: everything the attempt may know, as of one look. Pure. */

import type { Brief } from "#core/brief.ts";
import type { Claim } from "#core/decision.ts";
import type { Observation } from "#core/observation.ts";
import { gateCommands, protectedGlobs } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";
import { standingsOf } from "#core/progress.ts";

/** Null if the claim does not fit what was observed, or the model has no price. */
export function briefFor(claim: Claim, observation: Observation): Brief | null {
  const { policy, night, roadmap, changelogPath } = observation;
  const milestone = roadmap.milestones.find(({ slug, spec }) => slug === claim.slug && spec === claim.spec);
  const price = priceOf(policy.model, policy.prices);
  if (!milestone || !price) return null;
  const { slug, attempt, base, spec } = claim;
  return {
    version: 1,
    night: night.name,
    assignment: { slug, attempt, base, spec },
    milestone,
    setup: [...policy.setup],
    gates: gateCommands(policy),
    testPaths: policy.tests,
    protectedPaths: protectedGlobs(policy),
    roadmapPath: policy.roadmap,
    changelogPath,
    conventionsPath: policy.conventions,
    model: policy.model,
    effort: policy.effort,
    price,
    limits: {
      usd: claim.ceiling,
      tokens: policy.tokens,
      turns: policy.turns,
      seconds: Math.floor((policy.minutes * 60) / policy.attempts),
    },
    verifyMinutes: policy.verify.minutes,
    earlier: lessonsFor(claim, observation),
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
