/** Honest changes in JavaScript written from the outside, before its author had read a rule. */

import {
  DISCOUNT,
  MEAN,
  NODE_TEST,
  PRICE_JS,
  PRICE_TEST_JS,
  READABLE,
  REPORT,
  SHOP,
  SHOP_CLI_JS,
  SIZES_JEST,
  SIZES_JS,
  SIZES_MOCHA,
  SIZES_TAPE,
  SUM_JS,
  SUM_TEST_JS,
  SUMS,
  VITEST,
} from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const DISCOUNTED = `${PRICE_JS}${text`

  /** Rounds down to whole cents. */
  export function discounted(cents, percent) {
    if (percent < 0 || percent > 100) throw new RangeError("percent: 0 to 100");
    return Math.floor((cents * (100 - percent)) / 100);
  }
`}`;

export const HONEST_STRANGERS = honest(SHOP, [
  {
    name: "a function and its tests get a better name",
    milestone: asks("Names", "What is shown is called shown.", ["`npm test` passes"], {
      Kind: "refactoring",
      Allows: "`test/price.test.js`",
      Metric: "`grep -o formatted src/price.js | wc -l`",
    }),
    change: {
      "src/price.js": PRICE_JS.replaceAll("formatted", "shown"),
      "test/price.test.js": PRICE_TEST_JS.replaceAll("formatted", "shown"),
    },
  },
  {
    name: "a module is split in two and keeps its door",
    milestone: asks("Split", "Formatting has a file of its own.", ["`npm test` passes"], {
      Kind: "refactoring",
      Metric: "`cat src/price.js | wc -l`",
    }),
    change: {
      "src/price.js": text`
        export { formatted } from "./format.js";

        /** Sum of prices in cents. */
        export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);
      `,
      "src/format.js": text`
        export function formatted(cents) {
          return "$" + (cents / 100).toFixed(2);
        }
      `,
    },
  },
  {
    name: "a parameter with a default is tested beside the older tests",
    milestone: asks("Currencies", "Other currencies can be shown.", [
      "`formatted(cents, sign)` shows another sign, and the dollar where none is given",
    ]),
    change: {
      "src/price.js": PRICE_JS.replace("formatted(cents)", 'formatted(cents, sign = "$")').replace(
        'return "$" +',
        "return sign +",
      ),
      "test/price.test.js": `${PRICE_TEST_JS}${text`

        test("M1/1: shows another sign", () => {
          assert.equal(formatted(1250, "€"), "€12.50");
          assert.equal(formatted(1250), "$12.50");
        });
      `}`,
    },
  },
  {
    name: "a program is tested as a process of its own",
    milestone: asks("Format on the command line", "The program formats.", [
      '`node cli.js format 1250` prints "$12.50"',
      "`cli.js` without a command ends with 2 and says how it is used",
    ]),
    change: {
      "cli.js": SHOP_CLI_JS.replace("import { total }", "import { formatted, total }")
        .replace(
          "else {",
          'else if (command === "format") console.log(numbers.map((one) => formatted(Number(one))).join("\\n"));\nelse {',
        )
        .replace("total PRICE…", "total|format PRICE…"),
      "test/cli.test.js": text`
        import assert from "node:assert/strict";
        import { spawnSync } from "node:child_process";
        import test from "node:test";
        import { fileURLToPath } from "node:url";

        const CLI = fileURLToPath(new URL("../cli.js", import.meta.url));

        function run(...words) {
          const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], { encoding: "utf8" });
          return { status, stdout, stderr };
        }

        test("M1/1: formats one price a line", () => {
          assert.deepEqual(run("format", "1250", "5"), { status: 0, stdout: "$12.50\n$0.05\n", stderr: "" });
        });

        test("M1/2: says how it is used", () => {
          const { status, stderr } = run();
          assert.equal(status, 2);
          assert.match(stderr, /total\|format/);
        });
      `,
    },
  },
  {
    name: "a wrong expectation is mended with its bug, as allowed",
    milestone: asks(
      "Cents",
      "Prices below a dollar keep their nought.",
      ['`node -e "import(\'./src/price.js\').then((m) => console.log(m.formatted(50)))"` prints "$0.50"'],
      { Kind: "fix", Allows: "`test/price.test.js`" },
    ),
    base: {
      "src/price.js": PRICE_JS.replace(".toFixed(2)", ""),
      "test/price.test.js": PRICE_TEST_JS.replace("$12.50", "$12.5"),
    },
    change: { "src/price.js": PRICE_JS, "test/price.test.js": PRICE_TEST_JS },
  },
  {
    name: "a table of inputs goes through a helper of the test file",
    milestone: DISCOUNT,
    change: {
      "src/price.js": DISCOUNTED,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        function check(rows) {
          for (const [cents, percent, expected] of rows)
            assert.equal(discounted(cents, percent), expected, cents + " less " + percent + " %");
        }

        test("M1/1: takes a percentage off and rounds down", () => {
          check([
            [999, 10, 899],
            [1000, 50, 500],
            [1, 1, 0],
          ]);
        });

        test("M1/1: refuses what is no percentage", () => {
          for (const percent of [-1, 101]) assert.throws(() => discounted(1, percent), RangeError);
        });
      `}`,
    },
  },
  {
    name: "files are written and read back in a folder of the test's own",
    milestone: asks("Receipts", "A receipt outlives the shop.", [
      "`saved(path, prices)` writes prices as JSON, and `restored(path)` reads them, none where there is no file",
    ]),
    change: {
      "src/receipt.js": text`
        import { readFile, writeFile } from "node:fs/promises";

        export async function saved(path, prices) {
          await writeFile(path, JSON.stringify(prices));
        }

        export async function restored(path) {
          try {
            return JSON.parse(await readFile(path, "utf8"));
          } catch (error) {
            if (error.code === "ENOENT") return [];
            throw error;
          }
        }
      `,
      "test/receipt.test.js": text`
        import assert from "node:assert/strict";
        import { mkdtemp, rm, writeFile } from "node:fs/promises";
        import { tmpdir } from "node:os";
        import { join } from "node:path";
        import { after, before, describe, it } from "node:test";
        import { restored, saved } from "../src/receipt.js";

        describe("receipts", () => {
          let folder;
          before(async () => {
            folder = await mkdtemp(join(tmpdir(), "receipt-"));
          });
          after(() => rm(folder, { recursive: true }));

          it("M1/1: come back as they were", async () => {
            const path = join(folder, "one.json");
            await saved(path, [100, 250]);
            assert.deepEqual(await restored(path), [100, 250]);
          });

          it("M1/1: are empty where there is no file", async () => {
            assert.deepEqual(await restored(join(folder, "none.json")), []);
          });

          it("complain where the file is no receipt", async () => {
            const path = join(folder, "bad.json");
            await writeFile(path, "{");
            await assert.rejects(restored(path), SyntaxError);
          });
        });
      `,
    },
  },
  {
    name: "a law is held against many random inputs",
    milestone: DISCOUNT,
    change: {
      "src/price.js": DISCOUNTED,
      "test/discount.test.js": `${NODE_TEST}${text`
        import { discounted } from "../src/price.js";

        /** Numbers from a seed, so that a failure can be had again. */
        function* numbers(seed) {
          for (let state = seed; ; ) {
            state = (state * 1103515245 + 12345) % 2147483648;
            yield state;
          }
        }

        test("M1/1: never takes more than the whole, and rounds down", () => {
          const random = numbers(7);
          for (let round = 0; round < 200; round++) {
            const cents = random.next().value % 10_000;
            const percent = random.next().value % 101;
            const left = discounted(cents, percent);
            assert.ok(Number.isInteger(left) && left >= 0 && left <= cents);
            const exact = cents - (cents * percent) / 100;
            assert.ok(exact - left < 1 && exact - left > -1e-9, cents + " less " + percent + " %");
          }
        });
      `}`,
    },
  },
  {
    name: "the documentation gets a guide with a link and an example",
    milestone: asks("A guide", "People find their way.", ['(file: docs/guide.md contains "total")'], {
      Kind: "documentation",
    }),
    change: {
      "README.md": "# Shop\n\nPrices in cents. See the [guide](docs/guide.md#sums).\n",
      "docs/guide.md": [
        "# Guide",
        "",
        "## Sums",
        "",
        "Back to the [first page](../README.md#shop).",
        "",
        "```js",
        'import { total } from "shop";',
        "",
        "console.log(total([100, 250]));",
        "```",
        "",
      ].join("\n"),
    },
  },
  {
    name: "a dead part goes with its tests, as declared",
    milestone: asks(
      "Less",
      "Nobody formats here any more.",
      ["`npm test` passes", "`grep -rc formatted src` exits 1"],
      {
        Kind: "refactoring",
        Allows: "`test/price.test.js`",
        Metric: "`cat src/price.js | wc -l`",
      },
    ),
    change: {
      "src/price.js": text`
        /** Sum of prices in cents. */
        export function total(prices) {
          return prices.reduce((sum, price) => sum + price, 0);
        }
      `,
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
    name: "a fix is seen through a module that uses it",
    milestone: asks(
      "Sums of text",
      "Prices from the command line are numbers.",
      ["`total` adds prices that came as text"],
      { Kind: "fix" },
    ),
    base: {
      "src/cart.js": text`
        import { formatted, total } from "./price.js";

        export class Cart {
          #prices = [];
          add(price) {
            this.#prices.push(price);
            return this;
          }
          toString() {
            return formatted(total(this.#prices));
          }
        }
      `,
      "test/cart.test.js": `${NODE_TEST}${text`
        import { Cart } from "../src/cart.js";

        test("shows its sum", () => {
          assert.equal(String(new Cart().add(100).add(50)), "$1.50");
        });
      `}`,
    },
    change: {
      "src/price.js": PRICE_JS.replace("sum + price", "sum + Number(price)"),
      "test/cart.test.js": `${NODE_TEST}${text`
        import { Cart } from "../src/cart.js";

        test("shows its sum", () => {
          assert.equal(String(new Cart().add(100).add(50)), "$1.50");
        });

        test("M1/1: adds what came as text", () => {
          assert.equal(String(new Cart().add("100").add("50")), "$1.50");
        });
      `}`,
    },
  },
  {
    name: "a package of a workspace is tested in its folder",
    milestone: asks("Discounts", "A voucher makes a price smaller.", [
      "`discounted(cents, percent)` takes its percentage off",
    ]),
    policy: { test: ["npm test --prefix packages/price"] },
    base: {
      "package.json": '{ "name": "all", "private": true, "workspaces": ["packages/*"] }\n',
      "packages/price/package.json":
        '{ "name": "price", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
      "packages/price/index.js": "export const doubled = (cents) => cents * 2;\n",
      "packages/price/index.test.js": `${NODE_TEST}${text`
        import { doubled } from "./index.js";

        test("doubles", () => {
          assert.equal(doubled(2), 4);
        });
      `}`,
    },
    change: {
      "packages/price/index.js": text`
        export const doubled = (cents) => cents * 2;

        export const discounted = (cents, percent) => Math.floor((cents * (100 - percent)) / 100);
      `,
      "packages/price/index.test.js": `${NODE_TEST}${text`
        import { discounted, doubled } from "./index.js";

        test("doubles", () => {
          assert.equal(doubled(2), 4);
        });

        test("M1/1: takes a percentage off", () => {
          assert.equal(discounted(999, 10), 899);
        });
      `}`,
    },
  },
]);

export const HONEST_STRANGERS_VITEST = honest(SUMS, [
  {
    name: "vitest: a snapshot follows the source it shows",
    milestone: asks("Reports", "A report names its count.", ["`report(numbers)` ends with the count"]),
    base: REPORT,
    change: {
      "src/report.js":
        'import { sum } from "./sum.js";\n\nexport const report = (numbers) => ["sum: " + sum(numbers), "count: " + numbers.length].join("\\n");\n',
      "test/__snapshots__/report.test.js.snap":
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`reports 1`] = `\n"sum: 3\ncount: 2"\n`;\n',
      "test/count.test.js": `${VITEST}${text`
        import { report } from "../src/report.js";

        test("M1/1: ends with the count", () => {
          expect(report([4, 5, 6]).split("\n").at(-1)).toBe("count: 3");
        });
      `}`,
    },
  },
  {
    name: "vitest: only types change",
    milestone: asks("Types", "Nothing is any.", ["`npm test` passes"], {
      Kind: "refactoring",
      Metric: "`grep -c any src/last.ts`",
    }),
    base: {
      "src/last.ts": "export function last(items: any[]): any {\n  return items[items.length - 1];\n}\n",
      "test/last.test.ts": `${VITEST}${text`
        import { last } from "../src/last.ts";

        test("is the last", () => {
          expect(last([1, 2])).toBe(2);
          expect(last([])).toBeUndefined();
        });
      `}`,
    },
    change: {
      "src/last.ts":
        "export function last<Item>(items: readonly Item[]): Item | undefined {\n  return items[items.length - 1];\n}\n",
    },
  },
  {
    name: "vitest: a feature waits for what it promises, with rows and a spy",
    milestone: asks("Means later", "A mean can be heard.", [
      "`heard(numbers, listener)` calls the listener once with the mean, 0 for none, and resolves to it",
    ]),
    change: {
      "src/heard.js": text`
        import { sum } from "./sum.js";

        export async function heard(numbers, listener) {
          const mean = numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
          await listener(mean);
          return mean;
        }
      `,
      "test/heard.test.js": text`
        import { describe, expect, it, vi } from "vitest";
        import { heard } from "../src/heard.js";

        describe("M1/1: a mean that is heard", () => {
          it.each([
            { numbers: [1, 2, 6], mean: 3 },
            { numbers: [], mean: 0 },
          ])("of $numbers is $mean", async ({ numbers, mean }) => {
            const listener = vi.fn();
            await expect(heard(numbers, listener)).resolves.toBe(mean);
            expect(listener).toHaveBeenCalledExactlyOnceWith(mean);
          });

          it("passes a listener's complaint on", async () => {
            const listener = () => Promise.reject(new Error("deaf"));
            await expect(heard([1], listener)).rejects.toThrow("deaf");
          });
        });
      `,
    },
  },
  {
    name: "vitest: the mean is tested beside the sum in its older file",
    milestone: MEAN,
    change: {
      "src/sum.js": `${SUM_JS}${text`

        export function mean(numbers) {
          return numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
        }
      `}`,
      "test/sum.test.js": `${SUM_TEST_JS.replace("{ sum }", "{ mean, sum }")}${text`

        test("M1/1: the mean is the sum over the count", () => {
          expect(mean([1, 2, 6])).toBeCloseTo(3);
          expect(mean([])).toBe(0);
        });
      `}`,
    },
  },
]);

