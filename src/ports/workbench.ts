/** Where one attempt is built and tested: trusted git beside a folder in which foreign code runs. Holds no credential. */

import type { TreeChange } from "#core/bounds.ts";
import type { Brief } from "#core/brief.ts";
import type { CommandRun } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Workspace } from "#ports/engine.ts";

/** `start`: as prepared, base's tree after `setup:` · `head`: the staged tree · `head-with-base-tests`. */
export type Place = "start" | "head" | "head-with-base-tests";

export type Staged = { tree: Sha } | { refused: string } | { conflicts: string[] };

export interface Workbench {
  /** Takes over the checked-out commit and its base, lays base's tree out and runs setup in it. Stops at the first failure. */
  prepare(setup: readonly string[], seconds: number): Promise<CommandRun[]>;
  /** The folder an engine works in, as prepared, with the earlier patch applied if the brief starts from one. */
  open(brief: Brief, startFrom: Uint8Array | null): Promise<Workspace>;
  /** What the engine changed, as a binary patch; empty when nothing changed. Runs no git of the workspace's. */
  takePatch(brief: Brief): Promise<Uint8Array>;
  /** Stages patch, ✅ and changelog on base. */
  stage(brief: Brief, patch: Uint8Array): Promise<Staged>;
  /** The tree of the checked-out commit, when that commit is a staged head itself. */
  headTree(): Promise<Sha>;
  changes(base: Sha, tree: Sha): Promise<TreeChange[]>;
  /** Lays a tree out in a copy of the prepared folder. `restore` are paths to take from base instead. */
  layOut(place: Place, tree: Sha, restore: readonly string[]): Promise<void>;
  /** Runs one command there, confined, without network. Never throws for what it does. */
  run(place: Place, command: string, tree: Sha, seconds: number): Promise<CommandRun & { output: string }>;
  /** Text of a file as it is in a tree; null when absent or not text. */
  readText(tree: Sha, path: string): Promise<string | null>;
}
