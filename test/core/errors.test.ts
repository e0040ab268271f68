import { expect, test } from "vitest";
import { CATALOGUE, type Code, Failure } from "#core/errors.ts";

/** What an owner can be asked to do. A remedy begins with one of these. */
const VERBS = new Set(
  (
    "Add Allow Check Choose Fix Give Install Let Look Make Name Open Raise Read Remove Replace Report Run Set Stop Turn " +
    "Take Use Wait"
  ).split(" "),
);

test.each(Object.entries(CATALOGUE))(
  "the remedy of %s begins with a verb and is whole: %s",
  (code, remedy) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect([...VERBS]).toContain(remedy.split(" ")[0]);
    expect(remedy).toMatch(/\.$/);
    expect(remedy).not.toMatch(/\s{2}|\n/);
  },
);

test("a failure carries its remedy, its cause and what is wrong in which line", () => {
  const cause = new Error("refused");
  const diagnostic = {
    file: "ROADMAP.md",
    line: 3,
    column: 1,
    code: "ROADMAP_CYCLE",
    severity: "error",
    message: "M1 waits for itself",
    remedy: "Remove one dependency.",
  } as const;
  const failure = new Failure("POLICY_INVALID", "nothing can start", { cause, diagnostics: [diagnostic] });
  expect(failure).toMatchObject({
    name: "Failure",
    code: "POLICY_INVALID" satisfies Code,
    message: "nothing can start",
    remedy: CATALOGUE.POLICY_INVALID,
    cause,
    diagnostics: [diagnostic],
  });
  expect(new Failure("UNEXPECTED", "bug")).not.toHaveProperty("cause");
});
