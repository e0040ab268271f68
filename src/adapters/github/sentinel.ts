/** Takes a landed milestone back and asks the owner's workflows. Moves the landing branch by fast-forward only. */

import { readCommit, readCommits } from "#adapters/git/objects.ts";
import { fetch, push } from "#adapters/git/remote.ts";
import { type Staged, stage } from "#adapters/git/stage.ts";
import { commitTree } from "#adapters/git/writing.ts";
import { statusOf } from "#adapters/github/connection.ts";
import { pushed } from "#adapters/github/landing.ts";
import { DONE, type Looked, stale, stampOf } from "#adapters/github/pulls.ts";
import { appendState } from "#adapters/github/state-branch.ts";
import { type DecisionOf, type Subject, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import { type Sha, short } from "#core/milestone.ts";
import { renderReverted } from "#core/render.ts";
import { revertMessage } from "#core/trailers.ts";
import type { Receipt } from "#ports/forge.ts";
import { revertBody } from "#prose/sentinel.ts";

/** The line comes first: a commit that is pushed is one that was announced. */
export async function unmake(decision: DecisionOf<"unmake">, looked: Looked): Promise<Receipt> {
  const { connection, observation } = looked;
  const { commit, onto, slug, attempt, pull } = decision;
  const staged = await withoutIt(decision, onto, looked);
  if (staged === null) return stale("the milestone or its commit is gone");
  const conflicts = "tree" in staged ? [] : "refused" in staged ? [staged.refused] : staged.conflicts;
  const head = "tree" in staged ? await commitOf(decision, staged.tree, looked) : onto;
  const line: JournalLine = {
    line: "unmade",
    ...stampOf(observation),
    ...subjectOf(decision),
    ...{ commit, base: onto, head, conflicts },
  };
  const written = await appendState(connection, { lines: [line], at: observation.now });
  if (written.outcome === "stale" || conflicts.length > 0) return written;
  const before = observation.reverts.find((one) => one.slug === slug && one.attempt === attempt);
  const { git, remote, publisher } = connection;
  const updates = [
    { ref: `refs/heads/${revertBranchOf(decision)}`, to: head, expected: before?.sha ?? null },
  ];
  const moved = await push(git, { url: remote, token: publisher.token, updates });
  if (moved.outcome !== "done") return stale(moved.because);
  return pull ? await openFor(decision, looked) : DONE;
}

/** The tree is worked out again: what lands is the milestone taken back, and nothing else. */
export async function revert(decision: DecisionOf<"revert">, looked: Looked): Promise<Receipt> {
  const { connection, observation } = looked;
  const { commit, base, head, because } = decision;
  const staged = await withoutIt(decision, base, looked);
  const { tree, parents } = await readCommit(connection.git, head);
  if (!staged || !("tree" in staged) || staged.tree !== tree || parents.length !== 1 || parents[0] !== base)
    return stale(`${short(head)} does more than take ${decision.milestone} back`);
  const moved = await pushed({ head }, looked);
  if ("outcome" in moved) return moved;
  const line: JournalLine = {
    line: "reverted",
    ...stampOf(observation),
    ...subjectOf(decision),
    ...{ commit, head, because },
  };
  return await appendState(connection, { lines: [line], at: observation.now });
}

/** A workflow that cannot be started is written down as refused: nobody waits for it. */
export async function watch(
  { commit, branch, workflows }: DecisionOf<"watch">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { owner, repo, actions } = connection;
  const refused: string[] = [];
  for (const workflow_id of workflows) {
    try {
      const order = { owner, repo, workflow_id, ref: branch };
      await actions.octokit.rest.actions.createWorkflowDispatch(order);
    } catch (error) {
      if (![404, 422].includes(statusOf(error) ?? 0)) throw error;
      refused.push(workflow_id);
    }
  }
  const line: JournalLine = { line: "watched", ...stampOf(observation), commit, workflows, refused };
  return await appendState(connection, { lines: [line], at: observation.now });
}

export async function examine(
  { asked, found }: DecisionOf<"examine">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const lines = found.map((one): JournalLine => {
    return { line: "examined", ...stampOf(observation), asked, ...one };
  });
  return await appendState(connection, { lines, at: observation.now });
}

export function revertBranchOf({ slug, attempt }: Pick<Subject, "slug" | "attempt">): string {
  return `daybreak/revert/${slug}/${attempt}`;
}

/** The change the other way round, by the function that stages everything; null when there is nothing to turn round. */
async function withoutIt(
  { commit, slug }: Subject & { commit: Sha },
  base: Sha,
  { connection: { git, remote, actions }, observation }: Looked,
): Promise<Staged | null> {
  const milestone = observation.roadmap.milestones.find((one) => one.slug === slug);
  await fetch(git, { url: remote, token: actions.token, wants: [commit], depth: 2 });
  const [landed] = await readCommits(git, [commit]);
  const [parent] = landed?.parents ?? [];
  if (!parent || !milestone) return null;
  return await stage({
    git,
    base,
    patch: { commit: parent, parent: commit },
    roadmapPath: observation.policy.roadmap,
    changelogPath: observation.changelogPath,
    render: (files) => renderReverted(files, milestone),
  });
}

async function commitOf(
  { commit, onto, ...decision }: DecisionOf<"unmake">,
  tree: Sha,
  { connection: { git }, observation }: Looked,
): Promise<Sha> {
  const { policy, cycle, roadmap } = observation;
  const title = roadmap.milestones.find(({ slug }) => slug === decision.slug)?.title ?? "";
  const about = { ...subjectOf(decision), title, reverts: commit, cycle: cycle.id };
  const { date } = await readCommit(git, onto);
  const message = revertMessage(policy.message, about);
  return await commitTree(git, { tree, parents: [onto], message, date });
}

/** Only so that the checks run which the rules demand; one that is open already is enough. */
async function openFor(
  decision: DecisionOf<"unmake">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { owner, repo, publisher } = connection;
  const head = revertBranchOf(decision);
  const title = observation.roadmap.milestones.find(({ slug }) => slug === decision.slug)?.title ?? "";
  const about = { milestone: decision.milestone, title, commit: decision.commit };
  const { title: subject, body } = revertBody(about);
  try {
    const base = observation.landing.branch;
    await publisher.octokit.rest.pulls.create({ owner, repo, head, base, title: subject, body });
  } catch (error) {
    const open = { owner, repo, head: `${owner}:${head}`, state: "open" } as const;
    const { data } = await publisher.octokit.rest.pulls.list(open);
    if (data.length === 0) throw error;
  }
  return DONE;
}
