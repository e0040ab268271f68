import { expect, test } from "vitest";
import {
  findingOf,
  type Measured,
  type Measurement,
  type NamedProof,
  NOTHING_MEASURED,
} from "#core/court/findings.ts";
import type { TestProof } from "#core/evidence.ts";
import { type AcceptanceCriterion, Sha } from "#core/milestone.ts";

function run(exitCode: number | null, output = ""): Measured {
  return { command: "npm test", tree: Sha.parse("tree"), exitCode, seconds: 1, digest: "", tail: "", output };
}

function say(way: AcceptanceCriterion["way"], measured: Partial<Measurement> = {}): string {
  const { text, finding, how } = findingOf({ text: "It works", way }, "M3.2/2", {
    ...NOTHING_MEASURED,
    ...measured,
  });
  expect(text).toBe("It works");
  return `${finding}: ${how}`;
}

const command = { by: "command" as const, command: "npm test", exitCode: 0, prints: null };

test("a command proves a criterion if it is green now and was not before", () => {
  expect(
    [
      say(command, { command: { before: run(1), after: run(0) } }),
      say(command, { command: { before: null, after: run(0) } }),
      say(command, { command: { before: run(0), after: run(0) } }),
      say(command, { command: { before: run(0), after: run(1) } }),
      say(command, { command: { before: run(1), after: run(null) } }),
      say(command, { command: { before: run(0), after: null } }),
      say({ ...command, exitCode: 2 }, { command: { before: run(0), after: run(2) } }),
      say({ ...command, exitCode: 2 }, { command: { before: run(2), after: run(0) } }),
      say(
        { ...command, prints: "3 notes" },
        { command: { before: run(0, "2 notes"), after: run(0, "now 3 notes\n") } },
      ),
      say(
        { ...command, prints: "3 notes" },
        { command: { before: run(0, "3 notes"), after: run(0, "2 notes") } },
      ),
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

test("a test named by the owner proves it if it passes now and did not pass before", () => {
  const way = { by: "test" as const, name: "drafts" };
  const tests = (before: boolean | null, after: boolean | null) => ({
    tests: {
      before: before === null ? [] : [{ name: "notes > drafts survive", passed: before }],
      after: after === null ? [] : [{ name: "notes > drafts survive", passed: after }],
    },
  });
  expect(
    [
      say(way, tests(null, true)),
      say(way, tests(false, true)),
      say(way, tests(true, true)),
      say(way, tests(true, false)),
      say(way, tests(true, null)),
      say(way),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "proven: the test “drafts” passed
    proven: the test “drafts” passed
    regression: the test “drafts” passed, as before the change
    failed: the test “notes > drafts survive” did not pass
    failed: no test is called “drafts”
    needs a human: no report of the tests could be read, so no test can be found by its name"
  `);
});

test("what was driven proves it if it holds now and did not before", () => {
  const way = { by: "probe" as const, command: "curl $DAYBREAK_URL" };
  const seen = (before: boolean | null, after: boolean | null) => ({
    seen: {
      before: before === null ? null : { holds: before, seen: "it answered 404" },
      after: after === null ? null : { holds: after, seen: after ? "it answered 200" : "it answered 500" },
    },
  });
  expect(
    [
      say(way, seen(false, true)),
      say(way, seen(null, true)),
      say(way, seen(true, true)),
      say(way, seen(true, false)),
      say(way, seen(true, null)),
      say(way, { hindrance: "nobody knows how to start the program" }),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "proven: it answered 200; before the change it did not
    proven: it answered 200
    regression: it answered 200, as before the change
    failed: it answered 500
    failed: it was not driven in time
    needs a human: nobody knows how to start the program"
  `);
});

const PROOF: TestProof = {
  test: "test/drafts.js > M3.2/2 drafts survive",
  file: "test/drafts.js",
  onBase: "failed",
  missing: false,
  onHead: "passed",
  onStub: null,
  killed: 0,
  steady: true,
};

test("a test whose title is a function's name names its criterion with underscores, or in the text at its head", () => {
  const finds = (proof: Partial<NamedProof>) =>
    say({ by: "none" }, { proofs: [{ ...PROOF, ...proof }] }).startsWith("proven");
  const named = ["test_m3_2_2", "test_m3_2_2_keeps_drafts", "TestM3_2_2Keeps", "a.py > TestX > test_M3_2_2"];
  const others = ["test_m3_2_20", "test_m3_2_2_1", "test_am3_2_2", "test_3_2_2", "test_drafts"];
  expect(named.filter((test) => !finds({ test }))).toEqual([]);
  expect(others.filter((test) => finds({ test }))).toEqual([]);
  expect(finds({ test: "test_drafts", beside: "TestDrafts\nM3.2/2: drafts survive" })).toBe(true);
});

test("a criterion without a way is proven by a test that names it and fails without the change", () => {
  const none = { by: "none" as const };
  const named = (proof: Partial<TestProof>) => say(none, { proofs: [{ ...PROOF, ...proof }] });
  expect(
    [
      named({}),
      named({ test: "M3.2/20 something else" }),
      named({ test: "AM3.2/2 something else" }),
      named({ onBase: "passed" }),
      named({ onHead: "failed" }),
      named({ steady: false }),
      named({ onBase: "error", missing: true }),
      named({ onBase: "error", missing: true, onStub: "passed" }),
      named({ onBase: "error", missing: true, onStub: "failed" }),
      named({ onBase: "absent", missing: true, killed: 1 }),
      say(none),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "proven: the test “test/drafts.js > M3.2/2 drafts survive” fails without the change
    needs a human: it names no way to check it, and no new test names it (M3.2/2) and fails without the change
    needs a human: it names no way to check it, and no new test names it (M3.2/2) and fails without the change
    needs a human: the tests that name it (M3.2/2) do not fail without the change
    failed: the test “test/drafts.js > M3.2/2 drafts survive” did not pass
    needs a human: the tests that name it (M3.2/2) do not fail without the change
    needs a human: the tests that name it (M3.2/2) do not fail without the change
    needs a human: the tests that name it (M3.2/2) do not fail without the change
    proven: the test “test/drafts.js > M3.2/2 drafts survive” fails without the change
    proven: the test “test/drafts.js > M3.2/2 drafts survive” fails without the change
    needs a human: it names no way to check it, and no new test names it (M3.2/2) and fails without the change"
  `);
});

test("what is left to a human is never called proven", () => {
  expect([say({ by: "look", path: "/" }), say({ by: "manual" })].join("\n")).toMatchInlineSnapshot(`
    "needs a human: left to you: a step of the morning's checklist
    needs a human: left to you: a step of the morning's checklist"
  `);
});
