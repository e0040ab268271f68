/** Where the code is hosted. GitHub in production and in rehearsals, memory in story tests. */

import type { Decision } from "#core/decision.ts";
import type { Observation } from "#core/observation.ts";

export interface Forge {
  /** Reads everything a cycle needs to know, once. */
  observe(): Promise<Observation>;
  /** Carries out one decision, as of the last look. Safe to repeat: doing it twice is the same as doing it once. */
  enact(decision: Decision): Promise<Receipt>;
  /**
   * Asks the forge whether pull requests may be opened, without opening one.
   * Costs one refused request; `refused` carries what the forge said.
   */
  provePublishing(): Promise<{ allowed: true } | { allowed: false; because: string }>;
}

/** `stale`: the world moved since we looked (another cycle won, a head changed): look again. */
export type Receipt = { outcome: "done" } | { outcome: "stale"; because: string };
