/** A forge in memory: keeps the promises of GitHub's adapter, and refuses where it refuses. Decides nothing. */

import { type Decision, type DecisionOf, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Notes } from "#core/notes.ts";
import type { Observation } from "#core/observation.ts";
import { relandings } from "#core/rebuild.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { TreeDifference, Trees } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";
import { tell } from "#prose/story.ts";
import { Desk } from "./memory-desk.ts";
import { parsePatch, printPatch } from "./memory-git.ts";
import { attest, close, fastForward, merge, openIssue } from "./memory-landing.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { promote, renew, stageRebuild } from "./memory-next.ts";
import { notesIn } from "./memory-notes.ts";
import { assign, open, publish, reject, restack } from "./memory-pulls.ts";
import { guard } from "./memory-sentinel.ts";
import { changesBetween, codeEdits, stageIn } from "./memory-stage.ts";
import type { MemoryWorld } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

const EVEN_WHEN_STOPPED: readonly Decision["do"][] = ["report", "unblock", "block", "book"];

const NEEDS_SHARP_LOOK: readonly Decision["do"][] = [
  "drop",
  "rebuild",
  "renew",
  "assign",
  "open",
  "stage",
  "unmake",
  "reject",
  "block",
  "unblock",
];

export class MemoryForge implements Forge, Trees {
  readonly #world: MemoryWorld;
  readonly #cycle: Cycle;
  /** What happens in the world right before an act, when nothing but the act itself can refuse any more; once each. */
  readonly #meanwhile: Map<Decision["do"], () => void>;
  #seen: Observation;
  /** Every branch as it was when all of this was seen. */
  #tips: ReadonlyMap<string, Sha>;
  /** Whether anything was enacted since the last look. */
  #acted = false;

  constructor(world: MemoryWorld, cycle: Cycle, meanwhile: Map<Decision["do"], () => void>) {
    this.#world = world;
    this.#cycle = cycle;
    this.#meanwhile = meanwhile;
    this.#seen = lookAt(world, cycle);
    this.#tips = new Map(world.git.branches);
  }

  async observe(): Promise<Observation> {
    this.#seen = lookAt(this.#world, this.#cycle);
    this.#tips = new Map(this.#world.git.branches);
    this.#acted = false;
    return this.#seen;
  }

  async enact(decision: Decision): Promise<Receipt> {
    const blurred = !this.#acted && NEEDS_SHARP_LOOK.includes(decision.do) && this.#hasMoved();
    const receipt = blurred ? stale("a branch moved meanwhile") : this.#act(decision);
    this.#world.story.push(receipt.outcome === "done" ? tell(decision) : `stale     ${receipt.because}`);
    return receipt;
  }

  async provePublishing(): Promise<{ allowed: true } | { allowed: false; because: string }> {
    const because = this.#world.setting.refuses.pulls;
    return because === null ? { allowed: true } : { allowed: false, because };
  }

