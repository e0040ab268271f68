/** The smoke ledger at the end of a night: whether what landed milestones promised still holds. Runs nothing. */

import type { DecisionOf } from "#core/decision.ts";
import { type LineOf, linesOf } from "#core/journal.ts";
import { landsItself } from "#core/landing.ts";
import type { Milestone } from "#core/milestone.ts";
import type { Blocker, Observation } from "#core/observation.ts";

export const BROKEN_PROMISES = "broken-promises";

/** The landed milestones that promised something, in the roadmap's order. */
export function promising({ roadmap }: Pick<Observation, "roadmap">): Milestone[] {
  return roadmap.milestones.filter(({ status, smoke }) => status === "done" && smoke.length > 0);
}

/** Something landed since a night was closed, and nobody has asked the branch as it is whether all promises hold. */
export function owesSmoke(observation: Observation): boolean {
  const { journal, landing } = observation;
  const closed = journal.findLastIndex(({ line }) => line === "closed");
  const landed = journal.slice(closed + 1).some(({ line }) => line === "landed");
  const asked = promisesOf(observation)?.commit === landing.sha;
  return landed && !asked && promising(observation).length > 0 && landsItself(observation);
}

/** What was found last, wherever the branch stood then. */
export function promisesOf({ journal }: Pick<Observation, "journal">): LineOf<"examined"> | undefined {
  return linesOf(journal, "examined").findLast(({ asked }) => asked === "promises");
}

/** One question for each time that promises were found broken. */
export function promiseQuestion(observation: Observation): DecisionOf<"block">[] {
  const { blockers, journal, landing } = observation;
  const found = promisesOf(observation);
  if (!found || found.because.length === 0) return [];
  const asked = new Set(blockers.filter(({ key }) => key === BROKEN_PROMISES).map(({ issue }) => issue));
  const since = journal.findLastIndex((line) => line.line === "blocked" && asked.has(line.issue));
  const open = blockers.some((one) => one.open && one.key === BROKEN_PROMISES);
  if (open || since > journal.indexOf(found)) return [];
  const because = `at the end of the night ${found.because.join("; ")}`;
  const ask = `What broke it? Mend ${landing.branch}, or take the promise off its milestone; then close this issue. Nothing was reverted.`;
  return [{ do: "block", milestone: null, key: BROKEN_PROMISES, because, ask }];
}

export function whyKept({ key }: Blocker, observation: Observation): string | null {
  if (key !== BROKEN_PROMISES) return null;
  return promisesOf(observation)?.because.length === 0 ? "all promises hold again" : null;
}
