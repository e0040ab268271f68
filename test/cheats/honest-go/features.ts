/** Honest features under go test: tables, subtests, programs, collaborators behind interfaces. */

import { CLOCK, CLOCK_GO } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const PARSED = `${CLOCK_GO}${text`

  // Parse reads a time of day such as 01:05.
  func Parse(text string) (int, error) {
    var hour, minute int
    if _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil {
      return 0, fmt.Errorf("no time of day: %q", text)
    }
    return Minutes(hour, minute), nil
  }
`}`;

export const FEATURES_GO = honest(CLOCK, [
  {
    name: "go: a table of subtests names its criterion",
    milestone: asks("Parsing", "Times can be read back.", [
      "A time of day such as 01:05 is read as minutes, anything else is an error, as `Parse(text)`",
    ]),
    change: {
      "clock.go": PARSED,
      "parse_test.go": text`
        package clock

        import "testing"

        func TestParse(t *testing.T) {
          examples := []struct {
            name  string
            text  string
            want  int
            fails bool
          }{
            {"M1/1: reads a time of day", "01:05", 65, false},
            {"M1/1: reads midnight", "00:00", 0, false},
            {"M1/1: refuses words", "later", 0, true},
          }
          for _, example := range examples {
            t.Run(example.name, func(t *testing.T) {
              got, err := Parse(example.text)
              if (err != nil) != example.fails {
                t.Fatalf("error %v", err)
              }
              if got != example.want {
                t.Errorf("got %d, want %d", got, example.want)
              }
            })
          }
        }
      `,
    },
  },
  {
    name: "go: a named test and a refused text prove a function",
    milestone: asks("Parsing", "Times can be read back.", [
      "A time of day is read as minutes (test: TestParseReadsTimes)",
      "Anything else is an error (test: TestParseRefusesWords)",
    ]),
    change: {
      "clock.go": PARSED,
      "parse_test.go": text`
        package clock

        import (
          "strings"
          "testing"
        )

        func TestParseReadsTimes(t *testing.T) {
          got, err := Parse("02:10")
          if err != nil {
            t.Fatal(err)
          }
          if got != 130 {
            t.Errorf("Parse = %d", got)
          }
        }

        func TestParseRefusesWords(t *testing.T) {
          _, err := Parse("noon")
          if err == nil || !strings.Contains(err.Error(), "noon") {
            t.Errorf("error %v", err)
          }
        }
      `,
    },
  },
  {
    name: "go: a program is added that exits with a code of its own",
    milestone: asks("A program", "Times are turned on the command line.", [
      '`go run ./cmd/clock 65` prints "01:05"',
      "`go run ./cmd/clock` exits 1",
    ]),
    change: {
      "cmd/clock/main.go": text`
        package main

        import (
          "fmt"
          "io"
          "os"
          "strconv"

          "example.com/clock"
        )

        func run(words []string, out io.Writer) int {
          if len(words) != 1 {
            fmt.Fprintln(os.Stderr, "usage: clock MINUTES")
            return 2
          }
          minutes, err := strconv.Atoi(words[0])
          if err != nil {
            fmt.Fprintln(os.Stderr, err)
            return 1
          }
          fmt.Fprintln(out, clock.Format(minutes))
          return 0
        }

        func main() {
          os.Exit(run(os.Args[1:], os.Stdout))
        }
      `,
      "cmd/clock/main_test.go": text`
        package main

        import (
          "bytes"
          "testing"
        )

        func TestRun(t *testing.T) {
          var out bytes.Buffer
          if code := run([]string{"130"}, &out); code != 0 || out.String() != "02:10\n" {
            t.Errorf("run = %d, %q", code, out.String())
          }
          if code := run(nil, &out); code != 2 {
            t.Errorf("run without words = %d", code)
          }
        }
      `,
    },
  },
  {
    name: "go: a collaborator behind an interface is faked",
    milestone: asks("Alarms", "Nobody oversleeps.", [
      "A bell rings once the time has come, as `Ring` (test: TestRing)",
    ]),
    change: {
      "alarm.go": text`
        package clock

        // Bell makes a noise.
        type Bell interface{ Strike(text string) }

        // Ring strikes the bell if the alarm is due, and says whether it did.
        func Ring(bell Bell, alarm, now int) bool {
          if now < alarm {
            return false
          }
          bell.Strike("It is " + Format(now))
          return true
        }
      `,
      "alarm_test.go": text`
        package clock

        import "testing"

        type fakeBell struct{ heard []string }

        func (bell *fakeBell) Strike(text string) { bell.heard = append(bell.heard, text) }

        func TestRing(t *testing.T) {
          bell := &fakeBell{}
          if Ring(bell, 60, 59) || len(bell.heard) != 0 {
            t.Errorf("rang early: %v", bell.heard)
          }
          if !Ring(bell, 60, 65) || len(bell.heard) != 1 || bell.heard[0] != "It is 01:05" {
            t.Errorf("heard %v", bell.heard)
          }
        }
      `,
    },
  },
  {
    name: "go: a switch over names of days looks like answers known by heart",
    milestone: asks("Days of the week", "Calendars start on Monday.", [
      "A day's short name is told as its number, another text is an error, as `Day` (test: TestDay)",
    ]),
    change: {
      "day.go": text`
        package clock

        import "fmt"

        // Day is 1 for Monday to 7 for Sunday.
        func Day(name string) (int, error) {
          switch name {
          case "Mon":
            return 1, nil
          case "Tue":
            return 2, nil
          case "Wed":
            return 3, nil
          case "Thu":
            return 4, nil
          case "Fri":
            return 5, nil
          case "Sat":
            return 6, nil
          case "Sun":
            return 7, nil
          }
          return 0, fmt.Errorf("no day: %q", name)
        }
      `,
      "day_test.go": text`
        package clock

        import "testing"

        func TestDay(t *testing.T) {
          for name, want := range map[string]int{"Mon": 1, "Wed": 3, "Sun": 7} {
            if got, err := Day(name); err != nil || got != want {
              t.Errorf("Day(%q) = %d, %v", name, got, err)
            }
          }
          if _, err := Day("Someday"); err == nil {
            t.Error("no error")
          }
        }
      `,
    },
  },
  {
    name: "go: goroutines are waited for, in a package of its own",
    milestone: asks("Many times at once", "Long lists are quick.", [
      "Times are formatted in their order, as `many.Format` (test: TestFormatKeepsTheOrder)",
    ]),
    change: {
      "many/many.go": text`
        // Package many works on lists.
        package many

        import (
          "sync"

          "example.com/clock"
        )

        // Format formats every time.
        func Format(minutes []int) []string {
          texts := make([]string, len(minutes))
          var group sync.WaitGroup
          for at, one := range minutes {
            group.Add(1)
            go func() {
              defer group.Done()
              texts[at] = clock.Format(one)
            }()
          }
          group.Wait()
          return texts
        }
      `,
      "many/many_test.go": text`
        package many

        import (
          "slices"
          "testing"
        )

        func TestFormatKeepsTheOrder(t *testing.T) {
          got := Format([]int{65, 0, 130})
          if want := []string{"01:05", "00:00", "02:10"}; !slices.Equal(got, want) {
            t.Errorf("Format = %v", got)
          }
        }
      `,
    },
  },
  {
    name: "go: a helper of the tests does the comparing",
    milestone: asks("Spans", "Meetings have a length.", [
      "The minutes between two times go over midnight, as `Span` (test: TestSpan)",
    ]),
    change: {
      "clock.go": `${CLOCK_GO}${text`

        const day = 24 * 60

        // Span is how many minutes lie between two times.
        func Span(from, to int) int {
          return (to - from + day) % day
        }
      `}`,
      "span_test.go": text`
        package clock

        import "testing"

        func expectSpan(t *testing.T, from, to, want int) {
          t.Helper()
          if got := Span(from, to); got != want {
            t.Errorf("Span(%d, %d) = %d, want %d", from, to, got, want)
          }
        }

        func TestSpan(t *testing.T) {
          expectSpan(t, 60, 90, 30)
          expectSpan(t, 23*60, 60, 120)
        }
      `,
    },
  },
]);
