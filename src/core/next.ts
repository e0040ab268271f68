/** What `daybreak/next` should consist of, and what takes a milestone off it. Pure; moves nothing. */

import { attemptsOf } from "#core/attempt.ts";
import type { Decision, DecisionOf } from "#core/decision.ts";
import { linesOf } from "#core/journal.ts";
import type { Milestone, MilestoneId, Sha, Slug } from "#core/milestone.ts";
import { haltOf, type Observation, type PromotionPull, type Unpromoted } from "#core/observation.ts";

type World = Pick<Observation, "promotion" | "journal" | "roadmap" | "repository">;
type Drop = DecisionOf<"drop">;

/** What the branch should be: these commits, in this order, on top of that one. */
type NextShould = {
  onto: Sha;
  keep: Unpromoted[];
  /** Milestones that have to go and of which nobody has written so yet. */
  drops: Drop[];
  /** Why it is not what it should be; null: it is. */
  because: string | null;
};

/**
 * The commits that the default branch lacks and nobody wants gone, on top of the default branch. What its own roadmap
 * calls done was promoted, by whatever way; a merge, a squash and a rebase need no telling apart.
 */
export function nextShould(world: World): NextShould | null {
  const { promotion, repository } = world;
  if (promotion?.next == null) return null;
  const gone = new Set<MilestoneId>();
  const fates = promotion.unpromoted.map((one) => {
    const fate = fateOf(one, gone, world);
    if (fate !== "keep" && fate !== "promoted" && one.of) gone.add(one.of.milestone);
    return { one, fate };
  });
  const left = fates.filter(({ fate }) => fate !== "keep" && fate !== "promoted");
  const taken = [...new Set(left.flatMap(({ one }) => one.of?.milestone ?? []))].join(", ");
  const keep = fates.filter(({ fate }) => fate === "keep").map(({ one }) => one);
  const moved = promotion.holds ? null : `${repository.defaultBranch} has moved`;
  return {
    onto: promotion.onto,
    keep,
    drops: fates.flatMap(({ fate }) => (typeof fate === "string" ? [] : [fate])),
    because: moved ?? (left.length === 0 ? null : `${taken} ${gone.size === 1 ? "was" : "were"} dropped`),
  };
}

/** Whether the branch must become something else before anything may land on it. */
export function awaitsRebuild({ promotion }: Pick<Observation, "promotion">): boolean {
  return promotion?.next != null && promotion.rebuilt !== null;
}

/** The promotion that its reader closed: that means no, until he says otherwise. */
export function pausedBy({
  promotion,
  blockers,
  journal,
}: Pick<Observation, "promotion" | "blockers" | "journal">): PromotionPull | null {
  const pull = promotion?.pull ?? null;
  if (promotion === null || pull === null || !pull.ours || pull.state !== "closed") return null;
  // A branch that was moved or made anew since then is another one than the one he said no to.
  if (pull.head !== promotion.next || yetToPromote({ promotion, journal }).length === 0) return null;
  return isAnswered(pull, blockers) ? null : pull;
}

/** Somebody was asked about this closed pull request, and closed the question: a new one may be opened. */
export function isAnswered({ number }: PromotionPull, blockers: Observation["blockers"]): boolean {
  const about = blockers.filter(({ key, because }) => key === PROMOTION && because.startsWith(`#${number} `));
  return about.length > 0 && about.every(({ open }) => !open);
}

/**
 * What the promotion is about: milestones the default branch does not call done, and commits of the owner's. What was
 * taken back, and the commit that did it, come to nothing together.
 */
export function yetToPromote({
  promotion,
  journal,
}: Pick<Observation, "promotion" | "journal">): Unpromoted[] {
  const promoted = new Set(promotion?.promoted);
  const back = new Set(linesOf(journal, "reverted").flatMap(({ commit, head }) => [commit, head]));
  return (promotion?.unpromoted ?? []).filter(
    ({ commit, of }) => !back.has(commit) && (of === null || !promoted.has(of.milestone)),
  );
}

export const PROMOTION = "promotion";
export const NEXT_STUCK = "next";

/** Creates the branch for what is about to start, or sets it to the default branch where it holds nothing else. */
export function founding(observation: Observation, startsSomething: boolean): Decision[] {
  const { promotion, repository } = observation;
  if (promotion === null || haltOf(observation) !== null) return [];
  const renew = { do: "renew", to: promotion.onto } as const;
  if (promotion.next === null) {
    const lost = lostWith(observation);
    const because = `there is none; begins at ${repository.defaultBranch}`;
    return lost.length > 0 || startsSomething ? [...lost, { ...renew, from: null, because }] : [];
  }
  if (dropsDue(observation).length > 0 || !isEmptied(observation)) return [];
  const because = nextShould(observation)?.because ?? "";
  return [{ ...renew, from: promotion.next, because }];
}

