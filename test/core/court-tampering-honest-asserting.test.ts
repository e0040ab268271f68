import { describe, test } from "vitest";
import { type Change, created, expectLeftAlone, js, src, to } from "./court-tampering-change.ts";

const CHANGES: Change[] = [
  {
    what: "supertest expects",
    edits: [
      src,
      created(
        "b.test.js",
        'import request from "supertest";\nimport { app } from "./app.js";\ntest("answers", async () => {\n  await request(app).get("/").expect(200);\n});\n',
      ),
    ],
  },
  {
    what: "a property is checked",
    edits: [
      src,
      created(
        "b.test.js",
        'import fc from "fast-check";\nimport { add } from "./calc.js";\ntest("commutes", () => {\n  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => add(a, b) === add(b, a)));\n});\n',
      ),
    ],
  },
  {
    what: "a declared deletion",
    edits: [src, js('test("subtracts", () => {\n  expect(sub(5, 3)).toBe(2);\n});\n', "")],
    contract: { allows: ["calc.test.js"] },
  },
  {
    what: "a declared change of an expectation",
    edits: [src, js("toBe(2)", "toBe(8)")],
    contract: { allows: ["*.test.js"] },
  },
  {
    what: "a declared snapshot update",
    edits: [to("__snapshots__/a.snap", "a\n", "b\n")],
    contract: { allows: ["**/*.snap"] },
  },
  {
    what: "a snapshot changes with its source",
    edits: [src, to("__snapshots__/a.test.js.snap", "exports[`a`] = `5`;\n", "exports[`a`] = `6`;\n")],
  },
  {
    what: "a new snapshot",
    edits: [
      created("__snapshots__/a.test.js.snap", "exports[`a`] = `5`;\n"),
      created(
        "b.test.js",
        'import { add } from "./calc.js";\ntest("adds", () => {\n  expect(add(2, 3)).toMatchSnapshot();\n});\n',
      ),
    ],
  },
  {
    what: "a skip that was there stays",
    edits: [
      to(
        "a.test.js",
        'test.skip("a", () => {\n  expect(f(3)).toBe(5);\n});\n',
        'test.skip("a", () => {\n  expect(f(3)).toBe(5);\n});\ntest("b", () => {\n  expect(f(4)).toBe(6);\n});\n',
      ),
    ],
  },
  {
    what: "a skipped test runs again",
    edits: [
      to(
        "a.test.js",
        'test.skip("a", () => {\n  expect(f(3)).toBe(5);\n});\n',
        'test("a", () => {\n  expect(f(3)).toBe(5);\n});\n',
      ),
    ],
  },
  {
    what: "a thrown error is expected",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\ntest("refuses", async () => {\n  expect(() => add("a")).toThrow(TypeError);\n  await expect(add(2)).rejects.toThrow("two");\n});\n',
      ),
    ],
  },
  {
    what: "an error is caught and looked at",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\ntest("refuses", () => {\n  let caught;\n  try {\n    add("a");\n  } catch (error) {\n    caught = error;\n  }\n  expect(caught.message).toBe("not a number");\n});\n',
      ),
    ],
  },
  {
    what: "the same input twice",
    edits: [
      src,
      created(
        "b.test.js",
        'import { hash } from "./hash.js";\ntest("is deterministic", () => {\n  expect(hash("abc")).toBe(hash("abc"));\n});\n',
      ),
    ],
  },
  {
    what: "a Python test is renamed",
    edits: [
      to(
        "test_a.py",
        "def test_a():\n    total = f(3, 4)\n    assert total == 7\n",
        "def test_adds_two():\n    total = f(3, 4)\n    assert total == 7\n",
      ),
    ],
  },
  {
    what: "a Python table gets rows and ids",
    edits: [
      to(
        "test_a.py",
        'import pytest\n\n@pytest.mark.parametrize("a,b", [(1, 2), (3, 4)])\ndef test_a(a, b):\n    assert f(a) == b\n',
        'import pytest\n\n@pytest.mark.parametrize(\n    "a,b",\n    [\n        (1, 2),\n        (3, 4),\n        (5, 6),\n    ],\n    ids=["x", "y", "z"],\n)\ndef test_a(a, b):\n    assert f(a) == b\n',
      ),
    ],
  },
  {
    what: "unittest becomes pytest",
    edits: [
      to(
        "test_a.py",
        "import unittest\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(3), 4)\n        self.assertTrue(g(3))\n",
        "def test_a():\n    assert f(3) == 4\n    assert g(3)\n",
      ),
    ],
  },
  {
    what: "pytest.raises",
    edits: [
      created(
        "test_a.py",
        'import pytest\nfrom a import f\n\ndef test_refuses():\n    with pytest.raises(ValueError, match="odd"):\n        f(3)\n',
      ),
    ],
  },
  {
    what: "a mock was called",
    edits: [
      created(
        "test_a.py",
        "from unittest import mock\nfrom a import f\n\ndef test_calls():\n    send = mock.Mock()\n    f(send)\n    send.assert_called_once_with(3)\n",
      ),
    ],
  },
  {
    what: "a Go table gets rows",
    edits: [
      to(
        "a_test.go",
        'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n	cases := []struct{ in, want int }{\n		{1, 2},\n		{3, 4},\n	}\n	for _, c := range cases {\n		if got := F(c.in); got != c.want {\n			t.Errorf("%d", got)\n		}\n	}\n}\n',
        'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n	cases := []struct{ in, want int }{\n		{1, 2},\n		{3, 4},\n		{5, 6},\n	}\n	for _, c := range cases {\n		if got := F(c.in); got != c.want {\n			t.Errorf("F(%d) = %d", c.in, got)\n		}\n	}\n}\n',
      ),
    ],
  },
  {
    what: "a Go test with a helper",
    edits: [
      created(
        "a_test.go",
        'package a\n\nimport "testing"\n\nfunc check(t *testing.T, in, want int) {\n	t.Helper()\n	if got := F(in); got != want {\n		t.Errorf("%d", got)\n	}\n}\n\nfunc TestA(t *testing.T) {\n	check(t, 7, 8)\n}\n',
      ),
    ],
  },
  {
    what: "a Go test with subtests and testify",
    edits: [
      created(
        "a_test.go",
        'package a\n\nimport (\n	"testing"\n\n	"github.com/stretchr/testify/require"\n)\n\nfunc TestA(t *testing.T) {\n	t.Run("x", func(t *testing.T) {\n		got, err := F(7)\n		require.NoError(t, err)\n		require.Equal(t, 8, got)\n	})\n}\n',
      ),
    ],
  },
];

describe("an honest way to assert is left alone", () => {
  test.each(CHANGES)("$what", expectLeftAlone);
});
