import { expect, test } from "vitest";
import { parse } from "yaml";
import { judgeBounds } from "#core/bounds.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { ScriptSchema } from "#rehearsal/model/script.ts";
import { type FileTree, fileTree, textFile, textOf } from "#rehearsal/replay/file-tree.ts";
import { fromTrees } from "#rehearsal/replay/from-trees.ts";
import { findGates } from "#rehearsal/replay/gate.ts";
import { type RetoldPackage, retellPackage } from "#rehearsal/replay/retell-package.ts";

const scripts: [string, Record<string, string>, string[]][] = [
  ["tape", { test: "tape test/*.js" }, ["./node_modules/.bin/tape test/*.js"]],
  [
    "the tests without lint before, audit after and coverage around them",
    {
      pretest: "npm run lint",
      "tests-only": "nyc tape 'test/**/*.js'",
      test: "npm run tests-only --",
      posttest: "aud --production",
    },
    ["./node_modules/.bin/tape 'test/**/*.js'"],
  ],
  ["a linter in front", { test: "standard && xo && ava" }, ["./node_modules/.bin/ava"]],
  ["a reporter behind a pipe", { test: "tape test.js | tap-spec" }, ["./node_modules/.bin/tape test.js"]],
  [
    "two runs, each once",
    { test: "npm run a && npm run b && npm run a", a: "mocha one", b: "yarn c", c: "mocha two" },
    ["./node_modules/.bin/mocha one", "./node_modules/.bin/mocha two"],
  ],
  [
    "scripts by pattern",
    { test: "run-s lint test:*", "test:types": "tsd", "test:unit": "jest --coverage --ci" },
    ["./node_modules/.bin/jest --ci"],
  ],
  [
    "an environment, given by a wrapper or by the shell",
    { test: "TZ=UTC cross-env NODE_ENV=test c8 --all mocha -R dot" },
    ["TZ=UTC NODE_ENV=test ./node_modules/.bin/mocha -R dot"],
  ],
  [
    "a runner within istanbul",
    { test: "istanbul cover ./node_modules/mocha/bin/_mocha -- test/" },
    ["./node_modules/.bin/mocha test/"],
  ],
  [
    "a runner started by node",
    { test: "node --harmony node_modules/.bin/jest" },
    ["./node_modules/.bin/jest"],
  ],
  ["vitest without its watch", { test: "vitest" }, ["./node_modules/.bin/vitest run"]],
  ["vitest that runs once already", { test: "vitest run --coverage" }, ["./node_modules/.bin/vitest run"]],
  ["node's own runner", { test: "c8 --100 node --test" }, ["node --test"]],
  ["a test that is a program", { test: "node test.js" }, ["node test.js"]],
  ["no program that is no test", { test: "node scripts/build.js && node -e 0 && make test" }, []],
  [
    "a script elsewhere",
    { test: "grunt", "test:unit": "tap test/*.js" },
    ["./node_modules/.bin/tap test/*.js --no-check-coverage"],
  ],
  ["scripts that call each other for ever", { test: "npm run unit", unit: "npm test" }, []],
  ["no script at all", {}, []],
];

test.each([
  ["~0.4.0", "./node_modules/.bin/tap"],
  ["14", "./node_modules/.bin/tap --no-esm"],
  ["^16.0.0", "./node_modules/.bin/tap --no-check-coverage"],
  [">=18.7", "./node_modules/.bin/tap --disable-coverage"],
])("tap %s fails for nothing but its tests", (range, command) => {
  const gates = findGates({ scripts: { test: "tap --100" }, devDependencies: { tap: range } });
  expect(gates).toMatchObject([{ command }]);
});

test.each(scripts)("the gate is the runner alone: %s", (_name, given, gates) => {
  expect(
    findGates({ scripts: given, devDependencies: { tap: "^16.3.0" } }).map(({ command }) => command),
  ).toEqual(gates);
});

/** A published version: its files, with a package.json unless there is one. */
function version(manifest: Record<string, unknown>, files: Record<string, string>): FileTree {
  const all = { "package.json": `${JSON.stringify(manifest, null, 2)}\n`, ...files };
  return fileTree(Object.entries(all).map(([path, text]) => [path, textFile(text)]));
}

const TAPED = {
  name: "sum",
  version: "1.0.0",
  scripts: { test: "tape test/*.js" },
  devDependencies: { tape: "^5.1" },
};
const TEST = { "test/sum.js": "var test = require('tape');\n" };

