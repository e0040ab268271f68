/** What became of every attempt: refs, pulls, runs and journal folded into one value each. Stores nothing. */

import { type JournalLine, type LineOf, linesOf } from "#core/journal.ts";
import type { Milestone, Sha, Slug, Spec } from "#core/milestone.ts";
import type { AttemptRef, Observation, Pull } from "#core/observation.ts";

export type AttemptState =
  | { state: "working"; cycle: number }
  /** Its commit was pushed, but the job died before it opened the pull request. */
  | { state: "pushed"; head: Sha }
  | { state: "open"; pull: number; head: Sha }
  | { state: "landed"; pull: number; commit: Sha }
  | { state: "rejected"; pull: number | null; counted: boolean; because: string[] }
  | { state: "asked"; because: string[]; ask: string }
  /** `waited`: for something that is over by itself, such as a usage window. Nothing was wrong with it or its runner. */
  | { state: "lost"; waited: boolean }
  /** Cut off through no fault of its own; `head` holds the change it left, if it left one. */
  | { state: "interrupted"; because: string[]; head: Sha | null }
  | { state: "closed by a human"; pull: number };

export type Attempt = AttemptState & {
  slug: Slug;
  number: number;
  spec: Spec | null;
  /** Our own commit that its ref names, whatever became of it; null when the ref is gone or names a stranger's. */
  sha: Sha | null;
  /** Position of its claim in the journal; -1 when the journal does not know it. */
  since: number;
};

type Trace = { slug: Slug; number: number; ref: AttemptRef | undefined; pull: Pull | undefined };

/** Every attempt anyone can still see, ordered by milestone and number. */
export function attemptsOf(observation: Observation): Attempt[] {
  return tracesOf(observation).map((trace) => attemptFrom(trace, observation));
}

/** The highest number in any ref, pull or journal line of that milestone: never used again. */
export function highestNumber(slug: Slug, attempts: readonly Attempt[]): number {
  return Math.max(0, ...attempts.filter((attempt) => attempt.slug === slug).map(({ number }) => number));
}

/**
 * The attempts that count against this contract: after its last landing that stayed and its last closed blocker. The first
 * one that was taken back counts, and all after it: else a milestone that lands and goes could be tried for ever.
 */
export function attemptsThatCount(
  { slug, spec, id }: Milestone,
  attempts: readonly Attempt[],
  { journal, blockers }: Observation,
): Attempt[] {
  const mine = attempts.filter((attempt) => attempt.slug === slug);
  const landed = Math.max(0, ...mine.filter(({ state }) => state === "landed").map(({ number }) => number));
  const back = linesOf(journal, "reverted").filter((line) => line.slug === slug && line.attempt > landed);
  const taken = back.length === 0 ? 0 : Math.min(...back.map(({ attempt }) => attempt));
  const closed = new Set(blockers.filter(({ open }) => !open).map(({ issue }) => issue));
  const anew = journal.findLastIndex(
    (line) => line.line === "blocked" && line.milestone === id && closed.has(line.issue),
  );
  return mine.filter(
    (attempt) =>
      attempt.number > landed &&
      attempt.number >= taken &&
      attempt.since >= anew &&
      (attempt.spec ?? spec) === spec,
  );
}

function tracesOf({ refs, pulls, journal }: Observation): Trace[] {
  const traces = new Map<string, Trace>();
  const at = (slug: Slug, number: number): Trace => {
    const key = `${slug}/${number}`;
    const trace = traces.get(key) ?? { slug, number, ref: undefined, pull: undefined };
    traces.set(key, trace);
    return trace;
  };
  for (const line of linesOf(journal, "assigned")) at(line.slug, line.attempt);
  for (const ref of refs) at(ref.slug, ref.attempt).ref = ref;
  // A pull that was closed and opened again by hand has a younger twin: the youngest speaks for the attempt.
  for (const pull of pulls.toSorted((one, other) => one.number - other.number)) {
    at(pull.slug, pull.attempt).pull = pull;
  }
  return [...traces.values()].sort(
    (one, other) => (one.slug < other.slug ? -1 : one.slug > other.slug ? 1 : 0) || one.number - other.number,
  );
}

