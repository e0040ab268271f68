import { expect, test } from "vitest";
import { findingOf, type Measured, type Measurement } from "#core/court.ts";
import { type AcceptanceCriterion, Sha } from "#core/milestone.ts";

const NOTHING: Measurement = { before: null, after: null, file: { before: null, after: null } };

function run(exitCode: number | null, output = ""): Measured {
  return { command: "npm test", tree: Sha.parse("tree"), exitCode, seconds: 1, digest: "", tail: "", output };
}

function say(way: AcceptanceCriterion["way"], measured: Partial<Measurement> = {}): string {
  const { text, finding, how } = findingOf({ text: "It works", way }, { ...NOTHING, ...measured });
  expect(text).toBe("It works");
  return `${finding}: ${how}`;
}

const command = { by: "command" as const, command: "npm test", exitCode: 0, prints: null };

test("a command proves a criterion if it is green now and was not before", () => {
  expect(
    [
      say(command, { before: run(1), after: run(0) }),
      say(command, { before: null, after: run(0) }),
      say(command, { before: run(0), after: run(0) }),
      say(command, { before: run(0), after: run(1) }),
      say(command, { before: run(1), after: run(null) }),
      say(command, { before: run(0), after: null }),
      say({ ...command, exitCode: 2 }, { before: run(0), after: run(2) }),
      say({ ...command, exitCode: 2 }, { before: run(2), after: run(0) }),
      say({ ...command, prints: "3 notes" }, { before: run(0, "2 notes"), after: run(0, "now 3 notes\n") }),
      say({ ...command, prints: "3 notes" }, { before: run(0, "3 notes"), after: run(0, "2 notes") }),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "proven: \`npm test\` exited 0; before the change it did not
    proven: \`npm test\` exited 0
    regression: \`npm test\` exited 0, as it did before the change
    failed: \`npm test\` exited 1, wanted exit 0
    failed: \`npm test\` exited at its time limit, wanted exit 0
    failed: its command did not run in time
    proven: \`npm test\` exited 2; before the change it did not
    failed: \`npm test\` exited 0, wanted exit 2
    proven: \`npm test\` exited 0; before the change it did not
    failed: \`npm test\` exited 0, wanted exit 0 and output with “3 notes”"
  `);
});

test("a file proves it if it is there now, or says so now, and did not before", () => {
  const exists = { by: "file" as const, path: "a.md", contains: null };
  const says = { ...exists, contains: "hello" };
  expect(
    [
      say(exists, { file: { before: null, after: "" } }),
      say(exists, { file: { before: "", after: "" } }),
      say(exists, { file: { before: "", after: null } }),
      say(says, { file: { before: "bye", after: "hello you" } }),
      say(says, { file: { before: "hello", after: "hello you" } }),
      say(says, { file: { before: "hello", after: "bye" } }),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "proven: a.md exists
    regression: a.md exists, as before the change
    failed: not so: a.md exists
    proven: a.md contains “hello”
    regression: a.md contains “hello”, as before the change
    failed: not so: a.md contains “hello”"
  `);
});

test("what no machine can check is never called proven", () => {
  expect(
    [say({ by: "none" }), say({ by: "unknown", way: "http" }), say({ by: "manual" })].join("\n"),
  ).toMatchInlineSnapshot(`
    "needs a human: it names no way to check it
    needs a human: this version cannot check \`(http: …)\`
    needs a human: left to you: a step of the morning's checklist"
  `);
});
