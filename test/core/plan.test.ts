import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { briefFor } from "#core/briefing.ts";
import { add, amountsOf, monthCap, NOTHING, nightCap, UNITS } from "#core/budget.ts";
import type { JournalLine } from "#core/journal.ts";
import { ledgerOf } from "#core/ledger.ts";
import { MilestoneId } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { chooseFrom, plan } from "#core/plan.ts";
import { standingsOf } from "#core/progress.ts";
import {
  assignedOf,
  blockedOf,
  headOf,
  milestoneIn,
  NIGHT,
  observationOf,
  publishedOf,
  pullOf,
  refOf,
  rejectedOf,
} from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

const FIVE = ["M1", "M2", "M3", "M4", "M5"];

/** Five milestones that depend on any of those before them, with any past. */
const worlds = fc
  .record({
    lines: fc.tuple(
      ...FIVE.map((_, index) =>
        fc.record({
          after: fc.subarray(FIVE.slice(0, index)),
          mark: fc.constantFrom("", "; done", ...(index < 2 ? ["; done", "; done"] : ["", "; mine"])),
          past: fc.array(fc.constantFrom("lost", "rejected", "conflict", "silent", "working"), {
            maxLength: 2,
          }),
        }),
      ),
    ),
    declared: fc.boolean(),
    policy: fc.record({
      parallel: fc.integer({ min: 1, max: 4 }),
      milestones: fc.integer({ min: 1, max: 4 }),
      attempts: fc.integer({ min: 1, max: 3 }),
      budget: fc.record({
        milestone: fc.constantFrom(3, 5),
        night: fc.constantFrom(4, 10, 30),
        month: fc.constantFrom(6, 20, 100),
      }),
    }),
    asked: fc.oneof({ weight: 6, arbitrary: fc.constant<null>(null) }, fc.constantFrom("M1", "model")),
    paid: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
  })
  .map(({ lines, declared, policy, asked, paid }): Observation => {
    const roadmap = roadmapOf(
      ...lines.map(({ after, mark }, index) =>
        declared ? `${FIVE[index]} after ${after.join(", ") || "nothing"}${mark}` : `${FIVE[index]}${mark}`,
      ),
    );
    const world = observationOf({ roadmap, policy });
    const made = lines.map(({ past }, index) => pastOf(world, FIVE[index] ?? "", past));
    const milestone = asked === "M1" ? MilestoneId.parse("M1") : null;
    return {
      ...world,
      night: { ...world.night, paid },
      journal: made.flatMap(({ journal }) => journal),
      refs: made.flatMap(({ refs }) => refs),
      pulls: made.flatMap(({ pulls }) => pulls),
      blockers:
        asked === null ? [] : [{ issue: 900, key: asked, milestone, open: true, because: "", ask: "" }],
    };
  });

function pastOf(
  world: Observation,
  id: string,
  past: string[],
): Pick<Observation, "journal" | "refs" | "pulls"> {
  const milestone = milestoneIn(world, id);
  const number = (attempt: number) => 10 * (FIVE.indexOf(id) + 1) + attempt;
  const working = past.indexOf("working");
  const told = working === -1 ? past : past.slice(0, working + 1);
  return {
    journal: told.flatMap((what, index): JournalLine[] => {
      const attempt = index + 1;
      const pull = number(attempt);
      const claim = assignedOf(milestone, attempt);
      if (what === "silent" || what === "working") return [claim];
      if (what === "lost") return [claim, publishedOf(milestone, attempt, { as: "lost", because: ["gone"] })];
      return [
        claim,
        publishedOf(milestone, attempt),
        rejectedOf(milestone, attempt, { pull, counted: what === "rejected" }),
      ];
    }),
    refs: told.map((what, index) => {
      const ref = refOf(
        milestone,
        index + 1,
        undefined,
        what === "silent" || what === "working" ? 2.5 : null,
      );
      const trailers = ref.trailers && { ...ref.trailers, cycle: what === "working" ? 101 : 100 };
      return { ...ref, trailers };
    }),
    pulls: told.flatMap((what, index) =>
      what === "rejected" || what === "conflict"
        ? [{ ...pullOf(id, number(index + 1), index + 1), state: "closed" as const }]
        : [],
    ),
  };
}

