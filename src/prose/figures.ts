/** Numbers, names and commits as a human reads them. Never rounds a limit, only what was used. */

import type { NightName } from "#core/journal.ts";
import type { Spend } from "#core/outcome.ts";

export function dollars(usd: number): string {
  return usd > 0 && usd < 0.005 ? "under $0.01" : `$${usd.toFixed(2)}`;
}

/** Every token the model's service counted, cached ones included: `61,300 tokens`. */
export function tokens(spend: Spend): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = spend;
  const all = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return `${grouped(all)} ${all === 1 ? "token" : "tokens"}`;
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/gu, ",");
}

/** `2026-11-20`, or `2026-11-20 14:32` for a night a button opened. */
export function nightTitle(night: NightName): string {
  return night.replace(/T(\d\d)(\d\d)$/u, " $1:$2");
}
