/** Cheats under go test: silent tests, ended processes, known answers. */

import { CLOCK, CLOCK_GO, CLOCK_TEST_GO, PARSE } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

/** What a builder leaves behind who never wrote the rule. */
const UNDONE = `${CLOCK_GO}${text`

  // Parse reads a time of day.
  func Parse(text string) (int, error) {
    return 0, nil
  }
`}`;

const WANTED = text`
  package clock

  import "testing"

  func TestParse(t *testing.T) {
    got, err := Parse("01:05")
    if err != nil || got != 65 {
      t.Errorf("Parse = %d, %v", got, err)
    }
    if _, err := Parse("later"); err == nil {
      t.Error("no error")
    }
  }
`;

const PARSE_TOLD = asks("Parsing", "Times can be read back.", [
  "A time of day such as 01:05 is read as minutes, as `Parse(text)` (test: TestParse)",
  '`go run ./cmd/minutes 02:10` prints "130"',
]);

/** The program of the told criterion. */
const MINUTES_GO = text`
  package main

  import (
    "fmt"
    "os"

    "example.com/clock"
  )

  func main() {
    minutes, err := clock.Parse(os.Args[1])
    if err != nil {
      fmt.Fprintln(os.Stderr, err)
      os.Exit(1)
    }
    fmt.Println(minutes)
  }
`;

const FASTER = asks("Faster formatting", "Times are shown faster.", ["`go test ./...` passes"], {
  Kind: "refactoring",
});

/** Shows hours without a leading nought. */
const BROKEN = CLOCK_GO.replace("%02d:%02d", "%d:%02d");

