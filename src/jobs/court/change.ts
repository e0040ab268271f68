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
  const packages = (await workbench.paths(base)).flatMap(packageOf);
  return await readingAsAsked(
    (read) => ({
      runners: detectRunner(commands, read, packages).filter(isReporting),
      plain: commands.filter((command) => !detectRunner([command], read, packages).some(isReporting)),
    }),
    (path) => workbench.readText(base, path),
  );
}

/** The folder of a package.json that is the project's own. */
function packageOf(path: string): string[] {
  const found = /^(?:(.*)\/)?package\.json$/u.exec(path);
  return found && !/(?:^|\/)(?:node_modules|fixtures?|testdata)\//u.test(path) ? [found[1] ?? ""] : [];
}

/** Decides again and again, until every file it asks for was read: what it asks for depends on what stands in others. */
async function readingAsAsked<Result>(
  decide: (read: (path: string) => string | null) => Result,
  fetch: (path: string) => Promise<string | null>,
): Promise<Result> {
  const texts = new Map<string, string | null>();
  for (;;) {
    const wanted = new Set<string>();
    const result = decide((path) => {
      if (!texts.has(path)) wanted.add(path);
      return texts.get(path) ?? null;
    });
    if (wanted.size === 0) return result;
    for (const path of wanted) texts.set(path, await fetch(path));
  }
}

/** Whether a command calls a test runner that leaves a report. */
export function isRunner(command: string): boolean {
  return detectRunner([command], () => null).some(isReporting);
}

function isReporting({ name }: Runner): boolean {
  return name !== "other";
}
