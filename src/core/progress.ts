/** Where a milestone stands. Derived from the observation every time; stored nowhere. */

import { type Attempt, attemptsOf, attemptsThatCount, highestNumber } from "#core/attempt.ts";
import type { EarlierAttempt } from "#core/brief.ts";
import { inUnits, keyOf, milestoneCap, type Share, shareOf, tooLittle } from "#core/budget.ts";
import { usedBy } from "#core/ledger.ts";
import type { Milestone, MilestoneId, Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";

/** Lost and interrupted attempts of one contract before a human is asked why they do not come to their end. */
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
      earlier: EarlierAttempt[];
      /** What it may use at the most. */
      share: Share;
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
  const share = shareFrom(counting, observation);
  return (
    stuckness(counting, share, observation) ?? {
      state: "ready",
      attempt: highestNumber(milestone.slug, attempts) + 1,
      earlier: lessonsFrom(counting),
      share,
    }
  );
}

/** The attempt whose work the next one goes on with, or null. */
export function resumedBy(earlier: readonly EarlierAttempt[]): number | null {
  const last = earlier.at(-1);
  return last?.interrupted ? last.attempt : null;
}

function shareFrom(counting: readonly Attempt[], { policy, journal }: Observation): Share {
  return shareOf(policy, usedBy(counting, journal), policy.attempts - usedUp(counting));
}

/** Attempts that came to their end and did not land. */
function usedUp(counting: readonly Attempt[]): number {
  return counting.filter((attempt) => attempt.state === "rejected" && attempt.counted).length;
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

function stuckness(counting: readonly Attempt[], share: Share, { policy }: Observation): Progress | null {
  const stuck = (because: string, ask: string): Progress => ({ state: "stuck", because, ask });
  const last = counting.at(-1);
  if (last?.state === "closed by a human")
    return stuck(
      `somebody closed its pull request #${last.pull}`,
      "Should it be tried again? Close this issue for yes; mark the milestone ✅ or 🚧 for no.",
    );
  if (last?.state === "asked") return stuck(last.because.join("; "), last.ask);
  const used = usedUp(counting);
  if (used >= policy.attempts)
    return stuck(
      `gave up after ${used} ${used === 1 ? "attempt" : "attempts"}`,
      "What should be different? Change the milestone in the roadmap, or close this issue to allow as many attempts again.",
    );
  const lost = counting.filter((attempt) => attempt.state === "lost" && !attempt.waited).length;
  const cut = counting.filter(({ state }) => state === "interrupted").length;
  if (lost + cut >= Math.max(MOST_LOST, policy.attempts))
    return stuck(
      `${lost + cut} attempts were ${cut === 0 ? "lost with their runners" : lost === 0 ? "interrupted" : "lost or interrupted"}`,
      "Why do they not come to their end? Look at the runs of those attempts, then close this issue.",
    );
  const short = tooLittle(share, policy);
  if (short !== null)
    return stuck(
      `its budget of ${inUnits(milestoneCap(policy)[short], short)} does not allow another attempt`,
      `Raise \`${keyOf(short, "milestone")}\` in the policy or split the milestone, then close this issue.`,
    );
  return null;
}

type Ended = Extract<Attempt, { state: "rejected" | "interrupted" }>;

/**
 * What the next attempt is told: every earlier rejection and interruption, and the newest patch to start from.
 * After the same reasons twice in a row the approach is wrong, not its details: it starts from the base again.
 */
function lessonsFrom(counting: readonly Attempt[]): EarlierAttempt[] {
  const ended = counting.filter(
    (attempt): attempt is Ended => attempt.state === "rejected" || attempt.state === "interrupted",
  );
  const [before, last] = ended.filter(({ state }) => state === "rejected").slice(-2);
  const sameTwice = last !== undefined && before?.because.join() === last.because.join();
  // Who was cut off before he left anything had begun where the one before him ended.
  const newest = ended.findLast((one) => one.state === "rejected" || one.head !== null);
  return ended.map((one, index) => ({
    attempt: one.number,
    because: one.because,
    startFrom: index === ended.length - 1 && newest ? changeIn(newest, sameTwice) : null,
    ...(one.state === "interrupted" ? { interrupted: true as const } : {}),
  }));
}

function changeIn(attempt: Ended, sameTwice: boolean): Sha | null {
  if (attempt.state === "interrupted") return attempt.head;
  return attempt.pull !== null && !sameTwice ? attempt.sha : null;
}
