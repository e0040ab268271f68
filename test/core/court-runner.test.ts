import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { messageOf, saysMissing } from "#core/court/failure-message.ts";
import { invocationOf } from "#core/court/invocation.ts";
import { detectRunner, type Runner, runnerFor } from "#core/court/runner.ts";

const MAKEFILE =
  "PY ?= python3\nARGS := -q $(MORE)\nMORE = tests\n\ntest: lint\n\t@$(PY) -m pytest $(ARGS)\nlint:\n\truff check\nodd:\n\t$(shell pwd)/run\n";

function found(
  commands: string[],
  scripts: Record<string, string> = {},
  files: Record<string, string> = {},
): string[] {
  const all: Record<string, string> = {
    Makefile: MAKEFILE,
    "package.json": JSON.stringify({ scripts }),
    ...files,
  };
  const packages = Object.keys(files).flatMap((path) => /^(.*)\/package\.json$/.exec(path)?.[1] ?? []);
  return detectRunner(commands, (path) => all[path] ?? null, packages).map(
    ({ name, words, folder }) => `${name}: ${words}${folder === undefined ? "" : ` in ${folder}`}`,
  );
}

test.each<[string, string[], Record<string, string>, string[]]>([
  ["a script", ["npm test"], { test: "vitest run --coverage src" }, ["vitest: vitest run --coverage src"]],
  [
    "a script by another name, with flags of its own",
    ["npm run unit -- --globals"],
    { unit: "vitest" },
    ["vitest: vitest --globals"],
  ],
  ["yarn, with flags", ["yarn test --ci"], { test: "jest" }, ["jest: jest --ci"]],
  [
    "a program called by pnpm",
    ["pnpm exec mocha -R dot", "pnpm tape a.js"],
    {},
    ["mocha: mocha -R dot", "tape: tape a.js"],
  ],
  ["npx", ["npx --no-install ava"], {}, ["ava: ava"]],
  [
    "wrappers and an environment",
    ["npm t"],
    { test: "TZ=UTC cross-env A=1 nyc --silent mocha 'test/**'" },
    ["mocha: TZ=UTC A=1 mocha 'test/**'"],
  ],
  [
    "a linter before, a reporter behind",
    ["npm test"],
    { test: "eslint . && tape test/*.js | tap-spec" },
    ["tape: tape test/*.js"],
  ],
  [
    "node with flags that runs jest",
    ["npm test"],
    { test: "node --experimental-vm-modules node_modules/jest/bin/jest.js" },
    ["jest: node --experimental-vm-modules node_modules/jest/bin/jest.js"],
  ],
  ["node's own runner", ["node --test --import tsx"], {}, ["node:test: node --test --import tsx"]],
  ["a recipe of a Makefile", ["make test"], {}, ["pytest: python3 -m pytest -q tests"]],
  ["a recipe that computes", ["make odd"], {}, ["other: make odd"]],
  [
    "Python in its environments",
    ["uv run pytest -q", "poetry run python -m pytest", "coverage run -m pytest x", "python3 -m unittest"],
    {},
    [
      "pytest: uv run pytest -q",
      "pytest: poetry run python -m pytest",
      "pytest: coverage run -m pytest x",
      "unittest: python3 -m unittest",
    ],
  ],
  ["go", ["go vet ./... && go test -race ./..."], {}, ["go test: go test -race ./..."]],
  [
    "no other beside a runner",
    ["npm run lint", "npm test"],
    { lint: "eslint .", test: "jest" },
    ["jest: jest"],
  ],
  [
    "what nobody knows, where there is nothing else",
    ["./check.sh", "npm run e2e"],
    { e2e: "cypress run" },
    ["other: ./check.sh", "other: npm run e2e"],
  ],
  [
    "scripts that call each other for ever",
    ["npm test"],
    { test: "npm run a", a: "npm test" },
    ["other: npm test"],
  ],
  [
    "nothing in a folder nobody can tell, or one that is not there",
    ['cd "$WEB" && npm test', "npm --prefix web test", "npm test -w web", "cd .. && npm test"],
    { test: "jest" },
    [
      'other: cd "$WEB" && npm test',
      "other: npm --prefix web test",
      "other: npm test -w web",
      "other: cd .. && npm test",
    ],
  ],
])("the runner is found behind %s", (_name, commands, scripts, expected) => {
  expect(found(commands, scripts)).toEqual(expected);
});

