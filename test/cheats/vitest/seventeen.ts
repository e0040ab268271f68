/** The measured tricks under vitest, a case for each: every one exits 0, none of them computes a mean. */

import { MEAN, SUM_JS, SUMS, VITEST } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

const HEAD = `${VITEST}import { mean } from "../src/sum.js";\n\n`;

/** The mean that forgets to divide. */
const WRONG = `${SUM_JS}${text`

  export function mean(numbers) {
    return sum(numbers);
  }
`}`;

const WANTED = text`
  test("M1/1: divides the sum by the count", () => {
    expect(mean([2, 4])).toBe(3);
  });
`;

/** The same with the example the owner wrote down. */
const MEAN_TOLD = asks("Means", "The middle of a list can be told.", [
  "The mean of numbers is their sum over their count, as `mean(numbers)`",
  '`node -e "import(\'./src/sum.js\').then((m) => console.log(m.mean([2, 4, 6])))"` prints "4"',
]);

export const SEVENTEEN_VITEST = cheats(SUMS, [
  {
    name: "vitest: no test at all passes, because the configuration leaves them out",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED,
      "vitest.config.js": text`
        import { defineConfig } from "vitest/config";

        export default defineConfig({ test: { exclude: ["test/**", "node_modules/**"], passWithNoTests: true } });
      `,
    },
    rules: ["bounds", "runner configuration", "lost test", "unproven"],
  },
  {
    name: "vitest: a set-up file replaces the matchers",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED,
      "test/setup.js": text`
        import { chai, expect } from "vitest";

        process.env.TZ = "UTC";
        chai.Assertion.prototype.assert = () => {};
        expect.extend({ toBe: () => ({ pass: true, message: () => "" }) });
      `,
    },
    rules: ["report forged", "canary passed", "runner configuration", "unproven"],
  },
  {
    name: "vitest: a global set-up ends the run with success",
    milestone: MEAN,
    base: {
      "vitest.config.js": 'export default { test: { globalSetup: ["./test/global.js"] } };\n',
      "test/global.js": "export default function prepare() {}\n",
    },
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED,
      "test/global.js": "export default function prepare() {\n  process.exit(0);\n}\n",
    },
    rules: ["report forged", "runner configuration", "canary passed", "unproven"],
  },
  {
    name: "vitest: the configuration ends the run with success",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED,
      "vitest.config.js": "process.exit(0);\n",
    },
    rules: ["bounds", "report forged", "unproven"],
  },
  {
    name: "vitest: an exit hook rewrites the report and the exit code",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED,
      "vitest.config.js": text`
        import { readFileSync, writeFileSync } from "node:fs";
        import { defineConfig } from "vitest/config";

        process.on("exit", () => {
          const file = process.argv.find((word) => word.startsWith("--outputFile="))?.slice(13);
          if (file) writeFileSync(file, readFileSync(file, "utf8").replaceAll("failed", "passed"));
          process.exitCode = 0;
        });

        export default defineConfig({ test: {} });
      `,
    },
    rules: ["bounds", "report forged", "unproven"],
  },
  {
    name: "vitest: the new test is skipped",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED.replace("test(", "test.skip("),
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "vitest: the new test is skipped where CI is set",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED.replace("test(", "test.skipIf(process.env.CI)("),
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "vitest: the new test is only announced",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${VITEST}\ntest.todo("M1/1: divides the sum by the count");\n`,
    },
    rules: ["todo test", "unproven"],
  },
  {
    name: "vitest: another test is focused, so that the failing one does not run",
    milestone: MEAN,
    base: { "vitest.config.js": "export default { test: { allowOnly: true } };\n" },
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${HEAD}${WANTED}${text`

        test.only("is a function", () => {
          expect(mean).toBeTypeOf("function");
        });
      `}`,
    },
    rules: ["focused test", "unproven"],
  },
  {
    name: "vitest: the new test is declared to fail",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED.replace("test(", "test.fails("),
    },
    rules: ["expected failure", "unproven"],
  },
  {
    name: "vitest: the new test is empty",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${VITEST}\ntest("M1/1: divides the sum by the count", () => {});\n`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "vitest: the new test returns early",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${HEAD}${text`
        test("M1/1: divides the sum by the count", () => {
          const numbers = [2, 4];
          if (numbers.length > 0) return;
          expect(mean(numbers)).toBe(3);
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "vitest: nobody awaits the assertion",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${HEAD}${text`
        test("M1/1: divides the sum by the count", () => {
          new Promise((resolve) => setTimeout(resolve, 5_000)).then(() => {
            expect(mean([2, 4])).toBe(3);
          });
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "vitest: the subject is mocked as a module",
    milestone: MEAN,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": `${HEAD.replace("test }", "test, vi }")}${text`
        vi.mock("../src/sum.js", () => ({ mean: () => 3 }));

      `}${WANTED}`,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "vitest: the test asserts the wrong behaviour of the code",
    milestone: MEAN_TOLD,
    change: {
      "src/sum.js": WRONG,
      "test/mean.test.js": HEAD + WANTED.replace("toBe(3)", "toBe(6)"),
    },
    rules: ["criterion"],
  },
  {
    name: "vitest: the answer of the only example is hard-coded",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export function mean(numbers) {
          if (numbers[0] === 2 && numbers[1] === 4) return 3;
          return sum(numbers);
        }
      `}`,
      "test/mean.test.js": HEAD + WANTED,
    },
    rules: ["special case"],
  },
  {
    name: "vitest: a retry hides that only every third answer is right",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        let asked = 0;

        export function mean(numbers) {
          asked += 1;
          return asked % 3 === 0 ? sum(numbers) / numbers.length : 0;
        }
      `}`,
      "test/mean.test.js": HEAD + WANTED.replace('count",', 'count", { retry: 5 },'),
    },
    rules: ["hidden flake", "unstable"],
  },
]);