function retold(older: FileTree, newer: FileTree): RetoldPackage {
  return retellPackage({ name: "sum", older: "1.0.0", newer: "1.1.0" }, { older, newer });
}

function written({ script }: RetoldPackage): string[] {
  return script.milestones.flatMap(({ turns }) =>
    turns.flatMap(({ tools }) =>
      tools.flatMap(({ name, input }) =>
        name === "write" ? [String(input.file_path)] : name === "bash" ? [String(input.command)] : [],
      ),
    ),
  );
}

test("what publishing adds is no part of the difference", () => {
  const older = version(TAPED, { ...TEST, "index.js": "1", "CHANGELOG.md": "1", ".github/FUNDING.yml": "a" });
  const noise = { ...TAPED, version: "1.1.0", gitHead: "abc", _id: "sum", devDependencies: { tape: "^5.2" } };
  const newer = version(noise, {
    ...TEST,
    "index.js": "2",
    "history.md": "2",
    "package-lock.json": "{}",
    ".github/workflows/ci.yml": "on: push",
    "jest.config.js": "protected",
    "ROADMAP.md": "theirs",
  });
  const replay = retold(older, newer);
  expect(written(replay)).toEqual(["index.js"]);
  expect([...replay.files.keys()]).toEqual([
    ".github/daybreak.yml",
    ".gitignore",
    "ROADMAP.md",
    "index.js",
    "package.json",
    "test/sum.js",
  ]);
});

test("new dependencies are part of the difference; scripts, runner sections and version are not", () => {
  const older = version({ ...TAPED, mocha: { ui: "tdd" } }, TEST);
  const newer = version(
    {
      ...TAPED,
      version: "1.1.0",
      scripts: { test: "tape test/*.js --x" },
      main: "sum.js",
      dependencies: { a: "1" },
    },
    { ...TEST, "sum.js": "" },
  );
  const { script, setup } = retold(older, newer);
  const write = script.milestones[0]?.turns
    .flatMap(({ tools }) => tools)
    .find(({ input }) => input.file_path === "package.json" && "content" in input);
  const after = String(write?.input.content);
  expect(JSON.parse(after)).toEqual({
    ...TAPED,
    mocha: { ui: "tdd" },
    main: "sum.js",
    dependencies: { a: "1" },
  });
  expect(setup[0]).toContain(" a@1 'tape@^5.1'");
  const before = String(textOf(older.get("package.json") ?? textFile("")));
  const limits = PolicyFile.parse({}).limits;
  const change = { path: "package.json", kind: "modified", oldMode: "100644", newMode: "100644" } as const;
  const judged = judgeBounds({
    changes: [{ ...change, bytes: 1, addedLines: 1, removedLines: 1, binary: false }],
    protectedGlobs: [],
    touches: [],
    allows: [],
    limits,
    basePaths: [],
    packages: [{ path: "package.json", before, after }],
  });
  expect(judged).toEqual({ protected: [], refused: [] });
});

test("typed tests bring their compiler, and configuration files what they name", () => {
  const development = {
    tape: "5",
    typescript: "5",
    "ts-node": "10",
    "babel-preset-env": "1",
    eslint: "8",
    x: "1",
  };
  const manifest = { ...TAPED, devDependencies: development };
  const typed = version(manifest, { ...TEST, "test/more.ts": "" });
  expect(retold(version(manifest, TEST), typed).setup[0]).toMatch(/-lock tape@5 ts-node@10 typescript@5$/);
  const compiled = version(manifest, {
    ...TEST,
    ".babelrc": '{ "presets": ["env"], "plugins": ["x/y"] }',
    "index.js": "",
  });
  expect(retold(version(manifest, TEST), compiled).setup[0]).toMatch(/-lock babel-preset-env@1 tape@5 x@1$/);
});

