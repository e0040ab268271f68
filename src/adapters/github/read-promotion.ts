/** What git and GitHub say of `daybreak/next` beyond its being the landing branch. Makes commits in thought, moves nothing. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { readCommits, readObjects, readText, treeOf } from "#adapters/git/objects.ts";
import { fetch, type Remote } from "#adapters/git/remote.ts";
import { stage } from "#adapters/git/stage.ts";
import { mergeTrees } from "#adapters/git/writing.ts";
import type { Connection } from "#adapters/github/connection.ts";
import type { RepositoryFacts } from "#adapters/github/read-repository.ts";
import { Sha } from "#core/milestone.ts";
import { nextShould } from "#core/next.ts";
import type { Promotion, PromotionPull, Unpromoted } from "#core/observation.ts";
import { NEXT } from "#core/policy.ts";
import { renderLanded } from "#core/render.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { parseTrailers } from "#core/trailers.ts";
import { tickedIn } from "#prose/promotion.ts";

export const NEXT_REF = `refs/heads/${NEXT}`;
export const REBUILD_REF = "refs/heads/daybreak/rebuild";

/** Commits of either branch that are looked through at first, then, then all: most promotions are short. */
const DEPTHS = [50, 1_000, 2_147_483_647] as const;

type Rebuilt = NonNullable<Promotion["rebuilt"]>;

export async function readPromotion(
  connection: Connection,
  facts: RepositoryFacts,
  repository: { fullName: string; private: boolean; defaultBranch: string },
): Promise<Promotion | null> {
  const { policy, tips, journal, roadmap } = facts;
  const { defaultBranch } = repository;
  const onto = tips.get(`refs/heads/${defaultBranch}`);
  if (policy.land !== "next" || !onto) return null;
  const { git, remote, actions } = connection;
  const next = tips.get(NEXT_REF) ?? null;
  const from = { url: remote, token: actions.token };
  const [differing, pull, written] = await Promise.all([
    next === null ? { holds: false, unpromoted: [] } : differenceOf(git, from, onto, next),
    readPull(connection, defaultBranch),
    readText(git, onto, policy.roadmap),
  ]);
  const contracts = parseRoadmap(written ?? "").milestones;
  const seen: Promotion = {
    onto,
    next,
    ...differing,
    promoted: contracts.filter(({ status }) => status === "done").map(({ id }) => id),
    contracts: Object.fromEntries(contracts.map(({ id, spec }) => [id, spec])),
    rebuilt: null,
    staged: tips.get(REBUILD_REF) ?? null,
    pull,
  };
  const should = nextShould({ promotion: seen, journal, roadmap, repository });
  return should?.because == null ? seen : { ...seen, rebuilt: await rebuild(git, onto, should.keep, facts) };
}

/** What the two branches do not share. Asks for more history until none of it is cut off. */
async function differenceOf(
  git: Git,
  from: Remote,
  onto: Sha,
  next: Sha,
): Promise<Pick<Promotion, "holds" | "unpromoted">> {
  if (onto === next) return { holds: true, unpromoted: [] };
  const list = async (): Promise<string[]> => {
    const args = ["rev-list", "--left-right", "--topo-order", "--reverse", `${onto}...${next}`];
    return (await git.raw(args)).output.toString().split("\n").filter(Boolean);
  };
  let found = await list();
  for (const depth of DEPTHS) {
    const cut = await shallowOf(git);
    if (!found.some((line) => cut.has(line.slice(1)))) break;
    await fetch(git, { ...from, wants: [onto, next], depth });
    found = await list();
  }
  const ours = found.flatMap((line) => (line.startsWith(">") ? [line.slice(1)] : []));
  const commits = await readCommits(git, ours);
  return {
    holds: found.every((line) => line.startsWith(">")),
    unpromoted: commits.flatMap(({ sha, parents, tree, message }): Unpromoted[] => {
      const [parent, ...others] = parents;
      if (!parent || others.length > 0) return [];
      const trailers = parseTrailers(message);
      const isMilestones = trailers !== null && trailers.ceiling === null;
      const { milestone, attempt, spec } = trailers ?? {};
      const of = isMilestones && milestone && attempt && spec ? { milestone, attempt, spec } : null;
      return [{ commit: sha, parent, tree, title: message.split("\n", 1).join("").slice(0, 200), of }];
    }),
  };
}

