/** Whether an engine is getting anywhere, judged by signs of what it does. Thresholds stand in one table. Sees no clock. */

import { digestOf } from "#core/hash.ts";

/** How often in a row, or for how long. At `pivot` another approach is demanded, at `park` it is over. */
export const STUCK = {
  /** The same call with the same result, or two calls in turn. */
  sameCall: { pivot: 3, park: 4 },
  /** The same where the call waits for something: asking again is what it is for. */
  waiting: { pivot: 10, park: 20 },
  /** Answers without a call. Each of them is nudged. */
  silence: { park: 4 },
  /** Red gate commands with the same failure, after a change like the one before. */
  sameFailure: { pivot: 2, park: 3, alike: 0.8 },
  /** Red gate commands in a row with more failing tests than at the start: back to the last checkpoint. */
  worse: { restore: 2 },
  /** Answers without a newly passing test, while some fail. */
  noNewTest: { pivot: 30 },
  /** Seconds without a checkpoint, while a plan is being carried out. */
  noCheckpoint: { pivot: 1_200 },
  /** Other approaches demanded, of whatever kind; after them it is over. */
  pivots: 3,
} as const;

export type Counts = { passed: number; failed: number };

/** Something that happened. `at`: seconds since the attempt began. */
export type Sign =
  /** A fresh conversation; `building`: it carries out a plan. */
  | { sign: "conversation"; at: number; building: boolean }
  | { sign: "answer"; at: number }
  | { sign: "silence" }
  /** Something is about to be changed, by these lines. */
  | { sign: "change"; written: readonly string[] }
  /** `counts`: tests it reported. */
  | { sign: "call"; action: string; result: string; waits: boolean; counts: Counts | null }
  | { sign: "gates"; green: boolean; report: string }
  | { sign: "checkpoint"; at: number };

export type Verdict = { says: "go on" } | { says: "pivot" | "restore" | "park"; because: string };

type Failure = { signature: string; written: ReadonlySet<string>; times: number };

/** What is remembered between two signs. */
export type Watch = {
  calls: readonly string[];
  silences: number;
  written: readonly string[];
  failure: Failure | null;
  /** Tests at the first gate run since the last checkpoint. */
  atStart: Counts | null;
  worse: number;
  best: number | null;
  failing: boolean;
  answersSinceNew: number;
  building: boolean;
  greenAt: number;
  pivots: number;
};

export const UNWATCHED: Watch = {
  calls: [],
  silences: 0,
  written: [],
  failure: null,
  atStart: null,
  worse: 0,
  best: null,
  failing: false,
  answersSinceNew: 0,
  building: false,
  greenAt: 0,
  pivots: 0,
};

const GO_ON: Verdict = { says: "go on" };
type Seen = { watch: Watch; verdict: Verdict };

/** One sign more. What stays stuck after the last pivot is over: what failed in so many ways is for a human. */
export function look(watch: Watch, sign: Sign): Seen {
  const seen = seenAt(watch, sign);
  if (seen.verdict.says !== "pivot") return seen;
  const pivots = seen.watch.pivots + 1;
  const verdict: Verdict =
    pivots > STUCK.pivots
      ? { says: "park", because: `stuck after ${STUCK.pivots} other approaches: ${seen.verdict.because}` }
      : seen.verdict;
  return { watch: { ...seen.watch, pivots }, verdict };
}

function seenAt(watch: Watch, sign: Sign): Seen {
  switch (sign.sign) {
    case "conversation": {
      const { building, at } = sign;
      return { watch: { ...watch, calls: [], silences: 0, building, greenAt: at }, verdict: GO_ON };
    }
    case "checkpoint":
      return {
        watch: { ...watch, failure: null, atStart: null, worse: 0, greenAt: sign.at, answersSinceNew: 0 },
        verdict: GO_ON,
      };
    case "silence":
      return silent({ ...watch, silences: watch.silences + 1 });
    case "change":
      return { watch: { ...watch, written: [...watch.written, ...sign.written] }, verdict: GO_ON };
    case "answer":
      return answered(watch, sign.at);
    case "call":
      return called(watch, sign);
    case "gates":
      return judged(watch, sign);
  }
}

function silent(watch: Watch): Seen {
  if (watch.silences < STUCK.silence.park) return { watch, verdict: GO_ON };
  const because = `it ended its turn ${watch.silences} times in a row without finishing`;
  return { watch, verdict: { says: "park", because } };
}

function answered(before: Watch, at: number): Seen {
  const watch = { ...before, answersSinceNew: before.answersSinceNew + 1 };
  if (watch.failing && watch.answersSinceNew >= STUCK.noNewTest.pivot) {
    const because = `no test that failed passes after ${watch.answersSinceNew} more turns`;
    return { watch: { ...watch, answersSinceNew: 0 }, verdict: { says: "pivot", because } };
  }
  if (watch.building && at - watch.greenAt >= STUCK.noCheckpoint.pivot) {
    const because = `no step has been green for ${Math.round((at - watch.greenAt) / 60)} minutes`;
    return { watch: { ...watch, greenAt: at }, verdict: { says: "pivot", because } };
  }
  return { watch, verdict: GO_ON };
}

