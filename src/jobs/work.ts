/** Lets the engine build one milestone and hands over what it made. Holds no credential that can write. */

import type { Assignment, Brief } from "#core/brief.ts";
import { redBaseOf } from "#core/court/faults.ts";
import { Failure } from "#core/errors.ts";
import { NOTHING_SPENT, type Outcome } from "#core/outcome.ts";
import { prepareUnlessSetUp } from "#jobs/prepare.ts";
import type { Engine, TranscriptEvent } from "#ports/engine.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Workbench } from "#ports/workbench.ts";

export async function work(
  assignment: Assignment,
  world: {
    handOver: HandOver;
    workbench: Workbench;
    /** Made late: the brief names the model, and only this job loads the model's SDK. */
    engine: (brief: Brief) => Promise<Engine>;
    transcript: (event: TranscriptEvent) => void;
    say: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {
  const { brief, startFrom } = await briefOf(assignment, world.handOver);
  const red = await redBase(assignment, world.handOver);
  if (red !== null) {
    world.say(`outcome   ${brief.milestone.id} not begun: ${red.because}`);
    return await world.handOver.writeOutcome(red);
  }
  await prepareUnlessSetUp(brief, world.workbench);
  const workspace = await world.workbench.open(brief, startFrom);
  const engine = await world.engine(brief);
  const { id } = brief.milestone;
  world.say(
    `work      ${id} attempt ${assignment.attempt} with ${engine.name}, at most $${brief.limits.usd}`,
  );
  const outcome = await engine.attempt(brief, workspace, world.transcript, world.signal);
  const patch = await world.workbench.takePatch(brief);
  await world.handOver.writePatch(patch);
  await world.handOver.writeOutcome(outcome);
  const why = "because" in outcome ? ` (${outcome.because})` : "";
  world.say(
    `outcome   ${id} ${outcome.outcome}${why}, $${outcome.spend.usd}, patch of ${patch.length} bytes`,
  );
}

/** On a red base nobody could tell what an attempt broke: nothing is paid for it. */
async function redBase(
  { base }: Assignment,
  handOver: HandOver,
): Promise<Extract<Outcome, { outcome: "failed" }> | null> {
  const baseline = await handOver.readBaseline(base);
  const red = baseline && redBaseOf({ baseline: baseline.gates });
  return red ? { outcome: "failed", because: red.join("; "), code: "BASE_RED", spend: NOTHING_SPENT } : null;
}

/** The brief of this very assignment: one made for anything else is refused. */
export async function briefOf(
  assignment: Assignment,
  handOver: HandOver,
): Promise<{ brief: Brief; startFrom: Uint8Array | null }> {
  const read = await handOver.readBrief(assignment);
  if (read === null)
    throw new Failure(
      "HANDOVER_MISSING",
      `there is no brief for ${assignment.slug} attempt ${assignment.attempt} at ${assignment.base.slice(0, 7)}`,
    );
  return read;
}
