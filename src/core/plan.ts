/** Chooses which milestones start now, and says of every other ready one why it does not. Pure and total. */

import {
  type Amounts,
  add,
  amountsOf,
  exceeded,
  inUnits,
  monthCap,
  NOTHING,
  nightCap,
  type Share,
  SPARE_MINUTES,
} from "#core/budget.ts";
import type { Claim, Decision } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import { ledgerOf } from "#core/ledger.ts";
import type { Slug } from "#core/milestone.ts";
import { awaitsRebuild, founding, pausedBy, yetToPromote } from "#core/next.ts";
import { windowOf } from "#core/night.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { opinionCeiling } from "#core/opinion.ts";
import { gateCommands } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";
import { resumedBy, type Standing, standingsOf } from "#core/progress.ts";
import { modelTrouble } from "#core/questions.ts";
import { declaresDependencies } from "#core/roadmap.ts";
import { instantOf } from "#core/time.ts";

const MINUTE = 60_000;

/** Minutes an owner needs, roughly: to answer a question, to look through an open pull request, or one of the promotion's milestones. */
const REVIEW_MINUTES = { blocker: 5, pull: 10, promoting: 5 } as const;

/** Minutes of the owner's time that wait for him already. */
export function waitingReviewMinutes(observation: Observation): number {
  const { blockers, pulls, policy } = observation;
  const asked = blockers.filter(({ open }) => open).length * REVIEW_MINUTES.blocker;
  const toMerge = policy.land === "pull-request" ? pulls.filter(({ state }) => state === "open").length : 0;
  const toPromote = yetToPromote(observation).filter(({ of }) => of !== null).length;
  return asked + toMerge * REVIEW_MINUTES.pull + toPromote * REVIEW_MINUTES.promoting;
}

/** What starts, and why the other ready milestones do not. */
export type Plan = { claims: Claim[]; held: ReadonlyMap<Slug, string> };

export function plan(observation: Observation): Decision[] {
  const { claims } = chooseFrom(observation);
  // What starts, starts from the branch as it should be.
  const first = founding(observation, claims.length > 0);
  if (first.length > 0) return first;
  return claims.length === 0 ? [] : [{ do: "assign", assignments: claims }];
}

/** The plan itself. `paid: true` asks what would start inside the night's hours, whatever woke this cycle. */
export function chooseFrom(observation: Observation, paid = observation.night.paid): Plan {
  const standings = standingsOf(observation);
  const room = roomIn(observation);
  const claims: Claim[] = [];
  const held = new Map<Slug, string>();
  const general = reasonAgainstAny(observation, paid);
  for (const { milestone, progress } of inOrder(standings, observation)) {
    if (progress.state !== "ready") continue;
    const reason = general ?? room.reasonAgainst(milestone.slug, progress.share);
    if (reason !== null) {
      held.set(milestone.slug, reason);
      continue;
    }
    room.take(milestone.slug, progress.share);
    claims.push({
      milestone: milestone.id,
      slug: milestone.slug,
      attempt: progress.attempt,
      base: observation.landing.sha,
      spec: milestone.spec,
      ...progress.share,
    });
  }
  return { claims, held };
}

/**
 * What was interrupted goes on before anything else begins. While no dependency is declared anywhere, the order of the
 * file is one: each waits for the one before it.
 */
function inOrder(standings: readonly Standing[], { roadmap }: Observation): Standing[] {
  if (declaresDependencies(roadmap)) return standings.toSorted((one, other) => late(one) - late(other));
  const passedOver = ["done", "blocked", "stuck", "not planned", "waiting"];
  const next = standings.find(({ progress }) => !passedOver.includes(progress.state));
  return next ? [next] : [];
}

function late({ progress }: Standing): number {
  return progress.state === "ready" && resumedBy(progress.earlier) !== null ? 0 : 1;
}

/** Why no attempt could be made under this policy, or null. */
export function whyUnworkable(policy: Observation["policy"]): string | null {
  if (gateCommands(policy).length === 0) return "no gate command is known";
  const models = [policy.model, ...(policy.opinion === false ? [] : [policy.opinion.model ?? policy.model])];
  const unknown = models.find((model) => priceOf(model, policy.prices) === null);
  return unknown === undefined ? null : `the price of ${unknown} is not known`;
}

