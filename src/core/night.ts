/** Which night it is, and whether it may spend: from the clock, the policy and the names of open nights. Stores nothing. */

import { NightName } from "#core/journal.ts";
import type { Policy } from "#core/policy.ts";
import { dayAfter, instantAt, instantOf, isWallTime, MINUTE, wallClock } from "#core/time.ts";

type Hours = Policy["night"];

/**
 * What started the cycle. `button` is a human, `dispatch` is Daybreak itself, naming its night; GitHub calls both
 * `workflow_dispatch`, so the name alone tells them apart. `tick` is a schedule by day.
 */
export type Trigger = "schedule" | "button" | "dispatch" | "tick" | "workflow_run";

export type Asked = {
  /** ISO 8601. */
  now: string;
  trigger: Trigger;
  /** The night a dispatch names; null is a human's button, or no dispatch at all. */
  asked: NightName | null;
  night: Hours;
  /** Nights of the journal that no line has closed. */
  open: readonly NightName[];
};

export type Tonight = { name: NightName; paid: boolean; over: boolean; because: string };

/** How long a dispatch may take to arrive at a button-night that has no journal line yet. */
const FRESH_MINUTES = 10;

/** The night a cycle belongs to. `paid`: work that costs money may start. `over`: its hours have passed. */
export function nightOf(cycle: Asked): Tonight {
  const { trigger, asked } = cycle;
  if (trigger === "tick" || trigger === "workflow_run")
    return unpaid(
      cycle,
      `a ${trigger === "tick" ? "daytime tick" : "finished check"} never starts paid work`,
    );
  if (trigger !== "schedule" && asked !== null) return askedFor(asked, cycle);
  const current = scheduledAt(cycle.now, cycle.night);
  if (current) return paid(current, `${shown(cycle)} is inside the night's hours`);
  if (trigger === "schedule") return unpaid(cycle, `${shown(cycle)} is outside the night's hours`);
  const name = wallClock(instantOf(cycle.now), cycle.night.timezone).replace(/:(?=\d\d$)/, "");
  return paid(NightName.parse(name), `the button opens a night of its own at ${shown(cycle)}`);
}

/** The instants, in milliseconds since 1970, from which and before which a night lasts. */
export function windowOf(name: NightName, hours: Hours): { from: number; to: number } {
  const { timezone } = hours;
  const start = startOf(name, hours);
  const from = instantAt(start, timezone);
  if (isButtonNight(name))
    return { from, to: instantAt(start, timezone, "last") + minutesOf(hours) * MINUTE };
  const lastDay = hours.to > hours.from ? name : dayAfter(name, 1);
  return { from, to: instantAt(`${lastDay}T${hours.to}`, timezone) };
}

/** Whether the night's hours have passed. A night of no real day or time has none left. */
export function isOver(name: NightName, now: string, hours: Hours): boolean {
  return !isWallTime(startOf(name, hours)) || instantOf(now) >= windowOf(name, hours).to;
}

/** The calendar month that pays for a night: `2026-11`. */
export function monthOf(name: NightName): string {
  return name.slice(0, 7);
}

function askedFor(asked: NightName, cycle: Asked): Tonight {
  const { now, night, open } = cycle;
  if (!isWallTime(startOf(asked, night))) return unpaid(cycle, `there is no night ${asked}`);
  const known = open.includes(asked) || (isButtonNight(asked) ? isFresh(asked, cycle) : isNow(asked, cycle));
  if (!known) return unpaid(cycle, `nothing is known of a night ${asked}`);
  if (isNow(asked, cycle)) return paid(asked, `the night ${asked} goes on`);
  const over = isOver(asked, now, night);
  return {
    name: asked,
    paid: false,
    over,
    because: `the night ${asked} ${over ? "is over" : "has not begun"}`,
  };
}

function paid(name: NightName, because: string): Tonight {
  return { name, paid: true, over: false, because };
}

/** The most recent open night, else the most recent scheduled one. */
function unpaid({ now, night, open }: Asked, because: string): Tonight {
  const begun = (name: NightName) => windowOf(name, night).from;
  const readable = open.filter((name) => isWallTime(startOf(name, night)));
  const [newest] = readable.toSorted((one, other) => begun(other) - begun(one));
  const name = newest ?? latestScheduled(now, night);
  return { name, paid: false, over: isOver(name, now, night), because };
}

function latestScheduled(now: string, hours: Hours): NightName {
  const [today, yesterday] = lastEvenings(now, hours);
  return windowOf(today, hours).from <= instantOf(now) ? today : yesterday;
}

/** The scheduled night whose hours contain the instant; none by day. */
function scheduledAt(now: string, hours: Hours): NightName | null {
  return lastEvenings(now, hours).find((name) => contains(name, instantOf(now), hours)) ?? null;
}

function lastEvenings(now: string, { timezone }: Hours): [NightName, NightName] {
  const today = wallClock(instantOf(now), timezone).slice(0, 10);
  return [NightName.parse(today), NightName.parse(dayAfter(today, -1))];
}

function isNow(name: NightName, { now, night }: Asked): boolean {
  return contains(name, instantOf(now), night);
}

function contains(name: NightName, instant: number, hours: Hours): boolean {
  const { from, to } = windowOf(name, hours);
  return from <= instant && instant < to;
}

/** Pressed a moment ago. Where clocks are set back, the name is shown twice: either time counts. */
function isFresh(name: NightName, { now, night }: Asked): boolean {
  return (["first", "last"] as const).some((which) => {
    const age = instantOf(now) - instantAt(startOf(name, night), night.timezone, which);
    return age >= 0 && age <= FRESH_MINUTES * MINUTE;
  });
}

function isButtonNight(name: NightName): boolean {
  return name.includes("T");
}

/** The wall time at which a night begins: `2026-11-20T22:00`. */
function startOf(name: NightName, { from }: Hours): string {
  return isButtonNight(name) ? `${name.slice(0, 13)}:${name.slice(13)}` : `${name}T${from}`;
}

/** How long a night of these hours lasts by the clock: 1 to 1440. Equal times mean the whole day. */
function minutesOf({ from, to }: Hours): number {
  const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  return (minutes(to) - minutes(from) + 1440) % 1440 || 1440;
}

function shown({ now, night }: Asked): string {
  const clock = wallClock(instantOf(now), night.timezone).slice(11);
  return `${clock} (${night.timezone}; hours ${night.from}–${night.to})`;
}
