/** Reads TAP as tape, tap, ava and others print it, with subtests, directives and what is missing at its end. */

import { crashesIn, readUnloaded } from "#adapters/reports/crashes.ts";
import { fileWithin, resultOf } from "#adapters/reports/result.ts";
import type { TestOutcome, TestResult } from "#core/court/results.ts";

/** One `ok` or `not ok`, or what stands for one; `group` is the comment above it, which tape uses for its tests. */
type Point = { group: string | null; names: string[]; outcome: TestOutcome; said: string };

/** One stream: from its version, or from the comment that says which file runs, to the next. */
type Stream = { file: string | null; text: string };

const POINT = /^( *)(not )?ok\b(?: +(\d+))?(?: +-)?(?: +(.*))?$/;
const PLAN = /^1\.\.(\d+)\s*(?:#\s*(.*))?$/;
const DIRECTIVE = /(?:^|\s)#\s*(?:skip|todo)\b\s*(.*)$/i;
const SAYS_FILE = /^# file: (.+)$/;
/** What ava says of a file that did not load. */
const EXITED = /^(\S.*) exited with a non-zero exit code: \d+$/;
/** Lines a block of details may have: one that never ends is not looked for in all that follows. */
const MOST_DETAILS = 1_000;
const STARTS = /^TAP version \d+$/;

/** Null when nothing of the output is TAP. */
export function readTap(output: string, directory: string): TestResult[] | null {
  const all = streamsIn(output).map((stream) => resultsOf(stream, directory));
  if (all.every((results) => results === null)) return readUnloaded(output, directory);
  return all.flatMap((results) => results ?? []);
}

function streamsIn(output: string): Stream[] {
  const streams: { file: string | null; lines: string[] }[] = [{ file: null, lines: [] }];
  for (const line of output.split(/\r?\n/)) {
    const file = SAYS_FILE.exec(line)?.[1] ?? null;
    const open = streams.at(-1);
    const restarts = STARTS.test(line) && open?.lines.some((one) => STARTS.test(one));
    if (file !== null || restarts) streams.push({ file: file ?? open?.file ?? null, lines: [line] });
    else open?.lines.push(line);
  }
  return streams.map(({ file, lines }) => ({ file, text: lines.join("\n") }));
}

function resultsOf({ file: named, text }: Stream, directory: string): TestResult[] | null {
  const { points, seen, planned, isTap, group } = pointsIn(text);
  if (!isTap && named === null) return null;
  const file = fileWithin(directory, named);
  const results = grouped(points).map(({ names, outcome, said }) => {
    const ended = fileWithin(directory, EXITED.exec(names[0] ?? "")?.[1] ?? null);
    if (ended === null) return resultOf({ file, name: names.join(" > ") }, outcome, said);
    const crash = crashesIn(text, directory).find((one) => one.file === ended);
    return resultOf({ file: ended, name: ended }, "error", crash?.said ?? said);
  });
  if (planned !== null && seen >= planned) return results;
  const crash = crashesIn(text, directory)[0];
  const short =
    planned === null ? "the report ends before its plan" : `planned ${planned} tests, saw ${seen}`;
  const place = file ?? crash?.file ?? null;
  // A program that ends within a test leaves nothing but the test's name.
  const test = {
    file: file ?? (group === null ? place : null),
    name: group ?? place ?? "the end of the report",
  };
  return [...results, resultOf(test, group === null ? "error" : "failed", crash?.said ?? short)];
}

/** `seen` are the points that a plan counts. */
type Read = { points: Point[]; seen: number; planned: number | null; isTap: boolean; group: string | null };

function pointsIn(text: string): Read {
  const read: Read = { points: [], seen: 0, planned: null, isTap: false, group: null };
  /** Points by their depth; those of a subtest until its own point comes. */
  const open: Point[][] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const point = POINT.exec(line);
    if (point === null) {
      noteLine(line, read);
      continue;
    }
    const depth = Math.floor((point[1] ?? "").length / 4);
    const { details, next } = detailsAfter(lines, at);
    at = next;
    const inner = open.splice(depth + 1).flat();
    const own = inside(inner, pointOf(point, details, depth === 0 ? read.group : null));
    read.isTap = true;
    if (depth > 0) {
      const beside = open[depth] ?? [];
      for (const one of own) beside.push(one);
      open[depth] = beside;
    } else {
      read.seen += 1;
      read.points.push(...own);
    }
  }
  // What has no point of its own was cut off.
  read.points.push(...open.flat());
  return read;
}

