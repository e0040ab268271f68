/** Honest changes somebody came up with on a second evening, in all three ecosystems, each in a shape of its own. */

import {
  CLOCK,
  CLOCK_GO,
  CLOCK_TEST_GO,
  NODE_TEST,
  PRICE_JS,
  PRICE_TEST_JS,
  SHOP,
  SIZES_JEST,
  SIZES_JS,
  SIZES_MOCHA,
  SIZES_TAPE,
  SUMS,
  VITEST,
  WORDS,
  WORDS_PY,
  WORDS_TEST_PY,
  WORDS_UNITTEST,
  WORDS_UNITTEST_PY,
} from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const HONEST_STRANGERS_AGAIN = [
  ...honest(SHOP, [
    {
      name: "a class keeps its state and tells its listeners",
      milestone: asks("Carts", "A cart tells what it holds.", [
        "`new Cart()` adds prices, knows its `total`, and tells listeners of `changed` the new total",
      ]),
      change: {
        "src/cart.js": text`
          import { EventEmitter } from "node:events";
          import { total } from "./price.js";

          export class Cart extends EventEmitter {
            #prices = [];

            get total() {
              return total(this.#prices);
            }

            add(price) {
              this.#prices.push(price);
              this.emit("changed", this.total);
            }
          }
        `,
        "test/cart.test.js": `${NODE_TEST}${text`
          import { Cart } from "../src/cart.js";

          test("M1/1: tells its listeners the new total", () => {
            const cart = new Cart();
            const heard = [];
            cart.on("changed", (total) => heard.push(total));
            cart.add(100);
            cart.add(50);
            assert.deepEqual(heard, [100, 150]);
            assert.equal(cart.total, 150);
          });
        `}`,
      },
    },
    {
      name: "an error gets better words, as allowed",
      milestone: asks(
        "Better words",
        "Whoever forgets the command is told which there are.",
        ['`node cli.js; true` prints "commands: total"'],
        { Kind: "fix", Allows: "`test/words.test.js`" },
      ),
      base: {
        "test/words.test.js": `${NODE_TEST}${text`
          import { spawnSync } from "node:child_process";

          test("says how it is used", () => {
            assert.match(spawnSync(process.execPath, ["cli.js"], { encoding: "utf8" }).stderr, /^usage: /);
          });
        `}`,
      },
      change: {
        "cli.js": text`
          import { total } from "./src/price.js";

          const [command, ...numbers] = process.argv.slice(2);
          if (command === "total") console.log(total(numbers.map(Number)));
          else {
            console.error("commands: total PRICE…");
            process.exitCode = 2;
          }
        `,
        "test/words.test.js": `${NODE_TEST}${text`
          import { spawnSync } from "node:child_process";

          test("says which commands there are", () => {
            const { status, stderr } = spawnSync(process.execPath, ["cli.js"], { encoding: "utf8" });
            assert.equal(status, 2);
            assert.match(stderr, /^commands: total/);
          });
        `}`,
      },
    },
    {
      name: "a parameter is there for those who call, and is read by what it calls",
      milestone: asks("Many discounts", "Several vouchers are taken one after the other.", [
        "`reduced(cents, percents)` takes each percentage off what the one before left",
      ]),
      change: {
        "src/reduced.js": text`
          export function reduced(cents, percents) {
            return [...arguments[1]].reduce((left, percent) => Math.floor((left * (100 - percent)) / 100), cents);
          }
        `,
        "test/reduced.test.js": `${NODE_TEST}${text`
          import { reduced } from "../src/reduced.js";

          test("M1/1: takes one after the other", () => {
            assert.equal(reduced(1000, [10, 50]), 450);
            assert.equal(reduced(1000, []), 1000);
          });
        `}`,
      },
    },
    {
      name: "a module and its test move together, as allowed",
      milestone: asks("Money", "What is about money is called money.", ["`npm test` passes"], {
        Kind: "refactoring",
        Allows: "`test/**`",
        Metric: "`ls src | grep -c price`",
      }),
      change: {
        "src/price.js": null,
        "src/money.js": PRICE_JS,
        "test/price.test.js": null,
        "test/money.test.js": PRICE_TEST_JS.replace("price.js", "money.js"),
        "cli.js": text`
          import { total } from "./src/money.js";

          const [command, ...numbers] = process.argv.slice(2);
          if (command === "total") console.log(total(numbers.map(Number)));
          else {
            console.error("usage: cli.js total PRICE…");
            process.exitCode = 2;
          }
        `,
      },
    },
  ]),
  ...honest(SUMS, [
    {
      name: "vitest: a feature in TypeScript with an interface",
      milestone: asks("Boxes", "Numbers can be put into boxes.", [
        "`boxed(numbers, size)` makes boxes of at most so many numbers, and refuses a size below 1",
      ]),
      change: {
        "src/box.ts": text`
          export interface Box {
            readonly numbers: readonly number[];
            readonly full: boolean;
          }

          export function boxed(numbers: readonly number[], size: number): Box[] {
            if (size < 1) throw new RangeError("size");
            const boxes: Box[] = [];
            for (let at = 0; at < numbers.length; at += size) {
              const some = numbers.slice(at, at + size);
              boxes.push({ numbers: some, full: some.length === size });
            }
            return boxes;
          }
        `,
        "test/box.test.ts": `${VITEST}${text`
          import { boxed } from "../src/box.ts";

          test("M1/1: makes boxes of a size", () => {
            expect(boxed([1, 2, 3], 2)).toEqual([
              { numbers: [1, 2], full: true },
              { numbers: [3], full: false },
            ]);
            expect(() => boxed([], 0)).toThrow(RangeError);
          });
        `}`,
      },
    },
  ]),
  ...honest(SIZES_JEST, [
    {
      name: "jest: a wait is tested with timers that stand still",
      milestone: asks("Waiting", "Sizes are measured once a second at most.", [
        "`throttled(measure)` calls `measure` at once, and again only after a second",
      ]),
      change: {
        "throttled.js": text`
          "use strict";

          module.exports = function throttled(measure) {
            let last = -Infinity;
            let size;
            return () => {
              if (Date.now() - last >= 1000) {
                last = Date.now();
                size = measure();
              }
              return size;
            };
          };
        `,
        "test/throttled.test.js": text`
          const throttled = require("../throttled.js");

          describe("throttled", () => {
            beforeEach(() => jest.useFakeTimers());
            afterEach(() => jest.useRealTimers());

            it("M1/1: measures once a second", () => {
              let calls = 0;
              const measure = jest.fn(() => (calls += 1));
              const size = throttled(measure);
              expect([size(), size()]).toEqual([1, 1]);
              jest.advanceTimersByTime(999);
              expect(size()).toBe(1);
              jest.advanceTimersByTime(1);
              expect(size()).toBe(2);
              expect(measure).toHaveBeenCalledTimes(2);
            });
          });
        `,
      },
    },
  ]),
  ...honest(SIZES_MOCHA, [
    {
      name: "mocha: a rule becomes shorter and its tests stay",
      milestone: asks("Shorter", "The rule is one expression.", ["`npm test` passes"], {
        Kind: "refactoring",
        Metric: "`cat sizes.js | wc -l`",
      }),
      change: {
        "sizes.js": '"use strict";\n\nexports.kilobytes = (bytes) => Math.ceil(bytes / 1024);\n',
      },
    },
  ]),
  ...honest(SIZES_TAPE, [
    {
      name: "tape: a fix of a border with its test",
      milestone: asks(
        "Negative sizes",
        "A size is never below nothing.",
        ["`kilobytes` of less than nothing is 0"],
        {
          Kind: "fix",
        },
      ),
      change: {
        "sizes.js": SIZES_JS.replace("Math.ceil(bytes / 1024)", "Math.max(0, Math.ceil(bytes / 1024))"),
        "test/border.test.js": text`
          const test = require("tape");
          const { kilobytes } = require("../sizes.js");

          test("M1/1: less than nothing is nothing", (t) => {
            t.equal(kilobytes(-5000), 0);
            t.end();
          });
        `,
      },
    },
  ]),
  ...honest(WORDS, [
    {
      name: "python: a program with arguments is run as one",
      milestone: asks("On the command line", "Words are counted on the command line.", [
        '`python3 -m words "one two"` prints "2"',
      ]),
      change: {
        "words/__main__.py": text`
          import argparse

          from words import count


          def main(argv=None):
              parser = argparse.ArgumentParser(prog="words")
              parser.add_argument("text")
              print(count(parser.parse_args(argv).text))


          if __name__ == "__main__":
              main()
        `,
        "tests/test_main.py": text`
          import pytest

          from words.__main__ import main


          def test_m1_1_prints_the_count(capsys):
              main(["one two three"])
              assert capsys.readouterr().out == "3\n"


          def test_m1_1_needs_a_text():
              with pytest.raises(SystemExit):
                  main([])
        `,
      },
    },
    {
      name: "python: coverage rises by rows that ask",
      milestone: asks("More tests", "The borders are tested.", ["`python3 -m pytest -q` passes"], {
        Kind: "coverage",
        Metric: "`grep -c 'def test' tests/test_words.py`",
        Allows: "`tests/test_words.py`",
      }),
      change: {
        "tests/test_words.py": `${WORDS_TEST_PY.replace("from words", "import pytest\n\nfrom words")}${text`


          @pytest.mark.parametrize(("text", "expected"), [("a", 1), (" a\tb\n", 2), ("   ", 0)])
          def test_counts_between_blanks(text, expected):
              assert count(text) == expected
        `}`,
      },
    },
    {
      name: "python: a value with a class of its own",
      milestone: asks("Reading time", "A text tells how long it takes.", [
        "`reading(text)` is a frozen value with its words, and minutes at 200 words a minute, rounded up",
      ]),
      change: {
        "words/reading.py": text`
          import math
          from dataclasses import dataclass

          from words import count


          @dataclass(frozen=True)
          class Reading:
              words: int

              @property
              def minutes(self):
                  return math.ceil(self.words / 200)


          def reading(text):
              return Reading(words=count(text))
        `,
        "tests/test_reading.py": text`
          import dataclasses

          import pytest

          from words.reading import Reading, reading


          def test_m1_1_reading_rounds_up():
              assert reading("one " * 201) == Reading(words=201)
              assert reading("one " * 201).minutes == 2
              assert reading("").minutes == 0


          def test_m1_1_reading_is_frozen():
              with pytest.raises(dataclasses.FrozenInstanceError):
                  reading("one").words = 2
        `,
      },
    },
  ]),
  ...honest(WORDS_UNITTEST, [
    {
      name: "unittest: a dead part goes with its tests, as declared",
      milestone: asks(
        "Less",
        "Nobody needs titles any more.",
        ["`python3 -m unittest discover -s tests -t .` passes", "`grep -c title words/__init__.py` exits 1"],
        { Kind: "refactoring", Allows: "`tests/**`", Metric: "`cat words/__init__.py | wc -l`" },
      ),
      policy: { test: ["python3 -m unittest discover -s tests -t ."] },
      change: {
        "words/__init__.py": WORDS_PY.slice(0, WORDS_PY.indexOf("\n\n\ndef title") + 1),
        "tests/test_words.py": WORDS_UNITTEST_PY.replace("count, title", "count").replace(
          /\n {4}def test_capitalises[\s\S]*?\n\n/,
          "\n",
        ),
      },
    },
  ]),
  ...honest(CLOCK, [
    {
      name: "go: a clock that can be set is asked through an interface",
      milestone: asks("Now", "The time of day can be asked.", [
        "`Now(source)` is the source's time of day in minutes (test: TestNow)",
      ]),
      change: {
        "now.go": text`
          package clock

          import "time"

          // Source tells the time.
          type Source interface{ Now() time.Time }

          // Now is the time of day in minutes.
          func Now(source Source) int {
            now := source.Now()
            return Minutes(now.Hour(), now.Minute())
          }
        `,
        "now_test.go": text`
          package clock

          import (
            "testing"
            "time"
          )

          type fixed struct{ at time.Time }

          func (f fixed) Now() time.Time { return f.at }

          func TestNow(t *testing.T) {
            if got := Now(fixed{time.Date(2026, 1, 31, 2, 10, 59, 0, time.UTC)}); got != 130 {
              t.Errorf("Now = %d", got)
            }
          }
        `,
      },
    },
    {
      name: "go: a function and its test get a better name, as allowed",
      milestone: asks("Names", "What is shown is called Shown.", ["`go test ./...` passes"], {
        Kind: "refactoring",
        Allows: "`clock_test.go`",
        Metric: "`grep -c Format clock.go`",
      }),
      change: {
        "clock.go": CLOCK_GO.replace("func Format", "func Shown"),
        "clock_test.go": CLOCK_TEST_GO.replaceAll("Format", "Shown"),
      },
    },
  ]),
];
