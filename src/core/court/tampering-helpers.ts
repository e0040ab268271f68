/** Tells whether a test without assertions of its own leaves them to a function it calls. Judges nothing. */

import type { Call, FunctionBlock, Outline } from "#core/court/outline.ts";
import type { Test } from "#core/court/tampering-pairs.ts";
import { codeLines, type Token } from "#core/court/tampering-text.ts";

const ASSERTING =
  /^(?:fc|jsc|qc|hypothesis|RuleTester|ruleTester|tester)\.|(?:^|[._])(?:expect|assert|check|verify|should|ensure|must|require|validate|prove|matches|golden|snapshot)/i;

/** A runner of cases that another file defines: `runTest(…)`, `testParse(…)`, `roundTrip(…)`. */
const ELSEWHERE = /(?:^|\.)(?:(?:run|test|round)[A-Z_]\w*|run_\w+|test_\w+|is_?valid\w*)$/;

const REPORTS =
  /\b(?:expect|assert\w*|should|require)\b|\b[tb]\.(?:Error|Fatal|Fail)|\bself\.(?:assert|fail)|\bpytest\.(?:raises|fail)|\b\w{1,6}\.(?:equal|is|ok|deepEqual|same|true|throws|strictEqual|notOk|notEqual|error|ifError|match)\s*\(/;

/** Whether the test calls a function that asserts. With `before`, only what that test did not call counts. */
export function assertsElsewhere(test: Test, before?: Test): boolean {
  const side = test.file.after;
  if (!side?.outline) return false;
  const outline = side.outline;
  const lines = codeLines(side.text, test.language);
  const known = new Set(before ? namesIn(before.tokens) : []);
  const called = outline.calls.filter(({ line }) => test.block.from <= line && line <= test.block.to);
  const names = new Set([...called.map(({ name }) => name), ...namesIn(test.tokens)]);
  return [...names].some((name) => {
    if (known.has(last(name)) || (before && /^(?:expect|assert|t|self\.assert)\b/.test(name))) return false;
    const local = functionNamed(outline, name, test.block);
    if (local) return reports(lines, outline, local);
    return ASSERTING.test(name) ? !isBare(name, called) : ELSEWHERE.test(name);
  });
}

function last(name: string): string {
  return name.split(".").at(-1) ?? name;
}

function namesIn(tokens: readonly Token[]): string[] {
  return tokens
    .filter(({ kind }, index) => kind === "name" && tokens[index + 1]?.text === "(")
    .map(({ text }) => text);
}

/** `expect(x)` without a matcher claims nothing. */
function isBare(name: string, called: readonly Call[]): boolean {
  return (
    name === "expect" && !called.some((call) => call.name !== "expect" && call.name.startsWith("expect"))
  );
}

function functionNamed(
  outline: Outline,
  name: string,
  block: { from: number; to: number },
): FunctionBlock | undefined {
  return outline.functions.find(
    (one) =>
      one.name !== null && one.name === last(name) && !(block.from === one.from && block.to === one.to),
  );
}

/** A function that reports, or calls another one of the file that does. */
function reports(
  lines: readonly string[],
  outline: Outline,
  { from, to }: FunctionBlock,
  depth = 0,
): boolean {
  if (lines.slice(from - 1, to).some((line) => REPORTS.test(line))) return true;
  if (depth > 3) return false;
  return outline.calls
    .filter(({ line }) => from <= line && line <= to)
    .map(({ name }) => functionNamed(outline, name, { from, to }))
    .some((inner) => inner !== undefined && reports(lines, outline, inner, depth + 1));
}

/** Where the parser lost its way: whether something reports between this test and the next. */
export function reportsUnread({ file, block, language }: Test): boolean {
  const side = file.after;
  if (!side?.outline || side.outline.sound) return false;
  const next = side.outline.tests.map(({ from }) => from).filter((from) => from > block.from);
  const lines = codeLines(side.text, language).slice(
    block.from - 1,
    Math.min(...next, Number.POSITIVE_INFINITY) - 1,
  );
  return lines.some((line) => REPORTS.test(line));
}
