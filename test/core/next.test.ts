/** What `daybreak/next` should consist of, and what of it may move there: tables, and two laws that count their hits. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Evidence } from "#core/evidence.ts";
import type { JournalLine, LineOf } from "#core/journal.ts";
import { land } from "#core/land.ts";
import { type Milestone, MilestoneId, Sha } from "#core/milestone.ts";
import { nextShould, rebuilding } from "#core/next.ts";
import type { Observation, Promotion, Unpromoted } from "#core/observation.ts";
import { asRebuilt, headsToTest } from "#core/rebuild.ts";
import {
  evidenceOf,
  headOf,
  milestoneIn,
  observationOf,
  runOf,
  TIP,
  treeOf,
} from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

const ROADMAP = roadmapOf("M1 after nothing; done", "M2 after M1; done", "M3 after nothing; done");
const NEXT = Sha.parse("next-1");
const MAIN = Sha.parse("main-2");
const IDS = ["M1", "M2", "M3"] as const;

const quiet = observationOf({
  roadmap: ROADMAP,
  policy: { land: "next" },
  landing: { branch: "daybreak/next", sha: NEXT },
});
const contracts = Object.fromEntries(IDS.map((id) => [id, milestoneIn(quiet, id).spec]));

function commitOf(id: string, name = headOf(id)): Unpromoted {
  const milestone = quiet.roadmap.milestones.find((one) => one.id === id);
  const of = milestone ? { milestone: milestone.id, attempt: 1, spec: milestone.spec } : null;
  return { commit: name, parent: TIP, tree: treeOf(id), title: id, of };
}

/** One on top of the other, on the default branch as it is now. */
function chainOf(ids: readonly string[]): Unpromoted[] {
  let parent = MAIN;
  return ids.map((id) => {
    const made = { ...commitOf(id, Sha.parse(`${id}-again`)), parent };
    parent = made.commit;
    return made;
  });
}

function droppedOf({ id, slug, spec }: Milestone): LineOf<"dropped"> {
  const stamp = { at: "2026-11-20T22:07:00.000Z", night: quiet.night.name, cycle: 100 };
  return {
    line: "dropped",
    ...stamp,
    milestone: id,
    slug,
    attempt: 1,
    spec,
    commit: headOf(id),
    by: "owner",
    because: "so",
  };
}

function rolling(promotion: Partial<Promotion>, journal: JournalLine[] = []): Observation {
  const seen: Promotion = {
    onto: MAIN,
    next: NEXT,
    holds: false,
    unpromoted: IDS.map((id) => commitOf(id)),
    promoted: [],
    contracts,
    rebuilt: null,
    staged: null,
    pull: null,
    ...promotion,
  };
  return { ...quiet, journal, promotion: seen };
}

function said(observation: Observation): string {
  const should = nextShould(observation);
  if (should === null) return "nothing";
  const drops = should.drops.map(({ milestone, by }) => `${milestone} ${by}`);
  return [should.keep.map(({ title }) => title).join(" "), ...drops, should.because ?? "stands"].join("; ");
}

describe("what it should consist of", () => {
  const M1 = milestoneIn(quiet, "M1");
  const pull = { number: 7, head: NEXT, state: "open", ours: true, body: "" } as const;
  test.each([
    ["nothing while there is no such branch", rolling({ next: null }), "nothing"],
    ["itself while it holds the default branch", rolling({ holds: true }), "M1 M2 M3; stands"],
    [
      "itself although its milestones are done there",
      rolling({ holds: true, promoted: [M1.id] }),
      "M2 M3; stands",
    ],
    ["all of it on a default branch that moved", rolling({}), "M1 M2 M3; main has moved"],
    ["what was not promoted yet", rolling({ promoted: [M1.id] }), "M2 M3; main has moved"],
    [
      "nothing once all was promoted",
      rolling({ promoted: IDS.map((id) => MilestoneId.parse(id)) }),
      "; main has moved",
    ],
    [
      "none of what was dropped, and not what depends on it",
      rolling({ holds: true }, [droppedOf(M1)]),
      "M3; M2 dependency; M1, M2 were dropped",
    ],
    [
      "none of what is ticked",
      rolling({
        holds: true,
        pull: { ...pull, ticked: [{ slug: milestoneIn(quiet, "M3").slug, attempt: 1 }] },
      }),
      "M1 M2; M3 owner; M3 was dropped",
    ],
    [
      "nothing that was proven by another contract",
      rolling({ contracts: { ...contracts, M1: milestoneIn(quiet, "M3").spec } }),
      "M3; M1 conflict; M2 dependency; main has moved",
    ],
    [
      "the owner's own commits",
      rolling({ promoted: [M1.id], unpromoted: [commitOf("M1"), commitOf("mine"), commitOf("M3")] }),
      "mine M3; main has moved",
    ],
  ])("%s", (_, observation, expected) => {
    expect(said(observation)).toBe(expected);
  });

  test("whatever is dropped: nothing that depends on it stays, and nothing else goes", () => {
    const hits = { kept: 0, dependants: 0 };
    fc.assert(
      fc.property(fc.subarray([...IDS]), fc.subarray([...IDS]), fc.boolean(), (dropped, promoted, holds) => {
        const journal = dropped.map((id) => droppedOf(milestoneIn(quiet, id)));
        const observation = rolling(
          { holds, promoted: promoted.map((id) => MilestoneId.parse(id)) },
          journal,
        );
        const kept = new Set(nextShould(observation)?.keep.map(({ title }) => title));
        for (const id of IDS) {
          const { dependsOn } = milestoneIn(quiet, id);
          const gone = (one: string) =>
            dropped.some((other) => other === one) && !promoted.some((other) => other === one);
          const goes = promoted.includes(id) || dropped.includes(id) || dependsOn.some(gone);
          expect(kept.has(id)).toBe(!goes);
          hits.kept += Number(!goes);
          hits.dependants += Number(goes && !dropped.includes(id) && !promoted.includes(id));
        }
      }),
    );
    expect(hits.kept).toBeGreaterThan(50);
    expect(hits.dependants).toBeGreaterThan(5);
  });
});