function reasonAgainstAny(observation: Observation, paid: boolean): string | null {
  const { policy, night, blockers } = observation;
  const halt = haltOf(observation);
  if (halt !== null) return halt;
  const unworkable = whyUnworkable(policy);
  if (unworkable !== null) return unworkable;
  const nightWide = blockers.find(({ open, milestone }) => open && milestone === null);
  if (nightWide) return `waits for an answer to #${nightWide.issue}`;
  // Until the question is asked: a cycle may start between the refusal and the review that asks about it.
  const trouble = modelTrouble(observation);
  if (trouble) return trouble.because.join("; ");
  const closed = pausedBy(observation);
  if (closed) return `#${closed.number} was closed and not merged`;
  if (awaitsRebuild(observation))
    return `${observation.policy.branch} is being put on ${observation.repository.defaultBranch}`;
  const minutes = waitingReviewMinutes(observation);
  if (minutes > policy["review-minutes"]) return `about ${minutes} minutes of review wait for you already`;
  return paid ? null : night.because;
}

/** The attempts under way of which no opinion was booked yet. */
function unheard(observation: Observation): number {
  const heard = linesOf(observation.journal, "opined");
  return standingsOf(observation).filter(
    ({ milestone: { slug }, progress }) =>
      (progress.state === "in work" || progress.state === "in review") &&
      !heard.some((line) => line.slug === slug && line.attempt === progress.attempt),
  ).length;
}

/** What is left of the night's capacity and money while claims are being chosen. */
function roomIn(observation: Observation) {
  const { policy, journal, night, roadmap } = observation;
  // What is built must be heard before it lands: its opinion is set aside with it.
  const opinion: Amounts = { ...NOTHING, usd: opinionCeiling(policy) };
  const spent = ledgerOf(journal, night.name);
  const started = new Set<string>(
    linesOf(journal, "assigned")
      .filter((line) => line.night === night.name)
      .map(({ slug }) => slug),
  );
  let places =
    (declaresDependencies(roadmap) ? policy.parallel : 1) -
    standingsOf(observation).filter(({ progress }) => progress.state === "in work").length;
  let reserved: Amounts = { ...NOTHING, usd: unheard(observation) * opinion.usd };
  return {
    reasonAgainst(slug: Slug, share: Share): string | null {
      if (places <= 0) return "others are being worked on";
      if (!started.has(slug) && started.size >= policy.milestones)
        return `${policy.milestones} milestones have been started this night`;
      const one = add(amountsOf(share), opinion);
      const wanted = add(reserved, one);
      return (
        shortage("night", { spent: spent.night, wanted, cap: nightCap(policy), one }) ??
        shortage("month", { spent: spent.month, wanted, cap: monthCap(policy), one }) ??
        lateness(share, observation)
      );
    },
    take(slug: Slug, share: Share): void {
      places -= 1;
      reserved = add(reserved, add(amountsOf(share), opinion));
      started.add(slug);
    },
  };
}

function shortage(
  level: "night" | "month",
  { spent, wanted, cap, one }: Record<"spent" | "wanted" | "cap" | "one", Amounts>,
): string | null {
  const unit = exceeded(spent, wanted, cap);
  if (unit === null) return null;
  const [all, each] = [cap[unit], one[unit]].map((amount) => inUnits(amount, unit));
  return `the ${level}'s ${all} do not cover another attempt of up to ${each}`;
}

/**
 * What cannot be built and verified before the night ends waits for the next one. Said without the minutes that are
 * left, so that an unchanged world is told in unchanged words.
 */
function lateness({ reserved }: Share, { now, night, policy }: Observation): string | null {
  if (policy.night.from === policy.night.to) return null;
  const needed = Math.ceil(reserved.minutes) + policy.verify.minutes + SPARE_MINUTES;
  const left = (windowOf(night.name, policy.night).to - instantOf(now)) / MINUTE;
  if (needed <= left) return null;
  return `waits for the next night: an attempt with its verification may take ${needed} minutes, more than this night has left`;
}
