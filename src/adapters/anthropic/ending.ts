/** How an attempt ends, before its bill is written under it. */

import type { Code } from "#core/errors.ts";
import type { Outcome } from "#core/outcome.ts";

type WithoutSpend<Each> = Each extends Outcome ? Omit<Each, "spend"> : never;
export type Ending = WithoutSpend<Outcome>;

export function exhausted(because: string): Extract<Ending, { outcome: "exhausted" }> {
  return { outcome: "exhausted", because };
}

/** The model's service served nobody: no fault of the attempt's, which goes on later. */
export function unserved(because: string): Ending {
  return { outcome: "interrupted", by: "service", because };
}

/** `code`: only when the night as a whole cannot go on. */
export function failed(because: string, code: Code | null = null): Ending {
  return { outcome: "failed", because, code };
}
