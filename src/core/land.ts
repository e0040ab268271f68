/** Decides what becomes of the train once it was tested. Lands only what is proven on top of the branch as it is now. */

import { type Candidate, candidatesIn, landsItself } from "#core/candidates.ts";
import type { Decision } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { VERIFY } from "#core/gates.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import type { Position } from "#core/train.ts";

export function land(
  observation: Observation,
  evidence: readonly Evidence[],
  train: readonly Position[],
): Decision[] {
  if (haltOf(observation) !== null || !landsItself(observation)) return [];
  const candidates = candidatesIn(observation, evidence);
  for (const position of train) {
    const candidate = candidates.find(
      ({ pull, onTop }) => pull.number === position.pull && pull.head === position.head && onTop,
    );
    const decisions = candidate ? decideOn(candidate, observation) : [];
    if (decisions.length > 0) return decisions;
  }
  return [];
}

function decideOn({ verdict, subject, pull, facts }: Candidate, observation: Observation): Decision[] {
  const attested = attestation({ subject, pull, facts });
  if (verdict.kind === "reject") {
    const { counted, because } = verdict;
    return [...attested, { do: "reject", ...subject, pull: pull.number, counted, because }];
  }
  if (verdict.kind === "wait") return attested;
  return [
    ...attested,
    {
      do: "land",
      ...subject,
      pull: pull.number,
      head: pull.head,
      base: observation.landing.sha,
      findings: [...facts.findings],
    },
  ];
}

/** What this run found, written on the head unless it stands there already. */
function attestation({ subject, pull, facts }: Pick<Candidate, "subject" | "pull" | "facts">): Decision[] {
  const { proof, checks } = facts;
  if (proof.says === "unknown") return [];
  const green = proof.says === "proven";
  // A status, not somebody's check run of the same name: that one would never become what we write.
  const written = checks.find(({ name, app }) => name === VERIFY && app === null)?.conclusion;
  if (written === (green ? "success" : "failure")) return [];
  const because = proof.says === "refuted" ? proof.because.join("; ") : "green on exactly this tree";
  return [{ do: "attest", milestone: subject.milestone, head: pull.head, green, because }];
}
