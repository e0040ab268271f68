/** What an answer costs: the table, the owner's prices, and the worst case. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PolicyFile } from "#core/policy-file.ts";
import { affordableOutput, costOf, PRICES, priceOf, worstCaseOf } from "#core/prices.ts";

const OPUS = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };

test("the default model has a price", () => {
  expect(priceOf(PolicyFile.parse({}).model, {})).toEqual(OPUS);
});

test("every row names a model once, with a date and a source", () => {
  expect(new Set(PRICES.map(({ model }) => model)).size).toBe(PRICES.length);
  for (const { since, source } of PRICES) {
    expect(since).toMatch(/^2026-\d\d-\d\d$/);
    expect(source).not.toBe("");
  }
});

test("a model nobody knows has no price, and the owner's price wins over the table", () => {
  expect(priceOf("claude-unheard-of", {})).toBeNull();
  expect(priceOf("constructor", {})).toBeNull();
  const own = { "claude-opus-5-5": { input: 1, output: 2, "cache-write": 3, "cache-read": 4 } };
  expect(priceOf("claude-opus-5-5", own)).toEqual({ input: 1, output: 2, cacheWrite: 3, cacheRead: 4 });
});

test("a known bill is reproduced to the cent's thousandth", () => {
  const usage = { inputTokens: 80, cacheWriteTokens: 800, cacheReadTokens: 16_000, outputTokens: 56 };
  const price = priceOf("claude-sonnet-5-5", {});
  expect(price && costOf(usage, price)).toBe(0.00432);
});

test("what is kept for an hour costs twice the input, whatever five minutes cost", () => {
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 1_000_000 };
  expect(costOf(usage, OPUS)).toBe(5);
  expect(costOf({ ...usage, hourlyWriteTokens: 400_000 }, OPUS)).toBeCloseTo(0.6 * 5 + 0.4 * 8, 6);
});

test("a prompt above the model's band is priced as long, cached tokens included, and a plan always counts on it", () => {
  const haiku = priceOf("claude-haiku-5-5", {});
  if (!haiku) throw new Error("it has no price");
  const usage = { inputTokens: 20_000, cacheReadTokens: 80_000, cacheWriteTokens: 0, outputTokens: 1_000 };
  expect(costOf(usage, haiku)).toBe(0.002 + 0.0008 + 0.0005);
  expect(costOf({ ...usage, cacheReadTokens: 80_001 }, haiku)).toBeCloseTo(5 * 0.0033, 6);
  expect(worstCaseOf(1_000, 1_000, haiku)).toBe(0.003125);
});

test("an answer within what is affordable never costs more than there is", () => {
  const count = fc.integer({ min: 0, max: 300_000 });
  const one = fc.constantFrom(...PRICES);
  let affordable = 0;
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 20, noNaN: true }),
      count,
      count,
      count,
      one,
      (usd, fresh, read, write, price) => {
        const most = affordableOutput(usd, fresh + read + write, price);
        if (most < 0) return;
        affordable += 1;
        const usage = {
          inputTokens: fresh,
          cacheReadTokens: read,
          cacheWriteTokens: write,
          outputTokens: most,
        };
        expect(costOf(usage, price)).toBeLessThanOrEqual(worstCaseOf(fresh + read + write, most, price));
        expect(costOf(usage, price)).toBeLessThanOrEqual(usd + 2e-6);
      },
    ),
  );
  expect(affordable).toBeGreaterThan(20);
});
