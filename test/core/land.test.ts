import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultsOf } from "#core/court/faults.ts";
import type { Evidence } from "#core/evidence.ts";
import { VERIFY } from "#core/gates.ts";
import { land } from "#core/land.ts";
import { type Check, NO_RULES, type Observation } from "#core/observation.ts";
import { review } from "#core/review.ts";
import { type Position, trainOf } from "#core/train.ts";
import {
  assignedOf,
  evidenceOf,
  headOf,
  landedOf,
  milestoneIn,
  observationOf,
  publishedOf,
  pullOf,
  refOf,
  runOf,
  TIP,
} from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

const OLD = headOf("M9");
const ROADMAPS = [
  roadmapOf("M1 after nothing", "M2 after nothing"),
  roadmapOf("M1 after nothing", "M2 after nothing"),
  roadmapOf("M1 after nothing; done", "M2 after nothing"),
];

/** Mostly as it should be, now and then one of the others: a mess that still lets something through. */
function mostly<Value>(usual: Value, ...others: Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
}

type Mess = { observation: Observation; evidence: Evidence[]; train: Position[] };

const check = fc.record({
  head: fc.constantFrom(headOf("M1"), headOf("M1"), headOf("M2"), OLD),
  name: fc.constantFrom("ci", "ci", "lint", VERIFY),
  app: fc.constantFrom(7, 7, 8, null),
  conclusion: mostly<Check["conclusion"]>("success", "failure", "pending", "skipped", "cancelled"),
  byOurApp: fc.boolean(),
});

const mess: fc.Arbitrary<Mess> = fc
  .record({
    roadmap: fc.constantFrom(...ROADMAPS),
    mode: fc.constantFrom("app" as const, "token-only" as const),
    stop: mostly<string | null>(null, "STOP"),
    land: mostly("main", "pull-request"),
    pullRequest: mostly(false, true),
    checks: fc.array(check, { maxLength: 6 }),
    required: fc.subarray(["ci", "lint"]),
    parents: fc.tuple(mostly(TIP, OLD), mostly(headOf("M1"), TIP, OLD)),
    court: mostly<Evidence["court"]>("full", "position"),
    heads: fc.tuple(mostly("M1", "M8"), mostly("M2", "M8")),
    red: fc.tuple(mostly(false, true), mostly(false, true)),
    proven: fc.tuple(mostly(true, false), mostly(true, false)),
    written: mostly<string[]>([], ["the engine exhausted: no money"]),
    feel: mostly(false, true),
    astray: mostly({}, { tree: headOf("M9") }, { base: OLD }),
  })
  .map((made) => {
    const quiet = observationOf({ roadmap: made.roadmap, policy: { land: made.land } });
    const milestones = (["M1", "M2"] as const).map((id) => milestoneIn(quiet, id));
    const observation: Observation = {
      ...quiet,
      mode: made.mode,
      stop: made.stop,
      checks: made.checks,
      rules: {
        ...NO_RULES,
        required: made.required.map((name) => ({
          name,
          app: name === "ci" ? 7 : null,
          source: "ruleset" as const,
        })),
        approvals: made.pullRequest ? 1 : 0,
        pullRequest: made.pullRequest,
      },
      refs: milestones.map((one, index) => refOf(one, 1, made.parents[index] ?? TIP)),
      pulls: milestones.map(({ id }, index) => ({
        ...pullOf(id, index + 1),
        head: headOf(made.heads[index] ?? id),
      })),
      journal: milestones.flatMap((one, index) => [
        assignedOf(one),
        publishedOf(one, 1, { because: index === 0 ? made.written : [] }),
      ]),
    };
    const evidence = milestones.flatMap((one, index) => {
      const green = evidenceOf(one, 1, made.parents[index]);
      const findings = made.feel
        ? [{ text: "it feels right", finding: "needs a human" as const, how: "" }]
        : [];
      const { court } = made;
      const more = { ...green, court, findings: [...green.findings, ...findings], ...made.astray };
      const spoiled = { ...more, gates: [runOf(0), runOf(1)] };
      return made.proven[index] ? [more, ...(made.red[index] ? [spoiled] : [])] : [];
    });
    const train = milestones.map(({ id, slug, spec }, index) => ({
      ...{ milestone: id, slug, attempt: 1, spec, pull: index + 1 },
      ...{ head: headOf(made.heads[index] ?? id), base: made.parents[index] ?? TIP },
      ...{ court: "full" as const, opinion: false, reported: [] },
    }));
    return { observation, evidence, train };
  });

