/** The append-only lines on `daybreak/state`: each is the receipt of one decision. Losing them costs retries, no more. */

import * as z from "zod";
import { NOTHING_RESERVED, Reserved } from "#core/budget.ts";
import { Finding } from "#core/evidence.ts";
import { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import { Spend } from "#core/outcome.ts";

/** A night, named by its evening (`2026-11-20`) or by the minute its button was pressed (`2026-11-20T1432`). */
export const NightName = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{4})?$/)
  .brand<"NightName">();
export type NightName = z.infer<typeof NightName>;

const stamp = { at: z.iso.datetime(), night: NightName, cycle: z.int().positive() };
const attempt = {
  milestone: MilestoneId,
  slug: Slug,
  attempt: z.int().positive(),
  spec: Spec,
};

/** An attempt was claimed, and its ceiling set aside. */
const Assigned = z.strictObject({
  line: z.literal("assigned"),
  ...stamp,
  ...attempt,
  base: Sha,
  /** US dollars. */
  ceiling: z.number().nonnegative(),
  reserved: Reserved.default(NOTHING_RESERVED),
});

/**
 * What came of an attempt's work. `pull`: a pull request was opened, whatever its evidence says. `interrupted`: another
 * attempt goes on where it was, with the change of `tree` if it left one.
 */
const Published = z.strictObject({
  line: z.literal("published"),
  ...stamp,
  ...attempt,
  as: z.enum(["pull", "rejected", "blocked", "lost", "interrupted"]),
  because: z.array(z.string()),
  /** The question only a human can answer, with `as: "blocked"`. */
  ask: z.string().nullable(),
  /** A code of the error catalogue that holds the whole night: the model's key or money. */
  code: z.string().nullable(),
  /** When that is over by itself; left out: not before a human did something. */
  until: z.iso.datetime().optional(),
  spend: Spend,
  /** How long its engine was at work. */
  seconds: z.number().nonnegative().default(0),
  tree: Sha.nullable(),
  findings: z.array(Finding),
});

/** A pull request was rejected by a gate. */
const Rejected = z.strictObject({
  line: z.literal("rejected"),
  ...stamp,
  ...attempt,
  pull: z.int().positive(),
  /** False for a conflict: charged, not counted. */
  counted: z.boolean(),
  because: z.array(z.string()),
});

/** A head was restacked on `base`; or, with conflicts, could not be: then `head` is as it was. */
const Staged = z.strictObject({
  line: z.literal("staged"),
  ...stamp,
  ...attempt,
  pull: z.int().positive(),
  base: Sha,
  head: Sha,
  conflicts: z.array(z.string()).default([]),
});

/** A milestone's commit became part of the landing branch. */
const Landed = z.strictObject({
  line: z.literal("landed"),
  ...stamp,
  ...attempt,
  pull: z.int().positive(),
  commit: Sha,
  findings: z.array(Finding),
  /** The tree the branch got instead of the tested one: merging through a pull request leaves room for it. */
  astray: Sha.nullable().default(null),
});

/** The owner's workflows were asked about a commit of the landing branch. `refused`: those that cannot be asked. */
const Watched = z.strictObject({
  line: z.literal("watched"),
  ...stamp,
  commit: Sha,
  workflows: z.array(z.string()),
  refused: z.array(z.string()),
});

/** The court sat about a commit that has landed: whose fault is it, or do all promises hold at the end of the night? */
const Examined = z.strictObject({
  line: z.literal("examined"),
  ...stamp,
  commit: Sha,
  asked: z.enum(["culprit", "promises"]),
  /** Empty: green, or no redder than what it stands on. */
  because: z.array(z.string()),
  /** Whose promises do not hold any more. */
  broken: z.array(MilestoneId),
});

/** The commit that takes `commit` back was made on `base`; or, with conflicts, could not be: then `head` is `base`. */
const Unmade = z.strictObject({
  line: z.literal("unmade"),
  ...stamp,
  ...attempt,
  commit: Sha,
  base: Sha,
  head: Sha,
  conflicts: z.array(z.string()),
});

/** A landed milestone was taken back: `head` is the commit on the landing branch that did it. */
const Reverted = z.strictObject({
  line: z.literal("reverted"),
  ...stamp,
  ...attempt,
  commit: Sha,
  head: Sha,
  because: z.array(z.string()),
});

/** A model was asked what it thinks of a head, and paid for it. */
const Opined = z.strictObject({
  line: z.literal("opined"),
  ...stamp,
  ...attempt,
  head: Sha,
  spend: Spend,
});

/** A milestone was taken off `daybreak/next` before it was promoted. */
const Dropped = z.strictObject({
  line: z.literal("dropped"),
  ...stamp,
  ...attempt,
  commit: Sha,
  /** `gone`: somebody deleted the branch. */
  by: z.enum(["owner", "conflict", "red", "dependency", "gone"]),
  because: z.string(),
});

/** A question was put to a human. */
const Blocked = z.strictObject({
  line: z.literal("blocked"),
  ...stamp,
  milestone: MilestoneId.nullable(),
  issue: z.int().positive(),
  because: z.string(),
});

/** The night is over: nothing was left to do, or its hours were. */
const Closed = z.strictObject({ line: z.literal("closed"), ...stamp });

export const JournalLine = z.discriminatedUnion("line", [
  Assigned,
  Published,
  Rejected,
  Staged,
  Landed,
  Opined,
  Dropped,
  Watched,
  Examined,
  Unmade,
  Reverted,
  Blocked,
  Closed,
]);
export type JournalLine = z.infer<typeof JournalLine>;
export type LineOf<Name extends JournalLine["line"]> = Extract<JournalLine, { line: Name }>;

/** Reads `journal.jsonl`. Lines it cannot read are counted, never guessed. */
export function parseJournal(text: string): { lines: JournalLine[]; unreadable: number } {
  const lines: JournalLine[] = [];
  let unreadable = 0;
  for (const raw of text.split("\n")) {
    if (raw.trim() === "") continue;
    const line = lineFrom(raw);
    if (line) lines.push(line);
    else unreadable += 1;
  }
  return { lines, unreadable };
}

export function printJournal(lines: readonly JournalLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function linesOf<Name extends JournalLine["line"]>(
  journal: readonly JournalLine[],
  name: Name,
): LineOf<Name>[] {
  return journal.filter((line): line is LineOf<Name> => line.line === name);
}

function lineFrom(raw: string): JournalLine | null {
  try {
    return JournalLine.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}
