/** One attempt on its way through the phases: its state on disk, its gate runs, and whether it gets anywhere. Asks no model. */

import { join } from "node:path";
import type { Share } from "#adapters/anthropic/shares.ts";
import { writeWhole } from "#adapters/whole-file.ts";
import { nextStep, type State } from "#core/course.ts";
import { fits, isNearlySpent, isReading, type Phase, partOf } from "#core/phases.ts";
import { look, type Sign, UNWATCHED, type Verdict, type Watch } from "#core/stuck.ts";
import type { TranscriptEvent, Workspace } from "#ports/engine.ts";
import { printPlan, printStateFile } from "#prose/state.ts";

type Terms = {
  state: State;
  workspace: Pick<Workspace, "notes" | "gates" | "checkpoint" | "restore" | "changedPaths">;
  transcript: (event: TranscriptEvent) => void;
  /** Seconds since the attempt began. */
  seconds: () => number;
  /** The only tools that work, whatever the phase; all of the phase's if not given. */
  only?: readonly string[];
};

/** Which phases a tool works in. One that is not named works in all of them. */
const WORKS_IN: Readonly<Record<string, readonly Phase[]>> = {
  write: ["execute", "test"],
  edit: ["execute", "test"],
  conclude_analysis: ["analyse"],
  look_into: ["research"],
  conclude_research: ["research"],
  conclude_plan: ["plan"],
  step_done: ["execute"],
};

/** What ends a phase, for the error that says so. */
const CONCLUDED_BY: Readonly<Record<Phase, string>> = {
  analyse: "conclude_analysis",
  research: "conclude_research",
  plan: "conclude_plan",
  execute: "finish",
  test: "finish",
};

/** How often research is sent back to a question that is open. */
const MOST_SENT_BACK = 2;

export type GateRun = { green: boolean; report: string; verdict: Verdict };

export class Course {
  readonly #terms: Terms;
  #state: State;
  #share: Share | null = null;
  #concluded = false;
  #watch: Watch = UNWATCHED;
  #sentBack = 0;
  #longestGates = 0;
  /** The plan as it is on disk. */
  #written: State["steps"] = [];

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#state = terms.state;
  }

  get state(): State {
    return this.#state;
  }

  get phase(): Phase {
    return this.#state.phase;
  }

  get share(): Share | null {
    return this.#share;
  }

  /** Whether the phase is over by its own conclusion. */
  get concluded(): boolean {
    return this.#concluded;
  }

  seconds(): number {
    return this.#terms.seconds();
  }

  async enter(phase: Phase, share: Share): Promise<void> {
    this.#share = share;
    this.#concluded = false;
    await this.keep({ ...this.#state, phase });
  }

  /** A conversation begins: what was repeated in another one is not held against it. */
  converse(): void {
    const building = this.phase === "execute" && this.#state.steps.length > 0;
    this.see({ sign: "conversation", at: this.seconds(), building });
  }

  see(sign: Sign): Verdict {
    const { watch, verdict } = look(this.#watch, sign);
    this.#watch = watch;
    return verdict;
  }

  /** Why a tool is not to be used in this phase; null: it is. */
  refusalOf(tool: string): string | null {
    const { only } = this.#terms;
    if (only && !only.includes(tool)) return `Not run: only ${only.join(", ")} work here.`;
    const phases = WORKS_IN[tool];
    if (phases === undefined || phases.includes(this.phase)) return null;
    const other = isReading(this.phase) ? "nothing is changed yet" : "that phase is over";
    return `Not run: \`${tool}\` does not work in the phase ${this.phase}: ${other}. \`${CONCLUDED_BY[this.phase]}\` ends it.`;
  }

  /** Keeps a state and its files. */
  async keep(state: State): Promise<void> {
    const { notes } = this.#terms.workspace;
    this.#state = state;
    await writeWhole(join(notes, "state.md"), printStateFile(state));
    if (state.steps.length === 0 || state.steps === this.#written) return;
    this.#written = state.steps;
    await writeWhole(join(notes, "plan.md"), printPlan(state));
  }

  async conclude(state: State): Promise<void> {
    await this.keep(state);
    this.#concluded = true;
  }

  /** Whether research may end with these questions open. It is sent back while there is something to spend on them. */
  mayLeaveOpen(questions: readonly string[]): boolean {
    if (questions.length === 0 || this.#share === null || this.#sentBack >= MOST_SENT_BACK) return true;
    if (isNearlySpent(this.#share.room(), this.#share.used())) return true;
    this.#sentBack += 1;
    return false;
  }

  /** Runs the gate commands. Where they show that it got worse, the checkout is brought back first. */
  async gates(signal: AbortSignal): Promise<GateRun> {
    const { workspace, transcript } = this.#terms;
    const begin = this.seconds();
    const { green, report } = await workspace.gates(signal);
    this.#longestGates = Math.max(this.#longestGates, this.seconds() - begin);
    const verdict = signal.aborted
      ? ({ says: "go on" } as const)
      : this.see({ sign: "gates", green, report });
    if (verdict.says !== "restore") return { green, report, verdict };
    const restored = await workspace.restore();
    if (restored) transcript({ event: "restore", to: this.#state.checkpoint, because: verdict.because });
    return { green, report, verdict: restored ? verdict : { says: "pivot", because: verdict.because } };
  }

  /** A green step: the checkout as it is now is what can be returned to. */
  async checkpoint(label: string): Promise<void> {
    await this.#terms.workspace.checkpoint(label);
    this.#terms.transcript({ event: "checkpoint", label });
    this.see({ sign: "checkpoint", at: this.seconds() });
  }

  async changedPaths(): Promise<string[]> {
    return await this.#terms.workspace.changedPaths();
  }

  /** Whether another step like those before it, with its gate run, still fits beside what is set aside. */
  nextStepFits(): boolean {
    if (this.#share === null || nextStep(this.#state) === null) return true;
    const used = this.#share.used();
    const step = partOf(used, this.#state.done.length);
    const withGates = { ...step, seconds: step.seconds + this.#longestGates };
    return fits(this.#share.room(), used, withGates);
  }
}

/** What a verdict says to the engine, behind what it is told anyway. Empty: go on. */
export function saidOf(verdict: Verdict): string {
  switch (verdict.says) {
    case "go on":
    case "park":
      return "";
    case "pivot":
      return `\n\n${anotherApproach(verdict.because)}`;
    case "restore":
      return `\n\nThe checkout was brought back to the last checkpoint, because ${verdict.because}. Take another approach from there.`;
  }
}

export function anotherApproach(because: string): string {
  return `You are not getting anywhere: ${because}. Take another approach: say what you have learned, and do something different.`;
}
