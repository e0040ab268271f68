/** What a human must be asked, and which questions have answered themselves. Pure; one question per cause. */

import { type Candidate, isAlive, landsItself } from "#core/candidates.ts";
import type { Decision } from "#core/decision.ts";
import { CATALOGUE, type Code } from "#core/errors.ts";
import { linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { Blocker, Observation } from "#core/observation.ts";
import { standingsOf } from "#core/progress.ts";
import { freshHeadsOf, MOST_FRESH_HEADS } from "#core/train.ts";

export function questions(candidates: readonly Candidate[], observation: Observation): Decision[] {
  const asked = new Set(observation.blockers.filter(({ open }) => open).map(({ key }) => key));
  return [
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
  ].filter((decision) => decision.do !== "block" || !asked.has(decision.key));
}

function heldQuestion({ verdict, subject, pull }: Candidate, observation: Observation): Decision[] {
  if (verdict.kind !== "wait") return [];
  const ask = (because: string, question: string): Decision[] => [
    { do: "block", milestone: subject.milestone, key: subject.slug, because, ask: question },
  ];
  if (verdict.for.has("human"))
    return ask(
      `#${pull.number} is held: ${verdict.because.join("; ")}`,
      `Is #${pull.number} what you wanted? Merge it for yes, close it for no.`,
    );
  if (verdict.for.has("fresh head") && freshHeadsOf(subject, observation) >= MOST_FRESH_HEADS)
    return ask(
      `#${pull.number}: ${verdict.because.join("; ")}, ${MOST_FRESH_HEADS} times in a row`,
      "Why are its checks cut off? Run them again by hand, or close the pull request.",
    );
  return [];
}

function nightWideQuestions(candidates: readonly Candidate[], observation: Observation): Decision[] {
  const { parked, rules, policy, landing } = observation;
  const ask = (key: string, because: string, question: string): Decision[] => [
    { do: "block", milestone: null, key, because, ask: question },
  ];
  const broken = modelTrouble(observation);
  if (broken) return ask("model", broken.because.join("; "), CATALOGUE[broken.code]);
  const missed = parked.filter(({ head }) => waitsForChecks(head, candidates));
  if (missed.length > 0) {
    const names = [...new Set(missed.map(({ name, run }) => `${name} (run ${run})`))].join(", ");
    return ask(
      "parked-runs",
      `GitHub parked ${missed.length} workflow ${missed.length === 1 ? "run" : "runs"} for approval: ${names}`,
      "Approve them on their pull requests, or set Daybreak up with an App token so that checks start by themselves.",
    );
  }
  if (policy.land === "main" && !landsItself(observation) && candidates.some(isAlive))
    return ask(
      "landing-rules",
      rules.mergeQueue
        ? `LANDING_MERGE_QUEUE: ${landing.branch} has a merge queue`
        : `LANDING_NEEDS_PULL_REQUEST: the rules of ${landing.branch} demand a pull request for every change`,
      CATALOGUE[rules.mergeQueue ? "LANDING_MERGE_QUEUE" : "LANDING_NEEDS_PULL_REQUEST"],
    );
  return [];
}

/** Parked runs that no rule asks for hold nothing up. */
function waitsForChecks(head: Sha, candidates: readonly Candidate[]): boolean {
  return candidates.some(
    ({ pull, verdict }) => pull.head === head && verdict.kind === "wait" && verdict.for.has("checks"),
  );
}

/** The newest attempt that met a refusal of the model's service about which no human was asked yet. */
export function modelTrouble({ journal, blockers }: Observation): { because: string[]; code: Code } | null {
  const asked = new Set(blockers.filter(({ key }) => key === "model").map(({ issue }) => issue));
  const since = journal.findLastIndex((line) => line.line === "blocked" && asked.has(line.issue));
  const line = linesOf(journal.slice(since + 1), "published").findLast(({ code }) => code !== null);
  return line?.code && line.code in CATALOGUE ? { because: line.because, code: line.code as Code } : null;
}

/** Blockers whose cause is gone are closed by whoever opened them. */
export function settled(observation: Observation): Decision[] {
  return observation.blockers.flatMap((blocker): Decision[] => {
    const because = blocker.open ? whyGone(blocker, observation) : null;
    if (because === null) return [];
    return [{ do: "unblock", milestone: blocker.milestone, issue: blocker.issue, because }];
  });
}

function whyGone({ key, milestone, issue }: Blocker, observation: Observation): string | null {
  if (key === "parked-runs") return observation.parked.length === 0 ? "no run is parked any more" : null;
  if (key === "landing-rules") return landsItself(observation) ? "the rules allow it now" : null;
  if (key === "landing-refused")
    return hasLandedSince(issue, observation) ? "the branch could be moved" : null;
  if (milestone === null) return null;
  const contract = observation.roadmap.milestones.find(({ slug }) => slug === key);
  if (!contract) return "the milestone is no longer in the roadmap";
  return contract.status === "done" ? "the milestone is done" : null;
}

function hasLandedSince(issue: number, { journal }: Observation): boolean {
  const asked = journal.findLastIndex((line) => line.line === "blocked" && line.issue === issue);
  return journal.findLastIndex(({ line }) => line === "landed") > asked;
}
