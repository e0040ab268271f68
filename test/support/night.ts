/** The language of the stories: plays nights with the real jobs over a world in memory, and says what was decided. */

import type { Brief } from "#core/brief.ts";
import type { Decision } from "#core/decision.ts";
import { Failure } from "#core/errors.ts";
import { NightName } from "#core/journal.ts";
import { NO_RULES, type Trigger } from "#core/observation.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { type Morning, morningOf } from "#core/report.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { landTrain } from "#jobs/land.ts";
import { giveOpinion } from "#jobs/opinion.ts";
import { type PlanResult, planNight } from "#jobs/plan.ts";
import { publish } from "#jobs/publish.ts";
import { reportNight } from "#jobs/report.ts";
import { type ReviewResult, reviewPulls } from "#jobs/review.ts";
import { verify } from "#jobs/verify.ts";
import { work } from "#jobs/work.ts";
import type { Engine } from "#ports/engine.ts";
import { Human } from "./human.ts";
import { MEMORY_COURT } from "./memory-court.ts";
import { MemoryForge } from "./memory-forge.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "./memory-run.ts";
import { Killed, MemoryWorld, ROADMAP, type Setting } from "./memory-world.ts";
import { builds, COST, type Habit, MachineGone, repositoryWith } from "./worlds.ts";

export type NightOptions = Partial<Omit<Setting, "files">> & {
  roadmap: string;
  engine?: Habit;
  trigger?: Trigger;
  /** What a model has against a head, if the policy asks one; null: it could not be asked. */
  critic?: (about: { slug: string; attempt: number }) => string[] | null;
  /** Cycles after which the telling stops, finished or not. */
  cycles?: number;
  /** What happens right before the first decision of that kind is carried out. */
  before?: Partial<Record<Decision["do"], (human: Human) => void>>;
  /** What happens after the first, second, … cycle. */
  after?: Record<number, (human: Human) => void>;
  /** What happens in the first, second, … pause of a landing that waits. */
  during?: Record<number, (human: Human) => void>;
  /** The write that is not made, because everything ends just before it. */
  killAt?: number;
};

/** Told only on request: they come with every landing and every cycle. */
const CLOCKWORK = ["attest", "report", "continue"];

/** More cycles than any story needs: whoever gets here runs in a circle. */
const MOST_CYCLES = 60;

export type Told = {
  /** One line for each decision, without the clockwork. */
  story: string;
  /** The same with the clockwork. */
  everything: string;
  world: MemoryWorld;
  morning: Morning;
  human: Human;
  cycles: number;
  /** Which court sat about which head of a train: `M2 position`. */
  courts: string[];
  /** Goes on in the same world, `minutes` later, until nothing is left again. */
  goOn(minutes: number, trigger?: Trigger, engine?: Habit, before?: NightOptions["before"]): Promise<Told>;
};

export async function aNight(options: NightOptions): Promise<Told> {
  const {
    roadmap,
    engine: _,
    trigger: __,
    critic: _critic,
    cycles: ___,
    before: ____,
    after: _____,
    during: ______,
    killAt,
    ...rest
  } = options;
  const world = new MemoryWorld({
    private: false,
    mode: "app",
    required: [],
    ci: () => "success",
    rules: NO_RULES,
    refuses: { pulls: null, landing: null },
    now: "2026-11-20T22:07:00.000Z",
    lag: 0,
    ...rest,
    policy: { land: "main", ...rest.policy },
    files: repositoryWith(roadmap),
  });
  world.killAt = killAt ?? null;
  return await goOn(world, options);
}

