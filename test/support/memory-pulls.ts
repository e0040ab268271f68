/** Attempts on the forge in memory: claims, pull requests, the train they are restacked to. Decides nothing. */

import { type DecisionOf, type Subject, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import { claimMessage } from "#core/trailers.ts";
import type { Receipt } from "#ports/forge.ts";
import type { Desk } from "./memory-desk.ts";
import { attest, push } from "./memory-landing.ts";
import { keep, note } from "./memory-notes.ts";
import { codeEdits, stageIn } from "./memory-stage.ts";
import { branchOf } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

/** Create-only, and all of them or none. A claim that stands as we would make it is ours. */
export function assign({ assignments }: DecisionOf<"assign">, desk: Desk): Receipt {
  const world = desk.world;
  const claims = assignments.map((claim) => ({
    ...claim,
    branch: branchOf(claim),
    sha: claimOf(claim, desk),
  }));
  const taken = claims.find(({ branch, sha }) => ![undefined, sha].includes(world.git.branches.get(branch)));
  if (taken) return stale(`refs/heads/${taken.branch} moved`);
  const lines = claims.map((claim): JournalLine => {
    const { base, ceiling, reserved } = claim;
    return { line: "assigned", ...desk.stamp, ...subjectOf(claim), base, ceiling, reserved };
  });
  world.write("claim", () => {
    for (const { branch, sha } of claims) world.git.branches.set(branch, sha);
    world.journal.push(...desk.fresh(lines));
  });
  return DONE;
}

function claimOf(claim: DecisionOf<"assign">["assignments"][number], desk: Desk): Sha {
  const { git } = desk.world;
  const { base, ceiling, slug, attempt } = claim;
  const message = claimMessage({ ...subjectOf(claim), cycle: desk.seen.cycle.id }, ceiling);
  const { tree } = git.read(base);
  return git.commit(`${slug}-${attempt}-claim`, { tree, parents: [base], message });
}

/** The receipt first, then the head, then the pull request, then what the evidence says. */
export function publish(decision: DecisionOf<"publish">, desk: Desk): Receipt {
  const { as, because, ask, code, until, spend, seconds, findings, tree, base, notes } = decision;
  const line: JournalLine = {
    ...{ line: "published", ...desk.stamp, ...subjectOf(decision) },
    ...{ as, because, ask, code, until, spend, seconds, tree, findings },
  };
  const head = tree === null ? null : desk.commitOf(decision, { tree, parent: base, again: 0 });
  if (as === "interrupted")
    return keep(desk.world, decision, { line, head, expected: desk.seenHead(decision) });
  desk.append(line);
  note(desk.world, decision, notes);
  if (as !== "pull" || head === null) return DONE;
  const pushed = push(desk.world, decision, head, desk.seenHead(decision));
  if (pushed.outcome === "stale") return pushed;
  const opened = open(decision, desk);
  if (opened.outcome === "stale") return opened;
  return attest(desk.world, { head, green: because.length === 0 });
}

export function open({ slug, attempt }: Subject, desk: Desk): Receipt {
  const world = desk.world;
  if (!desk.milestone(slug)) return stale("its milestone is gone from the roadmap");
  if (world.strangers.has(branchOf({ slug, attempt }))) return stale("somebody else's pull request is open");
  const open = world.pulls.some(
    (pull) => pull.state === "open" && branchOf(pull) === branchOf({ slug, attempt }),
  );
  if (!open) world.write("open a pull request", () => world.openPull(slug, attempt));
  return DONE;
}

/** The lines come first: a head that is pushed is a head that was announced. All heads move, or none. */
export function restack({ onto, cars }: DecisionOf<"stage">, desk: Desk): Receipt {
  const world = desk.world;
  const lines: JournalLine[] = [];
  const heads: { branch: string; head: Sha }[] = [];
  let tip = onto;
  for (const car of cars) {
    const milestone = desk.milestone(car.slug);
    if (!milestone) return stale("its branch or its milestone is gone");
    const { changelogPath } = desk.seen;
    const edits = codeEdits(world.git, car.head);
    const staged = stageIn(world.git, { base: tip, edits, milestone, changelogPath });
    const line = { line: "staged" as const, ...desk.stamp, ...subjectOf(car), pull: car.pull, base: tip };
    if (!("tree" in staged)) {
      const conflicts = "conflicts" in staged ? staged.conflicts : [staged.refused];
      lines.push({ ...line, head: car.head, conflicts });
      continue;
    }
    tip = desk.commitOf(car, { tree: staged.tree, parent: tip, again: car.again });
    lines.push({ ...line, head: tip, conflicts: [] });
    heads.push({ branch: branchOf(car), head: tip });
  }
  desk.append(...lines);
  const expected = new Map(cars.map((car) => [branchOf(car), car.head]));
  const moved = heads.find(
    ({ branch, head }) => ![head, expected.get(branch)].includes(world.git.branches.get(branch)),
  );
  if (moved) return stale(`refs/heads/${moved.branch} moved`);
  if (heads.some(({ branch, head }) => world.git.branches.get(branch) !== head))
    world.write("push the train", () => {
      for (const { branch, head } of heads) world.push(branch, head);
    });
  return DONE;
}

/** Comment, then receipt, then close: whoever finds it half done finishes it. */
export function reject(decision: DecisionOf<"reject">, desk: Desk): Receipt {
  const world = desk.world;
  const { pull, counted, because } = decision;
  const said = `comment on #${pull}`;
  if (!world.writes.includes(said)) world.write(said, () => undefined);
  if (!desk.seen.journal.some((line) => line.line === "rejected" && line.pull === pull))
    desk.append({ line: "rejected", ...desk.stamp, ...subjectOf(decision), pull, counted, because });
  world.write(`close #${pull}`, () => {
    world.pulls = world.pulls.map((one) =>
      one.number === pull && one.state === "open" ? { ...one, state: "closed" } : one,
    );
  });
  return DONE;
}
