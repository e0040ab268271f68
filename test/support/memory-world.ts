/** A repository and everything its host knows of it, as values. Others act on it; it never acts by itself. */

import { VERIFY } from "#core/gates.ts";
import type { JournalLine, NightName } from "#core/journal.ts";
import { Sha, Slug } from "#core/milestone.ts";
import type { Blocker, Check, MergeMethod, Observation, PromotionPull, Pull } from "#core/observation.ts";
import { NEXT } from "#core/policy.ts";
import { applyEdits, editsBetween, type Files, MemoryGit } from "./memory-git.ts";

export const MAIN = "main";
export const ROADMAP = "ROADMAP.md";
export const CHANGELOG = "CHANGELOG.md";

/** The app whose checks stand for the owner's own CI. */
export const CI_APP = 15_368;

/** What the owner's CI may look at: the files of a head, and how many heads of this attempt it has seen. */
export type Head = { slug: Slug; attempt: number; files: Files; nth: number };
export type Ci = (head: Head) => Check["conclusion"];

/** One workflow of the owner's that runs on the landing branch, by its file's name, and what it says of a commit. */
export type Own = Readonly<Record<string, (files: Files) => Check["conclusion"]>>;

export type Setting = {
  own?: Own;
  /** Workflows without a `workflow_dispatch` trigger. */
  undispatchable?: readonly string[];
  files: Files;
  policy: Record<string, unknown>;
  private: boolean;
  mode: Observation["mode"];
  /** Name of the required check, if there is one, and what it says of a head. */
  required: readonly string[];
  ci: Ci;
  rules: Omit<Observation["rules"], "required">;
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
  /** Pull requests from `daybreak/next` to the default branch. */
  promotions: Omit<PromotionPull, "ours" | "ticked">[] = [];
  blockers: Blocker[] = [];
  checks: Check[] = [];
  parked: Observation["parked"] = [];
  /** Runs of the owner's workflows on commits of the landing branch. */
  runs: { commit: Sha; name: string; conclusion: Check["conclusion"] }[] = [];
  journal: JournalLine[] = [];
  dashboard: { issue: number; body: string } | null = null;
  files: Record<string, string> = {};
  /** What attempts noted, by its place on the state branch. */
  readonly notes: Record<string, string> = {};
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
    this.startRuns(this.main);
    this.#finishRuns();
  }

  get main(): Sha {
    return this.tip(MAIN);
  }

  /** Whether `daybreak/next` is what milestones land on. */
  get rolls(): boolean {
    return this.setting.policy.land === "next";
  }

  get landingBranch(): string {
    return this.rolls ? NEXT : MAIN;
  }

  /** Where the landing branch is, or would begin. */
  get landing(): Sha {
    return this.git.branches.get(this.landingBranch) ?? this.main;
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
    const base = this.landingBranch;
    const pull: Pull = { number: this.number(), slug, attempt, head, base, state: "open" };
    this.pulls.push(pull);
    this.#check(pull);
  }

  /** Moves the landing branch: whatever it contains now is merged, sooner or later. */
  moveMain(head: Sha): void {
    this.git.branches.set(MAIN, head);
    this.#moved = Date.parse(this.now);
    this.#callMerged();
    this.#runOn(head);
  }

  /** As `moveMain`, where milestones land. */
  moveLanding(head: Sha): void {
    if (this.rolls) this.moveNext(head);
    else this.moveMain(head);
  }

  /** An open promotion follows its branch. */
  moveNext(head: Sha): void {
    this.git.branches.set(NEXT, head);
    this.promotions = this.promotions.map((one) => (one.state === "open" ? { ...one, head } : one));
    this.#moved = Date.parse(this.now);
    this.#callMerged();
    this.#runOn(head);
  }

  /** What GITHUB_TOKEN pushes starts nothing. */
  #runOn(head: Sha): void {
    if (this.setting.mode === "app") this.startRuns(head);
  }

  startRuns(commit: Sha, names: readonly string[] = Object.keys(this.setting.own ?? {})): void {
    this.runs = this.runs.filter((run) => run.commit !== commit || !names.includes(run.name));
    this.runs.push(...names.map((name) => ({ commit, name, conclusion: "pending" as const })));
  }

  #finishRuns(): boolean {
    const { own } = this.setting;
    const before = this.runs.filter(({ conclusion }) => conclusion === "pending").length;
    this.runs = this.runs.map((run) => {
      const said = own?.[run.name]?.(this.git.filesOf(run.commit)) ?? run.conclusion;
      return run.conclusion === "pending" ? { ...run, conclusion: said } : run;
    });
    return this.runs.filter(({ conclusion }) => conclusion === "pending").length < before;
  }

  /** The host's own words against moving the landing branch without a pull request, or null. */
  whyNotPushed(): string | null {
    const { refuses, rules } = this.setting;
    if (refuses.landing !== null) return refuses.landing;
    return rules.pullRequest || rules.mergeQueue ? "Changes must be made through a pull request." : null;
  }

  /** And against merging a pull request now. */
  whyNotMerged(number: number, head: Sha, method: MergeMethod): string | null {
    const { mergeQueue, approvals, methods, linear } = this.setting.rules;
    const pull = this.pulls.find((one) => one.number === number);
    if (this.setting.refuses.landing !== null) return this.setting.refuses.landing;
    if (pull?.state !== "open") return "Pull Request is not mergeable";
    if (pull.head !== head) return "Head branch was modified. Review and try the merge again.";
    if (!methods.includes(method)) return `${method} is not allowed on this repository.`;
    if (mergeQueue) return "Changes must be made through the merge queue";
    if (approvals > 0) return "approving reviews are required";
    return linear && method === "merge" ? "This branch must not contain merge commits." : null;
  }

  /** A merge commit on top, or the head's change as a commit of its own. */
  mergePull(number: number, method: MergeMethod): void {
    const { git, landing } = this;
    const pull = this.pulls.find((one) => one.number === number);
    if (!pull) throw new Error(`there is no #${number}`);
    const merged = this.merged(pull.head);
    if ("conflicts" in merged) throw new Error(`#${number} conflicts`);
    const tree = git.isAncestor(landing, pull.head) ? git.read(pull.head).tree : git.treeOf(merged.files);
    const parents = method === "merge" ? [landing, pull.head] : [landing];
    const message = method === "merge" ? `Merge #${number}\n` : git.read(pull.head).message;
    const commit = git.commit(`${pull.slug}-${pull.attempt}-${method}`, { tree, parents, message });
    this.pulls = this.pulls.map((one) => (one === pull ? { ...one, state: "merged" } : one));
    this.moveLanding(commit);
  }

  #callMerged(): void {
    if (Date.parse(this.now) - this.#moved < this.setting.lag * 60_000) return;
    this.pulls = this.pulls.map((pull) =>
      pull.state === "open" && this.git.isAncestor(pull.head, this.git.branches.get(pull.base) ?? this.main)
        ? { ...pull, state: "merged" }
        : pull,
    );
  }

  /** A pull request that is no attempt's: the required checks begin on its head. */
  checkHead(head: Sha): void {
    const begun = this.checks.some((one) => one.head === head && one.name !== VERIFY);
    if (this.setting.mode !== "app" || begun) return;
    for (const name of this.setting.required)
      this.checks.push({ head, name, app: CI_APP, conclusion: "pending", byOurApp: false });
  }

  /** The owner's CI forgets what it said of a head, or never begins. */
  forgetChecks(head: Sha): void {
    this.checks = this.checks.filter((check) => check.head !== head || check.name === VERIFY);
  }

  /** The owner's CI comes to its end on everything it is looking at. True when there was anything. */
  finishChecks(): boolean {
    const pending = this.checks.filter(({ conclusion }) => conclusion === "pending");
    this.checks = this.checks.map((check) =>
      check.conclusion === "pending" ? { ...check, conclusion: this.#judge(check) } : check,
    );
    const ran = this.#finishRuns();
    return ran || this.checks.filter(({ conclusion }) => conclusion === "pending").length < pending.length;
  }

  /** What merging the head into the landing branch gives, if it gives anything. */
  merged(head: Sha): { files: Files } | { conflicts: string[] } {
    const [parent] = this.git.read(head).parents;
    const edits = editsBetween(parent ? this.git.filesOf(parent) : {}, this.git.filesOf(head));
    return applyEdits(this.git.filesOf(this.landing), edits.filter(isCode));
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
    if (key === "") return this.setting.ci({ slug: Slug.parse("revert"), attempt: 1, files, nth: 1 });
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
