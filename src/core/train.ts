/** The train: which pull request is brought on top of the landing branch, tested there, and landed next. Pure. */

import { type Candidate, candidatesIn, isAlive, landsItself } from "#core/candidates.ts";
import type { Decision, Subject } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import type { WaitFor } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import type { Verdict } from "#core/verdict.ts";

/** Fresh heads a pull gets for checks that were cut off, before a human is asked why. */
export const MOST_FRESH_HEADS = 3;

/** One place in the train: a head that is tested as it would land. */
export type Position = Subject & { pull: number; head: Sha; base: Sha; verify: boolean };

/** The head to test and land next, or none. One at a time: a landing moves the base of the rest. */
export function trainOf(observation: Observation, evidence: readonly Evidence[]): Position[] {
  if (haltOf(observation) !== null || !landsItself(observation)) return [];
  const next = nextOnTop(candidatesIn(observation, evidence));
  if (!next || !waitsOnlyFor(next.verdict, "verify", "checks")) return [];
  const { pull, subject, facts } = next;
  const unproven = facts.proof.says === "unknown";
  const checksPend = next.verdict.kind === "wait" && next.verdict.for.has("checks");
  // Only the App's own status survives this run: without it, proving a head early would prove it for nothing.
  if (checksPend && (!unproven || observation.mode === "token-only")) return [];
  return [
    { ...subject, pull: pull.number, head: pull.head, base: observation.landing.sha, verify: unproven },
  ];
}

/** The next pull is brought on top of the landing branch, unless one is there already and still alive. */
export function staging(candidates: readonly Candidate[], observation: Observation): Decision[] {
  if (!landsItself(observation)) return [];
  const onTop = nextOnTop(candidates);
  const next = onTop ?? candidates.find((one) => !one.onTop && isAlive(one));
  if (!next) return [];
  const again = freshHeadsOf(next.subject, observation);
  if (onTop && !(waitsOnlyFor(next.verdict, "fresh head", "verify") && wants(next.verdict, "fresh head")))
    return [];
  if (onTop && again >= MOST_FRESH_HEADS) return [];
  const { subject, pull } = next;
  const onto = observation.landing.sha;
  return [
    { do: "stage", ...subject, pull: pull.number, head: pull.head, onto, again: onTop ? again + 1 : 0 },
  ];
}

/** How many heads this attempt was given on the landing branch's present tip. */
export function freshHeadsOf({ slug, attempt }: Subject, { journal, landing }: Observation): number {
  return linesOf(journal, "staged").filter(
    (line) => line.slug === slug && line.attempt === attempt && line.base === landing.sha,
  ).length;
}

function nextOnTop(candidates: readonly Candidate[]): Candidate | undefined {
  const alive = candidates.filter((one) => one.onTop && isAlive(one));
  return (
    alive.find(({ verdict }) => waitsOnlyFor(verdict, "verify")) ??
    alive.find(({ verdict }) => wants(verdict, "fresh head")) ??
    alive[0]
  );
}

function wants(verdict: Verdict, what: WaitFor): boolean {
  return verdict.kind === "wait" && verdict.for.has(what);
}

/** True as well for what waits for nothing any more. */
function waitsOnlyFor(verdict: Verdict, ...what: WaitFor[]): boolean {
  if (verdict.kind === "land") return true;
  return verdict.kind === "wait" && [...verdict.for].every((one) => what.includes(one));
}
