/** Stubs and mutants: what they change, and that the languages themselves still take them. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createSyntax } from "#adapters/syntax/syntax.ts";
import type { How } from "#ports/syntax.ts";

const syntax = createSyntax();
const folder = mkdtempSync(join(tmpdir(), "syntax-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the text as a program; its output, or the error it ended with. */
function ran(name: string, text: string, command: string, ...options: string[]): string {
  writeFileSync(join(folder, name), text);
  const { status, stdout, stderr } = spawnSync(command, [...options, name], {
    cwd: folder,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : `failed: ${stderr}`;
}

function stub(path: string, text: string, how: How): string {
  const stubbed = syntax.stub(path, text, how, ALL);
  if (stubbed === null) throw new Error(`no stub of ${path}`);
  expect(syntax.outline(path, stubbed)?.sound).toBe(true);
  return stubbed;
}

/** All of any file here. */
const ALL = [{ from: 1, to: 999 }];
const HOWS = ["throwing", "emptied"] as const;
const python = spawnSync("python3", ["--version"]).status === 0;
const go = spawnSync("go", ["version"]).status === 0;

const SCRIPT = `"use strict";
const table = build();
function build() { return helper(); }
function helper() { return { a: 1 }; }
(function () {
  function inner(a) { "use strict"; return a < 2; }
  module.exports.inner = inner;
})();
class A { constructor() { this.x = 1; } m() { return this.x; } get g() { return 2; } }
class B extends A { constructor() { super(); } static s = () => 4; async *gen() { yield 1; } }
const object = { m() { return 1; }, one: (x) => x + 1, two: () => ({ b: 2 }) };
const say = (f) => { try { return String(f()); } catch (error) { return error.message; } };
[1].forEach((n) => { if (n !== 1) throw new Error("stays"); });
if (table.a !== 1) throw new Error("loads");
`;

describe("stubs of JavaScript", () => {
  const calls = `process.stdout.write([() => module.exports.inner(1), () => new B().x, () => B.s(), () => object.m(), () => object.two().b].map(tell).join(" "));
function tell(f) { try { return String(f()); } catch (error) { return error.message; } }`;
  test("the module still loads, and every function of it throws", () => {
    const stubbed = stub("a.cjs", SCRIPT, "throwing");
    expect(ran("a.cjs", stubbed + calls, process.execPath)).toBe("stubbed stubbed stubbed stubbed stubbed");
  });
  test("the module still loads, and every function of it returns nothing", () => {
    const stubbed = stub("a.cjs", SCRIPT, "emptied");
    const told = "undefined undefined undefined undefined Cannot read properties of undefined (reading 'b')";
    expect(ran("a.cjs", stubbed + calls, process.execPath)).toBe(told);
  });
  test("tests, and files without a function of their own, have none", () => {
    const tests = `test("a", () => { const f = () => 1; expect(f()).toBe(1); }); describe("b", () => { beforeEach(() => { x(); }); it("c", function () {}); });`;
    for (const how of HOWS) {
      expect(syntax.stub("a.test.ts", tests, how, ALL)).toBeNull();
      expect(syntax.stub("a.ts", "export const a = 1;", how, ALL)).toBeNull();
      expect(syntax.stub("a.ts", "function (", how, ALL)).toBeNull();
      expect(syntax.stub("a.rb", "def a; end", how, ALL)).toBeNull();
    }
  });
  test("only functions on the lines asked for change, and of nested ones the outermost", () => {
    const code = "function a() {\n  return () => {\n    b();\n  };\n}\nfunction c() {}\n";
    const inside = [{ from: 3, to: 3 }];
    expect(syntax.stub("a.js", code, "emptied", inside)).toBe(code.replace("a() {", "a() { return;"));
    expect(syntax.stub("a.js", code, "emptied", [{ from: 7, to: 9 }])).toBeNull();
  });
  test("types stay types", () => {
    const code =
      "export function f(x: number): void;\nexport function f(x?: number): void { use(x); }\nabstract class A { abstract m(): void; constructor(private x = 1) {} }\nconst g = <T,>(x: T): T => x;\n";
    expect(stub("a.ts", code, "throwing")).toBe(
      'export function f(x: number): void;\nexport function f(x?: number): void { throw new Error("stubbed"); use(x); }\nabstract class A { abstract m(): void; constructor(private x = 1) { throw new Error("stubbed");} }\nconst g = <T,>(x: T): T => { throw new Error("stubbed"); };\n',
    );
  });
});

const MODULE = `import functools
def deco(f): return functools.wraps(f)(lambda *a: f(*a))
@deco
def a(x, y="k"):
    """Doc."""
    if x:
        return 1
    return 2
class C:
    def __init__(self): self.x = 1
    def only(self):
        """Doc."""
    async def m(self):
        # Why.
        return self.x
def one(): x = 1; return x
def gen():
\tyield 1
def build(): return 7
TABLE = build()
`;

describe.skipIf(!python)(`stubs of Python${python ? "" : " (needs python3)"}`, () => {
  const calls = `
def tell(f):
    try: return str(f())
    except Exception as e: return str(e)
print(tell(lambda: a(1)), tell(lambda: C().only()), tell(one), tell(lambda: next(gen(), "end")), TABLE)
`;
  test.each([
    ["throwing", "stubbed stubbed stubbed stubbed 7"],
    ["emptied", "None None None end 7"],
    ["altered", "2 None 2 2 7"],
  ] as const)("%s functions in a module that still loads", (how, says) => {
    expect(ran("a.py", stub("a.py", MODULE, how) + calls, "python3")).toBe(says);
  });
});

const PACKAGE = `package main

import "fmt"

var z = 1 + mk()

func mk() int { return 1 }
func init() { boot() }
func boot() {}

type T struct{ a int }

func (t *T) M(a, b int, c ...string) (x int, err error) {
	if a <= b { fmt.Println("x"); return }
	return a + b, nil
}
func F[K comparable](m map[K]T) (map[K]T, T, <-chan int, func() int, error) {
	g := func(x int) func() int { return nil }
	return m, T{}, nil, g(1), fmt.Errorf("e")
}
func ok() (bool, string) { return true, "s" }
func tell(f func() string) string { return f() }
func main() { fmt.Print(z); ok(); F(map[string]T{}); (&T{}).M(1, 2) }
`;

describe.skipIf(!go)(`stubs of Go${go ? "" : " (needs go)"}`, () => {
  test.each([
    ["throwing", /^failed: panic: stubbed/],
    ["emptied", /^2$/],
    ["altered", /^2x$/],
  ] as const)(
    "%s functions in a program that still compiles and starts",
    (how, says) => {
      expect(ran("main.go", stub("main.go", PACKAGE, how), "go", "run")).toMatch(says);
    },
    120_000,
  );
  test("tests, main and init stay", () => {
    const code =
      'package a\nimport "testing"\nfunc TestA(t *testing.T) { f := func() {}; f() }\nfunc main() {}\nfunc init() {}\nfunc TestMain(m *testing.M) {}\n';
    expect(syntax.stub("a_test.go", code, "throwing", ALL)).toBeNull();
  });
});

const ANSWERS = `exports.number = () => 1;
exports.text = () => "a b";
exports.list = function () { return [1, "a"]; };
exports.record = async () => ({ a: true });
exports.refused = () => { throw new Error("no"); };
exports.nothing = (list) => { list.push(1); };
`;

test("altered functions answer something else of the same type, and those without an answer do nothing", () => {
  const calls = `const list = []; exports.nothing(list);
exports.record().then((one) => console.log(JSON.stringify([exports.number(), exports.text(), exports.list(), one, exports.refused(), list])));`;
  const stubbed = stub("b.cjs", ANSWERS, "altered");
  expect(JSON.parse(ran("b.cjs", stubbed + calls, process.execPath))).toEqual([
    2,
    "~x x",
    [2, "~x", "~x"],
    { a: false },
    null,
    [],
  ]);
});

describe("a failure before each assertion", () => {
  test("stands wherever an assertion would be reached", () => {
    const code = `test("a", () => { if (x) return; assert.equal(1, 2); });
test("b", () => { for (const x of []) assert.ok(x); list.forEach((x) => assert.ok(x)); });`;
    const made = syntax.fail("a.test.js", code);
    expect(made).toMatchObject({ titles: ["a", "b"], all: true });
    expect(made?.text.match(/throw new Error/g)).toHaveLength(3);
    expect(syntax.outline("a.test.js", made?.text ?? "")?.sound).toBe(true);
  });
  test("is not put where nothing is to be reached", () => {
    const python =
      "def test_a():\n    try:\n        f()\n        pytest.fail()\n    except E:\n        pass\n";
    const go =
      'package a\nimport "testing"\nfunc TestA(t *testing.T) {\n\tselect {\n\tcase <-a:\n\tcase <-b:\n\t\tt.Fatal("late")\n\t}\n}\n';
    expect([syntax.fail("test_a.py", python), syntax.fail("a_test.go", go)]).toEqual([null, null]);
  });
  test("of Go stands before its condition", () => {
    const code =
      'package a\nimport "testing"\nfunc TestA(t *testing.T) {\n\tif got := f(); got != 1 {\n\t\tt.Error(got)\n\t}\n}\n';
    expect(syntax.fail("a_test.go", code)?.text).toContain('\tt.Fatal("reached"); if got := f()');
  });
});

/** Each mutant as one line: where, what was, what is. */
function mutants(path: string, text: string, lines = ALL): string[] {
  return syntax.mutants(path, text, lines).map(({ line, was, is }) => `${line} ${was} → ${is}`);
}

describe("mutants", () => {
  const rows: [path: string, code: string, says: string[]][] = [
    ["a.js", "x = a < b && !c;", ["1 < → >=", "1 && → ||", "1 !c → c"]],
    [
      "a.js",
      "x = a === 1 || b != 0x10;",
      ["1 === → !==", "1 1 → 2", "1 || → &&", "1 != → ==", "1 0x10 → 17"],
    ],
    ["a.js", 'x = "a" + b - c * 1.5;', ['1 "a" → "mutated"', "1 - → +", "1 * → /", "1 1.5 → 2.5"]],
    ["a.js", "function f() { log(); return a; }", ["1 log(); → ;", "1 a → undefined"]],
    ["a.js", "if (a) b = true; const g = () => c;", ["1 (a) → (false)", "1 true → false", "1 c → undefined"]],
    [
      "a.js",
      '"use strict"; import "m"; require("n"); const o = { "k": "", 1: a, [b]: `t` };',
      ['1 `t` → "mutated"'],
    ],
    ["a.ts", 'let a: "x" | 1 = b as "y"; type T = 2; interface I { a: 3 } f<"q">(c);', ['1 f<"q">(c); → ;']],
    ["a.js", 'test("a", () => { expect(1 + 1).toBe(2); }); // 1 + 1 && true', []],
    ["a.js", "x = [\n1,\n2,\n];\nif (a &&\nb) {}", ["2 1 → 2", "3 2 → 3", "5 && → ||"]],
    [
      "a.py",
      "def f(x):\n  '''doc'''\n  if x not in y and not z: log(x)\n  return x, -1\n",
      [
        "3 x not in y and not z → False",
        "3 not in → in",
        "3 and → or",
        "3 not z → z",
        "3 log(x) → pass",
        "4 x, -1 → None",
        "4 1 → 2",
      ],
    ],
    [
      "a.py",
      'from a import b\nx: "T" = {"k": b"v", "l": True}\ndef test_a(): assert 1 == 1\n',
      ['2 b"v" → b"mutated"', "2 True → False"],
    ],
    [
      "a.go",
      'package a\nimport "fmt"\ntype T struct { A int `json:"a"` }\nfunc f(a int) int {\n  if b := g(); b > a {\n    fmt.Println("x")\n  }\n  return a + 1\n}\n',
      [
        "5 b > a → (b > a) && false",
        "5 > → <=",
        '6 fmt.Println("x") → if false { fmt.Println("x") }',
        '6 "x" → "mutated"',
        "8 + → -",
        "8 1 → 2",
      ],
    ],
  ];
  test.each(rows)("of %s: %s", (path, code, says) => {
    expect(mutants(path, code)).toEqual(says);
  });

  test("stand on the lines asked for alone", () => {
    expect(
      mutants("a.js", "x = 1;\nx = 2;\nx = 3;\nx = 4;\n", [
        { from: 2, to: 2 },
        { from: 4, to: 9 },
      ]),
    ).toEqual(["2 2 → 3", "4 4 → 5"]);
  });

  test("there are none of what does not parse or is not known", () => {
    expect(mutants("a.js", "x = 1 +;")).toEqual([]);
    expect(mutants("a.rb", "x = 1")).toEqual([]);
  });
});
