/** A human in a story: does by hand what Daybreak must cope with. Every act is told in one line. */

import { Sha } from "#core/milestone.ts";
import type { Pull } from "#core/observation.ts";
import { NEXT } from "#core/policy.ts";
import { boxOf } from "./memory-next.ts";
import { branchOf, type MemoryWorld, ROADMAP } from "./memory-world.ts";

export class Human {
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
  }

  closes(number: number): void {
    const world = this.#world;
    this.#tell(`closes #${number}`);
    world.pulls = world.pulls.map((pull) => (pull.number === number ? { ...pull, state: "closed" } : pull));
    world.blockers = world.blockers.map((one) => (one.issue === number ? { ...one, open: false } : one));
  }

  /** With a merge commit, as the green button does. */
  merges(number: number): void {
    const { git, main } = this.#world;
    const { head } = this.#pull(number);
    this.#tell(`merges #${number}`);
    const tree = git.read(head).tree;
    this.#world.moveMain(
      git.commit("main-merge", { tree, parents: [main, head], message: `Merge #${number}\n` }),
    );
    this.#world.startRuns(this.#world.main);
  }

  pushesTo(number: number, path: string, text: string): void {
    const { git } = this.#world;
    const { head, slug, attempt } = this.#pull(number);
    this.#tell(`pushes ${path} to #${number}`);
    const tree = git.treeOf({ ...git.filesOf(head), [path]: text });
    const commit = git.commit("by-hand", { tree, parents: [head], message: "By hand\n" });
    this.#world.push(branchOf({ slug, attempt }), commit);
  }

  /** Sleeps, while the clock goes on. */
  sleeps(minutes: number): void {
    this.#world.sleep(minutes);
  }

  commits(path: string, text: string): void {
    const { git, main } = this.#world;
    this.#tell(`commits ${path}`);
    const tree = git.treeOf({ ...git.filesOf(main), [path]: text });
    this.#world.moveMain(git.commit("main-2", { tree, parents: [main], message: "By hand\n" }));
    this.#world.startRuns(this.#world.main);
  }

  rewrites(from: string, to: string): void {
    const roadmap = this.#world.git.filesOf(this.#world.main)[ROADMAP] ?? "";
    this.commits(ROADMAP, roadmap.replace(from, to));
  }

  /** The checks of a pull request are gone, as if they had never begun. */
  forgetsChecks(number: number): void {
    this.#tell(`takes the checks of #${number} away`);
    this.#world.forgetChecks(this.#pull(number).head);
  }

  retargets(number: number, base: string): void {
    this.#tell(`retargets #${number}`);
    this.#world.pulls = this.#world.pulls.map((pull) => (pull.number === number ? { ...pull, base } : pull));
  }

  /** Brings what `daybreak/next` holds, or held at an earlier commit of it, to the default branch. */
  promotes(way: "merge" | "squash" | "rebase", upTo?: string): void {
    const { git, main, tip } = { git: this.#world.git, main: this.#world.main, tip: this.#world.tip(NEXT) };
    const head = upTo === undefined ? tip : Sha.parse(upTo);
    this.#tell(`promotes ${head} by ${way}`);
    const { tree } = git.read(head);
    if (way === "rebase") this.#world.moveMain(this.#rebased(head, main));
    else {
      const parents = way === "merge" ? [main, head] : [main];
      this.#world.moveMain(git.commit(`main-${way}`, { tree, parents, message: `Promote by ${way}\n` }));
    }
    this.#turnPromotion("merged");
  }

  /** What he reads of the youngest promotion. */
  get promotion(): string {
    return this.#world.promotions.at(-1)?.body ?? "";
  }

  closesPromotion(): void {
    this.#tell("closes the promotion");
    this.#turnPromotion("closed");
  }

  reopensPromotion(): void {
    this.#tell("reopens the promotion");
    this.#turnPromotion("open");
  }

  /** The host closes what went from there, and what went there. */
  deletesNext(): void {
    this.#tell("deletes daybreak/next");
    this.#world.git.branches.delete(NEXT);
    this.#turnPromotion("closed");
    this.#world.pulls = this.#world.pulls.map((pull) =>
      pull.state === "open" && pull.base === NEXT ? { ...pull, state: "closed" } : pull,
    );
  }

  ticks(slug: string): void {
    this.#tell(`ticks drop ${slug}`);
    const { promotions } = this.#world;
    this.#world.promotions = promotions.map((one) =>
      one.state === "open" ? { ...one, body: boxOf(one.body, slug) } : one,
    );
  }

  commitsToNext(path: string, text: string): void {
    const { git } = this.#world;
    const tip = this.#world.tip(NEXT);
    this.#tell(`commits ${path} to daybreak/next`);
    const tree = git.treeOf({ ...git.filesOf(tip), [path]: text });
    this.#world.moveNext(git.commit("own", { tree, parents: [tip], message: "By hand\n" }));
  }

  forbidsPulls(because: string): void {
    this.#tell("forbids pull requests");
    this.#world.setting.refuses.pulls = because;
  }

  /** Whatever runs on the landing branch is gone, as if it had never begun. */
  losesRuns(): void {
    this.#tell("loses the runs");
    this.#world.runs = [];
  }

  says(stop: string | null): void {
    this.#tell(stop === null ? "takes the stop away" : "says stop");
    this.#world.stop = stop;
  }

  #rebased(head: Sha, onto: Sha): Sha {
    const { git } = this.#world;
    if (git.isAncestor(head, onto)) return onto;
    const { tree, message, parents } = git.read(head);
    const [parent] = parents;
    const below = parent ? this.#rebased(parent, onto) : onto;
    return git.commit(`${head.replace(/'+$/, "")}-rebased`, { tree, parents: [below], message });
  }

  /** The youngest one. */
  #turnPromotion(state: "open" | "closed" | "merged"): void {
    const { promotions } = this.#world;
    this.#world.promotions = promotions.map((one, index) =>
      index === promotions.length - 1 && one.state !== "merged" ? { ...one, state } : one,
    );
  }

  #pull(number: number): Pull {
    const pull = this.#world.pulls.find((one) => one.number === number);
    if (!pull) throw new Error(`there is no #${number}`);
    return pull;
  }

  #tell(what: string): void {
    this.#world.story.push(`human     ${what}`);
  }
}
