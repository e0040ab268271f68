/** Makes findings out of what the harness measured. Pure: nothing here is read from the worker's words. */

import { BY_HAND, type CommandRun, type Finding, type TestProof } from "#core/evidence.ts";
import type { AcceptanceCriterion, Way, WayOf } from "#core/milestone.ts";

/** One run with the whole of its output, for `prints`. */
export type Measured = CommandRun & { output: string };

/** What was seen of a program that ran: whether it was as wanted, and a sentence. */
export type Seen = { holds: boolean; seen: string };

/** Outcomes by full name of the tests on one tree; null: no report. */
export type Named = { name: string; passed: boolean }[] | null;

/** `beside`: what the test's file says of it besides its name: the suites around it, the text at its head. */
export type NamedProof = TestProof & { beside?: string };

/** What was measured of one criterion: before the change, and after it. Null: it did not run. */
export type Measurement = {
  command: { before: Measured | null; after: Measured | null };
  /** For `(file: …)`: the text on the staged tree and on base; null when absent. */
  file: { before: string | null; after: string | null };
  /** For what is driven: `(http: …)`, `(browser: …)`, `(probe: …)`. */
  seen: { before: Seen | null; after: Seen | null };
  tests: { before: Named; after: Named };
  /** The new and changed tests: one of them may name the criterion. */
  proofs: readonly NamedProof[];
  /** Why it could not be driven here, or null. */
  hindrance: string | null;
};

export const NOTHING_MEASURED: Measurement = {
  command: { before: null, after: null },
  file: { before: null, after: null },
  seen: { before: null, after: null },
  tests: { before: null, after: null },
  proofs: [],
  hindrance: null,
};

type Find = (finding: Finding["finding"], how: string) => Finding;

/** `name` is what a test calls the criterion by. */
export function findingOf(
  { text, way }: AcceptanceCriterion,
  name: string,
  measurement: Measurement,
): Finding {
  const find: Find = (finding, how) => ({ text, finding, how });
  switch (way.by) {
    case "manual":
      return find("needs a human", BY_HAND);
    case "look":
      return find("needs a human", BY_HAND);
    case "none":
      return ruleOnNamed(find, name, measurement.proofs);
    case "file":
      return ruleOnFile(find, way, measurement.file);
    case "command":
      return ruleOnCommand(find, way, measurement.command);
    case "test":
      return ruleOnTest(find, way, measurement.tests);
    case "http":
    case "browser":
    case "probe":
      return ruleOnSeen(find, measurement);
  }
}

function ruleOnCommand(
  find: Find,
  way: WayOf<"command">,
  { before, after }: Measurement["command"],
): Finding {
  if (after === null) return find("failed", "its command did not run in time");
  const said = `\`${way.command}\` exited ${after.exitCode ?? "at its time limit"}`;
  if (!passes(way, after)) return find("failed", `${said}, wanted ${wanted(way)}`);
  if (before !== null && passes(way, before))
    return find("regression", `${said}, as it did before the change`);
  return find("proven", before === null ? said : `${said}; before the change it did not`);
}

function passes({ exitCode, prints }: WayOf<"command">, run: Measured): boolean {
  return run.exitCode === exitCode && (prints === null || run.output.includes(prints));
}

function wanted({ exitCode, prints }: WayOf<"command">): string {
  return prints === null ? `exit ${exitCode}` : `exit ${exitCode} and output with “${prints}”`;
}

function ruleOnFile(
  find: Find,
  { path, contains }: WayOf<"file">,
  { before, after }: Measurement["file"],
): Finding {
  const holds = (text: string | null) => text !== null && (contains === null || text.includes(contains));
  const what = contains === null ? `${path} exists` : `${path} contains “${contains}”`;
  if (!holds(after)) return find("failed", `not so: ${what}`);
  return holds(before) ? find("regression", `${what}, as before the change`) : find("proven", what);
}

function ruleOnTest(find: Find, { name }: WayOf<"test">, { before, after }: Measurement["tests"]): Finding {
  if (after === null)
    return find("needs a human", "no report of the tests could be read, so no test can be found by its name");
  const called = (tests: Named) => (tests ?? []).filter((one) => one.name.includes(name));
  const now = called(after);
  if (now.length === 0) return find("failed", `no test is called “${name}”`);
  const red = now.find(({ passed }) => !passed);
  if (red) return find("failed", `the test “${red.name}” did not pass`);
  const then = called(before);
  const was = then.length > 0 && then.every(({ passed }) => passed);
  const said = `${now.length === 1 ? "the test" : `${now.length} tests`} “${name}” passed`;
  return was ? find("regression", `${said}, as before the change`) : find("proven", said);
}

function ruleOnSeen(find: Find, { seen: { before, after }, hindrance }: Measurement): Finding {
  if (hindrance !== null) return find("needs a human", hindrance);
  if (after === null) return find("failed", "it was not driven in time");
  if (!after.holds) return find("failed", after.seen);
  return before?.holds
    ? find("regression", `${after.seen}, as before the change`)
    : find("proven", `${after.seen}${before === null ? "" : "; before the change it did not"}`);
}

/** A criterion without a way: a new test that fails without the change and names it speaks for it. */
/** Whether a test speaks for the criterion of this name, in its own name or, where that is `beside`, in its docstring. */
export function speaksFor({ test, beside = "" }: Pick<NamedProof, "test" | "beside">, name: string): boolean {
  const names = new RegExp(`(?:^|[^\\w.])${escaped(name)}(?![\\w/])`, "u");
  // `test_m3_2_1_keeps_drafts` and `TestM3_2_1`: where titles are names of functions.
  const spelled = name.replace(/[^\p{L}\p{N}]+/gu, "_");
  const identifies = new RegExp(`(?:^|[^\\p{L}\\p{N}]|test)${spelled}(?!\\p{N}|_\\p{N})`, "iu");
  return (
    names.test(test) ||
    // Go takes a slash in a subtest's name for another level.
    names.test(test.replaceAll(" > ", "/")) ||
    names.test(beside) ||
    identifies.test(test)
  );
}

function ruleOnNamed(find: Find, name: string, proofs: readonly NamedProof[]): Finding {
  const speaking = proofs.filter((proof) => speaksFor(proof, name));
  const red = speaking.find(({ onHead }) => onHead !== "passed");
  if (red) return find("failed", `the test “${red.test}” did not pass`);
  const proof = speaking.find(isRedToGreen);
  if (proof) return find("proven", `the test “${proof.test}” fails without the change`);
  const watchful = speaking.find(({ steady, killed }) => steady && killed > 0);
  if (watchful)
    return find("proven", `the test “${watchful.test}” fails when the code it covers is made wrong`);
  if (speaking.length > 0)
    return find("needs a human", `the tests that name it (${name}) do not fail without the change`);
  return find(
    "needs a human",
    `it names no way to check it, and no new test names it (${name}) and fails without the change`,
  );
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);
}

/** Whether one test shows red → green: it failed on base for being wrong, or it needs what the change does. */
export function isRedToGreen({ onBase, missing, onHead, onStub, killed, steady }: TestProof): boolean {
  if (onHead !== "passed" || !steady) return false;
  if (onBase === "failed" && !missing) return true;
  const wasRed = onBase !== "passed" && onBase !== "skipped";
  return wasRed && (onStub === "failed" || onStub === "error" || killed > 0);
}

/** Whether red → green by this way counts for the whole milestone: it was driven from outside, not by the tests. */
export function drivesProgram(way: Way, runsTests: (command: string) => boolean): boolean {
  if (way.by === "command") return !runsTests(way.command);
  return way.by === "http" || way.by === "browser" || way.by === "probe";
}
