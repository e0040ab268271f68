/** What GitHub does by itself in memory: moves the landing branch, with its refusals, keeps statuses and issues. */

import type { Subject } from "#core/decision.ts";
import { VERIFY } from "#core/gates.ts";
import type { MilestoneId, Sha } from "#core/milestone.ts";
import type { MergeMethod } from "#core/observation.ts";
import type { Receipt } from "#ports/forge.ts";
import { branchOf, type MemoryWorld } from "./memory-world.ts";

/** Null when it is there; else why not. */
export function fastForward(world: MemoryWorld, head: Sha): string | null {
  const refused = world.whyNotPushed();
  if (refused === null && world.git.isAncestor(world.landing, head))
    world.write("move the landing branch", () => world.moveLanding(head));
  return world.landing === head ? null : (refused ?? "the landing branch moved");
}

/** As GitHub merges: only the head is guarded, the base is looked at before. */
export function merge(
  world: MemoryWorld,
  { pull, head, base, method }: { pull: number; head: Sha; base: Sha; method: MergeMethod },
): string | null {
  if (world.pulls.some((one) => one.number === pull && one.state === "merged")) return null;
  if (world.landing !== base) return "the landing branch moved";
  const refused = world.whyNotMerged(pull, head, method);
  if (refused === null) world.write("merge a pull request", () => world.mergePull(pull, method));
  return refused;
}

export function attest(world: MemoryWorld, { head, green }: { head: Sha; green: boolean }): Receipt {
  const conclusion = green ? "success" : "failure";
  const byOurApp = world.setting.mode === "app";
  world.write("post a status", () => {
    const others = world.checks.filter((check) => check.head !== head || check.name !== VERIFY);
    world.checks = [...others, { head, name: VERIFY, app: null, conclusion, byOurApp }];
  });
  return { outcome: "done" };
}

/** One open issue per key: found by list, else created. Its number. */
export function openIssue(
  world: MemoryWorld,
  asked: { key: string; milestone: MilestoneId | null; because: string; ask: string },
): number {
  const known = () => world.blockers.find((one) => one.open && one.key === asked.key)?.issue;
  if (known() === undefined)
    world.write("open an issue", () => world.blockers.push({ issue: world.number(), open: true, ...asked }));
  return known() ?? 0;
}

export function close(world: MemoryWorld, issue: number): Receipt {
  world.write(`close issue #${issue}`, () => {
    world.blockers = world.blockers.map((one) => (one.issue === issue ? { ...one, open: false } : one));
  });
  return { outcome: "done" };
}

/** Moves an attempt's branch by lease. */
export function push(
  world: MemoryWorld,
  subject: Pick<Subject, "slug" | "attempt">,
  head: Sha,
  expected: Sha | null,
): Receipt {
  const branch = branchOf(subject);
  const stands = world.git.branches.get(branch) ?? null;
  if (stands === head) return { outcome: "done" };
  if (stands !== expected) return { outcome: "stale", because: `refs/heads/${branch} moved` };
  world.write(`push ${branch}`, () => world.push(branch, head));
  return { outcome: "done" };
}
