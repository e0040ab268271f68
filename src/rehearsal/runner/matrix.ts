/** Turns a `strategy:` into the legs of a job. Pure. */

import { asRecord, type Json } from "./expression.ts";

export type Leg = { [key: string]: Json };
export type Strategy = { legs: readonly Leg[]; failFast: boolean; maxParallel: number };

/** GitHub's cap for one run. */
const MOST_LEGS = 256;

/** Throws, in GitHub's words, when the matrix is empty or too large. `strategy` is filled already. */
export function expandStrategy(strategy: Json): Strategy {
  const given = asRecord(strategy);
  const failFast = given["fail-fast"] !== false && given["fail-fast"] !== "false";
  const limit = Number(given["max-parallel"] ?? Number.POSITIVE_INFINITY);
  const maxParallel = Number.isNaN(limit) || limit < 1 ? Number.POSITIVE_INFINITY : limit;
  return { legs: given.matrix === undefined ? [{}] : expandMatrix(given.matrix), failFast, maxParallel };
}

function expandMatrix(matrix: Json): Leg[] {
  if (matrix === null || typeof matrix !== "object" || Array.isArray(matrix))
    throw new Error("Error when evaluating 'strategy': a matrix must be a mapping");
  const { include, exclude, ...axes } = matrix;
  const excluded = legs("exclude", exclude);
  const product = Object.entries(axes).reduce<Leg[]>(
    (combinations, [axis, values]) => {
      if (!Array.isArray(values)) throw new Error(`Matrix vector '${axis}' is not a sequence`);
      if (values.length === 0) throw new Error(`Matrix vector '${axis}' does not contain any values`);
      return combinations.flatMap((leg) => values.map((value) => ({ ...leg, [axis]: value })));
    },
    [{}],
  );
  const kept = (Object.keys(axes).length === 0 ? [] : product).filter(
    (leg) => !excluded.some((pattern) => agrees(pattern, leg, Object.keys(pattern))),
  );
  const all = includeAll(kept, legs("include", include));
  if (all.length === 0) throw new Error("Matrix must define at least one vector that contains values");
  if (all.length > MOST_LEGS)
    throw new Error(`The matrix has ${all.length} legs, more than the ${MOST_LEGS} GitHub allows`);
  return all;
}

/** An entry joins every combination whose own values it does not change; one that joins none stands alone. */
function includeAll(combinations: readonly Leg[], entries: readonly Leg[]): Leg[] {
  const grown = combinations.map((own) => ({ own, leg: { ...own } }));
  const alone: Leg[] = [];
  for (const entry of entries) {
    const joined = grown.filter(({ own }) =>
      agrees(
        entry,
        own,
        Object.keys(entry).filter((key) => key in own),
      ),
    );
    for (const { leg } of joined) Object.assign(leg, entry);
    if (joined.length === 0) alone.push(entry);
  }
  return [...grown.map(({ leg }) => leg), ...alone];
}

function agrees(pattern: Leg, leg: Leg, keys: readonly string[]): boolean {
  return keys.every((key) => key in leg && JSON.stringify(leg[key]) === JSON.stringify(pattern[key]));
}

function legs(key: string, value: Json | undefined): Leg[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`Matrix ${key} is not a sequence`);
  return value.map(asRecord);
}

/** `build (18, ubuntu)`: what GitHub appends to the name of a leg. */
export function legSuffix(leg: Leg): string {
  const values = Object.values(leg).flatMap(leaves);
  return values.length === 0 ? "" : ` (${values.join(", ")})`;
}

function leaves(value: Json): string[] {
  if (value === null) return [];
  return typeof value === "object" ? Object.values(value).flatMap(leaves) : [String(value)];
}