test.each([
  ["cd packages/web && npm test", "jest: jest --ci in packages/web"],
  [
    "cd packages && cd ./web && npm test && cd ../.. && npm test",
    "jest: jest --ci in packages/web, vitest: vitest",
  ],
  ["(cd packages/web && npm test) && npm test", "jest: jest --ci in packages/web, vitest: vitest"],
  ["npm --prefix packages/web test", "jest: jest --ci in packages/web"],
  ["npm test --prefix=packages/web -- -i", "jest: jest --ci -i in packages/web"],
  ["npm test -w packages/web", "jest: jest --ci in packages/web"],
  ["npm test --workspace=@shop/web", "jest: jest --ci in packages/web"],
  ["npm test --workspaces", "jest: jest --ci in packages/web"],
  ["pnpm -r test", "jest: jest --ci in packages/web"],
  ["pnpm --filter @shop/web test -r x", "jest: jest --ci -r x in packages/web"],
  ["yarn workspace @shop/web test", "jest: jest --ci in packages/web"],
  ["yarn --cwd packages/web test", "jest: jest --ci in packages/web"],
  ["make -r check", "other: make -r check"],
  ["make -C packages/web check", "jest: npx jest in packages/web"],
  ["cd services/clock && go test ./...", "go test: go test ./... in services/clock"],
  ["go -C services/clock test ./...", "go test: go test ./... in services/clock"],
  ["python -m pytest services/x", "pytest: python -m pytest services/x"],
])("in another folder: %s", (command, expected) => {
  const files = {
    "packages/web/package.json": '{ "name": "@shop/web", "scripts": { "test": "jest --ci" } }',
    "packages/web/Makefile": "check:\n\tnpx jest\n",
  };
  expect(found([command], { test: "vitest" }, files).join(", ")).toBe(expected.replace("npx jest", "jest"));
});

test("a test file goes to the runner of the nearest folder, which is called there with paths of its own", () => {
  const runners: Runner[] = [
    { name: "jest", words: "jest" },
    { name: "jest", words: "jest --ci", folder: "packages/web" },
  ];
  const chosen = (path: string) => runnerFor(path, "", runners)?.folder ?? null;
  expect([chosen("packages/web/a.test.js"), chosen("packages/webs/a.test.js")]).toEqual([
    "packages/web",
    null,
  ]);
  const [, web] = runners;
  if (web === undefined) throw new Error("no runner");
  const { command, folder } = invocationOf(web, { files: ["packages/web/a.test.js", "b.js"], seed: null });
  expect(folder).toBe("packages/web");
  expect(command).toMatch(/; cd packages\/web \|\| exit 1; .* --runTestsByPath a\.test\.js$/);
});

test("a test that is a program is run by node's own runner, unless it says TAP by itself", () => {
  const scripts = { test: "node test/index.js" };
  expect(found(["npm test"], scripts)).toEqual(["node:test: node test/index.js"]);
  const files = { "test/index.js": "const test = require('tape');" };
  expect(found(["npm test"], scripts, files)).toEqual(["tape: node test/index.js"]);
  expect(found(["npm test"], { test: "node build.js" })).toEqual(["other: npm test"]);
});

test("a test file goes to the runner of its language, then to the one it names", () => {
  const runners: Runner[] = (["vitest", "node:test", "pytest", "go test"] as const).map((name) => ({
    name,
    words: name,
  }));
  const chosen = (path: string, text: string) => runnerFor(path, text, runners)?.name ?? null;
  expect([
    chosen("a.test.ts", ""),
    chosen("a.test.ts", 'import test from "node:test";'),
    chosen("test_a.py", ""),
    chosen("a_test.go", ""),
    chosen("a.rb", ""),
  ]).toEqual(["vitest", "node:test", "pytest", "go test", null]);
});

