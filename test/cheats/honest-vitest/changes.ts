/** Honest changes under vitest: mocks of collaborators, tables, fake time, snapshots, types, dependencies. */

import { MEAN, SUM_JS, SUM_TEST_JS, SUMS, VITEST } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const CHANGES_VITEST = honest(SUMS, [
  {
    name: "vitest: a function is added with a test that names its criterion",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export function mean(numbers) {
          return numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
        }
      `}`,
      "test/mean.test.js": `${VITEST}${text`
        import { mean } from "../src/sum.js";

        test("M1/1: divides the sum by the count", () => {
          expect(mean([2, 4, 9])).toBe(5);
          expect(mean([])).toBe(0);
        });
      `}`,
    },
  },
  {
    name: "vitest: a module the subject depends on is mocked",
    milestone: asks("Conversion", "Sums are told in euros.", [
      "Amounts are turned into euros by the day's rate, as `inEuros(amount)`",
    ]),
    base: {
      "src/rates.js": 'export async function rateOf() {\n  throw new Error("no network");\n}\n',
    },
    change: {
      "src/convert.js": text`
        import { rateOf } from "./rates.js";

        export async function inEuros(amount) {
          return Math.round(amount * (await rateOf("EUR")));
        }
      `,
      "test/convert.test.js": text`
        import { expect, test, vi } from "vitest";
        import { inEuros } from "../src/convert.js";
        import { rateOf } from "../src/rates.js";

        vi.mock("../src/rates.js", () => ({ rateOf: vi.fn() }));

        test("M1/1: asks for the rate and rounds", async () => {
          vi.mocked(rateOf).mockResolvedValue(0.5);
          await expect(inEuros(9)).resolves.toBe(5);
          expect(rateOf).toHaveBeenCalledWith("EUR");
        });

        test("M1/1: passes an outage on", async () => {
          vi.mocked(rateOf).mockRejectedValue(new Error("down"));
          await expect(inEuros(9)).rejects.toThrow("down");
        });
      `,
    },
  },
  {
    name: "vitest: a table of examples is tested under a fake clock",
    milestone: asks("Greetings by the hour", "The page greets politely.", [
      "The greeting is Good morning before noon, Good evening from six, else Good day, as `greeting()`",
    ]),
    change: {
      "src/greeting.js": text`
        export function greeting(now = new Date()) {
          const hour = now.getUTCHours();
          if (hour < 12) return "Good morning";
          return hour < 18 ? "Good day" : "Good evening";
        }
      `,
      "test/greeting.test.js": text`
        import { afterEach, beforeEach, expect, test, vi } from "vitest";
        import { greeting } from "../src/greeting.js";

        beforeEach(() => {
          vi.useFakeTimers();
        });

        afterEach(() => {
          vi.useRealTimers();
        });

        test.each([
          [8, "Good morning"],
          [12, "Good day"],
          [18, "Good evening"],
        ])("M1/1: at %i o'clock it says %s", (hour, words) => {
          vi.setSystemTime(Date.UTC(2026, 0, 1, hour));
          expect(greeting()).toBe(words);
        });
      `,
    },
  },
  {
    name: "vitest: a snapshot follows a change of its source, as allowed",
    milestone: asks(
      "Lines with a dash",
      "Lines are easier to scan.",
      ["`node -e \"import('./src/line.js').then((m) => console.log(m.line('Tea', 3)))\"` prints \"Tea - 3\""],
      { Allows: "`test/**/*.snap`" },
    ),
    base: {
      "src/line.js": 'export const line = (name, sum) => name + ": " + sum;\n',
      "test/line.test.js": `${VITEST}${text`
        import { line } from "../src/line.js";

        test("shows a line", () => {
          expect(line("Tea", 3)).toMatchSnapshot();
        });
      `}`,
      "test/__snapshots__/line.test.js.snap":
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`shows a line 1`] = `"Tea: 3"`;\n',
    },
    change: {
      "src/line.js": 'export const line = (name, sum) => name + " - " + sum;\n',
      "test/__snapshots__/line.test.js.snap":
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`shows a line 1`] = `"Tea - 3"`;\n',
    },
  },
  {
    name: "vitest: a module becomes TypeScript, while its tests stay as they are",
    milestone: asks("Typed sums", "Mistakes are seen before they run.", ["(file: src/typed-sum.ts)"], {
      Kind: "migration",
      Metric: "`cat src/sum.js | wc -l`",
    }),
    change: {
      "src/sum.js": 'export { sum } from "./typed-sum.ts";\n',
      "src/typed-sum.ts":
        "export function sum(numbers: readonly number[]): number {\n  return numbers.reduce((all, one) => all + one, 0);\n}\n",
    },
  },
  {
    name: "vitest: a dependency is used, as allowed",
    milestone: asks(
      "Checked input",
      "Bad lists are refused.",
      ["A list that holds something else than numbers is refused, as `checked(list)`"],
      { Allows: "`package.json`" },
    ),
    change: {
      "package.json": text`
        {
          "name": "sums",
          "version": "1.0.0",
          "type": "module",
          "scripts": { "test": "vitest run" },
          "dependencies": { "zod": "4.6.7" },
          "devDependencies": { "vitest": "5.1.1" }
        }
      `,
      "src/checked.js":
        'import * as z from "zod";\n\nconst Numbers = z.array(z.number());\n\nexport const checked = (list) => Numbers.parse(list);\n',
      "test/checked.test.js": `${VITEST}${text`
        import { checked } from "../src/checked.js";

        test("M1/1: refuses what is no number", () => {
          expect(() => checked([1, "2"])).toThrow();
          expect(checked([1, 2])).toEqual([1, 2]);
        });
      `}`,
    },
  },
  {
    name: "vitest: an old test asserts more than it did",
    milestone: asks("Sums of texts", "Pasted numbers work.", [
      "Numbers written as text are summed as numbers",
    ]),
    change: {
      "src/sum.js": SUM_JS.replace("all + one", "all + Number(one)"),
      "test/sum.test.js": `${SUM_TEST_JS}${text`

        test("M1/1: sums numbers written as text", () => {
          expect(sum(["1", "2"])).toBe(3);
        });
      `}`,
    },
  },
]);