/** Commits whose parents were not brought here. */
async function shallowOf(git: Git): Promise<ReadonlySet<string>> {
  try {
    return new Set((await readFile(join(git.directory, "shallow"), "utf8")).split("\n").filter(Boolean));
  } catch {
    return new Set();
  }
}

/** Puts commit after commit on top. The same inputs give the same ids, so that every look finds what an earlier one staged. */
async function rebuild(
  git: Git,
  onto: Sha,
  keep: readonly Unpromoted[],
  facts: RepositoryFacts,
): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { chain: [], left: [] };
  let tip = onto;
  for (const one of keep) {
    const staged = one.parent === tip ? { tree: one.tree } : await stageOn(git, tip, one, facts);
    if ("conflicts" in staged) {
      rebuilt.left.push({ commit: one.commit, conflicts: staged.conflicts });
      continue;
    }
    // Somebody brought the same change to the default branch by himself.
    if (one.of === null && staged.tree === (await treeOf(git, tip))) continue;
    const commit =
      one.parent === tip ? one.commit : await moved(git, one.commit, { tree: staged.tree, parent: tip });
    rebuilt.chain.push({ ...one, commit, parent: tip, tree: staged.tree });
    tip = commit;
  }
  return rebuilt;
}

/** A milestone's ✅ is rendered anew; what is nobody's milestone is taken whole. */
async function stageOn(
  git: Git,
  tip: Sha,
  { commit, parent, of }: Unpromoted,
  { policy, changelogPath }: RepositoryFacts,
): Promise<{ tree: Sha } | { conflicts: string[] }> {
  if (of === null) return await mergeTrees(git, { base: parent, ours: tip, theirs: commit });
  const { milestones } = parseRoadmap((await readText(git, tip, policy.roadmap)) ?? "");
  const milestone = milestones.find(({ id, status }) => id === of.milestone && status !== "unmarked");
  if (!milestone) return { conflicts: [policy.roadmap] };
  const staged = await stage({
    git,
    base: tip,
    patch: { commit, parent },
    roadmapPath: policy.roadmap,
    changelogPath,
    render: (files) => renderLanded(files, milestone),
  });
  return "refused" in staged ? { conflicts: [staged.refused] } : staged;
}

/** The same commit in another place: author, dates and message as they were. A signature would not be true any more. */
async function moved(git: Git, commit: Sha, { tree, parent }: { tree: Sha; parent: Sha }): Promise<Sha> {
  const text = (await readObjects(git, [commit])).get(commit)?.bytes.toString() ?? "";
  const split = text.indexOf("\n\n");
  const kept = text
    .slice(0, split)
    .split("\n")
    .filter((line) => /^(author|committer|encoding) /.test(line));
  const input = [`tree ${tree}`, `parent ${parent}`, ...kept].join("\n") + text.slice(split);
  const { output } = await git.raw(["hash-object", "-t", "commit", "-w", "--stdin"], { input });
  return Sha.parse(output.toString().trim());
}

/** The open one, else the youngest, by head and base; whose it is says its author. */
async function readPull(
  { owner, repo, publisher, ours }: Connection,
  base: string,
): Promise<PromotionPull | null> {
  const asked = { owner, repo, head: `${owner}:${NEXT}`, base, state: "all", per_page: 100 } as const;
  const { data } = await publisher.octokit.rest.pulls.list({ ...asked, sort: "created", direction: "desc" });
  const mine = data.filter((one) => one.head.ref === NEXT && one.head.repo?.id === one.base.repo.id);
  const pull = mine.find(({ state }) => state === "open") ?? mine[0];
  if (!pull) return null;
  const isOurs = pull.user !== null && ours.has(pull.user.id);
  const body = pull.body ?? "";
  return {
    number: pull.number,
    head: Sha.parse(pull.head.sha),
    state: pull.merged_at !== null ? "merged" : pull.state === "open" ? "open" : "closed",
    ours: isOurs,
    body,
    ticked: isOurs ? tickedIn(body) : [],
  };
}
