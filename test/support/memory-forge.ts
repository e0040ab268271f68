/** A forge in memory: keeps the promises of GitHub's adapter, and refuses where it refuses. Decides nothing. */

import type { Decision, DecisionOf, Subject } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { relandings } from "#core/rebuild.ts";
import { claimMessage, milestoneMessage } from "#core/trailers.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { TreeDifference, Trees } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";
import { tell } from "#prose/story.ts";
import { parsePatch, printPatch } from "./memory-git.ts";
import { attest, close, fastForward, merge, openIssue, push } from "./memory-landing.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { promote, renew, stageRebuild } from "./memory-next.ts";
import { guard } from "./memory-sentinel.ts";
import { changesBetween, codeEdits, stageIn } from "./memory-stage.ts";
import { branchOf, type MemoryWorld } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

const EVEN_WHEN_STOPPED: readonly Decision["do"][] = ["report", "unblock", "block"];

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
    switch (decision.do) {
      case "assign":
        return this.#assign(decision);
      case "publish":
        return this.#publish(decision);
      case "open":
        return this.#open(decision);
      case "stage":
        return this.#restack(decision);
      case "attest":
        return attest(this.#world, decision);
      case "land":
        return this.#land(decision);
      case "drop": {
        const { do: _, ...dropped } = decision;
        this.#append({ line: "dropped", ...this.#stamp, ...dropped });
        return DONE;
      }
      case "rebuild":
        return stageRebuild(this.#world, decision);
      case "renew":
        return this.#renew(decision);
      case "promote":
        return promote(this.#world, decision);
      case "watch":
      case "examine":
      case "unmake":
      case "revert":
        return guard(decision, {
          world: this.#world,
          seen: this.#seen,
          append: (...lines) => this.#append(...lines),
          fastForward: (head) => fastForward(this.#world, head),
        });
      case "reject":
        return this.#reject(decision);
      case "block":
        return this.#ask(decision);
      case "unblock":
        return close(this.#world, decision.issue);
      case "report":
        return this.#tell(decision);
      case "continue":
        this.#world.write("dispatch", () => {
          this.#world.dispatched = decision.night;
        });
        return DONE;
    }
  }

  /** Create-only, and all of them or none. A claim that stands as we would make it is ours. */
  #assign({ assignments }: DecisionOf<"assign">): Receipt {
    const world = this.#world;
    const claims = assignments.map((claim) => ({
      ...claim,
      branch: branchOf(claim),
      sha: this.#claimOf(claim),
    }));
    const taken = claims.find(
      ({ branch, sha }) => ![undefined, sha].includes(world.git.branches.get(branch)),
    );
    if (taken) return stale(`refs/heads/${taken.branch} moved`);
    const lines = claims.map((claim): JournalLine => {
      const { base, ceiling } = claim;
      return { line: "assigned", ...this.#stamp, ...subjectOf(claim), base, ceiling };
    });
    world.write("claim", () => {
      for (const { branch, sha } of claims) world.git.branches.set(branch, sha);
      world.journal.push(...this.#fresh(lines));
    });
    return DONE;
  }

  #claimOf(claim: DecisionOf<"assign">["assignments"][number]): Sha {
    const { git } = this.#world;
    const { base, ceiling, slug, attempt } = claim;
    const message = claimMessage({ ...subjectOf(claim), cycle: this.#cycle.id }, ceiling);
    const { tree } = git.read(base);
    return git.commit(`${slug}-${attempt}-claim`, { tree, parents: [base], message });
  }

  /** The receipt first, then the head, then the pull request, then what the evidence says. */
  #publish(decision: DecisionOf<"publish">): Receipt {
    const { as, because, ask, code, spend, findings, tree, base } = decision;
    this.#append({
      ...{ line: "published", ...this.#stamp, ...subjectOf(decision) },
      ...{ as, because, ask, code, spend, tree, findings },
    });
    if (as !== "pull" || tree === null) return DONE;
    const head = this.#commitOf(decision, { tree, parent: base, again: 0 });
    const pushed = push(this.#world, decision, head, this.#seenHead(decision));
    if (pushed.outcome === "stale") return pushed;
    const opened = this.#open(decision);
    if (opened.outcome === "stale") return opened;
    return attest(this.#world, { head, green: because.length === 0 });
  }

  #open({ slug, attempt }: Subject): Receipt {
    const world = this.#world;
    if (!this.#milestone(slug)) return stale("its milestone is gone from the roadmap");
    if (world.strangers.has(branchOf({ slug, attempt })))
      return stale("somebody else's pull request is open");
    const open = world.pulls.some(
      (pull) => pull.state === "open" && branchOf(pull) === branchOf({ slug, attempt }),
    );
    if (!open) world.write("open a pull request", () => world.openPull(slug, attempt));
    return DONE;
  }

  /** The lines come first: a head that is pushed is a head that was announced. All heads move, or none. */
  #restack({ onto, cars }: DecisionOf<"stage">): Receipt {
    const world = this.#world;
    const lines: JournalLine[] = [];
    const heads: { branch: string; head: Sha }[] = [];
    let tip = onto;
    for (const car of cars) {
      const milestone = this.#milestone(car.slug);
      if (!milestone) return stale("its branch or its milestone is gone");
      const { changelogPath } = this.#seen;
      const edits = codeEdits(world.git, car.head);
      const staged = stageIn(world.git, { base: tip, edits, milestone, changelogPath });
      const line = { line: "staged" as const, ...this.#stamp, ...subjectOf(car), pull: car.pull, base: tip };
      if (!("tree" in staged)) {
        const conflicts = "conflicts" in staged ? staged.conflicts : [staged.refused];
        lines.push({ ...line, head: car.head, conflicts });
        continue;
      }
      tip = this.#commitOf(car, { tree: staged.tree, parent: tip, again: car.again });
      lines.push({ ...line, head: tip, conflicts: [] });
      heads.push({ branch: branchOf(car), head: tip });
    }
    this.#append(...lines);
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

  /** A fast-forward or a merge, read back rather than believed. */
  #land({ base, by, cars }: DecisionOf<"land">): Receipt {
    const last = cars.at(-1);
    if (!last) return DONE;
    const refusal =
      by === "push" ? fastForward(this.#world, last.head) : merge(this.#world, { ...last, base, method: by });
    if (refusal !== null) return stale(refusal);
    const own = by === "squash" || by === "rebase" ? this.#world.landing : null;
    this.#append(
      ...cars.map((car): JournalLine => {
        const { pull, findings } = car;
        const commit = car === last ? (own ?? car.head) : car.head;
        return { line: "landed", ...this.#stamp, ...subjectOf(car), pull, commit, findings, astray: null };
      }),
    );
    return DONE;
  }

  #renew(decision: DecisionOf<"renew">): Receipt {
    const moved = renew(this.#world, decision);
    if (moved.outcome === "stale") return moved;
    const again = relandings(decision.to, this.#seen);
    this.#append(...again.map((one) => ({ line: "landed" as const, ...this.#stamp, ...one, astray: null })));
    return DONE;
  }

  /** Comment, then receipt, then close: whoever finds it half done finishes it. */
  #reject(decision: DecisionOf<"reject">): Receipt {
    const world = this.#world;
    const { pull, counted, because } = decision;
    const said = `comment on #${pull}`;
    if (!world.writes.includes(said)) world.write(said, () => undefined);
    if (!this.#seen.journal.some((line) => line.line === "rejected" && line.pull === pull))
      this.#append({ line: "rejected", ...this.#stamp, ...subjectOf(decision), pull, counted, because });
    world.write(`close #${pull}`, () => {
      world.pulls = world.pulls.map((one) =>
        one.number === pull && one.state === "open" ? { ...one, state: "closed" } : one,
      );
    });
    return DONE;
  }

  /** One open issue per key: found by list, else created. */
  #ask({ key, milestone, because, ask }: DecisionOf<"block">): Receipt {
    const world = this.#world;
    const issue = openIssue(world, { key, milestone, because, ask });
    this.#append({ line: "blocked", ...this.#stamp, milestone, issue, because });
    return DONE;
  }

  #tell({ dashboard, files, close }: DecisionOf<"report">): Receipt {
    const world = this.#world;
    if (dashboard !== null && dashboard !== world.dashboard?.body)
      world.write("write the dashboard", () => {
        world.dashboard = { issue: world.dashboard?.issue ?? world.number(), body: dashboard };
      });
    const lines = this.#fresh(close.map((night) => ({ ...this.#stamp, line: "closed" as const, night })));
    if (lines.length > 0 || Object.keys(files).length > 0)
      world.write("write the state files", () => {
        Object.assign(world.files, files);
        world.journal.push(...lines);
      });
    return DONE;
  }

  get #stamp() {
    return { at: this.#seen.now, night: this.#seen.night.name, cycle: this.#cycle.id };
  }

  #append(...lines: JournalLine[]): void {
    const fresh = this.#fresh(lines);
    const [first] = fresh;
    if (first) this.#world.write(`write the line ${first.line}`, () => this.#world.journal.push(...fresh));
  }

  /** The lines that are not written yet. */
  #fresh(lines: readonly JournalLine[]): JournalLine[] {
    const written = new Set(this.#world.journal.map((line) => JSON.stringify(line)));
    return lines.filter((line) => !written.has(JSON.stringify(line)));
  }

  #commitOf(subject: Subject, { tree, parent, again }: { tree: Sha; parent: Sha; again: number }): Sha {
    const title = this.#milestone(subject.slug)?.title ?? "";
    const provenance = { ...subjectOf(subject), title, cycle: this.#cycle.id };
    const message = milestoneMessage(this.#seen.policy.message, provenance, again);
    return this.#world.git.commit(`${subject.slug}-${subject.attempt}`, { tree, parents: [parent], message });
  }

  #seenHead({ slug, attempt }: Subject): Sha | null {
    return this.#seen.refs.find((ref) => ref.slug === slug && ref.attempt === attempt)?.sha ?? null;
  }

  #milestone(slug: Slug): Milestone | undefined {
    return this.#seen.roadmap.milestones.find((one) => one.slug === slug);
  }
}

function subjectOf({ milestone, slug, attempt, spec }: Subject): Subject {
  return { milestone, slug, attempt, spec };
}
