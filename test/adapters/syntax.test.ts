/** What the parsers say of real code in three languages. */

import { describe, expect, test } from "vitest";
import { createSyntax } from "#adapters/syntax/syntax.ts";
import type { Outline, TestBlock } from "#core/court/outline.ts";

const syntax = createSyntax();

function outlined(path: string, text: string): Outline {
  const outline = syntax.outline(path, text);
  if (!outline) throw new Error(`no outline of ${path}`);
  return outline;
}

/** One line for a test: what it is called, how it is bent, what it asserts. */
function told(block: TestBlock): string {
  const name = [...block.within, block.title ?? "(computed)"].join(" > ");
  const flaws = [
    ...(block.suite ? ["suite"] : []),
    ...block.modifiers,
    ...(block.statements === 0 ? ["empty"] : []),
    ...(block.returnsEarly ? ["returns early"] : []),
    ...(block.swallows ? ["swallows"] : []),
    ...(block.floating > 0 ? [`floating ${block.floating}`] : []),
  ];
  const assertions = block.assertions.map(({ text }) => text);
  return `${name}${flaws.length > 0 ? ` [${flaws.join(", ")}]` : ""}: ${assertions.join(" | ")}`;
}

function tests(path: string, text: string): string[] {
  return outlined(path, text).tests.map(told);
}

type Row = { code: string; says: string[] };