/** Brings the branch to what it should be: drops first, then the commits to be tested. */
export function rebuilding(observation: Observation): Decision[] {
  const { promotion } = observation;
  if (!promotion?.rebuilt || pausedBy(observation) !== null) return [];
  const drops = dropsDue(observation);
  if (drops.length > 0) return drops;
  if (isEmptied(observation)) return founding(observation, false);
  const tip = promotion.rebuilt.chain.at(-1);
  if (!tip || tip.commit === promotion.staged || promotion.rebuilt.left.length > 0) return [];
  return [{ do: "rebuild", head: tip.commit, expected: promotion.staged }];
}

/** The milestone a commit of the branch belongs to, as the roadmap has it now. */
export function milestoneOf({ of }: Unpromoted, { roadmap }: Pick<Observation, "roadmap">): Milestone | null {
  return roadmap.milestones.find(({ id }) => id === of?.milestone) ?? null;
}

/** Nothing is left of it but the default branch itself. */
function isEmptied(observation: Observation): boolean {
  const rebuilt = observation.promotion?.rebuilt;
  if (!rebuilt || pausedBy(observation) !== null) return false;
  return rebuilt.chain.length === 0 && rebuilt.left.every(({ commit }) => !isOwners(commit, observation));
}

/** Those that have to go, and those that real git could not put on top of the default branch. */
function dropsDue(observation: Observation): Drop[] {
  const { promotion, repository } = observation;
  const { drops = [], keep = [] } = nextShould(observation) ?? {};
  const conflicting = (promotion?.rebuilt?.left ?? []).flatMap(({ commit, conflicts }): Drop[] => {
    const one = keep.find((kept) => kept.commit === commit);
    const because = `conflicts with ${repository.defaultBranch} in ${conflicts.join(", ")}`;
    return one?.of ? [dropOf(one, "conflict", because, observation)] : [];
  });
  return [...drops, ...conflicting];
}

function isOwners(commit: Sha, { promotion }: Observation): boolean {
  return promotion?.unpromoted.some((one) => one.commit === commit && one.of === null) ?? false;
}

/** `gone`: milestones below it that go. A drop: it has to go, and nobody has written so yet. */
function fateOf(
  one: Unpromoted,
  gone: ReadonlySet<MilestoneId>,
  world: World,
): "keep" | "promoted" | "out" | Drop {
  const { promotion, journal } = world;
  const reverts = linesOf(journal, "reverted");
  if (one.of === null) return reverts.some(({ head }) => head === one.commit) ? "promoted" : "keep";
  const { milestone, attempt, spec } = one.of;
  if (promotion?.promoted.includes(milestone)) return "promoted";
  const slug = slugOf(one, world);
  const mine = (line: { slug: Slug; attempt: number }) => line.slug === slug && line.attempt === attempt;
  if (reverts.some(mine)) return "promoted";
  if (linesOf(journal, "dropped").some(mine)) return "out";
  const { ticked = [], number = 0 } = promotion?.pull ?? {};
  if (ticked.some(mine)) return dropOf(one, "owner", `#${number} says to drop it`, world);
  const contract = promotion?.contracts[milestone];
  // A status says whether it is done; by another contract it is not.
  if (promotion?.holds === false && contract !== undefined && contract !== spec)
    return dropOf(one, "conflict", `its contract has changed on ${world.repository.defaultBranch}`, world);
  const missing = milestoneOf(one, world)?.dependsOn.filter((id) => gone.has(id)) ?? [];
  if (missing.length === 0) return "keep";
  return dropOf(one, "dependency", `it depends on ${missing.join(", ")}, which is dropped`, world);
}

function dropOf(one: Unpromoted, by: Drop["by"], because: string, world: Pick<Observation, "roadmap">): Drop {
  if (one.of === null) throw new Error("only a milestone can be dropped");
  const { milestone, attempt, spec } = one.of;
  return { do: "drop", milestone, slug: slugOf(one, world), attempt, spec, commit: one.commit, by, because };
}

function slugOf(one: Unpromoted, world: Pick<Observation, "roadmap">): Slug {
  return milestoneOf(one, world)?.slug ?? (one.of?.milestone as string as Slug);
}

/**
 * Somebody deleted the branch: what had landed there only, and what GitHub closed because its base was gone, starts
 * again from its own commit.
 */
function lostWith(observation: Observation): Drop[] {
  const { roadmap, blockers, pulls, policy, journal } = observation;
  const reverted = linesOf(journal, "reverted");
  return attemptsOf(observation).flatMap((attempt): Drop[] => {
    const { slug, number, state, sha } = attempt;
    const milestone = roadmap.milestones.find((one) => one.slug === slug);
    if (milestone?.status !== "planned") return [];
    if (reverted.some((line) => line.slug === slug && line.attempt === number)) return [];
    const closed =
      state === "closed by a human" &&
      pulls.some((pull) => pull.number === attempt.pull && pull.base === policy.branch) &&
      !blockers.some(({ key }) => key === slug);
    const commit = state === "landed" ? attempt.commit : closed ? sha : null;
    if (commit === null) return [];
    const spec = attempt.spec ?? milestone.spec;
    const subject = { milestone: milestone.id, slug, attempt: number, spec };
    return [{ do: "drop", ...subject, commit, by: "gone", because: `${policy.branch} was deleted` }];
  });
}
