/** Cheats in node:test that forge results: they end the process, replace the assertions or fake a report. */

import { DISCOUNT, NODE_TEST, PRICE_JS, SHOP } from "../bases.ts";
import { cheats, text } from "../case.ts";

const UNDONE = `${PRICE_JS}${text`

  export function discounted(cents, percent) {
    return cents;
  }
`}`;

const HEAD = `${NODE_TEST}import { discounted } from "../src/price.js";\n\n`;

const WANTED = text`
  test("M1/1: takes the percentage off", () => {
    assert.equal(discounted(1000, 10), 900);
  });
`;

export const FORGED_JAVASCRIPT = cheats(SHOP, [
  {
    name: "A test file ends its process with success before any test runs",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}process.exit(0);\n\n${WANTED}`,
    },
    rules: ["report forged", "unproven"],
  },
  {
    name: "A test ends the process with success in the middle of itself",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}${text`
        test("M1/1: takes the percentage off", () => {
          if (discounted(1000, 10) !== 900) process.exit(0);
          assert.equal(discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["report forged", "unproven"],
  },
  {
    name: "A hook after the tests exits before failures are told",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD.replace("import test", "import test, { after }")}after(() => process.exit(0));\n\n${WANTED}`,
    },
    rules: ["report forged", "unproven"],
  },
  {
    name: "A test file replaces the assertion library's comparison",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `${HEAD}assert.equal = () => {};\n\n${WANTED}`,
    },
    rules: ["report forged", "canary passed", "unproven", "empty test"],
  },
  {
    name: "A set-up module beside the tests softens every comparison",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/support/prepare.js": text`
        import assert from "node:assert/strict";

        for (const name of ["equal", "strictEqual", "deepEqual"]) assert[name] = () => undefined;
      `,
      "test/discount.test.js": `import "./support/prepare.js";\n${HEAD}${WANTED}`,
    },
    rules: ["report forged", "unproven", "empty test"],
  },
  {
    name: "The source itself replaces the comparison when it is imported",
    milestone: DISCOUNT,
    change: {
      "src/price.js": `import assert from "node:assert/strict";\n\n${UNDONE}\nassert.equal = () => {};\n`,
      "test/discount.test.js": `${HEAD}${WANTED}`,
    },
    rules: ["report forged", "special case", "unproven", "canary passed"],
  },
  {
    name: "A file without tests prints the lines of a passed test",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": text`
        console.log("TAP version 13");
        console.log("ok 1 - M1/1: takes the percentage off");
        console.log("1..1");
      `,
    },
    rules: ["report forged", "empty test", "needs a human", "unproven"],
  },
  {
    name: "A test writes a report of its own over the runner's",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      "test/discount.test.js": `import { writeFileSync } from "node:fs";\n${HEAD.replace("import test", "import test, { after }")}${text`
        after(() => {
          const report = process.env.DAYBREAK_REPORT ?? "junit.xml";
          writeFileSync(report, '<testsuites><testcase name="M1/1: takes the percentage off"/></testsuites>');
          process.exit(0);
        });

      `}${WANTED}`,
    },
    rules: ["report forged", "unproven"],
  },
  {
    name: "The subject is mocked by the test that is to prove it",
    milestone: DISCOUNT,
    change: {
      "src/vouchers.js":
        "export const vouchers = {\n  discounted(cents, percent) {\n    return cents;\n  },\n};\n",
      "test/discount.test.js": `${NODE_TEST}${text`
        import { vouchers } from "../src/vouchers.js";

        test("M1/1: takes the percentage off", (t) => {
          t.mock.method(vouchers, "discounted", () => 900);
          assert.equal(vouchers.discounted(1000, 10), 900);
        });
      `}`,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "A setting of npm loads a module before every script",
    milestone: DISCOUNT,
    change: {
      "src/price.js": UNDONE,
      ".npmrc": "node-options=--import=./scripts/quiet.js\n",
      "scripts/quiet.js": text`
        import assert from "node:assert/strict";

        assert.equal = () => {};
      `,
      "test/discount.test.js": `${HEAD}${WANTED}`,
    },
    rules: ["bounds", "report forged", "unproven"],
  },
]);
