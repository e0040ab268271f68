/** What the key may be used for: paths, models, length and dollars, as one value that crosses into the proxy's process. */

import * as z from "zod";
import { type Brief, ModelPrice } from "#core/brief.ts";

export const KeyRules = z.strictObject({
  /** The model's service itself, or a gateway. A path is kept in front of ours. */
  upstream: z.url({ protocol: /^https?$/ }),
  /** The only models, each with its price: what has none cannot be counted. */
  models: z.record(z.string().min(1), ModelPrice),
  /** The longest answer that may be asked for, in tokens. */
  maxTokens: z.int().positive(),
  /** The attempt's cap. It is exceeded by at most one answer that was on its way. */
  usd: z.number().positive(),
  /** The attempt's cap on tokens, read and written; left out: none. */
  tokens: z.int().positive().optional(),
});
export type KeyRules = z.infer<typeof KeyRules>;

/** The model's service, where no gateway stands before it. */
const SERVICE = "https://api.anthropic.com";

/** The longest answer any engine asks for, in tokens. */
const LONGEST_ANSWER = 128_000;

/** What the key may be used for in one attempt: the brief's model at the brief's price, up to its cap. */
export function rulesFor(
  { model, price, limits }: Pick<Brief, "model" | "price" | "limits">,
  baseUrl: string | null,
): KeyRules {
  return {
    upstream: baseUrl ?? SERVICE,
    models: { [model]: price },
    maxTokens: LONGEST_ANSWER,
    usd: limits.usd,
    tokens: limits.tokens,
  };
}

/** What the proxy's process reads from its standard input, as one line of JSON. */
export const Errand = z.strictObject({
  key: z.string().min(1),
  /** What clients show instead of the key: it opens this proxy and nothing else. */
  pass: z.string().min(32),
  rules: KeyRules,
});
export type Errand = z.infer<typeof Errand>;

/** The only paths; the first is paid for, the second is free. */
export const PATHS = ["/v1/messages", "/v1/messages/count_tokens"] as const;

/**
 * Tools that whoever asked runs himself. The service's own (search, fetch, code, advisor) cost more than tokens, and
 * would be a way out of the sandbox to any address.
 */
const OWN_TOOL = /^(?:custom$|(?:bash|text_editor|memory|computer|browser|tool_search_tool)_)/;

/** As much of a request as the rules are about. */
const Request = z.looseObject({
  model: z.string(),
  max_tokens: z.int().positive().optional(),
  speed: z.string().optional(),
  mcp_servers: z.array(z.unknown()).max(0).optional(),
  tools: z.array(z.looseObject({ type: z.string().regex(OWN_TOOL).nullish() })).optional(),
  // Another model, at another price.
  fallbacks: z.array(z.unknown()).max(0).nullish(),
});

export type Ruling = { model: string; maxTokens: number } | { refused: string };

/** Rules on the body of a request. Its words are never repeated in the refusal. */
export function ruleOn(body: unknown, rules: KeyRules): Ruling {
  const read = Request.safeParse(body);
  if (!read.success) return { refused: "it is no request this key is for" };
  const { model, max_tokens: maxTokens = 0, speed } = read.data;
  if (!Object.hasOwn(rules.models, model)) return { refused: "the model is not the policy's" };
  if (maxTokens > rules.maxTokens) return { refused: `max_tokens is above ${rules.maxTokens}` };
  // Priced otherwise than the table says.
  if (speed !== undefined && speed !== "standard") return { refused: "the speed has no known price" };
  return { model, maxTokens };
}
