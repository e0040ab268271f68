import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BY_HAND } from "#core/evidence.ts";
import { type Facts, GATES, type Gate, type Ruling } from "#core/gates.ts";
import type { Check } from "#core/observation.ts";
import { judge } from "#core/verdict.ts";
import { headOf, milestoneIn, observationOf, pullOf, refOf } from "../support/observations.ts";

const CONCLUSIONS = [
  "success",
  "failure",
  "pending",
  "cancelled",
  "skipped",
  "neutral",
  "stale",
  "timed_out",
  "action_required",
  "unreadable",
] as const;

const world = observationOf();
const M1 = milestoneIn(world, "M1");
const ref = refOf(M1);

/** A pull request against which nothing can be said. */
const GOOD: Facts = {
  pull: pullOf("M1", 1),
  ref,
  milestone: M1,
  landing: world.landing,
  proof: { says: "proven" },
  findings: [],
  required: [{ name: "ci", app: 7, source: "ruleset" }],
  checks: [report("success")],
  reported: [],
  waited: 5,
  stuck: 60,
  solid: true,
  opinion: null,
  opinionAsked: false,
  needsHuman: "hold",
};

function report(conclusion: Check["conclusion"], rest: Partial<Check> = {}): Check {
  return { head: headOf("M1"), name: "ci", app: 7, conclusion, byOurApp: false, ...rest };
}

function say(facts: Partial<Facts>): string {
  const verdict = judge({ ...GOOD, ...facts });
  if (verdict.kind === "land") return "land";
  const how =
    verdict.kind === "wait" ? ` for ${[...verdict.for].join(", ")}` : verdict.counted ? "" : " uncounted";
  return `${verdict.kind}${how} (${verdict.because.join("; ")})`;
}

describe("every gate refuses", () => {
  const trailers = ref.trailers;
  const human = { text: "It feels right", finding: "needs a human" as const, how: "no way" };
  test.each<[string, Partial<Facts>]>([
    ["land", {}],
    ["land", { required: [], checks: [] }],
    ["land", { findings: [human], needsHuman: "land" }],
    ["land", { findings: [{ ...human, how: BY_HAND }] }],
    ["reject uncounted (contract: the milestone is no longer in the roadmap)", { milestone: null }],
    [
      "reject uncounted (contract: the roadmap calls the milestone in-progress)",
      { milestone: { ...M1, status: "in-progress" } },
    ],
    [
      "reject uncounted (contract: the milestone's contract has changed)",
      { milestone: { ...M1, spec: "other" as typeof M1.spec } },
    ],
    ["reject uncounted (own head: its base was changed to dev)", { pull: { ...GOOD.pull, base: "dev" } }],
    ["reject uncounted (own head: its head is a commit Daybreak did not push)", { ref: null }],
    [
      "reject uncounted (own head: its head is a commit Daybreak did not push)",
      { ref: { ...ref, sha: headOf("M9") } },
    ],
    [
      "reject uncounted (own head: its head is a commit Daybreak did not push)",
      { ref: { ...ref, trailers: null } },
    ],
    [
      "reject uncounted (own head: its head is a commit Daybreak did not push)",
      { ref: { ...ref, parents: [headOf("M8"), headOf("M9")] } },
    ],
    [
      "reject uncounted (stacks: conflicts with main in a.js)",
      { ref: { ...ref, trailers, conflicts: ["a.js"] } },
    ],
    [
      "reject (verify: `npm test` exited 1)",
      { proof: { says: "refuted", because: ["`npm test` exited 1"] } },
    ],
    [
      "wait for verify (verify: not verified)",
      { proof: { says: "unknown", because: "not verified", court: "full" } },
    ],
    [
      "wait for base (verify: `npm test` exited 1 on base)",
      { proof: { says: "excused", because: ["`npm test` exited 1 on base"] } },
    ],
    [
      "wait for verify (verify: `npm test` exited 1, as it stands now)",
      { proof: { says: "refuted", because: ["`npm test` exited 1"] }, solid: false },
    ],
    ["wait for human (criteria: only a human can judge “It feels right”)", { findings: [human] }],
    [
      "wait for human (criteria: only a human can judge “It feels right”, “It is fast”)",
      {
        milestone: {
          ...M1,
          criteria: [
            { text: "It feels right", way: { by: "none" } },
            { text: "It is fast", way: { by: "none" } },
          ],
        },
      },
    ],
    ["land", { milestone: { ...M1, criteria: [{ text: "Look at it", way: { by: "manual" } }] } }],
    ["wait for checks (required checks: ci has not reported yet)", { checks: [] }],
    [
      "wait for checks (required checks: ci has not reported yet)",
      { checks: [report("success", { app: 8 })] },
    ],
    [
      "wait for checks (required checks: ci has not reported yet)",
      { checks: [report("success", { name: "CI" })] },
    ],
  ])("%s", (sentence, facts) => {
    expect(say(facts)).toBe(sentence);
  });
});

