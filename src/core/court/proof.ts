/** Red → green and steadiness: what the new and changed tests prove together. Pure. */

import { isRedToGreen } from "#core/court/findings.ts";
import { proofNeeded } from "#core/court/kinds.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Evidence } from "#core/evidence.ts";

type Shown = Pick<Evidence, "kind" | "proofs" | "demonstrated" | "tests">;

/** What speaks against the proofs: nothing red without the change, or tests that do not always pass. */
export function proofObjections(shown: Shown): Objection[] {
  const unsteady = shown.proofs
    .filter(({ onHead, steady }) => onHead === "passed" && !steady)
    .map(
      ({ test, file }): Objection => ({
        rule: "unstable",
        path: file,
        line: null,
        because: `“${test}” passed once and failed in another order`,
        remedy: "Make it independent of time, order and chance.",
      }),
    );
  if (!proofNeeded(shown.kind) || isProven(shown)) return unsteady;
  return [
    ...unsteady,
    {
      rule: "unproven",
      path: null,
      line: null,
      because: `red → green is not shown: ${whyUnproven(shown)}`,
      remedy:
        "Add a test that fails on the code as it was, because it does not yet do what the milestone asks for, and passes with the change.",
    },
  ];
}

export function isProven({ proofs, demonstrated }: Pick<Shown, "proofs" | "demonstrated">): boolean {
  return demonstrated.length > 0 || proofs.some(isRedToGreen);
}

function whyUnproven({ proofs, tests }: Shown): string {
  if (proofs.length === 0)
    return tests.runner === null
      ? "no file of tests was added or changed; tests inside of sources, as in Rust, are not seen without a runner that reports them"
      : "no test was added or changed";
  const passed = proofs.filter(({ onBase }) => onBase === "passed").length;
  if (passed === proofs.length)
    return passed === 1
      ? "the one new or changed test passes on the old source as well"
      : `all ${passed} new or changed tests pass on the old source as well`;
  const hollow = proofs.filter(({ onBase, onStub }) => onBase !== "passed" && onStub === "passed").length;
  if (hollow > 0)
    return `${hollow} new or changed ${hollow === 1 ? "test fails" : "tests fail"} on the old source only for want of something, and ${hollow === 1 ? "passes" : "pass"} although the change's functions do nothing or answer something else`;
  if (proofs.every(({ onHead }) => onHead !== "passed")) return "no new or changed test passes on the change";
  return "the new or changed tests fail on the old source only for want of something, and nothing shows that they need what the change does";
}
