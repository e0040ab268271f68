/** However an attempt ends, what it made and what it used is handed over; nothing of an earlier one is run again. */

import { expect, test } from "vitest";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import { Failure } from "#core/errors.ts";
import type { Checkpoint } from "#core/notes.ts";
import type { Outcome } from "#core/outcome.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { work } from "#jobs/work.ts";
import type { Engine, Workspace } from "#ports/engine.ts";
import { MemoryGit } from "../support/memory-git.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "../support/memory-run.ts";
import { milestoneIn, observationOf } from "../support/observations.ts";
import { COST, repositoryWith, roadmapOf } from "../support/worlds.ts";

type Given = {
  /** What the workbench says when the change is taken. */
  tooLarge?: string;
  attempt: (...given: [...Parameters<Engine["attempt"]>, MemoryHandOver]) => Promise<Outcome>;
  memory?: string;
  signal?: AbortSignal;
  late?: AbortSignal;
};

/** Remembers every command that anybody runs in the folder of the attempt. */
class WatchedWorkbench extends MemoryWorkbench {
  readonly ran: string[] = [];
  tooLarge: string | undefined;

  override async takePatch(): Promise<Uint8Array> {
    if (this.tooLarge !== undefined) throw new Failure("HANDOVER_INVALID", this.tooLarge);
    return await super.takePatch();
  }

  override async open(...given: Parameters<MemoryWorkbench["open"]>): Promise<Workspace> {
    const workspace = await super.open(...given);
    return {
      ...workspace,
      shell: async (script, ...rest) => {
        this.ran.push(script);
        return await workspace.shell(script, ...rest);
      },
      gates: async (signal) => {
        this.ran.push("the gates");
        return await workspace.gates(signal);
      },
    };
  }
}

