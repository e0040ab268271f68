/** The commands that install what a replay's tests need: runtime dependencies and the runner, and no install scripts. */

import { quoted } from "#core/court/shell-words.ts";
import { type FileTree, textOf } from "#rehearsal/replay/file-tree.ts";
import type { Gate } from "#rehearsal/replay/gate.ts";
import type { Manifest } from "#rehearsal/replay/manifest.ts";

type Side = { manifest: Manifest; files: FileTree };

/** Files in which a runner or a compiler names the packages it loads. */
const CONFIGURATION =
  /^(?:\.babelrc|\.mocharc|\.taprc|\.swcrc|(?:babel|jest|vitest|vite|ava|mocha|tap)\.config\.|test\/mocha\.opts$)/;
const RUNNER_SECTIONS = ["jest", "mocha", "ava", "tap", "vitest", "babel"];
const TYPED = /(?<!\.d)\.[cm]?tsx?$/;
/** What runners compile typed tests with, without naming it. */
const COMPILERS = ["typescript", "ts-node", "tsx", "@swc/core"];
const IMPORTS = /(?:\brequire\s*\(\s*|\bfrom\s*|\bimport\s*\(?\s*)["'`]([^"'`\n]+)["'`]/g;

/** Ranges that name a place in the author's checkout. */
const NOT_PUBLISHED = /^(?:file|link|portal|workspace):/;

/**
 * Installs in a folder of its own: a package.json is never resolved there, so its development tools can neither get in
 * the way nor slow it down, and the result is the same on the older and on the newer tree.
 */
export function setupCommands(
  older: Side,
  newer: Side,
  gates: readonly Gate[],
  tests: readonly string[],
): string[] {
  const wanted = {
    ...neededByTests(older, newer, gates, tests),
    ...runtimeOf(older.manifest),
    ...runtimeOf(newer.manifest),
  };
  const packages = Object.entries(wanted)
    .filter(([name, range]) => isName(name) && !NOT_PUBLISHED.test(range))
    .map(([name, range]) => `${name}@${range || "*"}`)
    .sort()
    .map(quoted);
  if (packages.length === 0) return [];
  const quiet = "--no-save --ignore-scripts --no-audit --no-fund --no-package-lock";
  return [
    `npm install --prefix .setup ${quiet} ${packages.join(" ")}`,
    "rm -rf node_modules && mv .setup/node_modules node_modules && rm -rf .setup",
  ];
}

function runtimeOf({
  dependencies,
  peerDependencies,
  peerDependenciesMeta,
}: Manifest): Record<string, string> {
  const peers = Object.entries(peerDependencies).filter(([name]) => !peerDependenciesMeta[name]?.optional);
  return { ...Object.fromEntries(peers), ...dependencies };
}

function neededByTests(
  older: Side,
  newer: Side,
  gates: readonly Gate[],
  tests: readonly string[],
): Record<string, string> {
  const development = { ...older.manifest.devDependencies, ...newer.manifest.devDependencies };
  const imported = new Set([older, newer].flatMap(({ files }) => importsOf(files, tests)));
  const configuration = [older, newer].map(configurationOf).join("\n");
  const typed = tests.some((path) => TYPED.test(path));
  // Babel is told of its presets by short names: where it is configured, all of it is needed.
  const compiles = /babel/.test(configuration);
  const isNeeded = (name: string): boolean =>
    imported.has(name) ||
    gates.some(({ words }) => words.some((word) => mentions(word, name))) ||
    mentions(configuration, name) ||
    (compiles && name.includes("babel")) ||
    (typed && COMPILERS.includes(name));
  const runners = gates.flatMap(({ from }) => (from === null ? [] : [from]));
  return {
    ...Object.fromEntries(Object.entries(development).filter(([name]) => isNeeded(name))),
    ...Object.fromEntries(runners.map((name) => [name, development[name] ?? "*"])),
  };
}

/** Names of the packages that the test files load. */
function importsOf(files: FileTree, tests: readonly string[]): string[] {
  return tests.flatMap((path) => {
    const file = files.get(path);
    const text = (file && textOf(file)) ?? "";
    return [...text.matchAll(IMPORTS)].flatMap(([, specifier = ""]) => {
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
      return name === undefined || name.startsWith(".") ? [] : [name];
    });
  });
}

function configurationOf({ manifest, files }: Side): string {
  const typed = [...files.keys()].some((path) => TYPED.test(path));
  const sections = RUNNER_SECTIONS.flatMap((key) =>
    key in manifest ? [JSON.stringify({ [key]: manifest[key] })] : [],
  );
  const configures = (path: string): boolean =>
    CONFIGURATION.test(path) || (typed && /^tsconfig[^/]*$/.test(path));
  const texts = [...files].flatMap(([path, file]) => (configures(path) ? [path, textOf(file) ?? ""] : []));
  return [...sections, ...texts].join("\n");
}

/** Whether the name stands there as a whole, alone or in front of a path within the package. */
function mentions(text: string, name: string): boolean {
  const plain = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:^|["'\`\\s=])${plain}(?:$|["'\`\\s/,])`).test(text);
}

function isName(name: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w.~][\w.~-]*$/.test(name);
}
