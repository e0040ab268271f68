import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultsOf } from "#core/court/faults.ts";
import type { Evidence } from "#core/evidence.ts";
import { MilestoneId } from "#core/milestone.ts";
import { evidenceOf, milestoneIn, observationOf, runOf } from "../support/observations.ts";

const M1 = milestoneIn(observationOf(), "M1");

describe("evidence", () => {
  const green = evidenceOf(M1);

  test("without any gate command that ran proves nothing", () => {
    expect(faultsOf(green)).toEqual([]);
    expect(faultsOf({ ...green, gates: [] })).toEqual(["no gate command ran"]);
  });

  test("with any single red thing in it has a fault that names it", () => {
    const red: Record<string, (evidence: Evidence) => Evidence> = {
      "`npm run build` exited 1": (one) => ({ ...one, gates: [...one.gates, runOf(1, "npm run build")] }),
      "`npm test` was stopped at its time limit": (one) => ({ ...one, gates: [runOf(null), ...one.gates] }),
      "`npm test` exited 2 with the base's version of test/a.js": (one) => ({
        ...one,
        gates: [runOf(0, "npm test")],
        withBaseTests: { restored: ["test/a.js"], gates: [runOf(2, "npm test")] },
      }),
      "the tests exited 2 with the base's version of test/a.js": (one) => ({
        ...one,
        withBaseTests: { restored: ["test/a.js"], gates: [runOf(2, "runner --reporter=ours")] },
      }),
      "the gate commands did not run with the base's tests": (one) => ({
        ...one,
        withBaseTests: { restored: ["test/a.js"], gates: [] },
      }),
      "criterion “it works” failed: it does not": (one) => ({
        ...one,
        findings: [...one.findings, { text: "it works", finding: "failed", how: "it does not" }],
      }),
      "lost test: “adds” passed on base and does not pass on the change. Keep what it asks for, or let the milestone name its file under `Allows:`":
        (one) => ({
          ...one,
          tests: { ...one.tests, lost: ["adds"] },
        }),
      "skipped test: test/a.js:3: `it.skip` was added. Let it run": (one) => ({
        ...one,
        objections: [
          {
            rule: "skipped test",
            path: "test/a.js",
            line: 3,
            because: "`it.skip` was added",
            remedy: "Let it run",
          },
        ],
      }),
      "smoke broken: M0 promised `node cli.js`, which exited 1": (one) => ({
        ...one,
        smoke: [{ milestone: MilestoneId.parse("M0"), run: runOf(1, "node cli.js") }],
      }),
      "hold-out failed: H7": (one) => ({ ...one, holdOuts: [{ id: "H7", passed: false }] }),
      "not run: `npm test`: no time": (one) => ({ ...one, skipped: ["`npm test`: no time"] }),
    };
    for (const [fault, spoil] of Object.entries(red)) expect(faultsOf(spoil(green))).toEqual([fault]);
    const spoils = Object.entries(red).filter(
      ([, spoil]) => spoil(green).withBaseTests.restored.length === 0,
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(spoils, { minLength: 1 }), (some) => {
        const faults = faultsOf(some.reduce((evidence, [, spoil]) => spoil(evidence), green));
        expect(faults.toSorted()).toEqual(some.map(([fault]) => fault).toSorted());
      }),
    );
  });

  test("of a regression or of something a human must judge is no fault", () => {
    const findings = (["proven", "regression", "needs a human"] as const).map((finding) => ({
      text: "",
      finding,
      how: "",
    }));
    expect(faultsOf({ ...green, findings })).toEqual([]);
  });
});
