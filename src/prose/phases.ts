/** What each phase is for, in words: told in full to the conversation that holds it, in short to all. */

import { isReading, type Measure, type Phase } from "#core/phases.ts";

/** For the system prompt: the same in every phase. */
export const PHASES_SAID = [
  "The work goes in five phases, each a conversation of its own: analyse, research, plan, execute, test. The first message",
  "says which one this is, and how it ends. What you say and read in one is gone in the next; what its last call keeps in",
  "`state.md` and `plan.md` is there. Nothing is changed before the plan is made: up to then `write` and `edit` do not work,",
  "and `bash` is for looking. A question for a human is asked before the plan is made, or, where a contradiction shows",
  "itself later, when nothing else can be done. `conclude_analysis`, `conclude_research` and `conclude_plan` end their phases,",
  "`step_done` keeps a green step. What the phase at hand does not allow is answered with an error.",
].join("\n");

const AIMS: Readonly<Record<Phase, readonly string[]>> = {
  analyse: [
    "Understand what is asked, and nothing more yet. Read what you need for that.",
    "End with `conclude_analysis`: the aim in one sentence; the features, each tagged core, enhanced or polish; every platform",
    "the program runs on, and which are in scope; for every criterion how you will check it, or `manual`; and the questions",
    "whose answers you need before you can plan.",
  ],
  research: [
    "Answer the open questions by reading: the code and its architecture, the lock file for the versions that are really",
    "there, the documentation of what is installed. `look_into` sends others with several questions at the same time. Try the trickiest unknown with a few commands that change nothing.",
    "End with `conclude_research`: what you found out and decided, each in a sentence; and what is still open. It is sent back",
    "while questions are open and budget is left for them.",
  ],
  plan: [
    "Plan the work in steps that each leave the gate commands green, the core first, and the test of a feature in the step that",
    "builds it. Prefer few steps; one is enough where one is enough.",
    "End with `conclude_plan`: for every step its files, scope, the earlier steps it depends on, and the command that shows it",
    "green. Where the milestone cannot fit the limits, also say how to split it: it is parked then.",
  ],
  execute: [
    "Carry the plan out, step by step. After each step call `step_done`: the gate commands run, and a green checkout is kept",
    "as a checkpoint. After the last one check every criterion, then call `finish`.",
  ],
  test: [
    "The time for building is over. Run what is there, find out why what fails does, repair that, and test again. What is not",
    "core and does not work is taken out. Check every criterion, then call `finish`.",
  ],
};

export function phaseAim(phase: Phase): string {
  return AIMS[phase].join("\n");
}

/** What the phase may use. Of the last one the limits of the attempt are the end. */
export function phaseRoom(phase: Phase, { usd, turns, seconds }: Measure): string {
  const share = `$${usd.toFixed(2)}, ${Math.max(1, Math.floor(turns))} turns, ${Math.max(1, Math.floor(seconds / 60))} minutes`;
  return isReading(phase) || phase === "execute"
    ? `This phase may use ${share}; then the next one begins with what is known.`
    : `This phase may use ${share}.`;
}
