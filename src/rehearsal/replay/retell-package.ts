/** What stands between two published trees of a package and a replay: gate, setup, milestone and script. Pure. */

import { Failure } from "#core/errors.ts";
import { packageCommands } from "#rehearsal/replay/commands.ts";
import { differenceOf, type FileTree } from "#rehearsal/replay/file-tree.ts";
import { fromTrees, type Retold } from "#rehearsal/replay/from-trees.ts";
import { packageTrees, testFilesIn, testGlobsFor } from "#rehearsal/replay/package-trees.ts";

export type Versions = { name: string; older: string; newer: string };

export type RetoldPackage = Retold & { setup: string[]; gates: string[] };

/** @throws Failure REPLAY_WITHOUT_TESTS, REPLAY_WITHOUT_DIFFERENCE. */
export function retellPackage(
  { name, older, newer }: Versions,
  published: { older: FileTree; newer: FileTree },
): RetoldPackage {
  const { before, after } = packageTrees(published.older, published.newer);
  const tests = testGlobsFor(before, after);
  if (testFilesIn(after, tests).length === 0)
    throw new Failure("REPLAY_WITHOUT_TESTS", `${name}@${newer} was published without its tests.`);
  const { gates, setup } = packageCommands({ before, after, tests, ...published });
  if (gates.length === 0)
    throw new Failure(
      "REPLAY_WITHOUT_TESTS",
      `The test script of ${name}@${newer} starts no known test runner on the test files that were published.`,
    );
  const { written, gone } = differenceOf(before, after);
  if (written.length + gone.length === 0)
    throw new Failure("REPLAY_WITHOUT_DIFFERENCE", `${name} ${older} and ${newer} hold the same files.`);
  const retold = fromTrees({
    before,
    after,
    title: `${name} ${older} becomes ${newer}`,
    objective: `Make ${name} ${older} do what ${newer} was published to do, its tests included.`,
    gates,
    setup,
    tests,
  });
  return { ...retold, setup, gates };
}