test("what hides results, stops early or writes elsewhere is left out, the owner's other flags are not", () => {
  const command = (name: Runner["name"], words: string, files: string[] | null = null) =>
    invocationOf({ name, words }, { files, seed: null }).command.replace(/^PATH=\S+ /, "");
  expect(command("vitest", "vitest --watch -c x.ts --reporter dot --retry=3 --bail 1 src", ["a.ts"])).toBe(
    'vitest run --reporter=default --reporter=junit --outputFile.junit="$DAYBREAK_REPORT" --retry=0 --bail=0 -c x.ts a.ts',
  );
  expect(
    command("go test", "go test -v -count 3 -tags db ./... -args -x", [
      "a/b_test.go",
      "a/c_test.go",
      "d_test.go",
    ]),
  ).toBe("go test -json -count=1 -tags db ./a . -args -x");
  expect(command("other", "A=1 jasmine --random=true spec/*.js", ["spec/a.js"])).toBe(
    "A=1 jasmine --random=true spec/a.js",
  );
  expect(command("other", "make check", ["spec/a.js"])).toBe("make check");
});

test("a shell reads every path as one word, and never as an option", () => {
  const words = [
    "other: jasmine",
    "mocha: mocha",
    "tape: tape",
    "ava: ava",
    "pytest: pytest",
    "jest: jest",
    "node:test: node --test",
  ];
  const piece = fc.constantFrom(
    "a",
    " ",
    "$(echo x)",
    "`echo x`",
    "'",
    '"',
    "\\",
    ";",
    "&",
    "\n",
    "*",
    "-",
    "--",
    "~",
    "!",
    "#",
    "é",
  );
  const path = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => `${parts.join("")}.js`);
  // Every program becomes one that prints its words: a function outranks what is on the PATH.
  const printing = "jasmine mocha tape ava pytest jest node"
    .split(" ")
    .map((name) => `${name}() { printf '\\0%s\\0' "$@"; }`);
  fc.assert(
    fc.property(fc.constantFrom(...words), path, (line, file) => {
      const [, name = "", called = ""] = /^(.+?): (.+)$/.exec(line) ?? [];
      const { command } = invocationOf(
        { name: name as Runner["name"], words: called },
        { files: [file], seed: null },
      );
      const script = `${printing.join("\n")}\n${command}`;
      const { stdout } = spawnSync("bash", ["-c", script], {
        encoding: "utf8",
        env: { PATH: "/usr/bin:/bin", DAYBREAK_REPORT: "/dev/null" },
      });
      const seen = stdout.split("\0").filter((word) => word.endsWith(".js"));
      const plain = (word: string) =>
        word.replace(/\[(.|\\\\)\]/gs, (_class, sign) => (sign === "\\\\" ? "\\" : sign));
      const last = plain(seen.at(-1) ?? "").replace(`${process.cwd()}/`, "");
      expect(last.replace(/^\.\//, "")).toBe(file.replace(/^\.\//, ""));
      expect(seen.at(-1)).not.toMatch(/^-/);
    }),
    { numRuns: 150 },
  );
});

test.each([
  ["Error: Cannot find module './x'", true],
  ["SyntaxError: The requested module './m.mjs' does not provide an export named 'add'", true],
  ["TypeError: (0 , sum.add) is not a function", true],
  ["ReferenceError: add is not defined", true],
  ["ModuleNotFoundError: No module named 'x'", true],
  ["ImportError: cannot import name 'x' from 'y'", true],
  ["AttributeError: module 'm' has no attribute 'x'", true],
  ["AttributeError: 'Calc' object has no attribute 'multiply'", true],
  ["test/a.test.ts:1:10 - error TS2305: Module has no exported member 'x'.", true],
  ["AttributeError: 'NoneType' object has no attribute 'x'", false],
  ["TypeError: Cannot read properties of undefined (reading 'x')", false],
  ["SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON", false],
  ["AssertionError: expected [Function] to throw SyntaxError", false],
  ["expected 'a' to be 'ReferenceError'", false],
  ["assert 1 == 2", false],
])("of %s it is known whether something is missing", (message, missing) => {
  expect(saysMissing(message)).toBe(missing);
});

test("the message of a failure is one short line that says why", () => {
  expect(
    messageOf('Traceback (most recent call last):\n  File "a.py", line 1\n    import x\nValueError: no\n'),
  ).toBe("ValueError: no");
  expect(messageOf("\n\u001b[31mError: red\u001b[39m\n    at x")).toBe("Error: red");
  expect(messageOf("x".repeat(1_000))).toHaveLength(300);
});
