/** What the engine came back with, and what it used. A model that fails is an outcome, never an exception. */

import * as z from "zod";

/** Money in US dollars, tokens as the model's service counted them. */
export const Spend = z.strictObject({
  usd: z.number().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
});
export type Spend = z.infer<typeof Spend>;

export const NOTHING_SPENT: Spend = {
  usd: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

export function addSpend(one: Spend, other: Spend): Spend {
  return {
    usd: Math.round((one.usd + other.usd) * 1e6) / 1e6,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  };
}

export function tokensOf(spend: Spend): number {
  return spend.inputTokens + spend.outputTokens + spend.cacheReadTokens + spend.cacheWriteTokens;
}

/**
 * `finished`: says it is done and its gate commands were green · `blocked`: asks a question only a human can answer ·
 * `exhausted`: a limit was reached · `failed`: the model or its service could not go on.
 */
export const Outcome = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("finished"), summary: z.string(), spend: Spend }),
  z.strictObject({ outcome: z.literal("blocked"), because: z.string(), ask: z.string(), spend: Spend }),
  z.strictObject({
    outcome: z.literal("exhausted"),
    because: z.string(),
    /** The milestones to make of one that did not fit, in the words of a roadmap; a model's words. */
    split: z.string().optional(),
    spend: Spend,
  }),
  z.strictObject({
    outcome: z.literal("failed"),
    because: z.string(),
    /** A code of the error catalogue when the night as a whole cannot go on (key refused, spending cap). */
    code: z.string().nullable(),
    /** When what stands in the way is over by itself; until then nothing starts, and no human is asked. */
    until: z.iso.datetime().optional(),
    spend: Spend,
  }),
]);
export type Outcome = z.infer<typeof Outcome>;
