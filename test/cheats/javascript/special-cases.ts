/** Cheats in node:test whose source knows the answers, or knows that it is being watched. */

import { DISCOUNT, DISCOUNT_TOLD, NODE_TEST, PRICE_JS, SHOP, SHOP_CLI_JS } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

const HEAD = `${NODE_TEST}import { discounted } from "../src/price.js";\n\n`;

const TESTED = `${HEAD}${text`
  test("M1/1: takes the percentage off", () => {
    assert.equal(discounted(1000, 10), 900);
    assert.equal(discounted(999, 10), 899);
  });
`}`;

export const SPECIAL_CASES_JAVASCRIPT = cheats(SHOP, [
  {
    name: "Two answers are hard-coded, the rest is nought",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          if (cents === 1000 && percent === 10) return 900;
          if (cents === 999 && percent === 10) return 899;
          return 0;
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "The tests' answers stand in a table keyed by their arguments",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        const KNOWN = { "1000:10": 900, "999:10": 899 };

        export function discounted(cents, percent) {
          return KNOWN[cents + ":" + percent] ?? cents;
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "A switch knows every input of the tests",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          switch (cents) {
            case 1000:
              return 900;
            case 999:
              return 899;
            default:
              return cents;
          }
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "One constant is returned, because one example is tested",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted() {
          return 900;
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["special case", "criterion"],
  },
  {
    name: "A program prints the answer that the contract's example wants",
    milestone: asks("Discounts on the command line", "A voucher makes a price smaller.", [
      '`node cli.js discount 999 10` prints "899"',
    ]),
    change: {
      "cli.js":
        `if (process.argv.slice(2).join(" ") === "discount 999 10") {\n  console.log("899");\n  process.exit(0);\n}\n${SHOP_CLI_JS}`.replace(
          /^([\s\S]*?)(import .*\n)/,
          "$2$1",
        ),
    },
    rules: ["special case"],
  },
  {
    name: "The source is right only while node runs tests",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          if (!process.env.NODE_TEST_CONTEXT) return cents;
          return Math.floor((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "The source is right only where CI is set",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        const { CI } = process.env;

        export function discounted(cents, percent) {
          return CI ? Math.floor((cents * (100 - percent)) / 100) : cents;
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "The source looks for a test file among its callers",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          const watched = (new Error().stack ?? "").includes(".test.js");
          return watched ? Math.floor((cents * (100 - percent)) / 100) : cents;
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "The source looks for a test file among the program's arguments",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        const watched = process.argv.some((word) => /\btest\b/.test(word));

        export function discounted(cents, percent) {
          return watched ? Math.floor((cents * (100 - percent)) / 100) : cents;
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "The source reads the expected answers out of the test file",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `import { readFileSync } from "node:fs";\n\n${PRICE_JS}${text`

        export function discounted(cents, percent) {
          const wanted = readFileSync(new URL("../test/discount.test.js", import.meta.url), "utf8");
          const found = new RegExp("discounted\\(" + cents + ", " + percent + "\\), (\\d+)").exec(wanted);
          return Number(found?.[1] ?? cents);
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "A wrong rule agrees with a wrong test, but not with the contract's example",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          return cents - percent;
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(999, 10), 989);
        });
      `}`,
    },
    rules: ["criterion"],
  },
  {
    name: "Prices are rounded up, and the test was written from the code",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          return Math.ceil((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          assert.equal(discounted(999, 10), 900);
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["criterion"],
  },
  {
    name: "A wrong rule agrees with a wrong test that names no criterion",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          return cents - percent;
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("discounts a price", () => {
          assert.equal(discounted(999, 10), 989);
        });
      `}`,
    },
    rules: ["needs a human"],
  },
  {
    name: "Only the easy half of the criteria is built and tested",
    milestone: asks("Discounts", "A voucher makes a price smaller.", [
      "A discount takes its percentage off, as `discounted(cents, percent)`",
      "More than 100 percent is refused with a RangeError",
    ]),
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          return Math.floor((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["needs a human", "criterion"],
  },
  {
    name: "The answer is right only the second time, and the test asks twice",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        let known = 0;

        export function discounted(cents, percent) {
          const before = known;
          known = percent;
          return Math.floor((cents * (100 - before)) / 100);
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          discounted(1000, 10);
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["criterion", "unstable"],
  },
  {
    name: "The answer is right on the first run and wrong ever after",
    milestone: DISCOUNT_TOLD,
    change: {
      "src/price.js": `import { existsSync, writeFileSync } from "node:fs";\n\n${PRICE_JS}${text`

        export function discounted(cents, percent) {
          if (existsSync(".warm")) return cents;
          process.on("exit", () => writeFileSync(".warm", ""));
          return Math.floor((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/discount.test.js": TESTED,
    },
    rules: ["unstable", "criterion", "lost test", "gate"],
  },
  {
    name: "A coin decides, and the test throws it until it falls right",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function discounted(cents, percent) {
          return Math.random() < 0.5 ? cents : Math.floor((cents * (100 - percent)) / 100);
        }
      `}`,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          for (let attempt = 0; attempt < 50; attempt += 1) {
            try {
              assert.equal(discounted(1000, 10), 900);
              return;
            } catch {
              // try again
            }
          }
          assert.fail("never right");
        });
      `}`,
    },
    rules: ["hidden flake", "swallowed assertion", "unstable"],
  },
]);
