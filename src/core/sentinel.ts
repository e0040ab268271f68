/** Watches over the landing branch after a landing: stops it when it is red, takes the culprit back, and nothing else. */

import { excuseFor, LANDED_RED, named } from "#core/alarms.ts";
import { faultsOf, isCutOff } from "#core/court/faults.ts";
import { type Culprit, culpritOf, inquiries, isSearchOver, unexamined, verdictOn } from "#core/culprit.ts";
import { type Decision, type Found, type Subject, subjectOf } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { requiredChecks, VERIFY } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import { obstacleTo } from "#core/landing.ts";
import type { MilestoneId, Sha } from "#core/milestone.ts";
import type { Observation, RevertRef } from "#core/observation.ts";
import { owesSmoke, promiseQuestion, promising } from "#core/promises.ts";
import { nothingIsLeft } from "#core/report.ts";
import { minutesBetween } from "#core/time.ts";
import {
  isLandedRed,
  isOnDuty,
  isOurs,
  lastRevert,
  redChecks,
  suspectsOf,
  tipOf,
  UNMENDED,
} from "#core/watch.ts";

/** A commit that is to go before the court in this run. `why`: which of its commands are asked, and of whom. */
export type Sitting = Pick<Subject, "slug" | "attempt" | "spec" | "milestone"> & {
  base: Sha;
  head: Sha;
  why: "culprit" | "revert" | "promises";
};

/** `review`'s part: asks the owner, and makes the commit that takes the culprit back. */
export function standGuard(observation: Observation): Decision[] {
  if (!isOnDuty(observation)) return [];
  return [
    ...redQuestion(observation),
    ...unmaking(observation),
    ...unmendedQuestion(observation),
    ...promiseQuestion(observation),
  ];
}

/** What the court is asked in this run, beside the train. */
export function sittings(observation: Observation): Sitting[] {
  if (!isOnDuty(observation)) return [];
  const ready = readyRevert(observation);
  if (ready && requiredChecks(factsOf(ready, observation)).says !== "pass") return [];
  if (ready) return [{ ...subjectOf(ready.culprit.line), ...ends(ready.ref, observation), why: "revert" }];
  if (isLandedRed(observation) && culpritOf(observation) === null && !lastRevert(observation))
    return unexamined(observation).flatMap(({ at, line }): Sitting[] => {
      const [base] = at.parents;
      return base ? [{ ...subjectOf(line), base, head: at.commit, why: "culprit" }] : [];
    });
  return endOfNight(observation);
}

/** `land`'s part: what the court found, what the owner's workflows are asked, and the one commit that mends. */
export function afterLanding(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  if (!isOnDuty(observation)) return [];
  const found = [...culpritsFound(observation, evidence), ...promisesFound(observation, evidence)];
  return found.length > 0 ? found : [...watching(observation), ...reverting(observation, evidence)];
}

function redQuestion(observation: Observation): Decision[] {
  const tip = tipOf(observation);
  const { branch, sha } = observation.landing;
  const asked = observation.blockers.some(({ open, key }) => open && key === LANDED_RED);
  if (!tip || asked || !isLandedRed(observation)) return [];
  const suspects = listed(suspectsOf(observation).map(({ line }) => line.milestone));
  const failed = redChecks(tip).map(({ name }) => name);
  const because = `${branch} is red ${named(sha)}${suspects === "" ? "" : ` after ${suspects} landed`}: ${failed.join(", ")} failed`;
  const ask = `Nothing lands until ${branch} is green; then this issue closes itself. Daybreak looks for the culprit and takes it back if it can be told. Mend ${branch} if you are faster, or close this issue to let landings go on as it is.`;
  return [{ do: "block", milestone: null, key: LANDED_RED, because, ask }];
}

