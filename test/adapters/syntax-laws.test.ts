/** Laws of the parsers: nothing makes them throw, and what they write is as sound as what they read. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSyntax } from "#adapters/syntax/syntax.ts";

const syntax = createSyntax();
const PATHS = ["a.js", "a.jsx", "a.ts", "a.test.tsx", "test_a.py", "a_test.go"];
const ALL = [{ from: 1, to: 9_999 }];
const HOWS = ["throwing", "emptied", "altered"] as const;

/** Real code: files of this repository, and a little of the other languages. */
const SAMPLES: [path: string, text: string][] = [
  ...["src/adapters/syntax", "test/adapters"].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^(syntax|javascript|mutants|tree|git)[a-z-]*(\.test)?\.ts$/.test(name))
      .map((name): [string, string] => [name, readFileSync(join(folder, name), "utf8")]),
  ),
  [
    "a.py",
    'import os\n@mark("x")\ndef f(a, *b, c=1, **d):\n    """Doc."""\n    with open("x") as g, h():\n        return [x for x in a if x not in b] or {**d}\n\nclass A(B):\n    x: int = 3\n    async def m(self): await self.x; print(f"{self.x!r:>{c}}")\n',
  ],
  [
    "a.go",
    'package a\n\nimport "fmt"\n\nfunc (t T[K]) M(a, b int) (x int, err error) {\n\tfor i := range a { defer fmt.Println(i, t.x[1:2]) }\n\tselect { case c := <-d: return c, nil; default: }\n\treturn a + b, fmt.Errorf("%d", 1)\n}\n',
  ],
];

const words = fc.constantFrom(
  ..."test( it.skip( describe( => { } ( ) [ ] `${ \" ' ; : , . ... expect( .toBe( function class def async import from as".split(
    " ",
  ),
  ..."if else try except catch return t.Run( func func(t\u0020*testing.T) package := == != <div> </ \\ // /* */ # @ ''' 1 0x true ⚠".split(
    " ",
  ),
  "\n",
  "\n  ",
  "\t",
  " ",
);
const mess = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(" "));
const cut = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.nat())
  .map(([[, text], at]) => text.slice(at % text.length, (at % text.length) + 2_000));

describe("laws", () => {
  test("no text makes it throw, and every line it names exists", () => {
    const text = fc.oneof(mess, cut, fc.string({ unit: "binary", maxLength: 300 }));
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), text, (path, code) => {
        const outline = syntax.outline(path, code);
        const last = code.split("\n").length;
        const lines = [...(outline?.calls ?? []), ...(outline?.literals ?? [])].map(({ line }) => line);
        expect(lines.every((line) => line >= 1 && line <= last)).toBe(true);
        expect(outline?.tests.every(({ from, to }) => from >= 1 && from <= to && to <= last)).toBe(true);
        for (const how of HOWS) syntax.stub(path, code, how, ALL);
        syntax.mutants(path, code, [{ from: 1, to: 3 }]);
      }),
      { numRuns: 300 },
    );
  });

  test("a stub of a sound file is sound", () => {
    let hits = 0;
    for (const [path, text] of SAMPLES) {
      expect(syntax.outline(path, text)?.sound, path).toBe(true);
      for (const how of HOWS) {
        const stubbed = syntax.stub(path, text, how, ALL);
        if (stubbed === null) continue;
        hits += 1;
        expect(stubbed).not.toBe(text);
        expect(syntax.outline(path, stubbed)?.sound, path).toBe(true);
      }
    }
    expect(hits).toBeGreaterThan(20);
  });

  test("a mutant is sound, and differs from its file in the one line it names, which was asked for", () => {
    let hits = 0;
    const places = fc.tuple(fc.constantFrom(...SAMPLES), fc.nat(), fc.nat({ max: 8 }));
    fc.assert(
      fc.property(places, ([[path, text], at, length]) => {
        const before = text.split("\n");
        const from = 1 + (at % before.length);
        for (const mutant of syntax.mutants(path, text, [{ from, to: from + length }])) {
          const after = mutant.text.split("\n");
          const differing = after.flatMap((line, index) => (line === before[index] ? [] : [index + 1]));
          expect(syntax.outline(path, mutant.text)?.sound).toBe(true);
          expect(after.length).toBe(before.length);
          expect(differing).toEqual([mutant.line]);
          expect(mutant.line >= from && mutant.line <= from + length).toBe(true);
          hits += 1;
        }
      }),
      { numRuns: 60 },
    );
    expect(hits).toBeGreaterThan(100);
  });

  test.each([
    ["a.js", "(".repeat(50_000)],
    ["a.js", `x = ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
    ["a.js", `a${".b()".repeat(20_000)}`],
    ["a.js", `x = {${Array.from({ length: 10_000 }, (_, at) => `"k${at}": ${at}`).join(",")}}`],
    ["a.test.js", `test("x", () => {${"expect(1).toBe(1);\n".repeat(10_000)}})`],
    ["a.py", `if a:\n  pass\n${"elif a:\n  f()\n".repeat(10_000)}`],
    ["a_test.go", `package a\n${"func TestX(t *testing.T) { if a { t.Fatal(1) } }\n".repeat(5_000)}`],
  ])("%s of great depth or length is read in a while", (path, text) => {
    const started = performance.now();
    expect(syntax.outline(path, text)).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