describe("tests of JavaScript and TypeScript", () => {
  const rows: Record<string, Row> = {
    "a chain of expect is one assertion": {
      code: `test("adds", async () => { expect(add(2, 3)).not.toBe(6); await expect(p).resolves.toBe(1); });`,
      says: ["adds: expect(add(2, 3)).not.toBe(6) | await expect(p).resolves.toBe(1)"],
    },
    "suites give their titles, and are named themselves only where they are bent": {
      code: "describe('a', () => { describe.skip(`b`, () => { it('c', () => { expect(1).toBe(1); }); }); });",
      says: ["a > b [suite, skip]: expect(1).toBe(1)", "a > b > c: expect(1).toBe(1)"],
    },
    "modifiers stand in the name": {
      code: `it.skip("a", f); it.only("b", f); it.todo("c"); test.fails("d", f); test.failing("e", f); xit("g", f);
             fit("h", f); test.skipIf(ci)("i", f); test.runIf(ci)("j", f); it.concurrent.each([1])("k %i", f);`,
      says: [
        "a [skip]: ",
        "b [only]: ",
        "c [todo, empty]: ",
        "d [fails]: ",
        "e [fails]: ",
        "g [skip]: ",
        "h [only]: ",
        "i [conditional]: ",
        "j [conditional]: ",
        "k %i: ",
      ],
    },
    "modifiers stand in the options": {
      code: `test("a", { skip: true }, f); test("b", { skip: false, retry: 3 }, f); test("c", f, { retry: 0 });
             test("d", { todo: "later", only: true }, f); test("e", { skip: isCi() }, f);`,
      says: ["a [skip]: ", "b [retry]: ", "c: ", "d [todo, only]: ", "e [conditional]: "],
    },
    "modifiers are said in the body": {
      code: `it("a", function () { this.retries(3); if (slow) this.skip(); x(); });
             test("b", (t) => { t.skip("no"); t.ok(f()); });
             test("c", (ctx) => { slow && ctx.skip(); expect(1).toBe(1); });`,
      says: ["a [retry, conditional]: ", "b [skip]: t.ok(f())", "c [conditional]: expect(1).toBe(1)"],
    },
    "a choice between a test and its skip is a condition": {
      code: `const maybe = process.env.CI ? it.skip : it; maybe("a", () => { x(); }); (slow ? test.skip : test)("b", () => { x(); });`,
      says: ["a [conditional]: ", "b [conditional]: "],
    },
    "retries of the whole file bend the whole file": {
      code: `jest.retryTimes(2); test("a", () => { expect(1).toBe(1); });`,
      says: ["(computed) [suite, retry]: ", "a: expect(1).toBe(1)"],
    },
    "tape, ava and node:test assert by their parameter, whatever it is called": {
      code: `const tape = require("tape"); tape("a", (assert) => { assert.plan(1); assert.test("b", (st) => { st.equal(1, 2); st.end(); }); });`,
      says: ["a: st.equal(1, 2)", "a > b: st.equal(1, 2)"],
    },
    "node's assert is known by any name": {
      code: `import check, { deepEqual as same } from "node:assert/strict"; const { ok } = require("assert");
             test("a", () => { check(1); same(f(), [2]); ok(3); });`,
      says: ["a: check(1) | same(f(), [2]) | ok(3)"],
    },
    "chai, supertest and a throw behind a condition assert": {
      code: `it("a", () => { x.should.be.true; expect(y).to.be.ok; if (a !== b) { throw new Error("differs"); } });
             it("b", () => request(app).get("/").expect(200));`,
      says: [
        `a: x.should.be.true | expect(y).to.be.ok | if (a !== b) throw new Error("differs");`,
        `b: request(app).get("/").expect(200)`,
      ],
    },
    "what only prepares asserts nothing": {
      code: `test("a", (t) => { expect.assertions(1); expect.hasAssertions(); expect(x); t.plan(2); t.end(); });`,
      says: ["a: "],
    },
    "a promise nobody waits for floats": {
      code: `test("a", async () => { expect(p).resolves.toBe(1); assert.rejects(q); await expect(r).rejects.toThrow(); return expect(s).resolves.toBe(2); });`,
      says: [
        "a [floating 2]: expect(p).resolves.toBe(1) | assert.rejects(q) | await expect(r).rejects.toThrow() | expect(s).resolves.toBe(2)",
      ],
    },
    "a failure that is caught is swallowed, unless it goes on": {
      code: `test("a", () => { try { expect(1).toBe(2); } catch {} });
             test("b", () => { run(() => assert.ok(0)).catch(() => {}); });
             test("c", () => { try { expect(1).toBe(2); } catch (e) { throw e; } });
             test("d", () => { try { f(); assert.fail("must throw"); } catch (e) { assert.equal(e.message, "x"); } });
             test("e", (done) => { try { expect(1).toBe(2); } catch (e) { done(e); } });`,
      says: [
        "a [swallows]: expect(1).toBe(2)",
        "b [swallows]: assert.ok(0)",
        "c: expect(1).toBe(2)",
        'd: assert.fail("must throw") | assert.equal(e.message, "x")',
        "e: expect(1).toBe(2)",
      ],
    },
    "a return before the first assertion is early, a condition before it is not": {
      code: `test("a", () => { return; expect(1).toBe(1); }); test("b", () => { if (true) { return; } expect(1).toBe(1); });
             test("c", () => { if (x) return; expect(1).toBe(1); }); test("d", () => {}); test(name, () => { f(); });`,
      says: [
        "a [returns early]: expect(1).toBe(1)",
        "b [returns early]: expect(1).toBe(1)",
        "c: expect(1).toBe(1)",
        "d [empty]: ",
        "(computed): ",
      ],
    },
    "a method called test is no test, nor is a function of the file": {
      code: `if (/a/.test(x)) f(); function test(value) { return value; } test("a", () => {}); describe("b", () => {});`,
      says: [],
    },
  };
  test.each(Object.entries(rows))("%s", (_, { code, says }) => {
    expect(tests("a.test.js", code)).toEqual(says);
    expect(tests("a.test.ts", code)).toEqual(says);
  });
});

describe("tests of Python", () => {
  test("functions, methods and their marks", () => {
    const code = `
import os, pytest, unittest
from unittest import skip as leave
slow = pytest.mark.skipif(os.environ.get("CI"), reason="slow")

@slow
def test_marked():
    assert f(1) == 2, "message"

@pytest.mark.parametrize("x", [1])
@pytest.mark.flaky(reruns=3)
async def test_again(x):
    with pytest.raises(ValueError):
        f(x)

@pytest.mark.xfail
def test_wrong(): assert False

def test_leaves():
    if os.name == "nt": pytest.skip("no")
    return
    assert 1

class Sums(unittest.TestCase):
    @leave("later")
    def test_sum(self):
        try:
            self.assertEqual(1, 2)
        except Exception:
            pass
    @unittest.expectedFailure
    def test_rest(self):
        try:
            self.assertTrue(f())
        except ValueError:
            pass

@pytest.mark.skip
class TestAll:
    def test_empty(self):
        """Nothing."""
        pass
    def helper(self): assert 1

def helper():
    def test_inner(): assert 1
`;
    expect(tests("test_a.py", code)).toEqual([
      'test_marked [conditional]: assert f(1) == 2, "message"',
      "test_again [retry]: with pytest.raises(ValueError): f(x)",
      "test_wrong [fails]: assert False",
      "test_leaves [conditional, returns early]: assert 1",
      "Sums > test_sum [skip, swallows]: self.assertEqual(1, 2)",
      "Sums > test_rest [fails]: self.assertTrue(f())",
      "TestAll [suite, skip]: assert 1",
      "TestAll > test_empty [empty]: ",
    ]);
  });

  test("a mark of the module bends the whole file", () => {
    expect(
      tests("test_a.py", "import pytest\npytestmark = [pytest.mark.skip]\ndef test_a(): assert 1\n"),
    ).toEqual(["(computed) [suite, skip]: ", "test_a: assert 1"]);
  });
});

