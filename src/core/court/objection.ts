/** What speaks against a change although its commands were green: a named rule, a place, a reason and a way out. */

import * as z from "zod";

/** Every rule by its name. The order is that of the README's table. */
export const RULES = {
  "deleted test": "A test of the base is gone.",
  "skipped test": "A test is skipped, or made to run only under a condition.",
  "focused test": "`only` keeps the other tests from running.",
  "todo test": "A test is only announced.",
  "expected failure": "A test is declared to fail.",
  "empty test": "A test asserts nothing, returns before it does, or awaits nothing.",
  "swallowed assertion": "A test catches what its assertions throw.",
  "weakened test": "An assertion of an existing test is gone, or says less.",
  "snapshot only": "Snapshots changed without a change of the source they show.",
  "subject mocked": "A test replaces what it is meant to test.",
  "lowered threshold": "A limit of coverage, lint or time was lowered.",
  "hidden flake": "A retry makes an unstable test green.",
  "forced success": "A command cannot fail any more (`|| true`, `exit 0`).",
  "runner configuration": "What decides which tests run, and how, was changed.",
  "report forged": "A test or its set-up writes results, replaces the assertions, or ends the process.",
  "canary passed": "A test that must fail did not.",
  "special case": "The source knows it is being tested, or knows the tests' answers by heart.",
  "silenced check": "A linter, type checker or coverage tool is told to look away.",
  "lost test": "A test that passed on base does not pass on head.",
  unstable: "A new test does not always pass.",
  unproven: "Nothing fails without the change: red → green is not shown.",
  "kind broken": "The change does not keep the rules of its kind of milestone.",
  "smoke broken": "A promise of an earlier milestone does not hold any more.",
  "hold-out failed": "A check the engine never saw failed.",
} as const;

export const Rule = z.enum(Object.keys(RULES) as [keyof typeof RULES, ...(keyof typeof RULES)[]]);
export type Rule = z.infer<typeof Rule>;

export const Objection = z.strictObject({
  rule: Rule,
  path: z.string().nullable(),
  line: z.int().positive().nullable(),
  /** What was seen, as a clause for a human: `it("adds") lost 2 of its 3 assertions`. */
  because: z.string(),
  /** What would make it pass, beginning with a verb. */
  remedy: z.string(),
});
export type Objection = z.infer<typeof Objection>;

/** One line for the log, the brief and the pull request: place, rule, reason and way out. */
export function objectionSaid({ rule, path, line, because, remedy }: Objection): string {
  const place = path === null ? "" : `${path}${line === null ? "" : `:${line}`}: `;
  return `${rule}: ${place}${because}. ${remedy}`;
}
