/** An attempt that was cut off goes on in the next cycle: with its change, its notes, and all it has spent. */

import { describe, expect, test } from "vitest";
import { linesOf } from "#core/journal.ts";
import { aNight, type NightOptions } from "./support/night.ts";
import { builds, byPart, COST, type Desk, type Habit, losesItsMachine, roadmapOf } from "./support/worlds.ts";

/** Half of what was asked, and a note of where it is. */
function begins({ slug, files, notes }: Desk): void {
  files[`src/${slug}.js`] = `part ${slug}`;
  notes["state.md"] = `Phase: execute. Under way: \`deploy ${slug}\`, not known whether it ran.\n`;
  notes["plan.md"] = "1. write it\n2. test it\n";
}

/** What it sees when it begins again. */
const seen: Pick<Desk, "attempt" | "memory" | "startedFromPatch" | "limits" | "earlier">[] = [];

/** Its run is cancelled in the middle of everything. */
const isCancelled: Habit = (desk) => {
  begins(desk);
  desk.cancel();
  return { outcome: "exhausted", because: "it was stopped from outside", spend: { ...COST, usd: 2 } };
};

const breaks: Habit = (desk) => {
  begins(desk);
  throw new Error("cannot read properties of undefined");
};

/** Goes on with what is there, and only adds the test. */
const goesOn: Habit = ({ slug, files, attempt, memory, startedFromPatch, limits, earlier }) => {
  seen.push({ attempt, memory, startedFromPatch, limits, earlier });
  if (!startedFromPatch) throw new Error("nothing is there to go on with");
  files[`test/${slug}.test.js`] = `src/${slug}.js says part ${slug}`;
  return undefined;
};

const ONE: NightOptions = { roadmap: roadmapOf("M1") };

describe("a cancelled job", () => {
  test("is neither an answer nor a failure: the next cycle goes on where it was, and lands once", async () => {
    seen.length = 0;
    const night = await aNight({ ...ONE, engine: isCancelled });
    expect(night.everything).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as interrupted (its job was told to stop)
      report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
    `);
    const next = await night.goOn(60, "schedule", goesOn);
    expect(next.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #2 at M1-2"
    `);
    expect(seen).toMatchObject([
      {
        attempt: 2,
        startedFromPatch: true,
        memory: "Phase: execute. Under way: `deploy M1`, not known whether it ran.\n",
        earlier: ["its job was told to stop"],
      },
    ]);
    expect(next.morning.spend.usd).toBe(2 + COST.usd);
    expect(linesOf(next.world.journal, "landed")).toHaveLength(1);
    expect(next.world.notes["attempts/M1/1/plan.md"]).toBe("1. write it\n2. test it\n");
  });

  test("is charged to its milestone: whoever goes on shares what is left, and is no attempt the less", async () => {
    seen.length = 0;
    const night = await aNight({ ...ONE, engine: isCancelled });
    await night.goOn(60, "schedule", goesOn);
    expect(seen[0]?.limits.usd).toBe((5 - 2) / 2);
  });

  test("that had noted nothing new leaves what it had been given", async () => {
    seen.length = 0;
    const isCancelledAtOnce: Habit = ({ cancel }) => {
      cancel();
      return { outcome: "failed", because: "cut off", code: null, spend: COST };
    };
    const night = await aNight({ ...ONE, engine: isCancelled });
    await night.goOn(60, "schedule", isCancelledAtOnce);
    const { morning } = await night.goOn(60, "schedule", goesOn);
    expect(seen).toMatchObject([
      { attempt: 3, startedFromPatch: true, memory: expect.stringContaining("Under way") },
    ]);
    expect(morning.landed).toMatchObject([{ attempt: 3 }]);
  });

  test("goes on before anything else begins, and independent work is not held up by it", async () => {
    const roadmap = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
    const night = await aNight({
      roadmap,
      policy: { parallel: 2 },
      engine: byPart({ M2: isCancelled }),
      cycles: 1,
    });
    night.world.dispatched = null;
    const { story } = await night.goOn(60, "schedule", byPart({ M2: goesOn }));
    expect(story.split("\n").slice(0, 2)).toEqual(["assign    M2 attempt 2", "assign    M3 attempt 1"]);
  });
});

describe("an engine that breaks", () => {
  test("ends no job: its attempt goes on in the next cycle of the same night", async () => {
    const { story } = await aNight({
      ...ONE,
      engine: byPart({ "M1 attempt 1": breaks, "M1 attempt 2": goesOn }),
    });
    expect(story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as interrupted (the engine broke: cannot read properties of undefined)
      assign    M1 attempt 2
      publish   M1 attempt 2 as pull
      land      M1 #2 at M1-2"
    `);
  });

  test("five times is a question: why does it never come to its end?", async () => {
    const { story, morning } = await aNight({
      ...ONE,
      engine: (desk) => (desk.attempt % 2 === 1 ? breaks(desk) : losesItsMachine(desk)),
      policy: { budget: { night: 50 } },
    });
    expect(story.split("\n").at(-1)).toMatchInlineSnapshot(
      `"block     M1 (5 attempts were lost or interrupted)"`,
    );
    expect(morning.blocked[0]?.ask).toMatch(/^Why do they not come to their end\?/);
  });
});

test("waiting for a limit of the model's service is no failed attempt, and nobody asks again at once", async () => {
  const night = await aNight({
    ...ONE,
    policy: { attempts: 1 },
    engine: () => ({ outcome: "interrupted", by: "service", because: "529 for twenty minutes", spend: COST }),
  });
  expect(night.everything).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    publish   M1 attempt 1 as interrupted (529 for twenty minutes)
    report    dashboard, STATE.md, DIGEST.md, BLOCKED.md"
  `);
  expect((await night.goOn(60, "schedule", builds)).morning.landed).toMatchObject([{ attempt: 2 }]);
});

test("what crosses a bound is not pushed anywhere, not even to be gone on with", async () => {
  const night = await aNight({
    ...ONE,
    engine: (desk) => {
      desk.files[".github/workflows/ci.yml"] = "on: push";
      return isCancelled(desk);
    },
  });
  const { git } = night.world;
  const [branch, head] = [...git.branches].find(([name]) => name.startsWith("daybreak/m/")) ?? [];
  expect(branch).toBe("daybreak/m/M1/1");
  expect(git.filesOf(head ?? night.world.main)).toEqual(git.filesOf(night.world.main));
  const memories: (string | null)[] = [];
  const { morning } = await night.goOn(60, "schedule", (desk) => {
    memories.push(desk.memory);
    return builds(desk);
  });
  expect(memories).toEqual([expect.stringContaining("Under way")]);
  expect(morning.landed).toHaveLength(1);
});

test("an attempt that would run into the end of its night is stopped in time, and goes on in the next one", async () => {
  const night = await aNight({
    ...ONE,
    now: "2026-11-21T05:01:00.000Z",
    // The machine was a long time coming: the night's last verification would begin too late.
    before: { assign: (human) => human.sleeps(45) },
    engine: goesOn,
  });
  expect(night.story).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    publish   M1 attempt 1 as interrupted (its night ends: it was stopped in time to verify and report)"
  `);
  expect((await night.goOn(18 * 60, "schedule", builds)).morning.landed).toHaveLength(1);
});
