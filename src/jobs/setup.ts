/** Prepares a checkout with the owner's `setup:` commands, in a step that no key ever enters. */

import type { Assignment } from "#core/brief.ts";
import { Failure } from "#core/errors.ts";
import { briefOf } from "#jobs/work.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Workbench } from "#ports/workbench.ts";

export async function setUp(
  assignment: Assignment,
  { handOver, workbench, say }: { handOver: HandOver; workbench: Workbench; say: (line: string) => void },
): Promise<void> {
  const { brief } = await briefOf(assignment, handOver);
  const runs = await workbench.prepare(brief.setup, brief.verifyMinutes * 60);
  for (const { command, exitCode, seconds } of runs)
    say(`setup     ${command} → ${exitCode} (${seconds.toFixed(1)} s)`);
  const failed = runs.find(({ exitCode }) => exitCode !== 0);
  if (!failed) return;
  say(failed.tail);
  const end = failed.exitCode === null ? "was stopped at its time limit" : `exited ${failed.exitCode}`;
  throw new Failure("SETUP_FAILED", `\`${failed.command}\` ${end}`);
}
