/** Decides what happens to the open pull requests, and what a human must be asked. Pure; lands nothing itself. */

import { attemptsOf } from "#core/attempt.ts";
import { type Candidate, candidatesIn } from "#core/candidates.ts";
import type { Decision } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { rebuilding } from "#core/next.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { questions, redBase, settled } from "#core/questions.ts";
import { standGuard } from "#core/sentinel.ts";
import { staging } from "#core/train.ts";

export function review(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  if (haltOf(observation) !== null) return [];
  const candidates = candidatesIn(observation, { evidence });
  return [
    ...rebuilding(observation),
    ...openings(observation),
    ...candidates.flatMap(rejection),
    ...staging(candidates, observation),
    ...questions(candidates, observation),
    ...redBase(candidates, observation),
    ...standGuard(observation),
    ...settled(observation),
  ];
}

function openings(observation: Observation): Decision[] {
  return attemptsOf(observation).flatMap((attempt) => {
    const ref = observation.refs.find((one) => one.slug === attempt.slug && one.attempt === attempt.number);
    if (attempt.state !== "pushed" || !ref?.trailers) return [];
    const { slug, number, head } = attempt;
    const { milestone, spec } = ref.trailers;
    return [{ do: "open" as const, milestone, slug, attempt: number, spec, head }];
  });
}

function rejection({ verdict, subject, pull }: Candidate): Decision[] {
  if (verdict.kind !== "reject") return [];
  const { counted, because } = verdict;
  return [{ do: "reject", ...subject, pull: pull.number, counted, because }];
}
