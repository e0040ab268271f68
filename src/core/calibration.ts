/** What the court would have made of an owner's own commits: rows, totals, and what would have to change. Runs nothing. */

import * as z from "zod";
import { RULES } from "#core/court/objection.ts";
import { Kind, Sha } from "#core/milestone.ts";
import { Spend } from "#core/outcome.ts";

/** One commit before the court, its parent as base and its message as the milestone. */
export const JudgedCommit = z.strictObject({
  commit: Sha,
  parent: Sha,
  subject: z.string().describe("First line of its message."),
  kind: Kind.describe("As its message says: it decides what counts as proof."),
  says: z.enum(["proven", "held", "refused"]).describe("`held`: open, with a question to a human."),
  because: z.array(z.string()).describe("Empty when proven."),
  rules: z.array(z.string()).describe("The rules that the reasons name."),
  seconds: z.number().nonnegative(),
});
export type JudgedCommit = z.infer<typeof JudgedCommit>;

/** A commit that was not put before the court. */
export const SkippedCommit = z.strictObject({ commit: Sha, subject: z.string(), because: z.string() });
export type SkippedCommit = z.infer<typeof SkippedCommit>;

/** What the engine made of a commit's message, its parent as base, without its tests. */
export const BuiltCommit = z.strictObject({
  commit: Sha,
  subject: z.string(),
  built: z.boolean().describe("Finished, proven by the court, and green with the commit's own tests."),
  because: z.array(z.string()),
  spend: Spend,
  seconds: z.number().nonnegative(),
});
export type BuiltCommit = z.infer<typeof BuiltCommit>;

export const RuleCount = z.strictObject({
  rule: z.string(),
  commits: z.int().positive().describe("Commits that were held or refused for it."),
  remedy: z.string().describe("What would have to change in the policy or in habits."),
});
export type RuleCount = z.infer<typeof RuleCount>;

export const Calibration = z
  .strictObject({
    version: z.literal(1),
    repository: z.string().describe("The folder as it was named."),
    head: Sha.describe("The commit from which was counted back."),
    asked: z.int().positive().describe("How many commits were to be judged."),
    judged: z.array(JudgedCommit).describe("The youngest first."),
    skipped: z.array(SkippedCommit).describe("Commits between them that were not judged, and why."),
    rules: z.array(RuleCount).describe("The most frequent first."),
    builds: z
      .array(BuiltCommit)
      .nullable()
      .describe("What the engine made of the first of them; null: it was not asked."),
    seconds: z.number().nonnegative().describe("Wall clock of this invocation."),
  })
  .describe("What the court would have made of a repository's own past commits.");
export type Calibration = z.infer<typeof Calibration>;

/** A reason's name, the beginning by which its sentences are known, and the way out. */
type Reason = { rule: string; known: RegExp; remedy: string };

/** What commits are held or refused for that is no rule of the court's own. */
const REASONS: readonly Reason[] = [
  {
    rule: "red base",
    known: /^`[\s\S]+` (?:exited -?\d+|was stopped at its time limit) on base$/u,
    remedy: "Start from a green commit: the gate commands were red before the change as well.",
  },
  {
    rule: "red gate",
    known: /^`[\s\S]+` (?:exited -?\d+|was stopped at its time limit)$|^no gate command ran$/u,
    remedy: "Let every commit pass the gate commands by itself, or name the right ones in the policy.",
  },
  {
    rule: "changed expectation",
    known:
      /^`[\s\S]+` (?:exited -?\d+|was stopped at its time limit) with the base's version of |^the gate commands did not run with the base's tests$/u,
    remedy: "Name the existing tests that a milestone may change under `**Allows:**`.",
  },
  {
    rule: "protected path",
    known: / is protected and was /u,
    remedy: "Make changes of protected paths in commits of their own: a human is asked for those.",
  },
  {
    rule: "limits",
    known: /; the policy's limit is /u,
    remedy: "Raise `limits:` in the policy, or cut such changes into smaller milestones.",
  },
  {
    rule: "out of bounds",
    known:
      /^`[\s\S]+` (?:changes `|was \w+: |became executable|holds |lies |is (?:a |not |no )|differs )|^And \d+ more/u,
    remedy: "Name such paths under the milestone's `**Allows:**`.",
  },
  {
    rule: "not run",
    known: /^not run: /u,
    remedy: "Raise `verify: minutes:` in the policy, or make the tests faster.",
  },
  {
    rule: "needs a human",
    known: /^only a human can judge /u,
    remedy: "Write criteria with a way of checking, or set `needs-human: land`.",
  },
  {
    rule: "failed criterion",
    known: /^criterion /u,
    remedy: "Look at what the criterion's command says on this commit.",
  },
];

/** Ways out for the court's own rules, where the usual one does not help. */
const REMEDIES: Partial<Record<string, string>> = {
  unproven:
    "Commit with every fix and feature a test that fails without it; call refactorings, documentation and test work so in the title.",
  "lost test": "Name the tests that a milestone may change or drop under `**Allows:**`.",
  "deleted test": "Name the tests that a milestone may drop under `**Allows:**`.",
  "weakened test": "Name the tests that a milestone may change under `**Allows:**`.",
  unstable: "Make the tests independent of time and order, or name them under `flakes:` in the policy.",
  "kind broken": "Say in the title what kind of change it is, and make only changes of that kind.",
};
const USUAL_REMEDY = "Leave it out of such changes, or allow it by name under `**Allows:**`.";
const OTHER: Omit<Reason, "known"> = { rule: "other", remedy: "Read the reasons above." };

/** Every rule once, in the order of the sentences. */
export function rulesIn(because: readonly string[]): string[] {
  return [...new Set(because.map((sentence) => reasonOf(sentence).rule))];
}

/** How many commits each rule stopped, and what would have to change. */
export function countRules(judged: readonly JudgedCommit[]): RuleCount[] {
  const counts = new Map<string, number>();
  for (const rule of judged.flatMap(({ rules }) => rules)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts]
    .map(([rule, commits]) => ({ rule, commits, remedy: remedyFor(rule) }))
    .sort((one, other) => other.commits - one.commits || (one.rule < other.rule ? -1 : 1));
}

function reasonOf(sentence: string): Omit<Reason, "known"> {
  const own = Object.keys(RULES).find((rule) => sentence.startsWith(`${rule}: `));
  if (own !== undefined) return { rule: own, remedy: remedyFor(own) };
  return REASONS.find(({ known }) => known.test(sentence)) ?? OTHER;
}

function remedyFor(rule: string): string {
  const known = [...REASONS, OTHER].find((reason) => reason.rule === rule)?.remedy;
  return known ?? REMEDIES[rule] ?? USUAL_REMEDY;
}