describe("a plan", () => {
  test("never exceeds what is left of places, milestones, and of any unit of the night's budget and the month's", () => {
    let [claims, held] = [0, 0];
    fc.assert(
      fc.property(worlds, (world) => {
        const made = chooseFrom(world);
        const { policy, journal } = world;
        const wanted = made.claims.map(amountsOf).reduce(add, NOTHING);
        const spent = ledgerOf(journal, NIGHT);
        const working = standingsOf(world).filter(({ progress }) => progress.state === "in work").length;
        if (made.claims.length > 0) {
          expect(made.claims.length + working).toBeLessThanOrEqual(policy.parallel);
          for (const unit of UNITS) {
            expect(spent.night[unit] + wanted[unit], unit).toBeLessThanOrEqual(nightCap(policy)[unit] + 0.01);
            expect(spent.month[unit] + wanted[unit], unit).toBeLessThanOrEqual(monthCap(policy)[unit] + 0.01);
          }
          expect(world.night.paid).toBe(true);
          expect(world.blockers.filter(({ milestone }) => milestone === null)).toEqual([]);
        }
        const before = new Set(journal.flatMap((line) => (line.line === "assigned" ? [line.slug] : [])));
        const fresh = made.claims.filter(({ slug }) => !before.has(slug));
        if (fresh.length > 0) expect(before.size + fresh.length).toBeLessThanOrEqual(policy.milestones);
        claims += made.claims.length;
        held += made.held.size;
      }),
      { numRuns: 1_500 },
    );
    expect(claims).toBeGreaterThan(200);
    expect(held).toBeGreaterThan(200);
  });

  test("starts nothing whose dependency is not done, nothing twice, and no number that was used", () => {
    let after = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const { claims } = chooseFrom(world);
        expect(new Set(claims.map(({ slug }) => slug)).size).toBe(claims.length);
        for (const claim of claims) {
          const milestone = milestoneIn(world, claim.milestone);
          const done = milestone.dependsOn.filter((id) => milestoneIn(world, id).status === "done");
          expect(done).toEqual(milestone.dependsOn);
          expect(milestone.status).toBe("planned");
          const used = [...world.refs, ...world.pulls].filter(({ slug }) => slug === claim.slug);
          for (const { attempt } of used) expect(claim.attempt).toBeGreaterThan(attempt);
          after += done.length;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(after).toBeGreaterThan(50);
  });

  test("says of every ready milestone that does not start why it does not, unless its turn has not come", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { claims, held } = chooseFrom(world);
        const ready = standingsOf(world).filter(({ progress }) => progress.state === "ready");
        const named = ready.filter(
          ({ milestone: { slug } }) => held.has(slug) || claims.some((one) => one.slug === slug),
        );
        if (world.roadmap.dependenciesDeclared) expect(named).toEqual(ready);
        else expect(claims.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("comes with a brief for every claim", () => {
    const world = observationOf();
    const [decision] = plan(world);
    const claim = decision?.do === "assign" ? decision.assignments[0] : undefined;
    expect(claim && briefFor(claim, world)).toMatchObject({
      assignment: { slug: "M1", attempt: 1, base: "main-1" },
      gates: ["npm test"],
      limits: { usd: 2.5, seconds: 1_800 },
      earlier: [],
    });
    expect(claim && briefFor({ ...claim, spec: "other" as typeof claim.spec }, world)).toBeNull();
  });

  test.each<[string, Partial<Observation>, Record<string, unknown>]>([
    ["STOP", { stop: "STOP" }, {}],
    ["no gate command is known", {}, { test: [] }],
    ["the price of llama-9 is not known", {}, { model: "llama-9" }],
    [
      "waits for an answer to #9",
      { blockers: [{ issue: 9, key: "model", milestone: null, open: true, because: "", ask: "" }] },
      {},
    ],
    ["it is day", { night: { name: NIGHT, paid: false, over: false, because: "it is day" } }, {}],
  ])("is empty when: %s", (because, parts, policy) => {
    const { claims, held } = chooseFrom({ ...observationOf({ policy }), ...parts });
    expect(claims).toEqual([]);
    expect([...held.values()].join()).toContain(because);
  });

  test("stops while more of the owner's time is waited for than the policy allows", () => {
    const world = observationOf({ policy: { "review-minutes": 10 } });
    const blocker = {
      issue: 9,
      key: "M7",
      milestone: MilestoneId.parse("M7"),
      open: true,
      because: "",
      ask: "",
    };
    expect(chooseFrom({ ...world, blockers: [blocker, blocker] }).claims).toHaveLength(1);
    expect(chooseFrom({ ...world, blockers: [blocker, blocker, blocker] }).claims).toHaveLength(0);
  });
});

describe("where a milestone stands", () => {
  const world = observationOf({ policy: { attempts: 3, budget: { milestone: 60 } } });
  const M1 = milestoneIn(world, "M1");
  const closed = (attempt: number) => ({ ...pullOf("M1", attempt, attempt), state: "closed" as const });
  const stands = (parts: Partial<Observation>) => standingsOf({ ...world, ...parts })[0]?.progress;
  const red = (attempt: number, because = `red ${attempt}`) => [
    assignedOf(M1, attempt),
    publishedOf(M1, attempt),
    rejectedOf(M1, attempt, { because: [because] }),
  ];

  test("a rejected attempt is a lesson, and its patch the next one's start", () => {
    const parts = { journal: red(1), pulls: [closed(1)], refs: [refOf(M1, 1)] };
    expect(stands(parts)).toMatchObject({
      state: "ready",
      attempt: 2,
      earlier: [{ attempt: 1, because: ["red 1"], startFrom: "M1-1" }],
    });
  });

  test("the same reasons twice in a row mean: start from the base again", () => {
    const parts = {
      journal: [...red(1, "red"), ...red(2, "red")],
      pulls: [closed(1), closed(2)],
      refs: [refOf(M1, 1), refOf(M1, 2)],
    };
    expect(stands(parts)).toMatchObject({ attempt: 3, earlier: [{ startFrom: null }, { startFrom: null }] });
  });

  test("nobody starts from a head that is not ours", () => {
    const stranger = { ...refOf(M1, 1), sha: headOf("M9"), trailers: null };
    const parts = { journal: red(1), pulls: [closed(1)], refs: [stranger] };
    expect(stands(parts)).toMatchObject({ earlier: [{ startFrom: null }] });
  });

  test("a changed contract begins to count anew", () => {
    const old = { ...M1, spec: "older" as typeof M1.spec };
    const journal = [1, 2, 3].flatMap((attempt) => [
      assignedOf(old, attempt),
      publishedOf(old, attempt),
      rejectedOf(old, attempt),
    ]);
    expect(stands({ journal, pulls: [1, 2, 3].map(closed) })).toMatchObject({
      state: "ready",
      attempt: 4,
      earlier: [],
    });
    const same = [1, 2, 3].flatMap((attempt) => red(attempt));
    expect(stands({ journal: same, pulls: [1, 2, 3].map(closed) })).toMatchObject({
      state: "stuck",
      because: "gave up after 3 attempts",
    });
  });

  test("an answered question begins to count anew, an open one blocks", () => {
    const journal = [...[1, 2, 3].flatMap((attempt) => red(attempt)), blockedOf("M1", 9)];
    const blocker = { issue: 9, key: "M1", milestone: M1.id, because: "gave up", ask: "What now?" };
    const pulls = [1, 2, 3].map(closed);
    expect(stands({ journal, pulls, blockers: [{ ...blocker, open: true }] })).toMatchObject({
      state: "blocked",
      issue: 9,
    });
    expect(stands({ journal, pulls, blockers: [{ ...blocker, open: false }] })).toMatchObject({
      state: "ready",
      attempt: 4,
    });
  });

  test("without a journal attempts are still numbered on from refs and pulls", () => {
    expect(stands({ refs: [refOf(M1, 4)], pulls: [closed(4)] })).toMatchObject({
      state: "stuck",
      because: "somebody closed its pull request #4",
    });
    expect(stands({ refs: [{ ...refOf(M1, 4), trailers: null }] })).toMatchObject({
      state: "ready",
      attempt: 5,
    });
  });

  test("a landing that was reverted is planned again, with a clean slate", () => {
    const merged = { ...pullOf("M1", 3, 3), state: "merged" as const };
    const journal = [1, 2, 3].flatMap((attempt) => red(attempt));
    expect(stands({ journal, pulls: [closed(1), closed(2), merged] })).toMatchObject({
      state: "ready",
      attempt: 4,
      earlier: [],
    });
  });
});
