/** Moves `daybreak/next` by lease, to be tested or once it was, and keeps its one pull request. Merges nothing. */

import { push } from "#adapters/git/remote.ts";
import { statusOf, wordsOf } from "#adapters/github/connection.ts";
import { DONE, type Looked, stale, stampOf } from "#adapters/github/pulls.ts";
import { NEXT_REF, REBUILD_REF } from "#adapters/github/read-promotion.ts";
import { appendState } from "#adapters/github/state-branch.ts";
import { type DecisionOf, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import { NEXT } from "#core/policy.ts";
import { relandings } from "#core/rebuild.ts";
import type { Receipt } from "#ports/forge.ts";
import { promotionTitle } from "#prose/promotion.ts";

/** The receipt is all there is to it: what the branch should be is derived from it. */
export async function drop(
  decision: DecisionOf<"drop">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { commit, by, because } = decision;
  const stamp = { ...stampOf(observation), ...subjectOf(decision) };
  const line: JournalLine = { line: "dropped", ...stamp, commit, by, because };
  return await appendState(connection, { lines: [line], at: observation.now });
}

/** Pushed with GITHUB_TOKEN: it starts no checks of the owner's, and no pull request shows it. */
export async function stageRebuild(
  { head, expected }: DecisionOf<"rebuild">,
  { connection: { git, remote, actions } }: Looked,
): Promise<Receipt> {
  const updates = [{ ref: REBUILD_REF, to: head, expected }];
  const pushed = await push(git, { url: remote, token: actions.token, updates });
  return pushed.outcome === "done" ? DONE : stale(pushed.because);
}

/** The branch and what was staged for it in one push; whoever landed is receipted under his new name afterwards. */
export async function renew(
  { from, to }: DecisionOf<"renew">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { git, remote, publisher } = connection;
  const staged = observation.promotion?.staged ?? null;
  const updates = [
    { ref: NEXT_REF, to, expected: from },
    ...(staged === null ? [] : [{ ref: REBUILD_REF, to: null, expected: staged }]),
  ];
  const pushed = await push(git, { url: remote, token: publisher.token, updates });
  if (pushed.outcome !== "done") return stale(pushed.because);
  const lines = relandings(to, observation).map(
    (one): JournalLine => ({ line: "landed", ...stampOf(observation), ...one, astray: null }),
  );
  // Written or not: what the branch holds is what it holds.
  if (lines.length > 0) await appendState(connection, { lines, at: observation.now });
  return DONE;
}

/** A body that was edited since the look may have a box ticked: it is read before it is replaced. */
export async function promote(
  { pull, seen, body }: DecisionOf<"promote">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { owner, repo, publisher } = connection;
  const { pulls } = publisher.octokit.rest;
  if (pull === null) return await opened(body, { connection, observation });
  const at = { owner, repo, pull_number: pull };
  const { data } = await pulls.get(at);
  if (data.body === body) return DONE;
  if ((data.body ?? "") !== seen || data.state !== "open") return stale(`#${pull} was edited`);
  await pulls.update({ ...at, body });
  return DONE;
}

async function opened(body: string, { connection, observation }: Looked): Promise<Receipt> {
  const { owner, repo, publisher, ours } = connection;
  const { pulls } = publisher.octokit.rest;
  const base = observation.repository.defaultBranch;
  try {
    const title = promotionTitle({ branch: NEXT, onto: base });
    await pulls.create({ owner, repo, head: NEXT, base, title, body });
    return DONE;
  } catch (error) {
    const { data } = await pulls.list({ owner, repo, head: `${owner}:${NEXT}`, base, state: "open" });
    const mine = data.find(({ user }) => user && ours.has(user.id));
    if (mine?.body === body) return DONE;
    // Refused for good: whoever may open pull requests at all is asked by another way.
    const status = statusOf(error);
    if (status === 401 || status === null) throw error;
    return stale(wordsOf(error));
  }
}
