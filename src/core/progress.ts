/** Where a milestone stands. Derived from the observation every time; stored nowhere. */

import { type Attempt, attemptsOf, attemptsThatCount, highestNumber } from "#core/attempt.ts";
import { spentOn } from "#core/ledger.ts";
import type { Milestone, MilestoneId, Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { ceilingOf } from "#core/policy.ts";

/** Lost attempts of one contract before a human is asked why runners die. */
const MOST_LOST = 5;

export type Progress =
  | { state: "done" }
  | { state: "not planned"; because: string }
  | { state: "blocked"; issue: number; because: string; ask: string }
  | { state: "in review"; attempt: number; pull: number | null }
  | { state: "in work"; attempt: number }
  | { state: "waiting"; on: MilestoneId[]; because: string }
  /** Only a human can help, and was not asked yet. */
  | { state: "stuck"; because: string; ask: string }
  | {
      state: "ready";
      attempt: number;
      earlier: { attempt: number; because: string[]; startFrom: Sha | null }[];
    };

export type Standing = { milestone: Milestone; progress: Progress };

/** Every milestone of the roadmap with its progress, in the roadmap's order. */
export function standingsOf(observation: Observation): Standing[] {
  const attempts = attemptsOf(observation);
  return observation.roadmap.milestones.map((milestone) => ({
    milestone,
    progress: progressOf(milestone, attempts, observation),
  }));
}

function progressOf(milestone: Milestone, attempts: readonly Attempt[], observation: Observation): Progress {
  if (milestone.status === "done") return { state: "done" };
  const blocker = observation.blockers.find(({ open, key }) => open && key === milestone.slug);
  if (blocker) return { state: "blocked", issue: blocker.issue, because: blocker.because, ask: blocker.ask };
  const live = attempts.find(
    ({ slug, state }) => slug === milestone.slug && ["working", "pushed", "open"].includes(state),
  );
  if (live?.state === "working") return { state: "in work", attempt: live.number };
  if (live)
    return { state: "in review", attempt: live.number, pull: live.state === "open" ? live.pull : null };
  const unfit = unfitness(milestone, observation);
  if (unfit !== null) return { state: "not planned", because: unfit };
  const on = unmet(milestone, observation);
  if (on.length > 0) return { state: "waiting", on, because: `waits for ${on.join(", ")}` };
  const counting = attemptsThatCount(milestone, attempts, observation);
  return (
    stuckness(milestone, counting, observation) ?? {
      state: "ready",
      attempt: highestNumber(milestone.slug, attempts) + 1,
      earlier: lessonsFrom(counting),
    }
  );
}

function unfitness({ id, status }: Milestone, { roadmap }: Observation): string | null {
  if (status === "in-progress") return "a human is working on it";
  if (status === "unmarked") return "it has no status: mark it 📝 planned to let it start";
  const errors = roadmap.diagnostics.filter(
    ({ milestone, severity }) => severity === "error" && milestone === id,
  );
  return errors.length === 0
    ? null
    : `the roadmap has an error: ${errors.map(({ message }) => message).join("; ")}`;
}

function unmet({ dependsOn }: Milestone, { roadmap }: Observation): MilestoneId[] {
  const done = new Set(roadmap.milestones.filter(({ status }) => status === "done").map(({ id }) => id));
  return dependsOn.filter((id) => !done.has(id));
}

function stuckness(
  milestone: Milestone,
  counting: readonly Attempt[],
  { policy, journal }: Observation,
): Progress | null {
  const stuck = (because: string, ask: string): Progress => ({ state: "stuck", because, ask });
  const last = counting.at(-1);
  if (last?.state === "closed by a human")
    return stuck(
      `somebody closed its pull request #${last.pull}`,
      "Should it be tried again? Close this issue for yes; mark the milestone ✅ or 🚧 for no.",
    );
  if (last?.state === "asked") return stuck(last.because.join("; "), last.ask);
  const used = counting.filter((attempt) => attempt.state === "rejected" && attempt.counted).length;
  if (used >= policy.attempts)
    return stuck(
      `gave up after ${used} ${used === 1 ? "attempt" : "attempts"}`,
      "What should be different? Change the milestone in the roadmap, or close this issue to allow as many attempts again.",
    );
  const lost = counting.filter((attempt) => attempt.state === "lost" && !attempt.waited).length;
  if (lost >= Math.max(MOST_LOST, policy.attempts))
    return stuck(
      `${lost} attempts were lost with their runners`,
      "Why do the runners die? Look at the runs of those attempts, then close this issue.",
    );
  if (
    spentOn(milestone, journal) + ceilingOf(policy) > policy.budget.milestone + 0.005 &&
    used < counting.length
  )
    return stuck(
      `its budget of $${policy.budget.milestone} does not allow another attempt`,
      "Raise `budget.milestone` in the policy or split the milestone, then close this issue.",
    );
  return null;
}

/**
 * What the next attempt is told: every earlier rejection, and the newest patch to start from.
 * After the same reasons twice in a row the approach is wrong, not its details: it starts from the base again.
 */
function lessonsFrom(counting: readonly Attempt[]) {
  const rejected = counting.filter((attempt) => attempt.state === "rejected");
  const [before, last] = rejected.slice(-2);
  const sameTwice = last !== undefined && before?.because.join() === last.because.join();
  return rejected.map(({ number, because, pull, sha }, index) => ({
    attempt: number,
    because,
    startFrom: index === rejected.length - 1 && pull !== null && !sameTwice ? sha : null,
  }));
}
