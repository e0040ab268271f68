/** One look at GitHub: everything a cycle needs to know, as one value. */

import { stage } from "#adapters/git/stage.ts";
import { type Connection, failureFrom } from "#adapters/github/connection.ts";
import * as github from "#adapters/github/read-github.ts";
import { type RepositoryFacts, readRepository } from "#adapters/github/read-repository.ts";
import { linesOf, type NightName } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { nightOf } from "#core/night.ts";
import type { AttemptRef, Observation, Pull } from "#core/observation.ts";
import { renderLanded } from "#core/render.ts";
import { openNights } from "#core/report.ts";

/** What the workflow run says of itself. */
export type Cycle = Observation["cycle"] & { asked: NightName | null };

/** What was seen, and the refs as they were: whoever acts on it makes sure first that they have not moved. */
export type Look = { observation: Observation; tips: ReadonlyMap<string, Sha> };

export async function observe(
  connection: Connection,
  cycle: Cycle,
  /** `checks: false` for jobs that may not read checks and decide nothing by them. */
  reads: { checks: boolean },
): Promise<Look> {
  try {
    return await look(connection, cycle, reads);
  } catch (error) {
    throw failureFrom(error, "reading the repository");
  }
}

async function look(connection: Connection, cycle: Cycle, reads: { checks: boolean }): Promise<Look> {
  const { owner, repo, mode } = connection;
  const { defaultBranch, private: isPrivate } = connection.known ?? (await readFacts(connection));
  const repository = readRepository(connection, defaultBranch);
  const since = repository.then(
    ({ journal }) => linesOf(journal, "assigned")[0]?.at ?? null,
    () => null,
  );
  const [facts, pulls, issues, label] = await Promise.all([
    repository,
    github.readPulls(connection, since),
    github.readIssues(connection),
    github.readStop(connection),
  ]);
  const { journal } = facts;
  const open = pulls.filter(({ state }) => state === "open");
  const now = new Date().toISOString();
  const { asked, ...rest } = cycle;
  const observation: Observation = {
    now,
    cycle: rest,
    night: nightOf({
      now,
      trigger: cycle.trigger,
      asked,
      night: facts.policy.night,
      open: openNights({ journal }),
    }),
    repository: { fullName: `${owner}/${repo}`, private: isPrivate, defaultBranch },
    mode,
    stop: facts.stop ? "there is a file STOP on daybreak/state" : label,
    policy: facts.policy,
    policyGiven: facts.policyGiven,
    problems: facts.problems,
    landing: facts.landing,
    roadmap: facts.roadmap,
    changelogPath: facts.changelogPath,
    refs: await Promise.all(facts.refs.map(async (ref) => await withConflicts(connection, ref, open, facts))),
    pulls,
    activeCycles: await github.readActiveCycles(connection, cycle.id, unreported(facts)),
    ...(await readChecks(connection, facts, defaultBranch, open, reads)),
    blockers: issues.blockers,
    journal,
    reported: { dashboard: issues.dashboard, files: facts.files },
  };
  return { observation, tips: facts.tips };
}

async function readFacts({ owner, repo, actions }: Connection): Promise<NonNullable<Connection["known"]>> {
  const { data } = await actions.octokit.rest.repos.get({ owner, repo });
  return { defaultBranch: data.default_branch, private: data.private };
}

async function readChecks(
  connection: Connection,
  { landing, policy }: RepositoryFacts,
  defaultBranch: string,
  open: readonly Pull[],
  reads: { checks: boolean },
): Promise<Pick<Observation, "checks" | "parked" | "rules">> {
  if (!reads.checks)
    return { checks: [], parked: [], rules: { required: [], pullRequest: false, mergeQueue: false } };
  const heads = new Set<string>(open.map(({ head }) => head));
  const [checks, parked, rules] = await Promise.all([
    Promise.all(open.map(async ({ head }) => await github.readChecks(connection, head))),
    heads.size > 0 ? github.readParked(connection, heads) : [],
    github.readRules(connection, [landing.branch, defaultBranch], policy.checks),
  ]);
  return { checks: checks.flat(), parked, rules };
}

/** Claims without a receipt: only of these it matters whether their run is alive. */
function unreported({ refs, journal }: RepositoryFacts): AttemptRef[] {
  const reported = new Set(linesOf(journal, "published").map(({ slug, attempt }) => `${slug}/${attempt}`));
  return refs.filter(({ slug, attempt }) => !reported.has(`${slug}/${attempt}`));
}

/** Restacks in thought what would have to be restacked: real git says whether it conflicts. */
async function withConflicts(
  { git }: Connection,
  ref: AttemptRef,
  open: readonly Pull[],
  { landing, roadmap, policy, changelogPath }: RepositoryFacts,
): Promise<AttemptRef> {
  const [parent] = ref.parents;
  const isOpen = open.some(({ slug, attempt }) => slug === ref.slug && attempt === ref.attempt);
  const milestone = roadmap.milestones.find(({ slug }) => slug === ref.slug);
  if (!isOpen || !parent || parent === landing.sha || milestone?.status !== "planned") return ref;
  const staged = await stage({
    git,
    base: landing.sha,
    patch: { commit: ref.sha, parent },
    roadmapPath: policy.roadmap,
    changelogPath,
    render: (files) => renderLanded(files, milestone),
  });
  if ("refused" in staged) return { ...ref, conflicts: [staged.refused] };
  return { ...ref, conflicts: "conflicts" in staged ? staged.conflicts : [] };
}
