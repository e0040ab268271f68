/** What an attempt has used and may still use: the one place where its limits on dollars, tokens and turns are checked. */

import type { Brief } from "#core/brief.ts";
import { addSpend, NOTHING_SPENT, type Spend, tokensOf } from "#core/outcome.ts";
import { affordableOutput, costOf, type Usage } from "#core/prices.ts";

/** What the next answer may be, or why there is none. */
type Allowance = { maxTokens: number } | { because: string };

export type Purse = {
  spent(): Spend;
  /** Books what was used, by an answer or by a stream that broke. */
  book(usage: Usage): void;
  /** Counts one answer. */
  answered(): void;
  /** How many answers came. */
  turns(): number;
  /** Asked before every request, with an estimate of the tokens it will be read as. */
  allowance(contextTokens: number): Allowance;
  /** What is left, once as soon as turns run out or the next answer would have to be short. */
  warning(contextTokens: number): string | null;
};

/** The longest answer that is asked for. */
const LONGEST_ANSWER = 32_000;
/** An answer shorter than this cannot hold a thought and a tool call: then it is over. */
const SHORTEST_ANSWER = 1_024;
/** When no longer answer can be paid for, the model is told to come to an end. */
const SHORT_ANSWER = 8_000;
/** The part of the turns after which it is told so as well. */
const NEARLY_ALL = 0.8;

export function openPurse({ limits, price }: Pick<Brief, "limits" | "price">): Purse {
  let spent = NOTHING_SPENT;
  let turns = 0;
  let warned = false;
  function allowance(contextTokens: number): Allowance {
    if (turns >= limits.turns) return { because: `the limit of ${limits.turns} turns is reached` };
    const left = limits.tokens - tokensOf(spent) - contextTokens;
    const affordable = affordableOutput(limits.usd - spent.usd, contextTokens, price);
    const maxTokens = Math.min(LONGEST_ANSWER, left, affordable);
    if (maxTokens >= SHORTEST_ANSWER) return { maxTokens };
    const [limit, used] =
      affordable < left
        ? [`$${limits.usd}`, `$${spent.usd} are spent`]
        : [`${limits.tokens} tokens`, `${tokensOf(spent)} are used`];
    return { because: `the limit of ${limit} is reached: ${used}, and another answer might exceed it` };
  }

  function warning(contextTokens: number): string | null {
    const next = allowance(contextTokens);
    const short = "maxTokens" in next && next.maxTokens < SHORT_ANSWER;
    if (warned || (!short && turns < limits.turns * NEARLY_ALL)) return null;
    warned = true;
    const usd = Math.max(0, limits.usd - spent.usd).toFixed(2);
    const tokens = Math.max(0, limits.tokens - tokensOf(spent));
    return `The limits are near: $${usd}, ${tokens} tokens and ${limits.turns - turns} turns are left. Come to an end and call \`finish\`.`;
  }

  return {
    spent: () => spent,
    book(usage) {
      spent = addSpend(spent, { ...usage, usd: costOf(usage, price) });
    },
    answered() {
      turns += 1;
    },
    turns: () => turns,
    allowance,
    warning,
  };
}