describe("a required check", () => {
  test("passes by explicit success alone", () => {
    const said = CONCLUSIONS.map((conclusion) => `${conclusion}: ${say({ checks: [report(conclusion)] })}`);
    expect(said.join("\n")).toMatchInlineSnapshot(`
      "success: land
      failure: reject (required checks: ci failed)
      pending: wait for checks (required checks: ci has not ended yet)
      cancelled: wait for fresh head (required checks: ci was cancelled)
      skipped: wait for human (required checks: ci ended as skipped, which is not a success)
      neutral: wait for human (required checks: ci ended as neutral, which is not a success)
      stale: wait for fresh head (required checks: ci was stale)
      timed_out: reject (required checks: ci failed)
      action_required: wait for human (required checks: ci ended as action required, which is not a success)
      unreadable: wait for human (required checks: ci ended as unreadable, which is not a success)"
    `);
  });

  test("is as good as the worst of its reports, in any order, whatever others of its name say", () => {
    let failing = 0;
    fc.assert(
      fc.property(fc.shuffledSubarray([...CONCLUSIONS, ...CONCLUSIONS], { minLength: 1 }), (conclusions) => {
        const checks = conclusions.map((conclusion) => report(conclusion));
        const foreign = CONCLUSIONS.map((conclusion) => report(conclusion, { app: 8 }));
        const kind = judge({ ...GOOD, checks: [...foreign, ...checks] }).kind;
        const failed = conclusions.some((one) => one === "failure" || one === "timed_out");
        if (failed) failing += 1;
        const all = conclusions.every((one) => one === "success");
        expect(kind).toBe(failed ? "reject" : all ? "land" : "wait");
        expect(judge({ ...GOOD, checks: checks.toReversed() }).kind).toBe(kind);
      }),
    );
    expect(failing).toBeGreaterThan(10);
  });

  test("that fails on top of what has not landed is nobody's fault yet", () => {
    expect(say({ checks: [report("failure")], solid: false })).toBe(
      "wait for checks (required checks: ci failed, as it stands now)",
    );
  });

  test("is stuck when it does not begin or end in time, and at once when it vanishes", () => {
    const late = { waited: 61 };
    expect(say({ checks: [], waited: 60 })).toMatch(/^wait for checks /);
    expect(say({ checks: [], ...late })).toBe(
      "wait for stuck (required checks: ci has not reported for more than 60 minutes)",
    );
    expect(say({ checks: [report("pending")], ...late })).toBe(
      "wait for stuck (required checks: ci has not ended for more than 60 minutes)",
    );
    expect(say({ checks: [], reported: ["ci"] })).toBe(
      "wait for stuck (required checks: ci had reported and has vanished)",
    );
    expect(say({ ...late, reported: ["ci"] })).toBe("land");
  });

  test("of any app counts every app's report", () => {
    const required = [{ name: "ci", app: null, source: "policy" as const }];
    expect(
      judge({ ...GOOD, required, checks: [report("success"), report("failure", { app: 8 })] }).kind,
    ).toBe("reject");
  });
});

describe("the verdict", () => {
  const rulings = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<Ruling>({ gate: "one", says: "pass" }) },
      fc.boolean().map((counted): Ruling => ({ gate: "two", says: "fail", because: "red", counted })),
      fc
        .constantFrom("verify" as const, "checks" as const, "fresh head" as const, "human" as const)
        .map((waitFor): Ruling => ({ gate: "three", says: "wait", because: "not yet", waitFor })),
    ),
    { maxLength: 7 },
  );
  const kindOf = (given: readonly Ruling[]) =>
    judge(
      GOOD,
      given.map(
        (ruling): Gate =>
          () =>
            ruling,
      ),
    ).kind;

  test("needs a gate: without any it waits", () => {
    expect(judge(GOOD, [])).toMatchObject({ kind: "wait", because: ["no gate was asked"] });
    expect(GATES).toHaveLength(7);
  });

  test("is a landing only if every gate passes, a rejection if any fails, in any order", () => {
    const seen = { land: 0, reject: 0, wait: 0 };
    fc.assert(
      fc.property(rulings, (given) => {
        const kind = kindOf(given);
        seen[kind] += 1;
        const [all, any] = [
          given.every(({ says }) => says === "pass"),
          given.some(({ says }) => says === "fail"),
        ];
        expect(kind).toBe(any ? "reject" : all && given.length > 0 ? "land" : "wait");
        expect(kindOf(given.toReversed())).toBe(kind);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.land, seen.reject, seen.wait)).toBeGreaterThan(25);
  });

  test("never gets better by one more failure or wait", () => {
    const rank = { land: 0, wait: 1, reject: 2 };
    fc.assert(
      fc.property(rulings, rulings, (given, more) => {
        const worse = more.filter(({ says }) => says !== "pass");
        if (given.length > 0)
          expect(rank[kindOf([...given, ...worse])]).toBeGreaterThanOrEqual(rank[kindOf(given)]);
      }),
      { numRuns: 500 },
    );
  });

  test("one reason that is nobody's fault excuses the attempt", () => {
    const because = ["red"];
    expect(say({ proof: { says: "refuted", because } })).toMatch(/^reject \(/);
    expect(say({ proof: { says: "refuted", because }, milestone: null })).toMatch(/^reject uncounted/);
  });
});
