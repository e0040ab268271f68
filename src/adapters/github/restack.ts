/** Restacks pull requests one behind the other, in one push. Leaves out whoever conflicts with those before him. */

import { readCommit } from "#adapters/git/objects.ts";
import { push, type RefUpdate } from "#adapters/git/remote.ts";
import { stage } from "#adapters/git/stage.ts";
import { commitTree } from "#adapters/git/writing.ts";
import { branchOf, DONE, type Looked, messageOf, refOf, stale, stampOf } from "#adapters/github/pulls.ts";
import { appendState } from "#adapters/github/state-branch.ts";
import { type Car, type DecisionOf, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { renderLanded } from "#core/render.ts";
import type { Receipt } from "#ports/forge.ts";

/** The journal's lines come first: a head that is pushed is a head that was announced. */
export async function restack({ onto, cars }: DecisionOf<"stage">, looked: Looked): Promise<Receipt> {
  const { connection, observation } = looked;
  const lines: JournalLine[] = [];
  const updates: RefUpdate[] = [];
  let tip = onto;
  for (const car of cars) {
    const staged = await stageCar(car, tip, looked);
    if (staged === null) return stale(`the branch or the milestone of ${car.milestone} is gone`);
    const { head, conflicts } = staged;
    const stamp = { ...stampOf(observation), ...subjectOf(car), pull: car.pull };
    lines.push({ line: "staged", ...stamp, base: tip, head, conflicts });
    if (conflicts.length > 0) continue;
    updates.push({ ref: `refs/heads/${branchOf(car)}`, to: head, expected: car.head });
    tip = head;
  }
  const written = await appendState(connection, { lines, at: observation.now });
  if (written.outcome === "stale") return written;
  const { git, remote, publisher } = connection;
  const pushed = await push(git, { url: remote, token: publisher.token, updates });
  return pushed.outcome === "done" ? DONE : stale(pushed.because);
}

/** The new head, or the old one with what it conflicts in; null when there is nothing left to restack. */
async function stageCar(
  car: Car,
  base: Sha,
  { connection: { git }, observation }: Looked,
): Promise<{ head: Sha; conflicts: string[] } | null> {
  const milestone = observation.roadmap.milestones.find(({ slug }) => slug === car.slug);
  const parent = refOf(car, observation)?.parents[0];
  if (!parent || !milestone) return null;
  const staged = await stage({
    git,
    base,
    patch: { commit: car.head, parent },
    roadmapPath: observation.policy.roadmap,
    changelogPath: observation.changelogPath,
    render: (files) => renderLanded(files, milestone),
  });
  if (!("tree" in staged))
    return { head: car.head, conflicts: "refused" in staged ? [staged.refused] : staged.conflicts };
  const message = messageOf(car, milestone.title, observation, car.again);
  const { date } = await readCommit(git, base);
  return {
    head: await commitTree(git, { tree: staged.tree, parents: [base], message, date }),
    conflicts: [],
  };
}
