import { expect, test } from "vitest";
import { matchesAny } from "#core/glob.ts";

const TABLE: [glob: string, matches: string[], not: string[]][] = [
  ["src/*.ts", ["src/a.ts", "src/.hidden.ts"], ["src/a/b.ts", "src/a.tsx", "xsrc/a.ts"]],
  ["src/**", ["src/a", "src/a/b/c", "src"], ["srcs/a", "a/src/b"]],
  ["src/", ["src/a", "src/a/b"], ["srcs"]],
  ["**/AGENTS.md", ["AGENTS.md", "a/AGENTS.md", "a/b/AGENTS.md"], ["XAGENTS.md", "AGENTS.md/x"]],
  ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]],
  ["**", ["a", "a/b"], []],
  ["./a.txt", ["a.txt", "./a.txt"], ["b/a.txt"]],
  ["a?c", ["abc", "a😀c"], ["a/c", "ac"]],
  ["{src,test}/**/*.{js,ts}", ["src/a.js", "test/x/y.ts"], ["lib/a.js", "src/a.jsx"]],
  ["{a,b{c,d}}e", ["ae", "bce", "bde"], ["be", "ace"]],
  ["{docs/**,README.md}", ["docs/a/b", "README.md"], ["docsa", "x/README.md"]],
  ["pages/[slug].ts", ["pages/[slug].ts"], ["pages/s.ts"]],
  ["a{b", ["a{b"], ["ab"]],
  ["a,b", ["a,b"], ["a"]],
  ["a\\*b", ["a*b"], ["axb"]],
  ["café.md", ["cafe\u0301.md"], ["cafe.md"]],
];

test.each(TABLE)("the glob %s names what it says and nothing else", (glob, matches, not) => {
  for (const path of matches) expect([path, matchesAny(path, [glob])]).toEqual([path, true]);
  for (const path of not) expect([path, matchesAny(path, [glob])]).toEqual([path, false]);
});

test("no glob names nothing, and one of several is enough", () => {
  expect(matchesAny("a", [])).toBe(false);
  expect(matchesAny("b", ["a", "b"])).toBe(true);
});

test("case counts unless it is folded, and folding sees through look-alike letters", () => {
  expect(matchesAny(".GitHub/Workflows/ci.yml", [".github/**"])).toBe(false);
  for (const path of [".GitHub/Workflows/ci.yml", ".gıthub/x", ".GITHUB", "cLaUde.md"]) {
    expect(matchesAny(path, [".github/**", "CLAUDE.md"], { foldCase: true })).toBe(true);
  }
  expect(matchesAny("te\u017Ft/a", ["test/**"], { foldCase: true })).toBe(true);
});

test("a glob made to be slow is answered at once", () => {
  const started = performance.now();
  expect(
    matchesAny("a".repeat(2_000), [`${"*a".repeat(50)}b`, `${"{a,a}".repeat(50)}b`, "{".repeat(5_000)]),
  ).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});
