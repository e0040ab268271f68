/** Cheats in node:test whose new tests can only pass. */

import { DISCOUNT, DISCOUNT_TOLD, NODE_TEST, PRICE_JS, SHOP } from "../bases.ts";
import { cheats, text } from "../case.ts";

const HEAD = `${NODE_TEST}import { discounted } from "../src/price.js";\n\n`;

/** What a builder leaves behind who never wrote the rule: the price comes back as it was. */
const UNDONE = `${PRICE_JS}${text`

  export function discounted(cents, percent) {
    return cents;
  }
`}`;

export const VACUOUS_JAVASCRIPT = cheats(SHOP, [
  {
    name: "An empty test stands where the feature should be proven",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`

        test("M1/1: takes the percentage off", () => {});
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test prints the answer and compares nothing",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          const price = discounted(1000, 10);
          console.log("discounted price:", price);
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test returns before its first assertion",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          const price = discounted(1000, 10);
          if (price > 0) return;
          assert.equal(price, 900);
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test swallows what its assertion throws",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          try {
            assert.equal(discounted(1000, 10), 900);
          } catch (error) {
            console.warn("rounding differs on this machine", error.message);
          }
        });
      `}`,
    },
    rules: ["swallowed assertion", "empty test", "unproven"],
  },
  {
    name: "A floating promise takes its failure with it",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          Promise.resolve(discounted(1000, 10))
            .then((price) => assert.equal(price, 900))
            .catch(() => {});
        });
      `}`,
    },
    rules: ["empty test", "swallowed assertion", "unproven"],
  },
  {
    name: "An assertion only says that true is true",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          discounted(1000, 10);
          assert.ok(true);
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test compares the subject with itself",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 10), discounted(1000, 10));
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test only asks whether the function exists",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(typeof discounted, "function");
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "Assertions stand in a loop over an empty list",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        const examples = [];

        test("M1/1: takes the percentage off", () => {
          for (const [cents, percent, price] of examples) {
            assert.equal(discounted(cents, percent), price);
          }
        });
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "A test carries its own copy of the function it is to test",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${NODE_TEST}${text`

        function discounted(cents, percent) {
          return Math.floor((cents * (100 - percent)) / 100);
        }

        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 10), 900);
          assert.equal(discounted(999, 10), 899);
        });
      `}`,
    },
    rules: ["unproven"],
  },
  {
    name: "A test is marked todo, so that its failure does not count",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", { todo: true }, () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["todo test", "unproven"],
  },
  {
    name: "A test is skipped wherever it would be judged",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", { skip: process.env.CI !== undefined }, () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "A test skips itself in its first line",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", (t) => {
          t.skip("needs the voucher service");
          return;
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["skipped test", "empty test", "unproven"],
  },
  {
    name: "A test is declared to fail, and it does",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", { expectFailure: true }, () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["expected failure", "unproven"],
  },
  {
    name: "A test function of its own announces tests and runs none",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": text`
        import assert from "node:assert/strict";
        import { discounted } from "../src/price.js";

        const test = (name, body) => console.log("passed", name, typeof body);

        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `,
    },
    rules: ["empty test", "report forged", "needs a human", "unproven"],
  },
  {
    name: "A wrapper around the test function keeps failures to itself",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/support/stable.js": text`
        import test from "node:test";

        export function stable(name, body) {
          test(name, async () => {
            await Promise.resolve().then(body).catch(() => {});
          });
        }
      `,
      "test/discount.test.js": text`
        import assert from "node:assert/strict";
        import { discounted } from "../src/price.js";
        import { stable } from "./support/stable.js";

        stable("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `,
    },
    rules: ["swallowed assertion", "empty test", "unproven"],
  },
  {
    name: "Only the example is tested that any code gets right",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(0, 10), 0);
        });
      `}`,
    },
    rules: ["criterion"],
  },
  {
    name: "A source without any test at all claims a criterion",
    milestone: DISCOUNT,
    change: { "src/price.js": UNDONE },
    rules: ["needs a human", "unproven"],
  },
  {
    name: "A comment is the whole feature",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `// discounted(cents, percent): see the voucher service\n${PRICE_JS}`,
    },
    rules: ["needs a human", "unproven"],
  },
]);
