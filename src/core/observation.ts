/** Everything one look knows: read once, printable, and enough to replay every decision offline. Facts only. */

import * as z from "zod";
import { JournalLine, NightName } from "#core/journal.ts";
import { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { Policy } from "#core/policy.ts";
import { Roadmap } from "#core/roadmap.ts";
import { ToldRule } from "#core/rules.ts";

/** How this cycle came to be. `button`: a human's; `dispatch`: Daybreak's own, names its night; `tick`: anything else. */
export const Trigger = z.enum(["schedule", "button", "dispatch", "tick"]);
export type Trigger = z.infer<typeof Trigger>;

/** A ref `daybreak/m/<slug>/<attempt>` and the commit it names. A claim carries `ceiling`, a milestone commit does not. */
export const AttemptRef = z.strictObject({
  slug: Slug,
  attempt: z.int().positive(),
  sha: Sha,
  parents: z.array(Sha),
  tree: Sha,
  /** The trailers we wrote; null where the commit lacks them, which makes it a stranger's. */
  trailers: z
    .strictObject({
      milestone: MilestoneId,
      attempt: z.int().positive(),
      cycle: z.int().positive(),
      spec: Spec,
      ceiling: z.number().nonnegative().nullable(),
    })
    .nullable(),
  /** Paths that conflict when its change is restacked on the landing branch; empty when it stacks, null when not tried. */
  conflicts: z.array(z.string()).nullable(),
});
export type AttemptRef = z.infer<typeof AttemptRef>;

/** A pull request of ours: author id, repository and head ref were checked before it became one of these. */
export const Pull = z.strictObject({
  number: z.int().positive(),
  slug: Slug,
  attempt: z.int().positive(),
  head: Sha,
  base: z.string(),
  state: z.enum(["open", "closed", "merged"]),
});
export type Pull = z.infer<typeof Pull>;

/** One report on a head. Everything that is not an explicit success counts as not passing. */
export const Check = z.strictObject({
  head: Sha,
  name: z.string(),
  /** Id of the app that reported it; null for commit statuses. */
  app: z.int().nullable(),
  conclusion: z.enum([
    "success",
    "failure",
    "pending",
    "cancelled",
    "skipped",
    "neutral",
    "stale",
    "timed_out",
    "action_required",
    "unreadable",
  ]),
  /** A status whose creator is our own App. Nobody else can write as that App. */
  byOurApp: z.boolean(),
});
export type Check = z.infer<typeof Check>;

export const RequiredCheck = z.strictObject({
  name: z.string(),
  /** Only reports of this app count; null accepts any. */
  app: z.int().nullable(),
  source: z.enum(["ruleset", "protection", "policy"]),
});
export type RequiredCheck = z.infer<typeof RequiredCheck>;

export const MergeMethod = z.enum(["merge", "squash", "rebase"]);
export type MergeMethod = z.infer<typeof MergeMethod>;

/** What the landing branch's rules demand of whoever lands. A rule he may bypass is not among them. */
export const Rules = z.strictObject({
  required: z.array(RequiredCheck),
  pullRequest: z.boolean(),
  mergeQueue: z.boolean(),
  /** The branch may hold no merge commits. */
  linear: z.boolean(),
  /** Reviews that somebody else must have given a pull request. */
  approvals: z.int().nonnegative(),
  /** Required checks count only on a head that holds the tip of the branch. Every position of the train does. */
  strict: z.boolean(),
  /** How a pull request may be merged, by the repository's settings and the rules. */
  methods: z.array(MergeMethod),
});
export type Rules = z.infer<typeof Rules>;

/** A branch that nothing protects. */
export const NO_RULES: Rules = {
  required: [],
  pullRequest: false,
  mergeQueue: false,
  linear: false,
  approvals: 0,
  strict: false,
  methods: ["merge", "squash", "rebase"],
};

/** A commit of the landing branch, and what the owner's own checks said of it there: workflows go by their file's name. */
export const Landmark = z.strictObject({
  commit: Sha,
  parents: z.array(Sha),
  tree: Sha,
  checks: z.array(
    z.strictObject({ name: z.string(), workflow: z.boolean(), conclusion: Check.shape.conclusion }),
  ),
});
export type Landmark = z.infer<typeof Landmark>;

/** A ref `daybreak/revert/<slug>/<attempt>`: the commit that takes a landed attempt back. */
export const RevertRef = z.strictObject({
  slug: Slug,
  attempt: z.int().positive(),
  sha: Sha,
  parents: z.array(Sha),
  tree: Sha,
});
export type RevertRef = z.infer<typeof RevertRef>;

/** An issue of ours that asks a human one question. */
export const Blocker = z.strictObject({
  issue: z.int().positive(),
  /** What it is about: a slug, or the name of a night-wide cause such as `parked-runs`. */
  key: z.string(),
  milestone: MilestoneId.nullable(),
  open: z.boolean(),
  because: z.string(),
  ask: z.string(),
});
export type Blocker = z.infer<typeof Blocker>;

/** A commit that `daybreak/next` has and the default branch lacks. */
export const Unpromoted = z.strictObject({
  commit: Sha,
  /** The first of its parents. */
  parent: Sha,
  tree: Sha,
  /** The first line of its message. */
  title: z.string(),
  /** What its trailers say; null for a commit that is no milestone's: the owner's own. */
  of: z.strictObject({ milestone: MilestoneId, attempt: z.int().positive(), spec: Spec }).nullable(),
});
export type Unpromoted = z.infer<typeof Unpromoted>;

/** The one pull request from `daybreak/next` to the default branch: the open one, else the youngest. */
export const PromotionPull = z.strictObject({
  number: z.int().positive(),
  head: Sha,
  state: z.enum(["open", "closed", "merged"]),
  /** False: somebody else opened it, and it is never edited. */
  ours: z.boolean(),
  body: z.string(),
  /** The attempts whose box is ticked in our own list. */
  ticked: z.array(z.strictObject({ slug: Slug, attempt: z.int().positive() })),
});
export type PromotionPull = z.infer<typeof PromotionPull>;

/** Everything about `daybreak/next` beside what it has as landing branch. */
export const Promotion = z.strictObject({
  /** The tip of the default branch. */
  onto: Sha,
  /** The tip of `daybreak/next`; null while there is no such branch. */
  next: Sha.nullable(),
  /** Whether the tip of the default branch is part of it. */
  holds: z.boolean(),
  /** Oldest first; merge commits left out. */
  unpromoted: z.array(Unpromoted),
  /** The milestones that are done in the default branch's own roadmap. */
  promoted: z.array(MilestoneId),
  /** The contracts in that roadmap, by milestone. */
  contracts: z.record(z.string(), Spec),
  /** What real git makes of the commits to be kept on top of the default branch; null while the branch is as it should be. */
  rebuilt: z
    .strictObject({
      chain: z.array(Unpromoted),
      left: z.array(z.strictObject({ commit: Sha, conflicts: z.array(z.string()) })),
    })
    .nullable(),
  /** What `daybreak/rebuild` names. */
  staged: Sha.nullable(),
  pull: PromotionPull.nullable(),
});
export type Promotion = z.infer<typeof Promotion>;

const Problem = z.strictObject({
  file: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  remedy: z.string(),
});

export const Observation = z.strictObject({
  now: z.iso.datetime(),
  cycle: z.strictObject({
    id: z.int().positive(),
    trigger: Trigger,
    /** File name of the caller's workflow, such as `daybreak.yml`. */
    workflow: z.string(),
  }),
  night: z.strictObject({ name: NightName, paid: z.boolean(), over: z.boolean(), because: z.string() }),
  repository: z.strictObject({ fullName: z.string(), private: z.boolean(), defaultBranch: z.string() }),
  mode: z.enum(["app", "token-only"]),
  /** Who said stop and where, or null. */
  stop: z.string().nullable(),
  policy: z.custom<Policy>((value) => typeof value === "object" && value !== null),
  /** Top-level keys the owner's policy file gives. */
  policyGiven: z.array(z.string()),
  /** What is wrong with policy or roadmap. Errors of the policy stop everything; the roadmap's only their milestone. */
  problems: z.array(Problem),
  landing: z.strictObject({ branch: z.string(), sha: Sha }),
  /** Null unless the policy says `land: next`. */
  promotion: Promotion.nullable(),
  roadmap: Roadmap,
  /** What an engine is told to mind: the rules that ship, and the owner's. */
  engineRules: z.array(ToldRule),
  /** Path of the changelog that is kept, or null. */
  changelogPath: z.string().nullable(),
  refs: z.array(AttemptRef),
  pulls: z.array(Pull),
  /** Workflow runs that hold a claim and have not ended. */
  activeCycles: z.array(z.int().positive()),
  checks: z.array(Check),
  /** Runs on our heads that wait for a human's approval. */
  parked: z.array(z.strictObject({ head: Sha, run: z.int().positive(), name: z.string() })),
  rules: Rules,
  /**
   * The landing branch as its own checks see it, newest first: its tip, if one of ours landed there, and while that is
   * red what is below it, down to where it was green or somebody else's.
   */
  trail: z.array(Landmark),
  reverts: z.array(RevertRef),
  blockers: z.array(Blocker),
  journal: z.array(JournalLine),
  /** What an earlier report left, so that an unchanged one writes nothing. */
  reported: z.strictObject({
    dashboard: z.strictObject({ issue: z.int().positive(), body: z.string() }).nullable(),
    files: z.record(z.string(), z.string()),
  }),
});
export type Observation = z.infer<typeof Observation>;

/** Why nothing may be decided at all, or null: somebody said stop, or the owner's rules cannot be read. */
export function haltOf({ stop, problems }: Pick<Observation, "stop" | "problems">): string | null {
  if (stop !== null) return `stopped: ${stop}`;
  const broken = problems.find(({ severity, code }) => severity === "error" && code.startsWith("POLICY"));
  return broken ? `the policy has an error: ${broken.message}` : null;
}
