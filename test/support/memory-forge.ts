/** A forge in memory: keeps the promises of GitHub's adapter, and refuses where it refuses. Decides nothing. */

import type { Decision, DecisionOf, Subject } from "#core/decision.ts";
import { VERIFY } from "#core/gates.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { claimMessage, milestoneMessage } from "#core/trailers.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { TreeDifference, Trees } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";
import { tell } from "#prose/story.ts";
import { parsePatch, printPatch } from "./memory-git.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { changesBetween, codeEdits, stageIn } from "./memory-stage.ts";
import { branchOf, type MemoryWorld } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

const EVEN_WHEN_STOPPED: readonly Decision["do"][] = ["report", "unblock", "block"];

const NEEDS_SHARP_LOOK: readonly Decision["do"][] = ["assign", "open", "stage", "reject", "block", "unblock"];

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
        return this.#attest(decision);
      case "land":
        return this.#land(decision);
      case "reject":
        return this.#reject(decision);
      case "block":
        return this.#ask(decision);
      case "unblock":
        return this.#close(decision.issue);
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
    const pushed = this.#push(decision, head, this.#seenHead(decision));
    if (pushed.outcome === "stale") return pushed;
    const opened = this.#open(decision);
    if (opened.outcome === "stale") return opened;
    return this.#attest({ head, green: because.length === 0 });
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

  /** The line comes first: a head that is pushed is a head that was announced. */
  #restack(decision: DecisionOf<"stage">): Receipt {
    const { git } = this.#world;
    const { onto, again, pull } = decision;
    const milestone = this.#milestone(decision.slug);
    if (!milestone) return stale("its branch or its milestone is gone");
    const { changelogPath } = this.#seen;
    const staged = stageIn(git, {
      base: onto,
      edits: codeEdits(git, decision.head),
      milestone,
      changelogPath,
    });
    if (!("tree" in staged))
      return stale("conflicts" in staged ? `conflicts in ${staged.conflicts}` : staged.refused);
    const head = this.#commitOf(decision, { tree: staged.tree, parent: onto, again });
    this.#append({ line: "staged", ...this.#stamp, ...subjectOf(decision), pull, base: onto, head });
    return this.#push(decision, head, decision.head);
  }

  #attest({ head, green }: { head: Sha; green: boolean }): Receipt {
    const world = this.#world;
    const conclusion = green ? "success" : "failure";
    const byOurApp = world.setting.mode === "app";
    world.write("post a status", () => {
      const others = world.checks.filter((check) => check.head !== head || check.name !== VERIFY);
      world.checks = [...others, { head, name: VERIFY, app: null, conclusion, byOurApp }];
    });
    return DONE;
  }

  /** A fast-forward and nothing else, read back rather than believed. */
  #land(decision: DecisionOf<"land">): Receipt {
    const world = this.#world;
    const { head, pull, findings } = decision;
    const refused = world.setting.refuses.landing;
    if (refused === null && world.git.isAncestor(world.main, head))
      world.write("move the landing branch", () => world.moveMain(head));
    if (world.main !== head) return stale(refused ?? "the landing branch moved");
    this.#append({ line: "landed", ...this.#stamp, ...subjectOf(decision), pull, commit: head, findings });
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
    const known = () => world.blockers.find((one) => one.open && one.key === key)?.issue;
    if (known() === undefined)
      world.write("open an issue", () =>
        world.blockers.push({ issue: world.number(), key, milestone, open: true, because, ask }),
      );
    this.#append({ line: "blocked", ...this.#stamp, milestone, issue: known() ?? 0, because });
    return DONE;
  }

  #close(issue: number): Receipt {
    const world = this.#world;
    world.write(`close issue #${issue}`, () => {
      world.blockers = world.blockers.map((one) => (one.issue === issue ? { ...one, open: false } : one));
    });
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

  #append(line: JournalLine): void {
    if (this.#fresh([line]).length > 0)
      this.#world.write(`write the line ${line.line}`, () => this.#world.journal.push(line));
  }

  /** The lines that are not written yet. */
  #fresh(lines: readonly JournalLine[]): JournalLine[] {
    const written = new Set(this.#world.journal.map((line) => JSON.stringify(line)));
    return lines.filter((line) => !written.has(JSON.stringify(line)));
  }

  #push(subject: Subject, head: Sha, expected: Sha | null): Receipt {
    const branch = branchOf(subject);
    const stands = this.#world.git.branches.get(branch) ?? null;
    if (stands === head) return DONE;
    if (stands !== expected) return stale(`refs/heads/${branch} moved`);
    this.#world.write(`push ${branch}`, () => this.#world.push(branch, head));
    return DONE;
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
