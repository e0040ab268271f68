/** What passes between jobs as files: each job reads what was made for its milestone and attempt, and nothing else. */

import type { Assignment, Brief } from "#core/brief.ts";
import type { Baseline } from "#core/court/baseline.ts";
import type { Evidence } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Checkpoint, Notes } from "#core/notes.ts";
import type { Opinion, OpinionQuestion } from "#core/opinion.ts";
import type { Meter, Outcome } from "#core/outcome.ts";

/** What an attempt begins with. */
export type Beginning = {
  brief: Brief;
  /** The change it starts from, or null for the base. */
  startFrom: Uint8Array | null;
  /** What the interrupted attempt had noted that it goes on with; empty for a fresh one. */
  memory: Notes;
};

export interface HandOver {
  /** The brief of this assignment, or null when there is none that fits. */
  readBrief(assignment: Assignment): Promise<Beginning | null>;
  readOutcome(): Promise<Outcome | null>;
  /** Null when the work job left none; empty when nothing was changed. */
  readPatch(): Promise<Uint8Array | null>;
  /** Every readable piece of evidence that was made in this workflow run. */
  readEvidence(): Promise<Evidence[]>;
  /** What this run measured of a base, or null. */
  readBaseline(base: Sha): Promise<Baseline | null>;
  writeBaseline(baseline: Baseline): Promise<void>;
  writeBrief(brief: Brief, startFrom: Uint8Array | null, memory?: Notes): Promise<void>;
  writeOutcome(outcome: Outcome): Promise<void>;
  /** What the attempt left while it worked, whatever became of it; null when it left nothing at all. */
  readCheckpoint(): Promise<Checkpoint | null>;
  /** Lays notes where the engine keeps its own. */
  writeNotes(notes: Notes): Promise<void>;
  /** Keeps this change, unless it is none or the engine kept one itself. */
  keepPatch(patch: Uint8Array): Promise<void>;
  writeMeter(meter: Meter): Promise<void>;
  writePatch(patch: Uint8Array): Promise<void>;
  writeEvidence(evidence: Evidence): Promise<void>;
  /** What is asked about this very head of the train, or null. */
  readQuestion(assignment: Assignment): Promise<OpinionQuestion | null>;
  writeQuestion(question: OpinionQuestion): Promise<void>;
  /** Every readable opinion that was given in this workflow run. */
  readOpinions(): Promise<Opinion[]>;
  writeOpinion(opinion: Opinion): Promise<void>;
}
