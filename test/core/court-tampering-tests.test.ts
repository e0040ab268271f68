import { describe, test } from "vitest";
import { ADDS, type Cheat, expectNamed, fresh, go, js, py, src, TEST } from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  { what: "a test is deleted", edits: [src, js(ADDS, "")], rule: "deleted test", line: 4 },
  {
    what: "a test is commented out",
    edits: [js(ADDS, ADDS.replace(/^/gm, "// "))],
    rule: "deleted test",
    line: 4,
  },
  {
    what: "a test file is deleted",
    edits: [src, ["calc.test.js", TEST, null]],
    rule: "deleted test",
    line: null,
  },
  {
    what: "a Python test is deleted",
    edits: [py("def test_add():", "def add_works():")],
    rule: "deleted test",
    line: 10,
  },
  {
    what: "a Go test loses its name",
    edits: [go("func TestSub", "func xTestSub")],
    rule: "deleted test",
    line: 13,
  },
  {
    what: "a test file loses its ending",
    edits: [
      ["calc.test.js", TEST, null],
      ["calc.test.js.bak", null, TEST],
    ],
    rule: "deleted test",
    line: null,
  },
  {
    what: "a test file of another language is deleted",
    edits: [["test/calc_test.rb", "assert_equal 5, add(2, 3)\n", null]],
    rule: "deleted test",
    line: null,
  },
  {
    what: "a test class loses its name",
    edits: [
      [
        "test_a.py",
        "class TestA:\n    def test_a(self):\n        assert f(3) == 4\n",
        "class A:\n    def test_a(self):\n        assert f(3) == 4\n",
      ],
    ],
    rule: "deleted test",
    line: 2,
  },
  { what: "test.skip", edits: [js('test("adds"', 'test.skip("adds"')], rule: "skipped test", line: 4 },
  { what: "xit", edits: [js('test("adds"', 'xit("adds"')], rule: "skipped test", line: 4 },
  {
    what: "skipIf",
    edits: [js('test("adds"', 'test.skipIf(process.env.CI)("adds"')],
    rule: "skipped test",
    line: 4,
  },
  {
    what: "a suite is skipped",
    edits: [["a.test.js", `describe("a", () => {\n${ADDS}});\n`, `describe.skip("a", () => {\n${ADDS}});\n`]],
    rule: "skipped test",
    line: 1,
  },
  {
    what: "a Python mark skips",
    edits: [py("def test_add", '@pytest.mark.skip(reason="slow")\ndef test_add')],
    rule: "skipped test",
    line: 10,
  },
  {
    what: "a Python mark skips on a condition",
    edits: [py("def test_add", '@pytest.mark.skipif(True, reason="x")\ndef test_add')],
    rule: "skipped test",
    line: 10,
  },
  {
    what: "pytestmark skips a module",
    edits: [py("from calc", "pytestmark = pytest.mark.skip\nfrom calc")],
    rule: "skipped test",
    line: 2,
  },
  {
    what: "pytest.skip in the middle",
    edits: [py("    assert add(2", '    pytest.skip("x")\n    assert add(2')],
    rule: "skipped test",
    line: 11,
  },
  {
    what: "t.Skip",
    edits: [go("	if got := Sub", "	t.Skip()\n	if got := Sub")],
    rule: "skipped test",
    line: 14,
  },
  {
    what: "a new test is skipped",
    edits: [src, fresh('test.skip("new", () => { expect(add(2, 3)).toBe(5); });')],
    rule: "skipped test",
    line: 3,
  },
  {
    what: "test.only",
    edits: [js('test("subtracts"', 'test.only("subtracts"')],
    rule: "focused test",
    line: 9,
  },
  { what: "fit", edits: [js('test("subtracts"', 'fit("subtracts"')], rule: "focused test", line: 9 },
  { what: "test.todo", edits: [src, fresh('test.todo("adds more");')], rule: "todo test", line: 3 },
  { what: "test.fails", edits: [js('test("adds"', 'test.fails("adds"')], rule: "expected failure", line: 4 },
  {
    what: "xfail",
    edits: [py("def test_add", "@pytest.mark.xfail\ndef test_add")],
    rule: "expected failure",
    line: 10,
  },
];

describe("a test that does not run any more is named", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
