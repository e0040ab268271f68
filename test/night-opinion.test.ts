/** A model's second look: it can hold a change back, it costs money, and the money counts. */

import { expect, test } from "vitest";
import { linesOf } from "#core/journal.ts";
import { aNight } from "./support/night.ts";
import { builds, COST, type Habit, roadmapOf } from "./support/worlds.ts";

const roadmap = roadmapOf("M1 after nothing", "M2 after nothing");
const policy = { opinion: { budget: 1 }, parallel: 2 };

test("a veto rejects, and its reasons are what the next attempt is told", async () => {
  const told: (readonly string[])[] = [];
  const engine: Habit = (attempt) => {
    if (attempt.slug === "M1") told.push(attempt.earlier);
    return builds(attempt);
  };
  const critic = ({ slug, attempt }: { slug: string; attempt: number }) =>
    slug === "M1" && attempt === 1 ? ["it only looks done"] : [];
  const { story } = await aNight({ roadmap, policy, engine, critic });
  expect(story).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    assign    M2 attempt 1
    publish   M1 attempt 1 as pull
    publish   M2 attempt 1 as pull
    stage     M2 #2 onto M1-1
    book      M1 attempt 1 an opinion of M1-1 for $0.50
    book      M2 attempt 1 an opinion of M2-1' for $0.50
    reject    M1 #1 (opinion: claude-opus-5-5 vetoes: it only looks done)
    assign    M1 attempt 2
    publish   M1 attempt 2 as pull
    stage     M2 #2 onto M1-2
    book      M1 attempt 2 an opinion of M1-2 for $0.50
    book      M2 attempt 1 an opinion of M2-1'' for $0.50
    land      M1 #4 at M1-2
    land      M2 #2 at M2-1''"
  `);
  expect(told).toEqual([[], ["opinion: claude-opus-5-5 vetoes: it only looks done"]]);
});

test("each opinion is booked once, in the night's spend and under its caps", async () => {
  const night = await aNight({ roadmap, policy });
  const booked = linesOf(night.world.journal, "opined");
  expect(booked.map(({ milestone, spend }) => `${milestone} $${spend.usd}`)).toEqual(["M1 $0.5", "M2 $0.5"]);
  expect(night.morning.spend.usd).toBe(4 * COST.usd);
  expect((await night.goOn(10, "tick")).everything).toBe("");
});

test("an attempt starts only if the night's money covers its opinion too", async () => {
  const started = async (usd: number) => {
    const { story } = await aNight({ roadmap, policy: { ...policy, budget: { night: usd } }, cycles: 1 });
    return story.match(/^assign .*/gm)?.length ?? 0;
  };
  expect([await started(7), await started(6.9), await started(3.4)]).toEqual([2, 1, 0]);
});

test("what the night's money does not cover is not asked; it waits for the next night, and nothing lands unheard", async () => {
  const dear: Habit = (attempt) => {
    builds(attempt);
    return { outcome: "finished", summary: "done", spend: { ...COST, usd: 2.6 } };
  };
  const tight = { opinion: { budget: 2.5 }, budget: { night: 5 }, milestones: 1 };
  const night = await aNight({ roadmap, policy: tight, engine: dear });
  expect(night.story).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    publish   M1 attempt 1 as pull"
  `);
  const byDay = await night.goOn(12 * 60, "tick", builds);
  expect(byDay.story, "nor is anything asked outside the night's hours").toBe("");
  expect((await night.goOn(12 * 60, "schedule", builds)).story).toMatchInlineSnapshot(`
    "book      M1 attempt 1 an opinion of M1-1 for $0.50
    land      M1 #1 at M1-1"
  `);
});

test("a model that cannot be asked holds the change until it can", async () => {
  let isAway = true;
  const critic = () => (isAway ? null : []);
  const night = await aNight({ roadmap, policy: { ...policy, milestones: 1 }, critic });
  expect(night.story).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    publish   M1 attempt 1 as pull"
  `);
  isAway = false;
  expect((await night.goOn(24 * 60)).story).toContain("land      M1 #1 at M1-1");
});
