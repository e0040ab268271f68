/** What models cost, as a dated table, and what an answer costs or may cost at the most. Knows no model by guessing. */

import type { Brief } from "#core/brief.ts";
import type { Policy } from "#core/policy.ts";

/** US dollars per million tokens. */
export type Price = Brief["price"];

/** Tokens of one answer, as the model's service counts them: `inputTokens` are those that were not cached. */
export type Usage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
};

/** A row of the table. `since`: the day from which the price is known to hold. Cache writes are those kept 5 minutes. */
type Row = Price & { model: string; since: string; source: string };

const OVERVIEW = "Anthropic's models overview";
const PRICING = "Anthropic's pricing page";
const ELSEWHERE = "cache prices from third-party tables";

function row(
  model: string,
  prices: readonly [number, number, number, number],
  since: string,
  source: string,
) {
  const [input, output, cacheWrite, cacheRead] = prices;
  return { model, input, output, cacheWrite, cacheRead, since, source };
}

/** Read multipliers differ by model: no price here is derived from another. */
export const PRICES: readonly Row[] = [
  row("claude-fable-5-2", [8, 40, 10, 0.2], "2026-11-09", `${OVERVIEW}, release notes; ${ELSEWHERE}`),
  row("claude-opus-5-5", [4, 20, 5, 0.2], "2026-11-20", `${OVERVIEW}; ${ELSEWHERE}`),
  row("claude-sonnet-5-5", [2, 10, 2.5, 0.1], "2026-10-07", `${OVERVIEW}, release notes`),
  // A prompt above 100k tokens costs five times as much as a shorter one. The dearer band is the one to plan with.
  row("claude-haiku-5-5", [0.5, 2.5, 0.625, 0.05], "2026-11-20", `${OVERVIEW}; cache read inferred`),
  row("claude-fable-5-1", [10, 50, 12.5, 0.25], "2026-11-20", PRICING),
  row("claude-opus-5", [5, 25, 6.25, 0.5], "2026-11-20", PRICING),
  row("claude-opus-4-8", [5, 25, 6.25, 0.5], "2026-11-20", PRICING),
  row("claude-opus-4-7", [5, 25, 6.25, 0.5], "2026-11-20", PRICING),
  row("claude-opus-4-6", [5, 25, 6.25, 0.5], "2026-11-20", PRICING),
  row("claude-opus-4-5", [5, 25, 6.25, 0.5], "2026-11-20", PRICING),
  row("claude-sonnet-5", [2, 10, 2.5, 0.2], "2026-11-20", OVERVIEW),
  row("claude-sonnet-4-6", [3, 15, 3.75, 0.3], "2026-11-20", PRICING),
  row("claude-haiku-4-5", [1, 5, 1.25, 0.1], "2026-11-20", PRICING),
];

/** The owner's own price, else the table's. Null: nobody knows it, and nothing may be spent on it. */
export function priceOf(model: string, ownPrices: Policy["prices"]): Price | null {
  const own = Object.hasOwn(ownPrices, model) ? ownPrices[model] : undefined;
  if (own) {
    return {
      input: own.input,
      output: own.output,
      cacheWrite: own["cache-write"],
      cacheRead: own["cache-read"],
    };
  }
  const known = PRICES.find((one) => one.model === model);
  if (!known) return null;
  const { input, output, cacheWrite, cacheRead } = known;
  return { input, output, cacheWrite, cacheRead };
}

/** What an answer cost in US dollars, to a millionth. */
export function costOf(usage: Usage, price: Price): number {
  return dollars(
    usage.inputTokens * price.input +
      usage.outputTokens * price.output +
      usage.cacheReadTokens * price.cacheRead +
      usage.cacheWriteTokens * price.cacheWrite,
  );
}

/** The most an answer can cost: nothing of its context was cached, and it is as long as allowed. */
export function worstCaseOf(contextTokens: number, maxOutputTokens: number, price: Price): number {
  return dollars(contextTokens * contextPriceOf(price) + maxOutputTokens * price.output);
}

/** How many output tokens are left to buy once the context is paid for at its dearest. Negative if not even that is. */
export function affordableOutput(usd: number, contextTokens: number, price: Price): number {
  const left = usd - worstCaseOf(contextTokens, 0, price);
  if (price.output === 0) return left < 0 ? -1 : Number.MAX_SAFE_INTEGER;
  return Math.floor((left * 1e6) / price.output);
}

function contextPriceOf({ input, cacheWrite, cacheRead }: Price): number {
  return Math.max(input, cacheWrite, cacheRead);
}

function dollars(perMillion: number): number {
  return Math.round(perMillion) / 1e6;
}
