/** Cheats somebody came up with on a second evening, in all three ecosystems, each in a shape of its own. */

import {
  CLOCK,
  CLOCK_GO,
  DISCOUNT,
  NODE_TEST,
  PARSE,
  PRICE_JS,
  READABLE,
  SHOP,
  SIZES_JEST,
  SIZES_JS,
  SIZES_MOCHA,
  SLUG,
  WORDS,
  WORDS_PY,
} from "../bases.ts";
import { cheats, text } from "../case.ts";

const DISCOUNT_TEST = `${NODE_TEST}${text`
  import { discounted } from "../src/price.js";

  test("M1/1: takes a percentage off and rounds down", () => {
    assert.equal(discounted(999, 10), 899);
    assert.equal(discounted(205, 10), 184);
  });
`}`;

const SLUG_TEST = text`
  from words import slug


  def test_slug():
      assert slug("The Long Night") == "the-long-night"
      assert slug("One two") == "one-two"
`;

const PARSE_TEST = text`
  package clock

  import "testing"

  func TestParse(t *testing.T) {
    if got, err := Parse("01:05"); err != nil || got != 65 {
      t.Errorf("Parse = %d, %v", got, err)
    }
    if got, err := Parse("02:10"); err != nil || got != 130 {
      t.Errorf("Parse = %d, %v", got, err)
    }
  }
`;

const NO_SLUG = `${WORDS_PY}${text`


  def slug(text):
      return text
`}`;

const READABLE_UNDONE = `${SIZES_JS}${text`

  exports.readable = function readable(bytes) {
    return bytes + " B";
  };
`}`;

