/** Where an attempt stands: what a phase may conclude, and where one that was interrupted goes on. */

import { describe, expect, test } from "vitest";
import {
  faultsInAnalysis,
  faultsInPlan,
  faultsInStep,
  firstState,
  nextStep,
  resumedState,
  type State,
  type Step,
  splitOf,
  withStep,
} from "#core/course.ts";
import { Spec } from "#core/milestone.ts";
import { aBrief } from "../adapters/engine-stage.ts";

const BRIEF = aBrief();
const { milestone } = BRIEF;
const step = (name: string, more: Partial<Step> = {}): Step => ({
  ...{ step: name, files: [], scope: "core", dependsOn: [], gate: "npm test" },
  ...more,
});
const state = (change: Partial<State> = {}): State => ({ ...firstState(BRIEF), ...change });

describe("an analysis", () => {
  const analysis = {
    ...{ aim: "It is right", questions: [], platforms: [{ platform: "Linux", inScope: true }] },
    features: [{ feature: "The answer", scope: "core" as const }],
    checks: [{ criterion: "M1/1", check: "manual" }],
  };

  test("maps every criterion to a check, and none that is not there", () => {
    expect(faultsInAnalysis(analysis, milestone)).toEqual([]);
    const checks = [{ criterion: "M1/2", check: "npm test" }];
    expect(faultsInAnalysis({ ...analysis, checks }, milestone)).toEqual([
      "No check is planned for M1/1; write `manual` if none can be.",
      "There is no criterion M1/2.",
    ]);
  });

  test("knows what is core", () => {
    const features = [{ feature: "Glitter", scope: "polish" as const }];
    expect(faultsInAnalysis({ ...analysis, features }, milestone)).toEqual(["No feature is core."]);
  });
});

describe("a plan", () => {
  test("rests on earlier steps, and polishes nothing before it works", () => {
    expect(
      faultsInPlan({ steps: [step("a"), step("b", { dependsOn: [1] }), step("c", { scope: "polish" })] }),
    ).toEqual([]);
    expect(faultsInPlan({ steps: [step("a", { dependsOn: [1, 2] }), step("b")] })).toEqual([
      "Step 1 cannot depend on 1, 2: only on earlier steps.",
    ]);
    expect(faultsInPlan({ steps: [step("a", { scope: "polish" }), step("b")] })).toEqual([
      "Step 1 is polish and comes before core step 2: first it works, then it shines.",
    ]);
  });

  test("is carried out in the order of its dependencies", () => {
    const steps = [step("a"), step("b", { dependsOn: [1] })];
    const report = (number: number) => ({ number, decisions: [], issues: [] });
    expect(faultsInStep(report(1), state({ steps }))).toEqual([]);
    expect(faultsInStep(report(2), state({ steps }))).toEqual([
      "Step 2 depends on step 1, which is not done.",
    ]);
    expect(faultsInStep(report(3), state({ steps }))).toEqual(["The plan has 2 steps, and no step 3."]);
    expect(faultsInStep(report(1), state())[0]).toContain("There is no plan");
    const after = withStep(state({ steps }), report(1), ["a.txt"]);
    expect(after).toMatchObject({ done: [1], files: ["a.txt"], checkpoint: "step 1" });
    expect(nextStep(after)).toMatchObject({ number: 2 });
  });

  test("that was half carried out can be cut where it is green", () => {
    const steps = [step("Read"), step("Write"), step("Print")];
    expect(splitOf(state({ steps, done: [1] }))).toMatchObject([
      { title: "Read (first part)", criteria: ["Read (npm test)"] },
      { title: "Write (the rest)", criteria: ["Write (npm test)", "Print (npm test)"] },
    ]);
    expect(splitOf(state({ steps }))).toBeNull();
    expect(splitOf(state({ steps, done: [1, 2, 3] }))).toBeNull();
  });
});

describe("an attempt that was interrupted", () => {
  const steps = [step("a"), step("b")];
  const earlier = state({
    phase: "test",
    steps,
    done: [1],
    files: ["a.txt"],
    decisions: ["Tabs"],
    refusals: 2,
  });

  test("goes on with its plan where it was, if the checkout still holds what was done", () => {
    expect(resumedState(earlier, BRIEF, true)).toMatchObject({ phase: "execute", done: [1], refusals: 0 });
    expect(resumedState({ ...earlier, done: [1, 2] }, BRIEF, true)).toMatchObject({ phase: "test" });
    expect(resumedState(earlier, BRIEF, false)).toMatchObject({
      ...{ phase: "execute", done: [], files: [] },
      decisions: ["Tabs"],
    });
  });

  test("begins anew without a plan, but with what it had decided", () => {
    expect(resumedState({ ...earlier, steps: [], done: [] }, BRIEF, false)).toMatchObject({
      ...{ phase: "analyse", decisions: ["Tabs"] },
    });
  });

  test("forgets everything when the contract is another one", () => {
    expect(resumedState({ ...earlier, spec: Spec.parse("spec-0") }, BRIEF, true)).toEqual(state());
    expect(resumedState(null, BRIEF, true)).toEqual(state());
  });
});
