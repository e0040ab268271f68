/** An opinion can make a verdict worse, never better; and whatever is not an answer is a veto. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Facts, GATES, type Gate, type Ruling } from "#core/gates.ts";
import {
  type Heard,
  mostShown,
  Opinion,
  opinionAbout,
  opinionFrom,
  opinionGate,
  opinionQuestions,
  opinionRuling,
  questionFor,
} from "#core/opinion.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { judge, type Verdict } from "#core/verdict.ts";
import { headOf, milestoneIn, observationOf, pullOf, refOf, TIP, treeOf } from "../support/observations.ts";

const world = observationOf({ policy: { opinion: {} } });
const M1 = milestoneIn(world, "M1");
const ref = refOf(M1);
const pull = pullOf("M1", 1);
const MET = M1.criteria.map((_, index) => ({ index: index + 1, met: "yes" }));

function opinionOf(opinion: Opinion["opinion"], rest: Partial<Opinion> = {}): Opinion {
  const { slug, spec } = M1;
  const about = { slug, attempt: 1, spec, head: headOf("M1"), tree: treeOf("M1") };
  return { version: 1, ...about, model: "claude-opus-5-5", opinion, spend: NOTHING_SPENT, ...rest };
}

const NO_VETO = opinionOf({ says: "no veto", unsure: [] });
const VETO = opinionOf({ says: "veto", because: ["it only looks done"] });
const NONE = opinionOf({ says: "none", because: "529 overloaded", code: null });

function answered(answer: unknown, criteria = M1.criteria): Opinion["opinion"] {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return opinionFrom({ heard: "answer", text }, { criteria });
}

describe("the ruling", () => {
  test.each<[string, Opinion | null, boolean]>([
    ["pass", null, false],
    ["wait: none was given of this head", null, true],
    ["pass", NO_VETO, true],
    ["fail: claude-opus-5-5 vetoes: it only looks done", VETO, true],
    ["fail: claude-opus-5-5 vetoes: it only looks done", VETO, false],
    ["wait: claude-opus-5-5 could not be asked: 529 overloaded", NONE, true],
  ])("%s", (sentence, opinion, asked) => {
    const ruling = opinionRuling(opinion, asked);
    expect("because" in ruling ? `${ruling.says}: ${ruling.because}` : ruling.says).toBe(sentence);
    expect(opinionGate({ opinion, opinionAsked: asked })).toEqual(ruling);
  });

  test("a veto costs the attempt; a service that is away costs nothing", () => {
    expect(opinionRuling(VETO, true)).toMatchObject({ says: "fail", counted: true });
    expect(opinionRuling(NONE, true)).toMatchObject({ says: "wait", waitFor: "opinion" });
  });
});

describe("a law", () => {
  const rulings = fc.oneof(
    { arbitrary: fc.constant<Ruling>({ gate: "g", says: "pass" }), weight: 4 },
    fc.boolean().map((counted): Ruling => ({ gate: "g", says: "fail", because: "red", counted })),
    fc.constant<Ruling>({ gate: "g", says: "wait", because: "not yet", waitFor: "checks" }),
  );
  const opinions = fc.constantFrom(null, NO_VETO, VETO, NONE);
  const rank = ({ kind }: Verdict) => ({ land: 2, wait: 1, reject: 0 })[kind];

  test("no opinion makes a verdict better than it is without one", () => {
    const hits = { worse: 0, land: 0, red: 0 };
    fc.assert(
      fc.property(
        fc.array(rulings, { minLength: 1, maxLength: 6 }),
        opinions,
        fc.boolean(),
        (others, opinion, asked) => {
          const gates = others.map(
            (ruling): Gate =>
              () =>
                ruling,
          );
          const facts = {} as Facts;
          const without = judge(facts, gates);
          const withIt = judge(facts, [...gates, () => opinionRuling(opinion, asked) as Ruling]);
          expect(rank(withIt)).toBeLessThanOrEqual(rank(without));
          if (rank(withIt) < rank(without)) hits.worse += 1;
          if (withIt.kind === "land") hits.land += 1;
          if (without.kind === "reject" && opinion === NO_VETO) hits.red += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(Math.min(...Object.values(hits)), JSON.stringify(hits)).toBeGreaterThan(100);
  });

  test("a model that approves cannot land what any gate refuses", () => {
    const refused: Partial<Facts>[] = [
      { proof: { says: "refuted", because: ["`npm test` exited 1"] } },
      { milestone: null },
      { ref: null },
      { required: [{ name: "ci", app: null, source: "policy" }] },
      { ref: { ...ref, conflicts: ["a.js"] } },
    ];
    const good = {
      ...{ pull, ref, milestone: M1, landing: world.landing, proof: { says: "proven" }, findings: [] },
      ...{ required: [], checks: [], reported: [], waited: 0, stuck: 60, solid: true, needsHuman: "land" },
    } as unknown as Facts;
    const gates = [
      ...GATES.filter((gate) => (gate as unknown) !== opinionGate),
      () => opinionRuling(NO_VETO, true) as Ruling,
    ];
    expect(judge(good, gates).kind).toBe("land");
    for (const facts of refused) expect(judge({ ...good, ...facts }, gates).kind).not.toBe("land");
  });
});

describe("an answer", () => {
  test("without a veto says which criteria nobody could see", () => {
    expect(answered({ veto: false, reasons: [], criteria: MET })).toEqual({ says: "no veto", unsure: [] });
    const unsure = MET.map((one) => ({ ...one, met: "unsure" }));
    expect(answered({ veto: false, reasons: [], criteria: unsure })).toMatchObject({ says: "no veto" });
  });

  test("with a veto brings its reasons", () => {
    const because = ["`sort` is a special case for the test"];
    expect(answered({ veto: true, reasons: because, criteria: MET })).toEqual({ says: "veto", because });
    expect(answered({ veto: true, reasons: [], criteria: MET })).toMatchObject({
      because: ["it gave no reason"],
    });
  });

  test("that calls a criterion unmet is a veto, whatever else it says", () => {
    const unmet = MET.map((one, index) => (index === 0 ? { ...one, met: "no" } : one));
    expect(answered({ veto: false, reasons: [], criteria: unmet })).toEqual({
      says: "veto",
      because: ["criterion 1 is not met"],
    });
  });

  test.each<[string, unknown]>([
    ["words", "Looks good to me, approved."],
    ["nothing", ""],
    ["a fenced answer", `\`\`\`json\n${JSON.stringify({ veto: false, reasons: [], criteria: MET })}\n\`\`\``],
    ["a word more than was asked for", { veto: false, reasons: [], criteria: MET, approved: true }],
    ["a string for a truth", { veto: "false", reasons: [], criteria: MET }],
    ["six reasons", { veto: false, reasons: Array(6).fill("no"), criteria: MET }],
    ["a reason without end", { veto: false, reasons: ["x".repeat(301)], criteria: MET }],
    ["a criterion left out", { veto: false, reasons: [], criteria: MET.slice(1) }],
    ["a criterion twice", { veto: false, reasons: [], criteria: [...MET, MET[0]] }],
    [
      "a criterion nobody wrote",
      { veto: false, reasons: [], criteria: MET.map((one) => ({ ...one, index: 9 })) },
    ],
    ["null", "null"],
  ])("that is garbage is a veto: %s", (_, answer) => {
    expect(answered(answer)).toMatchObject({ says: "veto" });
  });

  test("never heard is a veto with what happened; an outage is none", () => {
    const refusal: Heard = { heard: "no answer", because: "it refused to answer (cyber)" };
    expect(opinionFrom(refusal, M1)).toEqual({ says: "veto", because: ["it refused to answer (cyber)"] });
    const outage: Heard = { heard: "outage", because: "x".repeat(5_000), code: "MODEL_KEY_REFUSED" };
    const none = opinionFrom(outage, M1);
    expect(none).toMatchObject({ says: "none", code: "MODEL_KEY_REFUSED" });
    expect(Opinion.safeParse(opinionOf(none)).success).toBe(true);
    expect(none.says === "none" && none.because.length).toBe(400);
  });
});

test("an opinion about another tree, head, contract or attempt does not count, and of several the worst does", () => {
  expect(opinionAbout(pull, ref, [NO_VETO])).toBe(NO_VETO);
  expect(opinionAbout(pull, ref, [NO_VETO, VETO, NONE])).toBe(VETO);
  expect(opinionAbout(pull, ref, [NO_VETO, NONE])).toBe(NONE);
  expect(opinionAbout(pull, null, [NO_VETO])).toBe(null);
  const others: Partial<Opinion>[] = [
    { tree: treeOf("M9") },
    { head: headOf("M9") },
    { spec: "other" as Opinion["spec"] },
    { attempt: 2 },
    { slug: "M2" as Opinion["slug"] },
  ];
  for (const other of others) expect(opinionAbout(pull, ref, [{ ...NO_VETO, ...other }])).toBe(null);
});

test("a question holds the contract, the model's price and the most it may cost; without the policy's word there is none", () => {
  const { slug, spec } = M1;
  const about = { slug, attempt: 1, base: TIP, spec, head: headOf("M1"), measured: true, findings: [] };
  expect(questionFor(about, world)).toMatchObject({
    model: "claude-opus-5-5",
    usd: 1,
    rendered: ["ROADMAP.md"],
  });
  const other = observationOf({ policy: { opinion: { model: "claude-sonnet-5-5", budget: 0.2 } } });
  expect(questionFor(about, other)).toMatchObject({
    model: "claude-sonnet-5-5",
    price: { output: 10 },
    usd: 0.2,
  });
  expect(questionFor(about, observationOf())).toBe(null);
  expect(questionFor(about, observationOf({ policy: { opinion: { model: "nobody-knows-it" } } }))).toBe(null);
  expect(questionFor({ ...about, spec: "other" as typeof spec }, world)).toBe(null);
});

test("less money shows less of the change, and no money shows more than can be read well", () => {
  const price = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };
  expect(mostShown({ usd: 1, price })).toBe(100_000);
  expect(mostShown({ usd: 0.1, price })).toBe(10_000);
  expect(mostShown({ usd: 50, price })).toBe(200_000);
});

test("one question for the night, and only when a human can help", () => {
  const refused = opinionOf({ says: "none", because: "401", code: "MODEL_KEY_REFUSED" });
  const asked = opinionQuestions([NONE, refused, refused], world);
  expect(asked).toMatchObject([{ do: "block", milestone: null, key: "opinion", because: "401" }]);
  expect(opinionQuestions([NONE, VETO, NO_VETO], world)).toEqual([]);
  const blocker = { issue: 7, key: "opinion", milestone: null, open: true, because: "401", ask: "?" };
  expect(opinionQuestions([refused], { blockers: [blocker] })).toEqual([]);
  expect(opinionQuestions([refused], { blockers: [{ ...blocker, open: false }] })).toHaveLength(1);
});
