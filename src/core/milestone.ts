/** A milestone is a contract: what to build, and how anyone can tell that it is done. */

import * as z from "zod";

/** A commit or tree id as git prints it. Adapters check its shape; tests use readable stand-ins. */
export const Sha = z.string().min(1).brand<"Sha">();
export type Sha = z.infer<typeof Sha>;

/** The seven characters by which people call a commit. Readable stand-ins stay whole if they are shorter. */
export function short(sha: string): string {
  return sha.slice(0, 7);
}

/** The milestone's name as its owner wrote it, such as `M3.2`. */
export const MilestoneId = z.string().min(1).max(64).brand<"MilestoneId">();
export type MilestoneId = z.infer<typeof MilestoneId>;

/** The milestone's name where only a safe name will do: refs, artifacts, matrix entries. */
export const Slug = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
  .brand<"Slug">();
export type Slug = z.infer<typeof Slug>;

/** The hash of a milestone's contract, status left out: 16 hexadecimal digits. */
export const Spec = z.string().min(1).brand<"Spec">();
export type Spec = z.infer<typeof Spec>;

/** One thing a person would do or see in a browser. `what` is visible text, a label, a placeholder or a role's name. */
export const BrowserStep = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("open"), path: z.string() }),
  z.strictObject({ do: z.literal("click"), what: z.string() }),
  z.strictObject({ do: z.literal("fill"), what: z.string(), value: z.string() }),
  z.strictObject({ do: z.literal("press"), key: z.string() }),
  z.strictObject({ do: z.literal("see"), text: z.string() }),
  z.strictObject({ do: z.literal("miss"), text: z.string() }),
]);
export type BrowserStep = z.infer<typeof BrowserStep>;

/** How a criterion is checked. `none` is no way at all: it needs a test that names it, or a human. */
export const Way = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("command"),
    command: z.string().min(1),
    exitCode: z.int().min(0).max(255),
    prints: z.string().nullable(),
  }),
  z.strictObject({ by: z.literal("file"), path: z.string().min(1), contains: z.string().nullable() }),
  /** A test whose full name holds this text. */
  z.strictObject({ by: z.literal("test"), name: z.string().min(1) }),
  /** A request to the program the policy's `start:` starts. */
  z.strictObject({
    by: z.literal("http"),
    method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    path: z.string().startsWith("/"),
    body: z.string().nullable(),
    status: z.int().min(100).max(599),
    contains: z.string().nullable(),
  }),
  z.strictObject({ by: z.literal("browser"), steps: z.array(BrowserStep).min(1) }),
  /** A command that talks to the running program or to the outside; its address is in `DAYBREAK_URL`. */
  z.strictObject({ by: z.literal("probe"), command: z.string().min(1) }),
  /** Pictures before and after; never blocks. */
  z.strictObject({ by: z.literal("look"), path: z.string().startsWith("/") }),
  z.strictObject({ by: z.literal("manual") }),
  z.strictObject({ by: z.literal("none") }),
]);
export type Way = z.infer<typeof Way>;
export type WayOf<By extends Way["by"]> = Extract<Way, { by: By }>;

/** What sort of change is asked for: it decides what counts as proof. */
export const Kind = z.enum(["feature", "fix", "refactoring", "migration", "coverage", "documentation"]);
export type Kind = z.infer<typeof Kind>;

/** How much work it is: it decides how a budget is shared out among the phases. */
export const Complexity = z.enum(["simple", "medium", "complex"]);
export type Complexity = z.infer<typeof Complexity>;

/** One checkable sentence, without its list marker and without its way in brackets. */
export const AcceptanceCriterion = z.strictObject({ text: z.string().min(1), way: Way });
export type AcceptanceCriterion = z.infer<typeof AcceptanceCriterion>;

export const MilestoneStatus = z.enum(["planned", "in-progress", "done", "unmarked"]);
export type MilestoneStatus = z.infer<typeof MilestoneStatus>;

export const Milestone = z.strictObject({
  id: MilestoneId,
  slug: Slug,
  title: z.string(),
  objective: z.string(),
  criteria: z.array(AcceptanceCriterion),
  dependsOn: z.array(MilestoneId),
  /** Globs of the only paths it may change; empty means anywhere that is not protected. */
  touches: z.array(z.string()),
  /** Globs of what it may change although a rule would refuse: existing tests, `package.json` scripts. */
  allows: z.array(z.string()),
  smoke: z.array(z.string()),
  /** As its `**Kind:**` says, else inferred from the contract's words. */
  kind: Kind,
  /** Whether the owner wrote the kind down. */
  kindGiven: z.boolean(),
  /** A command whose printed number must fall (refactoring, migration) or rise (coverage). */
  metric: z.string().nullable(),
  /** As its `**Complexity:**` says; null: to be estimated. */
  complexity: Complexity.nullable().default(null),
  status: MilestoneStatus,
  spec: Spec,
  /** 1-based line of its heading. */
  line: z.int().positive(),
});
export type Milestone = z.infer<typeof Milestone>;

/** Whether its court takes pictures: of what a browser saw, or of a page before and after. */
export function isPictured({ criteria }: Pick<Milestone, "criteria">): boolean {
  return criteria.some(({ way }) => way.by === "browser" || way.by === "look");
}

/** What a criterion is called by, such as `M3.2/2`. `index` counts from 0. */
export function criterionName(milestone: MilestoneId, index: number): string {
  return `${milestone}/${index + 1}`;
}
