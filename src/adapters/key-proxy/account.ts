/** Counts what the key has cost, and holds back who might exceed the cap together. Sends nothing. */

import type { KeyRules } from "#adapters/key-proxy/rules.ts";
import { costOf, type Price, type Usage, worstCaseOf } from "#core/prices.ts";

export type Account = {
  spent(): number;
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

export function openAccount({ usd, models }: Pick<KeyRules, "usd" | "models">): Account {
  let spent = 0;
  const onTheWay = new Set<number[]>();
  let waiting: (() => void)[] = [];
  const reserved = (): number => [...onTheWay].reduce((sum, [worst = 0]) => sum + worst, 0);

  function billFor(price: Price, context: number, worst: number): Bill {
    const entry = [worst];
    onTheWay.add(entry);
    const costs = { nothing: 0, question: worstCaseOf(context, 0, price), all: worst };
    return {
      settle(used) {
        if (!onTheWay.delete(entry)) return;
        spent += typeof used === "string" ? costs[used] : costOf(used, price);
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
        if (spent >= usd) return null;
        // Alone it may pass: that is the one answer by which the cap may be exceeded.
        if (onTheWay.size === 0 || spent + reserved() < usd)
          return billFor(price, context, worstCaseOf(context, maxTokens, price));
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}
