/** Drives one attempt through its phases, each in a fresh conversation that knows only the contract and `state.md`. Asks nothing itself. */

import { openConversation } from "#adapters/anthropic/conversation.ts";
import { type Attempt, type Closing, converse } from "#adapters/anthropic/converse.ts";
import { saidOf } from "#adapters/anthropic/course.ts";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import { openShares, type Share } from "#adapters/anthropic/shares.ts";
import { splitOf, withFiles } from "#core/course.ts";
import { isReading, PHASES, type Phase } from "#core/phases.ts";
import { firstMessage } from "#prose/brief.ts";
import { printSplit, printState } from "#prose/state.ts";

export async function drive(attempt: Attempt): Promise<Ending> {
  const { course, brief, purse } = attempt;
  const { complexity } = course.state;
  const open = openShares(brief, { complexity, purse, seconds: () => course.seconds() });
  for (const phase of PHASES.slice(PHASES.indexOf(course.phase))) {
    const share = open(phase);
    await course.enter(phase, share);
    attempt.transcript({ event: "phase", phase, complexity, room: share.room() });
    const closing = await hold(attempt, phase, share);
    if (closing.over === "attempt") return withSplit(attempt, closing.ending);
    // Whoever only turns in circles while reading goes on with what is known; whoever does so while building has had it.
    if (closing.over === "stuck" && !isReading(phase)) return withSplit(attempt, exhausted(closing.because));
  }
  return withSplit(attempt, exhausted("the last phase is over, and the work is not done"));
}

/** One phase, in as many conversations as it takes. */
async function hold(
  attempt: Attempt,
  phase: Phase,
  share: Share,
): Promise<Exclude<Closing, { over: "overflow" }>> {
  const { course, transcript, params, guards } = attempt;
  const { system, tools } = params;
  for (let part = 1; ; part += 1) {
    const words = await openingWords(attempt, { phase, part, share });
    const opening = await guards.begin(words, params.model);
    transcript({ event: "opening", phase, part, opening });
    const refused = guards.ending();
    if (refused) return { over: "attempt", ending: refused };
    const conversation = openConversation({ opening, frame: { system, tools }, transcript, course });
    course.converse();
    const closing = await converse(attempt, conversation, share);
    if (closing.over !== "overflow") return closing;
    await guards.compact();
    await course.keep(withFiles(course.state, await course.changedPaths()));
  }
}

async function openingWords(
  attempt: Attempt,
  { phase, part, share }: { phase: Phase; part: number; share: Share },
): Promise<string> {
  const { brief, course, workspace, stop } = attempt;
  const gates = phase === "test" && part === 1 ? await course.gates(stop) : null;
  return firstMessage(brief, {
    phase,
    part,
    state: printState(course.state),
    room: share.room(),
    notes: workspace.notes,
    gates: gates && { green: gates.green, report: gates.report + saidOf(gates.verdict) },
  });
}

/** An attempt that ran out half-way says what could be cut off: what is green, and the rest. */
function withSplit({ course, brief, outside }: Attempt, ending: Ending): Ending {
  if (ending.outcome !== "exhausted" || outside.aborted) return ending;
  const split = splitOf(course.state);
  return split === null ? ending : { ...ending, split: printSplit(brief.milestone.id, split) };
}
