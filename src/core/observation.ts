/** Everything one look knows: read once, printable, and enough to replay every decision offline. Facts only. */

import * as z from "zod";
import { JournalLine, NightName } from "#core/journal.ts";
import { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { Policy } from "#core/policy.ts";
import { Roadmap } from "#core/roadmap.ts";

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

/** What the landing branch's rules demand. */
export const Rules = z.strictObject({
  required: z.array(RequiredCheck),
  pullRequest: z.boolean(),
  mergeQueue: z.boolean(),
});
export type Rules = z.infer<typeof Rules>;

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
  roadmap: Roadmap,
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