  async stage(
    base: Sha,
    patch: Uint8Array,
    milestone: Milestone,
    { changelogPath }: Observation,
  ): Promise<Staged> {
    return stageIn(this.#world.git, { base, edits: parsePatch(patch), milestone, changelogPath });
  }

  async changeOf(commit: Sha): Promise<Uint8Array> {
    return printPatch(codeEdits(this.#world.git, commit));
  }

  async notesOf(attempt: { slug: Slug; attempt: number }): Promise<Notes> {
    return notesIn(this.#world, attempt);
  }

  async changes(base: Sha, tree: Sha): Promise<TreeDifference> {
    const { git } = this.#world;
    return {
      changes: changesBetween(git, base, tree),
      packages: [],
      basePaths: Object.keys(git.filesOf(base)),
    };
  }

  #act(decision: Decision): Receipt {
    this.#acted = true;
    const happens = this.#meanwhile.get(decision.do);
    this.#meanwhile.delete(decision.do);
    happens?.();
    const { stop } = this.#world;
    const stopped = stop !== null && !EVEN_WHEN_STOPPED.includes(decision.do);
    return stopped ? stale(stop) : this.#carryOut(decision);
  }

  #hasMoved(): boolean {
    const { branches } = this.#world.git;
    return [...this.#tips.keys(), ...branches.keys()].some(
      (branch) => this.#tips.get(branch) !== branches.get(branch),
    );
  }

  #carryOut(decision: Decision): Receipt {
    const desk = new Desk(this.#world, this.#seen);
    switch (decision.do) {
      case "assign":
        return assign(decision, desk);
      case "publish":
        return publish(decision, desk);
      case "open":
        return open(decision, desk);
      case "stage":
        return restack(decision, desk);
      case "attest":
        return attest(this.#world, decision);
      case "land":
        return land(decision, desk);
      case "book":
        desk.append(...decision.opinions.map((one) => ({ line: "opined" as const, ...desk.stamp, ...one })));
        return DONE;
      case "drop": {
        const { do: _, ...dropped } = decision;
        desk.append({ line: "dropped", ...desk.stamp, ...dropped });
        return DONE;
      }
      case "rebuild":
        return stageRebuild(this.#world, decision);
      case "renew":
        return renewed(decision, desk);
      case "promote":
        return promote(this.#world, decision);
      case "watch":
      case "examine":
      case "unmake":
      case "revert":
        return guard(decision, desk);
      case "reject":
        return reject(decision, desk);
      case "block":
        return ask(decision, desk);
      case "unblock":
        return close(this.#world, decision.issue);
      case "report":
        return report(decision, desk);
      case "continue":
        this.#world.write("dispatch", () => {
          this.#world.dispatched = decision.night;
        });
        return DONE;
    }
  }
}

/** A fast-forward or a merge, read back rather than believed. */
function land({ base, by, cars }: DecisionOf<"land">, desk: Desk): Receipt {
  const last = cars.at(-1);
  if (!last) return DONE;
  const refusal =
    by === "push" ? fastForward(desk.world, last.head) : merge(desk.world, { ...last, base, method: by });
  if (refusal !== null) return stale(refusal);
  const own = by === "squash" || by === "rebase" ? desk.world.landing : null;
  desk.append(
    ...cars.map((car): JournalLine => {
      const { pull, findings } = car;
      const commit = car === last ? (own ?? car.head) : car.head;
      return { line: "landed", ...desk.stamp, ...subjectOf(car), pull, commit, findings, astray: null };
    }),
  );
  return DONE;
}

function renewed(decision: DecisionOf<"renew">, desk: Desk): Receipt {
  const moved = renew(desk.world, decision);
  if (moved.outcome === "stale") return moved;
  const again = relandings(decision.to, desk.seen);
  desk.append(...again.map((one) => ({ line: "landed" as const, ...desk.stamp, ...one, astray: null })));
  return DONE;
}

/** One open issue per key: found by list, else created. */
function ask({ key, milestone, because, ask }: DecisionOf<"block">, desk: Desk): Receipt {
  const world = desk.world;
  const issue = openIssue(world, { key, milestone, because, ask });
  desk.append({ line: "blocked", ...desk.stamp, milestone, issue, because });
  return DONE;
}

function report({ dashboard, files, close }: DecisionOf<"report">, desk: Desk): Receipt {
  const world = desk.world;
  if (dashboard !== null && dashboard !== world.dashboard?.body)
    world.write("write the dashboard", () => {
      world.dashboard = { issue: world.dashboard?.issue ?? world.number(), body: dashboard };
    });
  const lines = desk.fresh(close.map((night) => ({ ...desk.stamp, line: "closed" as const, night })));
  if (lines.length > 0 || Object.keys(files).length > 0)
    world.write("write the state files", () => {
      Object.assign(world.files, files);
      world.journal.push(...lines);
    });
  return DONE;
}
