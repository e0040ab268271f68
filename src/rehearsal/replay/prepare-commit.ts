/**
 * Replays a commit of any git repository: its parent is the base, its message the milestone, and its tests are kept back
 * as hold-outs unless they are asked for. Runs nothing of the repository, and writes nothing to it.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { type Entry, entryAt, listFiles } from "#adapters/git/objects.ts";
import { commitTree, replaceEntries, writeBlob } from "#adapters/git/writing.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { Failure } from "#core/errors.ts";
import { Sha, short } from "#core/milestone.ts";
import { TEST_PATHS } from "#core/policy-paths.ts";
import { parseRoadmap, startable } from "#core/roadmap.ts";
import { repositoryCommands } from "#rehearsal/replay/commands.ts";
import { type FileTree, textOf } from "#rehearsal/replay/file-tree.ts";
import { CHECKS, type Change, fromTrees, HOLD_OUTS, type Retold } from "#rehearsal/replay/from-trees.ts";
import {
  copyCommits,
  openOwners,
  readTree,
  resolveCommit,
  type Step,
  stepOf,
  wordsOf,
} from "#rehearsal/replay/owners-repository.ts";
import { commitTrees, testGlobsFor } from "#rehearsal/replay/package-trees.ts";
import type { Rehearsable } from "#rehearsal/replay/prepare.ts";

const EMPTY_TREE = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
const POLICY_PATH = ".github/daybreak.yml";

/** A forge would run them: whether the owner's CI works on this machine is not what is replayed. */
const WORKFLOWS = /^\.github\/workflows\//;

/** Whether the text names a repository and a commit rather than a package. */
export function namesCommit(spec: string): boolean {
  return spec.includes("#");
}

/**
 * `spec` is `DIR#COMMIT`, the commit by any name git knows; `directory` is made if it is missing.
 * @throws Failure REPOSITORY_UNREADABLE, REPLAY_UNAVAILABLE, REPLAY_COMMIT_UNFIT, REPLAY_WITHOUT_TESTS,
 * REPLAY_WITHOUT_DIFFERENCE.
 */
export async function prepareCommitReplay(request: {
  spec: string;
  directory: string;
  withTests: boolean;
}): Promise<Rehearsable> {
  const directory = join(request.directory, "repository");
  await rm(directory, { recursive: true, force: true });
  const { git, step } = await fetchStep(request.spec, join(directory, ".git"));
  const older = await readTree(git, step.parent.tree);
  const trees = commitTrees(older, await readTree(git, step.commit.tree));
  const { change, retold } = retellStep(step, { ...trees, keepTestsBack: !request.withTests });
  await writeWorld(git, step, retold);
  const { changedFiles: count, holdOuts } = retold;
  const parts = [
    `${count} changed ${count === 1 ? "file" : "files"}`,
    ...(holdOuts === null ? [] : [`kept back as hold-outs: ${holdOuts.paths.join(", ")}`]),
    ...(trees.left.length === 0 ? [] : [`left out: ${trees.left.join(", ")}`]),
  ];
  const { milestone, script } = retold;
  const gate = [...(change.build ?? []), ...change.gates].join(" && ");
  return {
    directory,
    milestone,
    script,
    summary: `${short(step.commit.sha)} ${milestone.title}: ${parts.join("; ")}; gate: ${gate}`,
  };
}

async function fetchStep(spec: string, into: string): Promise<{ git: Git; step: Step }> {
  const at = spec.lastIndexOf("#");
  const [owners, name] = [spec.slice(0, at) || ".", spec.slice(at + 1)];
  const source = await openOwners(owners);
  const sha = name === "" ? null : await resolveCommit(source, name);
  if (sha === null)
    throw new Failure("REPLAY_UNAVAILABLE", `${owners} has no commit ${JSON.stringify(name)}.`);
  const git = await copyCommits(source, [sha], into);
  const step = await stepOf(git, sha);
  if ("because" in step)
    throw new Failure("REPLAY_COMMIT_UNFIT", `${name} cannot be replayed: ${step.because}.`);
  return { git, step };
}