function unmaking(observation: Observation): Decision[] {
  const { landing, rules } = observation;
  const culprit = accused(observation);
  if (!culprit || readyRevert(observation) || conflictsOf(culprit, observation).length > 0) return [];
  const pull = rules.required.some(({ name }) => name !== VERIFY);
  return [{ do: "unmake", ...subjectOf(culprit.line), commit: culprit.line.commit, onto: landing.sha, pull }];
}

/** The culprit, as long as it may be taken back without a human. */
function accused(observation: Observation): Culprit | null {
  if (!isLandedRed(observation) || isUnmended(observation) || obstacle(observation) !== null) return null;
  return culpritOf(observation);
}

type Ready = { culprit: Culprit; ref: RevertRef };

/** The commit that takes the culprit back from the branch as it is; announced before it was pushed. */
function readyRevert(observation: Observation): Ready | null {
  const { reverts, landing, journal } = observation;
  const culprit = accused(observation);
  const ref = reverts.find(
    ({ slug, attempt, parents }) =>
      slug === culprit?.line.slug && attempt === culprit.line.attempt && parents[0] === landing.sha,
  );
  const ours = linesOf(journal, "unmade").some(
    ({ head, commit, conflicts }) =>
      head === ref?.sha && commit === culprit?.line.commit && conflicts.length === 0,
  );
  return culprit && ref && ours ? { culprit, ref } : null;
}

function conflictsOf({ line }: Culprit, { journal, landing }: Observation): string[] {
  return linesOf(journal, "unmade")
    .filter(({ commit, base }) => commit === line.commit && base === landing.sha)
    .flatMap(({ conflicts }) => conflicts);
}

function unmendedQuestion(observation: Observation): Decision[] {
  const because = whyUnmended(observation);
  return because === null ? [] : unmended(because, observation);
}

function unmended(because: string, observation: Observation): Decision[] {
  const { blockers, landing } = observation;
  const about = `${because} (${landing.branch} ${named(landing.sha)})`;
  if (blockers.some((one) => one.key === UNMENDED && (one.open || one.because === about))) return [];
  const ask = `Mend ${landing.branch}, or take the culprit back by hand and mark it 📝 again: nothing more is reverted by itself.`;
  return [{ do: "block", milestone: null, key: UNMENDED, because: about, ask }];
}

function whyUnmended(observation: Observation): string | null {
  if (!isLandedRed(observation)) return null;
  const back = lastRevert(observation);
  if (back) return `taking ${back.milestone} back did not make it green`;
  const culprit = culpritOf(observation);
  const rule = obstacle(observation);
  if (culprit) {
    const { milestone } = culprit.line;
    const who = `${milestone} ${culprit.because.join("; ")}`;
    const conflicts = conflictsOf(culprit, observation);
    if (rule !== null) return `${who}, and ${rule}`;
    return conflicts.length === 0
      ? null
      : `${who}, and taking it back conflicts with what landed after it in ${conflicts.join(", ")}`;
  }
  if (!isSearchOver(observation)) return null;
  const suspects = suspectsOf(observation).map(({ line }) => line.milestone);
  return `it cannot be told which of ${listed(suspects)} broke it`;
}

function obstacle(observation: Observation): string | null {
  if (observation.rules.pullRequest || obstacleTo(observation) !== null)
    return "the rules demand a pull request for every change";
  return null;
}

function isUnmended({ blockers }: Observation): boolean {
  return blockers.some(({ open, key }) => open && key === UNMENDED);
}

/** Once for each landing that may be to blame; who was not asked in this run is left for another. */
function culpritsFound(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  if (!isLandedRed(observation)) return [];
  const found = suspectsOf(observation).flatMap(({ at, line }): Found[] => {
    if (verdictOn(line, observation.journal)) return [];
    const about = evidence.find(
      (one) =>
        one.slug === line.slug &&
        one.attempt === line.attempt &&
        one.tree === at.tree &&
        one.base === at.parents[0],
    );
    // Who was not heard to the end is heard again.
    if (!about || isCutOff(about)) return [];
    return [{ commit: line.commit, because: excuseFor(about) === null ? faultsOf(about) : [], broken: [] }];
  });
  return found.length === 0 ? [] : [{ do: "examine", asked: "culprit", found }];
}

