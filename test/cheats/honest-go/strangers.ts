/** Honest changes in Go written from the outside, before its author had read a rule. */

import { CLOCK, CLOCK_GO, CLOCK_TEST_GO, PARSE } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const PARSED = `${CLOCK_GO.replace('import "fmt"', 'import (\n\t"fmt"\n\t"strconv"\n\t"strings"\n)')}${text`

  // Parse reads a time of day.
  func Parse(text string) (int, error) {
    before, after, found := strings.Cut(text, ":")
    hour, err := strconv.Atoi(before)
    if !found || err != nil {
      return 0, fmt.Errorf("no time of day: %q", text)
    }
    minute, err := strconv.Atoi(after)
    if err != nil {
      return 0, fmt.Errorf("no time of day: %q", text)
    }
    return Minutes(hour, minute), nil
  }
`}`;

export const HONEST_STRANGERS_GO = honest(CLOCK, [
  {
    name: "go: a table of parallel subtests",
    milestone: PARSE,
    change: {
      "clock.go": PARSED,
      "parse_test.go": text`
        package clock

        import "testing"

        func TestParse(t *testing.T) {
          t.Parallel()
          for name, row := range map[string]struct {
            text    string
            minutes int
            wrong   bool
          }{
            "early":   {text: "01:05", minutes: 65},
            "late":    {text: "23:59", minutes: 1439},
            "no time": {text: "later", wrong: true},
            "no hour": {text: ":05", wrong: true},
            "half":    {text: "1:", wrong: true},
          } {
            t.Run(name, func(t *testing.T) {
              t.Parallel()
              got, err := Parse(row.text)
              if (err != nil) != row.wrong {
                t.Fatalf("Parse(%q): %v", row.text, err)
              }
              if got != row.minutes {
                t.Errorf("Parse(%q) = %d, want %d", row.text, got, row.minutes)
              }
            })
          }
        }
      `,
    },
  },
  {
    name: "go: formatting moves into a package inside",
    milestone: asks("Packages", "Formatting has a package.", ["`go test ./...` passes"], {
      Kind: "refactoring",
      Metric: "`cat clock.go | wc -l`",
    }),
    change: {
      "clock.go": text`
        // Package clock reads and writes times of day.
        package clock

        import "example.com/clock/internal/shown"

        // Minutes since midnight.
        func Minutes(hour, minute int) int { return hour*60 + minute }

        func Format(minutes int) string { return shown.Time(minutes) }
      `,
      "internal/shown/shown.go": text`
        // Package shown writes times of day.
        package shown

        import "fmt"

        func Time(minutes int) string {
          return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
        }
      `,
    },
  },
  {
    name: "go: an example with its output stands beside a test from outside",
    milestone: PARSE,
    change: {
      "clock.go": PARSED,
      "example_test.go": text`
        package clock_test

        import (
          "fmt"
          "testing"

          "example.com/clock"
        )

        func ExampleParse() {
          minutes, _ := clock.Parse("01:05")
          fmt.Println(minutes)
          // Output: 65
        }

        func TestParse(t *testing.T) {
          t.Helper()
          if minutes, err := clock.Parse("02:10"); minutes != 130 || err != nil {
            t.Errorf("got %d, %v", minutes, err)
          }
          if _, err := clock.Parse("later"); err == nil {
            t.Error("later is no time of day")
          }
        }
      `,
    },
  },
  {
    name: "go: a server is asked through helpers",
    milestone: asks("Served", "Times are served.", [
      "`Server()` answers `/minutes?hour=2&minute=10` with 130, anything wrong with 400 (test: TestServer)",
    ]),
    change: {
      "server.go": text`
        package clock

        import (
          "fmt"
          "net/http"
          "strconv"
        )

        // Server answers questions about times.
        func Server() http.Handler {
          mux := http.NewServeMux()
          mux.HandleFunc("/minutes", func(w http.ResponseWriter, r *http.Request) {
            hour, err1 := strconv.Atoi(r.URL.Query().Get("hour"))
            minute, err2 := strconv.Atoi(r.URL.Query().Get("minute"))
            if err1 != nil || err2 != nil {
              http.Error(w, "no time of day", http.StatusBadRequest)
              return
            }
            fmt.Fprint(w, Minutes(hour, minute))
          })
          return mux
        }
      `,
      "server_test.go": text`
        package clock

        import (
          "io"
          "net/http"
          "net/http/httptest"
          "testing"
        )

        func ask(t *testing.T, path string) (int, string) {
          t.Helper()
          server := httptest.NewServer(Server())
          t.Cleanup(server.Close)
          response, err := http.Get(server.URL + path)
          if err != nil {
            t.Fatal(err)
          }
          defer response.Body.Close()
          body, err := io.ReadAll(response.Body)
          if err != nil {
            t.Fatal(err)
          }
          return response.StatusCode, string(body)
        }

        func TestServer(t *testing.T) {
          if status, body := ask(t, "/minutes?hour=2&minute=10"); status != 200 || body != "130" {
            t.Errorf("got %d %q", status, body)
          }
          if status, _ := ask(t, "/minutes?hour=x"); status != 400 {
            t.Errorf("got %d", status)
          }
        }
      `,
    },
  },
  {
    name: "go: a module in a folder is tested there",
    milestone: asks("Negative times", "Times before midnight are shown.", [
      "A time before midnight is shown as of the day before (test: TestBefore)",
    ]),
    policy: { test: ["cd services/clock && go test ./..."] },
    base: {
      "go.mod": "module example.com/all\n\ngo 1.22\n",
      "clock.go": "package all\n",
      "clock_test.go": "package all\n",
      "services/clock/go.mod": "module example.com/clock\n\ngo 1.22\n",
      "services/clock/clock.go": CLOCK_GO,
      "services/clock/clock_test.go": CLOCK_TEST_GO,
    },
    change: {
      "services/clock/clock.go": CLOCK_GO.replace(
        "func Format(minutes int) string {\n",
        "func Format(minutes int) string {\n  minutes = (minutes%1440 + 1440) % 1440\n",
      ),
      "services/clock/clock_test.go": `${CLOCK_TEST_GO}${text`

        func TestBefore(t *testing.T) {
          if got := Format(-5); got != "23:55" {
            t.Errorf("Format(-5) = %q", got)
          }
        }
      `}`,
    },
  },
  {
    name: "go: coverage rises by tests that ask",
    milestone: asks("More tests", "The borders are tested.", ["`go test ./...` passes"], {
      Kind: "coverage",
      Metric: "`grep -h 'func Test' *_test.go | wc -l`",
    }),
    change: {
      "border_test.go": text`
        package clock

        import "testing"

        func TestBorders(t *testing.T) {
          for want, minutes := range map[string]int{"00:00": 0, "23:59": 1439, "10:00": 600} {
            if got := Format(minutes); got != want {
              t.Errorf("Format(%d) = %q, want %q", minutes, got, want)
            }
          }
          if got := Minutes(23, 59); got != 1439 {
            t.Errorf("Minutes(23, 59) = %d", got)
          }
        }
      `,
    },
  },
]);
