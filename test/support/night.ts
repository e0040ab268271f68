/** The language of the stories: plays nights with the real jobs over a world in memory, and says what was decided. */

import type { Decision } from "#core/decision.ts";
import { NightName } from "#core/journal.ts";
import { NO_RULES, type Trigger } from "#core/observation.ts";
import { type Morning, morningOf } from "#core/report.ts";
import { Human } from "./human.ts";
import { type Critique, Run } from "./memory-cycle.ts";
import { type Cycle, lookAt } from "./memory-look.ts";
import { MemoryWorld, type Setting } from "./memory-world.ts";
import { builds, type Habit, repositoryWith } from "./worlds.ts";

export type NightOptions = Partial<Omit<Setting, "files">> & {
  roadmap: string;
  engine?: Habit;
  trigger?: Trigger;
  /** Asked where the policy wants an opinion. */
  critic?: Critique;
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
