/** Lets the engine build one milestone and hands over what it made. Holds no credential that can write. */

import type { Assignment, Brief } from "#core/brief.ts";
import { redBaseOf } from "#core/court/faults.ts";
import { type Code, Failure } from "#core/errors.ts";
import { short } from "#core/milestone.ts";
import { NOTHING_SPENT, type Outcome, Spend, tokensOf } from "#core/outcome.ts";
import { prepareUnlessSetUp } from "#jobs/prepare.ts";
import type { Engine, TranscriptEvent, Workspace } from "#ports/engine.ts";
import type { Beginning, HandOver } from "#ports/hand-over.ts";
import type { Workbench } from "#ports/workbench.ts";

type World = {
  handOver: HandOver;
  workbench: Workbench;
  /** Made late: the brief names the model, and only this job loads the model's SDK. */
  engine: (brief: Brief) => Promise<Engine>;
  transcript: (event: TranscriptEvent) => void;
  say: (line: string) => void;
  /** Fires when the job is told to stop. */
  signal: AbortSignal;
  /** Fires at that instant (ISO 8601), or at once if it has passed. */
  alarm: (instant: string) => AbortSignal;
  /** Seconds, from any beginning. */
  clock: () => number;
};

export async function work(assignment: Assignment, world: World): Promise<void> {
  const { handOver, workbench, say } = world;
  const { brief, startFrom, memory } = await briefOf(assignment, handOver);
  const { id } = brief.milestone;
  const red = await redBase(assignment, handOver);
  if (red !== null) {
    say(`outcome   ${id} not begun: ${red.because}`);
    return await handOver.writeOutcome(red);
  }
  await prepareUnlessSetUp(brief, workbench);
  const workspace = await workbench.open(brief, startFrom, memory);
  // Who is cut off before he noted anything leaves what he was given.
  await handOver.writeNotes(memory);
  const engine = await world.engine(brief);
  const { attempt } = assignment;
  say(`work      ${id} attempt ${attempt} with ${engine.name}, at most $${brief.limits.usd}`);
  const outcome = await attemptWith(engine, { brief, workspace }, world);
  // Before its change is taken: whoever told us to stop may not wait for that.
  if (outcome.outcome === "interrupted") await handOver.writeOutcome(outcome);
  const patch = await workbench.takePatch(brief).catch(async (error: unknown) => {
    await handOver.writeOutcome(withoutPatch(outcome, error));
    throw error;
  });
  if (outcome.outcome === "interrupted") await handOver.keepPatch(patch);
  else {
    await handOver.writePatch(patch);
    await handOver.writeOutcome(outcome);
  }
  const why = "because" in outcome ? ` (${outcome.because})` : "";
  say(`outcome   ${id} ${outcome.outcome}${why}, $${outcome.spend.usd}, patch of ${patch.length} bytes`);
}

/** Who leaves no outcome passes for cut off, and would go on with the same change that cannot be handed over. */
function withoutPatch(outcome: Outcome, error: unknown): Outcome {
  if (outcome.outcome !== "finished" && outcome.outcome !== "exhausted") return outcome;
  const because = `its change cannot be handed over: ${error instanceof Error ? error.message : String(error)}`;
  return { outcome: "failed", because, code: null, spend: outcome.spend };
}

/** What came of it. Who was stopped from outside has met no limit of his own, and an engine that breaks ends no job. */
async function attemptWith(
  engine: Engine,
  { brief, workspace }: { brief: Brief; workspace: Workspace },
  world: World,
): Promise<Outcome> {
  const begun = world.clock();
  const late = brief.deadline === null ? new AbortController().signal : world.alarm(brief.deadline);
  const halt = () =>
    world.signal.aborted
      ? ({ by: "signal", because: "its job was told to stop" } as const)
      : ({ by: "deadline", because: "its night ends: it was stopped in time to verify and report" } as const);
  const meter = meterOn(world, begun);
  const hear = (event: TranscriptEvent) => {
    world.transcript(event);
    meter.hear(event);
  };
  const stop = AbortSignal.any([world.signal, late]);
  try {
    await meter.book(NOTHING_SPENT);
    if (stop.aborted) return { outcome: "interrupted", ...halt(), spend: NOTHING_SPENT };
    const outcome = await engine.attempt(brief, workspace, hear, stop);
    await meter.book(outcome.spend);
    const isOwn = outcome.outcome !== "exhausted" && (outcome.outcome !== "failed" || outcome.code !== null);
    return isOwn || !stop.aborted ? outcome : { outcome: "interrupted", ...halt(), spend: outcome.spend };
  } catch (error) {
    world.say(`engine    broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const spend = meter.spent();
    await meter.book(spend);
    return stop.aborted ? { outcome: "interrupted", ...halt(), spend } : brokenBy(error, spend);
  }
}

/** What breaks an engine and would break the next one as well: the night waits for a human instead of trying again. */
const FOR_ALL: readonly Code[] = ["SANDBOX_UNAVAILABLE", "POLICY_INVALID"];

function brokenBy(error: unknown, spend: Spend): Outcome {
  const because = `the engine broke: ${error instanceof Error ? error.message : String(error)}`;
  return error instanceof Failure && FOR_ALL.includes(error.code)
    ? { outcome: "failed", because, code: error.code, spend }
    : { outcome: "interrupted", by: "crash", because, spend };
}

/** Keeps what an attempt has used so far where the next job finds it, even if this one comes to no end. */
function meterOn({ handOver, clock, say }: World, begun: number) {
  let spent = NOTHING_SPENT;
  let written = Promise.resolve();
  /** Never rejects: the outcome says the same, and who leaves neither is charged all that was set aside for him. */
  async function book(spend: Spend): Promise<void> {
    spent = spend;
    const seconds = Math.max(0, clock() - begun);
    written = written
      .then(async () => await handOver.writeMeter({ spend, seconds }))
      .catch((error: unknown) => say(`meter     not written: ${String(error)}`));
    await written;
  }
  return {
    book,
    spent: () => spent,
    /** Every event that carries a spend says what was used until then. */
    hear({ spend }: TranscriptEvent): void {
      const { data } = Spend.safeParse(spend);
      // By tokens: a subscription's dollars never change.
      if (data && tokensOf(data) !== tokensOf(spent)) void book(data);
    },
  };
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
export async function briefOf(assignment: Assignment, handOver: HandOver): Promise<Beginning> {
  const read = await handOver.readBrief(assignment);
  if (read === null)
    throw new Failure(
      "HANDOVER_MISSING",
      `there is no brief for ${assignment.slug} attempt ${assignment.attempt} at ${short(assignment.base)}`,
    );
  return read;
}
