/** Counts what the key has cost, and holds back who might exceed the cap together. Sends nothing. */

import type { KeyRules } from "#adapters/key-proxy/rules.ts";
import { addSpend, NOTHING_SPENT, type Spend, tokensOf } from "#core/outcome.ts";
import { costOf, type Price, type Usage, worstCaseOf } from "#core/prices.ts";

export type Account = {
  spent(): Spend;
  /** Waits until nobody on the way could use up what is left. Null: nothing is left. */
  admit(asked: { model: string; bytes: number; maxTokens: number }): Promise<Bill | null>;
};

/** One request on its way. */
export type Bill = {
  settle(used: Used): void;
};

/** `nothing`: the service refused it. `question`: it broke off unanswered. `all`: an answer that says not how long it was. */
export type Used = Usage | "nothing" | "question" | "all";

/** Real text has more bytes a token, so that a guess is on the safe side. */
const BYTES_PER_TOKEN = 3;

export function tokensIn(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

export function openAccount({
  usd,
  tokens = Number.POSITIVE_INFINITY,
  models,
}: Pick<KeyRules, "usd" | "tokens" | "models">): Account {
  let spent = NOTHING_SPENT;
  const onTheWay = new Set<Spend>();
  let waiting: (() => void)[] = [];
  const within = (spend: Spend): boolean => spend.usd < usd && tokensOf(spend) < tokens;

  function billFor(price: Price, context: number, maxTokens: number): Bill {
    const question = { ...NOTHING_SPENT, inputTokens: context, usd: worstCaseOf(context, 0, price) };
    const all = { ...question, outputTokens: maxTokens, usd: worstCaseOf(context, maxTokens, price) };
    const costs = { nothing: NOTHING_SPENT, question, all };
    onTheWay.add(all);
    return {
      settle(used) {
        if (!onTheWay.delete(all)) return;
        const spend = typeof used === "string" ? costs[used] : { ...used, usd: costOf(used, price) };
        spent = addSpend(spent, spend);
        const woken = waiting;
        waiting = [];
        for (const wake of woken) wake();
      },
    };
  }

  return {
    spent: () => spent,
    async admit({ model, bytes, maxTokens }) {
      const price = models[model];
      if (price === undefined) return null;
      const context = tokensIn(bytes);
      for (;;) {
        if (!within(spent)) return null;
        // Alone it may pass: that is the one answer by which the cap may be exceeded.
        if (onTheWay.size === 0 || within([...onTheWay].reduce(addSpend, spent)))
          return billFor(price, context, maxTokens);
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}
