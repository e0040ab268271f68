/** What each phase may use of an attempt's limits, and has used. Decides about no attempt as a whole: that is the purse's. */

import type { Purse } from "#adapters/anthropic/purse.ts";
import type { Limits } from "#core/brief.ts";
import type { Complexity } from "#core/milestone.ts";
import { tokensOf } from "#core/outcome.ts";
import {
  addMeasure,
  isNearlySpent,
  type Measure,
  mayAsk,
  NO_MEASURE,
  type Phase,
  roomOf,
  type Spendings,
} from "#core/phases.ts";
import type { Price } from "#core/prices.ts";

/** What one phase may use, and what it used. Counts on while the phase lasts. */
export type Share = {
  room(): Measure;
  used(): Measure;
  /** Whether the phase may ask once more, with a context of so many tokens. */
  allows(contextTokens: number): boolean;
  /** Said once, when most of it is used. */
  warning(): string | null;
};

const NOTHING: Spendings = {
  analyse: NO_MEASURE,
  research: NO_MEASURE,
  plan: NO_MEASURE,
  execute: NO_MEASURE,
  test: NO_MEASURE,
};

/** Shares the limits of an attempt out among its phases. `seconds`: since the attempt began. */
export function openShares(
  { limits, price }: { limits: Limits; price: Price },
  given: { complexity: Complexity; purse: Purse; seconds: () => number },
): (phase: Phase) => Share {
  const { complexity, purse, seconds } = given;
  let spent = NOTHING;
  let close = (): void => undefined;
  return (phase) => {
    close();
    const begin = takenAt(purse, seconds());
    const room = roomOf(phase, { limits, spent, complexity });
    const used = () => less(takenAt(purse, seconds()), begin);
    close = () => {
      spent = { ...spent, [phase]: addMeasure(spent[phase], used()) };
    };
    let warned = false;
    return {
      room: () => room,
      used,
      allows(contextTokens) {
        const usd = (contextTokens * price.cacheRead) / 1e6;
        return mayAsk(room, used(), { usd, tokens: contextTokens, turns: 1, seconds: 0 });
      },
      warning() {
        if (warned || !isNearlySpent(room, used())) return null;
        warned = true;
        return WARNINGS[phase];
      },
    };
  };
}

const CONCLUDE = "Most of what this phase may use is used. Conclude it now with what you know.";
const WARNINGS: Readonly<Record<Phase, string | null>> = {
  analyse: CONCLUDE,
  research: CONCLUDE,
  plan: CONCLUDE,
  execute:
    "Most of what this phase may use is used. Bring the step at hand to green, and call `finish` if the milestone is met.",
  // Its end is the attempt's, and of that the purse warns.
  test: null,
};

function takenAt(purse: Purse, seconds: number): Measure {
  const spent = purse.spent();
  return { usd: spent.usd, tokens: tokensOf(spent), turns: purse.turns(), seconds };
}

function less(now: Measure, before: Measure): Measure {
  return addMeasure(now, {
    usd: -before.usd,
    tokens: -before.tokens,
    turns: -before.turns,
    seconds: -before.seconds,
  });
}
