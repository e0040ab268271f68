/** Honest documentation, package files and other changes around the code, in node:test. */

import { NODE_TEST, PRICE_JS, SHOP } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

/** The shop's package file with more in it. */
function packageWith(more: Record<string, unknown>): string {
  const shop = { name: "shop", version: "1.0.0", type: "module", scripts: { test: "node --test" } };
  return `${JSON.stringify({ ...shop, ...more }, null, 2)}\n`;
}

const FENCE = "```";

export const PAPERS_JAVASCRIPT = honest(SHOP, [
  {
    name: "The README explains the program, with code that parses",
    milestone: asks(
      "Usage",
      "Newcomers know where to begin.",
      ['(file: README.md contains "## Usage") The README tells how to use the shop'],
      { Kind: "documentation" },
    ),
    change: {
      "README.md": `# Shop\n\nPrices in cents.\n\n## Usage\n\n${FENCE}js\nimport { total } from "./src/price.js";\n\nconsole.log(total([100, 250]));\n${FENCE}\n\nThe rules are in [price.js](src/price.js).\n`,
    },
  },
  {
    name: "A guide in a folder of its own links to what exists",
    milestone: asks(
      "A guide",
      "Owners of shops find their way.",
      ['(file: docs/guide.md contains "# Guide")', '(file: README.md contains "docs/guide.md")'],
      { Kind: "documentation" },
    ),
    change: {
      "docs/guide.md":
        "# Guide\n\nBack to the [README](../README.md).\n\n## Prices\n\nSee [below](#rounding).\n\n## Rounding\n\nAlways down.\n",
      "README.md": "# Shop\n\nPrices in cents. There is a [guide](docs/guide.md).\n",
    },
  },
  {
    name: "A comment of the source is corrected as documentation",
    milestone: asks(
      "Units in comments",
      "Nobody mixes up cents and dollars.",
      ['(file: src/price.js contains "Cents as dollars")'],
      { Kind: "documentation" },
    ),
    change: {
      "src/price.js": PRICE_JS.replace(
        "export function formatted",
        "/** Cents as dollars, with two digits. */\nexport function formatted",
      ),
    },
  },
  {
    name: "A script is added to package.json, as allowed",
    milestone: asks(
      "A script for totals",
      "Totals are one command away.",
      ['`npm run -s total -- 1 2` prints "3"'],
      {
        Allows: "`package.json`",
      },
    ),
    change: {
      "package.json": packageWith({ scripts: { test: "node --test", total: "node cli.js total" } }),
    },
  },
  {
    name: "A dependency for development is added, as allowed",
    milestone: asks(
      "Types in the editor",
      "Editors show mistakes.",
      ['(file: package.json contains "@types/node")', '(file: jsconfig.json contains "checkJs")'],
      { Allows: "`package.json`" },
    ),
    change: {
      "package.json": packageWith({ devDependencies: { "@types/node": "24.0.0" } }),
      "jsconfig.json": '{ "compilerOptions": { "checkJs": true, "module": "nodenext" } }\n',
    },
  },
  {
    name: "The package gets a front door",
    milestone: asks("A front door", "Callers import the shop by its name.", [
      '`node -e "import(\'shop\').then((m) => console.log(m.total([1, 2])))"` prints "3"',
    ]),
    change: {
      "package.json": packageWith({ exports: "./src/index.js" }),
      "src/index.js": 'export { formatted, total } from "./price.js";\n',
      "test/index.test.js": `${NODE_TEST}${text`
        import * as shop from "shop";

        test("exports what callers need", () => {
          assert.deepEqual(Object.keys(shop).sort(), ["formatted", "total"]);
        });
      `}`,
    },
  },
  {
    name: "A test walks a list of examples it holds itself",
    milestone: asks("Weights", "Heavy things cost more to send.", [
      "Postage is 5 a started kilogram, as `postage(grams)`",
    ]),
    change: {
      "src/postage.js": text`
        const PER_KILOGRAM = 500;

        /** Cents for a parcel of so many grams. */
        export function postage(grams) {
          return Math.ceil(grams / 1000) * PER_KILOGRAM;
        }
      `,
      "test/postage.test.js": `${NODE_TEST}${text`
        import { postage } from "../src/postage.js";

        // The limits on both sides of a kilogram.
        const EXAMPLES = [
          { grams: 1, cents: 500 },
          { grams: 1000, cents: 500 },
          { grams: 1001, cents: 1000 },
        ];

        test("M1/1: every started kilogram counts", () => {
          for (const { grams, cents } of EXAMPLES) assert.equal(postage(grams), cents);
        });
      `}`,
    },
  },
]);
