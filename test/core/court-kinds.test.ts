import { describe, expect, test } from "vitest";
import {
  isDocument,
  isRunnerConfiguration,
  type KindFacts,
  kindRules,
  proofNeeded,
} from "#core/court/kinds.ts";
import { brokenDocumentation } from "#core/court/kinds-documentation.ts";
import type { Kind } from "#core/milestone.ts";
import { changeOf, type Edit } from "./court-tampering-change.ts";

const SOURCE: Edit = ["src/calc.ts", "export const a = 1;\n", "export const a = 2;\n"];
const EDITED: Edit = ["test/calc.test.ts", "one\n", "two\n"];
const ADDED: Edit = ["test/more.test.ts", null, "more\n"];
const README: Edit = ["README.md", "one\n", "two\n"];
const KILLED = { tried: 3, killed: 2 };

type Asked = { metric?: string | null; allows?: string[]; facts?: Partial<KindFacts> };

function said(kind: Kind, edits: Edit[], { metric = null, allows = [], facts = {} }: Asked = {}): string[] {
  const known: KindFacts = { files: changeOf(edits), metric: null, mutation: KILLED, ...facts };
  return kindRules({ kind, allows, metric }, known).map(({ path, because }) => `${path}: ${because}`);
}

describe("each kind of milestone keeps its own rules", () => {
  test("only features and fixes have to go from red to green", () => {
    const kinds: Kind[] = ["feature", "fix", "refactoring", "migration", "coverage", "documentation"];
    expect(kinds.filter(proofNeeded)).toEqual(["feature", "fix"]);
    expect(said("feature", [SOURCE, EDITED])).toEqual([]);
  });

  test.each(["refactoring", "migration"] as const)("a %s leaves existing tests as they are", (kind) => {
    expect(said(kind, [SOURCE, ADDED])).toEqual([]);
    expect(said(kind, [SOURCE, EDITED])).toEqual([expect.stringMatching(/^test\/calc\.test\.ts: .*edited/)]);
    expect(said(kind, [SOURCE, ["test/calc.test.ts", "one\n", null]])).toEqual([
      expect.stringMatching(/deleted/),
    ]);
    expect(said(kind, [SOURCE, EDITED], { allows: ["test/**"] })).toEqual([]);
    expect(said(kind, [README])).toEqual([expect.stringMatching(/none changed/)]);
  });

  test.each([
    { before: 9, after: 4, count: 0 },
    { before: 4, after: 4, count: 1 },
    { before: 4, after: 9, count: 1 },
    { before: null, after: 4, count: 1 },
    { before: 4, after: null, count: 1 },
  ])("the metric of a refactoring falls: $before to $after", ({ before, after, count }) => {
    const facts = { metric: { before, after } };
    expect(said("refactoring", [SOURCE], { metric: "wc -l", facts })).toHaveLength(count);
  });

  test("work on coverage adds tests alone, raises the metric and kills a mutant", () => {
    const rising = { metric: "cov", facts: { metric: { before: 50, after: 60 } } };
    expect(said("coverage", [ADDED, README], rising)).toEqual([]);
    expect(said("coverage", [ADDED, SOURCE], rising)).toEqual([expect.stringMatching(/^src\/calc\.ts: /)]);
    expect(said("coverage", [README], rising)).toEqual([expect.stringMatching(/none changed/)]);
    const flat = { metric: "cov", facts: { metric: { before: 50, after: 50 } } };
    expect(said("coverage", [ADDED], flat)).toEqual([expect.stringMatching(/must rise, .* 50 to 50/)]);
    const blind = { facts: { mutation: { tried: 4, killed: 0 } } };
    expect(said("coverage", [ADDED], blind)).toEqual([expect.stringMatching(/none of 4/)]);
    expect(said("coverage", [ADDED], { facts: { mutation: null } })).toHaveLength(1);
  });

  test("documentation changes documents and nothing else", () => {
    expect(said("documentation", [README])).toEqual([]);
    expect(said("documentation", [README, SOURCE])).toEqual([expect.stringMatching(/^src\/calc\.ts: /)]);
    expect(said("documentation", [])).toEqual([expect.stringMatching(/no document/)]);
  });
});