test("tests of Go, with the condition that fails them", () => {
  const code = `package sum
import (
	check "testing"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)
func TestSum(t *check.T) {
	if check.Short() { t.Skip("slow") }
	if got := Sum(1, 2); got != 3 { t.Errorf("got %d", got) }
	t.Run("zero", func(t *check.T) { require.Equal(t, 0, Sum()) })
	for _, c := range cases { t.Run(c.name, func(t *check.T) { t.SkipNow(); t.Fatal(c) }) }
}
func TestEarly(t *check.T) { return; t.Fail() }
func TestEmpty(t *check.T) {}
func TestObject(t *check.T) { is := assert.New(t); is.True(Sum() == 0) }
func TestMain(m *check.M) { m.Run() }
func Testify(t *check.T) { t.Fail() }
`;
  expect(tests("sum_test.go", code)).toEqual([
    'TestSum [conditional]: if got := Sum(1, 2); got != 3 { t.Errorf("got %d", got) } | require.Equal(t, 0, Sum()) | t.Fatal(c)',
    "TestSum > zero: require.Equal(t, 0, Sum())",
    "TestSum > (computed) [skip]: t.Fatal(c)",
    "TestEarly [returns early]: t.Fail()",
    "TestEmpty [empty]: ",
    "TestObject: is.True(Sum() == 0)",
  ]);
});

describe("calls, imports and readings", () => {
  const rows: { path: string; code: string; calls: string[]; imports: string[]; readings: string[] }[] = [
    {
      path: "a.ts",
      code: `import { exit as leave } from "node:process"; import type { A } from "./a.ts"; export * from "./b.ts"; import c = require("c");
vi.mock("./sum.js"); leave(0); process["exit"](1); (0, globalThis.process.exit)(2); expect(a).not.toBe(1); new Map([]);
const { CI } = process.env; if (typeof jest !== "undefined" || import.meta.vitest || process.env["NODE_ENV"]) await import("./d.ts"); process.argv.slice(2);`,
      calls: [
        "require",
        "vi.mock",
        "process.exit",
        "process.exit",
        "process.exit",
        "expect().not.toBe",
        "expect",
        "new Map",
        "process.argv.slice",
      ],
      imports: ["node:process", "./a.ts", "./b.ts", "c", "./d.ts"],
      readings: [
        "process.env.CI",
        "process.env",
        "typeof jest",
        "import.meta.vitest",
        "process.env.NODE_ENV",
        "process.argv",
      ],
    },
    {
      path: "a.py",
      code: `import os, sys as system, a.b\nfrom pytest import skip\nfrom . import x\nfrom ..p import (y as z,\n  w)\nskip("no", allow=True); os._exit(0)\nos.environ["A"]; os.getenv("B"); "C" in os.environ; "pytest" in system.modules; system.argv\n`,
      calls: ["pytest.skip", "os._exit", "os.getenv"],
      imports: ["os", "sys", "a.b", "pytest", "pytest.skip", ".", ".x", "..p", "..p.y", "..p.w"],
      readings: ['os.environ["A"]', 'os.environ["B"]', 'os.environ["C"]', "sys.modules", "sys.argv"],
    },
    {
      path: "a.go",
      code: `package a\nimport ("os"; t "testing")\nfunc f() { if t.Testing() || os.Getenv("CI") != "" { os.Exit(len(os.Args)) } }\n`,
      calls: ["os.Getenv", "testing.Testing", "os.Exit", "len"],
      imports: ["os", "testing"],
      readings: ['os.Getenv("CI")', "testing.Testing", "os.Args"],
    },
  ];
  test.each(rows)("of $path", ({ path, code, calls, imports, readings }) => {
    const outline = outlined(path, code);
    expect(outline.sound).toBe(true);
    expect(outline.calls.map(({ name }) => name)).toEqual(calls);
    expect(outline.imports.map(({ module }) => module)).toEqual(imports);
    expect(outline.readings.map(({ name }) => name)).toEqual(readings);
  });
});

