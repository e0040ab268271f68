/** Pull requests of single attempts: published, opened, attested and rejected, each step safe to repeat. Lands nothing. */

import { readCommit } from "#adapters/git/objects.ts";
import { push } from "#adapters/git/remote.ts";
import { commitTree } from "#adapters/git/writing.ts";
import { type Connection, wordsOf } from "#adapters/github/connection.ts";
import { appendState } from "#adapters/github/state-branch.ts";
import { type DecisionOf, type Subject, subjectOf } from "#core/decision.ts";
import { VERIFY } from "#core/gates.ts";
import { type JournalLine, linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { noteEntries, notePath } from "#core/notes.ts";
import type { Observation } from "#core/observation.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { ceilingOf } from "#core/policy.ts";
import { milestoneMessage } from "#core/trailers.ts";
import type { Receipt } from "#ports/forge.ts";
import { pullBody, pullTitle } from "#prose/pull-request.ts";
import { isRejectionComment, rejectionComment } from "#prose/rejection.ts";

export type Looked = { connection: Connection; observation: Observation };

export const DONE: Receipt = { outcome: "done" };
export const stale = (because: string): Receipt => ({ outcome: "stale", because });

/** When, in which night and by which run a receipt is written. */
export function stampOf({ now, night, cycle }: Observation) {
  return { at: now, night: night.name, cycle: cycle.id };
}

export async function publish(decision: DecisionOf<"publish">, looked: Looked): Promise<Receipt> {
  const { connection, observation } = looked;
  const { as, because, ask, code, until, spend, seconds, findings, tree, base } = decision;
  const line: JournalLine = {
    line: "published",
    ...stampOf(observation),
    ...subjectOf(decision),
    as,
    because,
    ask,
    code,
    until,
    spend,
    seconds,
    tree,
    findings,
  };
  const claim = refOf(decision, observation);
  const head = tree === null ? null : await commitOf(decision, { tree, base }, looked);
  // Beside the receipt, and with GITHUB_TOKEN: what is only kept for later wakes nobody's checks.
  const kept =
    as === "interrupted" && head !== null
      ? [{ ref: `refs/heads/${branchOf(decision)}`, to: head, expected: claim?.sha ?? null }]
      : [];
  const files = Object.fromEntries(
    noteEntries(decision.notes).map(([name, text]) => [notePath(decision, name), text]),
  );
  const written = await appendState(connection, { lines: [line], files, with: kept, at: observation.now });
  if (written.outcome === "stale" || as !== "pull" || head === null) return written;
  const pushed = await pushHead(decision, head, claim?.sha ?? null, connection);
  if (pushed.outcome === "stale") return pushed;
  const opened = await open(
    { ...decision, do: "open", head },
    {
      connection,
      observation: { ...observation, journal: [...observation.journal, line] },
    },
  );
  if (opened.outcome === "stale") return opened;
  return await attest(
    {
      do: "attest",
      milestone: decision.milestone,
      head,
      green: because.length === 0,
      because: because.join("; "),
    },
    looked,
  );
}

/** The one commit of an attempt's change. */
async function commitOf(
  subject: Subject,
  { tree, base }: { tree: Sha; base: Sha },
  { connection: { git }, observation }: Looked,
): Promise<Sha> {
  const title = observation.roadmap.milestones.find(({ slug }) => slug === subject.slug)?.title ?? "";
  const { date } = await readCommit(git, base);
  return await commitTree(git, {
    tree,
    parents: [base],
    message: messageOf(subject, title, observation),
    date,
  });
}

/** Opens the pull request of a pushed head, or finds the one that is open already. */
export async function open(
  decision: Subject & { do: "open"; head: Sha },
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { owner, repo, publisher } = connection;
  const branch = branchOf(decision);
  const milestone = observation.roadmap.milestones.find(({ slug }) => slug === decision.slug);
  if (!milestone) return stale("its milestone is gone from the roadmap");
  const receipt = linesOf(observation.journal, "published").findLast(
    ({ slug, attempt }) => slug === decision.slug && attempt === decision.attempt,
  );
  const { tree, parents } = await readCommit(connection.git, decision.head);
  const body = pullBody({
    ...subjectOf(decision),
    milestone,
    attempts: observation.policy.attempts,
    findings: receipt?.findings ?? [],
    because: receipt?.because ?? ["its evidence was lost; it is verified again"],
    spend: receipt?.spend ?? NOTHING_SPENT,
    ceiling: ceilingOf(observation.policy),
    base: parents[0] ?? observation.landing.sha,
    tree,
    land: observation.policy.land,
    run: `${connection.remote.replace(/\.git$/, "")}/actions/runs/${receipt?.cycle ?? observation.cycle.id}`,
  });
  try {
    await publisher.octokit.rest.pulls.create({
      owner,
      repo,
      head: branch,
      base: observation.landing.branch,
      title: pullTitle(milestone),
      body,
    });
    return DONE;
  } catch (error) {
    const { data } = await publisher.octokit.rest.pulls.list({
      owner,
      repo,
      head: `${owner}:${branch}`,
      state: "open",
    });
    const mine = data.find(
      ({ user, head }) => user && connection.ours.has(user.id) && head.sha === decision.head,
    );
    return mine ? DONE : stale(wordsOf(error));
  }
}

export async function attest(
  { head, green, because }: DecisionOf<"attest">,
  { connection }: Looked,
): Promise<Receipt> {
  const { owner, repo, publisher } = connection;
  await publisher.octokit.rest.repos.createCommitStatus({
    owner,
    repo,
    sha: head,
    context: VERIFY,
    state: green ? "success" : "failure",
    description: because.slice(0, 140),
  });
  return DONE;
}

export async function book(
  { opinions }: DecisionOf<"book">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const lines = opinions.map((one): JournalLine => ({ line: "opined", ...stampOf(observation), ...one }));
  return await appendState(connection, { lines, at: observation.now });
}

/** Comment, then receipt, then close: whoever finds it half done finishes it. */
export async function reject(
  decision: DecisionOf<"reject">,
  { connection, observation }: Looked,
): Promise<Receipt> {
  const { owner, repo, publisher, ours } = connection;
  const { octokit } = publisher;
  const { pull, counted, because, attempt, milestone } = decision;
  const at = { owner, repo, issue_number: pull };
  const comments = await octokit.paginate(octokit.rest.issues.listComments, { ...at, per_page: 100 });
  const said = comments.some(
    ({ user, body }) => user && ours.has(user.id) && isRejectionComment(body ?? "", attempt),
  );
  if (!said)
    await octokit.rest.issues.createComment({
      ...at,
      body: rejectionComment({ milestone, attempt, because, counted }),
    });
  const known = linesOf(observation.journal, "rejected").some((line) => line.pull === pull);
  const line: JournalLine = {
    line: "rejected",
    ...stampOf(observation),
    ...subjectOf(decision),
    pull,
    counted,
    because,
  };
  const written = known ? DONE : await appendState(connection, { lines: [line], at: observation.now });
  if (written.outcome === "stale") return written;
  await octokit.rest.pulls.update({ owner, repo, pull_number: pull, state: "closed" });
  return DONE;
}

async function pushHead(
  subject: Subject,
  head: Sha,
  expected: Sha | null,
  connection: Connection,
): Promise<Receipt> {
  const { git, remote, publisher } = connection;
  const ref = `refs/heads/${branchOf(subject)}`;
  const pushed = await push(git, {
    url: remote,
    token: publisher.token,
    updates: [{ ref, to: head, expected }],
  });
  return pushed.outcome === "done" ? DONE : stale(pushed.because);
}

export function messageOf(
  subject: Subject,
  title: string,
  { policy, cycle }: Observation,
  again = 0,
): string {
  return milestoneMessage(policy.message, { ...subjectOf(subject), title, cycle: cycle.id }, again);
}

export function refOf({ slug, attempt }: Subject, { refs }: Observation) {
  return refs.find((ref) => ref.slug === slug && ref.attempt === attempt);
}

export function branchOf({ slug, attempt }: Pick<Subject, "slug" | "attempt">): string {
  return `daybreak/m/${slug}/${attempt}`;
}
