import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NightName } from "#core/journal.ts";
import { type Asked, isOver, monthOf, nightOf, windowOf } from "#core/night.ts";
import { dayAfter, instantAt, isTimezone, wallClock } from "#core/time.ts";

const VIENNA = { from: "22:00", to: "06:00", timezone: "Europe/Vienna" };
const UTC = { ...VIENNA, timezone: "UTC" };
const MINUTE = 60_000;

function night(name: string): NightName {
  return NightName.parse(name);
}

function say(now: string, rest: Partial<Omit<Asked, "now">> = {}): string {
  const tonight = nightOf({ now, trigger: "schedule", asked: null, night: VIENNA, open: [], ...rest });
  return `${tonight.name} ${tonight.paid ? "paid" : "unpaid"}${tonight.over ? " over" : ""}: ${tonight.because}`;
}

function windowText(name: string, hours = VIENNA): string {
  const { from, to } = windowOf(night(name), hours);
  return `${new Date(from).toISOString()} → ${new Date(to).toISOString()}`;
}

describe("a scheduled night", () => {
  test("is named by its evening, also after midnight, in the policy's timezone", () => {
    expect(
      [
        "2026-11-20T20:59:59Z",
        "2026-11-20T21:00:00Z",
        "2026-11-20T23:30:00Z",
        "2026-11-21T04:59:59.999Z",
        "2026-11-21T05:00:00Z",
      ].map((now) => say(now)),
    ).toMatchInlineSnapshot(`
      [
        "2026-11-19 unpaid over: 21:59 (Europe/Vienna; hours 22:00–06:00) is outside the night's hours",
        "2026-11-20 paid: 22:00 (Europe/Vienna; hours 22:00–06:00) is inside the night's hours",
        "2026-11-20 paid: 00:30 (Europe/Vienna; hours 22:00–06:00) is inside the night's hours",
        "2026-11-20 paid: 05:59 (Europe/Vienna; hours 22:00–06:00) is inside the night's hours",
        "2026-11-20 unpaid over: 06:00 (Europe/Vienna; hours 22:00–06:00) is outside the night's hours",
      ]
    `);
  });

  test("of hours that do not cross midnight ends on its own day", () => {
    const hours = { ...UTC, from: "01:00", to: "05:00" };
    expect(windowText("2026-11-20", hours)).toBe("2026-11-20T01:00:00.000Z → 2026-11-20T05:00:00.000Z");
  });

  test("with equal times lasts all day, and the next one begins as it ends", () => {
    const always = { ...UTC, from: "12:00", to: "12:00" };
    expect(say("2026-11-20T11:59:00Z", { night: always })).toMatch(/^2026-11-19 paid/);
    expect(say("2026-11-20T12:00:00Z", { night: always })).toMatch(/^2026-11-20 paid/);
  });

  test("is an hour shorter when clocks go forward and an hour longer when they go back", () => {
    expect(windowText("2026-03-28")).toBe("2026-03-28T21:00:00.000Z → 2026-03-29T04:00:00.000Z");
    expect(windowText("2026-10-24")).toBe("2026-10-24T20:00:00.000Z → 2026-10-25T05:00:00.000Z");
    expect(say("2026-03-29T03:59:00Z")).toMatch(/^2026-03-28 paid: 05:59/);
    expect(say("2026-10-25T04:59:00Z")).toMatch(/^2026-10-24 paid: 05:59/);
  });

  test("that begins at a time the clocks skip begins when they are changed", () => {
    const hours = { ...VIENNA, from: "02:30", to: "05:00" };
    expect(windowText("2026-03-29", hours)).toBe("2026-03-29T01:00:00.000Z → 2026-03-29T03:00:00.000Z");
  });

  test("that begins at a time the clocks show twice begins at the first", () => {
    const hours = { ...VIENNA, from: "02:30", to: "05:00" };
    expect(windowText("2026-10-25", hours)).toBe("2026-10-25T00:30:00.000Z → 2026-10-25T04:00:00.000Z");
  });
});