async function goOn(world: MemoryWorld, options: NightOptions): Promise<Told> {
  const human = new Human(world);
  const meanwhile = new Map(
    Object.entries(options.before ?? {}).map(([what, act]) => [what as Decision["do"], () => act(human)]),
  );
  const from = world.story.length;
  const courts: string[] = [];
  let played = 0;
  let next: Pick<Cycle, "trigger" | "asked"> | null = { trigger: options.trigger ?? "schedule", asked: null };
  while (next !== null && played < (options.cycles ?? MOST_CYCLES)) {
    const cycle = { id: 100 + world.nextCycle(), workflow: "daybreak.yml", ...next };
    const paused = (nth: number) => options.during?.[nth]?.(human);
    const run = new Run(world, cycle, meanwhile, {
      habit: options.engine ?? builds,
      critic: options.critic ?? (() => []),
      paused,
    });
    await run.play();
    courts.push(...run.courts);
    played += 1;
    options.after?.[played]?.(human);
    world.sleep(10);
    next = nextCycle(world);
  }
  if (played === MOST_CYCLES) throw new Error(`no end after ${played} cycles:\n${world.story.join("\n")}`);
  return told(world, { human, played, courts, from, options });
}

/** A dispatch comes first; else a check that ends wakes a cycle that may not spend. */
function nextCycle(world: MemoryWorld): Pick<Cycle, "trigger" | "asked"> | null {
  const checked = world.finishChecks();
  const asked = world.dispatched;
  world.dispatched = null;
  if (asked !== null) return { trigger: "dispatch", asked: NightName.parse(asked) };
  return checked ? { trigger: "tick", asked: null } : null;
}

type Played = { human: Human; played: number; courts: string[]; from: number; options: NightOptions };

function told(world: MemoryWorld, { human, played, courts, from, options }: Played): Told {
  const lines = world.story.slice(from);
  const look = { id: 99, trigger: "tick", workflow: "daybreak.yml", asked: null } as const;
  return {
    story: lines.filter((line) => !CLOCKWORK.some((word) => line.startsWith(word))).join("\n"),
    everything: lines.join("\n"),
    world,
    morning: morningOf(lookAt(world, look)),
    human,
    cycles: played,
    courts,
    async goOn(minutes, trigger = "schedule", engine = options.engine ?? builds, before = {}) {
      world.sleep(minutes);
      const { before: _, after: __, ...rest } = options;
      return await goOn(world, { ...rest, trigger, engine, before });
    },
  };
}

/** One workflow run: the jobs in the order of night.yml, each with what it may have. */
class Run {
  readonly #world: MemoryWorld;
  readonly #cycle: Cycle;
  readonly #meanwhile: Map<Decision["do"], () => void>;
  readonly #habit: Habit;
  readonly #critic: NonNullable<NightOptions["critic"]>;
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
    {
      habit,
      critic,
      paused,
    }: { habit: Habit; critic: NonNullable<NightOptions["critic"]>; paused: (nth: number) => void },
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
    const engine = async () => engineWith(this.#habit, workbench);
    try {
      const signal = new AbortController().signal;
      await work(assignment, { ...desk, workbench, engine, transcript: this.#say, signal });
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

function engineWith(habit: Habit, workbench: MemoryWorkbench): Engine {
  return {
    name: "a habit",
    async attempt({ assignment, earlier }: Brief) {
      const { slug, attempt } = assignment;
      const lessons = earlier.flatMap(({ because }) => because);
      const startedFromPatch = (earlier.at(-1)?.startFrom ?? null) !== null;
      const { files, base } = workbench;
      const outcome = habit({ slug, attempt, files, base, earlier: lessons, startedFromPatch });
      return outcome ?? { outcome: "finished", summary: "done", spend: COST };
    },
  };
}

/** The world as somebody finds it who knows nothing of how it came to be. */
export function standsAs({ git, main, pulls, blockers }: MemoryWorld) {
  const by = (state: string) => pulls.filter((pull) => pull.state === state);
  const merged = by("merged").map(({ slug }) => slug as string);
  return {
    landed: merged.toSorted(),
    files: git.filesOf(main),
    open: by("open").length,
    questions: blockers
      .filter(({ open }) => open)
      .map(({ key }) => key)
      .toSorted(),
  };
}
