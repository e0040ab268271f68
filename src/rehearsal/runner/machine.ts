/** What one local runner is made of: its options, what it reports, and what all its jobs share. Types only. */

import type { ActionsHost, Conclusion } from "#rehearsal/seams.ts";
import type { Groups } from "./groups.ts";
import type { Slots } from "./slots.ts";
import type { Sources } from "./sources.ts";

export type RunnerOptions = {
  host: ActionsHost;
  /** Run folders: `<directory>/<run id>/…` with logs, summaries and `artifacts/<name>/`. */
  directory: string;
  /** `owner/name` → directory that stands for that repository at every ref. Names match in any case. */
  packages: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  /** The `vars` of expressions. */
  variables: Readonly<Record<string, string>>;
  /** Set in every process of every job. */
  environment: Readonly<Record<string, string>>;
  /** The Node that runs JavaScript actions. */
  nodePath: string;
  /** PATH of every step; the folder of `nodePath` comes before it. */
  path: string;
  /** Jobs at the same time; 4 if absent. */
  parallel?: number;
  /** Milliseconds from SIGINT to SIGTERM and from SIGTERM to SIGKILL when a step is cancelled; GitHub's own if absent. */
  grace?: Grace;
  onProgress?: (event: ProgressEvent) => void;
  /** A process group began (its leader's id) or was seen to be gone. */
  onSpawn?: (pid: number) => void;
  onExit?: (pid: number) => void;
  /** Stops the runner like `stop()`. */
  signal?: AbortSignal;
};

export type Grace = { interrupt: number; terminate: number };

export type Runner = {
  /** Takes the host's events from now on. */
  start(): void;
  /** Resolves when no event is unhandled and no run is queued or in progress. Rejects with what broke the runner. */
  idle(): Promise<void>;
  /** Kills everything at once; nothing is reported to the host any more. */
  stop(): Promise<void>;
};

type OfRun = { run: number; workflow: string };

export type ProgressEvent =
  | ({ kind: "run"; state: "queued" | "started" } & OfRun)
  | ({ kind: "run"; state: "finished"; conclusion: Conclusion; seconds: number; because?: string } & OfRun)
  | ({ kind: "job"; state: "started"; job: string } & OfRun)
  | ({ kind: "job"; state: "finished"; job: string; conclusion: Conclusion; seconds: number } & OfRun);

/** What all jobs of one runner share. */
export type Machine = {
  options: RunnerOptions;
  /** `options.directory`, real and existing. */
  directory: string;
  slots: Slots;
  groups: Groups;
  sources: Sources;
  /** Aborted by `stop()`: everything is killed without grace. */
  stopping: AbortSignal;
  /** Cancels the run of that id, while it runs or waits. */
  running: Map<number, AbortController>;
  /** Holds the runner awake: while a promise given here is open, it is not stalled. */
  busy<T>(work: Promise<T>): Promise<T>;
};
