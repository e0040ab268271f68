/**
 * Makes a milestone out of two trees: the older one with a roadmap and a policy, and the script of a model that gets
 * to the newer one, its tests included or kept back. Pure: where the trees come from, a package or a commit, is for others to know.
 */

import { stringify } from "yaml";
import type * as z from "zod";
import { quoted } from "#core/court/shell-words.ts";
import { matchesAny } from "#core/glob.ts";
import type { PolicyFile } from "#core/policy-file.ts";
import type { Script } from "#rehearsal/model/script.ts";
import { differenceOf, type FileTree, fileTree, textFile } from "#rehearsal/replay/file-tree.ts";
import { retelling } from "#rehearsal/replay/retelling.ts";

export type Change = {
  before: FileTree;
  after: FileTree;
  title: string;
  objective: string;
  /** Commands that have to be green on the newer tree. At least one. */
  gates: readonly string[];
  setup: readonly string[];
  build?: readonly string[];
  /** Globs of test files. */
  tests: readonly string[];
  /** Whether the newer tree's tests judge the work instead of being part of it. */
  keepTestsBack?: boolean;
};

export type Retold = {
  /** The tree a night starts from. */
  files: FileTree;
  /** What of it was not in the older tree. */
  added: FileTree;
  /** What the work never sees: paths of the newer tree, and the file that says how they are run. Null: nothing. */
  holdOuts: { paths: string[]; checks: string } | null;
  milestone: { id: string; title: string };
  script: Script;
  /** Files the script writes or removes. */
  changedFiles: number;
};

const ID = "M1";

/** The branch that holds what was kept back, and the file there that lists the checks. */
export const HOLD_OUTS = "hold-outs";
export const CHECKS = "checks.yml";

/** What tools leave behind in a checkout, and nobody commits. */
const LEFT_BEHIND = ["node_modules", "coverage", ".nyc_output", ".tap", ".setup"];

/** What a rehearsal costs is play money, and no hour is too late: no limit may decide how a replay ends. */
const GENEROUS: z.input<typeof PolicyFile> = {
  land: "main",
  changelog: false,
  attempts: 3,
  budget: {
    ...{ milestone: 3_000, night: 10_000, month: 100_000 },
    tokens: { night: 10_000_000_000, month: 100_000_000_000 },
    minutes: { night: 100_000, month: 100_000 },
    "runner-minutes": { night: 100_000, month: 100_000 },
  },
  minutes: 300,
  tokens: 1_000_000_000,
  turns: 1_000,
  night: { from: "00:00", to: "00:00" },
  verify: { minutes: 60 },
  limits: { files: 100_000, lines: 10_000_000, bytes: 1_000_000_000 },
  "review-minutes": 1_000_000,
};

export function fromTrees(change: Change): Retold {
  const { before, gates, setup, tests, build = [], keepTestsBack = false } = change;
  const title = oneLine(change.title);
  const { after, holdOuts } = keepTestsBack ? withoutTests(change) : { after: change.after, holdOuts: null };
  const policy = {
    ...{ ...GENEROUS, setup, build, test: gates, tests },
    ...(holdOuts === null ? {} : { "hold-outs": HOLD_OUTS }),
  };
  const ignored = ignoredIn(before, change.after);
  const added = fileTree([
    ["ROADMAP.md", textFile(roadmapOf(change, title))],
    [".github/daybreak.yml", textFile(stringify(policy, { lineWidth: 0 }))],
    ...(ignored === null ? [] : [[".gitignore", textFile(ignored)] as const]),
  ]);
  const script = retelling({
    milestone: ID,
    before,
    after,
    summary: `${title}: written as it was published.`,
  });
  const { written, gone } = differenceOf(before, after);
  return {
    ...{ files: fileTree([...before, ...added]), added, holdOuts, script },
    milestone: { id: ID, title },
    changedFiles: written.length + gone.length,
  };
}

/** The newer tree with the older one's tests, and the newer tests as checks of it. */
function withoutTests({
  before,
  after,
  tests,
  gates,
}: Change): Pick<Change, "after"> & Pick<Retold, "holdOuts"> {
  const { written, gone } = differenceOf(before, after);
  const isTest = (path: string): boolean => matchesAny(path, tests);
  const paths = written.map(({ path }) => path).filter(isTest);
  const dropped = gone.filter(isTest);
  if (paths.length === 0) return { after, holdOuts: null };
  const untouched = new Map(after);
  for (const path of [...paths, ...dropped]) {
    const old = before.get(path);
    if (old) untouched.set(path, old);
    else untouched.delete(path);
  }
  const first = dropped.length === 0 ? "" : `rm -f -- ${dropped.map((path) => quoted(path)).join(" ")} && `;
  const checks = gates.map((command, index) => ({ id: `H${index + 1}`, run: `${first}${command}` }));
  return { after: fileTree(untouched), holdOuts: { paths, checks: stringify(checks, { lineWidth: 0 }) } };
}

function roadmapOf(change: Change, title: string): string {
  const { gates } = change;
  const allows = allowedIn(change);
  const lines = [
    "# Roadmap",
    "",
    `## ${ID} — ${title} 📝`,
    `**Objective:** ${oneLine(change.objective)}`,
    ...(allows.length === 0 ? [] : [`**Allows:** ${allows.map((path) => code(path)).join(", ")}`]),
    "**Acceptance criteria:**",
    ...gates.map((command) => `- ${code(command)} passes`),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Existing tests that the newer tree changes or removes: whether the older ones would still pass on it is not known
 * before they ran, so all of them may change. And files that become executable, which nobody may make unasked.
 */
function allowedIn({ before, after, tests }: Change): string[] {
  const { written, gone } = differenceOf(before, after);
  const changed = [...written.filter(({ old }) => old !== null).map(({ path }) => path), ...gone];
  const executable = written.filter(({ old, file }) => file.executable && !old?.executable);
  const allowed = [
    ...changed.filter((path) => matchesAny(path, tests)),
    ...executable.map(({ path }) => path),
  ];
  return [...new Set(allowed)].sort();
}

/** Null where the trees have a `.gitignore` of their own. Nothing the trees hold is ignored. */
function ignoredIn(...trees: readonly FileTree[]): string | null {
  const paths = trees.flatMap((tree) => [...tree.keys()]);
  if (paths.includes(".gitignore")) return null;
  const free = LEFT_BEHIND.filter((name) => !paths.some((path) => path.split("/").includes(name)));
  return free.length === 0 ? null : `${free.map((name) => `${name}/`).join("\n")}\n`;
}

/** A code span that holds any text without line breaks. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
