import { describe, expect, test } from "vitest";
import { type Bounds, judgeBounds, type TreeChange, testPathsChanged } from "#core/bounds.ts";
import { PROTECTED_PATHS, TEST_PATHS } from "#core/policy-paths.ts";

function change(path: string, rest: Partial<TreeChange> = {}): TreeChange {
  return {
    path,
    kind: "modified",
    oldMode: "100644",
    newMode: "100644",
    bytes: 10,
    addedLines: 1,
    removedLines: 1,
    binary: false,
    ...rest,
  };
}

const added = (path: string, rest: Partial<TreeChange> = {}): TreeChange =>
  change(path, { kind: "added", oldMode: null, removedLines: 0, ...rest });

function judge(changes: TreeChange[], rest: Partial<Bounds> = {}): ReturnType<typeof judgeBounds> {
  return judgeBounds({
    changes,
    protectedGlobs: PROTECTED_PATHS,
    touches: [],
    allows: [],
    limits: { files: 3, lines: 20, bytes: 1_000 },
    basePaths: ["src/a.ts", "README.md"],
    ...rest,
  });
}

test("an ordinary change is within bounds", () => {
  expect(judge([change("src/a.ts"), added("run.sh", { newMode: "100755" })])).toEqual({
    protected: [],
    refused: [],
  });
});

test.each([
  [change(".github/workflows/ci.yml")],
  [added(".GitHub/Workflows/x.yml")],
  [change(".github/workflows/ci.yml", { kind: "deleted", newMode: null, bytes: 0 })],
  [added(".github", { newMode: "120000" })],
  [change("packages/a/vitest.config.ts")],
  [change("AGENTS.md", { kind: "type-changed", newMode: "120000" })],
])("a protected path is named whatever was done to it (%o)", (one) => {
  expect(judge([one]).protected).toEqual([`\`${one.path}\` is protected and was ${one.kind}.`]);
});

test("what Daybreak itself renders is not judged, and alone it is no change", () => {
  const rest = { rendered: ["ROADMAP.md"], protectedGlobs: ["ROADMAP.md"] };
  const both = judge([change("ROADMAP.md", { addedLines: 500 }), change("src/a.ts")], rest);
  expect(both).toEqual({ protected: [], refused: [] });
  expect(judge([change("ROADMAP.md")], rest).refused).toEqual(["The patch changes nothing."]);
  expect(judge([added("roadmap.md")], rest).protected).toHaveLength(1);
});

test("nothing a milestone allows lifts the protection", () => {
  expect(judge([change(".github/x")], { allows: ["**"], touches: ["**"] }).protected).toHaveLength(1);
});

describe("each rule refuses by name", () => {
  test.each<[string, TreeChange[], Partial<Bounds>, string]>([
    ["an empty patch", [], {}, "The patch changes nothing."],
    [
      "outside Touches",
      [change("lib/b.ts")],
      { touches: ["src/**"] },
      "`lib/b.ts` lies outside the milestone's `Touches:`.",
    ],
    ["a symlink", [added("l", { newMode: "120000" })], {}, "`l` is a symbolic link (mode 120000)."],
    ["a gitlink", [added("s", { newMode: "160000" })], {}, "`s` is a submodule (mode 160000)."],
    ["setuid", [added("s", { newMode: "104755" })], {}, "`s` is no ordinary file (mode 104755)."],
    [
      "a new exec bit",
      [change("src/a.ts", { newMode: "100755" })],
      {},
      "`src/a.ts` became executable, and the milestone does not allow it.",
    ],
    [
      "too many files",
      ["a", "b", "c", "d"].map((path) => added(path)),
      {},
      "The patch changes 4 files; the policy's limit is 3.",
    ],
    [
      "too many lines",
      [change("a", { addedLines: 20 })],
      {},
      "The patch changes 21 lines; the policy's limit is 20.",
    ],
    [
      "too many bytes",
      [change("a", { bytes: 1_001 })],
      {},
      "The patch changes 1001 bytes; the policy's limit is 1000.",
    ],
    [
      "attributes below the root",
      [added("src/.gitattributes")],
      {},
      "`src/.gitattributes` was added: git would treat other files differently.",
    ],
    [
      "a bidirectional override",
      [added("src/\u202Etxt.ts")],
      {},
      "`src/\\u{202e}txt.ts` holds invisible, bidirectional or unreadable characters.",
    ],
    [
      "a zero-width space",
      [added("src/a\u200B.ts")],
      {},
      "`src/a\\u{200b}.ts` holds invisible, bidirectional or unreadable characters.",
    ],
    [
      "a new line",
      [added("a\nb")],
      {},
      "`a\\u{a}b` holds invisible, bidirectional or unreadable characters.",
    ],
    [
      "a twin in case",
      [added("readme.md")],
      {},
      "`readme.md` differs from `README.md` only in case or accents.",
    ],
    ["git's own folder", [added("x/.GIT/config")], {}, "`x/.GIT/config` lies in a folder of git's own."],
    [
      "a committed dependency",
      [added("node_modules/.bin/vitest")],
      {},
      "`node_modules/.bin/vitest` was added: it changes what commands do, and the milestone does not allow it.",
    ],
  ])("%s", (_name, changes, rest, sentence) => {
    expect(judge(changes, rest)).toEqual({ protected: [], refused: [sentence] });
  });
});

