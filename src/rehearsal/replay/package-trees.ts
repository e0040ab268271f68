/** Two versions of a package or a repository as the two trees of a replay: what no milestone may change is evened out. */

import { matchesAny } from "#core/glob.ts";
import { PROTECTED_PATHS, TEST_PATHS } from "#core/policy-paths.ts";
import {
  differenceOf,
  type FileTree,
  fileTree,
  type TreeFile,
  textFile,
  textOf,
} from "#rehearsal/replay/file-tree.ts";
import { withoutPublishing } from "#rehearsal/replay/manifest.ts";

/** Written by whoever publishes, not by whoever solves the milestone. Only at the top: in a test folder they are fixtures. */
const LEFT_OUT = [
  /^(?:changelog|changes|history)(?:[-_.][\w.-]*)?\.(?:md|mkd|mdown|markdown|txt|rst|adoc)$/i,
  /^(?:changelog|changes|history)$/i,
  /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/,
  // The night's own: the roadmap, and everything a forge would act on.
  /^roadmap\.md$/i,
  /^\.github\//i,
  /^\.daybreak\//i,
  // Git and npm would treat other files differently.
  /(?:^|\/)(?:\.git(?:attributes|modules|ignore)|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.\w+)$/i,
  /(?:^|\/)node_modules\//,
];

/** In a repository lock files lie in any folder, and nothing can be installed while a milestone is worked on. */
export const LOCK_FILE =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock)$/;

/** Names of test files beyond those every policy knows. */
const FURTHER_TEST_PATHS = [
  "**/tests.*",
  "**/*-test.*",
  "**/*_test.*",
  "**/test-*.*",
  "**/*.tests.*",
  "**/*-spec.*",
  "**/*_spec.*",
];
const PROGRAM = /\.[cm]?[jt]sx?$/;

/** The older tree is as it was published, the newer one holds what a milestone may change of it. */
export function packageTrees(older: FileTree, newer: FileTree): { before: FileTree; after: FileTree } {
  const before = kept(older);
  const after = [...kept(newer)].map(
    ([path, file]) => [path, withOlderMode(file, before.get(path))] as const,
  );
  return { before, after: fileTree(withOlder(before, new Map(after), isProtected)) };
}

/** The older tree is whole, the newer one holds what a milestone may change of it. `left`: paths of what it may not. */
export function commitTrees(
  before: FileTree,
  newer: FileTree,
): { before: FileTree; after: FileTree; left: string[] } {
  const isLeft = (path: string): boolean => isProtected(path) || isLeftOut(path) || LOCK_FILE.test(path);
  const { written, gone } = differenceOf(before, newer);
  const left = [...written.map(({ path }) => path), ...gone].filter(isLeft).sort();
  return { before, after: fileTree(withOlder(before, newer, isLeft)), left };
}

function withOlder(
  before: FileTree,
  newer: FileTree,
  isOlder: (path: string) => boolean,
): Map<string, TreeFile> {
  const after = new Map(newer);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    if (!isOlder(path)) continue;
    const old = before.get(path);
    if (old) after.set(path, old);
    else after.delete(path);
  }
  const [old, now] = [before.get("package.json"), after.get("package.json")];
  if (old && now)
    after.set("package.json", {
      ...old,
      ...textFile(withoutPublishing(textOf(old) ?? "", textOf(now) ?? "")),
    });
  return after;
}

/** Globs of test files: those of every policy, and what else names tests in one of these trees. */
export function testGlobsFor(...trees: readonly FileTree[]): string[] {
  const paths = trees.flatMap((tree) => [...tree.keys()]).filter((path) => PROGRAM.test(path));
  const further = FURTHER_TEST_PATHS.filter((glob) =>
    paths.some((path) => matchesAny(path, [glob]) && !matchesAny(path, TEST_PATHS)),
  );
  return [...TEST_PATHS, ...further];
}

/** Programs among the files that the globs name: data in a test folder tests nothing. */
export function testFilesIn(tree: FileTree, globs: readonly string[]): string[] {
  return [...tree.keys()].filter((path) => PROGRAM.test(path) && matchesAny(path, globs));
}

function kept(tree: FileTree): FileTree {
  return fileTree([...tree].filter(([path]) => !isLeftOut(path)));
}

function isLeftOut(path: string): boolean {
  return LEFT_OUT.some((pattern) => pattern.test(path));
}

function isProtected(path: string): boolean {
  return matchesAny(path, PROTECTED_PATHS, { foldCase: true });
}

/** Modes in a tarball come from the machine that published it; only a new script tells something by its mode. */
function withOlderMode(file: TreeFile, old: TreeFile | undefined): TreeFile {
  const isScript = file.content[0] === 0x23 && file.content[1] === 0x21;
  return { ...file, executable: old ? old.executable : file.executable && isScript };
}