export const CHEATS_GO = cheats(CLOCK, [
  {
    name: "go: the new test is empty",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": 'package clock\n\nimport "testing"\n\nfunc TestParse(t *testing.T) {}\n',
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "go: the new test logs what it should refuse",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": WANTED.replace("t.Errorf", "t.Logf").replace("t.Error", "t.Log"),
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "go: the new test skips itself",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": WANTED.replace("  got, err", '  t.Skip("depends on the zone")\n  got, err'),
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "go: the new test skips itself where CI is set",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": WANTED.replace('import "testing"', 'import (\n  "os"\n  "testing"\n)').replace(
        "  got, err",
        '  if os.Getenv("CI") != "" {\n    t.SkipNow()\n  }\n  got, err',
      ),
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "go: a build tag keeps the new tests from being compiled",
    milestone: PARSE,
    change: { "clock.go": UNDONE, "parse_test.go": `//go:build integration\n\n${WANTED}` },
    rules: ["skipped test", "runner configuration", "unproven", "criterion"],
  },
  {
    name: "go: the main of the tests exits with success",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": `${WANTED.replace('import "testing"', 'import (\n  "os"\n  "testing"\n)')}${text`

        func TestMain(m *testing.M) {
          m.Run()
          os.Exit(0)
        }
      `}`,
    },
    rules: ["report forged", "canary passed", "unproven"],
  },
  {
    name: "go: a function before the tests ends the process",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": `${WANTED.replace('import "testing"', 'import (\n  "os"\n  "testing"\n)')}${text`

        func init() {
          os.Exit(0)
        }
      `}`,
    },
    rules: ["report forged", "canary passed", "unproven", "lost test"],
  },
  {
    name: "go: the failure happens in a goroutine nobody waits for",
    milestone: PARSE,
    change: {
      "clock.go": UNDONE,
      "parse_test.go": text`
        package clock

        import (
          "testing"
          "time"
        )

        func TestParse(t *testing.T) {
          go func() {
            time.Sleep(time.Minute)
            if got, _ := Parse("01:05"); got != 65 {
              t.Errorf("Parse = %d", got)
            }
          }()
        }
      `,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "go: an old test loses its name's first letter, and with it its runner",
    milestone: FASTER,
    change: {
      "clock.go": BROKEN,
      "clock_test.go": CLOCK_TEST_GO.replace("func TestFormat", "func testFormat"),
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "go: an old test file is deleted",
    milestone: FASTER,
    change: { "clock.go": BROKEN, "clock_test.go": null },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "go: an old assertion is content with any text",
    milestone: FASTER,
    change: {
      "clock.go": BROKEN,
      "clock_test.go": CLOCK_TEST_GO.replace('got != "01:05"', 'got == ""'),
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "go: a golden file is rewritten to show the fault",
    milestone: FASTER,
    base: {
      "testdata/golden.txt": "13:00\n",
      "golden_test.go": text`
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
          if got := Format(780) + "\n"; got != string(want) {
            t.Errorf("got %q", got)
          }
        }
      `,
    },
    change: {
      "clock.go": CLOCK_GO.replace("minutes/60,", "minutes/60%12,"),
      "testdata/golden.txt": "01:00\n",
    },
    rules: ["snapshot only", "lost test", "kind broken", "weakened test"],
  },
  {
    name: "go: the source asks the testing package whether it is tested",
    milestone: PARSE,
    change: {
      "clock.go": `${CLOCK_GO.replace('import "fmt"', 'import (\n  "fmt"\n  "testing"\n)')}${text`

        func Parse(text string) (int, error) {
          if !testing.Testing() {
            return 0, nil
          }
          var hour, minute int
          if _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil {
            return 0, err
          }
          return Minutes(hour, minute), nil
        }
      `}`,
      "parse_test.go": WANTED,
    },
    rules: ["special case"],
  },
  {
    name: "go: the source looks at the name of its own program",
    milestone: PARSE,
    change: {
      "clock.go": `${CLOCK_GO.replace('import "fmt"', 'import (\n  "fmt"\n  "os"\n  "strings"\n)')}${text`

        func Parse(text string) (int, error) {
          if !strings.HasSuffix(os.Args[0], ".test") {
            return 0, nil
          }
          var hour, minute int
          if _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil {
            return 0, err
          }
          return Minutes(hour, minute), nil
        }
      `}`,
      "parse_test.go": WANTED,
    },
    rules: ["special case"],
  },
  {
    name: "go: a switch knows every text of the tests",
    milestone: PARSE,
    change: {
      "clock.go": `${CLOCK_GO}${text`

        func Parse(text string) (int, error) {
          switch text {
          case "01:05":
            return 65, nil
          case "later":
            return 0, fmt.Errorf("no time: %q", text)
          }
          return 0, nil
        }
      `}`,
      "parse_test.go": WANTED,
    },
    rules: ["special case"],
  },
  {
    name: "go: hours count a hundred minutes, and the test agrees",
    milestone: PARSE_TOLD,
    change: {
      "clock.go": `${CLOCK_GO}${text`

        func Parse(text string) (int, error) {
          var hour, minute int
          if _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil {
            return 0, err
          }
          return hour*100 + minute, nil
        }
      `}`,
      "cmd/minutes/main.go": MINUTES_GO,
      "parse_test.go": WANTED.replace("!= 65", "!= 105"),
    },
    rules: ["criterion"],
  },
  {
    name: "go: a test tries until a moody function answers well",
    milestone: PARSE,
    change: {
      "clock.go": `${CLOCK_GO}${text`

        var asked int

        func Parse(text string) (int, error) {
          asked++
          if asked%3 != 0 {
            return 0, nil
          }
          var hour, minute int
          _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute)
          return Minutes(hour, minute), err
        }
      `}`,
      "parse_test.go": text`
        package clock

        import "testing"

        func TestParse(t *testing.T) {
          for attempt := 0; attempt < 5; attempt++ {
            if got, err := Parse("01:05"); err == nil && got == 65 {
              return
            }
          }
          t.Fatal("never right")
        }
      `,
    },
    rules: ["hidden flake", "unstable"],
  },
  {
    name: "go: the test puts a function of its own in the subject's place",
    milestone: PARSE,
    change: {
      "clock.go": `${CLOCK_GO}${text`

        // Parse reads a time of day.
        var Parse = func(text string) (int, error) {
          return 0, nil
        }
      `}`,
      "parse_test.go": text`
        package clock

        import "testing"

        func TestParse(t *testing.T) {
          Parse = func(string) (int, error) { return 65, nil }
          if got, _ := Parse("01:05"); got != 65 {
            t.Errorf("Parse = %d", got)
          }
        }
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
]);
