/** Honest features in node:test, among them everything that looks like a cheat and is none. */

import { DISCOUNT, DISCOUNT_TOLD, NODE_TEST, PRICE_JS, SHOP, SHOP_CLI_JS } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const DISCOUNTED = text`

  export function discounted(cents, percent) {
    return Math.floor((cents * (100 - percent)) / 100);
  }
`;

const DISCOUNT_TEST = `${NODE_TEST}${text`
  import { discounted } from "../src/price.js";

  test("M1/1: takes the percentage off and rounds down", () => {
    assert.equal(discounted(1000, 10), 900);
    assert.equal(discounted(999, 10), 899);
  });

  test("leaves a price without a voucher alone", () => {
    assert.equal(discounted(1234, 0), 1234);
  });
`}`;

export const FEATURES_JAVASCRIPT = honest(SHOP, [
  {
    name: "A function is added with a test that names its criterion",
    milestone: DISCOUNT,
    change: { "src/price.js": PRICE_JS + DISCOUNTED, "test/discount.test.js": DISCOUNT_TEST },
  },
  {
    name: "A function satisfies the contract's own example and its test",
    milestone: DISCOUNT_TOLD,
    change: { "src/price.js": PRICE_JS + DISCOUNTED, "test/discount.test.js": DISCOUNT_TEST },
  },
  {
    name: "A function lives in a new module, which base cannot even import",
    milestone: asks("Shares", "A bill can be split.", [
      "A bill is split into whole cents that add up to it, as `shares(cents, people)`",
    ]),
    change: {
      "src/shares.js": text`
        export function shares(cents, people) {
          const each = Math.floor(cents / people);
          const rest = cents - each * people;
          return Array.from({ length: people }, (_, at) => (at < rest ? each + 1 : each));
        }
      `,
      "test/shares.test.js": `${NODE_TEST}${text`
        import { shares } from "../src/shares.js";

        test("M1/1: the shares add up to the bill", () => {
          assert.deepEqual(shares(100, 3), [34, 33, 33]);
          assert.deepEqual(shares(90, 2), [45, 45]);
        });
      `}`,
    },
  },
  {
    name: "A program learns a command",
    milestone: asks("Averages on the command line", "Prices can be compared.", [
      '`node cli.js average 100 251` prints "176"',
      "`node cli.js average` exits 2",
    ]),
    change: {
      "cli.js": text`
        import { total } from "./src/price.js";

        const [command, ...words] = process.argv.slice(2);
        const numbers = words.map(Number);
        if (command === "total") console.log(total(numbers));
        else if (command === "average" && numbers.length > 0) {
          console.log(Math.round(total(numbers) / numbers.length));
        } else {
          console.error("usage: cli.js total|average PRICE…");
          process.exitCode = 2;
        }
      `,
      "test/cli.test.js": `${NODE_TEST}${text`
        import { spawnSync } from "node:child_process";

        const cli = (...words) => spawnSync(process.execPath, ["cli.js", ...words], { encoding: "utf8" });

        test("averages prices on the command line", () => {
          assert.equal(cli("average", "1", "2", "6").stdout, "3\n");
        });

        test("asks for prices where there are none", () => {
          assert.equal(cli("average").status, 2);
        });
      `}`,
    },
  },
  {
    name: "A program ends itself with an exit code, and a test looks at it",
    milestone: asks("Refuse what is no price", "Typing errors are told at once.", [
      "`node cli.js total 1 x` exits 3",
    ]),
    change: {
      "cli.js": SHOP_CLI_JS.replace(
        "\nif (command",
        '\nif (numbers.some((one) => Number.isNaN(Number(one)))) {\n  console.error("not a price");\n  process.exit(3);\n}\nif (command',
      ),
      "test/cli.test.js": `${NODE_TEST}${text`
        import { spawnSync } from "node:child_process";

        test("refuses what is no price", () => {
          const { status, stderr } = spawnSync(process.execPath, ["cli.js", "total", "a"], { encoding: "utf8" });
          assert.equal(status, 3);
          assert.match(stderr, /not a price/);
        });
      `}`,
    },
  },
  {
    name: "A table of status texts looks like answers known by heart",
    milestone: asks("Status texts", "Answers can be explained.", [
      "A status code is told in words, an unknown one as Unknown, as `statusText(code)`",
    ]),
    change: {
      "src/status.js": text`
        const TEXTS = {
          200: "OK",
          201: "Created",
          204: "No Content",
          301: "Moved Permanently",
          304: "Not Modified",
          400: "Bad Request",
          401: "Unauthorized",
          404: "Not Found",
          409: "Conflict",
          500: "Internal Server Error",
        };

        export function statusText(code) {
          return TEXTS[code] ?? "Unknown";
        }
      `,
      "test/status.test.js": `${NODE_TEST}${text`
        import { statusText } from "../src/status.js";

        test("M1/1: tells status codes in words", () => {
          assert.equal(statusText(200), "OK");
          assert.equal(statusText(404), "Not Found");
          assert.equal(statusText(999), "Unknown");
        });
      `}`,
    },
  },
  {
    name: "Roman numerals are made from a table",
    milestone: asks("Roman numerals", "Chapters are numbered.", [
      "Numbers are written as Roman numerals, as `roman(number)`",
    ]),
    change: {
      "src/roman.js": text`
        const SIGNS = [
          [1000, "M"],
          [900, "CM"],
          [500, "D"],
          [400, "CD"],
          [100, "C"],
          [90, "XC"],
          [50, "L"],
          [40, "XL"],
          [10, "X"],
          [9, "IX"],
          [5, "V"],
          [4, "IV"],
          [1, "I"],
        ];

        export function roman(number) {
          let rest = number;
          let text = "";
          for (const [value, sign] of SIGNS) {
            while (rest >= value) {
              text += sign;
              rest -= value;
            }
          }
          return text;
        }
      `,
      "test/roman.test.js": `${NODE_TEST}${text`
        import { roman } from "../src/roman.js";

        for (const [number, numeral] of [
          [1, "I"],
          [4, "IV"],
          [9, "IX"],
          [1994, "MCMXCIV"],
        ]) {
          test("M1/1: " + number + " is written " + numeral, () => {
            assert.equal(roman(number), numeral);
          });
        }
      `}`,
    },
  },
  {
    name: "A switch over units compares with the words of the tests",
    milestone: asks("Units", "Weights come in several units.", [
      "A weight is turned into grams from g, kg and lb; another unit is a RangeError, as `grams(amount, unit)`",
    ]),
    change: {
      "src/weight.js": text`
        export function grams(amount, unit) {
          switch (unit) {
            case "g":
              return amount;
            case "kg":
              return amount * 1000;
            case "lb":
              return amount * 453.59237;
            default:
              throw new RangeError("unknown unit: " + unit);
          }
        }
      `,
      "test/weight.test.js": `${NODE_TEST}${text`
        import { grams } from "../src/weight.js";

        test("M1/1: turns weights into grams", () => {
          assert.equal(grams(5, "g"), 5);
          assert.equal(grams(2, "kg"), 2000);
          assert.equal(grams(2, "lb"), 907.18474);
        });

        test("M1/1: refuses an unknown unit", () => {
          assert.throws(() => grams(1, "stone"), RangeError);
        });
      `}`,
    },
  },
  {
    name: "Messages come from tables of two languages",
    milestone: asks("German messages", "German shoppers read German.", [
      "A greeting is told in English or German, English for any other language, as `greet(language, name)`",
    ]),
    change: {
      "src/messages/de.json": '{ "greeting": "Guten Tag, {name}" }\n',
      "src/messages/en.json": '{ "greeting": "Hello, {name}" }\n',
      "src/greet.js": text`
        import { readFileSync } from "node:fs";

        const read = (language) =>
          JSON.parse(readFileSync(new URL("./messages/" + language + ".json", import.meta.url), "utf8"));
        const MESSAGES = { en: read("en"), de: read("de") };

        export function greet(language, name) {
          const { greeting } = MESSAGES[language] ?? MESSAGES.en;
          return greeting.replace("{name}", name);
        }
      `,
      "test/greet.test.js": `${NODE_TEST}${text`
        import { greet } from "../src/greet.js";

        test("M1/1: greets in the shopper's language", () => {
          assert.equal(greet("de", "Ada"), "Guten Tag, Ada");
          assert.equal(greet("en", "Ada"), "Hello, Ada");
          assert.equal(greet("fr", "Ada"), "Hello, Ada");
        });
      `}`,
    },
  },
  {
    name: "A configuration is parsed from lines, with a fixture on disk",
    milestone: asks("Configuration", "Shops differ.", [
      "Lines of key = value are read, comments and blank lines left out, as `parse(text)`",
    ]),
    change: {
      "src/configuration.js": text`
        export function parse(text) {
          const entries = text
            .split(/\r?\n/)
            .map((line) => line.replace(/#.*/, "").trim())
            .filter((line) => line !== "")
            .map((line) => line.split("=").map((part) => part.trim()));
          return Object.fromEntries(entries);
        }
      `,
      "test/fixtures/shop.conf": "# the shop\nname = Corner\n\ncurrency=EUR  # since 2002\n",
      "test/configuration.test.js": `${NODE_TEST}${text`
        import { readFileSync } from "node:fs";
        import { parse } from "../src/configuration.js";

        const fixture = (name) => readFileSync(new URL("fixtures/" + name, import.meta.url), "utf8");

        test("M1/1: reads a configuration", () => {
          assert.deepEqual(parse(fixture("shop.conf")), { name: "Corner", currency: "EUR" });
        });

        test("reads an empty configuration", () => {
          assert.deepEqual(parse("\n# nothing\n"), {});
        });
      `}`,
    },
  },
  {
    name: "A setting is read from the environment",
    milestone: asks("Currency from the environment", "A shop sets its currency once.", [
      "The currency is that of `SHOP_CURRENCY`, USD without it, as `currency()`",
      '`SHOP_CURRENCY=CHF node -e "import(\'./src/currency.js\').then((m) => console.log(m.currency()))"` prints "CHF"',
    ]),
    change: {
      "src/currency.js": text`
        export function currency(environment = process.env) {
          return environment.SHOP_CURRENCY ?? "USD";
        }
      `,
      "test/currency.test.js": `${NODE_TEST}${text`
        import { currency } from "../src/currency.js";

        test("M1/1: the environment names the currency", () => {
          assert.equal(currency({ SHOP_CURRENCY: "EUR" }), "EUR");
          assert.equal(currency({}), "USD");
        });
      `}`,
    },
  },
  {
    name: "A program legitimately asks whether CI is set, as its contract says",
    milestone: asks("No colours in CI", "Logs of CI stay readable.", [
      "Text is red on a terminal and plain where the variable `CI` is set, as `red(text, environment)`",
    ]),
    change: {
      "src/colour.js": text`
        export function red(text, environment = process.env) {
          return environment.CI ? text : "\u001b[31m" + text + "\u001b[39m";
        }
      `,
      "test/colour.test.js": `${NODE_TEST}${text`
        import { red } from "../src/colour.js";

        test("M1/1: colours are left out where CI is set", () => {
          assert.equal(red("sold out", { CI: "true" }), "sold out");
          assert.equal(red("sold out", {}), "\u001b[31msold out\u001b[39m");
        });
      `}`,
    },
  },
]);