function promisesFound(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  const [asked] = endOfNight(observation);
  const about = evidence.find(({ slug, base }) => slug === asked?.slug && base === asked?.head);
  if (!asked || !about) return [];
  const broken = about.smoke.filter(({ run }) => run.exitCode !== 0).map(({ milestone }) => milestone);
  const because = faultsOf({ ...about, gates: [], baseline: [] }).filter(
    (one) => one !== "no gate command ran",
  );
  const found = [{ commit: asked.head, because, broken: [...new Set(broken)] }];
  return [{ do: "examine", asked: "promises", found }];
}

/** The branch as it is stands on itself here: only its promises are asked. */
function endOfNight(observation: Observation): Sitting[] {
  const { landing, night } = observation;
  const [first] = promising(observation);
  const ends = night.over || nothingIsLeft(observation);
  if (!first || !owesSmoke(observation) || !ends) return [];
  const { id: milestone, slug, spec } = first;
  return [{ milestone, slug, spec, attempt: 1, base: landing.sha, head: landing.sha, why: "promises" }];
}

/** Token-only, a landing starts no checks by itself: the named ones are started once for each tip of ours. */
function watching(observation: Observation): Decision[] {
  const { journal, landing, mode, policy } = observation;
  const tip = tipOf(observation);
  const asked = linesOf(journal, "watched").some(({ commit }) => commit === landing.sha);
  const workflows = policy["after-landing"].filter((name) => !tip?.checks.some((one) => one.name === name));
  if (tip && mode === "token-only" && !asked && workflows.length > 0 && isOurs(tip, observation))
    return [{ do: "watch", commit: tip.commit, branch: landing.branch, workflows }];
  const searched = isLandedRed(observation) && !isUnmended(observation) && !lastRevert(observation);
  if (!searched || culpritOf(observation) !== null || unexamined(observation).length > 0) return [];
  return inquiries(observation).map((inquiry) => ({ do: "watch", ...inquiry }));
}

/** Like a train of one: the court and every required check must have passed it where it stands. */
function reverting(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  const ready = readyRevert(observation);
  if (!ready) return [];
  const { ref, culprit } = ready;
  const { line, because } = culprit;
  const about = evidence.filter(({ slug, attempt, tree, base }) => {
    return slug === ref.slug && attempt === ref.attempt && tree === ref.tree && base === ref.parents[0];
  });
  const faults = about.flatMap(faultsOf);
  if (faults.length > 0)
    return unmended(
      `${line.milestone} ${because.join("; ")}, and without it ${faults.join("; ")}`,
      observation,
    );
  const ruling = requiredChecks(factsOf(ready, observation));
  if (ruling.says === "fail")
    return unmended(`${line.milestone} ${because.join("; ")}, and without it ${ruling.because}`, observation);
  if (about.length === 0 || ruling.says === "wait") return [];
  const { commit } = line;
  return [
    { do: "revert", ...subjectOf(line), commit, base: observation.landing.sha, head: ref.sha, because },
  ];
}

function factsOf({ ref }: Ready, { rules, checks, policy, journal, now }: Observation) {
  const made = linesOf(journal, "unmade").find(({ head }) => head === ref.sha);
  return {
    required: rules.required,
    checks: checks.filter(({ head }) => head === ref.sha),
    reported: [],
    waited: made ? minutesBetween(made.at, now) : 0,
    stuck: policy.stuck,
    solid: true,
  };
}

function ends({ sha }: RevertRef, { landing }: Observation): { base: Sha; head: Sha } {
  return { base: landing.sha, head: sha };
}

function listed(ids: readonly MilestoneId[]): string {
  return ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}
