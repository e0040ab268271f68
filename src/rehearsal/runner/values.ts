/** Gives the inputs of a called or dispatched workflow their declared types and defaults. Pure. */

import { asText, fill, isTrue, type Json, type Scope } from "./expression.ts";
import type { Parameter } from "./workflow.ts";

export function valuesOf(
  parameters: ReadonlyMap<string, Parameter>,
  given: { readonly [name: string]: Json },
  scope: Scope,
): { [name: string]: Json } {
  const named = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    [...parameters].map(([name, { type, default: fallback }]) => {
      const value = named.get(name.toLowerCase()) ?? (fallback === undefined ? null : fill(fallback, scope));
      return [name, typed(type, value)];
    }),
  );
}

function typed(type: string, value: Json): Json {
  if (type === "boolean") return value === "false" ? false : isTrue(value);
  if (type === "number") return Number(value ?? 0);
  return asText(value);
}
