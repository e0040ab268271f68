/** The open pull requests with everything that is known for and against them. Judges; decides nothing. */

import { isLanded } from "#core/attempt.ts";
import type { Subject } from "#core/decision.ts";
import type { Evidence, Finding } from "#core/evidence.ts";
import { type Facts, faultsOf, type Proof, VERIFY } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import type { MilestoneId, Slug, Spec } from "#core/milestone.ts";
import type { AttemptRef, Check, Observation, Pull } from "#core/observation.ts";
import { judge, type Verdict } from "#core/verdict.ts";

/** One open pull request with everything the decision needs. */
export type Candidate = {
  subject: Subject;
  pull: Pull;
  ref: AttemptRef | null;
  facts: Facts;
  verdict: Verdict;
  /** Its one parent is the tip of the landing branch: its tree is what would be landed. */
  onTop: boolean;
};

/** Every open pull request in roadmap order, judged. */
export function candidatesIn(observation: Observation, evidence: readonly Evidence[]): Candidate[] {
  const order = new Map(observation.roadmap.milestones.map(({ slug }, index) => [slug, index]));
  const place = (slug: Slug) => order.get(slug) ?? order.size;
  return observation.pulls
    .filter((pull) => pull.state === "open" && !isLanded(pull, observation))
    .map((pull) => candidateFrom(pull, observation, evidence))
    .sort(
      (one, other) =>
        place(one.subject.slug) - place(other.subject.slug) || one.pull.number - other.pull.number,
    );
}

/** Whether this policy and these rules let Daybreak move the landing branch by itself. */
export function landsItself({ policy, rules }: Observation): boolean {
  return policy.land === "main" && !rules.pullRequest && !rules.mergeQueue;
}

function candidateFrom(pull: Pull, observation: Observation, evidence: readonly Evidence[]): Candidate {
  const { slug, attempt } = pull;
  const ref = observation.refs.find((one) => one.slug === slug && one.attempt === attempt) ?? null;
  const milestone = observation.roadmap.milestones.find((one) => one.slug === slug) ?? null;
  const fresh = evidence.filter((one) => isAbout(one, ref, pull));
  const facts: Facts = {
    pull,
    ref,
    milestone,
    landing: observation.landing,
    proof: proofOf(pull, ref, fresh, observation),
    findings: fresh[0]?.findings ?? findingsOf(pull, observation),
    required: observation.rules.required,
    checks: observation.checks.filter(({ head }) => head === pull.head),
    needsHuman: observation.policy["needs-human"],
  };
  return {
    subject: {
      milestone: ref?.trailers?.milestone ?? milestone?.id ?? (slug as string as MilestoneId),
      slug,
      attempt,
      spec: ref?.trailers?.spec ?? milestone?.spec ?? ("unknown" as Spec),
    },
    pull,
    ref,
    facts,
    verdict: judge(facts),
    onTop: ref?.parents[0] === observation.landing.sha,
  };
}

/** Evidence counts for exactly the tree and the base of this head. */
function isAbout(evidence: Evidence, ref: AttemptRef | null, { slug }: Pull): boolean {
  return evidence.slug === slug && evidence.tree === ref?.tree && evidence.base === ref.parents[0];
}

/**
 * What permits a landing: this run's evidence for this tree, or our own App's status on this head. The journal may
 * only speak against a pull: everybody who can write to the repository can write to it.
 */
function proofOf(
  pull: Pull,
  ref: AttemptRef | null,
  fresh: readonly Evidence[],
  { checks, mode, journal }: Observation,
): Proof {
  const written = linesOf(journal, "published").filter(
    (line) => line.slug === pull.slug && line.attempt === pull.attempt && line.tree === ref?.tree,
  );
  const statuses = checks.filter(
    ({ head, name, byOurApp }) => head === pull.head && name === VERIFY && byOurApp,
  );
  const said = (conclusion: Check["conclusion"]) =>
    statuses.some((status) => status.conclusion === conclusion);
  const because = [...new Set([...written.flatMap((line) => line.because), ...fresh.flatMap(faultsOf)])];
  if (because.length > 0) return { says: "refuted", because };
  if (fresh.length > 0) return { says: "proven" };
  if (mode === "app" && said("failure")) return { says: "refuted", because: ["its commands were not green"] };
  if (mode === "app" && said("success")) return { says: "proven" };
  return { says: "unknown", because: "not verified on this head in this cycle" };
}

function findingsOf({ slug, attempt }: Pull, { journal }: Observation): readonly Finding[] {
  return (
    linesOf(journal, "published").find((line) => line.slug === slug && line.attempt === attempt)?.findings ??
    []
  );
}

/** Not rejected, and not in a human's hands. */
export function isAlive({ verdict }: Candidate): boolean {
  return verdict.kind === "land" || (verdict.kind === "wait" && !verdict.for.has("human"));
}
