/** A forge in memory: keeps the promises of GitHub's adapter, and refuses where it refuses. Decides nothing. */

import type { Decision, DecisionOf, Subject } from "#core/decision.ts";
import { VERIFY } from "#core/gates.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { renderLanded } from "#core/render.ts";
import { claimMessage, milestoneMessage } from "#core/trailers.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { TreeDifference, Trees } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";
import { tell } from "#prose/story.ts";
import {
  applyEdits,
  type Edit,
  editsBetween,
  type Files,
  type MemoryGit,
  parsePatch,
  printPatch,
} from "./memory-git.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { branchOf, isCode, type MemoryWorld, ROADMAP } from "./memory-world.ts";

const DONE: Receipt = { outcome: "done" };
const stale = (because: string): Receipt => ({ outcome: "stale", because });

const EVEN_WHEN_STOPPED: readonly Decision["do"][] = ["report", "unblock", "block"];

export class MemoryForge implements Forge, Trees {
  readonly #world: MemoryWorld;
  readonly #cycle: Cycle;
  /** What happens in the world between this look and this act, once. */
  readonly #meanwhile: Map<Decision["do"], () => void>;
  #seen: Observation;

  constructor(world: MemoryWorld, cycle: Cycle, meanwhile: Map<Decision["do"], () => void>) {
    this.#world = world;
    this.#cycle = cycle;
    this.#meanwhile = meanwhile;
    this.#seen = lookAt(world, cycle);
  }

  async observe(): Promise<Observation> {
    this.#seen = lookAt(this.#world, this.#cycle);
    return this.#seen;
  }

  async enact(decision: Decision): Promise<Receipt> {
    const happens = this.#meanwhile.get(decision.do);
    this.#meanwhile.delete(decision.do);
    happens?.();
    const { stop, story } = this.#world;
    const stopped = stop !== null && !EVEN_WHEN_STOPPED.includes(decision.do);
    const receipt = stopped ? stale(stop) : this.#carryOut(decision);
    story.push(receipt.outcome === "done" ? tell(decision) : `stale     ${receipt.because}`);
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

  /** Create-only, and all of them or none. */
  #assign({ assignments }: DecisionOf<"assign">): Receipt {
    const world = this.#world;
    const taken = assignments.find((claim) => world.git.branches.has(branchOf(claim)));
    if (taken) return stale(`refs/heads/${branchOf(taken)} moved`);
    world.write("claim", () => {
      for (const claim of assignments) {
        const { base, ceiling, slug, attempt } = claim;
        const { tree } = world.git.read(base);
        const message = claimMessage({ ...subjectOf(claim), cycle: this.#cycle.id }, ceiling);
        const name = `${slug}-${attempt}-claim`;
        world.git.branches.set(branchOf(claim), world.git.commit(name, { tree, parents: [base], message }));
        world.journal.push({ line: "assigned", ...this.#stamp, ...subjectOf(claim), base, ceiling });
      }
    });
    return DONE;
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
    if (dashboard !== null)
      world.write("write the dashboard", () => {
        world.dashboard = { issue: world.dashboard?.issue ?? world.number(), body: dashboard };
      });
    world.write("write the state files", () => {
      Object.assign(world.files, files);
      world.journal.push(...close.map((night) => ({ ...this.#stamp, line: "closed" as const, night })));
    });
    return DONE;
  }

  get #stamp() {
    return { at: this.#seen.now, night: this.#seen.night.name, cycle: this.#cycle.id };
  }

  #append(line: JournalLine): void {
    const { journal } = this.#world;
    if (journal.some((one) => JSON.stringify(one) === JSON.stringify(line))) return;
    this.#world.write(`write the line ${line.line}`, () => journal.push(line));
  }

  #push(subject: Subject, head: Sha, expected: Sha | null): Receipt {
    const branch = branchOf(subject);
    if (this.#world.git.branches.get(branch) !== expected) return stale(`refs/heads/${branch} moved`);
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

type Staging = { base: Sha; edits: readonly Edit[]; milestone: Milestone; changelogPath: string | null };

/** Code applied, roadmap and changelog rendered: only code can conflict. */
export function stageIn(git: MemoryGit, { base, edits, milestone, changelogPath }: Staging): Staged {
  const applied = applyEdits(git.filesOf(base), edits);
  if ("conflicts" in applied) return applied;
  const changelog = changelogPath === null ? null : (applied.files[changelogPath] ?? null);
  const done = renderLanded({ roadmap: applied.files[ROADMAP] ?? "", changelog }, milestone);
  const rendered: Files = {
    ...applied.files,
    [ROADMAP]: done.roadmap,
    ...(changelogPath === null || done.changelog === null ? {} : { [changelogPath]: done.changelog }),
  };
  return { tree: git.treeOf(rendered) };
}

/** What a milestone's commit changed, without what was rendered. */
export function codeEdits(git: MemoryGit, commit: Sha): Edit[] {
  const [parent] = git.read(commit).parents;
  const before = parent ? git.filesOf(parent) : {};
  return editsBetween(before, git.filesOf(commit)).filter(isCode);
}

export function changesBetween(git: MemoryGit, base: Sha, tree: Sha): TreeDifference["changes"] {
  return editsBetween(git.filesOf(base), git.filesOf(tree)).map(({ path, from, to }) => ({
    path,
    kind: from === null ? "added" : to === null ? "deleted" : "modified",
    oldMode: from === null ? null : "100644",
    newMode: to === null ? null : "100644",
    bytes: to?.length ?? 0,
    addedLines: to?.split("\n").length ?? 0,
    removedLines: from?.split("\n").length ?? 0,
    binary: false,
  }));
}
