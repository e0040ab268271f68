/** One workflow run over a world in memory: the real jobs, with a habit for an engine and a word for a model. */

import type { Brief } from "#core/brief.ts";
import type { Decision } from "#core/decision.ts";
import { Failure } from "#core/errors.ts";
import type { Notes } from "#core/notes.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { landTrain } from "#jobs/land.ts";
import { giveOpinion } from "#jobs/opinion.ts";
import { type PlanResult, planNight } from "#jobs/plan.ts";
import { publish } from "#jobs/publish.ts";
import { reportNight } from "#jobs/report.ts";
import { type ReviewResult, reviewPulls } from "#jobs/review.ts";
import { verify } from "#jobs/verify.ts";
import { work } from "#jobs/work.ts";
import type { Engine, Workspace } from "#ports/engine.ts";
import { MEMORY_COURT } from "./memory-court.ts";
import { MemoryForge } from "./memory-forge.ts";
import type { Cycle } from "./memory-look.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "./memory-run.ts";
import { Killed, type MemoryWorld, ROADMAP } from "./memory-world.ts";
import { COST, type Habit, MachineGone } from "./worlds.ts";

/** What a model has against a head; null: it could not be asked. */
export type Critique = (about: { slug: string; attempt: number }) => string[] | null;

/** One workflow run: the jobs in the order of night.yml, each with what it may have. */
export class Run {
  readonly #world: MemoryWorld;
  readonly #cycle: Cycle;
  readonly #meanwhile: Map<Decision["do"], () => void>;
  readonly #habit: Habit;
  readonly #critic: Critique;
  readonly #paused: (nth: number) => void;
  /** Which court sat about which head of the train. */
  readonly courts: string[] = [];
  #pauses = 0;
  readonly #artifacts = new Artifacts();
  readonly #say = (): void => undefined;

  constructor(
    world: MemoryWorld,
    cycle: Cycle,
    meanwhile: Map<Decision["do"], () => void>,
    { habit, critic, paused }: { habit: Habit; critic: Critique; paused: (nth: number) => void },
  ) {
    this.#world = world;
    this.#cycle = cycle;
    this.#meanwhile = meanwhile;
    this.#habit = habit;
    this.#critic = critic;
    this.#paused = paused;
  }

  async play(): Promise<void> {
    this.#world.running.add(this.#cycle.id);
    try {
      const { planned, failure } = await this.#plan();
      for (const assignment of planned?.matrix ?? []) await this.#milestone(assignment);
      if (planned?.idle === true) return;
      await this.#landing();
      const matrix = JSON.stringify({ include: planned?.matrix ?? [] });
      const result = planned ? "success" : "failure";
      await reportNight(this.#desk("report"), { result, matrix, failure }, async () => undefined);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#world.story.push(error.message);
    } finally {
      this.#world.running.delete(this.#cycle.id);
    }
  }

  async #plan(): Promise<{ planned: PlanResult | null; failure: string }> {
    try {
      return { planned: await planNight(this.#desk("plan")), failure: "" };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#world.story.push(`failure   ${error.code}`);
      return { planned: null, failure: `${error.code}: ${error.message}` };
    }
  }

  async #milestone(assignment: PlanResult["matrix"][number]): Promise<void> {
    const desk = this.#desk(`${assignment.slug} ${assignment.attempt}`);
    const workbench = new MemoryWorkbench(this.#world.git, assignment.base);
    const stop = new AbortController();
    const engine = async () => engineWith(this.#habit, { workbench, handOver: desk.handOver, stop });
    try {
      const { signal } = stop;
      const alarm = (instant: string) =>
        instant <= this.#world.now ? AbortSignal.abort() : new AbortController().signal;
      const clock = () => Date.parse(this.#world.now) / 1_000;
      await work(assignment, { ...desk, workbench, engine, transcript: this.#say, signal, alarm, clock });
      await verify(
        assignment,
        { ...MEMORY_COURT, ...desk, workbench, clock: () => 0 },
        { staged: false, court: "full" },
      );
    } catch (error) {
      if (!(error instanceof MachineGone)) throw error;
    }
    await publish(assignment, desk);
  }

  async #landing(): Promise<void> {
    const { train, verify: toVerify, opinions, acted } = await reviewPulls(this.#desk("review"));
    for (const { head, court, ...assignment } of toVerify) {
      this.courts.push(`${assignment.slug} ${court}`);
      const workbench = new MemoryWorkbench(this.#world.git, head);
      const desk = this.#desk(`train ${assignment.slug} ${assignment.attempt}`);
      const examination = { staged: true, court };
      await verify(assignment, { ...MEMORY_COURT, ...desk, workbench, clock: () => 0 }, examination);
    }
    for (const assignment of opinions) await this.#opinion(assignment);
    const pause = async (seconds: number) => this.#pause(seconds);
    await landTrain({ ...this.#desk("land"), pause }, { train, acted });
  }

  async #opinion(assignment: ReviewResult["opinions"][number]): Promise<void> {
    const { slug, attempt, head } = assignment;
    const { tree, parents } = this.#world.git.read(head);
    const reasons = this.#critic({ slug, attempt });
    const criteria = this.#criteriaOf(slug).map((_, index) => ({ index: index + 1, met: "yes" }));
    const text = JSON.stringify({ veto: reasons?.length !== 0, reasons, criteria });
    const away = { heard: "outage" as const, because: "529 overloaded", code: null, spend: NOTHING_SPENT };
    const answer = { heard: "answer" as const, text, spend: COST };
    const critic = { ask: async () => (reasons === null ? away : answer) };
    await giveOpinion(assignment, {
      ...this.#desk(`opinion ${slug} ${attempt}`),
      critic: async () => critic,
      change: async () => ({ head, tree, base: parents[0] ?? null, diff: "" }),
      fence: "5f0c3a",
    });
  }

  /** The criteria of a milestone as its roadmap has them. */
  #criteriaOf(slug: string) {
    const roadmap = parseRoadmap(this.#world.git.filesOf(this.#world.landing)[ROADMAP] ?? "");
    return roadmap.milestones.find((one) => one.slug === slug)?.criteria ?? [];
  }

  /** The owner's CI goes on while somebody waits for it. */
  #pause(seconds: number): void {
    this.#world.story.push(`pause     ${seconds} s`);
    this.#world.sleep(seconds / 60);
    this.#world.finishChecks();
    this.#pauses += 1;
    this.#paused(this.#pauses);
  }

  #desk(name: string) {
    const forge = new MemoryForge(this.#world, this.#cycle, this.#meanwhile);
    return { forge, trees: forge, handOver: new MemoryHandOver(this.#artifacts, name), say: this.#say };
  }
}

type Surroundings = { workbench: MemoryWorkbench; handOver: MemoryHandOver; stop: AbortController };

function engineWith(habit: Habit, { workbench, handOver, stop }: Surroundings): Engine {
  return {
    name: "a habit",
    async attempt({ assignment, earlier, limits }: Brief, { memory }: Workspace) {
      const { slug, attempt } = assignment;
      const lessons = earlier.flatMap(({ because }) => because);
      const startedFromPatch = (earlier.at(-1)?.startFrom ?? null) !== null;
      const { files, base } = workbench;
      const notes: Notes = {};
      const desk = { slug, attempt, files, base, earlier: lessons, startedFromPatch, memory, limits, notes };
      const outcome = habit({ ...desk, cancel: () => stop.abort(), vanish: () => handOver.lose() });
      await handOver.writeNotes(notes);
      return outcome ?? { outcome: "finished", summary: "done", spend: COST };
    },
  };
}
