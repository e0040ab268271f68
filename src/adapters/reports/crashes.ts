/** Finds in the output of a runner which files did not load, and why. Reads words that Node itself prints. */

import { fileWithin, resultOf } from "#adapters/reports/result.ts";
import type { TestResult } from "#core/court/results.ts";

export type Crash = { file: string | null; said: string };

/** How many lines after its place Node may print before it names the error. */
const FAR = 12;

/** No line that says why is longer. */
const LONGEST_LINE = 1_000;

const PLACE = /^(?:.*\s)?((?:file:\/\/)?\/\S.*?\.[cm]?[jt]sx?|node:internal\/\S+):\d+(?::\d+)?$/;
const FRAME = /^\s+at (?:.*\()?((?:file:\/\/)?\/.+?):\d+(?::\d+)?\)?$/;
const NAMED = /^\s*(?:Uncaught )?((?:\w*Error|AssertionError)\b(?: \[\w+\])?: .*)$/;

/** In the order of the output. A file outside the checkout, or Node's own, is null. */
export function crashesIn(output: string, directory: string): Crash[] {
  const lines = output.split("\n").map((line) => line.slice(0, LONGEST_LINE));
  return lines.flatMap((line, at) => {
    const imported = /\b(Cannot find (?:module|package) .*) imported from (\S.*?)$/.exec(line.trim());
    if (imported) return [{ file: inside(directory, imported[2]), said: `Error: ${imported[1]}` }];
    if (/^[\s#]*Require stack:$/.test(line)) return [requireStack(lines, at, directory)];
    const place = PLACE.exec(line)?.[1];
    if (place === undefined) return [];
    const named = lines.slice(at + 1, at + FAR).findIndex((next) => NAMED.test(next));
    const said = named < 0 ? undefined : NAMED.exec(lines[at + 1 + named] ?? "")?.[1];
    if (said === undefined || /Cannot find module/.test(said)) return [];
    const file = outermost(lines.slice(at + 2 + named), directory) ?? inside(directory, place);
    return [{ file, said }];
  });
}

/** The test is the last of a stack's own frames: it called, or required, what is above. */
function outermost(lines: readonly string[], directory: string): string | null {
  const end = lines.findIndex((line) => !FRAME.test(line) && !/^\s+at /.test(line));
  const frames = lines.slice(0, end < 0 ? lines.length : end);
  return frames.flatMap((line) => inside(directory, FRAME.exec(line)?.[1]) ?? []).at(-1) ?? null;
}

/** The test is the outermost of those that required each other. */
function requireStack(lines: readonly string[], at: number, directory: string): Crash {
  const stack: string[] = [];
  for (let next = at + 1; /^[\s#]*- \S/.test(lines[next] ?? ""); next += 1) {
    const file = inside(directory, lines[next]?.replace(/^[\s#]*- /, "").trim());
    if (file !== null) stack.push(file);
  }
  return { file: stack.at(-1) ?? null, said: lines[at - 1]?.replace(/^[\s#]*/, "") ?? "" };
}

function inside(directory: string, path: string | undefined): string | null {
  const file = fileWithin(directory, path ?? null);
  return file === null || /(?:^|\/)node_modules\//.test(file) ? null : file;
}

/** Where a runner died before it could report. Null: it does not say why. */
export function readUnloaded(output: string, directory: string): TestResult[] | null {
  const files = new Map<string, TestResult>();
  for (const { file, said } of crashesIn(output, directory)) {
    if (file !== null && !files.has(file)) files.set(file, resultOf({ file, name: file }, "error", said));
  }
  return files.size === 0 ? null : [...files.values()];
}