test.each([
  ["README.md", true],
  ["docs/guide/index.js", true],
  ["LICENSE", true],
  ["assets/logo.svg", true],
  ["requirements.txt", false],
  ["src/readme.ts", false],
  ["CMakeLists.txt", false],
])("whether %s is a document: %s", (path, is) => {
  expect(isDocument(path)).toBe(is);
});

test.each([
  ["vitest.config.ts", true],
  ["packages/a/jest.config.cjs", true],
  ["tests/conftest.py", true],
  [".github/workflows/ci.yml", true],
  ["package.json", false],
  ["src/config.ts", false],
])("whether %s says how tests run and nothing else: %s", (path, is) => {
  expect(isRunnerConfiguration(path)).toBe(is);
});

describe("documents are looked through for what is broken", () => {
  const PATHS = ["docs/guide.md", "docs", "src/a.ts", "logo.png"];
  const broken = (text: string, before: string | null = null): string[] =>
    brokenDocumentation(
      [
        { path: "README.md", text, before },
        { path: "docs/guide.md", text: '# Set up\n\n## Set up\n\n### `run()` & more\n\n<a id="here"></a>\n' },
      ],
      (path) => PATHS.includes(path),
      (language, code) => (language === "go" ? null : !code.includes("BROKEN")),
    ).map(({ line, because }) => `${line}: ${because}`);

  test.each([
    "[a](docs/guide.md) [b](./docs/guide.md#set-up) [c](docs/guide.md#set-up-1) [d](docs/)",
    "[a](docs/guide.md#run--more) [b](docs/guide.md#here) [c](/src/a.ts#L3)",
    "[a](https://example.com/x) [b](mailto:a@example.com) [c](../../issues/1)",
    '![logo](logo.png "the logo") <img src="logo.png">',
    "[![logo](logo.png)](docs/guide.md)",
    "[a][one]\n\n[one]: docs/guide.md",
    "# One two\n\n[a](#one-two)",
    "`[a](nowhere.md)` and ``[b](nowhere.md)``",
    "```md\n[a](nowhere.md)\n```",
    "<!-- [a](nowhere.md) -->",
    "[a](<docs/guide.md>)",
    "- [ ] a task\n- [x] done",
    '```json\n{ "a": 1 }\n```',
    '```json\n"a": 1\n```',
    "```json\n{ ... }\n```",
    "```ts\nconst a = f(...args);\n```",
    "```sh\nBROKEN {\n```",
    "```go\nBROKEN\n```",
    "- item\n\n  ```js\n  a();\n  ```",
  ])("left alone: %j", (text) => {
    expect(broken(text)).toEqual([]);
  });

  test.each([
    ["text\n\n[a](docs/nowhere.md)", "3: the link `docs/nowhere.md` leads nowhere"],
    ["[a](docs/guide.md#nothing)", "1: the link `docs/guide.md#nothing` names a heading that is not there"],
    ["# One\n\n[a](#two)", "3: the link `#two` names a heading that is not there"],
    ["![a](gone.png)", "1: the link `gone.png` leads nowhere"],
    ["[![a](gone.png)](docs/guide.md)", "1: the link `gone.png` leads nowhere"],
    ['<img alt="a" src="gone.png">', "1: the link `gone.png` leads nowhere"],
    ["[a][one]\n\n[one]: gone.md", "3: the link `gone.md` leads nowhere"],
    ['text\n```json\n{ "a": }\n```', "2: the json code does not parse"],
    ["```yaml\nBROKEN\n```", "1: the yaml code does not parse"],
    ["```ts\nBROKEN\n```", "1: the ts code does not parse"],
    ["~~~python\nBROKEN\n~~~", "1: the python code does not parse"],
  ])("named: %j", (text, expected) => {
    expect(broken(text)).toEqual([expected]);
  });

  test("what was broken on base already is not said again", () => {
    expect(broken("new\n\n[a](gone.md)", "[a](gone.md)")).toEqual([]);
    expect(broken("[a](gone.md) [b](lost.md)", "[a](gone.md)")).toEqual([
      "1: the link `lost.md` leads nowhere",
    ]);
  });
});