test("setup installs both versions' runtime dependencies, the runner and what the tests load, without install scripts", () => {
  const development = {
    tape: "^4",
    eslint: "8",
    "has-symbols": "1",
    "@scope/fix": ">=2 <3",
    "ts-node": "10",
  };
  const manifest = { ...TAPED, dependencies: { gone: "1", kept: "1" }, devDependencies: development };
  const older = version(manifest, TEST);
  const newer = version(
    {
      ...manifest,
      scripts: { test: "tape -r ts-node/register test/*.js" },
      dependencies: { kept: "2", here: "file:../here" },
      peerDependencies: { peer: "^3" },
      devDependencies: { ...development, tape: "^5" },
    },
    {
      "test/sum.js":
        "require('has-symbols/shams'); import x from '@scope/fix'; require('./eslint'), require('kept')",
    },
  );
  expect(retold(older, newer).setup).toEqual([
    "npm install --prefix .setup --no-save --ignore-scripts --no-audit --no-fund --no-package-lock " +
      "'@scope/fix@>=2 <3' gone@1 has-symbols@1 kept@2 'peer@^3' 'tape@^5' ts-node@10",
    "rm -rf node_modules && mv .setup/node_modules node_modules && rm -rf .setup",
  ]);
});

const SOURCE = { "index.js": "2" };
const refused: [string, FileTree, FileTree, string][] = [
  ["no test files", version(TAPED, {}), version(TAPED, SOURCE), "REPLAY_WITHOUT_TESTS"],
  [
    "only data in its test folder",
    version(TAPED, {}),
    version(TAPED, { ...SOURCE, "test/data.json": "{}" }),
    "REPLAY_WITHOUT_TESTS",
  ],
  [
    "no runner that is known",
    version({ ...TAPED, scripts: {} }, TEST),
    version({ ...TAPED, scripts: { test: "make test" } }, { ...TEST, ...SOURCE }),
    "REPLAY_WITHOUT_TESTS",
  ],
  [
    "a runner whose files were not published",
    version(TAPED, {}),
    version(TAPED, { ...SOURCE, "lib/test.js": "" }),
    "REPLAY_WITHOUT_TESTS",
  ],
  [
    "nothing that differs but version and changelog",
    version(TAPED, TEST),
    version({ ...TAPED, version: "1.1.0" }, { ...TEST, "CHANGELOG.md": "2" }),
    "REPLAY_WITHOUT_DIFFERENCE",
  ],
];

test.each(refused)("a package is refused that has %s", (_name, older, newer, code) => {
  expect(() => retold(older, newer)).toThrow(expect.objectContaining({ name: "Failure", code }));
});

test("the milestone can start, allows what it must, and its script and policy are valid", () => {
  const bytes = Uint8Array.from([0, 255, 0x60]);
  const before = fileTree([
    ["a.test.js", textFile("old")],
    ["old/deep/x.js", textFile("x")],
    ["old/y.js", textFile("y")],
    ["src/z.js", textFile("z")],
    ["src/gone.js", textFile("z")],
  ]);
  const after = fileTree([
    ["a.test.js", textFile("new")],
    ["bin/it's", { ...textFile("#!/bin/sh\n"), executable: true }],
    ["logo.png", { content: bytes, executable: false }],
    ["src/z.js", textFile("z")],
  ]);
  const gates = ["node --test 'x'", "echo `date`"];
  const { files, script, milestone } = fromTrees({
    before,
    after,
    title: "A  title\nof two lines",
    objective: "Do it.",
    gates,
    setup: [],
    tests: ["**/*.test.*"],
  });
  const text = (path: string): string => textOf(files.get(path) ?? textFile("")) ?? "";
  const { milestones, diagnostics } = parseRoadmap(text("ROADMAP.md"));
  expect(diagnostics).toEqual([]);
  expect(milestones).toMatchObject([
    {
      ...milestone,
      title: "A title of two lines",
      status: "planned",
      allows: ["a.test.js", "bin/it's"],
      touches: [],
      criteria: gates.map((command) => ({ way: { by: "command", command, exitCode: 0 } })),
    },
  ]);
  expect(PolicyFile.parse(parse(text(".github/daybreak.yml")))).toMatchObject({
    test: gates,
    setup: [],
    land: "main",
  });
  expect(ScriptSchema.parse(script)).toEqual(script);
  const calls = script.milestones.flatMap(({ turns }) => turns.flatMap(({ tools }) => tools));
  expect(
    calls.map(({ name, input }) => `${name} ${input.file_path ?? input.command ?? input.status}`),
  ).toEqual([
    "read a.test.js",
    "bash rm -r -- old src/gone.js",
    "write a.test.js",
    "write bin/it's",
    "bash mkdir -p -- . && printf %s AP9g | base64 -d > ./logo.png",
    "bash chmod +x -- 'bin/it'\\''s'",
    "finish done",
  ]);
});
