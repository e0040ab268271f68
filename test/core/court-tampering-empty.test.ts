import { describe, test } from "vitest";
import { type Cheat, expectNamed, fresh, js, py, src } from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  { what: "an empty body", edits: [src, fresh('test("adds", () => {});')], rule: "empty test", line: 3 },
  {
    what: "a body without an assertion",
    edits: [src, fresh('test("adds", () => { add(2, 3); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "a Python body of pass",
    edits: [["test_new.py", null, "def test_new():\n    pass\n"]],
    rule: "empty test",
    line: 1,
  },
  {
    what: "expect without a matcher",
    edits: [src, fresh('test("adds", () => { expect(add(2, 3) === 5); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "expect(true)",
    edits: [src, fresh('test("adds", () => { add(2, 3); expect(true).toBe(true); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "assert True",
    edits: [["test_new.py", null, "def test_new():\n    add(2, 3)\n    assert True\n"]],
    rule: "empty test",
    line: 3,
  },
  {
    what: "assert.ok(1)",
    edits: [src, fresh('test("adds", () => { add(2, 3); assert.ok(1); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "something or true",
    edits: [src, fresh('test("adds", () => { assert.ok(add(2, 3) === 5 || true); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "a thing compared with itself",
    edits: [src, fresh('test("adds", () => {\n  const sum = add(2, 3);\n  expect(sum).toBe(sum);\n});')],
    rule: "empty test",
    line: 5,
  },
  {
    what: "a variable that is what is expected",
    edits: [src, fresh('test("adds", () => {\n  const sum = 5;\n  expect(sum).toBe(5);\n});')],
    rule: "empty test",
    line: 5,
  },
  {
    what: "a length that is never negative",
    edits: [src, fresh('test("lists", () => {\n  expect(add([1]).length).toBeGreaterThanOrEqual(0);\n});')],
    rule: "empty test",
    line: 4,
  },
  {
    what: "an early return",
    edits: [js("  expect(add(2", "  return;\n  expect(add(2")],
    rule: "empty test",
    line: 4,
  },
  {
    what: "a promise nobody awaits",
    edits: [src, fresh('test("adds", () => { expect(add(2, 3)).resolves.toBe(5); });')],
    rule: "empty test",
    line: 3,
  },
  {
    what: "a Go test that only calls",
    edits: [
      [
        "new_test.go",
        null,
        'package calc\n\nimport "testing"\n\nfunc TestNew(t *testing.T) {\n	Add(2, 3)\n}\n',
      ],
    ],
    rule: "empty test",
    line: 5,
  },
  {
    what: "an asserted tuple",
    edits: [py("    assert add(2, 3) == 5", '    assert (add(2, 3) == 5, "is wrong")')],
    rule: "empty test",
    line: 11,
  },
  {
    what: "an assertion in try",
    edits: [js("  expect(add(2, 3)).toBe(5);", "  try {\n    expect(add(2, 3)).toBe(5);\n  } catch {}")],
    rule: "swallowed assertion",
    line: 4,
  },
  {
    what: "an assertion before except: pass",
    edits: [
      py(
        "    assert add(2, 3) == 5",
        "    try:\n        assert add(2, 3) == 5\n    except AssertionError:\n        pass",
      ),
    ],
    rule: "swallowed assertion",
    line: 10,
  },
  {
    what: "a snapshot alone changes",
    edits: [["__snapshots__/a.test.js.snap", "exports[`a`] = `5`;\n", "exports[`a`] = `-1`;\n"]],
    rule: "snapshot only",
    line: 1,
  },
  {
    what: "a golden file alone changes",
    edits: [
      ["testdata/out.golden", "5\n", "-1\n"],
      ["README.md", "a\n", "b\n"],
    ],
    rule: "snapshot only",
    line: 1,
  },
];

describe("a test that can only pass is named", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
