/** What `claude` came back with, in our words. Goes by fields, never by its sentences. */

import { type Ending, exhausted, failed } from "#adapters/anthropic/ending.ts";
import type { Reply } from "#adapters/engines/attempt.ts";
import type { ClaudeEvent, ClaudeResult } from "#adapters/engines/claude-events.ts";
import type { Code } from "#core/errors.ts";
import { addSpend, NOTHING_SPENT, type Spend } from "#core/outcome.ts";
import { costOf, type Price } from "#core/prices.ts";

type RateLimit = Extract<ClaudeEvent, { type: "rate_limit_event" }>["rate_limit_info"];

const LIMITS: Readonly<Record<string, string>> = {
  error_max_turns: "the limit on turns is reached",
  error_max_budget_usd: "the limit on dollars is reached",
};

const CODES: Readonly<Record<number, Code>> = {
  401: "MODEL_KEY_REFUSED",
  402: "MODEL_SPENDING_CAP",
  403: "MODEL_KEY_REFUSED",
  404: "MODEL_UNKNOWN",
};

/** `limit`: the last word it had on the subscription's usage window. */
export function replyFrom(result: ClaudeResult, limit: RateLimit | null): Reply {
  const { subtype, is_error, api_error_status: status, result: words } = result;
  if (limit?.status === "rejected" && is_error) return { ending: closedUntil(limit) };
  const atLimit = LIMITS[subtype];
  if (atLimit !== undefined) return { ending: exhausted(atLimit) };
  // An error of the service's comes as a success that is an error.
  if (subtype === "success" && !is_error) return { said: words ?? "" };
  const because = words || JSON.stringify(result.errors ?? subtype);
  return { ending: failed(`claude ended with an error: ${because}`, CODES[status ?? 0] ?? null) };
}

/** Seconds. The longest window is a week: who names a later hour is not believed, and a human is asked. */
const LONGEST_WINDOW = 8 * 86_400;

/** Nobody has failed: the attempt waits for the hour at which the window opens. */
function closedUntil({ resetsAt, rateLimitType }: RateLimit): Ending {
  const isNear = resetsAt != null && resetsAt > 0 && resetsAt < Date.now() / 1_000 + LONGEST_WINDOW;
  const until = isNear ? new Date(resetsAt * 1_000).toISOString() : null;
  const window = rateLimitType?.replaceAll("_", "-") ?? "usage";
  const because = `the subscription's ${window} window is used up${until === null ? "" : ` until ${until}`}`;
  return { ...failed(because, "SUBSCRIPTION_WINDOW_CLOSED"), ...(until === null ? {} : { until }) };
}

/** It asks again and again with a key that is refused. Null: it may go on. */
export function refusalIn(event: ClaudeEvent): Ending | null {
  if (event.type !== "system" || event.error_status !== 401) return null;
  return failed("the model's service refused the key", "MODEL_KEY_REFUSED");
}

/** By the tokens it names, at our prices. */
export function spendIn({ modelUsage }: ClaudeResult, price: Price): Spend {
  const all = Object.values(modelUsage ?? {}).map((used) => {
    const usage = {
      inputTokens: used.inputTokens,
      outputTokens: used.outputTokens,
      cacheReadTokens: used.cacheReadInputTokens,
      cacheWriteTokens: used.cacheCreationInputTokens,
    };
    return { ...usage, usd: costOf(usage, price) };
  });
  return all.reduce(addSpend, NOTHING_SPENT);
}