test("a file renamed only in case is no twin of itself", () => {
  const renamed = [change("README.md", { kind: "deleted", newMode: null }), added("readme.md")];
  expect(judge(renamed).refused).toEqual([]);
});

test("hundreds of refusals become a list somebody can read", () => {
  const many = Array.from({ length: 300 }, (_, index) => added(`out/${index}`));
  const { refused } = judge(many, { touches: ["src/**"] });
  expect(refused).toHaveLength(21);
  expect(refused.at(-1)).toMatch(/^And \d+ more/);
});

describe("package.json", () => {
  const refusals = (before: string | null, after: string | null, allows: string[] = []): string[] =>
    judge([change("package.json")], { packages: [{ path: "package.json", before, after }], allows }).refused;

  test("a new dependency, other formatting and another order of keys are fine", () => {
    const before = '{"scripts":{"test":"a","build":"b"},"jest":{"x":[1,2]}}';
    const after =
      '{ "dependencies": {"x": "1"}, "jest": {"x": [1, 2]}, "scripts": {"build": "b", "test": "a"} }';
    expect(refusals(before, after)).toEqual([]);
  });

  test.each([
    ["scripts", '{"scripts":{"test":"a"}}', '{"scripts":{"test":"true"}}'],
    ["scripts", '{"scripts":{"test":"a"}}', '{"scripts":{"test":"a"},"scripts":{"test":"a","pretest":"x"}}'],
    ["jest", "{}", '{"jest":{"bail":true}}'],
    ["vitest", "{}", '{"vitest":{}}'],
    ["mocha", '{"mocha":{"spec":["a","b"]}}', '{"mocha":{"spec":["b","a"]}}'],
    ["scripts", '{"scripts":{"test":"a"}}', null],
    ["scripts", null, '{"scripts":{"test":"true"}}'],
  ])("a change of %s needs Allows", (section, before, after) => {
    expect(refusals(before, after)).toEqual([
      `\`package.json\` changes \`${section}\`, and the milestone does not allow it.`,
    ]);
    expect(refusals(before, after, ["package.json"])).toEqual([]);
  });

  test.each(["{", "[]", "null", `{"scripts":${"[".repeat(100_000)}${"]".repeat(100_000)}}`])(
    "what is no JSON object is refused, not guessed",
    (after) => {
      expect(refusals("{}", after)).toEqual(["`package.json` is not readable as a JSON object."]);
    },
  );
});

test("tests of base that were changed or deleted are found, new and allowed ones are not", () => {
  const changes = [
    change("test/a.test.ts"),
    change("src/b.spec.ts", { kind: "deleted", newMode: null }),
    added("test/new.test.ts"),
    change("test/allowed.test.ts"),
    change("src/a.ts"),
  ];
  expect(testPathsChanged(changes, TEST_PATHS, ["test/allowed*"])).toEqual([
    "test/a.test.ts",
    "src/b.spec.ts",
  ]);
});
