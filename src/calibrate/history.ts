/** The commits of a repository's current branch that can be put before the court, and why the others cannot. Copies nothing. */

import type { Git } from "#adapters/git/git.ts";
import { diffTrees, readText } from "#adapters/git/objects.ts";
import type { SkippedCommit } from "#core/calibration.ts";
import { matchesAny } from "#core/glob.ts";
import { Sha } from "#core/milestone.ts";
import { type Policy, protectedGlobs } from "#core/policy.ts";
import { withoutPublishing } from "#rehearsal/replay/manifest.ts";
import { type Step, stepOf, wordsOf } from "#rehearsal/replay/owners-repository.ts";
import { LOCK_FILE } from "#rehearsal/replay/package-trees.ts";

/** What nobody tests: a commit of nothing else is not counted. */
const DOCUMENTS =
  /\.(?:mdx?|markdown|rst|adoc|txt|png|jpe?g|gif|svg|webp|ico)$|(?:^|\/)(?:LICEN[CS]E|NOTICE|AUTHORS|CODEOWNERS|CHANGELOG|CHANGES|HISTORY|\.gitignore|\.editorconfig|\.npmignore)$/iu;

export type Candidate = { step: Step } | { skipped: SkippedCommit };

/** Youngest first, until nobody asks for more. Merges are no changes of their own and are passed over. */
export async function* candidates(
  source: Git,
  head: Sha,
  policy: Pick<Policy, "protected" | "roadmap" | "changelog">,
): AsyncGenerator<Candidate> {
  const { output } = await source.raw(["rev-list", "--no-merges", head]);
  for (const line of output.toString().split("\n").filter(Boolean)) {
    const commit = Sha.parse(line);
    const step = await stepOf(source, commit);
    if ("because" in step) {
      yield { skipped: { commit, subject: await subjectOf(source, commit), because: step.because } };
      continue;
    }
    const because = await reasonToSkip(source, step, protectedGlobs(policy));
    const { subject } = wordsOf(step.commit);
    yield because === null ? { step } : { skipped: { commit, subject, because } };
  }
}

async function subjectOf(source: Git, commit: Sha): Promise<string> {
  const { output } = await source.raw(["show", "--no-patch", "--format=%s", commit]);
  return output.toString().trim();
}

async function reasonToSkip(
  source: Git,
  { commit, parent }: Step,
  guarded: readonly string[],
): Promise<string | null> {
  const changes = await diffTrees(source, parent.tree, commit.tree);
  if (changes.length === 0) return "it changes nothing";
  const others = changes.map(({ path }) => path).filter((path) => !DOCUMENTS.test(path));
  if (others.length === 0) return "it changes only documents";
  const own = others.filter((path) => !matchesAny(path, guarded, { foldCase: true }));
  if (own.length === 0) return "it changes only protected paths";
  const code = own.filter((path) => !LOCK_FILE.test(path));
  const published = await Promise.all(
    code.map(
      async (path) => path === "package.json" && (await onlyPublishes(source, commit.tree, parent.tree)),
    ),
  );
  return published.every(Boolean) ? "it changes only versions, scripts and lock files" : null;
}

async function onlyPublishes(source: Git, newer: Sha, older: Sha): Promise<boolean> {
  const [before, after] = await Promise.all(
    [older, newer].map((tree) => readText(source, tree, "package.json")),
  );
  return before != null && after != null && withoutPublishing(before, after) === before;
}