function retellStep(
  { commit }: Step,
  { before, after, keepTestsBack }: Pick<Change, "before" | "after"> & { keepTestsBack: boolean },
): { change: Change; retold: Retold } {
  const name = short(commit.sha);
  const owners = policyIn(before);
  const tests = [...new Set([...(owners.tests ?? TEST_PATHS), ...testGlobsFor(before, after)])];
  const detected = repositoryCommands({ before, after, tests });
  const { setup, build, test } = { ...detected, ...owners };
  if (test.length === 0)
    throw new Failure("REPLAY_WITHOUT_TESTS", `No command was found that tests the parent of ${name}.`);
  const { subject, body } = wordsOf(commit);
  const told = { before, after, gates: test, setup, build, tests, keepTestsBack };
  const change = { ...told, title: plain(subject), objective: plain(body || subject) };
  const readable = { ...told, title: `Commit ${name}`, objective: `Make the change of commit ${name}.` };
  const retold = [change, readable].map(fromTrees).find(canStart);
  if (!retold) throw new Failure("REPLAY_UNAVAILABLE", `${name} gives no milestone that can start.`);
  if (retold.changedFiles === 0)
    throw new Failure(
      "REPLAY_WITHOUT_DIFFERENCE",
      keepTestsBack
        ? `${name} changes nothing but its tests, if anything: they are kept back unless \`--with-tests\` is given.`
        : `${name} changes nothing that a milestone may change.`,
    );
  return { change, retold };
}

/** What the owner wrote in the policy of the parent, as far as it says how to build and test. */
function policyIn(before: FileTree): {
  setup?: string[];
  build?: string[];
  test?: string[];
  tests?: string[];
} {
  const file = before.get(POLICY_PATH);
  const { policy, given } = readPolicyFile(file ? textOf(file) : null, POLICY_PATH);
  const asked = ["setup", "build", "test", "tests"] as const;
  return Object.fromEntries(asked.filter((key) => given.has(key)).map((key) => [key, policy[key]]));
}

/** The words of a message that mean nothing in a roadmap: no status, no code, no way of checking. */
function plain(text: string): string {
  const words = text
    .replace(/\p{Extended_Pictographic}\uFE0F?|[`\p{C}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  return words.length > 2_000 ? `${words.slice(0, 1_999)}…` : words;
}

function canStart({ added, milestone }: Retold): boolean {
  const file = added.get("ROADMAP.md");
  const roadmap = parseRoadmap((file && textOf(file)) ?? "");
  const [only, ...others] = startable(roadmap);
  return only?.title === milestone.title && others.length === 0 && roadmap.diagnostics.length === 0;
}

/** One commit on `main`: the parent's tree, links and all, and what was added; the hold-outs on a branch of their own. */
async function writeWorld(git: Git, { commit, parent }: Step, { added, holdOuts }: Retold): Promise<void> {
  const workflows = (await listFiles(git, parent.tree)).filter((path) => WORKFLOWS.test(path));
  const entries = new Map<string, Entry | null>(workflows.map((path) => [path, null]));
  for (const [path, { content }] of added)
    entries.set(path, { mode: "100644", sha: await writeBlob(git, content) });
  const tree = await replaceEntries(git, parent.tree, entries);
  await moveBranch(git, "main", { tree, date: parent.date, message: `Parent of ${commit.sha}\n` });
  await git.raw(["symbolic-ref", "HEAD", "refs/heads/main"]);
  if (holdOuts === null) return;
  const kept = new Map<string, Entry | null>();
  for (const path of holdOuts.paths) kept.set(path, await entryAt(git, commit.tree, path));
  kept.set(CHECKS, { mode: "100644", sha: await writeBlob(git, holdOuts.checks) });
  const held = await replaceEntries(git, EMPTY_TREE, kept);
  await moveBranch(git, HOLD_OUTS, { tree: held, date: commit.date, message: `Tests of ${commit.sha}\n` });
}

async function moveBranch(
  git: Git,
  branch: string,
  commit: { tree: Sha; date: string; message: string },
): Promise<void> {
  const sha = await commitTree(git, { ...commit, parents: [] });
  await git.raw(["update-ref", `refs/heads/${branch}`, sha]);
}
