/** Blockers and dashboard: issues of ours, found by list, created once, edited in place. */

import type { Connection } from "#adapters/github/connection.ts";
import { LABEL, readIssues } from "#adapters/github/read-github.ts";
import { attemptsOf } from "#core/attempt.ts";
import type { DecisionOf } from "#core/decision.ts";
import type { Observation } from "#core/observation.ts";
import { blockerBody, blockerTitle } from "#prose/issue.ts";
import { DASHBOARD_TITLE } from "#prose/morning.ts";

/** The number of the one open issue about this key: found, else created. */
export async function putQuestion(
  connection: Connection,
  question: DecisionOf<"block">,
  observation: Observation,
): Promise<number> {
  const known = await openAbout(question.key, connection);
  if (known !== null) return known;
  const milestone = observation.roadmap.milestones.find(({ slug }) => slug === question.key) ?? null;
  const tried = attemptsOf(observation).flatMap((attempt) =>
    attempt.slug === question.key && attempt.state === "rejected"
      ? [{ attempt: attempt.number, because: attempt.because }]
      : [],
  );
  const { key, because, ask } = question;
  const { owner, repo, actions } = connection;
  try {
    const created = await actions.octokit.rest.issues.create({
      owner,
      repo,
      title: blockerTitle({ milestone, because }),
      body: blockerBody({ milestone, key, because, ask, tried }),
      labels: [LABEL],
    });
    return await keepOldest(key, created.data.number, connection);
  } catch (error) {
    // The answer may be lost and the issue there: its receipt belongs into the journal all the same.
    const asked = await openAbout(key, connection);
    if (asked === null) throw error;
    return asked;
  }
}

/** GitHub cannot create an issue only if there is none: of two that were created at once the older one stays. */
async function keepOldest(key: string, mine: number, connection: Connection): Promise<number> {
  const oldest = (await openAbout(key, connection)) ?? mine;
  if (oldest !== mine) await closeIssue(connection, mine, `Already asked in #${oldest}.`);
  return oldest;
}

async function openAbout(key: string, connection: Connection): Promise<number | null> {
  const { blockers } = await readIssues(connection);
  return blockers.find((one) => one.open && one.key === key)?.issue ?? null;
}

export async function closeIssue(connection: Connection, issue: number, because: string): Promise<void> {
  const { owner, repo, actions } = connection;
  const at = { owner, repo, issue_number: issue };
  const { data } = await actions.octokit.rest.issues.get(at);
  if (data.state === "closed") return;
  await actions.octokit.rest.issues.createComment({ ...at, body: because });
  await actions.octokit.rest.issues.update({ ...at, state: "closed", state_reason: "completed" });
}

export async function putDashboard(connection: Connection, body: string): Promise<void> {
  const { owner, repo, actions } = connection;
  const { dashboard } = await readIssues(connection);
  if (dashboard?.body === body) return;
  if (dashboard)
    await actions.octokit.rest.issues.update({ owner, repo, issue_number: dashboard.issue, body });
  else
    await actions.octokit.rest.issues.create({ owner, repo, title: DASHBOARD_TITLE, body, labels: [LABEL] });
}
