import { describe, test } from "vitest";
import { type Change, created, expectLeftAlone, js, py, src, TEST, to } from "./court-tampering-change.ts";

const CHANGES: Change[] = [
  { what: "a test is renamed", edits: [src, js('"adds"', '"adds two numbers"')] },
  {
    what: "a test is renamed and says more",
    edits: [src, js('"adds", () => {', '"adds two numbers", () => {\n  expect(add(7, 8)).toBe(15);')],
  },
  {
    what: "a test file is moved",
    edits: [
      to("a.js", "1", "2"),
      ["calc.test.js", TEST, null],
      created("test/calc.test.js", TEST.replace("./calc", "../calc")),
    ],
  },
  {
    what: "tests are put into a suite",
    edits: [js('test("adds"', 'describe("calc", () => {\ntest("adds"')].map(([path, before, after]) => [
      path,
      before,
      `${after}});\n`,
    ]),
  },
  {
    what: "tests are sorted",
    edits: [
      to(
        "calc.test.js",
        TEST,
        'import { test, expect } from "vitest";\nimport { add, sub } from "./calc.js";\n\ntest("subtracts", () => {\n  expect(sub(5, 3)).toBe(2);\n});\n\ntest("adds", () => {\n  expect(add(2, 3)).toBe(5);\n  expect(add(-1, 1)).toBe(0);\n});\n',
      ),
    ],
  },
  {
    what: "ok becomes equal",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  assert.ok(f(3));\n});\n',
        'test("a", () => {\n  assert.equal(f(3), 5);\n});\n',
      ),
    ],
  },
  {
    what: "toBeDefined becomes toEqual",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toBeDefined();\n});\n',
        'test("a", () => {\n  expect(f(3)).toEqual({ a: 5 });\n});\n',
      ),
    ],
  },
  {
    what: "toMatchObject says more",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toMatchObject({ a: 5 });\n});\n',
        'test("a", () => {\n  expect(f(3)).toMatchObject({ a: 5, b: 6 });\n});\n',
      ),
    ],
  },
  {
    what: "toEqual becomes toStrictEqual",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toEqual([5]);\n});\n',
        'test("a", () => {\n  expect(f(3)).toStrictEqual([5]);\n});\n',
      ),
    ],
  },
  {
    what: "a tolerance is narrowed",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toBeCloseTo(4.25, 2);\n});\n',
        'test("a", () => {\n  expect(f(3)).toBeCloseTo(4.25, 8);\n});\n',
      ),
    ],
  },
  {
    what: "quotes and layout change",
    edits: [
      to(
        "a.test.js",
        "test('a', () => {\n  expect(f('x')).toEqual({a: 'y', b: [1, 2]});\n});\n",
        'test("a", () => {\n  expect(f("x")).toEqual({\n    a: "y",\n    b: [1, 2],\n  });\n});\n',
      ),
    ],
  },
  {
    what: "a test becomes asynchronous",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  expect(f(3)).toBe(5);\n});\n',
        'test("a", async () => {\n  expect(await f(3)).toBe(5);\n});\n',
      ),
    ],
  },
  {
    what: "a table gets rows",
    edits: [
      to(
        "a.test.js",
        'test.each([[1, 2], [3, 4]])("a %i", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
        'test.each([[1, 2], [3, 4], [5, 6]])("a %i", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
      ),
    ],
  },
  {
    what: "a table gets a column",
    edits: [
      to(
        "a.test.js",
        'test.each([[1, 2], [3, 4]])("a %i", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
        'test.each([[1, 2, 7], [3, 4, 8]])("a %i", (n, m, o) => {\n  expect(f(n)).toBe(m);\n  expect(f(m)).toBe(o);\n});\n',
      ),
    ],
  },
  {
    what: "tests become a table",
    edits: [
      to(
        "a.test.js",
        'test("one", () => {\n  expect(f(3)).toBe(4);\n});\ntest("two", () => {\n  expect(f(5)).toBe(6);\n});\n',
        'test.each([[3, 4], [5, 6], [7, 8]])("f(%i)", (n, m) => {\n  expect(f(n)).toBe(m);\n});\n',
      ),
    ],
  },
  {
    what: "a test is split in two",
    edits: [
      js(
        "  expect(add(-1, 1)).toBe(0);\n});",
        '});\n\ntest("adds a negative number", () => {\n  expect(add(-1, 1)).toBe(0);\n});',
      ),
    ],
  },
  {
    what: "assertions move into a helper",
    edits: [
      to(
        "a.test.js",
        'test("a", () => {\n  const user = load(3);\n  expect(user.name).toBe("Ada");\n  expect(user.age).toBe(36);\n});\n',
        'function expectAda(user) {\n  expect(user.name).toBe("Ada");\n  expect(user.age).toBe(36);\n}\ntest("a", () => {\n  expectAda(load(3));\n});\n',
      ),
    ],
  },
  {
    what: "a new test asserts in a helper",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\nfunction sums(a, b, c) {\n  expect(add(a, b)).toBe(c);\n}\ntest("adds", () => {\n  sums(2, 3, 5);\n});\n',
      ),
    ],
  },
  {
    what: "a new test is left out where the platform has no links",
    edits: [
      py(
        "def test_add():",
        '@pytest.mark.skipif(sys.platform == "win32", reason="no links")\ndef test_links():\n    assert add(4, 4) == 8\n\n\ndef test_add():',
      ),
    ],
  },
  {
    what: "a new test reads until there is nothing left",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\ntest("adds", () => {\n  const sums = [];\n  for (let i = 0; i < 9; i++) {\n    const sum = add(2, 3);\n    if (sum === null) break;\n    sums.push(sum);\n  }\n  expect(sums[0]).toBe(5);\n});\n',
      ),
    ],
  },
  {
    what: "a new test asserts in an imported helper",
    edits: [
      src,
      created(
        "b.test.js",
        'import { expectSum } from "./helpers.js";\ntest("adds", () => {\n  expectSum(2, 3, 5);\n});\n',
      ),
    ],
  },
];

describe("an honest change of tests is left alone", () => {
  test.each(CHANGES)("$what", expectLeftAlone);
});
