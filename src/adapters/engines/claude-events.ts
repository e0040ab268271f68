/** The lines of `claude -p --output-format stream-json`, as far as we need them. What is unknown is ignored, whatever it is. */

import * as z from "zod";

const Content = z.looseObject({ type: z.string() });

const ClaudeEvent = z.union([
  z.looseObject({
    type: z.literal("system"),
    subtype: z.literal("api_retry"),
    error_status: z.int().nullish(),
    error: z.string().nullish(),
  }),
  z.looseObject({
    type: z.literal("rate_limit_event"),
    rate_limit_info: z.looseObject({
      status: z.string(),
      /** Seconds since 1970. */
      resetsAt: z.number().nullish(),
      rateLimitType: z.string().nullish(),
    }),
  }),
  z.looseObject({
    type: z.literal("assistant"),
    message: z.looseObject({ id: z.string(), content: z.array(Content) }),
  }),
  z.looseObject({
    type: z.literal("user"),
    message: z.looseObject({ content: z.union([z.string(), z.array(Content)]) }),
  }),
  z.looseObject({
    type: z.literal("result"),
    subtype: z.string(),
    is_error: z.boolean(),
    result: z.string().nullish(),
    errors: z.array(z.unknown()).nullish(),
    api_error_status: z.int().nullish(),
    /** By model, subagents included, and over all turns of the process. */
    modelUsage: z
      .record(
        z.string(),
        z.looseObject({
          inputTokens: z.int().nonnegative(),
          outputTokens: z.int().nonnegative(),
          cacheReadInputTokens: z.int().nonnegative(),
          cacheCreationInputTokens: z.int().nonnegative(),
        }),
      )
      .nullish(),
  }),
]);
export type ClaudeEvent = z.infer<typeof ClaudeEvent>;
export type ClaudeResult = Extract<ClaudeEvent, { type: "result" }>;

/** Null: it is no event that we know. */
export function readEvent(line: string): ClaudeEvent | null {
  try {
    return ClaudeEvent.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
