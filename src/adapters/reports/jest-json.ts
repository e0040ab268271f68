/** Reads what `jest --json` writes. */

import * as z from "zod";
import { fileWithin, resultOf } from "#adapters/reports/result.ts";
import type { TestResult } from "#core/court/results.ts";

const Assertion = z.object({
  ancestorTitles: z.array(z.string()).catch([]),
  title: z.string(),
  status: z.string(),
  failureMessages: z.array(z.string()).nullish().catch(null),
});

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().catch(""),
      assertionResults: z.array(Assertion),
    }),
  ),
});

/** @throws SyntaxError for what is no JSON. */
export function readJestJson(report: string, directory: string): TestResult[] | null {
  const parsed = Report.safeParse(JSON.parse(report));
  if (!parsed.success) return null;
  return parsed.data.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = fileWithin(directory, name);
    const results = assertionResults.map((one) => resultOfAssertion(one, file));
    const isExplained = results.some(({ outcome }) => outcome === "failed");
    // A file can fail beside its tests: it did not load, or broke after them.
    if (status !== "failed" || isExplained) return results;
    return [...results, resultOf({ file, name: file ?? name }, "error", withoutHeading(message))];
  });
}

function resultOfAssertion(of: z.infer<typeof Assertion>, file: string | null): TestResult {
  const test = { file, name: [...of.ancestorTitles, of.title].join(" > ") };
  if (of.status === "passed") return resultOf(test, "passed");
  if (of.status === "failed") return resultOf(test, "failed", of.failureMessages?.join("\n") ?? "");
  return resultOf(test, "skipped", of.status);
}

function withoutHeading(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => /Test suite failed to run/.test(line));
  const rest = lines.slice(start + 1).filter(Boolean);
  // Babel and ts-jest explain themselves first and name the error later.
  const named = rest.find((line) => /^(?:\w*Error\b.*:|Cannot find |.*\berror\b.* TS\d+:)/.test(line));
  return named ?? rest.join("\n");
}
