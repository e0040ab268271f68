/** Finds the landing that broke the landing branch, or says that it cannot be told. Blames nobody on a guess. Pure. */

import { type JournalLine, type LineOf, linesOf } from "#core/journal.ts";
import type { Landmark, Observation } from "#core/observation.ts";
import { minutesBetween } from "#core/time.ts";
import {
  belowOf,
  type LandedCommit,
  lastRevert,
  redChecks,
  type Suspect,
  suspectsOf,
  tipOf,
} from "#core/watch.ts";

export type Culprit = { line: LandedCommit; because: string[] };

/** What may still be asked of the owner's workflows: one commit, by the branch that names it. */
export type Inquiry = { commit: Landmark["commit"]; branch: string; workflows: string[] };

/** Null: nobody, or nobody that can be told. After a commit that took one back no second one is taken back. */
export function culpritOf(observation: Observation): Culprit | null {
  if (lastRevert(observation)) return null;
  const suspects = suspectsOf(observation);
  return byOwnChecks(suspects, observation) ?? byTheCourt(suspects, observation);
}

/** The first one that is red in a check that is red at the tip, and stands on a commit where it was a success. */
function byOwnChecks(suspects: readonly Suspect[], observation: Observation): Culprit | null {
  const { trail } = observation;
  const names = redNames(observation);
  for (const { at, line } of suspects) {
    const below = trail.find(({ commit }) => commit === belowOf(at, observation));
    const broken = redChecks(at).find(({ name }) => names.includes(name) && below && isSuccess(name, below));
    if (broken) return { line, because: [`broke ${broken.name} after landing`] };
  }
  return null;
}

/** The court was asked again about each: it is believed only when all from the first red one on are red. */
function byTheCourt(suspects: readonly Suspect[], { journal }: Observation): Culprit | null {
  const verdicts = suspects.map(({ line }) => verdictOn(line, journal));
  const first = verdicts.findIndex((one) => (one?.because.length ?? 0) > 0);
  const steady = verdicts.every((one, index) => one && index >= first === one.because.length > 0);
  const [culprit, verdict] = [suspects[first], verdicts[first]];
  if (!steady || !culprit || !verdict) return null;
  return { line: culprit.line, because: [`broken after landing: ${verdict.because.join("; ")}`] };
}

export function verdictOn(
  { commit }: Pick<LandedCommit, "commit">,
  journal: readonly JournalLine[],
): LineOf<"examined"> | undefined {
  return linesOf(journal, "examined").findLast((line) => line.commit === commit && line.asked === "culprit");
}

/** The landings that the court has not been asked about again. */
export function unexamined(observation: Observation): Suspect[] {
  return suspectsOf(observation).filter(({ line }) => verdictOn(line, observation.journal) === undefined);
}

/** The red workflows of the tip, asked of every other landing that a branch of ours still names. */
export function inquiries(observation: Observation): Inquiry[] {
  const { refs } = observation;
  return suspectsOf(observation).flatMap(({ at, line }): Inquiry[] => {
    const ref = refs.find(({ sha }) => sha === at.commit);
    const workflows = ref ? unasked(at, observation) : [];
    return workflows.length === 0
      ? []
      : [{ commit: at.commit, branch: `daybreak/m/${line.slug}/${line.attempt}`, workflows }];
  });
}

/** Nothing is left to ask, and nothing that was asked is still on its way. */
export function isSearchOver(observation: Observation): boolean {
  if (culpritOf(observation) !== null || unexamined(observation).length > 0) return false;
  return (
    inquiries(observation).length === 0 &&
    !suspectsOf(observation).some(({ at }) => isOnItsWay(at, observation))
  );
}

function unasked(at: Landmark, observation: Observation): string[] {
  const asked = new Set(
    linesOf(observation.journal, "watched")
      .filter(({ commit }) => commit === at.commit)
      .flatMap(({ workflows }) => workflows),
  );
  return redWorkflows(observation).filter(
    (name) => !asked.has(name) && !at.checks.some((check) => check.name === name),
  );
}

/** Asked, not refused, and not ended; given up once a check would be called stuck. */
function isOnItsWay(at: Landmark, observation: Observation): boolean {
  const { journal, now, policy } = observation;
  const names = redWorkflows(observation);
  const open = at.checks.some(({ name, conclusion }) => names.includes(name) && conclusion === "pending");
  const asked = linesOf(journal, "watched").some(
    (line) =>
      line.commit === at.commit &&
      minutesBetween(line.at, now) <= policy.stuck &&
      line.workflows.some(
        (name) =>
          names.includes(name) &&
          !line.refused.includes(name) &&
          !at.checks.some((check) => check.name === name),
      ),
  );
  return open || asked;
}

function redNames(observation: Observation): string[] {
  const tip = tipOf(observation);
  return tip ? redChecks(tip).map(({ name }) => name) : [];
}

function redWorkflows(observation: Observation): string[] {
  const tip = tipOf(observation);
  return tip ? redChecks(tip).flatMap(({ name, workflow }) => (workflow ? [name] : [])) : [];
}

function isSuccess(name: string, { checks }: Landmark): boolean {
  const reports = checks.filter((check) => check.name === name);
  return reports.length > 0 && reports.every(({ conclusion }) => conclusion === "success");
}