describe("before it moves", () => {
  const chain = chainOf(IDS);
  const tip = chain.at(-1)?.commit ?? MAIN;
  const staged = rolling({ rebuilt: { chain, left: [] }, staged: tip });
  const green = chain.map((one) => ({
    ...evidenceOf(milestoneIn(quiet, one.title), 1, one.parent),
    tree: one.tree,
    court: "position" as const,
  }));
  const red = (one: Evidence): Evidence => ({ ...one, gates: [runOf(1)] });

  test("it is staged where nothing else is, and every commit of it is tested where it stands", () => {
    expect(rebuilding(rolling({ rebuilt: { chain, left: [] } }))).toEqual([
      { do: "rebuild", head: tip, expected: null },
    ]);
    expect(headsToTest(rolling({ rebuilt: { chain, left: [] } }), [])).toEqual([]);
    expect(rebuilding(staged)).toEqual([]);
    expect(headsToTest(staged, []).map(({ head, base }) => [head, base])).toEqual(
      chain.map(({ commit, parent }) => [commit, parent]),
    );
  });

  test("it moves to exactly what was tested, and only if all of it was green", () => {
    const hits = { moved: 0, dropped: 0, waited: 0 };
    const seen = fc.constantFrom("green", "green", "green", "red", "missing", "other tree", "other base");
    fc.assert(
      fc.property(fc.tuple(seen, seen, seen), (how) => {
        const evidence = green.flatMap((one, index) => {
          if (how[index] === "missing") return [];
          if (how[index] === "other tree") return [{ ...one, tree: treeOf("M9") }];
          if (how[index] === "other base") return [{ ...one, base: NEXT }];
          return [how[index] === "red" ? red(one) : one];
        });
        const decisions = land(staged, { train: [], evidence, opinions: [] });
        const first = how.findIndex((one) => one !== "green");
        if (first === -1) {
          expect(decisions).toMatchObject([{ do: "renew", from: NEXT, to: tip }]);
          hits.moved += 1;
        } else if (how[first] === "red") {
          expect(decisions).toMatchObject([{ do: "drop", milestone: IDS[first], by: "red" }]);
          hits.dropped += 1;
        } else {
          expect(decisions).toEqual([]);
          hits.waited += 1;
        }
      }),
    );
    for (const count of Object.values(hits)) expect(count).toBeGreaterThan(3);
  });

  test("nobody is dropped for what there was no time to ask: one question", () => {
    const evidence = green.map((one) => ({ ...one, skipped: ["`npm test`: no time was left"] }));
    expect(land(staged, { train: [], evidence, opinions: [] })).toMatchObject([
      { do: "block", milestone: null, because: expect.stringContaining("not run: `npm test`") },
    ]);
    const broken = evidence.map(red);
    expect(land(staged, { train: [], evidence: broken, opinions: [] })).toMatchObject([
      { do: "drop", by: "red" },
    ]);
  });

  test("a default branch that is red by itself is nobody's fault: one question", () => {
    const [first, ...rest] = green.map(red);
    if (!first) throw new Error("there is evidence");
    const decisions = land(staged, {
      train: [],
      evidence: [{ ...first, baseline: [runOf(1)] }, ...rest],
      opinions: [],
    });
    expect(decisions).toMatchObject([
      { do: "block", key: "next", because: expect.stringContaining("next-1") },
    ]);
  });

  test("what is red with the owner's own commits in it is his to judge", () => {
    const own = { ...commitOf("mine", Sha.parse("mine-again")), parent: tip };
    const observation = rolling({ rebuilt: { chain: [...chain, own], left: [] }, staged: own.commit });
    const evidence = green.map((one, index) =>
      index === 2 ? red({ ...one, tree: own.tree, base: own.parent }) : one,
    );
    expect(land(observation, { train: [], evidence, opinions: [] })).toMatchObject([
      { do: "block", key: "next" },
    ]);
  });

  test("promises of what is left out do not bind the rest", () => {
    const observation = rolling({ rebuilt: { chain: chainOf(["M1"]), left: [] } });
    const done = asRebuilt(observation).roadmap.milestones.filter(({ status }) => status === "done");
    expect(done.map(({ id }) => id)).toEqual(["M1"]);
    expect(asRebuilt(quiet)).toBe(quiet);
  });
});
