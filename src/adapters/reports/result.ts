/** One test result, made of what a report says. Paths are made relative; nothing is judged but what is missing. */

import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, saysMissing } from "#core/court/failure-message.ts";
import type { TestResult } from "#core/court/results.ts";

/** No file system has longer paths. */
const LONGEST_PATH = 4_096;

/** From the root of the checkout; null for what lies outside. */
export function fileWithin(directory: string, path: string | null): string | null {
  if (path === null || path === "" || path.length > LONGEST_PATH || path.includes("\0")) return null;
  const plain = path.startsWith("file://") ? pathOf(path) : path;
  const inside = isAbsolute(plain) ? relative(directory, plain) : plain.replace(/^(?:\.\/)+/, "");
  return inside === "" || inside.startsWith("../") || isAbsolute(inside) ? null : inside;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

/** `said` is all the runner says of the failure. */
export function resultOf(
  { file, name }: Pick<TestResult, "file" | "name">,
  outcome: TestResult["outcome"],
  said = "",
): TestResult {
  const isRed = outcome === "failed" || outcome === "error";
  const message = outcome === "passed" ? "" : messageOf(said);
  return {
    file,
    name: name.slice(0, LONGEST_NAME),
    outcome,
    message,
    missing: isRed && saysMissing(message),
  };
}

/** Names are told apart by less than this. */
const LONGEST_NAME = 1_000;
