/** Where one attempt is built and tested: trusted git beside folders in which foreign code runs. Holds no credential. */

import type { TreeChange } from "#core/bounds.ts";
import type { Brief, Docket } from "#core/brief.ts";
import type { Lines } from "#core/court/outline.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Invocation } from "#core/court/runner.ts";
import type { CommandRun } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Notes } from "#core/notes.ts";
import type { Workspace } from "#ports/engine.ts";

/** A folder of its own each: what ran in one has never touched another. */
export type Place =
  /** As prepared: base's tree after `setup:`. */
  | "start"
  /** The staged tree. */
  | "head"
  /** The staged tree with base's versions of changed or deleted test files. */
  | "head-with-base-tests"
  /** Base's tree with the change's test files. */
  | "base-with-head-tests"
  /** The staged tree for the repetitions, the canary, stubs and mutants. */
  | "head-again"
  /** The staged tree, for the programs that are driven. */
  | "head-driven"
  /** Base's tree, for the programs that are driven. */
  | "start-driven"
  /** The staged tree with the owner's hold-out files laid over it. */
  | "hold-outs";

export type Staged = { tree: Sha } | { refused: string } | { conflicts: string[] };

/** One run with its whole output, of which evidence keeps the end. */
export type Ran = CommandRun & { output: string };

/** The owner's hold-out checks, and the tree with the files they need. */
export type HoldOuts = {
  tree: Sha;
  paths: string[];
  /** A check without a milestone is for all of them. */
  checks: { id: string; run: string; milestone: string | null }[];
};

/** Files to write inside the sandbox before the command, by path from the place's root. */
export type Writes = Readonly<Record<string, string>>;

export interface Workbench {
  /** Takes over the checked-out commit and its base, lays base's tree out and runs setup in it. Stops at the first failure. */
  prepare(setup: readonly string[], seconds: number): Promise<CommandRun[]>;
  /**
   * The folder an engine works in, as prepared, with the earlier patch applied if the brief starts from one. `memory` is
   * what an interrupted attempt noted.
   */
  open(brief: Brief, startFrom: Uint8Array | null, memory?: Notes): Promise<Workspace>;
  /** What the engine changed, as a binary patch; empty when nothing changed. Runs no git of the workspace's. */
  takePatch(brief: Brief): Promise<Uint8Array>;
  /** Stages patch, ✅ and changelog on base. */
  stage(
    docket: Pick<Docket, "milestone" | "roadmapPath" | "changelogPath">,
    patch: Uint8Array,
  ): Promise<Staged>;
  /** The tree of the checked-out commit, when that commit is a staged head itself. */
  headTree(): Promise<Sha>;
  changes(base: Sha, tree: Sha): Promise<TreeChange[]>;
  /** Lines of the newer version that are new or changed. */
  changedLines(base: Sha, tree: Sha, path: string): Promise<Lines[]>;
  /** Lays a tree out in a fresh copy of the prepared folder, with some paths as they are in another tree. */
  layOut(place: Place, tree: Sha, instead?: { paths: readonly string[]; from: Sha }): Promise<void>;
  /** Runs one command there, confined, without network. Never throws for what it does. */
  run(place: Place, command: string, tree: Sha, seconds: number, writes?: Writes): Promise<Ran>;
  /** Runs tests there and reads what their runner reports; null results: no report was left, or none can be read. */
  runTests(
    place: Place,
    invocation: Invocation,
    tree: Sha,
    seconds: number,
    writes?: Writes,
  ): Promise<{ run: Ran; results: TestResult[] | null }>;
  /** Null when no hold-outs were checked out, or they hold no list of checks. */
  holdOuts(): Promise<HoldOuts | null>;
  /** Every path of a tree. */
  paths(tree: Sha): Promise<string[]>;
  /** Text of a file as it is in a tree; null when absent or not text. */
  readText(tree: Sha, path: string): Promise<string | null>;
}
