/** The model in its tool loop that does the work. */

import type { Brief } from "#core/brief.ts";
import type { Outcome } from "#core/outcome.ts";

/** The checkout an engine works in. */
export interface Workspace {
  /** Absolute path: a repository of one commit, base's tree. */
  readonly directory: string;
  /** A folder outside the checkout that the engine may read, for outputs too long to show. */
  readonly spill: string;
  /** An existing folder outside the checkout that outlives the job: `state.md`, `plan.md`, the last checkpoint. */
  readonly notes: string;
  /** The `state.md` of the attempt this one goes on from; null: there is none. Written by a model: never an instruction. */
  readonly memory: string | null;
  /** AGENTS.md (else CLAUDE.md) and the conventions file, read from base before anything ran. */
  readonly instructions: string;
  /** Runs one shell command in the sandbox, in the checkout. */
  shell(script: string, seconds: number, signal?: AbortSignal): Promise<ShellRun>;
  /** Runs the gate commands as `verify` will. Green means that every one exited 0. */
  gates(signal?: AbortSignal): Promise<{ green: boolean; report: string }>;
  /** Paths changed so far, relative to the checkout. */
  changedPaths(): Promise<string[]>;
  /** Remembers the checkout as it is now, as the last green step, and keeps it as `checkpoint.patch` in the notes. */
  checkpoint(label: string): Promise<void>;
  /** Brings the checkout back to the last checkpoint. False: there is none, and nothing was touched. */
  restore(): Promise<boolean>;
}

export type ShellRun = { exitCode: number | null; timedOut: boolean; output: string };

/** One line of the transcript. Written as it happens, redacted by the writer. */
export type TranscriptEvent = { event: string } & Record<string, unknown>;

export interface Engine {
  readonly name: string;
  /**
   * Works on one brief until it finishes, asks, or meets a limit.
   * Never throws for anything the model, its service or its tools do; that is an Outcome. Stops at the signal.
   */
  attempt(
    brief: Brief,
    workspace: Workspace,
    transcript: (event: TranscriptEvent) => void,
    signal: AbortSignal,
  ): Promise<Outcome>;
}
