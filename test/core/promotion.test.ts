/** When the promotion pull request is opened, edited and left alone. */

import { expect, test } from "vitest";
import { Sha } from "#core/milestone.ts";
import type { Blocker, Observation, PromotionPull, Unpromoted } from "#core/observation.ts";
import { promotionOf } from "#core/promotion.ts";
import { milestoneIn, observationOf, TIP, treeOf } from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

const quiet = observationOf({
  roadmap: roadmapOf("M1; done", "M2 after M1; done"),
  policy: { land: "next" },
});
const NEXT = Sha.parse("next-1");
const pull: PromotionPull = { number: 7, head: NEXT, state: "open", ours: true, body: "so", ticked: [] };

function commitOf(id: string): Unpromoted {
  const { id: milestone, spec } = milestoneIn(quiet, id);
  return {
    commit: Sha.parse(`${id}-1`),
    parent: TIP,
    tree: treeOf(id),
    title: id,
    of: { milestone, attempt: 1, spec },
  };
}

function rolling(
  change: Partial<NonNullable<Observation["promotion"]>>,
  more: Partial<Observation> = {},
): Observation {
  const none = { rebuilt: null, staged: null, pull: null, promoted: [], contracts: {} };
  const unpromoted = [commitOf("M1"), commitOf("M2")];
  return {
    ...quiet,
    promotion: { onto: TIP, next: NEXT, holds: true, unpromoted, ...none, ...change },
    ...more,
  };
}

const asked = (open: boolean): Blocker => ({
  issue: 9,
  key: "promotion",
  milestone: null,
  open,
  because: "#7 was closed",
  ask: "?",
});
const refused: Blocker = {
  issue: 9,
  key: "publishing",
  milestone: null,
  open: true,
  because: "403",
  ask: "?",
};

test.each([
  ["opens one for what waits", rolling({}), { pull: null }],
  ["edits the open one", rolling({ pull }), { pull: 7, seen: "so" }],
  ["opens another after a promotion", rolling({ pull: { ...pull, state: "merged" } }), { pull: null }],
  ["opens none while the branch holds nothing", rolling({ unpromoted: [] }), null],
  [
    "opens none for what is done on the default branch",
    rolling({ promoted: [milestoneIn(quiet, "M1").id, milestoneIn(quiet, "M2").id] }),
    null,
  ],
  ["leaves somebody else's alone", rolling({ pull: { ...pull, ours: false } }), null],
  ["waits while the branch is rebuilt", rolling({ rebuilt: { chain: [], left: [] } }), null],
  ["takes a closed one for a no", rolling({ pull: { ...pull, state: "closed" } }), null],
  [
    "and an open question about it as well",
    rolling({ pull: { ...pull, state: "closed" } }, { blockers: [asked(true)] }),
    null,
  ],
  [
    "opens another once that is answered",
    rolling({ pull: { ...pull, state: "closed" } }, { blockers: [asked(false)] }),
    { pull: null },
  ],
  [
    "opens another for a branch that is another one by now",
    rolling({ pull: { ...pull, state: "closed", head: TIP } }),
    { pull: null },
  ],
  ["does not insist where pull requests are refused", rolling({}, { blockers: [refused] }), null],
  ["says nothing when somebody says stop", rolling({ pull }, { stop: "so" }), null],
])("%s", (_, observation, expected) => {
  if (expected === null) expect(promotionOf(observation)).toBeNull();
  else expect(promotionOf(observation)).toMatchObject(expected);
});

test("each milestone says what would go with it", () => {
  const takes = promotionOf(rolling({}))?.map.map(({ milestone }) => milestone?.takes);
  expect(takes).toEqual([["M2"], []]);
});
