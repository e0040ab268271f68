/** One small repository per test runner, and what has to be read of it. */

import { join } from "node:path";
import { test } from "vitest";
import type { Runner } from "#core/court/runner.ts";
import { needs, RUNNERS, type Test } from "../support/requirements.ts";

export type Files = Readonly<Record<string, string>>;

/** One small repository per runner: a test that passes, one that fails, one that is skipped, a file that does not load. */
export type Project = {
  runner: Runner["name"];
  test: Test;
  /** The gate command of the policy. */
  command: string;
  modules: string | null;
  files: Files;
  /** A test file that loads, and one that does not. */
  good: string;
  broken: string;
  /** One line per test: outcome (`!` when something is missing), file, name. */
  all: string[];
  /** When only these two files run; the same as `all` where left out. */
  selected?: string[];
};

export const ROOT = join(import.meta.dirname, "../..");
export const packages = join(RUNNERS, "node_modules");
const scripts = (line: string): string => JSON.stringify({ scripts: { test: line } });
const BODY = `
describe("sum", () => {
  it("adds", () => { assert.equal(1 + 1, 2); });
  it("fails <&> ", () => { assert.equal(1, 2); });
  it.skip("is skipped", () => {});
  it("calls what is not there", () => { ({}).multiply(2); });
});
`;

