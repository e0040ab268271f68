/** The train: pull requests one behind the other on the landing branch, each tested on top of those before it. Pure. */

import * as z from "zod";
import { type Candidate, candidatesIn, isAlive, reportedOn } from "#core/candidates.ts";
import type { Car, Decision } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import type { WaitFor } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import { landsItself, longestTrain, secondsToWait } from "#core/landing.ts";
import { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { affordable } from "#core/opinion.ts";
import type { Verdict } from "#core/verdict.ts";

/** Fresh heads a pull gets for checks that were cut off, before a human is asked why. */
export const MOST_FRESH_HEADS = 3;

/** One place in the train: a head that is tested as it would land. */
export const Position = z.strictObject({
  milestone: MilestoneId,
  slug: Slug,
  attempt: z.int().positive(),
  spec: Spec,
  /** 0: a commit of the rebuilt `daybreak/next`, which has none of its own. */
  pull: z.int().nonnegative(),
  head: Sha,
  /** What it stands on: the landing branch, or the position before it. */
  base: Sha,
  /** What is still to be asked of it; null: nothing. */
  court: z.enum(["full", "position"]).nullable(),
  /** A model is to be asked about it in this run. */
  opinion: z.boolean(),
  /** Required checks that have reported on it. */
  reported: z.array(z.string()),
});
export type Position = z.infer<typeof Position>;

/** The heads to test and land next, in the order in which they stand. Empty when nothing could come of it. */
export function trainOf(observation: Observation, evidence: readonly Evidence[]): Position[] {
  if (haltOf(observation) !== null || !landsItself(observation)) return [];
  const train = chainOf(candidatesIn(observation, { evidence }), observation);
  const patient = secondsToWait(observation) > 0 && train.some((one) => !isAsked(one, observation));
  // Only the App's own status survives this run: without it, proving a head early would prove it for nothing.
  const outlasts = observation.mode === "app" || patient;
  const idle = train.findIndex(({ verdict }) => !outlasts && wants(verdict, "checks"));
  const may = affordable(observation);
  let asked = 0;
  const positions = (idle === -1 ? train : train.slice(0, idle)).map((one) => {
    const position = positionOf(one, observation);
    asked += position.opinion ? 1 : 0;
    return asked > may ? { ...position, opinion: false } : position;
  });
  const moves =
    patient ||
    train[0]?.verdict.kind === "land" ||
    positions.some(({ court, opinion }) => court !== null || opinion);
  return moves ? positions : [];
}

/** The pull requests that are not in their place are restacked behind those that are; a train that is valid stays. */
export function staging(candidates: readonly Candidate[], observation: Observation): Decision[] {
  if (!landsItself(observation)) return [];
  const train = chainOf(candidates, observation);
  const tip = train.at(-1)?.pull.head ?? observation.landing.sha;
  const waiting = candidates.filter(
    (one) =>
      isAlive(one) &&
      !train.includes(one) &&
      mayRide(one, observation) &&
      !wasLeftOut(one, train, observation),
  );
  const cars = waiting
    .slice(0, longestTrain(observation) - train.length)
    .map(({ subject, pull, below }, index): Car => {
      const again = index === 0 && below === tip ? freshHeadsOf({ subject, below }, observation) + 1 : 0;
      return { ...subject, pull: pull.number, head: pull.head, again };
    });
  return cars.length === 0 ? [] : [{ do: "stage", onto: tip, cars }];
}

/** How many heads this attempt was given where it stands now. */
export function freshHeadsOf(
  { subject: { slug, attempt }, below }: Pick<Candidate, "subject" | "below">,
  { journal }: Pick<Observation, "journal">,
): number {
  return linesOf(journal, "staged").filter(
    (line) =>
      line.slug === slug && line.attempt === attempt && line.base === below && line.conflicts.length === 0,
  ).length;
}

/** The longest row of pull requests that stand on the landing branch, one on top of the other, and may stay there. */
function chainOf(candidates: readonly Candidate[], observation: Observation): Candidate[] {
  const fit = candidates.filter((one) => isAlive(one) && !wants(one.verdict, "fresh head"));
  // Who waits for nothing else is not held up by who waits for checks.
  const ordered = fit.toSorted((one, other) => Number(isHeldUp(one)) - Number(isHeldUp(other)));
  const on = (tip: Sha): Candidate[] =>
    ordered
      .filter(({ below }) => below === tip)
      .map((one) => [one, ...on(one.pull.head)])
      .reduce((best, row) => (row.length > best.length ? row : best), []);
  return on(observation.landing.sha).slice(0, longestTrain(observation));
}

function mayRide(candidate: Candidate, observation: Observation): boolean {
  return !wants(candidate.verdict, "fresh head") || freshHeadsOf(candidate, observation) < MOST_FRESH_HEADS;
}

/** It was tried behind one of these and conflicted: that is judged when the other one has landed. */
function wasLeftOut(
  { pull }: Candidate,
  train: readonly Candidate[],
  { journal, landing }: Observation,
): boolean {
  const heads = new Set([landing.sha, ...train.map((one) => one.pull.head)]);
  return linesOf(journal, "staged").some(
    ({ slug, attempt, head, base, conflicts }) =>
      slug === pull.slug &&
      attempt === pull.attempt &&
      head === pull.head &&
      conflicts.length > 0 &&
      heads.has(base),
  );
}

function positionOf({ subject, pull, below, facts, verdict }: Candidate, { night }: Observation): Position {
  const court = facts.proof.says === "unknown" ? facts.proof.court : null;
  const base = below ?? pull.head;
  return {
    ...subject,
    pull: pull.number,
    head: pull.head,
    base,
    court,
    opinion: night.paid && wants(verdict, "opinion"),
    reported: reportedOn(facts),
  };
}

/** A human was asked about it: nobody waits for its checks meanwhile. */
export function isAsked({ subject }: Candidate, { blockers }: Observation): boolean {
  return blockers.some(({ open, key }) => open && key === subject.slug);
}

function isHeldUp({ verdict }: Candidate): boolean {
  return wants(verdict, "checks");
}

function wants(verdict: Verdict, what: WaitFor): boolean {
  return verdict.kind === "wait" && verdict.for.has(what);
}
