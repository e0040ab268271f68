/** The court's helpers for programs so small that a story can run them: nobody can read them, and nothing is driven. */

import type { CourtWorld } from "#jobs/court/sitting.ts";

export const MEMORY_COURT: Pick<CourtWorld, "syntax" | "witness" | "nonce"> = {
  syntax: { outline: () => null, stub: () => null, fail: () => null, mutants: () => [] },
  witness: { hear: async () => [], look: async () => [], blindness: () => "there is no browser in a story" },
  nonce: "c0ffee",
};
