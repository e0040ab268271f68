/** A repository and everything its host knows of it, as values. Others act on it; it never acts by itself. */

import type { JournalLine, NightName } from "#core/journal.ts";
import { Sha, Slug } from "#core/milestone.ts";
import type { Blocker, Check, Observation, Pull } from "#core/observation.ts";
import { applyEdits, editsBetween, type Files, MemoryGit } from "./memory-git.ts";

export const MAIN = "main";
export const ROADMAP = "ROADMAP.md";
export const CHANGELOG = "CHANGELOG.md";

/** The app whose checks stand for the owner's own CI. */
export const CI_APP = 15_368;

/** What the owner's CI may look at: the files of a head, and how many heads of this attempt it has seen. */
export type Head = { slug: Slug; attempt: number; files: Files; nth: number };
export type Ci = (head: Head) => Check["conclusion"];

export type Setting = {
  files: Files;
  policy: Record<string, unknown>;
  mode: Observation["mode"];
  /** Name of the required check, if there is one, and what it says of a head. */
  required: readonly string[];
  ci: Ci;
  rules: { pullRequest: boolean; mergeQueue: boolean };
  refuses: { pulls: string | null; landing: string | null };
  now: string;
  /** Minutes until the host calls a pull request merged whose head is in the branch already. */
  lag: number;
};

/** Thrown where a story ends a workflow run in the middle of a write. */
export class Killed extends Error {}

export class MemoryWorld {
  readonly git = new MemoryGit();
  readonly setting: Setting;
  readonly story: string[] = [];
  readonly writes: string[] = [];
  readonly running = new Set<number>();
  pulls: Pull[] = [];
  blockers: Blocker[] = [];
  checks: Check[] = [];
  parked: Observation["parked"] = [];
  journal: JournalLine[] = [];
  dashboard: { issue: number; body: string } | null = null;
  files: Record<string, string> = {};
  /** Branches from which somebody else has opened a pull request: the host allows one for each. */
  readonly strangers = new Set<string>();
  stop: string | null = null;
  dispatched: NightName | null = null;
  now: string;
  /** The write that is not made, because everything ends just before it. */
  killAt: number | null = null;
  #numbers = 0;
  #cycles = 0;
  #moved = 0;
  readonly #known = new Map<string, unknown>();
  readonly #heads: string[] = [];

  constructor(setting: Setting) {
    this.setting = setting;
    this.now = setting.now;
    const tree = this.git.treeOf(setting.files);
    this.git.branches.set(MAIN, this.git.commit("main-1", { tree, parents: [], message: "Begin\n" }));
  }

  get main(): Sha {
    return this.tip(MAIN);
  }

  tip(branch: string): Sha {
    return this.git.branches.get(branch) ?? Sha.parse("nothing");
  }

  /** What was worked out before: a story looks at the same world hundreds of times. */
  recall<Value>(key: string, work: () => Value): Value {
    if (!this.#known.has(key)) this.#known.set(key, work());
    return this.#known.get(key) as Value;
  }

  /** Pull requests and issues share their numbers. */
  number(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  nextCycle(): number {
    this.#cycles += 1;
    return this.#cycles;
  }

  sleep(minutes: number): void {
    this.now = new Date(Date.parse(this.now) + minutes * 60_000).toISOString();
    this.#callMerged();
  }

  /** Every change by Daybreak goes through here: counted, and in some stories never made. */
  write(what: string, change: () => void): void {
    if (this.writes.length === this.killAt) {
      this.killAt = null;
      throw new Killed(`killed before it could ${what}`);
    }
    this.writes.push(what);
    change();
  }

  /** Moves the branch of an attempt; an open pull request follows it, and so do its checks. */
  push(branch: string, head: Sha): void {
    this.git.branches.set(branch, head);
    this.pulls = this.pulls.map((pull) =>
      pull.state === "open" && branchOf(pull) === branch ? { ...pull, head } : pull,
    );
    for (const pull of this.pulls.filter((one) => one.state === "open" && one.head === head))
      this.#check(pull);
  }

  openPull(slug: Slug, attempt: number): void {
    const head = this.tip(branchOf({ slug, attempt }));
    const pull: Pull = { number: this.number(), slug, attempt, head, base: MAIN, state: "open" };
    this.pulls.push(pull);
    this.#check(pull);
  }

  /** Moves the landing branch: whatever it contains now is merged, sooner or later. */
  moveMain(head: Sha): void {
    this.git.branches.set(MAIN, head);
    this.#moved = Date.parse(this.now);
    this.#callMerged();
  }

  #callMerged(): void {
    if (Date.parse(this.now) - this.#moved < this.setting.lag * 60_000) return;
    this.pulls = this.pulls.map((pull) =>
      pull.state === "open" && this.git.isAncestor(pull.head, this.main)
        ? { ...pull, state: "merged" }
        : pull,
    );
  }

  /** The owner's CI comes to its end on everything it is looking at. True when there was anything. */
  finishChecks(): boolean {
    const pending = this.checks.filter(({ conclusion }) => conclusion === "pending");
    this.checks = this.checks.map((check) =>
      check.conclusion === "pending" ? { ...check, conclusion: this.#judge(check) } : check,
    );
    return this.checks.filter(({ conclusion }) => conclusion === "pending").length < pending.length;
  }

  /** What merging the head into the landing branch gives, if it gives anything. */
  merged(head: Sha): { files: Files } | { conflicts: string[] } {
    const [parent] = this.git.read(head).parents;
    const edits = editsBetween(parent ? this.git.filesOf(parent) : {}, this.git.filesOf(head));
    return applyEdits(this.git.filesOf(this.main), edits.filter(isCode));
  }

  #check({ slug, attempt, head }: Pull): void {
    if (this.setting.required.length === 0 || this.#heads.includes(`${slug}/${attempt} ${head}`)) return;
    this.#heads.push(`${slug}/${attempt} ${head}`);
    for (const name of this.setting.required) {
      if (this.setting.mode === "token-only") this.parked.push({ head, run: 700 + this.parked.length, name });
      else this.checks.push({ head, name, app: CI_APP, conclusion: "pending", byOurApp: false });
    }
  }

  #judge({ head }: Check): Check["conclusion"] {
    const key = this.#heads.find((one) => one.endsWith(` ${head}`)) ?? "";
    const [, slug = "", attempt = ""] = /^(.+)\/(\d+) /.exec(key) ?? [];
    const nth = this.#heads.filter((one) => one.startsWith(`${slug}/${attempt} `)).length;
    const files = this.git.filesOf(head);
    return this.setting.ci({ slug: Slug.parse(slug), attempt: Number(attempt), files, nth });
  }
}

/** Roadmap and changelog are rendered, never merged. */
export function isCode({ path }: { path: string }): boolean {
  return path !== ROADMAP && path !== CHANGELOG;
}

export function branchOf({ slug, attempt }: { slug: Slug; attempt: number }): string {
  return `daybreak/m/${slug}/${attempt}`;
}
