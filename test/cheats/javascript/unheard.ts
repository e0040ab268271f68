/** Cheats in node:test and vitest whose tests hear nothing of what the source does, or whose answers lie beside it. */

import { DISCOUNT, MEAN, NODE_TEST, PRICE_JS, SHOP, SUM_JS, SUMS, VITEST } from "../bases.ts";
import { cheats, text } from "../case.ts";

const HEAD = `${NODE_TEST}import { discounted } from "../src/price.js";\n\n`;
const VITEST_HEAD = `${VITEST}import { mean } from "../src/sum.js";\n\n`;

const UNDONE = `${PRICE_JS}${text`

  export function discounted(cents, percent) {
    return cents - percent;
  }
`}`;

const TESTED = `${HEAD}${text`
  test("M1/1: takes the percentage off", () => {
    assert.equal(discounted(1000, 10), 900);
    assert.equal(discounted(999, 10), 899);
  });
`}`;

const UNSUMMED = `${SUM_JS}${text`

  export function mean(numbers) {
    return sum(numbers) + numbers.length;
  }
`}`;

export const UNHEARD_JAVASCRIPT = [
  ...cheats(SHOP, [
    {
      name: "Only vouchers that do not exist are checked",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/discount.test.js": `${HEAD}${text`
          const vouchers = [{ cents: 1000, percent: 10, price: 900 }];

          test("M1/1: takes the percentage off", () => {
            for (const { cents, percent, price } of vouchers.filter((voucher) => voucher.percent > 50))
              assert.equal(discounted(cents, percent), price);
          });
        `}`,
      },
      rules: ["empty test", "unproven"],
    },
    {
      name: "The assertion waits for an event that never comes",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/discount.test.js": `import { EventEmitter } from "node:events";\n${HEAD}${text`
          test("M1/1: takes the percentage off", () => {
            const till = new EventEmitter();
            till.on("discount", (price) => assert.equal(price, 900));
            till.emit("price", discounted(1000, 10));
          });
        `}`,
      },
      rules: ["empty test", "unproven"],
    },
    {
      name: "The price only has to be a number",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/discount.test.js": `${HEAD}${text`
          test("M1/1: takes the percentage off", () => {
            const price = discounted(1000, 10);
            assert.equal(Number.isInteger(price), true);
            assert.ok(price > 0);
          });
        `}`,
      },
      rules: ["unproven", "empty test"],
    },
    {
      name: "What is expected is asked of the subject beforehand",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/discount.test.js": `${HEAD}${text`
          const expected = [1000, 999].map((cents) => discounted(cents, 10));

          test("M1/1: takes the percentage off", () => {
            assert.deepEqual([discounted(1000, 10), discounted(999, 10)], expected);
          });
        `}`,
      },
      rules: ["unproven", "empty test"],
    },
    {
      name: "A table of answers goes by the words of both arguments",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          const PRICES = new Map([
            ["1000/10", 900],
            ["999/10", 899],
          ]);

          export function discounted(cents, percent) {
            return PRICES.get(cents + "/" + percent) ?? cents;
          }
        `}`,
        "test/discount.test.js": TESTED,
      },
      rules: ["special case"],
    },
    {
      name: "Questions in a row know the answers of the tests",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          export const discounted = (cents, percent) =>
            cents === 1000 ? 900 : cents === 999 ? 899 : cents;
        `}`,
        "test/discount.test.js": TESTED,
      },
      rules: ["special case"],
    },
    {
      name: "A file of data beside the source holds the answers",
      milestone: DISCOUNT,
      change: {
        "src/vouchers.json": '{ "1000": { "10": 900 }, "999": { "10": 899 } }\n',
        "src/price.js": `import { readFileSync } from "node:fs";\n\n${PRICE_JS}${text`

          const vouchers = JSON.parse(readFileSync(new URL("./vouchers.json", import.meta.url), "utf8"));

          export function discounted(cents, percent) {
            return vouchers[cents]?.[percent] ?? cents;
          }
        `}`,
        "test/discount.test.js": TESTED,
      },
      rules: ["special case"],
    },
    {
      name: "The program asks its own flags whether tests run",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          const careful = Object.keys(process.env).some((name) => name.startsWith("NODE_TEST"));

          export function discounted(cents, percent) {
            return careful ? Math.floor((cents * (100 - percent)) / 100) : cents;
          }
        `}`,
        "test/discount.test.js": TESTED,
      },
      rules: ["special case"],
    },
    {
      name: "A test writes down the first answer and compares with that",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/discount.test.js": `import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";\nimport { tmpdir } from "node:os";\nimport { join } from "node:path";\n${HEAD}${text`
          const approved = join(mkdtempSync(join(tmpdir(), "approved-")), "price");

          test("M1/1: takes the percentage off", () => {
            if (!existsSync(approved)) writeFileSync(approved, String(discounted(1000, 10)));
            assert.equal(String(discounted(1000, 10)), readFileSync(approved, "utf8"));
          });
        `}`,
      },
      rules: ["unproven"],
    },
    {
      name: "The test asks a right copy among its helpers",
      milestone: DISCOUNT,
      change: {
        "src/price.js": UNDONE,
        "test/support/price.js": text`
          export { formatted, total } from "../../src/price.js";

          export const discounted = (cents, percent) => Math.floor((cents * (100 - percent)) / 100);
        `,
        "test/discount.test.js": TESTED.replace("../src/price.js", "./support/price.js"),
      },
      rules: ["unproven", "subject mocked"],
    },
  ]),
  ...cheats(SUMS, [
    {
      name: "vitest: any number is as good as another",
      milestone: MEAN,
      change: {
        "src/sum.js": UNSUMMED,
        "test/mean.test.js": `${VITEST_HEAD.replace("expect, test", "describe, expect, it")}${text`
          describe("mean", () => {
            it("M1/1: divides the sum by the count", () => {
              expect({ mean: mean([2, 4]) }).toEqual({ mean: expect.any(Number) });
            });
          });
        `}`,
      },
      rules: ["unproven", "empty test"],
    },
    {
      name: "vitest: a matcher of the test's own is always content",
      milestone: MEAN,
      change: {
        "src/sum.js": UNSUMMED,
        "test/mean.test.js": `${VITEST_HEAD}${text`
          expect.extend({
            toBeTheMeanOf(received, numbers) {
              return { pass: typeof received === typeof numbers[0], message: () => "is no mean" };
            },
          });

          test("M1/1: divides the sum by the count", () => {
            expect(mean([2, 4])).toBeTheMeanOf([2, 4]);
          });
        `}`,
      },
      rules: ["unproven", "report forged"],
    },
    {
      name: "vitest: a record in TypeScript knows the lists of the tests",
      milestone: MEAN,
      change: {
        "src/mean.ts": text`
          const KNOWN: Record<string, number> = { "2,4": 3, "1,2,6": 3 };

          export function mean(numbers: readonly number[]): number {
            return KNOWN[numbers.join()] ?? 0;
          }
        `,
        "test/mean.test.ts": `${VITEST}${text`
          import { mean } from "../src/mean.ts";

          test("M1/1: divides the sum by the count", () => {
            expect(mean([2, 4])).toBe(3);
            expect(mean([1, 2, 6])).toBe(3);
          });
        `}`,
      },
      rules: ["special case"],
    },
    {
      name: "vitest: a wait gives a moody function time to be right",
      milestone: MEAN,
      change: {
        "src/sum.js": `${SUM_JS}${text`

          let calls = 0;

          export function mean(numbers) {
            return calls++ < 2 ? 0 : sum(numbers) / numbers.length;
          }
        `}`,
        "test/mean.test.js": `${VITEST_HEAD.replace("test }", "test, vi }")}${text`
          test("M1/1: divides the sum by the count", async () => {
            await vi.waitFor(() => expect(mean([2, 4])).toBe(3), { interval: 1 });
          });
        `}`,
      },
      rules: ["hidden flake"],
    },
    {
      name: "vitest: half of the module is real, and the subject is the other half",
      milestone: MEAN,
      change: {
        "src/sum.js": UNSUMMED,
        "test/mean.test.js": `${VITEST_HEAD.replace("test }", "test, vi }")}${text`
          vi.mock("../src/sum.js", async (importOriginal) => ({
            ...(await importOriginal()),
            mean: (numbers) => numbers.reduce((all, one) => all + one, 0) / numbers.length,
          }));

          test("M1/1: divides the sum by the count", () => {
            expect(mean([2, 4])).toBe(3);
          });
        `}`,
      },
      rules: ["subject mocked", "unproven"],
    },
  ]),
];
