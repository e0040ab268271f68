/** Reads what the owner's own checks say of the landing branch, and our commits that take something back. Writes nothing. */

import { type Commit, readCommit, readCommits } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import type { Connection } from "#adapters/github/connection.ts";
import { ended, PAGE, readChecks } from "#adapters/github/read-github.ts";
import type { RepositoryFacts } from "#adapters/github/read-repository.ts";
import { VERIFY } from "#core/gates.ts";
import { type Sha, Slug } from "#core/milestone.ts";
import type { Blocker, Landmark, Pull, RevertRef, Rules } from "#core/observation.ts";
import { belowOf, isOurs, isWatched, wordOf } from "#core/watch.ts";

/** Commits of a red branch that are looked at: the longest train. */
const MOST_STEPS = 50;

/** GitHub Actions: its checks are read as runs, which say on which branch they ran. */
const ACTIONS_APP = 15_368;

const REVERT = /^refs\/heads\/daybreak\/revert\/([^/]+)\/([1-9]\d{0,5})$/;

export type Watched = {
  facts: RepositoryFacts;
  rules: Rules;
  pulls: Pull[];
  blockers: Blocker[];
  /** File name of the workflow that Daybreak itself runs in: its failures are no news of the branch. */
  own: string;
};

/** Empty where nothing of ours stands at the tip. Below a tip that is not red nothing is asked. */
export async function readTrail(connection: Connection, watched: Watched): Promise<Landmark[]> {
  const { facts, blockers, pulls } = watched;
  const { landing, policy } = facts;
  const records = { ...facts, pulls };
  const tip = await readCommit(connection.git, landing.sha);
  const at = { commit: tip.sha, parents: tip.parents };
  if (policy.land === "pull-request" || !isWatched(at, { ...records, blockers })) return [];
  const trail = [await landmarkOf(tip, connection, watched)];
  if (trail.some((one) => wordOf(one) !== "red")) return trail;
  const { git, remote, actions } = connection;
  await fetch(git, { url: remote, token: actions.token, wants: [landing.sha], depth: MOST_STEPS + 2 });
  let below = belowOf(at, records);
  while (below !== undefined && trail.length <= MOST_STEPS) {
    const [commit] = await readCommits(git, [below]);
    if (!commit) break;
    const landmark = await landmarkOf(commit, connection, watched);
    trail.push(landmark);
    if (wordOf(landmark) === "green" || !isOurs(landmark, records)) break;
    below = belowOf(landmark, records);
  }
  return trail;
}

async function landmarkOf(
  { sha, parents, tree }: Commit,
  connection: Connection,
  watched: Watched,
): Promise<Landmark> {
  const [workflows, others] = await Promise.all([
    workflowsOn(sha, connection, watched),
    requiredOn(sha, connection, watched.rules),
  ]);
  return { commit: sha, parents, tree, checks: [...workflows, ...others] };
}

/** Runs of the branch itself, and those that we asked for; of each workflow the newest one. */
async function workflowsOn(
  head_sha: Sha,
  { owner, repo, actions }: Connection,
  { facts: { landing, policy }, own }: Watched,
): Promise<Landmark["checks"]> {
  const { data } = await actions.octokit.rest.actions.listWorkflowRunsForRepo({
    owner,
    repo,
    head_sha,
    per_page: PAGE,
  });
  const newest = new Map<string, Landmark["checks"][number]>();
  for (const { path, event, head_branch, status, conclusion } of data.workflow_runs) {
    const name = path.split("@", 1).join("").split("/").at(-1) ?? path;
    const asked = event === "workflow_dispatch" && isAsked(name, head_branch, policy["after-landing"]);
    if (name === own || newest.has(name) || !(asked || (event === "push" && head_branch === landing.branch)))
      continue;
    const said = status === "completed" ? ended(conclusion) : "pending";
    newest.set(name, { name, workflow: true, conclusion: said });
  }
  return [...newest.values()];
}

/** Not whatever somebody starts by hand on the branch: a deployment is no check. */
function isAsked(name: string, branch: string | null, afterLanding: readonly string[]): boolean {
  return afterLanding.includes(name) || (branch?.startsWith("daybreak/m/") ?? false);
}

/** What other apps and statuses say counts where a rule asks for it. */
async function requiredOn(
  sha: Sha,
  connection: Connection,
  { required }: Rules,
): Promise<Landmark["checks"]> {
  const names = new Set(required.map(({ name }) => name).filter((name) => name !== VERIFY));
  if (names.size === 0) return [];
  const checks = await readChecks(connection, sha);
  return checks
    .filter(({ name, app }) => names.has(name) && app !== ACTIONS_APP)
    .map(({ name, conclusion }) => ({ name, workflow: false, conclusion }));
}

export async function readReverts({ git }: Connection, tips: ReadonlyMap<string, Sha>): Promise<RevertRef[]> {
  const found = [...tips].flatMap(([ref, sha]) => {
    const [, name, number] = REVERT.exec(ref) ?? [];
    const slug = Slug.safeParse(name);
    return slug.success ? [{ slug: slug.data, attempt: Number(number), sha }] : [];
  });
  return await Promise.all(
    found.map(async (one) => {
      const { parents, tree } = await readCommit(git, one.sha);
      return { ...one, parents, tree };
    }),
  );
}
