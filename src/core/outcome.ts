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

/** All tokens together, cached ones included. */
export function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Spend): number {
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

/** What an attempt has used so far. Written down while it works, so that it is known even of one that was cut off. */
export const Meter = z.strictObject({
  spend: Spend,
  /** How long its engine has been at work. */
  seconds: z.number().nonnegative(),
});
export type Meter = z.infer<typeof Meter>;

/** The journal keeps these words for good, and a program's last line may have ten million characters. */
const MOST_SAID = 8_000;
const Said = z
  .string()
  .overwrite((text) => (text.length <= MOST_SAID ? text : `${text.slice(0, MOST_SAID - 1).toWellFormed()}…`));

/**
 * `finished`: says it is done and its gate commands were green · `blocked`: asks a question only a human can answer ·
 * `exhausted`: a limit was reached · `failed`: the model or its service could not go on · `interrupted`: it was stopped
 * through no fault of its own, and goes on in another attempt.
 */
export const Outcome = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("finished"), summary: Said, spend: Spend }),
  z.strictObject({ outcome: z.literal("blocked"), because: Said, ask: Said, spend: Spend }),
  z.strictObject({
    outcome: z.literal("exhausted"),
    because: Said,
    /** The milestones to make of one that did not fit, in the words of a roadmap; a model's words. */
    split: Said.optional(),
    spend: Spend,
  }),
  z.strictObject({
    outcome: z.literal("failed"),
    because: Said,
    /** A code of the error catalogue when the night as a whole cannot go on (key refused, spending cap). */
    code: z.string().nullable(),
    /** When what stands in the way is over by itself; until then nothing starts, and no human is asked. */
    until: z.iso.datetime().optional(),
    spend: Spend,
  }),
  z.strictObject({
    outcome: z.literal("interrupted"),
    because: Said,
    /**
     * `signal`: its job was told to stop · `deadline`: its night ends · `crash`: the engine itself broke · `service`: the
     * model's service served nobody for as long as there was time to wait.
     */
    by: z.enum(["signal", "deadline", "crash", "service"]),
    spend: Spend,
  }),
]);
export type Outcome = z.infer<typeof Outcome>;
