/** What GitHub's REST says: pulls, issues, checks and runs. Reads, never writes; keeps only what is ours. */

import type { Octokit } from "@octokit/rest";
import { type Connection, statusOf } from "#adapters/github/connection.ts";
import { Sha, Slug } from "#core/milestone.ts";
import { type AttemptRef, type Blocker, Check, type Observation, type Pull } from "#core/observation.ts";
import { parseBlocker } from "#prose/issue.ts";
import { isDashboard } from "#prose/morning.ts";

/** The label of every issue of ours. */
export const LABEL = "daybreak";

/** The label that stops everything, on any open issue or pull request. */
export const STOP_LABEL = "daybreak:stop";

/** Entries of one page: the most GitHub gives. */
export const PAGE = 100;

const ATTEMPT_HEAD = /^daybreak\/m\/([^/]+)\/([1-9]\d{0,5})$/;

type Rest = Octokit["rest"];
type PullData = Awaited<ReturnType<Rest["pulls"]["list"]>>["data"][number];

/**
 * Ours by author id, repository and head ref: never by login, label or text. `since`: when the first attempt that the
 * journal knows was claimed; nothing of ours is older.
 */
export async function readPulls(connection: Connection, since: Promise<string | null>): Promise<Pull[]> {
  const { owner, repo, publisher } = connection;
  const pulls: Pull[] = [];
  const pages = publisher.octokit.paginate.iterator(publisher.octokit.rest.pulls.list, {
    owner,
    repo,
    state: "all",
    sort: "created",
    direction: "desc",
    per_page: PAGE,
  });
  for await (const { data } of pages) {
    pulls.push(...data.flatMap((pull) => ourPull(pull, connection)));
    const oldest = data.at(-1)?.created_at;
    if (data.length < PAGE || oldest === undefined) break;
    const first = await since;
    if (first !== null && oldest < first) break;
  }
  return pulls.toSorted((one, other) => one.number - other.number);
}

function ourPull(pull: PullData, { ours }: Connection): Pull[] {
  const [, name, number] = ATTEMPT_HEAD.exec(pull.head.ref) ?? [];
  const slug = Slug.safeParse(name);
  const foreign = !pull.user || !ours.has(pull.user.id) || pull.head.repo?.id !== pull.base.repo.id;
  if (!slug.success || foreign) return [];
  const state = pull.merged_at !== null ? "merged" : pull.state === "open" ? "open" : "closed";
  return [
    {
      number: pull.number,
      slug: slug.data,
      attempt: Number(number),
      head: Sha.parse(pull.head.sha),
      base: pull.base.ref,
      state,
    },
  ];
}

type Issues = { blockers: Blocker[]; dashboard: Observation["reported"]["dashboard"] };

export async function readIssues({ owner, repo, actions, ours }: Connection): Promise<Issues> {
  const { octokit } = actions;
  const all = await octokit.paginate(octokit.rest.issues.listForRepo, {
    owner,
    repo,
    labels: LABEL,
    state: "all",
    sort: "created",
    direction: "asc",
    per_page: PAGE,
  });
  const issues = all.filter(({ user, pull_request }) => user && ours.has(user.id) && !pull_request);
  const dashboard = issues.find(({ state, body }) => state === "open" && isDashboard(body ?? ""));
  return {
    dashboard: dashboard ? { issue: dashboard.number, body: dashboard.body ?? "" } : null,
    blockers: issues.flatMap(({ number, state, body }) => {
      const question = parseBlocker(body ?? "");
      return question ? [{ issue: number, open: state === "open", ...question }] : [];
    }),
  };
}

/** Who stopped us, in words, or null. */
export async function readStop({ owner, repo, actions }: Connection): Promise<string | null> {
  const { data } = await actions.octokit.rest.issues.listForRepo({
    owner,
    repo,
    labels: STOP_LABEL,
    state: "open",
    per_page: 1,
  });
  return data[0] ? `#${data[0].number} carries the label ${STOP_LABEL}` : null;
}

/** Every report on one head: check runs of all apps, and the newest status of each context. */
export async function readChecks(connection: Connection, head: Sha): Promise<Check[]> {
  const { owner, repo, actions, appBot } = connection;
  const { octokit } = actions;
  const at = { owner, repo, ref: head, per_page: PAGE };
  const [runs, statuses] = await Promise.all([
    octokit.paginate(octokit.rest.checks.listForRef, at),
    octokit.paginate(octokit.rest.repos.listCommitStatusesForRef, at),
  ]);
  const newest = new Map(statuses.toReversed().map((status) => [status.context, status]));
  return [
    ...runs.map(({ name, app, status, conclusion }) => ({
      head,
      name,
      app: app?.id ?? null,
      conclusion: status === "completed" ? ended(conclusion) : ("pending" as const),
      byOurApp: false,
    })),
    ...[...newest.values()].map(({ context, state, creator }) => ({
      head,
      name: context,
      app: null,
      conclusion: state === "error" ? ("failure" as const) : stateOf(state),
      byOurApp: appBot !== null && creator?.id === appBot,
    })),
  ];
}

/** How a check can end. */
const Ending = Check.shape.conclusion.exclude(["pending", "unreadable"]);

export function ended(conclusion: string | null): Check["conclusion"] {
  return Ending.safeParse(conclusion).data ?? "unreadable";
}

function stateOf(state: string): Check["conclusion"] {
  return (["success", "failure", "pending"] as const).find((one) => one === state) ?? "unreadable";
}

/** Runs on these heads that GitHub parked until somebody approves them. */
export async function readParked(
  { owner, repo, actions }: Connection,
  heads: ReadonlySet<string>,
): Promise<Observation["parked"]> {
  const { data } = await actions.octokit.rest.actions.listWorkflowRunsForRepo({
    owner,
    repo,
    status: "action_required",
    per_page: PAGE,
  });
  return data.workflow_runs
    .filter(({ head_sha }) => heads.has(head_sha))
    .map(({ id, name, head_sha }) => ({ head: Sha.parse(head_sha), run: id, name: name ?? "a workflow" }));
}

/** Of the runs that hold claims, those that have not ended. A run that is gone has ended. */
export async function readActiveCycles(
  { owner, repo, actions }: Connection,
  own: number,
  refs: readonly AttemptRef[],
): Promise<number[]> {
  const cycles = new Set(refs.flatMap(({ trailers }) => (trailers?.ceiling == null ? [] : [trailers.cycle])));
  cycles.delete(own);
  const active = await Promise.all(
    [...cycles].map(async (run_id) => {
      try {
        const { data } = await actions.octokit.rest.actions.getWorkflowRun({ owner, repo, run_id });
        return data.status === "completed" ? [] : [run_id];
      } catch (error) {
        if (statusOf(error) === 404) return [];
        throw error;
      }
    }),
  );
  return [own, ...active.flat()];
}
