/** What the morning must say of the hours after a landing. What is green, or still runs, is not worth a word. Pure. */

import { linesOf } from "#core/journal.ts";
import type { Observation } from "#core/observation.ts";
import { promisesOf } from "#core/promises.ts";
import { minutesBetween } from "#core/time.ts";
import { isOnDuty, tipOf, wordOf } from "#core/watch.ts";

export type Aftermath = { branch: string } & (
  | { says: "smoke only" }
  /** What was started has not reported for as long as a check may take. */
  | { says: "nothing" }
  | { says: "refused"; workflows: string[] }
  | { says: "broken"; because: string[] }
);

/** Null where nothing of ours stands at the tip. */
export function aftermathOf(observation: Observation): Aftermath | null {
  const { journal, landing, mode, policy, now } = observation;
  const { branch, sha } = landing;
  const tip = tipOf(observation);
  const promises = promisesOf(observation);
  if (promises?.commit === sha && promises.because.length > 0)
    return { branch, says: "broken", because: promises.because };
  if (!tip || !isOnDuty(observation) || wordOf(tip) !== "silent") return null;
  const asked = linesOf(journal, "watched").findLast(({ commit }) => commit === sha);
  const refused = asked?.refused ?? [];
  if (refused.length > 0) return { branch, says: "refused", workflows: refused };
  if (mode === "token-only" && policy["after-landing"].length === 0) return { branch, says: "smoke only" };
  // With an App nobody knows whether checks should come: saying so now and not later would write for nothing.
  const long = asked !== undefined && minutesBetween(asked.at, now) > policy.stuck;
  return long ? { branch, says: "nothing" } : null;
}