const READABLE_JS = `${SIZES_JS}${text`

  exports.readable = function readable(bytes) {
    return bytes < 1024 ? bytes + " B" : exports.kilobytes(bytes) + " kB";
  };
`}`;

export const HONEST_OLDER = [
  ...honest(SIZES_JEST, [
    {
      name: "jest: a feature with rows",
      milestone: READABLE,
      change: {
        "sizes.js": READABLE_JS,
        "test/readable.test.js": text`
          const { readable } = require("../sizes.js");

          describe("M1/1: readable", () => {
            test.each([
              [0, "0 B"],
              [1023, "1023 B"],
              [1024, "1 kB"],
              [2049, "3 kB"],
            ])("shows %i as %s", (bytes, shown) => {
              expect(readable(bytes)).toBe(shown);
            });
          });
        `,
      },
    },
  ]),
  ...honest(SIZES_MOCHA, [
    {
      name: "mocha: a feature with a fresh subject for each test",
      milestone: READABLE,
      change: {
        "sizes.js": READABLE_JS,
        "test/readable.test.js": text`
          const assert = require("node:assert");
          const { readable } = require("../sizes.js");

          describe("readable", function () {
            let shown;
            beforeEach(function () {
              shown = [];
            });

            it("M1/1: shows bytes as they are", function () {
              for (const bytes of [0, 12, 1023]) shown.push(readable(bytes));
              assert.deepStrictEqual(shown, ["0 B", "12 B", "1023 B"]);
            });

            it("M1/1: shows kilobytes rounded up", async function () {
              for (const bytes of [1024, 2049]) shown.push(await readable(bytes));
              assert.deepStrictEqual(shown, ["1 kB", "3 kB"]);
            });
          });
        `,
      },
    },
  ]),
  ...honest(SIZES_TAPE, [
    {
      name: "tape: a feature with a plan and a callback",
      milestone: READABLE,
      change: {
        "sizes.js": READABLE_JS,
        "test/readable.test.js": text`
          const test = require("tape");
          const { readable } = require("../sizes.js");

          test("M1/1: readable", (t) => {
            t.test("bytes", (st) => {
              st.plan(1);
              setImmediate(() => st.equal(readable(1023), "1023 B"));
            });
            t.test("kilobytes", (st) => {
              st.equal(readable(1024), "1 kB", "the border");
              st.equal(readable(2049), "3 kB");
              st.end();
            });
            t.end();
          });
        `,
      },
    },
  ]),
];
