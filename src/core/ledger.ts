/** What was used and what is set aside, folded from the journal. Moves no money. */

import type { Attempt } from "#core/attempt.ts";
import { type Amounts, add, amountsOf, NOTHING, OVERHEAD_MINUTES } from "#core/budget.ts";
import { type JournalLine, type LineOf, linesOf, type NightName } from "#core/journal.ts";
import type { Milestone } from "#core/milestone.ts";
import { monthOf } from "#core/night.ts";
import type { Observation } from "#core/observation.ts";
import { tokensOf } from "#core/outcome.ts";
import { minutesBetween } from "#core/time.ts";

/** Reservations and attempts without a receipt count with all that was set aside for them; opinions count as well. */
export type Ledger = { night: Amounts; month: Amounts };

export function ledgerOf(journal: readonly JournalLine[], night: NightName): Ledger {
  const attempts = linesOf(journal, "assigned").map((claim) => ({
    night: claim.night,
    amounts: chargeOf(claim, receiptOf(claim, journal)),
  }));
  const opinions = linesOf(journal, "opined").map(({ night, spend }) => ({
    night,
    amounts: { ...NOTHING, usd: spend.usd, tokens: tokensOf(spend) },
  }));
  const charges = [...attempts, ...opinions];
  const total = (of: typeof charges) => of.reduce((sum, { amounts }) => add(sum, amounts), NOTHING);
  return {
    night: total(charges.filter((charge) => charge.night === night)),
    month: total(charges.filter((charge) => monthOf(charge.night) === monthOf(night))),
  };
}

/** What these attempts of one contract have used; an opinion has a budget of its own. Lost ones are not its fault: they are charged to the night alone. */
export function usedBy(attempts: readonly Attempt[], journal: readonly JournalLine[]): Amounts {
  return attempts
    .filter(({ state }) => state !== "lost")
    .flatMap(({ slug, number: attempt }) => receiptOf({ slug, attempt }, journal) ?? [])
    .reduce((sum, receipt) => add(sum, usedIn(receipt)), NOTHING);
}

/** Milestones whose newest attempt that anything is known of was interrupted: each with that attempt's receipt. */
export function interruptedIn({
  journal,
  roadmap,
}: Pick<Observation, "journal" | "roadmap">): { milestone: Milestone; receipt: LineOf<"published"> }[] {
  return roadmap.milestones.flatMap((milestone) => {
    const { slug, spec, status } = milestone;
    const mine = linesOf(journal, "assigned").filter((line) => line.slug === slug && line.spec === spec);
    const receipts = mine.map((claim) => receiptOf(claim, journal));
    const receipt = receipts.findLast((one) => one?.as !== "lost");
    return status === "planned" && receipt?.as === "interrupted" ? [{ milestone, receipt }] : [];
  });
}

/** An attempt is charged once, however often its receipt was written. */
export function receiptOf(
  { slug, attempt }: { slug: string; attempt: number },
  journal: readonly JournalLine[],
): LineOf<"published"> | undefined {
  return linesOf(journal, "published").find((line) => line.slug === slug && line.attempt === attempt);
}

/**
 * Nobody tells us for how long runners were used without being asked: it is the time from claim to receipt, in which
 * an attempt may also have waited for a runner, and what comes beside it. Rather too much than too little.
 */
function chargeOf(claim: LineOf<"assigned">, receipt: LineOf<"published"> | undefined): Amounts {
  if (!receipt) return amountsOf(claim);
  // Nothing is known of a lost one but that it is gone.
  const used = receipt.as === "lost" ? { ...amountsOf(claim), usd: receipt.spend.usd } : usedIn(receipt);
  const elapsed = Math.max(0, minutesBetween(claim.at, receipt.at));
  return { ...used, runnerMinutes: Math.ceil(elapsed) + OVERHEAD_MINUTES };
}

function usedIn({ spend, seconds }: LineOf<"published">): Amounts {
  return { ...NOTHING, usd: spend.usd, tokens: tokensOf(spend), minutes: seconds / 60 };
}
