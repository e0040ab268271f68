/** What passes between jobs as files: each job reads what was made for its milestone and attempt, and nothing else. */

import type { Assignment, Brief } from "#core/brief.ts";
import type { Evidence } from "#core/evidence.ts";
import type { Outcome } from "#core/outcome.ts";

export interface HandOver {
  /** The brief of this assignment, or null when there is none that fits. */
  readBrief(assignment: Assignment): Promise<{ brief: Brief; startFrom: Uint8Array | null } | null>;
  readOutcome(): Promise<Outcome | null>;
  /** Null when the work job left none; empty when nothing was changed. */
  readPatch(): Promise<Uint8Array | null>;
  /** Every readable piece of evidence that was made in this workflow run. */
  readEvidence(): Promise<Evidence[]>;
  writeBrief(brief: Brief, startFrom: Uint8Array | null): Promise<void>;
  writeOutcome(outcome: Outcome): Promise<void>;
  writePatch(patch: Uint8Array): Promise<void>;
  writeEvidence(evidence: Evidence): Promise<void>;
}
