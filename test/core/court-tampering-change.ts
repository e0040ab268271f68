/** Changes to judge: sources before and after in JavaScript, Python and Go, read by the real parser. */

import { expect } from "vitest";
import { createSyntax } from "#adapters/syntax/syntax.ts";
import type { ChangedFile, Side } from "#core/court/changed-file.ts";
import type { Rule } from "#core/court/objection.ts";
import type { Lines } from "#core/court/outline.ts";
import { tampering } from "#core/court/tampering.ts";
import { matchesAny } from "#core/glob.ts";
import type { Milestone } from "#core/milestone.ts";
import { TEST_PATHS } from "#core/policy-paths.ts";

/** A change that must not pass, and where it is caught. */
export type Cheat = {
  what: string;
  edits: Edit[];
  rule: Rule;
  line: number | null;
  contract?: Partial<Contract>;
};

/** A change that nothing speaks against. */
export type Change = { what: string; edits: Edit[]; contract?: Partial<Contract> };

/** A path with its text on base and on the change; null where it does not exist. */
export type Edit = [path: string, before: string | null, after: string | null];

export type Contract = Pick<Milestone, "kind" | "allows" | "criteria" | "objective" | "title">;

const syntax = createSyntax();

export function changeOf(edits: readonly Edit[]): ChangedFile[] {
  return edits.map(([path, before, after]) => ({
    path,
    isTest: matchesAny(path, TEST_PATHS),
    before: sideOf(path, before),
    after: sideOf(path, after),
    changed: changedLines(before, after),
  }));
}

export function contractOf(given: Partial<Contract> = {}): Contract {
  return { kind: "feature", allows: [], criteria: [], objective: "", title: "A change", ...given };
}

function sideOf(path: string, text: string | null): Side | null {
  return text === null ? null : { text, outline: syntax.outline(path, text) };
}

/** What lies between the first and the last line that differ, which is never less than git says. */
function changedLines(before: string | null, after: string | null): Lines[] {
  if (after === null) return [];
  const now = after.split("\n");
  const was = before?.split("\n") ?? [];
  let from = 0;
  while (from < now.length && now[from] === was[from]) from += 1;
  let kept = 0;
  while (kept < Math.min(now.length, was.length) - from && now.at(-1 - kept) === was.at(-1 - kept)) kept += 1;
  return from >= now.length - kept ? [] : [{ from: from + 1, to: now.length - kept }];
}

/** Named by its rule at its line, with a reason and a way out. */
export function expectNamed({ edits, rule, line, contract }: Cheat): void {
  const objections = tampering(changeOf(edits), contractOf(contract));
  expect(objections).toContainEqual(expect.objectContaining({ rule, line }));
  for (const { because, remedy } of objections) {
    expect(because).not.toBe("");
    expect(remedy).toMatch(/^[A-Z][a-z]+ /);
  }
}

/** Nothing at all is said. */
export function expectLeftAlone({ edits, contract }: Change): void {
  expect(tampering(changeOf(edits), contractOf(contract))).toEqual([]);
}

export const TEST = `import { test, expect } from "vitest";
import { add, sub } from "./calc.js";

test("adds", () => {
  expect(add(2, 3)).toBe(5);
  expect(add(-1, 1)).toBe(0);
});

test("subtracts", () => {
  expect(sub(5, 3)).toBe(2);
});
`;
export const SOURCE = "export const add = (a, b) => a - b;\nexport const sub = (a, b) => a - b;\n";
export const RIGHT = "export const add = (a, b) => a + b;\nexport const sub = (a, b) => a - b;\n";
export const PY_TEST = `import pytest
from calc import add


@pytest.mark.parametrize("a,b,total", [(1, 2, 3), (4, 5, 9), (7, 8, 15)])
def test_table(a, b, total):
    assert add(a, b) == total


def test_add():
    assert add(2, 3) == 5
    assert add(0, 7) == 7
`;
export const PY = "def add(a, b):\n    return a - b\n";
export const GO_TEST = `package calc

import "testing"

func TestAdd(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{{1, 2, 3}, {4, 5, 9}, {7, 8, 15}} {
		if got := Add(c.a, c.b); got != c.want {
			t.Errorf("Add(%d, %d) = %d", c.a, c.b, got)
		}
	}
}

func TestSub(t *testing.T) {
	if got := Sub(5, 3); got != 2 {
		t.Fatalf("got %d", got)
	}
}
`;
export const GO = "package calc\n\nfunc Add(a, b int) int { return a - b }\n";

export const src: Edit = ["calc.js", SOURCE, RIGHT];
/** The test of the base with one piece replaced by another. */
export const js = (from: string, to: string): Edit => ["calc.test.js", TEST, replaced(TEST, from, to)];
export const py = (from: string, to: string): Edit => ["test_calc.py", PY_TEST, replaced(PY_TEST, from, to)];
export const go = (from: string, to: string): Edit => ["calc_test.go", GO_TEST, replaced(GO_TEST, from, to)];
/** A test that was not there, about `calc.js`. */
export const fresh = (body: string): Edit => [
  "more.test.js",
  null,
  `import { test, expect, vi } from "vitest";\nimport { add } from "./calc.js";\n${body}\n`,
];

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`no “${from}” to replace`);
  return text.replace(from, () => to);
}

export const ADDS = `test("adds", () => {
  expect(add(2, 3)).toBe(5);
  expect(add(-1, 1)).toBe(0);
});

`;

export const to = (path: string, before: string, after: string): Edit => [path, before, after];
export const created = (path: string, after: string): Edit => [path, null, after];
/** A new source file in JavaScript with its tests. */
export const built = (name: string, source: string, tests: string): Edit[] => [
  created(`${name}.js`, source),
  created(
    `${name}.test.js`,
    `import { test, expect } from "vitest";\nimport { ${name} } from "./${name}.js";\n${tests}`,
  ),
];
