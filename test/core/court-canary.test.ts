import { expect, test } from "vitest";
import { canaryFell, canaryFor } from "#core/court/canary.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Runner } from "#core/court/runner.ts";

function canary(name: Runner["name"], like: string, text: string): string {
  const found = canaryFor({ name, words: name }, like, text, "k7");
  return found === null ? "none" : `${found.path} (${found.name})\n${found.text}`;
}

const neighbours: [Runner["name"], string, string, string][] = [
  [
    "vitest",
    "test/sum.test.ts",
    'import { describe, expect, it as spec } from "vitest";\n',
    'test/canary-k7.test.ts (canary k7)\nimport { describe, expect, it as spec } from "vitest";\n\nspec("canary k7", () => {\n  expect(1).toBe(2);\n});\n',
  ],
  [
    "vitest",
    "src/sum.spec.js",
    'it("adds", () => expect(1).toBe(1));\n',
    'src/canary-k7.spec.js (canary k7)\n\nit("canary k7", () => {\n  expect(1).toBe(2);\n});\n',
  ],
  [
    "jest",
    "__tests__/sum.js",
    'test("adds", () => expect(1).toBe(1));\n',
    '__tests__/canary-k7.js (canary k7)\n\ntest("canary k7", () => {\n  expect(1).toBe(2);\n});\n',
  ],
  [
    "node:test",
    "test.js",
    "const { test } = require('node:test');\nconst assert = require('node:assert').strict;\n",
    "test-canary-k7.js (canary k7)\nconst { test } = require('node:test');\nconst assert = require('node:assert').strict;\n\ntest(\"canary k7\", () => {\n  assert.equal(1, 2);\n});\n",
  ],
  [
    "node:test",
    "test/a.test.mjs",
    'import * as check from "node:assert/strict";\nimport check2 from "../check.mjs";\n',
    'test/canary-k7.test.mjs (canary k7)\nimport test from "node:test";\nimport * as check from "node:assert/strict";\n\ntest("canary k7", () => {\n  check.equal(1, 2);\n});\n',
  ],
  [
    "mocha",
    "test/a.js",
    "const { expect } = require('chai');\ndescribe('a', () => { it('b', () => expect(1).to.equal(1)); });\n",
    "test/canary-k7.js (canary k7)\nconst { expect } = require('chai');\n\nit(\"canary k7\", () => {\n  expect(1).to.equal(2);\n});\n",
  ],
  [
    "tape",
    "test/a.js",
    "var tape = require('tape');\n",
    "test/canary-k7.js (canary k7)\nvar tape = require('tape');\n\ntape(\"canary k7\", (t) => {\n  t.equal(1, 2);\n  t.end();\n});\n",
  ],
  [
    "pytest",
    "tests/test_sum.py",
    "def test_adds():\n    assert 1 + 1 == 2\n",
    "tests/test_canary_k7.py (test_canary_k7)\ndef test_canary_k7():\n    assert 1 == 2\n",
  ],
  [
    "go test",
    "calc/calc_test.go",
    '//go:build !windows\n\npackage calc_test\n\nimport "testing"\n',
    'calc/canary_k7_test.go (TestCanaryk7)\n//go:build !windows\n\npackage calc_test\n\nimport "testing"\n\nfunc TestCanaryk7(t *testing.T) {\n\tt.Error("must fail")\n}\n',
  ],
  ["go test", "calc/calc_test.go", "no package at all", "none"],
  ["mocha", "test/mocha.opts", "", "none"],
];

test.each(neighbours)(
  "a canary for %s beside %s is written as its neighbour is",
  (name, like, text, expected) => {
    expect(canary(name, like, text)).toBe(expected);
  },
);

const result = (name: string, outcome: TestResult["outcome"]): TestResult => ({
  file: null,
  name,
  outcome,
  message: "",
  missing: false,
});

test.each<[string, TestResult[] | null, number | null, boolean]>([
  ["it failed by name, and the run failed", [result("calc > canary k7", "failed")], 1, true],
  ["the run was killed after it failed", [result("canary k7", "failed")], null, true],
  ["it failed, but the run says all is well", [result("canary k7", "failed")], 0, false],
  ["the run failed for another test", [result("canary k7", "passed"), result("other", "failed")], 1, false],
  ["the run failed and nobody saw the canary", [], 1, false],
  ["a test of a longer name failed", [result("no canary k7", "failed")], 1, false],
  ["nothing is reported, and the run failed", null, 2, true],
  ["nothing is reported, and the run says all is well", null, 0, false],
])("a canary fell only when %s", (_name, results, exitCode, fell) => {
  expect(canaryFell(results, exitCode, "canary k7")).toBe(fell);
});
