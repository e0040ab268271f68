import { expect, test } from "vitest";
import { parseCommand, parsePairs } from "#rehearsal/runner/commands.ts";
import { evaluate } from "#rehearsal/runner/expression.ts";
import { globToRegExp, passesFilter } from "#rehearsal/runner/glob.ts";
import { expandStrategy, legSuffix } from "#rehearsal/runner/matrix.ts";

test("a matrix multiplies, excludes, and includes the way GitHub's own example says", () => {
  const { legs, failFast, maxParallel } = expandStrategy({
    "max-parallel": 3,
    matrix: {
      fruit: ["apple", "pear"],
      animal: ["cat", "dog"],
      exclude: [{ fruit: "pear", animal: "dog" }],
      include: [
        { color: "green" },
        { color: "pink", animal: "cat" },
        { fruit: "apple", shape: "circle" },
        { fruit: "banana" },
        { fruit: "banana", animal: "cat" },
      ],
    },
  });
  expect(legs).toEqual([
    { fruit: "apple", animal: "cat", color: "pink", shape: "circle" },
    { fruit: "apple", animal: "dog", color: "green", shape: "circle" },
    { fruit: "pear", animal: "cat", color: "pink" },
    { fruit: "banana" },
    { fruit: "banana", animal: "cat" },
  ]);
  expect([failFast, maxParallel]).toEqual([true, 3]);
  expect(legSuffix({ os: "linux", config: { node: 24, old: false } })).toBe(" (linux, 24, false)");
});

test.each([
  [{ leg: [] }, "Matrix vector 'leg' does not contain any values"],
  [{ leg: Array.from({ length: 257 }, (_, index) => index) }, "more than the 256"],
  [{ include: [] }, "at least one vector"],
  ["", "must be a mapping"],
])("a matrix GitHub refuses is refused: %o", (matrix, words) => {
  expect(() => expandStrategy({ matrix })).toThrow(words);
});

test("expressions are GitHub's: quotes, objects, unknown names, empty JSON", () => {
  const scope = { needs: { plan: { outputs: { matrix: '{"a":[1]}' } } }, github: { sha: "s" } };
  expect(evaluate("format('''{0}'' and ''{1}''', github.sha, 'it''s ''x''')", scope)).toBe(
    "'s' and 'it's 'x''",
  );
  expect(evaluate("fromJSON(needs.plan.outputs.matrix)", scope)).toEqual({ a: [1] });
  expect(evaluate("needs.none.result == ''", scope)).toBe(true);
  expect(() => evaluate("nope.x", scope)).toThrow("Unrecognized named-value: 'nope'");
  expect(() => evaluate("fromJSON('')", scope)).toThrow("empty input");
});

test.each([
  ["main", ["main"], true],
  ["release/1/x", ["release/*"], false],
  ["release/1/x", ["release/**"], true],
  ["src/a/b.ts", ["**/*.ts"], true],
  ["b.ts", ["**/*.ts"], true],
  ["v1.2", ["v[0-9].*"], true],
  ["feature/no", ["**", "!feature/**"], false],
  ["a.b", ["axb"], false],
])("the filter for %s with %o says %s", (name, patterns, passed) => {
  expect(passesFilter(name, patterns)).toBe(passed);
});

test("artifact patterns match names and not parts of them", () => {
  expect(["patch-a", "patch-b-1", "my-patch-a"].filter((name) => globToRegExp("patch-*").test(name))).toEqual(
    ["patch-a", "patch-b-1"],
  );
});

test("what an environment file may hold, and what it may not", () => {
  expect(parsePairs("a=1\nb=x=y\n\nc<<END\n1\n\n2=3\nEND\nd=\n")).toEqual([
    ["a", "1"],
    ["b", "x=y"],
    ["c", "1\n\n2=3"],
    ["d", ""],
  ]);
  expect(() => parsePairs("c<<END\n1\n")).toThrow("Matching delimiter not found 'END'");
  expect(() => parsePairs("no pair")).toThrow("Invalid format 'no pair'");
});

test("a workflow command has a name; everything else is an ordinary line", () => {
  expect(parseCommand("::error file=a.ts,line=1::bad%0Aworse%25")).toEqual({
    name: "error",
    value: "bad\nworse%",
  });
  expect(parseCommand("  ::group::Build")).toEqual({ name: "group", value: "Build" });
  for (const line of ["text ::error::no", "::::", ":: ::x", "a::b"]) expect(parseCommand(line)).toBeNull();
});
