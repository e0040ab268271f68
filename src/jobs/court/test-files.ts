/** The test files a patch changed, and runs of only these. Judges nothing. */

import { matchesAny } from "#core/glob.ts";
import type { TestRun } from "#jobs/court/bench.ts";
import { restoredPaths } from "#jobs/court/kept.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import type { Writes } from "#ports/workbench.ts";

export type TestFile = { path: string; text: string };

/** Changed files that hold tests; what lies beside them in a test folder is their material. */
export function testFilesOf({ files }: Pick<Sitting, "files">): TestFile[] {
  return files.flatMap(({ path, isTest, after }) => {
    const holdsTests = after?.outline && after.outline.tests.length + after.outline.calls.length > 0;
    return isTest && after && holdsTests ? [{ path, text: after.text }] : [];
  });
}

/** Whether a runner's full name is that of the test with this title. */
export function isCalled(name: string, title: string): boolean {
  const own = name.replace(/\[.*\]$/su, "");
  return [name, own].some((one) => one === title || one.endsWith(` > ${title}`));
}

/** Paths that go with the tests when these are brought to other sources. */
export function testPathsOf({ changes, docket }: Pick<Sitting, "changes" | "docket">): string[] {
  return changes.map(({ path }) => path).filter((path) => matchesAny(path, docket.testPaths));
}

/** The change with the owner's configuration: what decides how tests run is base's. */
export async function layOutHead(sitting: Sitting): Promise<void> {
  const { workbench, trees } = sitting;
  const tests = new Set(testPathsOf(sitting));
  const paths = restoredPaths(sitting).filter((path) => !tests.has(path));
  await workbench.layOut("head-again", trees.tree, { paths, from: trees.base });
}

/** What is run again and again on wrong sources, and the seconds each run may take: wrong programs do not always end. */
export type Reach = { files: readonly TestFile[] | null; patience: number };

/** A run on wrong sources may take so many times as long as the one on the change, and these seconds more. */
const PATIENCE = { times: 3, seconds: 5 };

export function reachWith(files: readonly TestFile[] | null, ran: readonly TestRun[] | null): Reach {
  const seconds = (ran ?? []).reduce((sum, { run }) => sum + run.seconds, 0);
  return { files, patience: PATIENCE.seconds + PATIENCE.times * seconds };
}

/** Runs only these files on the change, or all tests. With `patience`, in seconds, there being no time for it holds nothing. */
export async function runFiles(
  { bench, runners, trees }: Sitting,
  files: readonly TestFile[] | null,
  {
    seed = null,
    writes = {},
    patience = null,
  }: { seed?: number | null; writes?: Writes; patience?: number | null } = {},
): Promise<TestRun[] | null> {
  return await bench.tests("head-again", trees.tree, {
    runners,
    files,
    seed,
    writes,
    needed: patience === null ? "the new and changed tests" : null,
    ...(patience === null ? {} : { patience }),
  });
}
