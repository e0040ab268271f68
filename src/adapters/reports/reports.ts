/** Turns what a runner leaves behind into test results. What it reads was written by foreign code: it never throws. */

import { join } from "node:path";
import { readUnloaded } from "#adapters/reports/crashes.ts";
import { readGoJson } from "#adapters/reports/go-json.ts";
import { readJestJson } from "#adapters/reports/jest-json.ts";
import { readJUnit } from "#adapters/reports/junit.ts";
import { readTap } from "#adapters/reports/tap.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Invocation } from "#core/court/runner.ts";

/** In characters. A report of more is not read: parsing it would take longer than the tests. */
const LARGEST = 50_000_000;

/**
 * `report` is what was left at `$DAYBREAK_REPORT`, `output` what came on both streams, `root` the root of the checkout
 * as the tests saw it. Null: there is no report, or none that can be read.
 */
export function readReport(
  { format, folder = "" }: Pick<Invocation, "format" | "folder">,
  told: Told,
  root: string,
): TestResult[] | null {
  if (told.output.length > LARGEST || (told.report?.length ?? 0) > LARGEST) return null;
  const results = read(format, told, join(root, folder));
  if (folder === "") return results;
  const inside = (file: string | null) => (file === null ? null : `${folder}/${file}`);
  return results?.map((result) => ({ ...result, file: inside(result.file) })) ?? null;
}

type Told = { output: string; report: string | null };

function read(
  format: Invocation["format"],
  { output, report }: Told,
  directory: string,
): TestResult[] | null {
  try {
    if (format === "tap") return readTap(output, directory);
    if (format === "go-json") return readGoJson(output, directory);
    if (format === "none") return null;
    if (report === null || report.trim() === "") return readUnloaded(output, directory);
    return format === "junit" ? readJUnit(report, output, directory) : readJestJson(report, directory);
  } catch {
    return null;
  }
}
