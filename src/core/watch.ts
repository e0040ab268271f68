/** What the owner's own checks say of the landing branch after a landing, and which landings may be to blame. Pure. */

import { LANDED_RED, named } from "#core/alarms.ts";
import type { Subject } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { type Blocker, haltOf, type Landmark, type Observation } from "#core/observation.ts";

/** What keeps a red branch from being mended by itself. */
export const UNMENDED = "unmended";

/** `silent`: nothing was reported, or nothing that says success or failure. */
export type Word = "red" | "pending" | "green" | "silent";

/** Only an explicit failure is red, only an explicit success green. */
export function wordOf({ checks }: Pick<Landmark, "checks">): Word {
  const conclusions = checks.map(({ conclusion }) => conclusion);
  if (conclusions.some(isRed)) return "red";
  if (conclusions.includes("pending")) return "pending";
  const ended = conclusions.filter((one) => one !== "skipped" && one !== "neutral");
  return ended.length > 0 && ended.every((one) => one === "success") ? "green" : "silent";
}

export function redChecks({ checks }: Pick<Landmark, "checks">): Landmark["checks"] {
  return checks.filter(({ conclusion }) => isRed(conclusion));
}

function isRed(conclusion: Landmark["checks"][number]["conclusion"]): boolean {
  return conclusion === "failure" || conclusion === "timed_out";
}

/** Whether the sentinel may act at all: where a human lands, a human looks. */
export function isOnDuty(observation: Observation): boolean {
  return haltOf(observation) === null && observation.policy.land !== "pull-request";
}

/** The tip as it was looked at; undefined where nothing of ours stands there. */
export function tipOf({ trail, landing }: Pick<Observation, "trail" | "landing">): Landmark | undefined {
  const [tip] = trail;
  return tip?.commit === landing.sha ? tip : undefined;
}

/** One landing: which attempt, and the commit that it is on the landing branch. */
export type LandedCommit = Subject & { commit: Sha };

/** What says which commits are ours. */
export type Records = Pick<Observation, "journal" | "pulls" | "refs" | "landing">;

/** By the journal; where its line was lost, by the pull request that GitHub calls merged, or whose head is the tip. */
export function landingsOf({ journal, pulls, refs, landing }: Records): LandedCommit[] {
  const written = linesOf(journal, "landed").map(({ milestone, slug, attempt, spec, commit }) => {
    return { milestone, slug, attempt, spec, commit };
  });
  const known = new Set(written.map(({ slug, attempt }) => `${slug}/${attempt}`));
  const merged = pulls.filter(
    ({ slug, attempt, state, head }) =>
      !known.has(`${slug}/${attempt}`) && (state === "merged" || head === landing.sha),
  );
  return [
    ...written,
    ...merged.flatMap(({ slug, attempt, head }): LandedCommit[] => {
      const ref = refs.find((one) => one.slug === slug && one.attempt === attempt && one.sha === head);
      const { milestone, spec } = ref?.trailers ?? {};
      return milestone && spec ? [{ milestone, slug, attempt, spec, commit: head }] : [];
    }),
  ];
}

/** A milestone of ours, a commit that takes one back, or the merge that brought one. */
export function isOurs({ commit, parents }: Pick<Landmark, "commit" | "parents">, records: Records): boolean {
  const landed = new Set<Sha>(landingsOf(records).map((one) => one.commit));
  const back = revertsOf(records).map(({ head }) => head);
  const [, merged] = parents;
  return landed.has(commit) || back.includes(commit) || (merged !== undefined && landed.has(merged));
}

/** What a commit of the trail stands on: of a merge of ours the train it brought, else its first parent. */
export function belowOf({ parents }: Pick<Landmark, "parents">, records: Records): Sha | undefined {
  const [first, merged] = parents;
  return landingsOf(records).some(({ commit }) => commit === merged) ? merged : first;
}

/** Whether the trail must be read at all: something of ours stands there, or a question about it is open. */
export function isWatched(
  tip: Pick<Landmark, "commit" | "parents">,
  { blockers, ...records }: Records & Pick<Observation, "blockers">,
): boolean {
  return isOurs(tip, records) || blockers.some(({ open, key }) => open && key === LANDED_RED);
}

/** The landing branch went red after a landing of ours, and nobody has said that it may stay so. */
export function isLandedRed(observation: Observation): boolean {
  const tip = tipOf(observation);
  if (!tip || !isOnDuty(observation) || wordOf(tip) !== "red" || !isOurs(tip, observation)) return false;
  return !observation.blockers.some(
    ({ open, key, because }) => !open && key === LANDED_RED && because.includes(named(tip.commit)),
  );
}

/** A landing that may have broken the branch, and where it stands. */
export type Suspect = { at: Landmark; line: LandedCommit };

/** Every landing since the branch was green last, oldest first. What was taken back is above suspicion. */
export function suspectsOf(observation: Records & Pick<Observation, "trail">): Suspect[] {
  const landings = landingsOf(observation);
  const back = new Set<Sha>(revertsOf(observation).map(({ commit }) => commit));
  return observation.trail
    .filter((at) => wordOf(at) !== "green")
    .flatMap((at): Suspect[] => {
      const line = landings.findLast(({ commit }) => commit === at.commit);
      return line && !back.has(line.commit) ? [{ at, line }] : [];
    })
    .reverse();
}

/** What was taken back, and by which commit: announced ones that stand at the tip count without their receipt. */
export function revertsOf({
  journal,
  landing,
}: Pick<Observation, "journal" | "landing">): (LandedCommit & { head: Sha })[] {
  const written = linesOf(journal, "reverted");
  const lost = linesOf(journal, "unmade").filter(
    ({ head, conflicts }) =>
      head === landing.sha && conflicts.length === 0 && !written.some((line) => line.head === head),
  );
  return [...written, ...lost];
}

/** Whether the tip is a commit of ours that took something back, and what. */
export function lastRevert(observation: Pick<Observation, "journal" | "landing">): LandedCommit | undefined {
  return revertsOf(observation).find(({ head }) => head === observation.landing.sha);
}

/** A red branch that may yet become green by itself: the night stays open for it, as long as it has hours left. */
export function isBeingMended(observation: Observation): boolean {
  const asked = (wanted: string) => observation.blockers.some(({ open, key }) => open && key === wanted);
  return (isLandedRed(observation) || asked(LANDED_RED)) && !asked(UNMENDED);
}

/** Why a question of the sentinel's has answered itself. */
export function whyMended({ key }: Blocker, observation: Observation): string | null {
  if (key !== LANDED_RED && key !== UNMENDED) return null;
  const tip = tipOf(observation);
  const { branch } = observation.landing;
  if (tip) return wordOf(tip) === "green" ? `${branch} is green again` : null;
  return null;
}
