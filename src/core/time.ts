/** Instants and wall clocks: the one file of core that knows calendars and time zones. It never asks what time it is. */

/** Milliseconds. */
export const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Milliseconds since 1970 of an ISO 8601 instant. */
export function instantOf(iso: string): number {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) throw new RangeError(`not an instant: ${iso}`);
  return instant;
}

/** Minutes from one ISO 8601 instant to another, parts of one included. */
export function minutesBetween(since: string, now: string): number {
  return (instantOf(now) - instantOf(since)) / MINUTE;
}

/** The ISO 8601 text of an instant. */
export function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

/** Whether this machine knows the time zone by its IANA name. Bare offsets such as `+01:00` are not names. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[a-z]/i.test(name);
  } catch {
    return false;
  }
}

/** What a clock on the wall shows at an instant, to the minute: `2026-11-20T22:05`. */
export function wallClock(instant: number, timezone: string): string {
  return isoMinute(instant + offsetAt(instant, timezone));
}

/**
 * The instant at which a wall clock shows `wall` (`2026-11-20T22:05`). Where clocks are set back it is shown twice:
 * `which` chooses. Where they are set forward it is never shown: then it is the moment of the change, so that
 * a later wall time is never an earlier instant.
 */
export function instantAt(wall: string, timezone: string, which: "first" | "last" = "first"): number {
  const asUtc = instantOf(`${wall}Z`);
  const [before, after] = [offsetAt(asUtc - DAY, timezone), offsetAt(asUtc + DAY, timezone)];
  const shown = [asUtc - before, asUtc - after].filter((at) => at + offsetAt(at, timezone) === asUtc);
  if (shown.length === 0) return changeBetween(asUtc - after, asUtc - before, timezone);
  return which === "first" ? Math.min(...shown) : Math.max(...shown);
}

/** A calendar day some days later: `2026-12-31` and 1 → `2027-01-01`. */
export function dayAfter(day: string, days: number): string {
  return isoMinute(instantOf(`${day}T00:00Z`) + days * DAY).slice(0, 10);
}

/** Whether the calendar has such a day and the clock such a time: not the 30th of February, not 24:61. */
export function isWallTime(wall: string): boolean {
  const parsed = Date.parse(`${wall}Z`);
  return !Number.isNaN(parsed) && isoMinute(parsed) === wall;
}

function isoMinute(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16);
}

/** Making one costs a thousand times what asking it costs. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timezone, format);
  return format;
}

/** Milliseconds the zone's clocks are ahead of UTC at an instant. */
function offsetAt(instant: number, timezone: string): number {
  if (timezone === "UTC") return 0;
  const format = formatOf(timezone);
  const shown = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => shown.get(name) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}

/** The instant between two others at which the zone's clocks are changed. Both have different offsets. */
function changeBetween(from: number, to: number, timezone: string): number {
  const offset = offsetAt(from, timezone);
  let [unchanged, changed] = [from, to];
  while (changed - unchanged > 1000) {
    const middle = Math.floor((unchanged + changed) / 2000) * 1000;
    if (offsetAt(middle, timezone) === offset) unchanged = middle;
    else changed = middle;
  }
  return changed;
}
