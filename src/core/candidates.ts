/** The open pull requests with everything that is known for and against them. Judges; decides nothing. */

import { isLanded } from "#core/attempt.ts";
import type { Subject } from "#core/decision.ts";
import type { Evidence, Finding } from "#core/evidence.ts";
import { type Facts, VERIFY } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import type { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { AttemptRef, Observation, Pull } from "#core/observation.ts";
import { type Opinion, opinionAbout } from "#core/opinion.ts";
import { type About, aboutHead, proofOf } from "#core/proof.ts";
import { minutesBetween } from "#core/time.ts";
import { judge, type Verdict } from "#core/verdict.ts";

/** One open pull request with everything the decision needs. */
export type Candidate = {
  subject: Subject;
  pull: Pull;
  /** The commit it stands on; null when its head is not a commit of ours. */
  below: Sha | null;
  facts: Facts;
  verdict: Verdict;
};

/** What this run found out. `reported`: checks of each head that had reported when it began. */
type Found = {
  evidence: readonly Evidence[];
  reported: ReadonlyMap<Sha, readonly string[]>;
  opinions: readonly Opinion[];
};

/** Every open pull request in roadmap order, judged. */
export function candidatesIn(
  observation: Observation,
  { evidence, reported = new Map(), opinions = [] }: Pick<Found, "evidence"> & Partial<Found>,
): Candidate[] {
  const order = new Map(observation.roadmap.milestones.map(({ slug }, index) => [slug, index]));
  const place = (slug: Slug) => order.get(slug) ?? order.size;
  const open = observation.pulls.filter((pull) => pull.state === "open" && !isLanded(pull, observation));
  const judged = new Map<Sha, Candidate>();
  // What a head stands on is judged before it: whether a red one is to blame depends on that.
  const candidateOf = (pull: Pull): Candidate => {
    const known = judged.get(pull.head);
    if (known) return known;
    const ref = refOf(pull, observation);
    const carrier = open.find(({ head }) => head === ref?.parents[0] && head !== pull.head);
    const below = carrier ? candidateOf(carrier).verdict.kind === "land" : isSolid(ref, observation);
    const facts = factsOf(pull, ref, { observation, evidence, reported, opinions, solid: below });
    const candidate = {
      subject: subjectIn(facts),
      pull,
      below: ref?.parents[0] ?? null,
      facts,
      verdict: judge(facts),
    };
    judged.set(pull.head, candidate);
    return candidate;
  };
  return open
    .map(candidateOf)
    .sort(
      (one, other) =>
        place(one.subject.slug) - place(other.subject.slug) || one.pull.number - other.pull.number,
    );
}

/** Not rejected, and waiting for nothing that only a human or a green branch can bring. */
export function isAlive({ verdict }: Candidate): boolean {
  if (verdict.kind !== "wait") return verdict.kind === "land";
  return !(["human", "stuck", "base"] as const).some((what) => verdict.for.has(what));
}

function refOf({ slug, attempt }: Pull, { refs }: Observation): AttemptRef | null {
  return refs.find((one) => one.slug === slug && one.attempt === attempt) ?? null;
}

/** Not on top of an attempt that has not landed and whose pull request is gone, or that was restacked since. */
function isSolid(ref: AttemptRef | null, { refs, journal, landing, pulls }: Observation): boolean {
  const [below] = ref?.parents ?? [];
  if (below === undefined || below === landing.sha) return true;
  if (linesOf(journal, "landed").some(({ commit }) => commit === below)) return true;
  if (pulls.some(({ head, state }) => head === below && state === "merged")) return true;
  const staged = linesOf(journal, "staged").some(
    ({ head, conflicts }) => head === below && conflicts.length === 0,
  );
  return !staged && !refs.some(({ sha }) => sha === below);
}

type Asked = Found & { observation: Observation; solid: boolean };

function factsOf(
  pull: Pull,
  ref: AttemptRef | null,
  { observation, evidence, reported, opinions, solid }: Asked,
): Facts {
  const { roadmap, landing, rules, checks, policy } = observation;
  const about = aboutHead(pull, ref, evidence, observation.journal);
  return {
    pull,
    ref,
    milestone: roadmap.milestones.find(({ slug }) => slug === pull.slug) ?? null,
    landing,
    proof: proofOf(pull, ref, about, observation),
    findings: findingsOf(about, pull, observation),
    required: rules.required,
    checks: checks.filter(({ head }) => head === pull.head),
    reported: reported.get(pull.head) ?? [],
    waited: minutesSince(pull, observation),
    stuck: policy.stuck,
    solid,
    needsHuman: policy["needs-human"],
    opinion: opinionAbout(pull, ref, opinions),
    opinionAsked: policy.opinion !== false && policy.land !== "pull-request",
  };
}

function subjectIn({ pull: { slug, attempt }, ref, milestone }: Facts): Subject {
  return {
    milestone: ref?.trailers?.milestone ?? milestone?.id ?? (slug as string as MilestoneId),
    slug,
    attempt,
    spec: ref?.trailers?.spec ?? milestone?.spec ?? ("unknown" as Spec),
  };
}

/** Since the head was announced: restacked, or else published. */
function minutesSince({ slug, attempt, head }: Pull, { journal, now }: Observation): number {
  const mine = journal.filter((line) => "slug" in line && line.slug === slug && line.attempt === attempt);
  const since =
    linesOf(mine, "staged").findLast((line) => line.head === head && line.conflicts.length === 0) ??
    linesOf(mine, "published").at(-1);
  return since ? minutesBetween(since.at, now) : 0;
}

/** What the whole court found, now or when it sat; a later sitting may only add what a human must judge. */
function findingsOf({ head, full }: About, { slug, attempt }: Pull, { journal }: Observation): Finding[] {
  const [whole, ...others] = new Set([...full, ...head]);
  const receipt = linesOf(journal, "published").find(
    (line) => line.slug === slug && line.attempt === attempt,
  );
  const sat = whole?.court === "full" ? whole.findings : (receipt?.findings ?? []);
  const added = [...others, ...(whole ? [whole] : [])].flatMap(({ findings }) => findings);
  return [...sat, ...added.filter((one) => one.finding === "needs a human" && !sat.includes(one))];
}

/** Required checks that have reported on a head, for a later look to notice those that vanished. */
export function reportedOn({ required, checks }: Facts): string[] {
  const names = new Set(checks.map(({ name }) => name));
  return [...new Set(required.map(({ name }) => name))].filter((name) => names.has(name) && name !== VERIFY);
}
