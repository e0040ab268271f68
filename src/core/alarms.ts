/** What stops all landing: a branch that is red by itself, or after a landing, or holds what was never tested. Pure. */

import { redBaseOf } from "#core/court/faults.ts";
import type { Decision, DecisionOf } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { linesOf } from "#core/journal.ts";
import { type Sha, short } from "#core/milestone.ts";
import type { Blocker, Observation } from "#core/observation.ts";

export const RED_BASE = "red-base";
const LANDED_TREE = "landed-tree";
/** The landing branch's own checks went red after a landing: nothing lands until they are green. */
export const LANDED_RED = "landed-red";

/** Begins every reason that is nobody's fault but the base's. */
const EXCUSE = "the base is red: ";

/**
 * The gates that are red on the tree and were red on its base: such evidence says nothing of the change. Null: it does.
 * A base that was only cut off excuses nobody: the change may have used up its time.
 */
export function excuseFor(evidence: Evidence): string[] | null {
  const here = new Set(evidence.gates.filter(({ exitCode }) => exitCode !== 0).map(({ command }) => command));
  const excused = evidence.baseline.filter(
    ({ exitCode, command }) => exitCode !== null && exitCode !== 0 && here.has(command),
  );
  return redBaseOf({ baseline: excused })?.map((said) => `${EXCUSE}${said}`) ?? null;
}

export function isExcuse(because: string): boolean {
  return because.startsWith(EXCUSE);
}

/** Whether a question about the landing branch as it is now is open: until it moves or somebody answers, nothing lands. */
export function known({ blockers, landing }: Observation): boolean {
  return blockers.some(
    ({ open, key, because }) =>
      open &&
      (key === LANDED_TREE ||
        key === LANDED_RED ||
        (key === RED_BASE && because.includes(named(landing.sha)))),
  );
}

/** One question for each commit of the landing branch that is red by itself. */
export function redBaseQuestions(excuses: readonly string[], { landing, blockers }: Observation): Decision[] {
  const asked = blockers.some(({ open, key }) => open && key === RED_BASE);
  if (excuses.length === 0 || asked) return [];
  const said = [...new Set(excuses.map((one) => one.replace(EXCUSE, "")))].join(", ");
  const because = `${landing.branch} is red ${named(landing.sha)}, before any change: ${said}`;
  const ask = `What broke ${landing.branch}? Mend it: this issue closes itself once the branch has moved. Close it yourself to have the same commit tested again.`;
  return [{ do: "block", milestone: null, key: RED_BASE, because, ask }];
}

/** One alarm for a landing whose tree is not the tested one, until a human has looked. */
export function landedTreeQuestion(observation: Observation): DecisionOf<"block">[] {
  const { journal, blockers, landing } = observation;
  const asked = new Set(blockers.filter(({ key }) => key === LANDED_TREE).map(({ issue }) => issue));
  const since = journal.findLastIndex((line) => line.line === "blocked" && asked.has(line.issue));
  const line = linesOf(journal.slice(since + 1), "landed").findLast(({ astray }) => astray !== null);
  if (!line || blockers.some(({ open, key }) => open && key === LANDED_TREE)) return [];
  const because = `after ${line.milestone} landed, ${landing.branch} held the tree ${line.astray}, which nobody tested`;
  const ask = `Who changed ${landing.branch} in that moment? Look at it, then close this issue to let landings go on.`;
  return [{ do: "block", milestone: null, key: LANDED_TREE, because, ask }];
}

/** Why an alarm is over by itself. Whether the branch is green where it is now, the next test of it will say. */
export function whyOver({ key, because }: Blocker, { landing }: Observation): string | null {
  if (key !== RED_BASE || because.includes(named(landing.sha))) return null;
  return `${landing.branch} has moved`;
}

/** A commit as questions name it, so that they are found again. */
export function named(sha: Sha): string {
  return `at ${short(sha)}`;
}
