/** The bench's judgement alone: what it measures is a matter of `npm run bench`, never of a test. */

import { expect, test } from "vitest";
import { conclude } from "../../bench.ts";

const HELD = { what: "requests", value: 40, unit: "", atMost: 40 };

test("a bench whose targets are all met says so and exits 0", () => {
  const { told, exitCode } = conclude([{ what: "start-up", value: 41.666, unit: "ms" }, HELD]);
  expect(exitCode).toBe(0);
  expect(told).toMatchInlineSnapshot(`
    "start-up  41.67  ms
    requests     40      at most 40  met

    Every target is met.
    "
  `);
});

test("a missed target is refused by name, however many others are met", () => {
  const { told, exitCode } = conclude([HELD, { what: "a night", value: 30.01, unit: "s", atMost: 30 }, HELD]);
  expect(exitCode).toBe(1);
  expect(told).toMatchInlineSnapshot(`
    "requests     40     at most 40  met
    a night   30.01  s  at most 30  missed
    requests     40     at most 40  met

    Missed: a night.
    "
  `);
});

test.each([null, Number.NaN])("a target without a measurement (%s) is missed", (value) => {
  expect(conclude([{ what: "parse", value, unit: "×", atMost: 4 }]).exitCode).toBe(1);
});

test("what has no target may go unmeasured", () => {
  const { told, exitCode } = conclude([{ what: "sandbox", value: null, unit: "ms" }, HELD]);
  expect(exitCode).toBe(0);
  expect(told).toContain("not measured");
});
