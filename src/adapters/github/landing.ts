/** Moves the landing branch to what was tested, by a push or by merging a pull request. Never by force. */

import { readCommit } from "#adapters/git/objects.ts";
import { fetch, remoteRefs } from "#adapters/git/remote.ts";
import { wordsOf } from "#adapters/github/connection.ts";
import { DONE, type Looked, stale, stampOf } from "#adapters/github/pulls.ts";
import { appendState } from "#adapters/github/state-branch.ts";
import { type DecisionOf, type Landing, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import { Sha } from "#core/milestone.ts";
import type { MergeMethod } from "#core/observation.ts";
import type { Receipt } from "#ports/forge.ts";

/** What became of the branch: where the last of the train is in it now, and a tree that is not the tested one. */
type Moved = { commit: Sha; astray: Sha | null };

export async function land(decision: DecisionOf<"land">, looked: Looked): Promise<Receipt> {
  const { base, by, cars } = decision;
  const last = cars.at(-1);
  if (!last) return DONE;
  const moved = by === "push" ? await pushed(last, looked) : await merged(last, base, by, looked);
  if ("outcome" in moved) return moved;
  const { connection, observation } = looked;
  const lines = cars.map((car): JournalLine => {
    const { pull, head, findings } = car;
    const end = car === last ? moved : { commit: head, astray: null };
    return { line: "landed", ...stampOf(observation), ...subjectOf(car), pull, findings, ...end };
  });
  // Written or not: that they landed is what the branch says.
  await appendState(connection, { lines, at: observation.now });
  return moved.astray === null
    ? DONE
    : stale(`the branch holds the tree ${moved.astray}, which nobody tested`);
}

/** A fast-forward and nothing else: GitHub refuses it if the branch holds anything that was not tested below. */
export async function pushed(
  { head }: Pick<Landing, "head">,
  { connection, observation }: Looked,
): Promise<Moved | Receipt> {
  const { owner, repo, publisher } = connection;
  const ref = `heads/${observation.landing.branch}`;
  try {
    await publisher.octokit.rest.git.updateRef({ owner, repo, ref, sha: head, force: false });
  } catch (error) {
    // Refused, or the answer was lost: the branch itself says which.
    if ((await tipOf({ connection, observation })) !== head) return stale(wordsOf(error));
  }
  return { commit: head, astray: null };
}

/**
 * Merges the last pull request; those before it are reachable from it. GitHub guards the head, not the base: whoever
 * pushes between the look at the base and the merge gets a tree that nobody tested, and that is read afterwards.
 */
async function merged(
  { pull, head }: Landing,
  base: Sha,
  method: MergeMethod,
  looked: Looked,
): Promise<Moved | Receipt> {
  const { git, owner, repo, publisher, actions, remote } = looked.connection;
  const at = { owner, repo, pull_number: pull };
  let refused = `${looked.observation.landing.branch} moved`;
  if ((await tipOf(looked)) === base) {
    try {
      const message = method === "squash" ? await ownMessage(head, looked) : {};
      await publisher.octokit.rest.pulls.merge({ ...at, sha: head, merge_method: method, ...message });
    } catch (error) {
      refused = wordsOf(error);
    }
  }
  const { data } = await publisher.octokit.rest.pulls.get(at);
  if (!data.merged || data.merge_commit_sha === null) return stale(refused);
  const commit = Sha.parse(data.merge_commit_sha);
  await fetch(git, { url: remote, token: actions.token, wants: [commit], depth: 2 });
  const { tree } = await readCommit(git, commit);
  const tested = await readCommit(git, head);
  return { commit: method === "merge" ? head : commit, astray: tree === tested.tree ? null : tree };
}

/** A squashed commit says where it comes from, as ours does. */
async function ownMessage(
  head: Sha,
  { connection }: Looked,
): Promise<{ commit_title: string; commit_message: string }> {
  const { message } = await readCommit(connection.git, head);
  const [title = "", ...rest] = message.trimEnd().split("\n\n");
  return { commit_title: title, commit_message: rest.join("\n\n") };
}

async function tipOf({ connection, observation }: Looked): Promise<Sha | undefined> {
  const { git, remote, actions } = connection;
  const tips = await remoteRefs(git, { url: remote, token: actions.token });
  return tips.get(`refs/heads/${observation.landing.branch}`);
}
