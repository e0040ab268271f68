/** The rules that ship: fourteen, each with a test that fires, and each of those tests is there. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readShippedRules } from "#adapters/rules/rules.ts";
import type { Rule } from "#core/rules.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const RULES = await readShippedRules(join(ROOT, "rules"));

/** Why nobody could see the rule fire, or null. */
function unproven({ test: named }: Rule): string | null {
  if (named === null) return "it names no test";
  if (!/^test\/.+\.test\.ts$/.test(named.path)) return `${named.path} is no file of tests`;
  if (!existsSync(join(ROOT, named.path))) return `there is no ${named.path}`;
  const titles = readFileSync(join(ROOT, named.path), "utf8").matchAll(
    /^\s*test(?:\.each)?\(\s*"([^"\n]+)"/gm,
  );
  return [...titles].some(([, title]) => title === named.title) ? null : `no test is called “${named.title}”`;
}

test("fourteen rules ship, in their order, each with an id of its own", () => {
  expect(RULES.map(({ id, enforcement }) => `${id}: ${enforcement}`)).toMatchInlineSnapshot(`
    [
      "fresh-workspace: gate",
      "destructive-inside: hook",
      "budgets-are-ceilings: budget",
      "phases-on-disk: hook",
      "checkpoint-when-green: gate",
      "state-first: hook",
      "no-questions: hook",
      "plan-apart: hook",
      "change-the-approach: hook",
      "never-stop-midway: hook",
      "keep-what-worked: gate",
      "functional-first: hook",
      "all-platforms: hook",
      "research-share: budget",
    ]
  `);
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(14);
});

test.each(RULES.map((rule) => [rule.id, rule] as const))(
  "%s has a test that shows it firing",
  (_id, rule) => {
    expect(unproven(rule)).toBeNull();
  },
);

test("a rule without such a test would be found", () => {
  const [rule] = RULES;
  if (rule === undefined || rule.test === null) throw new Error("no rule ships");
  expect(unproven({ ...rule, test: null })).toBe("it names no test");
  expect(unproven({ ...rule, test: { ...rule.test, title: "it fires" } })).toContain("no test is called");
  expect(unproven({ ...rule, test: { ...rule.test, path: "test/rules/gone.test.ts" } })).toContain(
    "there is no",
  );
});
