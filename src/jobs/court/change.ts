/** Reads what a patch changed, on both sides, as far as it is text somebody can read. Runs nothing of it. */

import type { TreeChange } from "#core/bounds.ts";
import type { Docket } from "#core/brief.ts";
import type { ChangedFile, Side } from "#core/court/changed-file.ts";
import { detectRunner, type Runner } from "#core/court/runner.ts";
import { matchesAny } from "#core/glob.ts";
import type { Sha } from "#core/milestone.ts";
import type { Syntax } from "#ports/syntax.ts";
import type { Workbench } from "#ports/workbench.ts";

/** More files than this are not read: the limits of the policy refuse such a change anyway. */
const MOST_FILES = 400;

/** Larger texts, in bytes, are generated or data. */
const LARGEST_TEXT = 500_000;

/** Where the commands that the gate commands call are written down. */
const CALLED = ["package.json", "Makefile", "makefile", "GNUmakefile"];

export type Trees = { base: Sha; tree: Sha };

/** What the patch itself changed: without the files that staging renders. */
export async function changesOf(
  { roadmapPath, changelogPath }: Docket,
  { base, tree }: Trees,
  workbench: Workbench,
): Promise<TreeChange[]> {
  const all = await workbench.changes(base, tree);
  return all.filter(({ path }) => path !== roadmapPath && path !== changelogPath);
}

export async function readChange(
  changes: readonly TreeChange[],
  { testPaths }: Docket,
  { base, tree }: Trees,
  { workbench, syntax }: { workbench: Workbench; syntax: Syntax },
): Promise<ChangedFile[]> {
  const side = async (of: Sha, path: string): Promise<Side | null> => {
    const text = await workbench.readText(of, path);
    return text === null ? null : { text, outline: syntax.outline(path, text) };
  };
  const readable = changes.filter(({ binary, bytes }) => !binary && bytes <= LARGEST_TEXT);
  return await Promise.all(
    readable.slice(0, MOST_FILES).map(async ({ path, kind }) => ({
      path,
      isTest: matchesAny(path, testPaths),
      before: kind === "added" ? null : await side(base, path),
      after: kind === "deleted" ? null : await side(tree, path),
      changed: kind === "deleted" ? [] : await workbench.changedLines(base, tree, path),
    })),
  );
}

/** What the gate commands call on base: what the change makes of it is not asked. */
export type Suites = {
  /** Runners that leave a report of every test. */
  runners: Runner[];
  /** Test commands of which only the exit code is known. */
  plain: string[];
};

export async function suitesOn(
  base: Sha,
  commands: readonly string[],
  workbench: Workbench,
): Promise<Suites> {
  const texts = new Map(
    await Promise.all(CALLED.map(async (path) => [path, await workbench.readText(base, path)] as const)),
  );
  const read = (path: string) => texts.get(path) ?? null;
  return {
    runners: detectRunner(commands, read).filter(isReporting),
    plain: commands.filter((command) => !isRunner(command, read)),
  };
}

/** Whether a command calls a test runner that leaves a report. */
export function isRunner(command: string, read: (path: string) => string | null): boolean {
  return detectRunner([command], read).some(isReporting);
}

function isReporting({ name }: Runner): boolean {
  return name !== "other";
}
