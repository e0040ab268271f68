/** What is expected before anything is spent, and what the morning says of it. */

import { expect, test } from "vitest";
import { shareOf } from "#core/budget.ts";
import { EXPECTED_PART, forecastOf, hindsightOf } from "#core/forecast.ts";
import type { JournalLine } from "#core/journal.ts";
import { sayForecast, tellHindsight } from "#prose/forecast.ts";
import { assignedOf, milestoneIn, NIGHT, observationOf, publishedOf } from "../support/observations.ts";
import { COST, roadmapOf } from "../support/worlds.ts";

const world = observationOf({ roadmap: roadmapOf("M1 after nothing", "M2 after nothing") });
const M1 = milestoneIn(world, "M1");
const reserved = { tokens: 4_000_000, minutes: 30, runnerMinutes: 80 };
const claim = { slug: M1.slug, ...shareOf(world.policy) };

function attempt(number: number, usd: number, minutes: number, rest = {}): JournalLine[] {
  return [
    { ...assignedOf(M1, number), reserved },
    publishedOf(M1, number, { spend: { ...COST, usd }, seconds: minutes * 60, ...rest }),
  ];
}

test("with nothing learnt yet, the kind of a milestone says which part of its share it is expected to use", () => {
  const forecast = forecastOf([claim, claim], world);
  expect(forecast).toEqual({
    attempts: 2,
    expected: { usd: 5 * EXPECTED_PART.feature, minutes: 60 * EXPECTED_PART.feature },
    worst: { usd: 5, minutes: 60 },
    learnt: 0,
  });
  expect(forecast && sayForecast(forecast)).toMatchInlineSnapshot(
    `"forecast  2 attempts: about $2.50 and 30 minutes of work, at most $5.00 and 60 minutes of work (by kind: too little has ended here yet)"`,
  );
  expect(forecastOf([], world)).toBeNull();
});

test("three attempts that came to their end are history; lost and interrupted ones are none", () => {
  const two = [...attempt(1, 1, 10), ...attempt(2, 2, 20)];
  expect(forecastOf([claim], { ...world, journal: two })?.learnt).toBe(0);
  const lost = [...two, ...attempt(3, 2.5, 30, { as: "lost" }), ...attempt(4, 1, 1, { as: "interrupted" })];
  expect(forecastOf([claim], { ...world, journal: lost })?.learnt).toBe(0);
  const three = [...two, ...attempt(3, 0.3, 3)];
  const forecast = forecastOf([claim], { ...world, journal: three });
  expect(forecast?.learnt).toBe(3);
  expect(forecast?.expected.usd).toBeCloseTo(1.1);
  expect(forecast?.expected.minutes).toBeCloseTo(11);
  expect(forecast && sayForecast(forecast)).toMatchInlineSnapshot(
    `"forecast  1 attempt: about $1.10 and 11 minutes of work, at most $2.50 and 30 minutes of work (from 3 attempts that ended here)"`,
  );
});

test("nothing is expected beyond what an attempt may use", () => {
  const dear = [1, 2, 3].flatMap((number) => attempt(number, 9, 90));
  expect(forecastOf([claim], { ...world, journal: dear })?.expected).toEqual({ usd: 2.5, minutes: 30 });
});

test("in the morning each attempt is compared with what was expected when it was claimed", () => {
  const journal = [1, 2, 3, 4].flatMap((number) => attempt(number, number, number));
  const hindsight = hindsightOf(NIGHT, { ...world, journal });
  expect(hindsight).toEqual({
    attempts: 4,
    // Three by kind, the fourth from those three.
    expected: { usd: 3 * 1.25 + 2, minutes: 3 * 15 + 2 },
    worst: { usd: 10, minutes: 120 },
    actual: { usd: 10, minutes: 10 },
    learnt: 0,
  });
  expect(hindsight && tellHindsight(hindsight)).toMatchInlineSnapshot(
    `"Forecast for 4 attempts: about $5.75 and 47 minutes of work, at most $10.00 and 120 minutes of work; used were $10.00 and 10 minutes of work."`,
  );
  const open = [{ ...assignedOf(M1), reserved }];
  expect(hindsightOf(NIGHT, { ...world, journal: open })).toBeNull();
});