describe("literals stand somewhere", () => {
  const rows: [path: string, code: string, roles: string[]][] = [
    [
      "a.ts",
      `"use strict"; import "m"; type T = "t"; if (x === 5 || ["in"].includes(x)) f(1_000); switch (x) { case "c": return -2; }
       const o = { "k": "v", [3]: 4 }; new Map([["e", 6]]); o["w"] = 7; const g = () => (x ? "a\\n" : [8]);`,
      [
        "5 compared",
        "in compared",
        "1000 argument",
        "c compared",
        "-2 returned",
        "k key",
        "v other",
        "3 key",
        "4 other",
      ].concat(["e key", "6 other", "w key", "7 other", "a\n returned", "8 returned"]),
    ],
    [
      "a.py",
      `def f(x, y="d"):\n  """doc"""\n  if x == 1 or x in (2, "in"): return {"k": -3}\n  match x:\n    case "m" | 4: g("a" "b", n=5)\n  d = {6: 7}\n  d["w"] = r"\\n"\n`,
      [
        "d other",
        "1 compared",
        "2 compared",
        "in compared",
        "k key",
        "-3 returned",
        "m compared",
        "4 compared",
      ].concat(["ab argument", "5 argument", "6 key", "7 other", "w key", "\\n other"]),
    ],
    [
      "a.go",
      `package a\nimport "m"\ntype T struct { A int \`json:"a"\` }\nfunc f(x int) int { if x == 1 { g("a") }; switch x { case 2, -3: return 4 }; m := map[string]int{"k": 5}; m["w"] = 6; return m[\`r\\n\`] }\n`,
      [
        "1 compared",
        "a argument",
        "2 compared",
        "-3 compared",
        "4 returned",
        "k key",
        "5 other",
        "w key",
        "6 other",
        "r\\n other",
      ],
    ],
  ];
  test.each(rows)("in %s", (path, code, roles) => {
    expect(outlined(path, code).literals.map(({ value, role }) => `${value} ${role}`)).toEqual(roles);
  });
});

test("comments keep their markers, functions their names and lines", () => {
  const outline = outlined(
    "a.js",
    "// eslint-disable-line\nfunction f() {\n  return 1; /* istanbul ignore next */\n}\nconst o = { m() {}, n: () => 1 };\n",
  );
  expect(outline.comments).toEqual([
    { text: "// eslint-disable-line", line: 1 },
    { text: "/* istanbul ignore next */", line: 3 },
  ]);
  expect(outline.functions).toEqual([
    { name: "f", from: 2, to: 4 },
    { name: "m", from: 5, to: 5 },
    { name: "n", from: 5, to: 5 },
  ]);
});

test("right code that the grammar does not know is sound, wrong code is not, and other languages are unknown", () => {
  const gaps = `const isA = (x: B | C): x is B => true; let f: typeof import("x"); type P = [a: A, b?: B]; const g = ({ a = 1 } = {}) => a;`;
  expect(outlined("a.ts", gaps).sound).toBe(true);
  const python =
    "with (\n    a(b) as c,\n    d as e,\n):\n    pass\nwith f as (g, h): pass\ni = lambda _, /: j[*k]\n@l[0](m)\ndef n(): pass\n";
  expect(outlined("a.py", python).sound).toBe(true);
  expect(outlined("a.ts", "function (").sound).toBe(false);
  expect(outlined("a.py", "def f(:\n").sound).toBe(false);
  expect(outlined("a.go", "package a\nfunc {").sound).toBe(false);
  expect(syntax.outline("a.rb", "puts 1")).toBeNull();
  expect(syntax.outline("a.constructor", "")).toBeNull();
});

test("a module inside one function is read with all of its many comments", () => {
  const functions = Array.from({ length: 900 }, (_, at) => `/** ${at} */\nfunction f${at}() {}\n`).join("");
  const outline = outlined("a.js", `(function () {\n${functions}}).call(this);\n`);
  expect([outline.sound, outline.comments.length, outline.functions.length]).toEqual([true, 900, 901]);
});
