/** One look at GitHub: everything a cycle needs to know, as one value. */

import { stage } from "#adapters/git/stage.ts";
import { type Connection, failureFrom } from "#adapters/github/connection.ts";
import * as github from "#adapters/github/read-github.ts";
import { readPromotion } from "#adapters/github/read-promotion.ts";
import { type RepositoryFacts, readRepository } from "#adapters/github/read-repository.ts";
import { readRules } from "#adapters/github/read-rules.ts";
import { readReverts, readTrail } from "#adapters/github/trail.ts";
import { linesOf, type NightName } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { nightOf } from "#core/night.ts";
import { type AttemptRef, type Blocker, NO_RULES, type Observation, type Pull } from "#core/observation.ts";
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
  const fullName = `${owner}/${repo}`;
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
    repository: { fullName, private: isPrivate, defaultBranch },
    mode,
    stop: facts.stop ? "there is a file STOP on daybreak/state" : label,
    policy: facts.policy,
    policyGiven: facts.policyGiven,
    problems: facts.problems,
    landing: facts.landing,
    promotion: await readPromotion(connection, facts, { fullName, private: isPrivate, defaultBranch }),
    roadmap: facts.roadmap,
    engineRules: facts.engineRules,
    changelogPath: facts.changelogPath,
    refs: await Promise.all(facts.refs.map(async (ref) => await withConflicts(connection, ref, open, facts))),
    pulls,
    activeCycles: await github.readActiveCycles(connection, cycle.id, unreported(facts)),
    ...(await readChecks(
      connection,
      { facts, pulls, blockers: issues.blockers },
      { defaultBranch, own: cycle.workflow, reads },
    )),
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

type Reported = Pick<Observation, "checks" | "parked" | "rules" | "trail" | "reverts">;

async function readChecks(
  connection: Connection,
  { facts, pulls, blockers }: { facts: RepositoryFacts; pulls: Pull[]; blockers: Blocker[] },
  { defaultBranch, own, reads }: { defaultBranch: string; own: string; reads: { checks: boolean } },
): Promise<Reported> {
  if (!reads.checks) return { checks: [], parked: [], rules: NO_RULES, trail: [], reverts: [] };
  const { landing, policy, tips } = facts;
  const reverts = await readReverts(connection, tips);
  const current = reverts.filter(({ parents }) => parents[0] === landing.sha).map(({ sha }) => sha);
  const open = pulls.filter(({ state }) => state === "open");
  const heads = [...open.map(({ head }) => head), ...current];
  const branches = [landing.branch, defaultBranch];
  const [checks, parked, rules] = await Promise.all([
    Promise.all(heads.map(async (head) => await github.readChecks(connection, head))),
    heads.length > 0 ? github.readParked(connection, new Set<string>(heads)) : [],
    readRules(connection, branches, policy.checks),
  ]);
  const trail = await readTrail(connection, { facts, rules, pulls, blockers, own });
  return { checks: checks.flat(), parked, rules, trail, reverts };
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
  { landing, roadmap, policy, changelogPath, refs }: RepositoryFacts,
): Promise<AttemptRef> {
  const [parent] = ref.parents;
  const isOpen = open.some(({ slug, attempt }) => slug === ref.slug && attempt === ref.attempt);
  const milestone = roadmap.milestones.find(({ slug }) => slug === ref.slug);
  const carriers = refs.filter(({ sha }) => open.some(({ head }) => head === sha));
  if (!isOpen || !parent || milestone?.status !== "planned" || standsOn(landing.sha, ref, carriers))
    return ref;
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

/** Directly, or on top of other open pull requests. */
function standsOn(tip: Sha, { parents }: AttemptRef, carriers: readonly AttemptRef[]): boolean {
  const carrier = carriers.find(({ sha }) => sha === parents[0]);
  return parents[0] === tip || (carrier !== undefined && standsOn(tip, carrier, carriers));
}