function noteLine(line: string, read: Read): void {
  const [, planned, reason] = PLAN.exec(line) ?? [];
  const bail = /^ *Bail out!\s*(.*)$/.exec(line);
  const comment = /^# (?!time=|Subtest:?\b|file: )(.*)$/.exec(line)?.[1];
  if (STARTS.test(line) || planned !== undefined) read.isTap = true;
  if (planned !== undefined) {
    read.planned = Number(planned);
    read.group = null;
    if (read.planned === 0 && reason) read.points.push(skipped(reason));
  }
  if (bail) read.points.push({ group: null, names: ["Bail out!"], outcome: "error", said: bail[1] ?? "" });
  if (comment === undefined || read.planned !== null) return;
  const left = /^SKIP (.*)$/.exec(comment)?.[1];
  if (left === undefined) read.group = comment.replace(/^TODO /, "");
  else read.points.push(skipped(left));
}

function skipped(name: string): Point {
  return { group: null, names: [name], outcome: "skipped", said: "" };
}

function pointOf(
  [, , not, number, rest = ""]: RegExpExecArray,
  details: string,
  group: string | null,
): Point {
  const directive = DIRECTIVE.exec(rest);
  const plain = rest
    .replace(DIRECTIVE, "")
    .replace(/(?<!\s)\s+# time=\S+.*$/, "")
    .replace(/(?<!\s)\s*\{$/, "");
  const name = plain.replace(/\\([#\\])/g, "$1").trim() || `test ${number ?? ""}`.trim();
  const names = name.split(" › ");
  if (directive) return { group, names, outcome: "skipped", said: directive[1] ?? "" };
  return { group, names, outcome: not ? "failed" : "passed", said: not ? saidIn(details, name) : "" };
}

/** A point with subtests stands for them; it counts itself only where it failed without one of them. */
function inside(inner: readonly Point[], own: Point): Point[] {
  if (inner.length === 0) return [own];
  const points = inner.map((point) => ({ ...point, names: [...own.names, ...point.names] }));
  const isExplained = own.outcome === "passed" || inner.some(({ outcome }) => outcome === "failed");
  return isExplained ? points : [...points, own];
}

/** The indented YAML block below a point. */
function detailsAfter(lines: readonly string[], at: number): { details: string; next: number } {
  const [, indent] = /^( +)---\s*$/.exec(lines[at + 1] ?? "") ?? [];
  if (indent === undefined) return { details: "", next: at };
  const last = Math.min(lines.length, at + 2 + MOST_DETAILS);
  let end = at + 2;
  while (end < last && lines[end]?.trimEnd() !== `${indent}...`) end += 1;
  return end === last
    ? { details: "", next: at }
    : { details: lines.slice(at + 2, end).join("\n"), next: end };
}

function saidIn(details: string, name: string): string {
  const value = (keys: string): string | undefined => {
    const [, inline = "", below = ""] =
      new RegExp(`^ *(?:${keys}): *(.*)(?:\\n *(.*))?`, "m").exec(details) ?? [];
    const text = /^[|>][-+]?$/.test(inline) ? below : inline;
    return text.replace(/^(['"`])(.*)\1,?$/, "$2").trim() || undefined;
  };
  const message = value("message|error");
  if (message !== undefined) return message;
  const [expected, actual] = [value("expected|wanted"), value("actual|found")];
  return actual === undefined ? name : `${name} (expected ${expected ?? "nothing"}, got ${actual})`;
}

/** Points in a row below one comment are the assertions of one test: as bad as the worst of them. */
function grouped(points: readonly Point[]): Point[] {
  const tests: Point[] = [];
  for (const point of points) {
    const last = tests.at(-1);
    if (point.group === null) tests.push(point);
    else if (last?.group !== point.group) tests.push({ ...point, names: [point.group] });
    else if (isWorse(point, last)) tests[tests.length - 1] = { ...point, names: last.names };
  }
  return tests;
}

function isWorse({ outcome }: Point, than: Point): boolean {
  const severity = ["skipped", "passed", "failed", "error"];
  return severity.indexOf(outcome) > severity.indexOf(than.outcome);
}