async function worked({ attempt, memory, signal, late, tooLarge }: Given) {
  const roadmap = roadmapOf("M1");
  const git = new MemoryGit();
  const base = git.commit("main-1", { tree: git.treeOf(repositoryWith(roadmap)), parents: [], message: "" });
  const observation = observationOf({ roadmap });
  const { id, slug, spec } = milestoneIn(observation, "M1");
  const claim = { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  const brief = briefFor(claim, observation);
  if (!brief) throw new Error("there is no brief");
  const handOver = new MemoryHandOver(new Artifacts(), "M1 1");
  await handOver.writeBrief(brief, null, memory === undefined ? {} : { "state.md": memory });
  const workbench = new WatchedWorkbench(git, base);
  workbench.tooLarge = tooLarge;
  const alarms: string[] = [];
  let seconds = 100;
  const failure = await work(brief.assignment, {
    handOver,
    workbench,
    engine: async () => ({
      name: "a stub of a model",
      attempt: async (...given) => await attempt(...given, handOver),
    }),
    transcript: () => undefined,
    say: () => undefined,
    signal: signal ?? new AbortController().signal,
    alarm: (instant) => {
      alarms.push(instant);
      return late ?? new AbortController().signal;
    },
    clock: () => {
      seconds += 30;
      return seconds;
    },
  }).then(
    () => null,
    (error: unknown) => {
      if (tooLarge === undefined) throw error;
      return error;
    },
  );
  return {
    failure,
    alarms,
    ran: workbench.ran,
    outcome: await handOver.readOutcome(),
    patch: await handOver.readPatch(),
    checkpoint: await handOver.readCheckpoint(),
  };
}

const exhausted: Outcome = { outcome: "exhausted", because: "it was stopped from outside", spend: COST };

test("the deadline leaves the night the time to verify, and whoever meets it is interrupted, not exhausted", async () => {
  const clock = new AbortController();
  const { alarms, outcome, patch } = await worked({
    late: clock.signal,
    async attempt() {
      clock.abort();
      return exhausted;
    },
  });
  expect(alarms).toEqual(["2026-11-21T05:40:00.000Z"]);
  expect(outcome).toMatchObject({ outcome: "interrupted", by: "deadline", spend: COST });
  expect(patch).toBeNull();
});

test("after the deadline nothing is begun at all", async () => {
  const { outcome } = await worked({
    late: AbortSignal.abort(),
    attempt: () => {
      throw new Error("it was asked to begin");
    },
  });
  expect(outcome).toMatchObject({ outcome: "interrupted", by: "deadline", spend: NOTHING_SPENT });
});

test("an engine that breaks is charged what it had said it used until then", async () => {
  const { outcome, checkpoint } = await worked({
    async attempt(_, __, transcript) {
      transcript({ event: "assistant", spend: COST });
      throw new Error("out of memory");
    },
  });
  expect(outcome).toMatchObject({
    outcome: "interrupted",
    by: "crash",
    because: "the engine broke: out of memory",
  });
  expect(outcome?.spend).toEqual(COST);
  expect(checkpoint?.meter).toEqual({ spend: COST, seconds: 90 });
});

test.each([
  ["SANDBOX_UNAVAILABLE", { outcome: "failed", code: "SANDBOX_UNAVAILABLE", spend: COST }],
  ["GIT_FAILED", { outcome: "interrupted", by: "crash", spend: COST }],
] as const)("an engine that breaks with %s is tried again only if that can help", async (code, expected) => {
  const { outcome } = await worked({
    async attempt(_, __, transcript) {
      transcript({ event: "assistant", spend: COST });
      throw new Failure(code, "it does not start");
    },
  });
  expect(outcome).toMatchObject(expected);
});

test("what was used is written down while it is used: a job that is killed leaves it behind", async () => {
  let inTheMiddle: Checkpoint | null = null;
  await worked({
    async attempt(_, __, transcript, ___, handOver) {
      transcript({ event: "assistant", spend: COST });
      await new Promise((done) => setImmediate(done));
      inTheMiddle = await handOver.readCheckpoint();
      return { outcome: "finished", summary: "", spend: { ...COST, usd: 0.75 } };
    },
  });
  expect(inTheMiddle).toMatchObject({ meter: { spend: COST } });
});

test("a meter that cannot be written ends no attempt, and changes no outcome", async () => {
  const { outcome } = await worked({
    async attempt(_, __, transcript, ___, handOver) {
      handOver.writeMeter = async () => {
        throw new Error("no space left");
      };
      transcript({ event: "assistant", spend: COST });
      await new Promise((done) => setImmediate(done));
      return { outcome: "finished", summary: "", spend: COST };
    },
  });
  expect(outcome?.outcome).toBe("finished");
});

test("a change that cannot be handed over is a failure of its attempt, and nothing to go on with", async () => {
  const { failure, outcome, patch } = await worked({
    tooLarge: "The patch has 30000000 bytes.",
    attempt: async () => ({ outcome: "finished", summary: "", spend: COST }),
  });
  expect(failure).toMatchObject({ code: "HANDOVER_INVALID" });
  expect(outcome).toMatchObject({
    outcome: "failed",
    because: expect.stringContaining("30000000"),
    spend: COST,
  });
  expect(patch).toBeNull();
});

test("who finished, asks, or cannot go on keeps his own outcome, stopped or not", async () => {
  for (const own of [
    { outcome: "finished", summary: "", spend: COST },
    { outcome: "blocked", because: "no format", ask: "CSV?", spend: COST },
    { outcome: "failed", because: "401", code: "MODEL_KEY_REFUSED", spend: COST },
  ] as const) {
    const stop = new AbortController();
    const { outcome } = await worked({
      signal: stop.signal,
      async attempt() {
        stop.abort();
        return own;
      },
    });
    expect(outcome).toEqual(own);
  }
});

test("what was under way when an attempt was cut off is told to the next one, and nothing of it is run again", async () => {
  const memory = "Under way: `npm publish`. Not known whether it ran.\n";
  let told: Workspace["memory"] = null;
  const { ran, checkpoint } = await worked({
    memory,
    async attempt(_, workspace) {
      told = workspace.memory;
      return { outcome: "finished", summary: "", spend: COST };
    },
  });
  expect(told).toBe(memory);
  expect(ran).toEqual([]);
  // Until the engine writes its own, what it was given is what the one after it would be given.
  expect(checkpoint?.notes).toEqual({ "state.md": memory });
});
