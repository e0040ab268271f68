import { describe, test } from "vitest";
import { type Cheat, expectNamed, go, js, py } from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  {
    what: "an assertion is taken out",
    edits: [js("  expect(add(-1, 1)).toBe(0);\n", "")],
    rule: "weakened test",
    line: 4,
  },
  {
    what: "toBe becomes toBeDefined",
    edits: [js("expect(add(2, 3)).toBe(5)", "expect(add(2, 3)).toBeDefined()")],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "toBe becomes a type",
    edits: [js("expect(add(2, 3)).toBe(5)", 'expect(typeof add(2, 3)).toBe("number")')],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "toBe becomes expect.any",
    edits: [js("expect(add(2, 3)).toBe(5)", "expect(add(2, 3)).toEqual(expect.any(Number))")],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "toBe becomes not.toThrow",
    edits: [js("expect(add(2, 3)).toBe(5)", "expect(() => add(2, 3)).not.toThrow()")],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "what is expected is bent",
    edits: [js("expect(add(2, 3)).toBe(5)", "expect(add(2, 3)).toBe(-1)")],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "the subject becomes true",
    edits: [js("expect(add(2, 3)).toBe(5)", "expect(true).toBe(true)")],
    rule: "weakened test",
    line: 5,
  },
  {
    what: "equal becomes ok",
    edits: [
      [
        "a.test.js",
        'test("a", () => {\n  assert.equal(f(3), 4);\n});\n',
        'test("a", () => {\n  assert.ok(f(3));\n});\n',
      ],
    ],
    rule: "weakened test",
    line: 2,
  },
  {
    what: "an exact text becomes a pattern",
    edits: [
      [
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toBe("four!");\n});\n',
        'test("a", () => {\n  expect(f(3)).toMatch(/./);\n});\n',
      ],
    ],
    rule: "weakened test",
    line: 2,
  },
  {
    what: "a tolerance is widened",
    edits: [
      [
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toBeCloseTo(4.25, 5);\n});\n',
        'test("a", () => {\n  expect(f(3)).toBeCloseTo(4.25, 0);\n});\n',
      ],
    ],
    rule: "weakened test",
    line: 2,
  },
  {
    what: "toEqual becomes toMatchObject",
    edits: [
      [
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toEqual({ a: 4, b: 5 });\n});\n',
        'test("a", () => {\n  expect(f(3)).toMatchObject({ a: 4 });\n});\n',
      ],
    ],
    rule: "weakened test",
    line: 2,
  },
  {
    what: "rows of each are taken out",
    edits: [
      [
        "a.test.js",
        'test.each([[1, 2], [3, 4], [5, 6]])("a %i", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
        'test.each([[1, 2], [3, 4]])("a %i", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
      ],
    ],
    rule: "weakened test",
    line: 1,
  },
  {
    what: "a Python equality becomes is not None",
    edits: [py("assert add(2, 3) == 5", "assert add(2, 3) is not None")],
    rule: "weakened test",
    line: 11,
  },
  {
    what: "a Python assertion is taken out",
    edits: [py("    assert add(0, 7) == 7\n", "")],
    rule: "weakened test",
    line: 10,
  },
  { what: "a Python table is cut", edits: [py(", (7, 8, 15)", "")], rule: "weakened test", line: 5 },
  { what: "a Python row is bent", edits: [py("(7, 8, 15)", "(7, 8, -1)")], rule: "weakened test", line: 5 },
  {
    what: "approx is widened",
    edits: [
      [
        "test_a.py",
        "def test_a():\n    assert f(3) == pytest.approx(4.5, abs=0.01)\n",
        "def test_a():\n    assert f(3) == pytest.approx(4.5, abs=10)\n",
      ],
    ],
    rule: "weakened test",
    line: 2,
  },
  { what: "a Go table is cut", edits: [go(", {7, 8, 15}", "")], rule: "weakened test", line: 6 },
  { what: "a Go expectation is bent", edits: [go("got != 2", "got != 8")], rule: "weakened test", line: 15 },
  {
    what: "a Go equality becomes a nil check",
    edits: [
      [
        "a_test.go",
        'package a\n\nfunc TestA(t *testing.T) {\n	if got := F(3); got != "four" {\n		t.Fatal(got)\n	}\n}\n',
        'package a\n\nfunc TestA(t *testing.T) {\n	if got := F(3); got == "" {\n		t.Fatal(got)\n	}\n}\n',
      ],
    ],
    rule: "weakened test",
    line: 5,
  },
];

describe("a test that says less is named", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
