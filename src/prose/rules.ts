/** The rules in words, for the engine: the sentences that nothing but the prompt enforces. Changes with no hour. */

import type { ToldRule } from "#core/rules.ts";

/** In the order of the brief. What a hook, a gate or a budget enforces is not said: it happens. */
export function sayRules(rules: readonly ToldRule[]): string[] {
  return rules.filter(({ enforcement }) => enforcement === "prompt").map(({ sentence }) => sentence);
}