describe("the button", () => {
  const pressed = "2026-11-20T13:32:10Z";

  test("joins the night inside its hours", () => {
    expect(say("2026-11-20T22:32:00Z", { trigger: "button" })).toMatch(/^2026-11-20 paid/);
  });

  test("opens a night of its own by day, as long as the policy's", () => {
    expect(say(pressed, { trigger: "button" })).toBe(
      "2026-11-20T1432 paid: the button opens a night of its own at 14:32 (Europe/Vienna; hours 22:00–06:00)",
    );
    expect(windowText("2026-11-20T1432")).toBe("2026-11-20T13:32:00.000Z → 2026-11-20T21:32:00.000Z");
    const always = { ...VIENNA, to: VIENNA.from };
    expect(windowText("2026-11-20T1432", always)).toBe("2026-11-20T13:32:00.000Z → 2026-11-21T13:32:00.000Z");
  });

  test("still opens a payable night when it is pressed in the hour that comes twice", () => {
    const short = { ...VIENNA, from: "22:00", to: "22:20" };
    for (const now of ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]) {
      expect(say(now, { trigger: "button", night: short })).toMatch(/^2026-10-25T0230 paid/);
      const asked = night("2026-10-25T0230");
      expect(say(now, { trigger: "dispatch", asked, night: short })).toMatch(/^2026-10-25T0230 paid/);
    }
  });
});

describe("a dispatch that names a night", () => {
  const asked = night("2026-11-20T1432");
  const table: [string, string, Partial<Asked>, RegExp][] = [
    [
      "goes on with a button-night that is open",
      "T18:00:00Z",
      { asked, open: [asked] },
      /T1432 paid: .* goes on/,
    ],
    ["goes on with one pressed minutes ago", "T13:42:00Z", { asked }, /T1432 paid/],
    ["does not pay for an unknown one", "T13:43:00Z", { asked }, /^2026-11-19 unpaid over: nothing is known/],
    [
      "does not pay for one that is over",
      "T21:32:00Z",
      { asked, open: [asked] },
      /T1432 unpaid over: .* is over/,
    ],
    [
      "does not pay for one of tomorrow",
      "T13:42:00Z",
      { asked: night("2026-11-21T0000") },
      /^2026-11-19 unpaid over: nothing is known/,
    ],
    ["does not pay for a day that is not", "T22:00:00Z", { asked: night("2026-02-30") }, /there is no night/],
    [
      "does not pay for a time that is not",
      "T22:00:00Z",
      { asked: night("2026-11-20T2460") },
      /there is no night/,
    ],
    ["goes on with the scheduled night", "T22:00:00Z", { asked: night("2026-11-20") }, /^2026-11-20 paid/],
    [
      "does not pay for the night before",
      "T22:00:00Z",
      { asked: night("2026-11-19") },
      /^2026-11-20 unpaid:/,
    ],
    [
      "names the night before while it is open, so that it can be closed",
      "T22:00:00Z",
      { asked: night("2026-11-19"), open: [night("2026-11-19")] },
      /^2026-11-19 unpaid over/,
    ],
  ];
  test.each(table)("%s", (_, time, rest, expected) => {
    expect(say(`2026-11-20${time}`, { trigger: "dispatch", ...rest })).toMatch(expected);
  });
});

test("finished checks and daytime ticks never pay, and belong to the newest open night", () => {
  const open = [night("2026-11-20T0900"), night("2026-11-20"), night("2026-11-19")];
  for (const trigger of ["tick", "workflow_run"] as const) {
    expect(say("2026-11-20T23:00:00Z", { trigger, open })).toMatch(/^2026-11-20 unpaid:/);
    expect(say("2026-11-20T23:00:00Z", { trigger })).toMatch(/^2026-11-20 unpaid:/);
    expect(say("2026-11-20T12:00:00Z", { trigger })).toMatch(/^2026-11-19 unpaid over:/);
    expect(say("2026-11-20T12:00:00Z", { trigger, asked: night("2026-11-20") })).toMatch(/ unpaid/);
  }
});

