/** A milestone is a contract: what to build, and how anyone can tell that it is done. */

import * as z from "zod";

/** A commit or tree id as git prints it. Adapters check its shape; tests use readable stand-ins. */
export const Sha = z.string().min(1).brand<"Sha">();
export type Sha = z.infer<typeof Sha>;

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

/**
 * How a criterion is checked. `unknown` is a way this version cannot drive yet (`(http: …)`), `none` is no way
 * at all: both need a human.
 */
export const Way = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("command"),
    command: z.string().min(1),
    exitCode: z.int().min(0).max(255),
    prints: z.string().nullable(),
  }),
  z.strictObject({ by: z.literal("file"), path: z.string().min(1), contains: z.string().nullable() }),
  z.strictObject({ by: z.literal("manual") }),
  z.strictObject({ by: z.literal("unknown"), way: z.string() }),
  z.strictObject({ by: z.literal("none") }),
]);
export type Way = z.infer<typeof Way>;

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
  status: MilestoneStatus,
  spec: Spec,
  /** 1-based line of its heading. */
  line: z.int().positive(),
});
export type Milestone = z.infer<typeof Milestone>;
