/** What a human must be asked, and which questions have answered themselves. Pure; one question per cause. */

import { landedTreeQuestion, RED_BASE, redBaseQuestions, whyOver } from "#core/alarms.ts";
import { type Candidate, isAlive } from "#core/candidates.ts";
import type { Decision } from "#core/decision.ts";
import { CATALOGUE, type Code } from "#core/errors.ts";
import { linesOf } from "#core/journal.ts";
import { obstacleTo } from "#core/landing.ts";
import type { Sha, Slug } from "#core/milestone.ts";
import type { Blocker, Observation } from "#core/observation.ts";
import { standingsOf } from "#core/progress.ts";
import { whyKept } from "#core/promises.ts";
import { nextQuestions, whySettled } from "#core/rebuild.ts";
import { freshHeadsOf, MOST_FRESH_HEADS } from "#core/train.ts";
import { whyMended } from "#core/watch.ts";

export function questions(candidates: readonly Candidate[], observation: Observation): Decision[] {
  return unasked(observation, [
    ...standingsOf(observation).flatMap(({ milestone, progress }): Decision[] =>
      progress.state === "stuck"
        ? [
            {
              do: "block",
              milestone: milestone.id,
              key: milestone.slug,
              because: progress.because,
              ask: progress.ask,
            },
          ]
        : [],
    ),
    ...candidates.flatMap((candidate) => heldQuestion(candidate, observation)),
    ...nightWideQuestions(candidates, observation),
  ]);
}

function unasked({ blockers }: Observation, decisions: readonly Decision[]): Decision[] {
  const asked = new Set(blockers.filter(({ open }) => open).map(({ key }) => key));
  return decisions.filter((decision) => decision.do !== "block" || !asked.has(decision.key));
}

/** Excuses that hold on the branch as it is now. */
export function redBase(candidates: readonly Candidate[], observation: Observation): Decision[] {
  const proofs = candidates.map(({ facts }) => facts.proof);
  return redBaseQuestions(
    proofs.flatMap((proof) => (proof.says === "excused" ? proof.because : [])),
    observation,
  );
}

/** What keeps one pull request out of the train until a human says something. */
export function heldQuestion(
  { verdict, subject, pull, below }: Candidate,
  observation: Observation,
): Decision[] {
  if (verdict.kind !== "wait") return [];
  const ask = (because: string, question: string): Decision[] =>
    unasked(observation, [
      { do: "block", milestone: subject.milestone, key: subject.slug, because, ask: question },
    ]);
  if (verdict.for.has("human"))
    return ask(
      `#${pull.number} is held: ${verdict.because.join("; ")}`,
      `Is #${pull.number} what you wanted? Merge it for yes, close it for no.`,
    );
  if (verdict.for.has("stuck"))
    return ask(
      `#${pull.number} is held: ${verdict.because.join("; ")}`,
      `Why does the check not come to its end? Run it again, or take it off the required checks; close #${pull.number} to give it up.`,
    );
  if (verdict.for.has("fresh head") && freshHeadsOf({ subject, below }, observation) >= MOST_FRESH_HEADS)
    return ask(
      `#${pull.number}: ${verdict.because.join("; ")}, ${MOST_FRESH_HEADS} times in a row`,
      "Why are its checks cut off? Run them again by hand, or close the pull request.",
    );
  return [];
}

function nightWideQuestions(candidates: readonly Candidate[], observation: Observation): Decision[] {
  const { parked, policy } = observation;
  const ask = (key: string, because: string, question: string): Decision[] => [
    { do: "block", milestone: null, key, because, ask: question },
  ];
  const broken = modelTrouble(observation);
  if (broken?.code === "BASE_RED") return redBaseQuestions(broken.because, observation);
  if (broken && broken.until === undefined)
    return ask("model", broken.because.join("; "), CATALOGUE[broken.code]);
  const alarm = landedTreeQuestion(observation);
  if (alarm.length > 0) return alarm;
  const unsettled = nextQuestions(observation);
  if (unsettled.length > 0) return unsettled;
  const missed = parked.filter(({ head }) => waitsForChecks(head, candidates));
  if (missed.length > 0) {
    const names = [...new Set(missed.map(({ name, run }) => `${name} (run ${run})`))].join(", ");
    return ask(
      "parked-runs",
      `GitHub parked ${missed.length} workflow ${missed.length === 1 ? "run" : "runs"} for approval: ${names}`,
      "Approve them on their pull requests, or set Daybreak up with an App token so that checks start by themselves.",
    );
  }
  const obstacle = obstacleTo(observation);
  if (policy.land !== "pull-request" && obstacle !== null && candidates.some(isAlive))
    return ask("landing-rules", `${obstacle}: ${obstacleSaid(observation)}`, CATALOGUE[obstacle]);
  return [];
}

