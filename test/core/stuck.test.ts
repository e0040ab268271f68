/** Whether an engine gets anywhere: each threshold seen tripping, and honest work seen not tripping it. */

import { describe, expect, test } from "vitest";
import { countsIn, look, type Sign, STUCK, UNWATCHED, type Verdict } from "#core/stuck.ts";

/** All verdicts but “go on”, with the number of their sign. */
function judged(signs: readonly Sign[]): string[] {
  let watch = UNWATCHED;
  return signs.flatMap((sign, index) => {
    const seen: { watch: typeof watch; verdict: Verdict } = look(watch, sign);
    watch = seen.watch;
    return seen.verdict.says === "go on"
      ? []
      : [`${index + 1} ${seen.verdict.says}: ${seen.verdict.because}`];
  });
}

const call = (
  action: string,
  result = "same",
  more: Partial<Extract<Sign, { sign: "call" }>> = {},
): Sign => ({
  ...{ sign: "call", action, result, waits: false, counts: null },
  ...more,
});
const times = (count: number, ...signs: Sign[]) => Array.from({ length: count }, () => signs).flat();
const red = (report = "not ok 1 - adds\n# fail 1"): Sign => ({ sign: "gates", green: false, report });
const answer = (at = 0): Sign => ({ sign: "answer", at });

describe("calls", () => {
  test("the same call with the same result demands another approach, then is the end", () => {
    expect(judged(times(4, call("cat a")))).toEqual([
      "3 pivot: the same call was made three times with the same result",
      "4 park: stuck: it made the same call again and again, with the same result",
    ]);
  });

  test("so do two calls in turn", () => {
    const inTurn = judged(times(4, call("cat a"), call("ls")));
    expect(inTurn.map((one) => one.split(":")[0])).toEqual(["6 pivot", "7 pivot", "8 park"]);
    expect(judged(times(2, call("cat a"), call("ls")))).toEqual([]);
  });

  test("asking again while the answer changes is not repetition", () => {
    expect(judged(Array.from({ length: 30 }, (_, index) => call("tail log", `line ${index}`)))).toEqual([]);
  });

  test("a call that waits may be made more often, and not for ever", () => {
    const waits = call("sleep 5; curl -s /health", "starting", { waits: true });
    expect(judged(times(STUCK.waiting.pivot - 1, waits))).toEqual([]);
    expect(judged(times(STUCK.waiting.park, waits)).map((one) => one.split(":")[0])).toEqual([
      "10 pivot",
      "20 park",
    ]);
  });

  test("a fresh conversation begins to count anew", () => {
    const anew: Sign = { sign: "conversation", at: 0, building: false };
    expect(judged([...times(2, call("cat a")), anew, ...times(2, call("cat a"))])).toEqual([]);
  });
});

test("answers without a call are the end when they do not stop", () => {
  expect(judged(times(4, { sign: "silence" }))).toEqual([
    "4 park: it ended its turn 4 times in a row without finishing",
  ]);
  const silences = times(3, { sign: "silence" });
  expect(judged([...silences, call("ls"), ...silences, call("pwd"), ...silences])).toEqual([]);
});

describe("red gate commands", () => {
  const change = (...written: string[]): Sign => ({ sign: "change", written });

  test("the same failure after a change like the one before demands another approach, then is the end", () => {
    const again = (milliseconds: number) => red(`not ok 1 - adds (${milliseconds} ms)\n# fail 1`);
    expect(
      judged([change("a", "b"), again(1), change("a", "b"), again(22), change("b", "a"), again(333)]),
    ).toEqual([
      "4 pivot: the same failure came back after a change like the one before",
      "6 park: stuck: the same failure 3 times in a row",
    ]);
  });

  test("another change or another failure is another try", () => {
    expect(judged([change("a"), red(), change("b"), red(), change("c"), red()])).toEqual([]);
    expect(judged([red("Error: x"), red("Error: y"), red("Error: z")])).toEqual([]);
  });

  test("green ends the count", () => {
    const green: Sign = { sign: "gates", green: true, report: "" };
    expect(judged([red(), green, red(), green, red()])).toEqual([]);
  });

  test("more failing tests than at the start lead back to the last checkpoint, and fewer do not", () => {
    const failing = (count: number, name: string) => red(`${name} failed\n# pass 3\n# fail ${count}`);
    expect(judged([failing(1, "a"), failing(2, "b"), failing(3, "c")])).toEqual([
      "3 restore: more tests fail than at the start",
    ]);
    expect(judged([failing(3, "a"), failing(2, "b"), failing(1, "c"), failing(2, "d")])).toEqual([]);
  });
});

describe("time that leads nowhere", () => {
  const counts = (passed: number, failed: number) =>
    call(`test ${passed}`, `${failed}`, { counts: { passed, failed } });

  test("no newly passing test in many turns demands another approach", () => {
    const turns = times(STUCK.noNewTest.pivot, answer());
    expect(judged([counts(3, 1), ...turns])).toEqual([
      `${STUCK.noNewTest.pivot + 1} pivot: no test that failed passes after ${STUCK.noNewTest.pivot} more turns`,
    ]);
    const half = turns.slice(0, STUCK.noNewTest.pivot / 2);
    expect(judged([counts(3, 2), ...half, counts(4, 1), ...half])).toEqual([]);
    expect(judged([counts(3, 0), ...turns, ...turns])).toEqual([]);
    expect(judged([...turns, ...turns])).toEqual([]);
  });

  test("no checkpoint for a while does too, while a plan is carried out", () => {
    const building: Sign = { sign: "conversation", at: 100, building: true };
    const late = 100 + STUCK.noCheckpoint.pivot;
    expect(judged([building, answer(late - 1), answer(late), answer(late + 1)])).toEqual([
      "3 pivot: no step has been green for 20 minutes",
    ]);
    expect(judged([building, { sign: "checkpoint", at: late - 1 }, answer(late)])).toEqual([]);
    expect(judged([{ ...building, building: false }, answer(late * 2)])).toEqual([]);
  });
});

test("after three other approaches it is over, whatever they were about", () => {
  const stuck = (name: string) => times(3, call(name));
  expect(judged(["a", "b", "c", "d"].flatMap(stuck)).map((one) => one.split(":")[0])).toEqual([
    "3 pivot",
    "6 pivot",
    "9 pivot",
    "12 park",
  ]);
});

test.each([
  ["node:test", "ℹ tests 4\nℹ pass 3\nℹ fail 1\n", { passed: 3, failed: 1 }],
  ["TAP", "# tests 4\n# pass  3\n# fail  1\n", { passed: 3, failed: 1 }],
  ["vitest", " Test Files  1 failed (1)\n      Tests  1 failed | 3 passed (4)\n", { passed: 3, failed: 1 }],
  ["jest", "Tests:       1 failed, 3 passed, 4 total\n", { passed: 3, failed: 1 }],
  ["pytest", "=== 1 failed, 3 passed in 0.12s ===\n", { passed: 3, failed: 1 }],
  ["mocha", "  3 passing (4ms)\n  1 failing\n", { passed: 3, failed: 1 }],
  ["go", "--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\n", { passed: 1, failed: 1 }],
  ["nothing of the kind", "hello 3 passed by\n", null],
])("tests are counted as %s sums them up", (_, output, counts) => {
  expect(countsIn(output)).toEqual(counts);
});
