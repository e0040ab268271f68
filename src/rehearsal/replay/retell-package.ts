/** What stands between two published trees of a package and a replay: gate, setup, milestone and script. Pure. */

import { Failure } from "#core/errors.ts";
import { matchesAny } from "#core/glob.ts";
import { differenceOf, type FileTree, textOf } from "#rehearsal/replay/file-tree.ts";
import { fromTrees, type Retold } from "#rehearsal/replay/from-trees.ts";
import { findGates, type Gate } from "#rehearsal/replay/gate.ts";
import { type Manifest, readManifest } from "#rehearsal/replay/manifest.ts";
import { packageTrees, testFilesIn, testGlobsFor } from "#rehearsal/replay/package-trees.ts";
import { setupCommands } from "#rehearsal/replay/setup.ts";

export type Versions = { name: string; older: string; newer: string };

export type RetoldPackage = Retold & { setup: string[]; gates: string[]; changedFiles: number };

/** @throws Failure REPLAY_WITHOUT_TESTS, REPLAY_WITHOUT_DIFFERENCE. */
export function retellPackage(
  { name, older, newer }: Versions,
  published: { older: FileTree; newer: FileTree },
): RetoldPackage {
  const { before, after } = packageTrees(published.older, published.newer);
  const tests = testGlobsFor(before, after);
  const sides = {
    older: { files: published.older, manifest: manifestIn(published.older) },
    newer: { files: published.newer, manifest: manifestIn(published.newer) },
  };
  const testFiles = { older: testFilesIn(before, tests), newer: testFilesIn(after, tests) };
  if (testFiles.newer.length === 0)
    throw new Failure("REPLAY_WITHOUT_TESTS", `${name}@${newer} was published without its tests.`);
  const gates = gatesFor([sides.newer.manifest, sides.older.manifest], after, testFiles.newer);
  if (gates.length === 0)
    throw new Failure(
      "REPLAY_WITHOUT_TESTS",
      `The test script of ${name}@${newer} starts no known test runner on the test files that were published.`,
    );
  const { written, gone } = differenceOf(before, after);
  if (written.length + gone.length === 0)
    throw new Failure("REPLAY_WITHOUT_DIFFERENCE", `${name} ${older} and ${newer} hold the same files.`);
  const commands = gates.map(({ command }) => command);
  const setup = setupCommands(sides.older, sides.newer, gates, [
    ...new Set([...testFiles.older, ...testFiles.newer]),
  ]);
  const retold = fromTrees({
    before,
    after,
    title: `${name} ${older} becomes ${newer}`,
    objective: `Make ${name} ${older} do what ${newer} was published to do, its tests included.`,
    gates: commands,
    setup,
    tests,
  });
  return { ...retold, setup, gates: commands, changedFiles: written.length + gone.length };
}

function manifestIn(files: FileTree): Manifest {
  const file = files.get("package.json");
  return readManifest(file ? textOf(file) : null);
}

/**
 * The newer version's runner comes first: its tests were written for that one. Only runs count that find tests among
 * the files that were published.
 */
function gatesFor(manifests: readonly Manifest[], after: FileTree, tests: readonly string[]): Gate[] {
  for (const manifest of manifests) {
    const gates = findGates(manifest).filter((gate) => findsTests(gate, after, tests));
    if (gates.length > 0) return gates;
  }
  return [];
}

function findsTests({ paths }: Gate, after: FileTree, tests: readonly string[]): boolean {
  const files = [...after.keys()];
  const named = (path: string): boolean =>
    files.some((file) => matchesAny(file, [path, `${path.replace(/\/$/, "")}/**`, `${path}.*`]));
  return paths.some(named) || (tests.length > 0 && !paths.some((path) => /[*/.]|^tests?$/.test(path)));
}
