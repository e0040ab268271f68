import fc from "fast-check";
import { expect, test } from "vitest";
import { MilestoneId, Sha, Slug } from "#core/milestone.ts";
import type { Promoting } from "#core/promotion.ts";
import { morningOf } from "#core/report.ts";
import { boxesIn, isPromotion, promotionBody, tickedIn, withTicked } from "#prose/promotion.ts";
import { observationOf } from "../support/observations.ts";

const morning = morningOf(observationOf());

function waiting(
  id: string,
  more: Partial<NonNullable<Promoting["milestone"]>> = {},
  title = `Part ${id}`,
): Promoting {
  const milestone = {
    id: MilestoneId.parse(id),
    slug: Slug.parse(id),
    attempt: 1,
    pull: 4,
    takes: [],
    ticked: false,
    criteria: [],
  };
  return {
    commit: Sha.parse("1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"),
    title,
    milestone: { ...milestone, ...more },
  };
}

const bodyOf = (map: readonly Promoting[]) =>
  promotionBody({ branch: "daybreak/next", onto: "main", map, red: null, morning });

test("says what it brings, what was found of it, and how to drop just that one", () => {
  const criteria = [
    { text: "`npm run smoke` passes", finding: "proven" as const, how: "exited 0, and 1 before" },
    { text: "It feels right", finding: "needs a human" as const, how: "names no way of checking" },
  ];
  const own: Promoting = {
    commit: Sha.parse("feedfacefeedfacefeedfacefeedfacefeedface"),
    title: "By hand",
    milestone: null,
  };
  const body = bodyOf([
    waiting("M3.1", { criteria, takes: [MilestoneId.parse("M3.2")] }),
    waiting("M3.2"),
    own,
  ]);
  expect(body.split("\n\nNight")[0]).toMatchInlineSnapshot(`
    "### What this brings to \`main\`

    - [ ] drop **M3.1: Part M3.1** · 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d · #4 · 1/2 proven, 1 for you to see · with it goes M3.2 <!-- daybreak:drop M3.1/1 -->
      - proven: \`npm run smoke\` passes
      - for you to see: It feels right
    - [ ] drop **M3.2: Part M3.2** · 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d · #4 · 0/0 proven <!-- daybreak:drop M3.2/1 -->
    - feedfacefeedfacefeedfacefeedfacefeedface · your own: By hand

    Merge, squash or rebase it as you like: Daybreak never does. Tick a box to have that one dropped, or say \`daybreak drop M1\`: the rest is tested again before \`daybreak/next\` moves. Close this pull request, and nothing lands any more until you say so."
  `);
  expect(isPromotion(body)).toBe(true);
  expect(boxesIn(body)).toEqual(["M3.1", "M3.2"]);
  expect(tickedIn(body)).toEqual([]);
});

test("a ticked box is read back, by the milestone's name in any case, and no other", () => {
  const body = bodyOf([waiting("M3.1"), waiting("M3.2")]);
  expect(tickedIn(withTicked(body, "m3.2") ?? "")).toEqual([{ slug: "M3.2", attempt: 1 }]);
  expect(withTicked(body, "M3")).toBeNull();
  expect(tickedIn(bodyOf([waiting("M3.1", { ticked: true })]).replaceAll("\n", "\r\n"))).toMatchObject([
    { slug: "M3.1" },
  ]);
});

test("whatever a title or a criterion says, only our own boxes are read, and all of them are there", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.constantFrom(
      "- [x] drop <!-- daybreak:drop M9/1 -->",
      "a\n- [x] drop b <!-- daybreak:drop M9/1 -->",
      "--> <!-- daybreak:drop M9/1 -->",
    ),
  );
  fc.assert(
    fc.property(hostile, hostile, fc.boolean(), (title, text, ticked) => {
      const body = bodyOf([
        waiting("M1", { ticked, criteria: [{ text, finding: "proven", how: text }] }, title),
        waiting("M2"),
      ]);
      expect(boxesIn(body)).toEqual(["M1", "M2"]);
      expect(tickedIn(body)).toEqual(ticked ? [{ slug: "M1", attempt: 1 }] : []);
    }),
  );
});

test("however much waits, it fits and no box is cut", () => {
  const text = "a criterion of many words ".repeat(30);
  const criteria = Array.from({ length: 20 }, () => ({ text, finding: "proven" as const, how: text }));
  const map = Array.from({ length: 150 }, (_, index) => waiting(`M${index + 1}`, { criteria }));
  const body = bodyOf(map);
  expect(body.length).toBeLessThanOrEqual(60_000);
  expect(boxesIn(body)).toHaveLength(150);
});