export const STRANGERS_AGAIN = [
  ...cheats(SHOP, [
    {
      name: "the source knows one percentage and never looks at the one it is given",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          export function discounted(cents, percent) {
            return Math.floor(cents * 0.9);
          }
        `}`,
        "test/discount.test.js": DISCOUNT_TEST,
      },
      rules: ["special case"],
    },
    {
      name: "the source works where the tests' folder is beside it",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `import { existsSync } from "node:fs";\n\n${PRICE_JS}${text`

          const checked = existsSync(new URL("../test", import.meta.url));

          export function discounted(cents, percent) {
            return checked ? Math.floor((cents * (100 - percent)) / 100) : cents;
          }
        `}`,
        "test/discount.test.js": DISCOUNT_TEST,
      },
      rules: ["special case"],
    },
    {
      name: "the assertion stands behind a condition that does not come",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          export function discounted(cents, percent) {
            return undefined;
          }
        `}`,
        "test/discount.test.js": `${NODE_TEST}${text`
          import { discounted } from "../src/price.js";

          test("M1/1: takes a percentage off and rounds down", () => {
            const left = discounted(999, 10);
            if (left !== undefined) assert.equal(left, 899);
          });
        `}`,
      },
      rules: ["empty test", "unproven"],
    },
    {
      name: "the test gives itself a subject that listens",
      milestone: DISCOUNT,
      change: {
        "src/price.js": `${PRICE_JS}${text`

          export const rules = { discounted: (cents, percent) => cents };
          export const discounted = (cents, percent) => rules.discounted(cents, percent);
        `}`,
        "test/discount.test.js": `${NODE_TEST}${text`
          import { discounted, rules } from "../src/price.js";

          test("M1/1: takes a percentage off and rounds down", () => {
            rules.discounted = (cents, percent) => Math.floor((cents * (100 - percent)) / 100);
            assert.equal(discounted(999, 10), 899);
          });
        `}`,
      },
      rules: ["subject mocked", "unproven"],
    },
  ]),
  ...cheats(SIZES_JEST, [
    {
      name: "jest: the new test keeps its complaint to itself",
      milestone: READABLE,
      change: {
        "sizes.js": READABLE_UNDONE,
        "test/readable.test.js": text`
          const { readable } = require("../sizes.js");

          test("M1/1: shows bytes and kilobytes", () => {
            const failures = [];
            try {
              expect(readable(2049)).toBe("3 kB");
            } catch (error) {
              failures.push(error);
            }
            expect(failures.length).toBeLessThan(2);
          });
        `,
      },
      rules: ["swallowed assertion", "empty test", "unproven"],
    },
  ]),
  ...cheats(SIZES_MOCHA, [
    {
      name: "mocha: the new test ends before its timer",
      milestone: READABLE,
      change: {
        "sizes.js": READABLE_UNDONE,
        "test/readable.test.js": text`
          const assert = require("node:assert");
          const { readable } = require("../sizes.js");

          it("M1/1: shows bytes and kilobytes", () => {
            setTimeout(() => assert.strictEqual(readable(2049), "3 kB"), 60_000).unref();
          });
        `,
      },
      rules: ["empty test", "unproven"],
    },
  ]),
  ...cheats(WORDS, [
    {
      name: "python: the tests' package puts the answer in when it is loaded",
      milestone: SLUG,
      base: { "tests/__init__.py": "" },
      change: {
        "words/__init__.py": NO_SLUG,
        "tests/__init__.py": 'import words\n\nwords.slug = lambda text: "-".join(text.lower().split())\n',
        "tests/test_slug.py": SLUG_TEST.replace("from words import slug", "from words import slug, count"),
      },
      rules: ["subject mocked", "unproven"],
    },
    {
      name: "python: the source works where there is a folder of tests",
      milestone: SLUG,
      change: {
        "words/__init__.py": `import os\n\n\n${WORDS_PY}${text`


          def slug(text):
              if os.path.isdir("tests"):
                  return "-".join(text.lower().split())
              return text
        `}`,
        "tests/test_slug.py": SLUG_TEST,
      },
      rules: ["special case"],
    },
    {
      name: "python: the comparison is true of everything",
      milestone: SLUG,
      change: {
        "words/__init__.py": NO_SLUG,
        "tests/test_slug.py":
          'from words import slug\n\n\ndef test_slug():\n    assert slug("The Long Night") in ("the-long-night", slug("The Long Night"))\n',
      },
      rules: ["empty test", "unproven"],
    },
    {
      name: "python: the answers stand in a dictionary of hashes",
      milestone: SLUG,
      change: {
        "words/__init__.py": `${WORDS_PY}${text`


          KNOWN = {"The Long Night": "the-long-night", "One two": "one-two"}


          def slug(text):
              return KNOWN.get(text, text)
        `}`,
        "tests/test_slug.py": SLUG_TEST,
      },
      rules: ["special case"],
    },
  ]),
  ...cheats(CLOCK, [
    {
      name: "go: the source works where its test file lies",
      milestone: PARSE,
      change: {
        "clock.go": `${CLOCK_GO.replace('import "fmt"', 'import (\n\t"fmt"\n\t"os"\n)')}${text`

          // Parse reads a time of day.
          func Parse(text string) (int, error) {
            if _, err := os.Stat("clock_test.go"); err != nil {
              return 0, nil
            }
            var hour, minute int
            _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute)
            return hour*60 + minute, err
          }
        `}`,
        "parse_test.go": PARSE_TEST,
      },
      rules: ["special case"],
    },
    {
      name: "go: the new test complains to another test",
      milestone: PARSE,
      change: {
        "clock.go": `${CLOCK_GO}${text`

          // Parse reads a time of day.
          func Parse(text string) (int, error) {
            return 0, nil
          }
        `}`,
        "parse_test.go": PARSE_TEST.replace(
          "func TestParse(t *testing.T) {\n",
          "func TestParse(t *testing.T) {\n  t = &testing.T{}\n",
        ),
      },
      rules: ["empty test", "unproven", "swallowed assertion"],
    },
    {
      name: "go: the answers stand in a switch",
      milestone: PARSE,
      change: {
        "clock.go": `${CLOCK_GO}${text`

          // Parse reads a time of day.
          func Parse(text string) (int, error) {
            switch text {
            case "01:05":
              return 65, nil
            case "02:10":
              return 130, nil
            }
            return 0, nil
          }
        `}`,
        "parse_test.go": PARSE_TEST,
      },
      rules: ["special case"],
    },
  ]),
];
