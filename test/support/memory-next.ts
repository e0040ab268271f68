/** `daybreak/next` in memory: what a look sees of it, and the four effects it has. Decides nothing. */

import type { DecisionOf } from "#core/decision.ts";
import type { Sha, Slug } from "#core/milestone.ts";
import { nextShould } from "#core/next.ts";
import type { Observation, Promotion, Unpromoted } from "#core/observation.ts";
import { NEXT } from "#core/policy.ts";
import { parseRoadmap, type Roadmap } from "#core/roadmap.ts";
import { parseTrailers } from "#core/trailers.ts";
import type { Receipt } from "#ports/forge.ts";
import { tickedIn } from "#prose/promotion.ts";
import { applyEdits, editsBetween } from "./memory-git.ts";
import { codeEdits, stageIn } from "./memory-stage.ts";
import { CHANGELOG, type MemoryWorld, ROADMAP } from "./memory-world.ts";

export const REBUILD = "daybreak/rebuild";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

export function promotionIn(
  world: MemoryWorld,
  { roadmap, journal }: Pick<Observation, "roadmap" | "journal">,
): Promotion | null {
  if (!world.rolls) return null;
  const { git, main } = world;
  const next = git.branches.get(NEXT) ?? null;
  const contracts = parseRoadmap(git.filesOf(main)[ROADMAP] ?? "").milestones;
  const seen: Promotion = {
    onto: main,
    next,
    holds: next !== null && git.isAncestor(main, next),
    unpromoted: next === null ? [] : lacking(world, next),
    promoted: contracts.filter(({ status }) => status === "done").map(({ id }) => id),
    contracts: Object.fromEntries(contracts.map(({ id, spec }) => [id, spec])),
    rebuilt: null,
    staged: git.branches.get(REBUILD) ?? null,
    pull: pullIn(world),
  };
  const repository = { fullName: "owner/notes", private: false, defaultBranch: "main" };
  const should = nextShould({ promotion: seen, journal, roadmap, repository });
  return should?.because == null ? seen : { ...seen, rebuilt: rebuild(world, should.keep, roadmap) };
}

function pullIn({ promotions }: MemoryWorld): Promotion["pull"] {
  const pull = promotions.find(({ state }) => state === "open") ?? promotions.at(-1);
  return pull ? { ...pull, ours: true, ticked: tickedIn(pull.body) } : null;
}

/** Oldest first, merges left out. */
function lacking({ git, main }: MemoryWorld, tip: Sha): Unpromoted[] {
  const found = new Map<Sha, Unpromoted | null>();
  const walk = (sha: Sha): void => {
    if (found.has(sha) || git.isAncestor(sha, main)) return;
    const { parents, tree, message } = git.read(sha);
    for (const one of parents) walk(one);
    const [parent] = parents;
    const trailers = parseTrailers(message);
    const of = trailers && { milestone: trailers.milestone, attempt: trailers.attempt, spec: trailers.spec };
    const title = message.split("\n", 1).join("");
    found.set(sha, parent && parents.length === 1 ? { commit: sha, parent, tree, title, of } : null);
  };
  walk(tip);
  return [...found.values()].filter((one) => one !== null);
}

function rebuild(
  world: MemoryWorld,
  keep: readonly Unpromoted[],
  roadmap: Roadmap,
): NonNullable<Promotion["rebuilt"]> {
  const { git } = world;
  const chain: Unpromoted[] = [];
  const left: { commit: Sha; conflicts: string[] }[] = [];
  let tip = world.main;
  for (const one of keep) {
    const milestone = roadmap.milestones.find(({ id }) => id === one.of?.milestone);
    const changelogPath = CHANGELOG in git.filesOf(tip) ? CHANGELOG : null;
    const staged =
      one.of && milestone
        ? stageIn(git, { base: tip, edits: codeEdits(git, one.commit), milestone, changelogPath })
        : picked(world, one, tip);
    if (!("tree" in staged)) {
      left.push({
        commit: one.commit,
        conflicts: "conflicts" in staged ? staged.conflicts : [staged.refused],
      });
      continue;
    }
    if (one.of === null && staged.tree === git.read(tip).tree) continue;
    const { message } = git.read(one.commit);
    const name = one.commit.replace(/'+$/, "");
    const commit =
      one.parent === tip ? one.commit : git.commit(name, { tree: staged.tree, parents: [tip], message });
    chain.push({ ...one, commit, parent: tip, tree: staged.tree });
    tip = commit;
  }
  return { chain, left };
}

/** The owner's own commits are taken whole, rendered files and all. */
function picked({ git }: MemoryWorld, { commit, parent }: Unpromoted, tip: Sha) {
  const applied = applyEdits(git.filesOf(tip), editsBetween(git.filesOf(parent), git.filesOf(commit)));
  return "conflicts" in applied ? applied : { tree: git.treeOf(applied.files) };
}

/** All branches as they are to be, or none. */
export function renew(world: MemoryWorld, { from, to }: DecisionOf<"renew">): Receipt {
  const { branches } = world.git;
  if (branches.get(NEXT) === to) return DONE;
  if ((branches.get(NEXT) ?? null) !== from) return stale(`refs/heads/${NEXT} moved`);
  if (world.setting.refuses.landing !== null) return stale(world.setting.refuses.landing);
  world.write("renew next", () => {
    world.moveNext(to);
    branches.delete(REBUILD);
  });
  return DONE;
}

export function stageRebuild(world: MemoryWorld, { head, expected }: DecisionOf<"rebuild">): Receipt {
  const { branches } = world.git;
  const stands = branches.get(REBUILD) ?? null;
  if (stands === head) return DONE;
  if (stands !== expected) return stale(`refs/heads/${REBUILD} moved`);
  world.write("push the rebuild", () => branches.set(REBUILD, head));
  return DONE;
}

export function promote(world: MemoryWorld, { pull, seen, body }: DecisionOf<"promote">): Receipt {
  const open = world.promotions.find(({ state }) => state === "open");
  if (pull === null && open) return open.body === body ? DONE : stale(`#${open.number} is open already`);
  if (pull === null) {
    const refused = world.setting.refuses.pulls;
    if (refused !== null) return stale(refused);
    world.write("open the promotion", () => {
      const head = world.git.branches.get(NEXT) ?? world.main;
      world.promotions.push({ number: world.number(), head, state: "open", body });
    });
    return DONE;
  }
  if (open?.number !== pull) return stale(`#${pull} is not open`);
  if (open.body === body) return DONE;
  if (open.body !== seen) return stale(`#${pull} was edited`);
  world.write("edit the promotion", () => {
    open.body = body;
  });
  return DONE;
}

/** The attempts a human may tick. */
export function boxOf(body: string, slug: Slug | string): string {
  return body
    .split("\n")
    .map((line) => (line.includes(`<!-- daybreak:drop ${slug}/`) ? line.replace("- [ ]", "- [x]") : line))
    .join("\n");
}
