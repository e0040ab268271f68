import { describe, expect, test } from "vitest";
import type { Evidence } from "#core/evidence.ts";
import { VERIFY } from "#core/gates.ts";
import { longestTrain, moveOf, obstacleTo } from "#core/landing.ts";
import { type Check, NO_RULES, type Observation, type Rules } from "#core/observation.ts";
import { review } from "#core/review.ts";
import { trainOf } from "#core/train.ts";
import { tell } from "#prose/story.ts";
import {
  evidenceOf,
  headOf,
  milestoneIn,
  observationOf,
  publishedOf,
  pullOf,
  refOf,
  stagedOf,
  TIP,
} from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

describe("the train", () => {
  const world = observationOf({ roadmap: roadmapOf("M1 after nothing", "M2 after nothing") });
  const pair = ["M1", "M2"].map((id) => milestoneIn(world, id));
  const pulls = [pullOf("M1", 1), pullOf("M2", 2)];
  const both = { ...world, refs: pair.map((one) => refOf(one)), pulls };
  const row = { ...both, refs: pair.map((one, index) => refOf(one, 1, index === 0 ? TIP : headOf("M1"))) };
  const told = (observation: Observation, evidence: Evidence[] = []) =>
    trainOf(observation, evidence).map(({ milestone, court }) => `${milestone}: ${court}`);
  const restaged = (observation: Observation) =>
    review(observation, []).flatMap((one) => (one.do === "stage" ? [tell(one)] : []));
  const required = [{ name: "ci", app: null, source: "ruleset" as const }];
  const rules = { ...NO_RULES, required };
  const pending: Check = { head: headOf("M1"), name: "ci", app: 7, conclusion: "pending", byOurApp: false };
  const status: Check = { ...pending, name: VERIFY, app: null, conclusion: "success", byOurApp: true };

  test("is every pull request that stands behind another; the others are put there", () => {
    expect(told(both)).toEqual(["M1: full"]);
    expect(restaged(both)).toEqual(["stage     M2 #2 onto M1-1"]);
    expect(told(row)).toEqual(["M1: full", "M2: full"]);
    expect(restaged(row)).toEqual([]);
  });

  test("that stands is kept, and whoever comes later rides behind it", () => {
    const three = observationOf({
      roadmap: roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing"),
    });
    const refs = ["M1", "M2", "M3"].map((id) =>
      refOf(milestoneIn(three, id), 1, id === "M3" ? headOf("M2") : TIP),
    );
    const standing = { ...three, refs, pulls: [...pulls, pullOf("M3", 3)] };
    expect(told(standing)).toEqual(["M2: full", "M3: full"]);
    expect(restaged(standing)).toEqual(["stage     M1 #1 onto M3-1"]);
  });

  test("asks the whole court once for each change, and a position for each place it comes to", () => {
    const evidence = pair.map((one, index) => evidenceOf(one, 1, index === 0 ? TIP : headOf("M1")));
    expect(told(row, evidence)).toEqual(["M1: null", "M2: null"]);
    const journal = pair.map((one) => publishedOf(one));
    expect(told({ ...row, journal })).toEqual(["M1: position", "M2: position"]);
    // Restacked by us, as the journal says: its change is the one that was published from another tree.
    const [M1, M2] = pair;
    if (!M1 || !M2) throw new Error("there are two");
    const moved = publishedOf(M2, 1, { tree: headOf("M7") });
    expect(told({ ...row, journal: [moved] })).toEqual(["M1: full", "M2: full"]);
    expect(told({ ...row, journal: [moved, stagedOf(M2)] })).toEqual(["M1: full", "M2: position"]);
    const elsewhere = { ...evidenceOf(M2), tree: headOf("M7") };
    expect(told(row, [elsewhere])).toEqual(["M1: full", "M2: full"]);
    expect(told({ ...row, journal: [stagedOf(M2)] }, [elsewhere])).toEqual(["M1: full", "M2: position"]);
    const here = { ...evidenceOf(M2, 1, headOf("M1")), court: "position" as const };
    expect(told(row, [here])).toEqual(["M1: full", "M2: full"]);
    expect(told({ ...row, journal: [stagedOf(M2)] }, [elsewhere, here])).toEqual(["M1: full", "M2: null"]);
  });

  test("does not let a pull request that waits for checks hold up one that waits for nothing", () => {
    const passed: Check = { ...pending, head: headOf("M2"), conclusion: "success" };
    expect(told({ ...both, rules, checks: [pending, passed] })).toEqual(["M2: full"]);
  });

  test("proves a head early only where the proof will outlast this run", () => {
    expect(told({ ...row, rules, checks: [] })).toEqual(["M1: full", "M2: full"]);
    expect(told({ ...row, rules, checks: [], mode: "token-only" })).toEqual([]);
    const proven = [status, { ...status, head: headOf("M2") }];
    expect(told({ ...row, rules, checks: proven })).toEqual([]);
  });

  test("stands still when somebody says stop, and where Daybreak may not land", () => {
    expect(told({ ...row, stop: "STOP" })).toEqual([]);
    expect(told({ ...row, rules: { ...NO_RULES, mergeQueue: true } })).toEqual([]);
  });

  test("is one pull request long where a head lands under another name", () => {
    const squashing = { ...NO_RULES, pullRequest: true, methods: ["squash" as const] };
    expect(told({ ...row, rules: squashing })).toEqual(["M1: full"]);
    expect(restaged({ ...both, rules: squashing })).toEqual([]);
  });

  test("believes the App's own status, but nobody's in token-only mode, and no stranger's", () => {
    expect(told({ ...both, checks: [status] })).toEqual(["M1: null"]);
    expect(told({ ...both, checks: [{ ...status, byOurApp: false }] })).toEqual(["M1: full"]);
    expect(told({ ...both, checks: [status], mode: "token-only" })).toEqual(["M1: full"]);
  });

  test("does not try again what conflicted with somebody who is still before it", () => {
    const [, M2] = pair;
    if (!M2) throw new Error("there are two");
    const leftOut = { ...stagedOf(M2), base: headOf("M1"), conflicts: ["a.js"] };
    expect(restaged({ ...both, journal: [leftOut] })).toEqual([]);
    expect(restaged({ ...both, journal: [{ ...leftOut, base: headOf("M9") }] })).toHaveLength(1);
  });
});

describe("how the branch may be moved", () => {
  const said = (rules: Partial<Rules>) => {
    const observation = { rules: { ...NO_RULES, ...rules } };
    return (
      obstacleTo(observation) ?? `${moveOf(observation)}, ${longestTrain(observation) > 1 ? "many" : "one"}`
    );
  };
  test.each<[string, Partial<Rules>]>([
    ["push, many", {}],
    ["push, many", { linear: true, strict: true, methods: ["squash"], approvals: 2 }],
    ["merge, many", { pullRequest: true, strict: true }],
    ["squash, one", { pullRequest: true, linear: true }],
    ["squash, one", { pullRequest: true, methods: ["squash", "rebase"] }],
    ["rebase, one", { pullRequest: true, methods: ["rebase"] }],
    ["LANDING_NEEDS_PULL_REQUEST", { pullRequest: true, approvals: 1 }],
    ["LANDING_NEEDS_PULL_REQUEST", { pullRequest: true, linear: true, methods: ["merge"] }],
    ["LANDING_MERGE_QUEUE", { mergeQueue: true }],
  ])("%s: %j", (sentence, rules) => {
    expect(said(rules)).toBe(sentence);
  });
});
