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
  /** Of the written ones, those kept for an hour. Left out: none. */
  hourlyWriteTokens?: number;
};

/** What an hour in the cache costs, as a multiple of the input's price (agreed on by every row of the service's table). */
const HOUR = 2;

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
  {
    ...row(
      "claude-haiku-5-5",
      [0.1, 0.5, 0.125, 0.01],
      "2026-11-20",
      `${OVERVIEW}; cache read from third-party tables`,
    ),
    // That long prompts cost five times as much to read from the cache is inferred from the other three.
    long: { above: 100_000, input: 0.5, output: 2.5, cacheWrite: 0.625, cacheRead: 0.05 },
  },
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
  const { input, output, cacheWrite, cacheRead, long } = known;
  return { input, output, cacheWrite, cacheRead, ...(long ? { long } : {}) };
}

/** What an answer cost in US dollars, to a millionth. */
export function costOf(usage: Usage, price: Price): number {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { input, output, cacheRead, cacheWrite } =
    price.long && prompt > price.long.above ? price.long : price;
  const hourly = Math.min(usage.hourlyWriteTokens ?? 0, usage.cacheWriteTokens);
  return dollars(
    usage.inputTokens * input +
      usage.outputTokens * output +
      usage.cacheReadTokens * cacheRead +
      (usage.cacheWriteTokens - hourly) * cacheWrite +
      hourly * Math.max(HOUR * input, cacheWrite),
  );
}

/**
 * The most an answer can cost: nothing of its context was cached, it is as long as allowed, and its prompt, whose length
 * is estimated, is one of the long ones.
 */
export function worstCaseOf(contextTokens: number, maxOutputTokens: number, price: Price): number {
  return dollars(contextTokens * contextPriceOf(price) + maxOutputTokens * outputPriceOf(price));
}

/** How many output tokens are left to buy once the context is paid for at its dearest. Negative if not even that is. */
export function affordableOutput(usd: number, contextTokens: number, price: Price): number {
  const left = usd - worstCaseOf(contextTokens, 0, price);
  const output = outputPriceOf(price);
  if (output === 0) return left < 0 ? -1 : Number.MAX_SAFE_INTEGER;
  return Math.floor((left * 1e6) / output);
}

function contextPriceOf({ input, cacheWrite, cacheRead, long }: Price): number {
  const most = Math.max(input, cacheWrite, cacheRead);
  return long ? Math.max(most, long.input, long.cacheWrite, long.cacheRead) : most;
}

function outputPriceOf({ output, long }: Price): number {
  return Math.max(output, long?.output ?? 0);
}

function dollars(perMillion: number): number {
  return Math.round(perMillion) / 1e6;
}
