/** Turns rulings into a verdict. A failure outranks a wait, a wait outranks a pass; no gates, no landing. */

import type { Facts, Gate, Ruling, WaitFor } from "#core/gates.ts";
import { GATES } from "#core/gates.ts";

export type Verdict =
  | { kind: "land" }
  | { kind: "reject"; counted: boolean; because: string[] }
  | { kind: "wait"; for: ReadonlySet<WaitFor>; because: string[] };

export function judge(facts: Facts, gates: readonly Gate[] = GATES): Verdict {
  const rulings = gates.map((gate) => gate(facts));
  const failures = rulings.filter((ruling) => ruling.says === "fail");
  if (failures.length > 0) {
    // One reason that is nobody's fault excuses the attempt: the others may follow from it.
    return { kind: "reject", counted: failures.every(({ counted }) => counted), because: failures.map(say) };
  }
  const waits = rulings.filter((ruling) => ruling.says === "wait");
  if (waits.length > 0)
    return { kind: "wait", for: new Set(waits.map(({ waitFor }) => waitFor)), because: waits.map(say) };
  if (rulings.length === 0) return { kind: "wait", for: new Set(["human"]), because: ["no gate was asked"] };
  return { kind: "land" };
}

function say(ruling: Exclude<Ruling, { says: "pass" }>): string {
  return `${ruling.gate}: ${ruling.because}`;
}
