/** A test that must fail, written as its neighbour is: who makes failures vanish makes this one vanish too. Runs nothing. */

import { type Bound, bound, bringing } from "#core/court/bindings.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Runner } from "#core/court/runner.ts";

export type Canary = { path: string; text: string; name: string };

/** `like` is a test file of the change, beside which the canary sits; `nonce` are lower-case letters and digits. */
export function canaryFor(runner: Runner, like: string, likeText: string, nonce: string): Canary | null {
  const end = like.lastIndexOf("/") + 1;
  const folder = like.slice(0, end);
  const file = like.slice(end);
  if (file.endsWith(".py")) return pythonCanary(runner, { folder, file, likeText, nonce });
  if (file.endsWith("_test.go")) return goCanary({ folder, file, likeText, nonce });
  return scriptCanary(runner, { folder, file, likeText, nonce });
}

/** Only a failure with its name, of a run that says it failed. Without results: the run's word alone. */
export function canaryFell(
  results: readonly TestResult[] | null,
  exitCode: number | null,
  name: string,
): boolean {
  if (exitCode === 0) return false;
  if (results === null) return true;
  return results.some(
    (one) =>
      (one.name === name || one.name.endsWith(` > ${name}`)) &&
      (one.outcome === "failed" || one.outcome === "error"),
  );
}

type Asked = { folder: string; file: string; likeText: string; nonce: string };

function pythonCanary(runner: Runner, { folder, file, likeText, nonce }: Asked): Canary {
  const path = `${folder}${/_test\.py$/.test(file) ? `canary_${nonce}_test.py` : `test_canary_${nonce}.py`}`;
  const name = `test_canary_${nonce}`;
  const isClass =
    runner.name === "unittest" || (/\bself\.assert/.test(likeText) && !/^\s*assert\b/m.test(likeText));
  const text = isClass
    ? `import unittest\n\n\nclass TestCanary(unittest.TestCase):\n    def ${name}(self):\n        self.assertEqual(1, 2)\n`
    : `def ${name}():\n    assert 1 == 2\n`;
  return { path, text, name };
}

function goCanary({ folder, likeText, nonce }: Asked): Canary | null {
  const clause = /^package\s+\w+/m.exec(likeText)?.[0];
  if (clause === undefined) return null;
  const constraint = /^\/\/go:build .*$/m.exec(likeText)?.[0];
  const name = `TestCanary${nonce}`;
  const head = constraint === undefined ? clause : `${constraint}\n\n${clause}`;
  const text = `${head}\n\nimport "testing"\n\nfunc ${name}(t *testing.T) {\n\tt.Error("must fail")\n}\n`;
  return { path: `${folder}canary_${nonce}_test.go`, text, name };
}

/** What follows the name of a test file, or stands before it. */
const SUFFIX = /(?:[._-](?:tests?|specs?))?\.[cm]?[jt]sx?$/;
const PREFIX = /^(?:tests?|specs?)[_-](?=.)/;

function scriptCanary(runner: Runner, { folder, file, likeText, nonce }: Asked): Canary | null {
  const suffix = SUFFIX.exec(file)?.[0];
  if (suffix === undefined) return null;
  const prefix = PREFIX.exec(file)?.[0] ?? (file === `test${suffix}` ? "test-" : "");
  const name = `canary ${nonce}`;
  const isModule =
    /\.m[jt]s$/.test(file) || (/^\s*(?:import|export)\b/m.test(likeText) && !file.endsWith(".cjs"));
  const writing: Writing = { likeText, name, isModule };
  const lines = [...(runner.name === "other" ? canaryOfAny(writing) : canaryOf(runner.name, writing))];
  return { path: `${folder}${prefix}canary-${nonce}${suffix}`, text: `${lines.join("\n")}\n`, name };
}

type Writing = { likeText: string; name: string; isModule: boolean };