test("a night of no real day or time is over, and no cycle belongs to it", () => {
  const unreal = [night("2026-02-30"), night("2026-11-20T2460")];
  for (const name of unreal) expect(isOver(name, "2026-01-01T00:00:00Z", VIENNA)).toBe(true);
  expect(say("2026-11-20T12:00:00Z", { trigger: "tick", open: unreal })).toMatch(/^2026-11-19 unpaid over:/);
});

test("a night is paid for by the month of its evening", () => {
  expect(monthOf(night("2026-11-30"))).toBe("2026-11");
  expect(monthOf(night("2026-12-01T0001"))).toBe("2026-12");
});

test("only names of time zones are time zones", () => {
  expect(["Europe/Vienna", "UTC", "Europe/Wien", "+01:00", ""].map(isTimezone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

describe("laws", () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const timezone = fc.constantFrom(
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
  );
  const hours = fc.record({ from: clock, to: clock, timezone });
  // Half of the instants lie within two days of a change of clocks: elsewhere these laws are easy.
  const changes = [
    "2026-03-29T01:00Z",
    "2026-10-25T01:00Z",
    "2026-03-08T07:00Z",
    "2026-11-01T06:00Z",
    "2026-04-04T15:00Z",
  ];
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2880, max: 2880 }))
    .map(([change, minutes]) => Date.parse(change) + minutes * MINUTE);
  const anywhere = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const instant = fc.oneof(near, anywhere);

  test("a night's window is one stretch, and the next night's begins no earlier than it ends", () => {
    fc.assert(
      fc.property(instant, hours, (at, policy) => {
        const day = wallClock(at, policy.timezone).slice(0, 10);
        const [one, next] = [windowOf(night(day), policy), windowOf(night(dayAfter(day, 1)), policy)];
        expect(one.from).toBeLessThanOrEqual(one.to);
        expect(one.to).toBeLessThanOrEqual(next.from);
        if (policy.from === policy.to) expect(one.to).toBe(next.from);
      }),
      { numRuns: 400 },
    );
  });

  test("every instant inside the hours belongs to exactly one night, which contains it", () => {
    let inside = 0;
    fc.assert(
      fc.property(instant, hours, (at, policy) => {
        const now = new Date(at).toISOString();
        const today = wallClock(at, policy.timezone).slice(0, 10);
        const holding = [-2, -1, 0, 1, 2]
          .map((days) => night(dayAfter(today, days)))
          .filter((name) => windowOf(name, policy).from <= at && at < windowOf(name, policy).to);
        const tonight = nightOf({ now, trigger: "schedule", asked: null, night: policy, open: [] });
        expect(holding).toEqual(tonight.paid ? [tonight.name] : []);
        expect(tonight.over).toBe(isOver(tonight.name, now, policy));
        inside += holding.length;
      }),
      { numRuns: 400 },
    );
    expect(inside).toBeGreaterThan(100);
  });

  test("a button-night is found again from its name alone", () => {
    let opened = 0;
    fc.assert(
      fc.property(instant, hours, (at, policy) => {
        const now = new Date(at).toISOString();
        const pressed = nightOf({ now, trigger: "button", asked: null, night: policy, open: [] });
        const again = nightOf({ now, trigger: "dispatch", asked: pressed.name, night: policy, open: [] });
        expect(pressed.paid && again.paid).toBe(true);
        expect(again.name).toBe(pressed.name);
        if (pressed.name.includes("T")) opened += 1;
      }),
      { numRuns: 400 },
    );
    expect(opened).toBeGreaterThan(100);
  });

  test("a wall time that is shown leads to an instant that shows it", () => {
    fc.assert(
      fc.property(instant, timezone, (at, zone) => {
        const wall = wallClock(at, zone);
        const [first, last] = [instantAt(wall, zone), instantAt(wall, zone, "last")];
        expect([wallClock(first, zone), wallClock(last, zone)]).toEqual([wall, wall]);
        expect([first, last]).toContain(at - (at % MINUTE));
      }),
      { numRuns: 400 },
    );
  });
});