export const PROJECTS: Project[] = [
  {
    runner: "vitest",
    test,
    command: "npm test",
    modules: join(ROOT, "node_modules"),
    files: {
      "package.json": scripts("vitest --reporter=verbose --retry 3"),
      "vitest.config.js": "export default { test: { retry: 2 } };",
      "test/sum.test.js": `import { assert, describe, it } from "vitest";${BODY}`,
      "test/broken.test.js":
        'import { it } from "vitest";\nimport { x } from "../gone.js";\nit("x", () => x());',
    },
    good: "test/sum.test.js",
    broken: "test/broken.test.js",
    all: [
      "error! test/broken.test.js: test/broken.test.js",
      "failed test/sum.test.js: sum > fails <&> ",
      "failed! test/sum.test.js: sum > calls what is not there",
      "passed test/sum.test.js: sum > adds",
      "skipped test/sum.test.js: sum > is skipped",
    ],
  },
  {
    runner: "node:test",
    test,
    command: "npm test",
    modules: null,
    files: {
      "package.json": scripts("c8 node --test --test-reporter spec 'test/*.test.mjs'"),
      "sum.mjs": "export const add = 1;",
      "test/sum.test.mjs": `import assert from "node:assert";\nimport { describe, it } from "node:test";${BODY}`,
      "test/broken.test.mjs":
        'import { it } from "node:test";\nimport { gone } from "../sum.mjs";\nit("x", () => gone());',
      "test/plain.test.mjs": 'import assert from "node:assert";\nassert.equal(1, 2);',
    },
    good: "test/sum.test.mjs",
    broken: "test/broken.test.mjs",
    all: [
      "error! test/broken.test.mjs: test/broken.test.mjs",
      "failed test/plain.test.mjs: test/plain.test.mjs",
      "failed test/sum.test.mjs: sum > fails <&> ",
      "failed! test/sum.test.mjs: sum > calls what is not there",
      "passed test/sum.test.mjs: sum > adds",
      "skipped test/sum.test.mjs: sum > is skipped",
    ],
  },
  {
    runner: "jest",
    test: needs("the runners' packages"),
    command: "yarn test --silent",
    modules: packages,
    files: {
      "package.json": scripts("node node_modules/jest/bin/jest.js --coverage --watch"),
      "test/sum.test.js": `const assert = require("node:assert");${BODY}`,
      "test/broken.test.js": 'const x = require("../gone");\ntest("x", () => x());',
    },
    good: "test/sum.test.js",
    broken: "test/broken.test.js",
    all: [
      "error! test/broken.test.js: test/broken.test.js",
      "failed test/sum.test.js: sum > fails <&> ",
      "failed! test/sum.test.js: sum > calls what is not there",
      "passed test/sum.test.js: sum > adds",
      "skipped test/sum.test.js: sum > is skipped",
    ],
  },
  {
    runner: "mocha",
    test: needs("the runners' packages"),
    command: "npm run unit",
    modules: packages,
    files: {
      "package.json": JSON.stringify({ scripts: { unit: "nyc mocha -R dot --bail 'test/*.js'" } }),
      "test/sum.js": `const assert = require("node:assert");${BODY}`,
      "test/broken.js": 'const x = require("../gone");\nit("x", () => x());',
    },
    good: "test/sum.js",
    broken: "test/broken.js",
    // What mocha cannot load keeps it from running anything.
    all: ["error! test/broken.js: test/broken.js"],
    selected: [
      "error! test/broken.js: test/broken.js",
      "failed test/sum.js: sum > fails <&> ",
      "failed! test/sum.js: sum > calls what is not there",
      "passed test/sum.js: sum > adds",
      "skipped test/sum.js: sum > is skipped",
    ],
  },
  {
    runner: "tape",
    test: needs("the runners' packages"),
    command: "npm test",
    modules: packages,
    files: {
      "package.json": scripts("tape 'test/*.js' | tap-spec"),
      "test/sum.js": `const test = require("tape");
test("adds", (t) => { t.equal(1 + 1, 2, "two"); t.ok(true); t.end(); });
test("fails", (t) => { t.equal(1, 2, "two"); t.end(); });
test("waits", { todo: true }, (t) => { t.fail("not yet"); t.end(); });
test("calls what is not there", (t) => { ({}).multiply(2); t.end(); });
test("never comes", (t) => t.end());`,
      "test/broken.js":
        'const test = require("tape");\nconst x = require("../gone");\ntest("x", (t) => x(t));',
    },
    good: "test/sum.js",
    broken: "test/broken.js",
    all: ["error! test/broken.js: test/broken.js"],
    selected: [
      "error! test/broken.js: test/broken.js",
      "failed test/sum.js: fails",
      "failed! test/sum.js: calls what is not there",
      "passed test/sum.js: adds",
      "skipped test/sum.js: waits",
    ],
  },
  {
    runner: "ava",
    test: needs("the runners' packages"),
    command: "npx ava",
    modules: packages,
    files: {
      "package.json": "{}",
      "test/sum.js": `const test = require("ava");
test("adds", (t) => t.is(1 + 1, 2));
test("fails", (t) => t.is(1, 2));
test.skip("is skipped", (t) => t.pass());
test("calls what is not there", (t) => { ({}).multiply(2); t.pass(); });`,
      "test/broken.js":
        'const test = require("ava");\nconst x = require("../gone");\ntest("x", (t) => x(t));',
    },
    good: "test/sum.js",
    broken: "test/broken.js",
    all: [
      "error! test/broken.js: test/broken.js",
      "failed null: sum > fails",
      "failed! null: Error: Cannot find module '../gone'",
      "failed! null: sum > calls what is not there",
      "passed null: sum > adds",
      "skipped null: sum > is skipped",
    ],
    selected: [
      "error! test/broken.js: test/broken.js",
      "failed test/sum.js: fails",
      "failed! test/broken.js: Error: Cannot find module '../gone'",
      "failed! test/sum.js: calls what is not there",
      "passed test/sum.js: adds",
      "skipped test/sum.js: is skipped",
    ],
  },
  {
    runner: "pytest",
    test: needs("pytest"),
    command: "make test",
    modules: null,
    files: {
      Makefile:
        "PYTHON ?= python3\n\ntest: lint\n\t@$(PYTHON) -m pytest -x --maxfail=1 -q tests\n\nlint:\n\truff check\n",
      "pytest.ini": "[pytest]\naddopts = --ff\n",
      "tests/test_sum.py": `import math, pytest
class TestSum:
    def test_adds(self): assert 1 + 1 == 2
    def test_fails(self): assert 1 == 2, "a < b"
@pytest.mark.skip(reason="not here")
def test_skipped(): pass
def test_not_there(): math.multiply(2)
@pytest.fixture
def broken(): raise RuntimeError("the fixture")
def test_broken_fixture(broken): pass
`,
      "tests/test_broken.py": "from gone import x\ndef test_x(): x()\n",
    },
    good: "tests/test_sum.py",
    broken: "tests/test_broken.py",
    all: [
      "error! tests/test_broken.py: tests/test_broken.py",
      "failed tests/test_sum.py: TestSum > test_fails",
      "failed tests/test_sum.py: test_broken_fixture",
      "failed! tests/test_sum.py: test_not_there",
      "passed tests/test_sum.py: TestSum > test_adds",
      "skipped tests/test_sum.py: test_skipped",
    ],
  },
  {
    runner: "unittest",
    test: needs("python"),
    command: "python3 -m unittest discover -v -s tests",
    modules: null,
    files: {
      "tests/__init__.py": "",
      "tests/test_sum.py": `import unittest
class TestSum(unittest.TestCase):
    def test_adds(self): self.assertEqual(1 + 1, 2)
    def test_fails(self): self.assertEqual(1, 2)
    @unittest.skip("not here")
    def test_skipped(self): pass
`,
      "tests/test_broken.py": "from gone import x\n",
    },
    good: "tests/test_sum.py",
    broken: "tests/test_broken.py",
    all: [
      "error! tests/test_broken.py: tests/test_broken.py",
      "failed tests/test_sum.py: TestSum > test_fails",
      "passed tests/test_sum.py: TestSum > test_adds",
      "skipped tests/test_sum.py: TestSum > test_skipped",
    ],
  },
  {
    runner: "go test",
    test: needs("go"),
    command: "go vet ./... && go test -v -cover ./...",
    modules: null,
    files: {
      "go.mod": "module example.com/sum\n\ngo 1.19\n",
      "calc/calc.go": "package calc\n\nfunc Add(a, b int) int { return a + b }\n",
      "calc/calc_test.go": `package calc

import "testing"

func TestAdd(t *testing.T) {
	if Add(1, 1) != 2 {
		t.Fatal("no")
	}
}
func TestFails(t *testing.T) { t.Run("case one", func(t *testing.T) { t.Errorf("got %d", 1) }) }
func TestSkipped(t *testing.T) { t.Skip("not here") }
`,
      "broken/broken.go": "package broken\n",
      "broken/broken_test.go": 'package broken\n\nimport "testing"\n\nfunc TestX(t *testing.T) { Gone() }\n',
    },
    good: "calc/calc_test.go",
    broken: "broken/broken_test.go",
    all: [
      "error! broken/broken_test.go: example.com/sum/broken",
      "failed null: example.com/sum/calc > TestFails",
      "failed null: example.com/sum/calc > TestFails > case_one",
      "passed null: example.com/sum/calc > TestAdd",
      "skipped null: example.com/sum/calc > TestSkipped",
    ],
  },
];
