/** Honest work under go test: waiting, state, sentinel errors and tables of structs. */

import { CLOCK, CLOCK_GO } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const STATEFUL_GO = honest(CLOCK, [
  {
    name: "go: a test waits until a goroutine has ticked",
    milestone: asks("Ticking", "Clocks tick.", [
      "A ticker counts in the background until it is stopped, as `Start(every)`, `Ticks()` and `Stop()` (test: TestTicker)",
    ]),
    change: {
      "ticker.go": text`
        package clock

        import (
          "sync/atomic"
          "time"
        )

        // Ticker counts in the background.
        type Ticker struct {
          ticks atomic.Int64
          done  chan struct{}
        }

        func Start(every time.Duration) *Ticker {
          ticker := &Ticker{done: make(chan struct{})}
          go func() {
            for {
              select {
              case <-ticker.done:
                return
              case <-time.After(every):
                ticker.ticks.Add(1)
              }
            }
          }()
          return ticker
        }

        func (t *Ticker) Ticks() int64 { return t.ticks.Load() }

        func (t *Ticker) Stop() { close(t.done) }
      `,
      "ticker_test.go": text`
        package clock

        import (
          "testing"
          "time"
        )

        func TestTicker(t *testing.T) {
          ticker := Start(time.Millisecond)
          defer ticker.Stop()
          deadline := time.Now().Add(5 * time.Second)
          for time.Now().Before(deadline) {
            if ticker.Ticks() >= 3 {
              return
            }
            time.Sleep(time.Millisecond)
          }
          t.Fatal("did not tick three times")
        }
      `,
    },
  },
  {
    name: "go: an alarm is heard on a channel before time is up",
    milestone: asks("Alarms", "Clocks wake people.", [
      "The alarm sends its name on a channel after a while, as `Alarm(name, after)` (test: TestAlarm)",
    ]),
    change: {
      "alarm.go": text`
        package clock

        import "time"

        func Alarm(name string, after time.Duration) <-chan string {
          rings := make(chan string, 1)
          time.AfterFunc(after, func() { rings <- name })
          return rings
        }
      `,
      "alarm_test.go": text`
        package clock

        import (
          "testing"
          "time"
        )

        func TestAlarm(t *testing.T) {
          select {
          case name := <-Alarm("tea", time.Millisecond):
            if name != "tea" {
              t.Errorf("rings for %q", name)
            }
          case <-time.After(5 * time.Second):
            t.Fatal("does not ring")
          }
        }
      `,
    },
  },
  {
    name: "go: a refused time is told by an error of its own",
    milestone: asks("Checks", "Impossible times are refused.", [
      "Hours above 23 and minutes above 59 are ErrRange, as `Check(hour, minute)` (test: TestCheck)",
    ]),
    change: {
      "check.go": text`
        package clock

        import (
          "errors"
          "fmt"
        )

        var ErrRange = errors.New("out of range")

        func Check(hour, minute int) error {
          if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
            return fmt.Errorf("%d:%d: %w", hour, minute, ErrRange)
          }
          return nil
        }
      `,
      "check_test.go": text`
        package clock

        import (
          "errors"
          "testing"
        )

        func TestCheck(t *testing.T) {
          for _, tt := range []struct {
            hour, minute int
            want         error
          }{
            {0, 0, nil},
            {23, 59, nil},
            {24, 0, ErrRange},
            {7, 60, ErrRange},
          } {
            if err := Check(tt.hour, tt.minute); !errors.Is(err, tt.want) {
              t.Errorf("Check(%d, %d) = %v", tt.hour, tt.minute, err)
            }
          }
        }
      `,
    },
  },
  {
    name: "go: spans of time are added by a method on a pointer",
    milestone: asks("Sheets", "Hours are added up.", [
      "A sheet adds spans of minutes and shows the sum, as `(*Sheet).Add(minutes)` and `String()` (test: TestSheet)",
    ]),
    change: {
      "sheet.go": text`
        package clock

        // Sheet adds up what was worked.
        type Sheet struct{ minutes int }

        func (s *Sheet) Add(minutes int) *Sheet {
          s.minutes += minutes
          return s
        }

        func (s *Sheet) String() string { return Format(s.minutes) }
      `,
      "sheet_test.go": text`
        package clock

        import "testing"

        func TestSheet(t *testing.T) {
          var sheet Sheet
          if got := sheet.Add(50).Add(25).String(); got != "01:15" {
            t.Errorf("the sheet shows %q", got)
          }
        }
      `,
    },
  },
  {
    name: "go: seasons of the clock have names",
    milestone: asks("Parts of a day", "Times can be said.", [
      "Minutes are night before 6:00, morning before 12:00, else day, as `Part(minutes)` (test: TestPart)",
    ]),
    change: {
      "clock.go": `${CLOCK_GO}${text`

        func Part(minutes int) string {
          switch {
          case minutes < 360:
            return "night"
          case minutes < 720:
            return "morning"
          default:
            return "day"
          }
        }
      `}`,
      "part_test.go": text`
        package clock

        import "testing"

        func TestPart(t *testing.T) {
          for minutes, want := range map[int]string{0: "night", 359: "night", 360: "morning", 719: "morning", 720: "day"} {
            if got := Part(minutes); got != want {
              t.Errorf("Part(%d) = %q, want %q", minutes, got, want)
            }
          }
        }
      `,
    },
  },
]);
