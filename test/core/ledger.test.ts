/** What was used and set aside, and how much of the budgets an attempt is given. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attemptsOf } from "#core/attempt.ts";
import {
  add,
  amountsOf,
  keyOf,
  milestoneCap,
  monthCap,
  NOTHING,
  nightCap,
  shareOf,
  tooLittle,
  UNITS,
} from "#core/budget.ts";
import type { JournalLine } from "#core/journal.ts";
import { ledgerOf, usedBy } from "#core/ledger.ts";
import type { Observation } from "#core/observation.ts";
import { chooseFrom } from "#core/plan.ts";
import { policyKeys } from "#core/policy-file.ts";
import { standingsOf } from "#core/progress.ts";
import {
  assignedOf,
  milestoneIn,
  NIGHT,
  observationOf,
  publishedOf,
  pullOf,
  refOf,
} from "../support/observations.ts";
import { COST, roadmapOf } from "../support/worlds.ts";

describe("the ledger", () => {
  const world = observationOf();
  const M1 = milestoneIn(world, "M1");
  const other = { night: "2026-11-03" as typeof NIGHT };

  test("charges receipts as they are and everything else its ceiling, by night and by month", () => {
    const journal = [
      assignedOf(M1, 1, 2.5),
      publishedOf(M1, 1),
      assignedOf(M1, 2, 2.5),
      { ...assignedOf(M1, 3, 4), ...other },
      { ...assignedOf(M1, 4, 4), night: "2026-10-31" as typeof NIGHT },
    ];
    expect(ledgerOf(journal, NIGHT)).toMatchObject({ night: { usd: 3 }, month: { usd: 7 } });
    expect(ledgerOf([], NIGHT)).toEqual({ night: NOTHING, month: NOTHING });
  });

  test("charges an attempt once, however often its receipt was written, and nobody else's to a milestone", () => {
    const twice = publishedOf(M1, 1);
    const journal = [assignedOf(M1), twice, { ...twice, at: "2026-11-20T22:08:00.000Z" }];
    expect(ledgerOf(journal, NIGHT).night.usd).toBe(COST.usd);
    const used = (parts: Partial<Observation>) =>
      usedBy(
        attemptsOf({ ...world, refs: [refOf(M1)], pulls: [pullOf("M1", 1)], ...parts }),
        parts.journal ?? [],
      );
    expect(used({ journal }).usd).toBe(COST.usd);
    expect(used({ journal: [assignedOf(M1), publishedOf(M1, 1, { as: "lost" })], pulls: [] }).usd).toBe(0);
  });

  test("counts tokens, the engine's minutes, and runners from claim to receipt", () => {
    const journal = [
      assignedOf(M1),
      publishedOf(M1, 1, { seconds: 90, at: "2026-11-20T22:19:30.000Z" }),
      { ...assignedOf(M1, 2), reserved: { tokens: 7, minutes: 8, runnerMinutes: 9 } },
    ];
    expect(ledgerOf(journal, NIGHT).night).toEqual({
      usd: COST.usd + 2.5,
      tokens: COST.inputTokens + COST.outputTokens + 7,
      minutes: 1.5 + 8,
      runnerMinutes: 13 + 10 + 9,
    });
  });

  test("charges a lost attempt all that was set aside for it, and an interrupted one what it used", () => {
    const reserved = { tokens: 7, minutes: 8, runnerMinutes: 9 };
    const charged = (as: "lost" | "interrupted") =>
      ledgerOf([{ ...assignedOf(M1), reserved }, publishedOf(M1, 1, { as, seconds: 60 })], NIGHT).night;
    expect(charged("lost")).toMatchObject({ usd: 0.5, tokens: 7, minutes: 8 });
    expect(charged("interrupted")).toMatchObject({ usd: 0.5, tokens: 11_000, minutes: 1 });
  });
});

/** Any past of three milestones under any policy: what became of their attempts, and what those used. */
const pasts = fc.record({
  attempts: fc.integer({ min: 1, max: 4 }),
  budget: fc.record({
    milestone: fc.integer({ min: 1, max: 20 }),
    night: fc.integer({ min: 5, max: 80 }),
    month: fc.integer({ min: 5, max: 120 }),
    tokens: fc.record({
      night: fc.constantFrom(9_000_000, 90_000_000),
      month: fc.constantFrom(20_000_000, 90_000_000),
    }),
    minutes: fc.record({
      night: fc.integer({ min: 20, max: 300 }),
      month: fc.integer({ min: 20, max: 400 }),
    }),
    "runner-minutes": fc.record({
      night: fc.integer({ min: 60, max: 700 }),
      month: fc.integer({ min: 60, max: 900 }),
    }),
  }),
  tokens: fc.constantFrom(2_000, 4_000_000),
  lines: fc.array(
    fc.record({
      id: fc.constantFrom("M1", "M2", "M3"),
      as: fc.constantFrom("rejected", "interrupted", "lost", "silent"),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 8 },
  ),
});

/** Plays a night claim by claim, as `plan` would; each attempt uses a part of what it was given. */
function played({ lines, ...policy }: typeof pasts extends fc.Arbitrary<infer Past> ? Past : never) {
  const roadmap = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
  let world: Observation = observationOf({ roadmap, policy: { ...policy, parallel: 3, milestones: 9 } });
  const given: { slug: string; as: string; attempt: number }[] = [];
  for (const { id, as, part } of lines) {
    const claim = chooseFrom(world).claims.find(({ milestone }) => milestone === id);
    if (!claim) continue;
    const { ceiling, reserved, attempt } = claim;
    const milestone = milestoneIn(world, id);
    const spend = { ...COST, usd: Math.floor(ceiling * part * 100) / 100, inputTokens: 0, outputTokens: 0 };
    spend.inputTokens = Math.floor(reserved.tokens * part);
    const seconds = reserved.minutes * 60 * part;
    const receipt = publishedOf(milestone, attempt, {
      as: as === "silent" ? "lost" : (as as "lost"),
      spend,
      seconds,
      tree: null,
    });
    const made: JournalLine[] = [{ ...assignedOf(milestone, attempt, ceiling), reserved }];
    if (as !== "silent") made.push(receipt);
    given.push({ slug: milestone.slug, as, attempt });
    world = {
      ...world,
      journal: [...world.journal, ...made],
      refs: [...world.refs, refOf(milestone, attempt, undefined, ceiling)],
    };
  }
  return { world, given };
}

describe("the budgets", () => {
  test("whatever has happened, what was used and what is set aside never exceed any cap together", () => {
    let claims = 0;
    fc.assert(
      fc.property(pasts, (past) => {
        const { world } = played(past);
        const { policy, journal } = world;
        const made = chooseFrom(world).claims.map(amountsOf).reduce(add, NOTHING);
        const spent = ledgerOf(journal, NIGHT);
        // What somebody else's clock adds to an attempt that is over is not ours to cap.
        const begun = journal.length > 0 || made.usd > 0;
        for (const unit of UNITS) {
          if (!begun) continue;
          expect(spent.night[unit] + made[unit], `night ${unit}`).toBeLessThanOrEqual(
            nightCap(policy)[unit] + 0.01,
          );
          expect(spent.month[unit] + made[unit], `month ${unit}`).toBeLessThanOrEqual(
            monthCap(policy)[unit] + 0.01,
          );
        }
        claims += linesIn(journal);
      }),
      { numRuns: 600 },
    );
    expect(claims).toBeGreaterThan(300);
  });

  test("all attempts of a milestone together never get more than its budget, interrupted ones included", () => {
    let interrupted = 0;
    fc.assert(
      fc.property(pasts, (past) => {
        const { world, given } = played(past);
        const cap = milestoneCap(world.policy);
        for (const { milestone, progress } of standingsOf(world)) {
          if (progress.state !== "ready") continue;
          const mine = attemptsOf(world).filter(({ slug }) => slug === milestone.slug);
          const used = usedBy(mine, world.journal);
          const after = add(used, amountsOf(progress.share));
          for (const unit of ["usd", "tokens", "minutes"] as const)
            expect(after[unit], unit).toBeLessThanOrEqual(cap[unit] + 0.01);
          interrupted += given.filter(
            ({ slug, as }) => slug === milestone.slug && as === "interrupted",
          ).length;
        }
      }),
      { numRuns: 600 },
    );
    expect(interrupted).toBeGreaterThan(30);
  });

  test("what is left is shared evenly by the attempts that are left; with too little none begins", () => {
    const { policy } = observationOf();
    expect(shareOf(policy)).toEqual({
      ceiling: 2.5,
      reserved: { tokens: 4_000_000, minutes: 30, runnerMinutes: 30 + 2 * 20 + 10 },
    });
    const used = { ...NOTHING, usd: 2.4, minutes: 40 };
    expect(shareOf(policy, used, 2)).toMatchObject({ ceiling: 1.3, reserved: { minutes: 10 } });
    expect(shareOf(policy, used, 1)).toMatchObject({ ceiling: 2.5, reserved: { minutes: 20 } });
    expect(tooLittle(shareOf(policy, used, 2), policy)).toBeNull();
    expect(tooLittle(shareOf(policy, { ...NOTHING, usd: 4 }, 2), policy)).toBe("usd");
    expect(tooLittle(shareOf(policy, { ...NOTHING, minutes: 50 }, 2), policy)).toBe("minutes");
    const poor = {
      ...policy,
      budget: { ...policy.budget, tokens: { ...policy.budget.tokens, night: 2_000 } },
    };
    expect(shareOf(poor).reserved.tokens).toBe(2_000);
  });

  test("every key that a refusal names is one of the policy's", () => {
    const known = new Set(policyKeys().map(({ key }) => key));
    for (const unit of UNITS)
      for (const level of ["night", "month"] as const) expect(known).toContain(keyOf(unit, level));
    for (const unit of ["usd", "tokens", "minutes"] as const)
      expect(known).toContain(keyOf(unit, "milestone"));
  });
});

function linesIn(journal: readonly JournalLine[]): number {
  return journal.filter(({ line }) => line === "assigned").length;
}
