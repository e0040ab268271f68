/** Decides what becomes of the train once it was tested. Lands only what is proven on top of the branch as it is now. */

import { landedTreeQuestion, redBaseQuestions } from "#core/alarms.ts";
import { type Candidate, candidatesIn } from "#core/candidates.ts";
import type { Decision } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { VERIFY } from "#core/gates.ts";
import { landsItself, longestTrain, moveOf } from "#core/landing.ts";
import { awaitsRebuild } from "#core/next.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { type Opinion, opinionQuestions } from "#core/opinion.ts";
import { heldQuestion } from "#core/questions.ts";
import { landRebuilt } from "#core/rebuild.ts";
import { isAsked, type Position } from "#core/train.ts";

/** The train as `review` put it together, and what this run found out about it. */
export type Tested = {
  train: readonly Position[];
  evidence: readonly Evidence[];
  opinions: readonly Opinion[];
};

export function land(observation: Observation, tested: Tested): Decision[] {
  if (haltOf(observation) !== null) return [];
  if (awaitsRebuild(observation)) return landRebuilt(observation, tested.evidence);
  const alarm = landedTreeQuestion(observation);
  if (alarm.length > 0 || !landsItself(observation)) return alarm;
  const standing = stillStanding(observation, tested);
  const red = standing.findIndex(({ verdict }) => verdict.kind !== "land");
  const green = red === -1 ? standing : standing.slice(0, red);
  const [first, ...behind] = red === -1 ? [] : standing.slice(red);
  return [
    ...green.flatMap(attestation),
    // What is proven behind one that only waits need not be proven again.
    ...(first ? attestation(first) : []),
    ...(first?.verdict.kind === "wait" ? behind.filter(isProven).flatMap(attestation) : []),
    ...landing(green, observation),
    ...(first ? consequence(first, observation) : []),
    ...opinionQuestions(tested.opinions, observation),
  ];
}

/** Whether somebody's checks are all that the train still waits for. */
export function waitsForChecks(observation: Observation, tested: Tested): boolean {
  if (haltOf(observation) !== null || !landsItself(observation)) return false;
  const [first] = stillStanding(observation, tested).filter(({ verdict }) => verdict.kind !== "land");
  if (first?.verdict.kind !== "wait" || isAsked(first, observation)) return false;
  return first.verdict.for.has("checks") && first.verdict.for.size === 1;
}

/** The positions that are as they were tested, on top of the branch as it is now. Some may have landed already. */
function stillStanding(observation: Observation, { train, evidence, opinions }: Tested): Candidate[] {
  const reported = new Map(train.map(({ head, reported }) => [head, reported]));
  const candidates = candidatesIn(observation, { evidence, reported, opinions });
  const landed = train.findLastIndex(({ head }) => head === observation.landing.sha);
  const standing: Candidate[] = [];
  let tip = observation.landing.sha;
  for (const { pull, head } of train.slice(landed + 1)) {
    const candidate = candidates.find((one) => one.pull.number === pull && one.pull.head === head);
    if (candidate?.below !== tip || standing.length >= longestTrain(observation)) break;
    standing.push(candidate);
    tip = head;
  }
  return standing;
}

function landing(green: readonly Candidate[], observation: Observation): Decision[] {
  if (green.length === 0) return [];
  const cars = green.map(({ subject, pull, facts }) => ({
    ...subject,
    pull: pull.number,
    head: pull.head,
    findings: [...facts.findings],
  }));
  return [{ do: "land", base: observation.landing.sha, by: moveOf(observation), cars }];
}

/** Everything before it was green: what is red here is its own doing, or the base's. */
function consequence(candidate: Candidate, observation: Observation): Decision[] {
  const { verdict, subject, pull, facts } = candidate;
  if (verdict.kind === "reject") {
    const { counted, because } = verdict;
    return [{ do: "reject", ...subject, pull: pull.number, counted, because }];
  }
  const vanished = facts.reported.length > 0 && verdict.kind === "wait" && verdict.for.has("stuck");
  if (vanished) return heldQuestion(candidate, observation);
  return facts.proof.says === "excused" ? redBaseQuestions(facts.proof.because, observation) : [];
}

function isProven({ facts }: Candidate): boolean {
  return facts.proof.says === "proven";
}

/** What this run found, written on the head unless it stands there already. */
function attestation({ subject, pull, facts }: Candidate): Decision[] {
  const { proof, checks } = facts;
  if (proof.says === "unknown" || proof.says === "excused") return [];
  const green = proof.says === "proven";
  // A status, not somebody's check run of the same name: that one would never become what we write.
  const written = checks.find(({ name, app }) => name === VERIFY && app === null)?.conclusion;
  if (written === (green ? "success" : "failure")) return [];
  const because = proof.says === "refuted" ? proof.because.join("; ") : "green on exactly this tree";
  return [{ do: "attest", milestone: subject.milestone, head: pull.head, green, because }];
}
