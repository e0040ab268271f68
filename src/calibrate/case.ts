/** One commit as a case for the court: its parent as base, its message as the milestone, its difference as the patch. */

import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { diffTrees, type Entry, entryAt } from "#adapters/git/objects.ts";
import { patchBetween } from "#adapters/git/patch.ts";
import { commitTree, replaceEntries, writeBlob } from "#adapters/git/writing.ts";
import { matchesAny } from "#core/glob.ts";
import { inferKind } from "#core/kind.ts";
import { type Milestone, type Sha, short } from "#core/milestone.ts";
import { gateCommands, type Policy, policyFrom } from "#core/policy.ts";
import type { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap, type Roadmap } from "#core/roadmap.ts";
import { repositoryCommands } from "#rehearsal/replay/commands.ts";
import { copyCommits, readTree, type Step, wordsOf } from "#rehearsal/replay/owners-repository.ts";

/** Where the made-up roadmap stands: beside the owner's own, which stays as it is. */
const ROADMAP = ".daybreak/calibration.md";

export type OwnersPolicy = ReturnType<typeof PolicyFile.parse>;

export type Case = {
  /** A folder whose `.git` has the base checked out, and the commit among its objects. */
  checkout: string;
  base: Sha;
  patch: Uint8Array;
  milestone: Milestone;
  roadmap: Roadmap;
  policy: Policy;
  /** Test files that the commit wrote, changed or removed. */
  tests: string[];
};

/** Null: no command builds or tests the parent. */
export async function caseFor(
  { commit, parent }: Step,
  { source, owners, room }: { source: Git; owners: OwnersPolicy; room: string },
): Promise<Case | null> {
  const checkout = join(room, "checkout");
  const git = await copyCommits(source, [commit.sha], join(checkout, ".git"));
  const [before, after] = [await readTree(git, parent.tree), await readTree(git, commit.tree)];
  const detected = repositoryCommands({ before, after, tests: owners.tests });
  // Nothing lands here: whatever only a human can judge is told, unless its owner wants it otherwise.
  const judged = { ...owners, "needs-human": owners["needs-human"] ?? ("hold" as const) };
  const asked = policyFrom(judged, { defaultBranch: "main", ...detected });
  if (gateCommands(asked).length === 0) return null;
  const { roadmap, text, milestone } = contractOf(commit, asked);
  const made = { mode: "100644", sha: await writeBlob(git, text) };
  const tree = await replaceEntries(git, parent.tree, new Map([[ROADMAP, made]]));
  const base = await commitTree(git, { tree, parents: [], message: "base\n", date: parent.date });
  await git.raw(["update-ref", "refs/heads/main", base]);
  const rendered = await renderedOn(git, tree, asked);
  const done = await replaceEntries(git, commit.tree, new Map([...rendered, [ROADMAP, made]]));
  const changes = await diffTrees(git, base, done);
  return {
    ...{ checkout, base, milestone, roadmap },
    patch: await patchBetween(git, base, done),
    policy: { ...asked, roadmap: ROADMAP, changelog: false },
    tests: changes.map(({ path }) => path).filter((path) => matchesAny(path, asked.tests)),
  };
}

/** The owner's roadmap and changelog as they stand on base: a night renders them, whatever a patch says. */
async function renderedOn(git: Git, base: Sha, policy: Policy): Promise<[string, Entry | null][]> {
  const { changelog = "CHANGELOG.md", roadmap } = policy;
  const kept = changelog === true ? "CHANGELOG.md" : changelog;
  const paths = kept === false ? [roadmap] : [roadmap, kept];
  return await Promise.all(
    paths.map(async (path) => [path, await entryAt(git, base, path)] as [string, Entry | null]),
  );
}

function contractOf(
  commit: Step["commit"],
  policy: Policy,
): { text: string; roadmap: Roadmap; milestone: Milestone } {
  const { subject, body } = wordsOf(commit);
  const name = `Commit ${short(commit.sha)}`;
  const text = `# Roadmap\n\n## M1 — ${name} 📝\n**Objective:** Make its change.\n**Acceptance criteria:**\n- \`true\` passes\n`;
  const [made] = parseRoadmap(text).milestones;
  if (!made) throw new Error("the roadmap of a calibration holds no milestone");
  const title = subject || name;
  const [command = "true"] = policy.test.length > 0 ? policy.test : policy.build;
  const contract = {
    title,
    objective: body || title,
    criteria: [{ text: title, way: { by: "command" as const, command, exitCode: 0, prints: null } }],
    touches: [],
  };
  const milestone: Milestone = { ...made, ...contract, kind: inferKind(contract) };
  return { text, milestone, roadmap: { milestones: [milestone], diagnostics: [] } };
}