function obstacleSaid({ rules, landing: { branch } }: Observation): string {
  if (rules.mergeQueue) return `${branch} has a merge queue`;
  const reviews = rules.approvals === 1 ? "a review" : `${rules.approvals} reviews`;
  return rules.approvals > 0
    ? `the rules of ${branch} demand ${reviews} by somebody else for every pull request`
    : `the rules of ${branch} demand a pull request for every change and allow no way to merge it`;
}

/** Parked runs that no rule asks for hold nothing up. */
function waitsForChecks(head: Sha, candidates: readonly Candidate[]): boolean {
  return candidates.some(
    ({ pull, verdict }) => pull.head === head && verdict.kind === "wait" && verdict.for.has("checks"),
  );
}

/**
 * What would meet every attempt: the model's service refuses, or the base is red. Null once a human was asked about it,
 * or when `until`, the hour at which it is over by itself, has come.
 */
export function modelTrouble(
  observation: Observation,
): { because: string[]; code: Code; until: string | undefined } | null {
  const { journal, blockers, now } = observation;
  const asked = new Set(
    blockers.filter(({ key }) => key === "model" || key === RED_BASE).map(({ issue }) => issue),
  );
  const since = journal.findLastIndex((line) => line.line === "blocked" && asked.has(line.issue));
  const line = linesOf(journal.slice(since + 1), "published").findLast(
    (one) =>
      one.code !== null &&
      (one.until === undefined || now < one.until) &&
      (one.code !== "BASE_RED" || beganHere(one, observation)),
  );
  if (!line?.code || !(line.code in CATALOGUE)) return null;
  return { because: line.because, code: line.code as Code, until: line.until };
}

/** A red base is no news once the branch has moved. */
function beganHere(attempt: { slug: Slug; attempt: number }, { journal, landing }: Observation): boolean {
  return linesOf(journal, "assigned").some(
    (line) => line.slug === attempt.slug && line.attempt === attempt.attempt && line.base === landing.sha,
  );
}

/** Blockers whose cause is gone are closed by whoever opened them. */
export function settled(observation: Observation): Decision[] {
  return observation.blockers.flatMap((blocker): Decision[] => {
    const because = blocker.open ? whyGone(blocker, observation) : null;
    if (because === null) return [];
    return [{ do: "unblock", milestone: blocker.milestone, issue: blocker.issue, because }];
  });
}

function whyGone(blocker: Blocker, observation: Observation): string | null {
  const { key, milestone, issue } = blocker;
  if (key === "parked-runs") return observation.parked.length === 0 ? "no run is parked any more" : null;
  if (key === "landing-rules") return obstacleTo(observation) === null ? "the rules allow it now" : null;
  if (key === "landing-refused")
    return hasLandedSince(issue, observation) ? "the branch could be moved" : null;
  if (milestone === null)
    return (
      whySettled(blocker, observation) ??
      whyOver(blocker, observation) ??
      whyMended(blocker, observation) ??
      whyKept(blocker, observation)
    );
  const contract = observation.roadmap.milestones.find(({ slug }) => slug === key);
  if (!contract) return "the milestone is no longer in the roadmap";
  return contract.status === "done" ? "the milestone is done" : null;
}

function hasLandedSince(issue: number, { journal }: Observation): boolean {
  const asked = journal.findLastIndex((line) => line.line === "blocked" && line.issue === issue);
  return journal.findLastIndex(({ line }) => line === "landed") > asked;
}