function canaryOf(runner: Runner["name"], writing: Writing): string[] {
  const { name } = writing;
  const brought: Partial<Record<Runner["name"], [string, string]>> = {
    tape: ["tape", "t.equal(1, 2);\n  t.end();"],
    tap: ["tap", "t.equal(1, 2);\n  t.end();"],
    ava: ["ava", "t.is(1, 2);"],
  };
  const own = brought[runner];
  if (own !== undefined) {
    const library = bound(writing.likeText, own[0]) ?? bringing(own[0], writing);
    const call = library.names.get("test") ?? (runner === "tap" ? `${library.whole}.test` : library.whole);
    return [library.statement, "", `${call}(${JSON.stringify(name)}, (t) => {`, `  ${own[1]}`, "});"];
  }
  const module = { vitest: "vitest", jest: "@jest/globals", mocha: "mocha" }[runner as string];
  const library =
    module === undefined
      ? (boundNodeTest(writing) ?? bringing("node:test", writing))
      : bound(writing.likeText, module);
  const call = callOf(library, writing.likeText);
  const { statement, claim } = claimOf(runner, library, writing);
  const statements = [...new Set([library?.statement ?? "", statement])].filter(Boolean);
  return [...statements, "", `${call}(${JSON.stringify(name)}, () => {`, `  ${claim}`, "});"];
}

/** A program whose exit code is all there is. */
function canaryOfAny(writing: Writing): string[] {
  return [`throw new Error(${JSON.stringify(writing.name)});`];
}

function boundNodeTest(writing: Writing): Bound | null {
  return bound(writing.likeText, "node:test") ?? bound(writing.likeText, "test");
}

function callOf(library: Bound | null, text: string): string {
  const named = library?.names.get("it") ?? library?.names.get("test");
  if (named !== undefined) return named;
  if (library !== null && library.whole !== "") return library.whole;
  return /\bit\s*\(/.test(text) || !/\btest\s*\(/.test(text) ? "it" : "test";
}

/** The neighbour's own assertion library, and something false said with it. */
function claimOf(runner: Runner["name"], library: Bound | null, writing: Writing): Claim {
  const own = chaiClaim(writing) ?? expectClaim(runner, library, writing) ?? assertClaim(writing);
  if (own !== null) return own;
  if (runner === "vitest" && library !== null)
    return { statement: 'import { expect } from "vitest";', claim: "expect(1).toBe(2);" };
  if (runner === "vitest" || runner === "jest") return { statement: "", claim: "expect(1).toBe(2);" };
  return { statement: bringing("node:assert", writing, "assert").statement, claim: "assert.equal(1, 2);" };
}

/** The statement that brings the library; empty where it is already there. */
type Claim = { statement: string; claim: string };

function chaiClaim({ likeText }: Writing): Claim | null {
  const chai = bound(likeText, "chai");
  if (chai === null) return null;
  const assert = chai.names.get("assert");
  const expect = chai.names.get("expect") ?? `${chai.whole}.expect`;
  const isAssert = assert !== undefined && !chai.names.has("expect");
  return {
    statement: chai.statement,
    claim: isAssert ? `${assert}.equal(1, 2);` : `${expect}(1).to.equal(2);`,
  };
}

/** An `expect` that comes with the runner, or is there for everybody. */
function expectClaim(runner: Runner["name"], library: Bound | null, { likeText }: Writing): Claim | null {
  const brought = bound(likeText, "expect");
  const everywhere = library === null && /\bexpect\s*\(/.test(likeText) ? "expect" : undefined;
  const expect =
    library?.names.get("expect") ?? (brought?.names.get("expect") || brought?.whole) ?? everywhere;
  if (expect === undefined) return null;
  const isChai = runner === "mocha" && brought === null;
  return { statement: brought?.statement ?? "", claim: `${expect}(1).${isChai ? "to.equal" : "toBe"}(2);` };
}

function assertClaim({ likeText }: Writing): Claim | null {
  const modules = ["node:assert", "node:assert/strict", "assert", "assert/strict"];
  const assert = modules.flatMap((module) => bound(likeText, module) ?? [])[0];
  if (assert === undefined) return null;
  const { names, whole, statement } = assert;
  const inner = names.get("strict") ?? names.get("default") ?? (whole || "assert");
  return { statement, claim: `${names.get("equal") ?? names.get("strictEqual") ?? `${inner}.equal`}(1, 2);` };
}
