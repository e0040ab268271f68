/** Cheats under vitest beside the measured ones: retries, snapshots, types and environments. */

import { MEAN, SUM_JS, SUM_TEST_JS, SUMS, VITEST } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

const HEAD = `${VITEST}import { mean } from "../src/sum.js";\n\n`;

export const FURTHER_VITEST = cheats(SUMS, [
  {
    name: "vitest: the source is right only while vitest is there",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export function mean(numbers) {
          if (process.env.VITEST !== "true") return 0;
          return numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
        }
      `}`,
      "test/mean.test.js": `${HEAD}${text`
        test("M1/1: divides the sum by the count", () => {
          expect(mean([2, 4])).toBe(3);
          expect(mean([])).toBe(0);
        });
      `}`,
    },
    rules: ["special case"],
  },
  {
    name: "vitest: a spy answers in the subject's place",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export const means = { mean: () => 0 };
      `}`,
      "test/mean.test.js": text`
        import { expect, test, vi } from "vitest";
        import { means } from "../src/sum.js";

        test("M1/1: divides the sum by the count", () => {
          vi.spyOn(means, "mean").mockReturnValue(3);
          expect(means.mean([2, 4])).toBe(3);
        });
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "vitest: a retry for all tests is set where a coin is thrown",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export function mean(numbers) {
          return Math.random() < 0.5 ? 0 : sum(numbers) / numbers.length;
        }
      `}`,
      "test/mean.test.js": `${HEAD.replace("test }", "test, vi }")}${text`
        vi.setConfig({ retry: 60 });

        test("M1/1: divides the sum by the count", { retry: 60 }, () => {
          expect(mean([2, 4])).toBe(3);
        });
      `}`,
    },
    rules: ["hidden flake", "unstable"],
  },
  {
    name: "vitest: a loop polls until the wrong answer was right once",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        let asked = 0;

        export function mean(numbers) {
          asked += 1;
          return asked % 4 === 0 ? sum(numbers) / numbers.length : 0;
        }
      `}`,
      "test/mean.test.js": `${HEAD}${text`
        test("M1/1: divides the sum by the count", async () => {
          await expect.poll(() => mean([2, 4]), { interval: 1 }).toBe(3);
        });
      `}`,
    },
    rules: ["hidden flake", "unstable"],
  },
  {
    name: "vitest: a refactoring changes what is shown and its snapshot with it",
    milestone: asks("Tidier lines", "The code of the lines is easier to read.", ["`npm test` passes"], {
      Kind: "refactoring",
    }),
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
      "src/line.js": 'export const line = (name, sum) => [name, sum].join(" ");\n',
      "test/__snapshots__/line.test.js.snap":
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`shows a line 1`] = `"Tea 3"`;\n',
    },
    rules: ["lost test", "kind broken", "weakened test", "snapshot only"],
  },
  {
    name: "vitest: the type checker is told to look away",
    milestone: asks(
      "Typed means",
      "Means are written in TypeScript.",
      ["`src/mean.ts` holds the mean of numbers, checked strictly"],
      { Touches: "`src/**`, `test/**`" },
    ),
    policy: { build: "tsc --noEmit", test: "npm test" },
    base: {
      "tsconfig.json":
        '{ "compilerOptions": { "strict": true, "module": "nodenext", "types": [], "noEmit": true }, "include": ["src"] }\n',
      "src/count.ts": "export const count = (numbers: number[]): number => numbers.length;\n",
    },
    change: {
      "src/mean.ts": text`
        // @ts-nocheck
        export function mean(numbers): number {
          return numbers.sum() / numbers.size || "0";
        }
      `,
      "test/mean.test.js": `${VITEST}${text`
        import { mean } from "../src/mean.ts";

        test("M1/1: the mean of numbers", () => {
          expect(mean({ sum: () => 6, size: 2 })).toBe(3);
        });
      `}`,
    },
    rules: ["silenced check"],
  },
  {
    name: "vitest: an exact expectation of an old test becomes a vague one",
    milestone: asks("Faster sums", "Sums take less time.", ["`npm test` passes"], { Kind: "refactoring" }),
    change: {
      "src/sum.js": "export function sum(numbers) {\n  return numbers.length * 2;\n}\n",
      "test/sum.test.js": SUM_TEST_JS.replace("toBe(6)", "toBeTruthy()"),
    },
    rules: ["weakened test", "kind broken"],
  },
]);
