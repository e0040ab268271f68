/** What one call says of how an attempt goes. Judges nothing. */

import { countsIn, type Sign } from "#core/stuck.ts";

/** Commands that wait for something to change: asking again is what they are for. */
const WAITS = /\b(?:sleep|wait|until|watch)\b/u;

type Call = { name: string; input: unknown; output: unknown };

export function signOf({ name, input, output }: Call): Extract<Sign, { sign: "call" }> {
  const command = name === "bash" ? String(fieldsOf(input).command ?? "") : "";
  return {
    sign: "call",
    action: JSON.stringify([name, sorted(input)]),
    result: JSON.stringify(output) ?? "",
    waits: WAITS.test(command),
    counts: name === "bash" && typeof output === "string" ? countsIn(output) : null,
  };
}

/** The lines a call is about to write; of a script, which may write anything, those of the script. */
export function changeBy(input: unknown): Extract<Sign, { sign: "change" }> {
  const { content, new_string, command } = fieldsOf(input);
  return { sign: "change", written: [content, new_string, command].flatMap(linesOf) };
}

function fieldsOf(input: unknown): Record<string, unknown> {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}

function linesOf(text: unknown): string[] {
  if (typeof text !== "string") return [];
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

/** The order of an object's keys says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
