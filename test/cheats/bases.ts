/** The small repositories the cases start from, one for each runner. Green as they stand; no case is written here. */

import { asks, type Files, type Ground, text } from "./case.ts";

/** Head of a test file of the shop; the subject's import follows. */
export const NODE_TEST = text`
  import assert from "node:assert/strict";
  import test from "node:test";
`;

export const PRICE_JS = text`
  /** Sum of prices in cents. */
  export function total(prices) {
    return prices.reduce((sum, price) => sum + price, 0);
  }

  export function formatted(cents) {
    return "$" + (cents / 100).toFixed(2);
  }
`;

export const PRICE_TEST_JS = text`
  import assert from "node:assert/strict";
  import test from "node:test";
  import { formatted, total } from "../src/price.js";

  test("sums prices", () => {
    assert.equal(total([100, 250]), 350);
    assert.equal(total([1, 2, 3]), 6);
    assert.equal(total([]), 0);
  });

  test("shows cents with two digits", () => {
    assert.equal(formatted(1250), "$12.50");
    assert.equal(formatted(5), "$0.05");
  });
`;

/** Has no backticks, because it stands in a template. */
export const SHOP_CLI_JS = text`
  import { total } from "./src/price.js";

  const [command, ...numbers] = process.argv.slice(2);
  if (command === "total") console.log(total(numbers.map(Number)));
  else {
    console.error("usage: cli.js total PRICE…");
    process.exitCode = 2;
  }
`;

/** A JavaScript library that needs nothing installed. */
export const SHOP: Ground = {
  language: "javascript",
  runner: "node:test",
  base: {
    "package.json": text`
      {
        "name": "shop",
        "version": "1.0.0",
        "type": "module",
        "scripts": { "test": "node --test" }
      }
    `,
    "src/price.js": PRICE_JS,
    "test/price.test.js": PRICE_TEST_JS,
    "cli.js": SHOP_CLI_JS,
    "README.md": "# Shop\n\nPrices in cents.\n",
  },
};

/** Head of a vitest file; the subject's import follows. */
export const VITEST = text`
  import { expect, test } from "vitest";
`;

export const SUM_JS = text`
  export function sum(numbers) {
    return numbers.reduce((all, one) => all + one, 0);
  }
`;

export const SUM_TEST_JS = text`
  import { expect, test } from "vitest";
  import { sum } from "../src/sum.js";

  test("sums numbers", () => {
    expect(sum([1, 2, 3])).toBe(6);
    expect(sum([])).toBe(0);
  });
`;

export const VITEST_CONFIG = text`
  import { defineConfig } from "vitest/config";

  export default defineConfig({ test: { setupFiles: ["./test/setup.js"] } });
`;

/** A report with its snapshot; adds to the sums. */
export const REPORT: Files = {
  "src/report.js":
    'import { sum } from "./sum.js";\n\nexport const report = (numbers) => ["sum: " + sum(numbers)].join("\\n");\n',
  "test/report.test.js": `${VITEST}${text`
    import { report } from "../src/report.js";

    test("reports", () => {
      expect(report([1, 2])).toMatchSnapshot();
    });
  `}`,
  "test/__snapshots__/report.test.js.snap":
    '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`reports 1`] = `"sum: 3"`;\n',
};

/** The same sort of library with vitest, which must be installed. */
export const SUMS: Ground = {
  language: "javascript",
  runner: "vitest",
  base: {
    "package.json": text`
      {
        "name": "sums",
        "version": "1.0.0",
        "type": "module",
        "scripts": { "test": "vitest run" },
        "devDependencies": { "vitest": "5.1.1" }
      }
    `,
    "vitest.config.js": VITEST_CONFIG,
    "test/setup.js": 'process.env.TZ = "UTC";\n',
    "src/sum.js": SUM_JS,
    "test/sum.test.js": SUM_TEST_JS,
  },
};

export const WORDS_PY = text`
  def count(text):
      """How many words a text has."""
      return len(text.split())


  def title(text):
      return " ".join(word.capitalize() for word in text.split())
`;

export const WORDS_TEST_PY = text`
  from words import count, title


  def test_counts_words():
      assert count("one two  three") == 3
      assert count("") == 0


  def test_capitalises_every_word():
      assert title("the long night") == "The Long Night"
`;

/** A Python package with pytest. */
export const WORDS: Ground = {
  language: "python",
  runner: "pytest",
  base: {
    "pyproject.toml": text`
      [project]
      name = "words"
      version = "1.0.0"

      [tool.pytest.ini_options]
      testpaths = ["tests"]
      pythonpath = ["."]
    `,
    "words/__init__.py": WORDS_PY,
    "tests/test_words.py": WORDS_TEST_PY,
  },
};

export const CLOCK_GO = text`
  // Package clock reads and writes times of day.
  package clock

  import "fmt"

  // Minutes since midnight.
  func Minutes(hour, minute int) int {
    return hour*60 + minute
  }

  func Format(minutes int) string {
    return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
  }
`;

