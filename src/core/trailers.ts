/** The messages of our commits, printed and parsed side by side. Trailers are provenance; they permit nothing. */

import * as z from "zod";
import type { Subject } from "#core/decision.ts";
import { MilestoneId, type Sha, Spec } from "#core/milestone.ts";

const Trailers = z.strictObject({
  milestone: MilestoneId,
  attempt: z.coerce.number().int().positive(),
  cycle: z.coerce.number().int().positive(),
  spec: Spec,
  /** US dollars set aside: only a claim has it. */
  ceiling: z.coerce.number().nonnegative().nullable(),
});
export type Trailers = z.infer<typeof Trailers>;

/** Words in a commit message with which GitHub starts no checks: docs.github.com, skipping workflow runs. */
const SKIPS_CHECKS = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi;

type Provenance = Omit<Subject, "slug"> & { cycle: number };

/** The claim of an attempt: it says who works on what, and what that may cost. */
export function claimMessage(provenance: Provenance, ceiling: number): string {
  const { milestone, attempt } = provenance;
  return `Claim ${milestone}, attempt ${attempt}\n\n${trailersOf(provenance)}Ceiling: ${ceiling}\n`;
}

/** The one commit of a milestone. `again` > 0 makes it a fresh commit of the same change. */
export function milestoneMessage(
  template: string,
  { title, ...provenance }: Provenance & { title: string },
  again = 0,
): string {
  const { milestone } = provenance;
  const subject = template.replaceAll(/\{(id|title)\}/g, (_, name) => (name === "id" ? milestone : title));
  return `${oneLine(subject) || oneLine(milestone)}\n\n${trailersOf(provenance)}${again > 0 ? `Again: ${again}\n` : ""}`;
}

/** The commit that takes a landed one back. It is no attempt: `parseTrailers` does not know it. */
export function revertMessage(
  template: string,
  { title, reverts, ...provenance }: Provenance & { title: string; reverts: Sha },
): string {
  const [subject = ""] = milestoneMessage(template, { ...provenance, title }).split("\n", 1);
  const { milestone, cycle } = provenance;
  return `Revert ${subject}\n\nMilestone: ${oneLine(milestone)}\nReverts: ${reverts}\nCycle: ${cycle}\n`;
}

/** Null for any message that is not one of ours. */
export function parseTrailers(message: string): Trailers | null {
  const last = message.trimEnd().split(/\n\n/).at(-1) ?? "";
  const found = new Map(
    last.split("\n").flatMap((line) => {
      const match = /^([A-Z][a-z]+): (.+)$/.exec(line);
      return match?.[1] && match[2] ? [[match[1], match[2]] as const] : [];
    }),
  );
  const parsed = Trailers.safeParse({
    milestone: found.get("Milestone"),
    attempt: found.get("Attempt"),
    cycle: found.get("Cycle"),
    spec: found.get("Spec"),
    ceiling: found.get("Ceiling") ?? null,
  });
  return parsed.success ? parsed.data : null;
}

function trailersOf({ milestone, attempt, cycle, spec }: Provenance): string {
  return `Milestone: ${oneLine(milestone)}\nAttempt: ${attempt}\nCycle: ${cycle}\nSpec: ${spec}\n`;
}

/** A title can hold anything a heading can; a commit's first line, and no trailer, can be forged with it. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\r\n\p{Cc}]+/gu, " ")
    .replaceAll(SKIPS_CHECKS, "($1)")
    .trim();
}
