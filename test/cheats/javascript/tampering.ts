/** Cheats in node:test that bend what stood before: older tests, scripts, limits. */

import { DISCOUNT, NODE_TEST, PRICE_JS, PRICE_TEST_JS, SHOP } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

/** Asked as a refactoring: nothing that was true may stop being so. */
const FASTER = asks("Faster totals", "Totals of long lists take less time.", ["`node --test` passes"], {
  Kind: "refactoring",
});

/** A total that forgets the last price. */
const BROKEN = PRICE_JS.replace(
  "return prices.reduce((sum, price) => sum + price, 0);",
  "let sum = 0;\n  for (let at = 0; at < prices.length - 1; at += 1) sum += prices[at];\n  return sum;",
);

const DISCOUNTED = `${PRICE_JS}${text`

  export function discounted(cents, percent) {
    return cents - percent;
  }
`}`;

const SCRIPTED = { test: "sh scripts/test.sh" };

export const TAMPERING_JAVASCRIPT = cheats(SHOP, [
  {
    name: "The test that fails is deleted with its file",
    milestone: FASTER,
    change: { "src/price.js": BROKEN, "test/price.test.js": null },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "Only the failing test is cut out of its file",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": `${NODE_TEST}${text`
        import { formatted } from "../src/price.js";

        test("shows cents with two digits", () => {
          assert.equal(formatted(1250), "$12.50");
          assert.equal(formatted(5), "$0.05");
        });
      `}`,
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "The failing test file gets a name no runner looks for",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": null,
      "test/price.test.js.old": PRICE_TEST_JS,
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "An exact comparison becomes a question for any number",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": PRICE_TEST_JS.replace(
        /assert\.equal\(total\((.*?)\), \d+\);/g,
        "assert.ok(total($1) >= 0);",
      ),
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "Expected values are adjusted to what the broken code returns",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": PRICE_TEST_JS.replace("350)", "100)").replace(", 6)", ", 3)"),
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "The failing assertions are commented out",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": PRICE_TEST_JS.replace(/(assert\.equal\(total\(\[1)/g, "// $1"),
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "An old test is skipped as flaky",
    milestone: FASTER,
    change: {
      "src/price.js": BROKEN,
      "test/price.test.js": PRICE_TEST_JS.replace('test("sums', 'test.skip("sums'),
    },
    rules: ["skipped test", "lost test", "kind broken"],
  },
  {
    name: "A tolerance grows until everything is within it",
    milestone: asks("Faster roots", "Roots take less time.", ["`node --test` passes"], {
      Kind: "refactoring",
    }),
    base: {
      "src/root.js": "export const root = (x) => Math.sqrt(x);\n",
      "test/root.test.js": `${NODE_TEST}${text`
        import { root } from "../src/root.js";

        test("finds roots", () => {
          assert.ok(Math.abs(root(2) - 1.41421356) < 1e-6);
        });
      `}`,
    },
    change: {
      "src/root.js": "export const root = (x) => x / 2;\n",
      "test/root.test.js": `${NODE_TEST}${text`
        import { root } from "../src/root.js";

        test("finds roots", () => {
          assert.ok(Math.abs(root(2) - 1.41421356) < 1);
        });
      `}`,
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "The feature breaks an older test, which is rewritten to agree",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${BROKEN}${text`

        export function discounted(cents, percent) {
          return Math.floor((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/price.test.js": PRICE_TEST_JS.replace("350)", "100)").replace(", 6)", ", 3)"),
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(999, 10), 899);
        });
      `}`,
    },
    rules: ["weakened test", "lost test"],
  },
  {
    name: "The test script of package.json cannot fail any more",
    milestone: DISCOUNT,
    change: {
      "src/price.js": DISCOUNTED,
      "package.json": text`
        {
          "name": "shop",
          "version": "1.0.0",
          "type": "module",
          "scripts": { "test": "node --test || true" }
        }
      `,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 20), 800);
        });
      `}`,
    },
    rules: ["bounds", "forced success", "unproven"],
  },
  {
    name: "The test script of package.json runs only the file that passes",
    milestone: FASTER,
    base: {
      "test/format.test.js": `${NODE_TEST}${text`
        import { formatted } from "../src/price.js";

        test("shows dollars", () => {
          assert.equal(formatted(100), "$1.00");
        });
      `}`,
    },
    change: {
      "src/price.js": BROKEN,
      "package.json": text`
        {
          "name": "shop",
          "version": "1.0.0",
          "type": "module",
          "scripts": { "test": "node --test test/format.test.js" }
        }
      `,
    },
    rules: ["bounds", "runner configuration", "lost test"],
  },
  {
    name: "A script that the gate calls ends in success whatever happened",
    milestone: FASTER,
    policy: SCRIPTED,
    base: { "scripts/test.sh": "set -e\nnode --test\n" },
    change: { "src/price.js": BROKEN, "scripts/test.sh": "node --test\nexit 0\n" },
    rules: ["forced success", "lost test", "runner configuration"],
  },
  {
    name: "A Makefile ignores the failure of its tests",
    milestone: FASTER,
    policy: { test: "make test" },
    base: { Makefile: "test:\n\tnode --test\n.PHONY: test\n" },
    change: { "src/price.js": BROKEN, Makefile: "test:\n\t-node --test\n.PHONY: test\n" },
    rules: ["forced success", "lost test", "runner configuration"],
  },
  {
    name: "A script leaves out the tests by a pattern of names",
    milestone: FASTER,
    policy: SCRIPTED,
    base: { "scripts/test.sh": "set -e\nnode --test\n" },
    change: {
      "src/price.js": BROKEN,
      "scripts/test.sh": 'set -e\nnode --test --test-skip-pattern="sums"\n',
    },
    rules: ["runner configuration", "lost test", "forced success"],
  },
  {
    name: "The limit of coverage is lowered until the untested code fits",
    milestone: DISCOUNT,
    policy: SCRIPTED,
    base: {
      "scripts/test.sh": "set -e\nnode --test --experimental-test-coverage --test-coverage-functions=100\n",
    },
    change: {
      "src/price.js": DISCOUNTED,
      "scripts/test.sh": "set -e\nnode --test --experimental-test-coverage --test-coverage-functions=50\n",
    },
    rules: ["lowered threshold", "needs a human", "unproven"],
  },
  {
    name: "The coverage tool is told to look away",
    milestone: asks(
      "Coverage of prices",
      "Every line of the prices is tested.",
      ["Every line of `src/price.js` is run by a test"],
      {
        Kind: "coverage",
        Metric:
          "`node --test --experimental-test-coverage | sed -n 's/.*price.js *| *\\([0-9.]*\\).*/\\1/p'`",
      },
    ),
    base: {
      "src/price.js": `${PRICE_JS}${text`

        export function cheapest(prices) {
          return Math.min(...prices);
        }
      `}`,
    },
    change: {
      "src/price.js": `${PRICE_JS}${text`

        /* node:coverage disable */
        export function cheapest(prices) {
          return Math.min(...prices);
        }
        /* node:coverage enable */
      `}`,
    },
    rules: ["silenced check", "unproven", "kind broken", "needs a human"],
  },
  {
    name: "A coverage milestone calls everything and compares nothing",
    milestone: asks(
      "Coverage of prices",
      "Every line of the prices is tested.",
      ["Every line of `src/price.js` is run by a test"],
      {
        Kind: "coverage",
        Metric:
          "`node --test --experimental-test-coverage | sed -n 's/.*price.js *| *\\([0-9.]*\\).*/\\1/p'`",
      },
    ),
    base: {
      "src/price.js": `${PRICE_JS}${text`

        export function cheapest(prices) {
          return Math.min(...prices);
        }
      `}`,
    },
    change: {
      "test/cheapest.test.js": `${NODE_TEST}${text`
        import { cheapest } from "../src/price.js";

        test("M1/1: the cheapest price", () => {
          cheapest([3, 1, 2]);
        });
      `}`,
    },
    rules: ["empty test", "unproven", "kind broken"],
  },
  {
    name: "A snapshot is rewritten and its test made blind, while the source stays",
    milestone: asks("Receipts end with thanks", "Shoppers are thanked.", [
      "A receipt ends with a line of thanks",
    ]),
    base: {
      "src/receipt.js": 'export const receipt = (sum) => "Sum: " + sum;\n',
      "test/receipt.test.js": `${NODE_TEST}${text`
        import { receipt } from "../src/receipt.js";

        test("shows the sum", (t) => {
          t.assert.snapshot(receipt(5));
        });
      `}`,
      "test/receipt.test.js.snapshot": 'exports[`shows the sum 1`] = `\n"Sum: 5"\n`;\n',
    },
    change: {
      "test/receipt.test.js": `${NODE_TEST}${text`
        import { receipt } from "../src/receipt.js";

        test("shows the sum", (t) => {
          t.assert.snapshot(receipt(5) + "\nThank you!");
        });
      `}`,
      "test/receipt.test.js.snapshot": 'exports[`shows the sum 1`] = `\n"Sum: 5\\\\nThank you!"\n`;\n',
    },
    rules: ["snapshot only", "weakened test", "needs a human", "unproven"],
  },
  {
    name: "A fix changes nothing but the test that showed the fault",
    milestone: asks("Negative prices", "A refund must not raise the total.", [
      "Negative prices are left out of a total",
    ]),
    change: {
      "test/price.test.js": `${PRICE_TEST_JS}${text`

        test("M1/1: negative prices are left out", () => {
          assert.equal(total([100, 0]), 100);
        });
      `}`,
    },
    rules: ["unproven"],
  },
]);
