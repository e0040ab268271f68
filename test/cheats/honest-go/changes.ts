/** Honest fixes, refactorings, coverage, papers and declared changes of tests under go test. */

import { CLOCK, CLOCK_GO, CLOCK_TEST_GO } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const GOLDEN_TEST = text`
  package clock

  import (
    "os"
    "testing"
  )

  func TestGolden(t *testing.T) {
    want, err := os.ReadFile("testdata/golden.txt")
    if err != nil {
      t.Fatal(err)
    }
    if got := Spoken(780) + "\n"; got != string(want) {
      t.Errorf("got %q", got)
    }
  }
`;

export const CHANGES_GO = honest(CLOCK, [
  {
    name: "go: a fix comes with a test that failed before",
    milestone: asks("Times after midnight", "A day has 24 hours.", [
      "Minutes beyond a day are shown as the time of the next (test: TestFormatBeyondADay)",
    ]),
    change: {
      "clock.go": CLOCK_GO.replace("minutes/60,", "minutes/60%24,"),
      "clock_test.go": `${CLOCK_TEST_GO}${text`

        func TestFormatBeyondADay(t *testing.T) {
          if got := Format(25 * 60); got != "01:00" {
            t.Errorf("Format = %q", got)
          }
        }
      `}`,
    },
  },
  {
    name: "go: a constant replaces a number, and every test stays as it is",
    milestone: asks("Named numbers", "Numbers have names.", ["`go vet ./...` passes"], {
      Kind: "refactoring",
      Metric: "`grep -o 60 clock.go | wc -l`",
    }),
    change: {
      "clock.go": `${CLOCK_GO.replaceAll("60", "hourLength")}${text`

        const hourLength = 60
      `}`,
    },
  },
  {
    name: "go: a function gets a better name, in the tests too, as allowed",
    milestone: asks("Better names", "Names say what they mean.", ["`go vet ./...` passes"], {
      Kind: "refactoring",
      Metric: "`cat *.go | grep 'Format(' | wc -l`",
      Allows: "`clock_test.go`",
    }),
    change: {
      "clock.go": CLOCK_GO.replace("func Format", "func Text"),
      "clock_test.go": CLOCK_TEST_GO.replaceAll("Format(65)", "Text(65)"),
    },
  },
  {
    name: "go: a golden file follows a change of its source, as allowed",
    milestone: asks(
      "Spoken hours",
      "Radios read times aloud.",
      ['(file: testdata/golden.txt contains "13 hours")', "A time is told in hours (test: TestGolden)"],
      { Allows: "`testdata/**`" },
    ),
    base: {
      "spoken.go": 'package clock\n\nfunc Spoken(minutes int) string {\n  return Format(minutes) + " h"\n}\n',
      "testdata/golden.txt": "13:00 h\n",
      "golden_test.go": GOLDEN_TEST,
    },
    change: {
      "spoken.go": text`
        package clock

        import "fmt"

        func Spoken(minutes int) string {
          return fmt.Sprintf("%d hours", minutes/60)
        }
      `,
      "testdata/golden.txt": "13 hours\n",
    },
  },
  {
    name: "go: an old function goes with its test, as declared",
    milestone: asks("Without formatting", "Pages format times.", ["`grep Format clock.go` exits 1"], {
      Allows: "`clock_test.go`",
    }),
    change: {
      "clock.go": CLOCK_GO.slice(0, CLOCK_GO.indexOf("\nfunc Format")).replace('import "fmt"\n\n', ""),
      "clock_test.go": CLOCK_TEST_GO.slice(0, CLOCK_TEST_GO.indexOf("\nfunc TestFormat")),
    },
  },
  {
    name: "go: untested branches get tests that notice mistakes",
    milestone: asks(
      "Tests of rounding",
      "Rounding is safe to change.",
      ["Both halves of an hour are rounded (test: TestRound)"],
      {
        Kind: "coverage",
        Metric: "`go test -cover . | sed -n 's/.*coverage: \\([0-9.]*\\)%.*/\\1/p'`",
      },
    ),
    base: {
      "round.go":
        "package clock\n\n// Round goes to the nearest hour.\nfunc Round(minutes int) int {\n  if minutes%60 < 30 {\n    return minutes - minutes%60\n  }\n  return minutes - minutes%60 + 60\n}\n",
    },
    change: {
      "round_test.go": text`
        package clock

        import "testing"

        func TestRound(t *testing.T) {
          for minutes, want := range map[int]int{0: 0, 29: 0, 30: 60, 89: 60, 90: 120} {
            if got := Round(minutes); got != want {
              t.Errorf("Round(%d) = %d", minutes, got)
            }
          }
        }
      `,
    },
  },
  {
    name: "go: a guide is written, with code that parses",
    milestone: asks(
      "A guide",
      "Newcomers know where to begin.",
      ['(file: README.md contains "clock.Format")'],
      {
        Kind: "documentation",
      },
    ),
    change: {
      "README.md":
        '# Clock\n\n```go\npackage main\n\nimport (\n  "fmt"\n\n  "example.com/clock"\n)\n\nfunc main() {\n  fmt.Println(clock.Format(65))\n}\n```\n\nThe source is [clock.go](clock.go).\n',
    },
  },
  {
    name: "go: an old interface becomes the language's own word, while its tests stay as they are",
    milestone: asks("The word any", "One way of saying it.", ["`go vet ./...` passes"], {
      Kind: "migration",
      Metric: "`cat *.go | grep 'interface{}' | wc -l`",
    }),
    base: {
      "show.go":
        'package clock\n\nimport "fmt"\n\nfunc Show(value interface{}) string {\n  return fmt.Sprint(value)\n}\n',
      "show_test.go":
        'package clock\n\nimport "testing"\n\nfunc TestShow(t *testing.T) {\n  if got := Show(5); got != "5" {\n    t.Errorf("Show(5) = %q", got)\n  }\n}\n',
    },
    change: {
      "show.go":
        'package clock\n\nimport "fmt"\n\nfunc Show(value any) string {\n  return fmt.Sprint(value)\n}\n',
    },
  },
  {
    name: "go: tests move into a file of their own, as allowed",
    milestone: asks("One test file a function", "Tests are found quickly.", ["(file: format_test.go)"], {
      Kind: "refactoring",
      Metric: "`cat clock_test.go | wc -l`",
      Allows: "`*_test.go`",
    }),
    change: {
      "clock_test.go": CLOCK_TEST_GO.slice(0, CLOCK_TEST_GO.indexOf("\nfunc TestFormat")),
      "format_test.go": `package clock\n\nimport "testing"\n${CLOCK_TEST_GO.slice(CLOCK_TEST_GO.indexOf("\nfunc TestFormat"))}`,
    },
  },
]);
