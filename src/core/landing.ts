/** How the landing branch may be moved here, and what keeps Daybreak from moving it. Pure; moves nothing. */

import { known } from "#core/alarms.ts";
import type { Move } from "#core/decision.ts";
import type { Code } from "#core/errors.ts";
import { awaitsRebuild, pausedBy } from "#core/next.ts";
import type { MergeMethod, Observation, Rules } from "#core/observation.ts";
import { isLandedRed } from "#core/watch.ts";

/** Positions of one train: each is a job of a matrix and a head of its own. */
const LONGEST_TRAIN = 50;

/** Whether the policy, the rules and the state of the landing branch let Daybreak move it by itself. */
export function landsItself(observation: Observation): boolean {
  if (observation.policy.land === "pull-request" || obstacleTo(observation) !== null) return false;
  return !isStopped(observation) && isSettled(observation);
}

/** A question about the branch is open, or will be as soon as somebody has looked at what its own checks say. */
function isStopped(observation: Observation): boolean {
  return known(observation) || isLandedRed(observation);
}

/** With `land: next`: the branch is there, is what it should be, and nobody said no to what it holds. */
function isSettled(observation: Observation): boolean {
  const { promotion } = observation;
  if (promotion === null) return true;
  return promotion.next !== null && !awaitsRebuild(observation) && pausedBy(observation) === null;
}

/** The rule that leaves the landing to a human, or null. */
export function obstacleTo({ rules }: Pick<Observation, "rules">): Code | null {
  if (rules.mergeQueue) return "LANDING_MERGE_QUEUE";
  const impassable = rules.approvals > 0 || methodOf(rules) === null;
  return rules.pullRequest && impassable ? "LANDING_NEEDS_PULL_REQUEST" : null;
}

export function moveOf({ rules }: Pick<Observation, "rules">): Move {
  return rules.pullRequest ? (methodOf(rules) ?? "push") : "push";
}

/** Seconds a landing may wait for checks that run: none on private repositories, whose owner pays for every minute. */
export function secondsToWait({ policy, repository }: Pick<Observation, "policy" | "repository">): number {
  return repository.private ? 0 : policy.wait * 60;
}

/** A squashed or rebased head is another commit than the tested one: nothing can have been tested on top of it. */
export function longestTrain(observation: Pick<Observation, "rules">): number {
  return ["push", "merge"].includes(moveOf(observation)) ? LONGEST_TRAIN : 1;
}

/** A merge commit keeps every head below it; a squashed head and a rebased one must be tested one at a time. */
function methodOf({ linear, methods }: Rules): MergeMethod | null {
  const allowed = (["merge", "squash", "rebase"] as const).filter((one) => methods.includes(one));
  return allowed.find((one) => one !== "merge" || !linear) ?? null;
}