/** Said once more, and differently: everything that must be true of a head before it may land behind those before it. */
function whyNot({ observation, evidence }: Mess, pull: number, before: readonly number[] = []): string[] {
  const { slug, head } = observation.pulls[pull - 1] ?? pullOf("M0", 0);
  const ref = observation.refs.find((one) => one.slug === slug);
  const reports = observation.checks.filter((one) => one.head === head);
  const tip = observation.pulls[(before.at(-1) ?? 0) - 1]?.head ?? TIP;
  const mine = evidence.filter((one) => one.slug === slug && one.base === tip && one.tree === ref?.tree);
  const byApp =
    observation.mode === "app" &&
    reports.some((one) => one.name === VERIFY && one.byOurApp && one.conclusion === "success");
  const status = observation.roadmap.milestones.find((one) => one.slug === slug)?.status;
  const unchecked = observation.rules.required.filter(({ name, app }) => {
    const own = reports.filter((one) => one.name === name && (app === null || one.app === app));
    return own.length === 0 || own.some(({ conclusion }) => conclusion !== "success");
  });
  return [
    ...(observation.stop === null ? [] : ["somebody said stop"]),
    ...(observation.policy.land === "main" && !observation.rules.pullRequest
      ? []
      : ["it may not land by itself"]),
    ...(ref?.parents[0] === tip && ref.sha === head ? [] : ["it is not our head on top"]),
    ...unchecked.map(({ name }) => `${name} is no success`),
    ...(mine.length > 0 || byApp ? [] : ["nothing proves it"]),
    ...mine.flatMap(faultsOf),
    ...(mine.some(({ findings }) => findings.some(({ finding }) => finding === "needs a human"))
      ? ["held"]
      : []),
    ...observation.journal.flatMap((line) =>
      line.line === "published" && line.slug === slug ? line.because : [],
    ),
    ...(status === "planned" ? [] : ["it is not planned"]),
  ];
}

function landings({ observation, evidence, train }: Mess): number[] {
  return land(observation, { train, evidence, opinions: [] }).flatMap((one) =>
    one.do === "land" ? one.cars.map(({ pull }) => pull) : [],
  );
}

describe("nothing lands", () => {
  test("unless everything is an explicit success on this very head on top of the tip", () => {
    const seen = { nothing: 0, one: 0, both: 0 };
    fc.assert(
      fc.property(mess, (one) => {
        const pulls = landings(one);
        for (const [index, pull] of pulls.entries())
          expect(whyNot(one, pull, pulls.slice(0, index))).toEqual([]);
        seen[pulls.length === 0 ? "nothing" : pulls.length === 1 ? "one" : "both"] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.nothing, seen.one, seen.both)).toBeGreaterThan(100);
  });

  test("that would not land if the same facts were told in another order", () => {
    let landed = 0;
    fc.assert(
      fc.property(mess, (one) => {
        const { observation, evidence, train } = one;
        const turned = {
          observation: {
            ...observation,
            checks: observation.checks.toReversed(),
            refs: observation.refs.toReversed(),
            pulls: observation.pulls.toReversed(),
            rules: { ...observation.rules, required: observation.rules.required.toReversed() },
          },
          evidence: evidence.toReversed(),
          train,
        };
        expect(landings(turned)).toEqual(landings(one));
        landed += landings(one).length;
      }),
      { numRuns: 1_000 },
    );
    expect(landed).toBeGreaterThan(50);
  });

  test("because something more was red", () => {
    let spoiled = 0;
    fc.assert(
      fc.property(mess, fc.constantFrom("failure", "pending", "skipped", "cancelled"), (one, conclusion) => {
        const red = { head: headOf("M1"), name: "ci", app: 7, conclusion, byOurApp: false } as const;
        const worse = {
          ...one,
          observation: { ...one.observation, checks: [...one.observation.checks, red] },
        };
        const [before, after] = [landings(one), landings(worse)];
        for (const [index, pull] of after.entries())
          expect(whyNot(worse, pull, after.slice(0, index))).toEqual([]);
        if (before.length > 0 && after.length === 0) spoiled += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(spoiled).toBeGreaterThan(10);
  });

  test("that was not in the train, nor anything behind it", () => {
    fc.assert(
      fc.property(mess, (one) => {
        expect(landings({ ...one, train: [] })).toEqual([]);
        expect(landings({ ...one, train: one.train.slice(1) })).not.toContain(1);
        if (landings(one)[0] === 1) expect(landings({ ...one, train: one.train.slice(0, 1) })).toEqual([1]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("what this run found", () => {
  const quiet = observationOf();
  const M1 = milestoneIn(quiet, "M1");
  const world = { ...quiet, refs: [refOf(M1)], pulls: [pullOf("M1", 1)] };
  const train = trainOf(world, [evidenceOf(M1)]);
  const red = { ...evidenceOf(M1), gates: [runOf(1)] };
  const told = (checks: Check[], evidence = evidenceOf(M1)) =>
    land({ ...world, checks }, { train, evidence: [evidence], opinions: [] }).map(({ do: what }) => what);
  const status: Check = {
    head: headOf("M1"),
    name: VERIFY,
    app: null,
    conclusion: "success",
    byOurApp: true,
  };

  test("is written on the head once, whatever a check run of the same name says", () => {
    expect(told([])).toEqual(["attest", "land"]);
    expect(told([status])).toEqual(["land"]);
    expect(told([{ ...status, app: 8, conclusion: "failure", byOurApp: false }, status])).toEqual(["land"]);
    expect(told([status], red)).toEqual(["attest", "reject"]);
  });
});

describe("a head that has landed", () => {
  const world = observationOf();
  const M1 = milestoneIn(world, "M1");
  const journal = [assignedOf(M1), publishedOf(M1)];

  test("is neither rejected nor restaged while GitHub still calls its pull request open", () => {
    const done = {
      ...world,
      roadmap: observationOf({ roadmap: roadmapOf("M1; done") }).roadmap,
      refs: [refOf(M1)],
      pulls: [pullOf("M1", 1)],
    };
    expect(review({ ...done, journal, landing: { branch: "main", sha: headOf("M1") } }, [])).toEqual([]);
    expect(review({ ...done, journal: [...journal, landedOf(M1, 1)] }, [])).toEqual([]);
    expect(review({ ...done, journal }, [])).toMatchObject([{ do: "reject", counted: false }]);
  });
});
