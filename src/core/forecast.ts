/** What attempts are expected to use, and the most they may: from this repository's own history, else from their kind. Spends nothing. */

import type { Share } from "#core/budget.ts";
import { type JournalLine, linesOf, type NightName } from "#core/journal.ts";
import { receiptOf } from "#core/ledger.ts";
import type { Kind, Slug } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";

/** US dollars, and minutes of an engine's work. */
export type Estimate = { usd: number; minutes: number };

export type Forecast = {
  attempts: number;
  expected: Estimate;
  worst: Estimate;
  /** Finished attempts that the least known of them was learnt from; 0: only its kind says anything. */
  learnt: number;
};

/** What was expected of a night's attempts that have ended, beside what they used. */
export type Hindsight = Forecast & { actual: Estimate };

/** The part of its share that an attempt is expected to use as long as nothing was learnt, by kind of milestone. */
export const EXPECTED_PART: Readonly<Record<Kind, number>> = {
  documentation: 0.2,
  fix: 0.3,
  coverage: 0.4,
  feature: 0.5,
  refactoring: 0.5,
  migration: 0.6,
};

/** Fewer finished attempts than this say nothing; older ones than the newest few are of another time. */
const HISTORY = { least: 3, most: 20 } as const;

type Looked = Pick<Observation, "journal" | "roadmap">;

/** What is about to start. Null when nothing is. */
export function forecastOf(claims: readonly (Share & { slug: Slug })[], looked: Looked): Forecast | null {
  if (claims.length === 0) return null;
  const single = claims.map((claim) => expectedOf(claim, looked));
  return {
    attempts: claims.length,
    expected: single.map(({ expected }) => expected).reduce(sum),
    worst: claims.map(({ ceiling, reserved }) => ({ usd: ceiling, minutes: reserved.minutes })).reduce(sum),
    learnt: Math.min(...single.map(({ learnt }) => learnt)),
  };
}

/** Each attempt of a night as it was forecast when it was claimed. Null while none has ended. */
export function hindsightOf(night: NightName, { journal, roadmap }: Looked): Hindsight | null {
  const ended = linesOf(journal, "assigned").flatMap((claim) => {
    const receipt = claim.night === night ? receiptOf(claim, journal) : undefined;
    const before = journal.slice(0, journal.indexOf(claim));
    const forecast = receipt && forecastOf([claim], { journal: before, roadmap });
    return receipt && forecast ? [{ ...forecast, actual: usedIn(receipt) }] : [];
  });
  if (ended.length === 0) return null;
  return ended.reduce((one, other) => ({
    attempts: one.attempts + other.attempts,
    expected: sum(one.expected, other.expected),
    worst: sum(one.worst, other.worst),
    actual: sum(one.actual, other.actual),
    learnt: Math.min(one.learnt, other.learnt),
  }));
}

function expectedOf(
  { slug, ceiling, reserved }: Share & { slug: Slug },
  looked: Looked,
): { expected: Estimate; learnt: number } {
  const kind = kindOf(slug, looked);
  const history = historyOf(looked.journal);
  const alike = history.filter((one) => kindOf(one.slug, looked) === kind);
  const known = (alike.length >= HISTORY.least ? alike : history).slice(-HISTORY.most);
  if (known.length < HISTORY.least) {
    const part = EXPECTED_PART[kind];
    return { expected: { usd: ceiling * part, minutes: reserved.minutes * part }, learnt: 0 };
  }
  const total = known.map(usedIn).reduce(sum);
  const mean = { usd: total.usd / known.length, minutes: total.minutes / known.length };
  return {
    expected: { usd: Math.min(ceiling, mean.usd), minutes: Math.min(reserved.minutes, mean.minutes) },
    learnt: known.length,
  };
}

/** Attempts that came to an end of their own. */
function historyOf(journal: readonly JournalLine[]) {
  return linesOf(journal, "published").filter(({ as }) => as === "pull" || as === "rejected");
}

function kindOf(slug: Slug, { roadmap }: Looked): Kind {
  return roadmap.milestones.find((one) => one.slug === slug)?.kind ?? "feature";
}

function usedIn({ spend, seconds }: { spend: { usd: number }; seconds: number }): Estimate {
  return { usd: spend.usd, minutes: seconds / 60 };
}

function sum(one: Estimate, other: Estimate): Estimate {
  return { usd: one.usd + other.usd, minutes: one.minutes + other.minutes };
}
