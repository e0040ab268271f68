/** What was spent and what is set aside, folded from the journal. Moves no money. */

import { type JournalLine, linesOf, type NightName } from "#core/journal.ts";
import type { Milestone } from "#core/milestone.ts";

/** US dollars. Reservations and attempts without a receipt count with their ceiling; opinions count as well. */
export type Ledger = { night: number; month: number };

export function ledgerOf(journal: readonly JournalLine[], night: NightName): Ledger {
  const month = night.slice(0, 7);
  const attempts = linesOf(journal, "assigned").map((claim) => ({
    night: claim.night,
    usd: receiptOf(claim, journal)?.spend.usd ?? claim.ceiling,
  }));
  const opinions = linesOf(journal, "opined").map(({ night, spend: { usd } }) => ({ night, usd }));
  const charges = [...attempts, ...opinions];
  return {
    night: sum(charges.filter((charge) => charge.night === night)),
    month: sum(charges.filter((charge) => charge.night.startsWith(month))),
  };
}

/** What attempts at this contract have cost so far; an opinion has a budget of its own. Lost attempts are not its fault: they are charged to the night alone. */
export function spentOn({ slug, spec }: Milestone, journal: readonly JournalLine[]): number {
  return sum(
    linesOf(journal, "published")
      .filter((line) => line.slug === slug && line.spec === spec && line.as !== "lost")
      .filter((line) => receiptOf(line, journal) === line)
      .map(({ spend }) => spend),
  );
}

function receiptOf({ slug, attempt }: { slug: string; attempt: number }, journal: readonly JournalLine[]) {
  return linesOf(journal, "published").find((line) => line.slug === slug && line.attempt === attempt);
}

function sum(charges: readonly { usd: number }[]): number {
  return Math.round(charges.reduce((total, { usd }) => total + usd, 0) * 1e6) / 1e6;
}
