/** A human in a story: does by hand what Daybreak must cope with. Every act is told in one line. */

import type { Pull } from "#core/observation.ts";
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
  }

  pushesTo(number: number, path: string, text: string): void {
    const { git } = this.#world;
    const { head, slug, attempt } = this.#pull(number);
    this.#tell(`pushes ${path} to #${number}`);
    const tree = git.treeOf({ ...git.filesOf(head), [path]: text });
    const commit = git.commit("by-hand", { tree, parents: [head], message: "By hand\n" });
    this.#world.push(branchOf({ slug, attempt }), commit);
  }

  commits(path: string, text: string): void {
    const { git, main } = this.#world;
    this.#tell(`commits ${path}`);
    const tree = git.treeOf({ ...git.filesOf(main), [path]: text });
    this.#world.moveMain(git.commit("main-2", { tree, parents: [main], message: "By hand\n" }));
  }

  rewrites(from: string, to: string): void {
    const roadmap = this.#world.git.filesOf(this.#world.main)[ROADMAP] ?? "";
    this.commits(ROADMAP, roadmap.replace(from, to));
  }

  says(stop: string | null): void {
    this.#tell(stop === null ? "takes the stop away" : "says stop");
    this.#world.stop = stop;
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
