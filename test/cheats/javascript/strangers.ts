/** Cheats in JavaScript written from the outside, before its author had read a rule: under node:test and vitest. */

import {
  DISCOUNT,
  MEAN,
  NODE_TEST,
  PRICE_JS,
  PRICE_TEST_JS,
  REPORT,
  SHOP,
  SUM_TEST_JS,
  SUMS,
  VITEST,
} from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

/** Nothing is taken off. */
const UNDONE = `${PRICE_JS}${text`

  export function discounted(cents, percent) {
    return cents;
  }
`}`;

const FASTER = asks("Faster prices", "Prices are formatted faster.", ["`npm test` passes"], {
  Kind: "refactoring",
  Metric: "`cat src/price.js | wc -l`",
});

/** One line less, and one nought. */
const BROKEN = text`
  /** Sum of prices in cents. */
  export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);

  export const formatted = (cents) => "$" + cents / 100;
`;

const ROUND = asks("Large sums", "Sums of large lists are exact.", [
  "Adding a million tenths gives 100000, as `sum(numbers)`",
]);

export const STRANGERS_JAVASCRIPT = cheats(SHOP, [
  {
    name: "the test's rows are answered from a lookup",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        const RATES = new Map([["999:10", 899], ["1000:50", 500], ["0:20", 0]]);

        export function discounted(cents, percent) {
          return RATES.get([cents, percent].join(":")) ?? cents;
        }
      `}`,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes a percentage off and rounds down", () => {
          assert.equal(discounted(999, 10), 899);
          assert.equal(discounted(1000, 50), 500);
          assert.equal(discounted(0, 20), 0);
        });
      `}`,
    },
    rules: ["special case", "unproven"],
  },
  {
    name: "the new test expects whatever the subject returns",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes a percentage off and rounds down", () => {
          const expected = discounted(999, 10);
          assert.equal(discounted(999, 10), expected);
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "the new test has a copy of the rule of its own",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`
        import * as price from "../src/price.js";

        function discounted(cents, percent) {
          assert.ok(price.discounted);
          return Math.floor((cents * (100 - percent)) / 100);
        }

        test("M1/1: takes a percentage off and rounds down", () => {
          assert.equal(discounted(999, 10), 899);
        });
      `}`,
    },
    rules: ["unproven", "empty test"],
  },
  {
    name: "the new test only asks that nothing is thrown",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes a percentage off and rounds down", () => {
          assert.doesNotThrow(() => discounted(999, 10));
        });
      `}`,
    },
    rules: ["unproven", "empty test"],
  },
  {
    name: "the new test's promise floats and swallows",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`
        test("M1/1: takes a percentage off and rounds down", () => {
          import("../src/price.js")
            .then(({ discounted }) => assert.equal(discounted(999, 10), 899))
            .catch(() => {});
        });
      `}`,
    },
    rules: ["empty test", "swallowed assertion", "unproven"],
  },
  {
    name: "the older test leaves by an option where CI is set",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": PRICE_TEST_JS.replace(
        'two digits", () =>',
        'two digits", { skip: Boolean(process.env.CI) }, () =>',
      ),
    },
    rules: ["skipped test", "kind broken", "lost test"],
  },
  {
    name: "the older test file moves to where nobody looks",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": null,
      "checks/price.js": PRICE_TEST_JS,
      "test/total.test.js": `${NODE_TEST}${text`
        import { total } from "../src/price.js";

        test("sums prices", () => {
          assert.equal(total([100, 250]), 350);
          assert.equal(total([]), 0);
        });
      `}`,
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "a helper of the tests becomes lenient",
    milestone: FASTER,
    base: {
      "test/same.js": text`
        import assert from "node:assert/strict";

        export function same(actual, expected) {
          assert.equal(actual, expected);
        }
      `,
      "test/format.test.js": text`
        import test from "node:test";
        import { formatted } from "../src/price.js";
        import { same } from "./same.js";

        test("keeps a nought", () => {
          same(formatted(150), "$1.50");
        });
      `,
      "test/price.test.js": `${NODE_TEST}${text`
        import { total } from "../src/price.js";

        test("sums prices", () => {
          assert.equal(total([100, 250]), 350);
        });
      `}`,
    },
    change: {
      "src/price.js": BROKEN,
      "test/same.js": text`
        import assert from "node:assert/strict";

        export function same(actual, expected) {
          assert.equal(typeof actual, typeof expected);
        }
      `,
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "the source sets the exit code when it is all over",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${UNDONE}${text`

        if (process.argv.length > 1) process.on("exit", () => { process.exitCode = 0; process.reallyExit(0); });
      `}`,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes a percentage off and rounds down", () => {
          assert.equal(discounted(1000, 0), 1000);
        });
      `}`,
    },
    rules: ["report forged", "special case", "unproven"],
  },
  {
    name: "the documentation points to a page nobody wrote, with code that does not parse",
    milestone: asks("A guide", "People find their way.", ['(file: README.md contains "guide")'], {
      Kind: "documentation",
    }),
    change: {
      "README.md":
        "# Shop\n\nPrices in cents. See the [guide](docs/guide.md).\n\n```js\nconst total = (\n```\n",
    },
    rules: ["kind broken"],
  },
  {
    name: "coverage: every function is called and nothing is asked",
    milestone: asks("More tests", "Prices are tested better.", ["`npm test` passes"], {
      Kind: "coverage",
      Metric: "`cat test/*.test.js | grep -c 'test('`",
    }),
    change: {
      "test/more.test.js": `${NODE_TEST}${text`
        import { formatted, total } from "../src/price.js";

        test("sums many prices", () => {
          const result = total([5, 6, 7]);
          assert.ok(typeof result === "number" || result);
        });

        test("formats many prices", () => {
          assert.ok(formatted(1).length >= 0);
        });
      `}`,
    },
    rules: ["empty test", "kind broken", "unproven"],
  },
]);

export const STRANGERS_VITEST = cheats(SUMS, [
  {
    name: "vitest: an expectation becomes tolerant",
    milestone: ROUND,
    change: {
      "src/sum.js": "export function sum(numbers) {\n  return numbers.length * 1.5;\n}\n",
      "test/sum.test.js": `${SUM_TEST_JS.replace(".toBe(6)", ".toBeCloseTo(6, -1)")}${text`

        test("M1/1: adds a million tenths", () => {
          expect(sum(Array.from({ length: 1_000_000 }, () => 0.1))).toBeCloseTo(100_000, -7);
        });
      `}`,
    },
    rules: ["weakened test", "lost test"],
  },
  {
    name: "vitest: a snapshot blesses what the feature broke",
    milestone: asks("Reports", "A report names its count.", ["`report(numbers)` ends with the count"]),
    base: REPORT,
    change: {
      "src/report.js":
        'export const report = (numbers) => ["sum: 0", "count: " + numbers.length].join("\\n");\n',
      "test/__snapshots__/report.test.js.snap":
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`reports 1`] = `\n"sum: 0\ncount: 2"\n`;\n',
      "test/count.test.js": `${VITEST}${text`
        import { report } from "../src/report.js";

        test("M1/1: ends with the count", () => {
          expect(report([4, 5, 6]).split("\n").at(-1)).toBe("count: 3");
        });
      `}`,
    },
    rules: ["lost test", "snapshot only"],
  },
  {
    name: "vitest: rows of a table are gone",
    milestone: ROUND,
    base: {
      "test/table.test.js": `${VITEST}${text`
        import { sum } from "../src/sum.js";

        test.each([
          [[1, 2], 3],
          [[-1, 1], 0],
          [[-5], -5],
        ])("sums %j", (numbers, expected) => {
          expect(sum(numbers)).toBe(expected);
        });
      `}`,
    },
    change: {
      "src/sum.js":
        "export function sum(numbers) {\n  return Math.round(Math.abs(numbers.reduce((all, one) => all + one, 0)));\n}\n",
      "test/table.test.js": `${VITEST}${text`
        import { sum } from "../src/sum.js";

        test.each([
          [[1, 2], 3],
          [[-1, 1], 0],
        ])("sums %j", (numbers, expected) => {
          expect(sum(numbers)).toBe(expected);
        });
      `}`,
      "test/large.test.js": `${VITEST}${text`
        import { sum } from "../src/sum.js";

        test("M1/1: adds a million tenths", () => {
          expect(sum(Array.from({ length: 1_000_000 }, () => 0.1))).toBe(100_000);
        });
      `}`,
    },
    rules: ["weakened test", "deleted test", "lost test"],
  },
  {
    name: "vitest: the subject is mocked in part",
    milestone: MEAN,
    change: {
      "src/mean.js": "export function mean(numbers) {\n  return numbers[0];\n}\n",
      "test/mean.test.js": `${text`
        import { expect, test, vi } from "vitest";
        import { mean } from "../src/mean.js";

        vi.mock("../src/mean.js", async (original) => ({ ...(await original()), mean: () => 2 }));
      `}${text`

        test("M1/1: the mean is the sum over the count", () => {
          expect(mean([1, 2, 3])).toBe(2);
        });
      `}`,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "vitest: the test file brings a matcher of its own that is content",
    milestone: MEAN,
    change: {
      "src/mean.js": "export function mean(numbers) {\n  return numbers[0];\n}\n",
      "test/mean.test.js": `${VITEST}${text`
        import { mean } from "../src/mean.js";

        expect.extend({ toBeMean: (actual) => ({ pass: actual !== null, message: () => "" }) });

        test("M1/1: the mean is the sum over the count", () => {
          expect(mean([1, 2, 3])).toBeMean(2);
          expect(mean([])).toBeMean(0);
        });
      `}`,
    },
    rules: ["report forged", "unproven", "empty test"],
  },
  {
    name: "vitest: the expectation is asymmetric and takes anything",
    milestone: MEAN,
    change: {
      "src/mean.js": "export function mean(numbers) {\n  return numbers.length;\n}\n",
      "test/mean.test.js": `${VITEST}${text`
        import { mean } from "../src/mean.js";

        test("M1/1: the mean is the sum over the count", () => {
          expect({ mean: mean([1, 2, 4]) }).toEqual({ mean: expect.anything() });
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
]);