export const CLOCK_TEST_GO = text`
  package clock

  import "testing"

  func TestMinutes(t *testing.T) {
    if got := Minutes(2, 30); got != 150 {
      t.Errorf("Minutes(2, 30) = %d", got)
    }
    if got := Minutes(0, 0); got != 0 {
      t.Errorf("Minutes(0, 0) = %d", got)
    }
  }

  func TestFormat(t *testing.T) {
    if got := Format(65); got != "01:05" {
      t.Errorf("Format(65) = %q", got)
    }
  }
`;

/** A Go module without dependencies. */
export const CLOCK: Ground = {
  language: "go",
  runner: "go test",
  base: {
    "go.mod": "module example.com/clock\n\ngo 1.22\n",
    "clock.go": CLOCK_GO,
    "clock_test.go": CLOCK_TEST_GO,
  },
};

/** Asked of the shop. No way but a test that names it. */
export const DISCOUNT = asks("Discounts", "A voucher makes a price smaller.", [
  "A discount takes its percentage off and rounds down to whole cents, as `discounted(cents, percent)`",
]);

/** The same, with an example the owner wrote into the contract. */
export const DISCOUNT_TOLD = asks("Discounts", "A voucher makes a price smaller.", [
  "A discount takes its percentage off and rounds down to whole cents, as `discounted(cents, percent)`",
  '`node -e "import(\'./src/price.js\').then((m) => console.log(m.discounted(999, 10)))"` prints "899"',
]);

/** Asked of the sums. */
export const MEAN = asks("Means", "The middle of a list can be told.", [
  "The mean of numbers is their sum over their count, 0 for none, as `mean(numbers)`",
]);

/** Asked of the words. */
export const SLUG = asks("Slugs", "Titles become parts of addresses.", [
  "A slug is lower case, its words joined by hyphens, as `slug(text)` (test: test_slug)",
]);

/** Asked of the clock. */
export const PARSE = asks("Parsing", "Times can be read back.", [
  "A time of day such as 01:05 is read as minutes, anything else is an error, as `Parse(text)` (test: TestParse)",
]);

/** A JavaScript library of the older manner, whose `runner` must be installed; `test` is its test file. */
function older(runner: "jest" | "mocha" | "tape", script: string, test: string): Ground {
  const manifest = {
    name: "sizes",
    version: "1.0.0",
    scripts: { test: script },
    devDependencies: { [runner]: "*" },
  };
  return {
    language: "javascript",
    runner,
    base: {
      "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
      "sizes.js": SIZES_JS,
      "test/sizes.test.js": test,
    },
  };
}

export const SIZES_JS = text`
  "use strict";

  exports.kilobytes = function kilobytes(bytes) {
    return Math.ceil(bytes / 1024);
  };
`;

export const SIZES_JEST_JS = text`
  "use strict";

  const { kilobytes } = require("../sizes.js");

  describe("kilobytes", () => {
    it("rounds up", () => {
      expect(kilobytes(1)).toBe(1);
      expect(kilobytes(2049)).toBe(3);
    });

    it("is nothing for nothing", () => {
      expect(kilobytes(0)).toBe(0);
    });
  });
`;

export const SIZES_MOCHA_JS = text`
  "use strict";

  const assert = require("node:assert");
  const { kilobytes } = require("../sizes.js");

  describe("kilobytes", () => {
    it("rounds up", () => {
      assert.strictEqual(kilobytes(1), 1);
      assert.strictEqual(kilobytes(2049), 3);
    });

    it("is nothing for nothing", () => {
      assert.strictEqual(kilobytes(0), 0);
    });
  });
`;

export const SIZES_TAPE_JS = text`
  "use strict";

  const test = require("tape");
  const { kilobytes } = require("../sizes.js");

  test("rounds up", (t) => {
    t.plan(2);
    t.equal(kilobytes(1), 1);
    t.equal(kilobytes(2049), 3);
  });

  test("is nothing for nothing", (t) => {
    t.equal(kilobytes(0), 0);
    t.end();
  });
`;

export const SIZES_JEST = older("jest", "jest", SIZES_JEST_JS);
export const SIZES_MOCHA = older("mocha", "mocha test", SIZES_MOCHA_JS);
export const SIZES_TAPE = older("tape", "tape test/*.test.js", SIZES_TAPE_JS);

/** Asked of the sizes. */
export const READABLE = asks("Readable sizes", "People read sizes.", [
  "A size below 1024 is shown in bytes (`12 B`), any other in whole kilobytes rounded up (`3 kB`), as `readable(bytes)`",
]);

export const WORDS_UNITTEST_PY = text`
  import unittest

  from words import count, title


  class WordsTest(unittest.TestCase):
      def test_counts_words(self):
          self.assertEqual(count("one two  three"), 3)
          self.assertEqual(count(""), 0)

      def test_capitalises_every_word(self):
          self.assertEqual(title("the long night"), "The Long Night")


  if __name__ == "__main__":
      unittest.main()
`;

/** The same package without anything installed. */
export const WORDS_UNITTEST: Ground = {
  language: "python",
  runner: "unittest",
  base: {
    "setup.py": 'from setuptools import setup\n\nsetup(name="words", version="1.0.0", packages=["words"])\n',
    "words/__init__.py": WORDS_PY,
    "tests/__init__.py": "",
    "tests/test_words.py": WORDS_UNITTEST_PY,
  },
};
