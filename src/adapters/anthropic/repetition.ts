/** Notices that the model does the same again and again. Judges calls with their outputs, so that waiting for a change is not repetition. */

import { digestOf } from "#core/hash.ts";

type Call = { name: string; input: unknown; output: unknown };

/** How often in a row the last thing happened: one call, or a pair of calls in turn. */
export function openRepetition(): (call: Call) => number {
  const seen: string[] = [];
  return ({ name, input, output }) => {
    seen.push(digestOf(JSON.stringify([name, sorted(input), output])));
    return Math.max(inARow(seen, 1), inARow(seen, 2));
  };
}

function inARow(seen: readonly string[], period: number): number {
  const last = seen.slice(-period).join();
  let times = 0;
  for (let end = seen.length; end >= period; end -= period) {
    if (seen.slice(end - period, end).join() !== last) break;
    times += 1;
  }
  return times;
}

/** The order of an object's keys says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
