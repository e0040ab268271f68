/** Honest fixes, refactorings, migrations and declared changes of tests in node:test. */

import { NODE_TEST, PRICE_JS, PRICE_TEST_JS, SHOP } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const COVERED =
  "`node --test --experimental-test-coverage | sed -n 's/.*price.js *| *\\([0-9.]*\\).*/\\1/p'`";

const CHEAPEST = `${PRICE_JS}${text`

  export function cheapest(prices) {
    if (prices.length === 0) return 0;
    return Math.min(...prices);
  }
`}`;

export const CHANGES_JAVASCRIPT = honest(SHOP, [
  {
    name: "A fix comes with a test that failed before",
    milestone: asks("Negative cents", "Refunds are shown as refunds.", [
      "A negative amount shows its sign before the dollar",
    ]),
    change: {
      "src/price.js": PRICE_JS.replace(
        'return "$" + (cents / 100).toFixed(2);',
        'const sign = cents < 0 ? "-" : "";\n  return sign + "$" + (Math.abs(cents) / 100).toFixed(2);',
      ),
      "test/price.test.js": `${PRICE_TEST_JS}${text`

        test("M1/1: shows the sign of a refund before the dollar", () => {
          assert.equal(formatted(-1250), "-$12.50");
        });
      `}`,
    },
  },
  {
    name: "A fix is proven by the command of its contract alone",
    milestone: asks(
      "Totals ignore blanks",
      "Pasted lists work.",
      ['`node cli.js total 100 " 250 " x` prints "350"'],
      { Kind: "fix" },
    ),
    change: {
      "src/price.js": PRICE_JS.replace(
        "return prices.reduce((sum, price) => sum + price, 0);",
        "return prices.filter((price) => !Number.isNaN(price)).reduce((sum, price) => sum + price, 0);",
      ),
      "test/price.test.js": PRICE_TEST_JS.replace(
        "assert.equal(total([]), 0);",
        "assert.equal(total([]), 0);\n  assert.equal(total([1, Number.NaN]), 1);",
      ),
    },
  },
  {
    name: "A loop is written shorter, and every test stays as it is",
    milestone: asks("Shorter totals", "The code is easier to read.", ["`node --test` passes"], {
      Kind: "refactoring",
      Metric: "`cat src/sums.js | wc -l`",
    }),
    base: {
      "src/sums.js":
        "export function count(prices) {\n  let size = 0;\n  for (const _ of prices) {\n    size = size + 1;\n  }\n  return size;\n}\n",
      "test/sums.test.js": `${NODE_TEST}import { count } from "../src/sums.js";\n\ntest("counts", () => {\n  assert.equal(count([1, 2]), 2);\n  assert.equal(count([]), 0);\n});\n`,
    },
    change: { "src/sums.js": "export function count(prices) {\n  return prices.length;\n}\n" },
  },
  {
    name: "A function gets a better name, in the tests too, as allowed",
    milestone: asks("Better names", "Names say what they mean.", ["`node --test` passes"], {
      Kind: "refactoring",
      Metric: "`grep -o formatted -r src | wc -l`",
      Allows: "`test/price.test.js`",
    }),
    change: {
      "src/price.js": PRICE_JS.replace("formatted", "inDollars"),
      "test/price.test.js": PRICE_TEST_JS.replaceAll("formatted", "inDollars"),
    },
  },
  {
    name: "Two copies of a rule become one module",
    milestone: asks("One rounding", "A rule stands in one place.", ["`node --test` passes"], {
      Kind: "refactoring",
      Metric: "`cat src/*.js | grep Math.round | wc -l`",
    }),
    base: {
      "src/tax.js": "export const tax = (cents) => Math.round(cents * 0.2);\n",
      "src/tip.js": "export const tip = (cents) => Math.round(cents * 0.1);\n",
      "test/shares.test.js": `${NODE_TEST}${text`
        import { tax } from "../src/tax.js";
        import { tip } from "../src/tip.js";

        test("rounds shares of a price", () => {
          assert.equal(tax(99), 20);
          assert.equal(tip(99), 10);
        });
      `}`,
    },
    change: {
      "src/share.js": "export const share = (cents, part) => Math.round(cents * part);\n",
      "src/tax.js":
        'import { share } from "./share.js";\n\nexport const tax = (cents) => share(cents, 0.2);\n',
      "src/tip.js":
        'import { share } from "./share.js";\n\nexport const tip = (cents) => share(cents, 0.1);\n',
    },
  },
  {
    name: "Tests get clearer titles, as allowed",
    milestone: asks("Clearer titles", "Tests read like a manual.", ["`node --test` passes"], {
      Kind: "refactoring",
      Metric: "`cat test/*.js | grep shows | wc -l`",
      Allows: "`test/**`",
    }),
    change: {
      "test/price.test.js": PRICE_TEST_JS.replace(
        "shows cents with two digits",
        "always prints two digits of cents",
      ),
    },
  },
  {
    name: "A test file moves into a new folder, as allowed",
    milestone: asks(
      "Tests by kind",
      "Slow tests can be told from fast ones.",
      ["(file: test/unit/price.test.js)"],
      {
        Kind: "refactoring",
        Metric: "`ls test | grep js | wc -l`",
        Allows: "`test/**`",
      },
    ),
    change: {
      "test/price.test.js": null,
      "test/unit/price.test.js": PRICE_TEST_JS.replace("../src", "../../src"),
    },
  },
  {
    name: "An old function goes with its test, as declared",
    milestone: asks(
      "Without formatting",
      "Formatting belongs to the page.",
      ["`grep formatted src/price.js` exits 1"],
      { Allows: "`test/price.test.js`" },
    ),
    change: {
      "src/price.js": PRICE_JS.slice(0, PRICE_JS.indexOf("\nexport function formatted")),
      "test/price.test.js": `${NODE_TEST}${text`
        import { total } from "../src/price.js";

        test("sums prices", () => {
          assert.equal(total([100, 250]), 350);
          assert.equal(total([1, 2, 3]), 6);
          assert.equal(total([]), 0);
        });
      `}`,
    },
  },
  {
    name: "A behaviour changes on purpose, and its old test with it, as allowed",
    milestone: asks(
      "Euros",
      "The shop moves to Europe.",
      [
        "Amounts are shown in euros, the sign behind",
        '`node -e "import(\'./src/price.js\').then((m) => console.log(m.formatted(1250)))"` prints "12.50 €"',
      ],
      { Allows: "`test/price.test.js`" },
    ),
    change: {
      "src/price.js": PRICE_JS.replace('"$" + (cents / 100).toFixed(2)', '(cents / 100).toFixed(2) + " €"'),
      "test/price.test.js": PRICE_TEST_JS.replace("shows cents", "M1/1: shows euros and cents")
        .replace('"$12.50"', '"12.50 €"')
        .replace('"$0.05"', '"0.05 €"'),
    },
  },
  {
    name: "A snapshot follows a change of its source, as allowed",
    milestone: asks(
      "Receipts end with thanks",
      "Shoppers are thanked.",
      ['`node -e "import(\'./src/receipt.js\').then((m) => console.log(m.receipt(5)))"` prints "Thank you!"'],
      { Allows: "`test/receipt.test.js.snapshot`" },
    ),
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
      "src/receipt.js": 'export const receipt = (sum) => "Sum: " + sum + "\\nThank you!";\n',
      "test/receipt.test.js.snapshot": 'exports[`shows the sum 1`] = `\n"Sum: 5\\\\nThank you!"\n`;\n',
    },
  },
  {
    name: "Coverage rises by tests that notice mistakes",
    milestone: asks(
      "Coverage of prices",
      "Every line of the prices is tested.",
      ["The cheapest price is tested with and without prices"],
      { Kind: "coverage", Metric: COVERED },
    ),
    base: { "src/price.js": CHEAPEST },
    change: {
      "test/cheapest.test.js": `${NODE_TEST}${text`
        import { cheapest } from "../src/price.js";

        test("M1/1: the cheapest of some prices", () => {
          assert.equal(cheapest([3, 1, 2]), 1);
        });

        test("M1/1: nought without prices", () => {
          assert.equal(cheapest([]), 0);
        });
      `}`,
    },
  },
  {
    name: "Coverage of the program rises by driving it as a process",
    milestone: asks(
      "Tests of the program",
      "The program is as safe as the library.",
      ["The program's total and its usage are tested"],
      { Kind: "coverage", Metric: "`cat test/*.js | grep 'cli.js' | wc -l`" },
    ),
    change: {
      "test/cli.test.js": `${NODE_TEST}${text`
        import { spawnSync } from "node:child_process";

        const cli = (...words) => spawnSync(process.execPath, ["cli.js", ...words], { encoding: "utf8" });

        test("M1/1: prints a total", () => {
          assert.equal(cli("total", "100", "250").stdout, "350\n");
        });

        test("M1/1: tells its usage", () => {
          const { status, stderr } = cli();
          assert.equal(status, 2);
          assert.match(stderr, /^usage/);
        });
      `}`,
    },
  },
  {
    name: "CommonJS becomes modules, while its tests stay as they are",
    milestone: asks("Modules", "One way of importing.", ["`node --test` passes"], {
      Kind: "migration",
      Metric: "`cat lib/*.cjs lib/*.mjs 2>/dev/null | grep require | wc -l`",
    }),
    base: {
      "lib/half.cjs":
        'const { floor } = require("./floor.cjs");\n\nexports.half = (cents) => floor(cents / 2);\n',
      "lib/floor.cjs": "exports.floor = Math.floor;\n",
      "src/half.js": 'import half from "../lib/half.cjs";\n\nexport const { half: halved } = half;\n',
      "test/half.test.js": `${NODE_TEST}import { halved } from "../src/half.js";\n\ntest("halves", () => {\n  assert.equal(halved(5), 2);\n});\n`,
    },
    change: {
      "lib/half.cjs": null,
      "lib/floor.cjs": null,
      "lib/half.mjs": "export const half = (cents) => Math.floor(cents / 2);\n",
      "src/half.js": 'export { half as halved } from "../lib/half.mjs";\n',
    },
  },
  {
    name: "Callbacks become promises, and their tests follow, as allowed",
    milestone: asks("Promises", "Callers can await.", ["`node --test` passes"], {
      Kind: "migration",
      Metric: "`cat src/*.js | grep callback | wc -l`",
      Allows: "`test/stock.test.js`",
    }),
    base: {
      "src/stock.js":
        "export function stock(name, callback) {\n  setImmediate(() => callback(null, name.length));\n}\n",
      "test/stock.test.js": `${NODE_TEST}${text`
        import { stock } from "../src/stock.js";

        test("tells the stock", (t, done) => {
          stock("tea", (error, count) => {
            assert.equal(error, null);
            assert.equal(count, 3);
            done();
          });
        });
      `}`,
    },
    change: {
      "src/stock.js": "export async function stock(name) {\n  return name.length;\n}\n",
      "test/stock.test.js": `${NODE_TEST}${text`
        import { stock } from "../src/stock.js";

        test("tells the stock", async () => {
          const count = await stock("tea");
          assert.equal(count, 3);
        });
      `}`,
    },
  },
]);