function called(before: Watch, sign: Extract<Sign, { sign: "call" }>): Seen {
  const calls = [...before.calls, digestOf(JSON.stringify([sign.action, sign.result]))];
  const watch = counted({ ...before, calls, silences: 0 }, sign.counts);
  const times = Math.max(inARow(calls, 1), inARow(calls, 2));
  const { pivot, park } = sign.waits ? STUCK.waiting : STUCK.sameCall;
  if (times >= park)
    return {
      watch,
      verdict: {
        says: "park",
        because: "stuck: it made the same call again and again, with the same result",
      },
    };
  if (times !== pivot) return { watch, verdict: GO_ON };
  const because = `the same call was made ${times === 3 ? "three" : times} times with the same result`;
  return { watch, verdict: { says: "pivot", because } };
}

function inARow(seen: readonly string[], period: number): number {
  const last = seen.slice(-period).join();
  let times = 0;
  for (let end = seen.length; end >= period; end -= period) {
    if (seen.slice(end - period, end).join() !== last) break;
    times += 1;
  }
  return times;
}

function counted(watch: Watch, counts: Counts | null): Watch {
  if (counts === null) return watch;
  const isNew = watch.best === null || counts.passed > watch.best;
  return {
    ...watch,
    best: Math.max(watch.best ?? 0, counts.passed),
    failing: counts.failed > 0,
    answersSinceNew: isNew ? 0 : watch.answersSinceNew,
  };
}

function judged(before: Watch, { green, report }: Extract<Sign, { sign: "gates" }>): Seen {
  const counts = countsIn(report);
  const base = counted({ ...before, atStart: before.atStart ?? counts, written: [] }, counts);
  if (green) return { watch: { ...base, failure: null, worse: 0, failing: false }, verdict: GO_ON };
  const written = new Set(before.written);
  const signature = signatureOf(report);
  const same = before.failure?.signature === signature && alike(before.failure.written, written);
  const times = same ? (before.failure?.times ?? 0) + 1 : 1;
  const isWorse = counts !== null && before.atStart !== null && counts.failed > before.atStart.failed;
  const worse = isWorse ? before.worse + 1 : 0;
  const watch = { ...base, failure: { signature, written, times }, worse };
  return { watch, verdict: verdictOn(times, worse) ?? GO_ON };
}

function verdictOn(times: number, worse: number): Verdict | null {
  const { pivot, park } = STUCK.sameFailure;
  if (times >= park) return { says: "park", because: `stuck: the same failure ${times} times in a row` };
  if (worse > 0 && worse % STUCK.worse.restore === 0)
    return { says: "restore", because: "more tests fail than at the start" };
  if (times === pivot)
    return { says: "pivot", because: "the same failure came back after a change like the one before" };
  return null;
}

/** What two changes have in common, of all their lines. Two that wrote nothing are the same. */
function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const all = new Set([...one, ...other]);
  if (all.size === 0) return true;
  const common = [...one].filter((line) => other.has(line)).length;
  return common / all.size >= STUCK.sameFailure.alike;
}

const TELLING = /fail|error|not ok|expected|assert|panic|exited/iu;

/** What failed, without what differs from run to run: numbers, times, addresses. */
function signatureOf(report: string): string {
  const lines = report.split("\n").filter((line) => TELLING.test(line));
  const text = (lines.length > 0 ? lines.join("\n") : report).toLowerCase();
  return digestOf(text.replace(/0x[0-9a-f]+|\d+(?:\.\d+)?/gu, "#").replace(/[ \t]+/gu, " "));
}

/** How test runners sum up, each as [passed, failed]. The last sum of an output counts. */
const SUMS: readonly (readonly [RegExp, RegExp])[] = [
  // node:test and TAP
  [/^(?:#|ℹ) pass +(\d+)/gmu, /^(?:#|ℹ) fail +(\d+)/gmu],
  // vitest, jest
  [/^ *Tests:? .*?(\d+) passed/gmu, /^ *Tests:? .*?(\d+) failed/gmu],
  // pytest
  [/^=* ?.*?(\d+) passed.* in [\d.]+s/gmu, /^=* ?.*?(\d+) failed.* in [\d.]+s/gmu],
  // mocha
  [/^ *(\d+) passing/gmu, /^ *(\d+) failing/gmu],
];

/** How many tests passed and failed, as the output sums it up. Null: it does not say. */
export function countsIn(output: string): Counts | null {
  for (const [passes, fails] of SUMS) {
    const [passed, failed] = [lastNumber(output, passes), lastNumber(output, fails)];
    if (passed !== null || failed !== null) return { passed: passed ?? 0, failed: failed ?? 0 };
  }
  const [good, bad] = [/^ *--- PASS: /gmu, /^ *--- FAIL: /gmu].map((one) => output.match(one)?.length ?? 0);
  return good || bad ? { passed: good ?? 0, failed: bad ?? 0 } : null;
}

function lastNumber(text: string, pattern: RegExp): number | null {
  const last = [...text.matchAll(pattern)].at(-1)?.[1];
  return last === undefined ? null : Number(last);
}
