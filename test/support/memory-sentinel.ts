/** The part of the forge in memory that looks after a landing: the owner's own checks, and what is taken back. */

import { type DecisionOf, type Subject, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { Landmark, Observation, RevertRef } from "#core/observation.ts";
import { renderReverted } from "#core/render.ts";
import { revertMessage } from "#core/trailers.ts";
import { belowOf, isOurs, isWatched, type Records, wordOf } from "#core/watch.ts";
import type { Receipt } from "#ports/forge.ts";
import type { Desk } from "./memory-desk.ts";
import { applyEdits, editsBetween } from "./memory-git.ts";
import { fastForward } from "./memory-landing.ts";
import { isCode, type MemoryWorld, ROADMAP } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

const REVERT = /^daybreak\/revert\/([^/]+)\/(\d+)$/;

export function revertsIn({ git }: MemoryWorld): RevertRef[] {
  return [...git.branches].flatMap(([branch, sha]): RevertRef[] => {
    const [, slug, attempt] = REVERT.exec(branch) ?? [];
    if (slug === undefined) return [];
    const { parents, tree } = git.read(sha);
    return [{ slug: slug as RevertRef["slug"], attempt: Number(attempt), sha, parents: [...parents], tree }];
  });
}

/** Down from the tip, while it is red, to where it was green or somebody else's. */
export function trailOf(world: MemoryWorld, policy: Observation["policy"], records: Records): Landmark[] {
  const { blockers } = world;
  const at = (commit: Sha): Landmark => {
    const { parents, tree } = world.git.read(commit);
    const checks = world.runs
      .filter((run) => run.commit === commit)
      .map(({ name, conclusion }) => ({ name, workflow: true, conclusion }));
    return { commit, parents: [...parents], tree, checks };
  };
  const tip = at(world.landing);
  if (policy.land === "pull-request" || !isWatched(tip, { ...records, blockers })) return [];
  const trail = [tip];
  let last = tip;
  while (wordOf(tip) === "red") {
    const below = belowOf(last, records);
    if (below === undefined) break;
    last = at(below);
    trail.push(last);
    if (wordOf(last) === "green" || !isOurs(last, records)) break;
  }
  return trail;
}

type Effect = DecisionOf<"watch" | "examine" | "unmake" | "revert">;

export function guard(decision: Effect, desk: Desk): Receipt {
  switch (decision.do) {
    case "watch":
      return watch(decision, desk);
    case "examine":
      desk.append(
        ...decision.found.map((one): JournalLine => {
          return { line: "examined", ...desk.stamp, asked: decision.asked, ...one };
        }),
      );
      return DONE;
    case "unmake":
      return unmake(decision, desk);
    case "revert":
      return revert(decision, desk);
  }
}

/** What cannot be started is written down, so that nobody waits for it. */
function watch({ commit, branch, workflows }: DecisionOf<"watch">, desk: Desk): Receipt {
  const { world } = desk;
  const { undispatchable = [] } = world.setting;
  const refused = workflows.filter((name) => undispatchable.includes(name));
  const started = workflows.filter((name) => !undispatchable.includes(name));
  if (started.length > 0)
    world.write(`start ${started.join(", ")}`, () => world.startRuns(world.tip(branch), started));
  desk.append({ line: "watched", ...desk.stamp, commit, workflows, refused });
  return DONE;
}

function unmake(decision: DecisionOf<"unmake">, desk: Desk): Receipt {
  const { world, seen } = desk;
  const { commit, onto, slug, attempt, milestone, pull } = decision;
  const made = takenBack(decision, onto, desk);
  if (made === null) return stale("the milestone or its commit is gone");
  const title = seen.roadmap.milestones.find((one) => one.slug === slug)?.title ?? "";
  const about = { ...subjectOf(decision), title, reverts: commit, cycle: seen.cycle.id };
  const message = revertMessage(seen.policy.message, about);
  const conflicts = "conflicts" in made ? made.conflicts : [];
  const head =
    "tree" in made
      ? world.git.commit(`${milestone}-back`, { tree: made.tree, parents: [onto], message })
      : onto;
  const line = { line: "unmade" as const, ...desk.stamp, ...subjectOf(decision) };
  desk.append({ ...line, commit, base: onto, head, conflicts });
  if (conflicts.length > 0) return DONE;
  const branch = `daybreak/revert/${slug}/${attempt}`;
  const before = seen.reverts.find((one) => one.slug === slug && one.attempt === attempt)?.sha;
  const stands = world.git.branches.get(branch);
  if (stands !== head && stands !== before) return stale(`refs/heads/${branch} moved`);
  if (stands !== head) world.write(`push ${branch}`, () => world.git.branches.set(branch, head));
  if (pull) world.write("open a pull request", () => world.checkHead(head));
  return DONE;
}

/** What lands is worked out again: the milestone taken back, and nothing else. */
function revert(decision: DecisionOf<"revert">, desk: Desk): Receipt {
  const { commit, base, head, because } = decision;
  const made = takenBack(decision, base, desk);
  const { tree, parents } = desk.world.git.read(head);
  if (!made || !("tree" in made) || made.tree !== tree || parents.join() !== base)
    return stale("it does more than that");
  const refusal = fastForward(desk.world, head);
  if (refusal !== null) return stale(refusal);
  desk.append({ line: "reverted", ...desk.stamp, ...subjectOf(decision), commit, head, because });
  return DONE;
}

/** The change of a commit the other way round, with the rendered files as they were before it. */
function takenBack(
  { commit, slug }: Subject & { commit: Sha },
  onto: Sha,
  { world: { git }, seen: { roadmap, changelogPath } }: Desk,
): { tree: Sha } | { conflicts: string[] } | null {
  const [parent] = git.read(commit).parents;
  const milestone = roadmap.milestones.find((one) => one.slug === slug);
  if (!parent || !milestone) return null;
  const edits = editsBetween(git.filesOf(commit), git.filesOf(parent)).filter(isCode);
  const applied = applyEdits(git.filesOf(onto), edits);
  if ("conflicts" in applied) return applied;
  const changelog = changelogPath === null ? null : (applied.files[changelogPath] ?? null);
  const back = renderReverted({ roadmap: applied.files[ROADMAP] ?? "", changelog }, milestone);
  const rendered = {
    ...applied.files,
    [ROADMAP]: back.roadmap,
    ...(changelogPath === null || back.changelog === null ? {} : { [changelogPath]: back.changelog }),
  };
  return { tree: git.treeOf(rendered) };
}