function attemptFrom(trace: Trace, observation: Observation): Attempt {
  const { slug, number, ref } = trace;
  const mine = observation.journal.filter(
    (line) => "slug" in line && line.slug === slug && line.attempt === number,
  );
  const claim = mine.find(({ line }) => line === "assigned");
  return {
    slug,
    number,
    spec: ref?.trailers?.spec ?? specOf(mine),
    // GitHub may delete the branch of what has landed; its commit stays.
    sha: ref?.trailers ? ref.sha : (linesOf(mine, "dropped").at(-1)?.commit ?? null),
    since: claim ? observation.journal.indexOf(claim) : -1,
    ...(trace.pull ? ofPull(trace.pull, mine, observation) : ofRef(ref, mine, observation)),
  };
}

/** GitHub takes its time to call a pull request merged whose head is in the branch already. */
export function isLanded(pull: Pull, { landing, journal }: Observation): boolean {
  const ours = linesOf(journal, "landed").some(
    (line) => line.pull === pull.number && line.commit === pull.head,
  );
  return pull.state === "merged" || pull.head === landing.sha || ours;
}

function ofPull(pull: Pull, mine: readonly JournalLine[], observation: Observation): AttemptState {
  const { number, state, head } = pull;
  const dropped = linesOf(mine, "dropped").at(-1);
  if (dropped) return ofDrop(dropped, number);
  const back = linesOf(mine, "reverted").at(-1);
  if (back) return { state: "rejected", pull: number, counted: true, because: back.because };
  const landed = linesOf(mine, "landed").findLast((line) => line.pull === number);
  // A squashed head is in the branch under another name.
  if (isLanded(pull, observation)) return { state: "landed", pull: number, commit: landed?.commit ?? head };
  // Whatever was pushed to its branch or done to its pull request since then: what landed has landed.
  if (landed && state === "closed") return { state: "landed", pull: number, commit: landed.commit };
  if (state === "open") return { state: "open", pull: number, head };
  const rejection = linesOf(mine, "rejected").find(({ pull }) => pull === number);
  if (!rejection) return { state: "closed by a human", pull: number };
  return { state: "rejected", pull: number, counted: rejection.counted, because: rejection.because };
}

/** Its owner does not want it as it is; anything else that takes it off is nobody's fault. */
function ofDrop({ by, because }: LineOf<"dropped">, pull: number): AttemptState {
  const ask =
    "What should be different? Change the milestone in the roadmap and close this issue to have it tried again, or mark it 🚧 to keep it for yourself.";
  if (by === "owner") return { state: "asked", because: [because], ask };
  return { state: "rejected", pull, counted: false, because: [because] };
}

function ofRef(
  ref: AttemptRef | undefined,
  mine: readonly JournalLine[],
  { activeCycles }: Observation,
): AttemptState {
  const published = linesOf(mine, "published").at(-1);
  if (published?.as === "rejected") {
    return { state: "rejected", pull: null, counted: true, because: published.because };
  }
  if (published?.as === "blocked")
    return { state: "asked", because: published.because, ask: published.ask ?? "What should happen here?" };
  if (published?.as === "interrupted") {
    const left = published.tree !== null && ref?.trailers?.ceiling === null ? ref.sha : null;
    return { state: "interrupted", because: published.because, head: left };
  }
  if (published?.as === "lost" || !ref?.trailers)
    return { state: "lost", waited: published?.until !== undefined };
  if (ref.trailers.ceiling === null) return { state: "pushed", head: ref.sha };
  const { cycle } = ref.trailers;
  return activeCycles.includes(cycle) ? { state: "working", cycle } : { state: "lost", waited: false };
}

function specOf(mine: readonly JournalLine[]): Spec | null {
  const line = mine.find((one) => "spec" in one);
  return line && "spec" in line ? line.spec : null;
}
