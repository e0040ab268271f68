/** The commands that set a tree up and test it, found in its files: as a package alone, or as a repository. Runs nothing. */

import { type Commands, detectCommands } from "#core/detect.ts";
import { matchesAny } from "#core/glob.ts";
import { type FileTree, textOf } from "#rehearsal/replay/file-tree.ts";
import { findGates, type Gate } from "#rehearsal/replay/gate.ts";
import { type Manifest, readManifest } from "#rehearsal/replay/manifest.ts";
import { testFilesIn } from "#rehearsal/replay/package-trees.ts";
import { setupCommands } from "#rehearsal/replay/setup.ts";

/** `tests`: globs of test files. */
type Trees = { before: FileTree; after: FileTree; tests: readonly string[] };

/** Of the package itself: what lies deeper belongs to somebody else. */
const OWN_LOCK = /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/;

/** What a repository's own night would run on the older tree. */
export function repositoryCommands(trees: Trees): Omit<Commands, "because"> {
  const { before, after } = trees;
  const detected = detectCommands([...before.keys()], (path) => textAt(before, path));
  const isLocked = [...before.keys()].some((path) => OWN_LOCK.test(path));
  if (!before.has("package.json") || isLocked || detected.build.length > 0) return detected;
  // Nothing says which versions belong together: linters, audits and publishing tools must not decide about tests.
  const { gates, setup } = packageCommands({ ...trees, older: before, newer: after });
  return gates.length === 0 ? detected : { setup, build: [], test: gates };
}

/** The test runner alone, and what it needs installed. `older` and `newer`: everything that was published. */
export function packageCommands(given: Trees & { older: FileTree; newer: FileTree }): {
  gates: string[];
  setup: string[];
} {
  const { before, after, tests } = given;
  const [older, newer] = [sideOf(given.older), sideOf(given.newer)];
  const gates = gatesFor([newer.manifest, older.manifest], after, testFilesIn(after, tests));
  const files = new Set([before, after].flatMap((tree) => testFilesIn(tree, tests)));
  return {
    gates: gates.map(({ command }) => command),
    setup: setupCommands(older, newer, gates, [...files]),
  };
}

function sideOf(files: FileTree): { files: FileTree; manifest: Manifest } {
  return { files, manifest: readManifest(textAt(files, "package.json")) };
}

function textAt(files: FileTree, path: string): string | null {
  const file = files.get(path);
  return file ? textOf(file) : null;
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
