/** What a rehearsal prints with `--json`: one document, its schema published beside the policy's. */

import * as z from "zod";
import { linesOf } from "#core/journal.ts";
import type { Observation } from "#core/observation.ts";
import { addSpend, NOTHING_SPENT } from "#core/outcome.ts";
import { morningOf } from "#core/report.ts";

const Spent = z.strictObject({
  usd: z.number().nonnegative().describe("US dollars."),
  inputTokens: z.int().nonnegative().describe("Tokens read that no cache held."),
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
});

const Count = z.int().nonnegative();

const CycleAccount = z.strictObject({
  id: z.int().positive().describe("The workflow run."),
  trigger: z.string().describe("The event that started it."),
  seconds: z.number().nonnegative(),
  jobs: Count.describe("Jobs that ran, skipped ones not counted."),
  requests: z.strictObject({
    rest: Count.describe("REST requests by Daybreak's own jobs."),
    writes: Count.describe("Accepted REST writes plus ref updates."),
    git: Count.describe("Requests over git's protocol."),
    model: Count.describe("Requests for a message."),
  }),
});
export type CycleAccount = z.infer<typeof CycleAccount>;

export const Account = z
  .strictObject({
    version: z.literal(1),
    remote: z.string().describe("Path of the bare repository."),
    seconds: z.number().nonnegative().describe("Wall clock of this invocation."),
    cycles: z.array(CycleAccount).describe("The cycles of this invocation."),
    landed: z.array(
      z.strictObject({
        milestone: z.string(),
        title: z.string(),
        commit: z.string(),
        pull: z.int().positive(),
        attempt: z.int().positive(),
        criteria: z.array(
          z.strictObject({
            text: z.string(),
            finding: z.enum(["proven", "regression", "failed", "needs a human"]),
            how: z.string(),
          }),
        ),
        spend: Spent,
      }),
    ),
    rejected: z.array(
      z.strictObject({
        milestone: z.string(),
        pull: z.int().positive().nullable(),
        attempt: z.int().positive(),
        because: z.array(z.string()),
      }),
    ),
    blocked: z.array(
      z.strictObject({
        milestone: z.string().nullable(),
        issue: z.int().positive(),
        because: z.string(),
        ask: z.string(),
      }),
    ),
    waiting: z.array(z.strictObject({ milestone: z.string(), on: z.array(z.string()), because: z.string() })),
    spend: Spent.describe("What this invocation spent."),
  })
  .describe("The account of one rehearsal. The four lists describe the world as it stands.");
export type Account = z.infer<typeof Account>;

export function accountOf(
  observation: Observation,
  given: { remote: string; seconds: number; cycles: CycleAccount[] },
): Account {
  const morning = morningOf(observation);
  const ids = new Set(given.cycles.map(({ id }) => id));
  const receipts = linesOf(observation.journal, "published").filter(({ cycle }) => ids.has(cycle));
  return {
    version: 1,
    ...given,
    landed: morning.landed.map(({ night: _, pictured: __, criteria, ...landed }) => ({
      ...landed,
      criteria: [...criteria],
    })),
    rejected: morning.rejected,
    blocked: morning.blocked,
    waiting: morning.waiting,
    spend: receipts.reduce((total, { spend }) => addSpend(total, spend), NOTHING_SPENT),
  };
}
