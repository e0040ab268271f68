import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MilestoneId, Spec } from "#core/milestone.ts";
import { claimMessage, milestoneMessage, parseTrailers } from "#core/trailers.ts";

const M1 = { milestone: MilestoneId.parse("M1"), attempt: 2, spec: Spec.parse("6cd4c065fd8c96f9"), cycle: 7 };

/** What a heading can hold, and what somebody might write into it on purpose. */
const words = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "\n\n",
      "\r\n",
      "[skip ci]",
      "[CI SKIP]",
      "[skip [skip ci] ci]",
      "Milestone: M9",
      "Spec: forged",
      "{id}",
      "{title}",
      "$&",
      "\u2028",
      "\u0085",
      "Co-authored-by: x <x@y>",
    ),
  ),
  { maxLength: 6 },
);
const titles = words.map((parts) => parts.join(" "));

describe("the message of a milestone's commit", () => {
  test("says what it is and where it comes from", () => {
    const message = milestoneMessage("{id}: {title}", { ...M1, title: "Drafts survive" }, 1);
    expect(message).toMatchInlineSnapshot(`
      "M1: Drafts survive

      Milestone: M1
      Attempt: 2
      Cycle: 7
      Spec: 6cd4c065fd8c96f9
      Again: 1
      "
    `);
    expect(parseTrailers(message)).toEqual({ ...M1, ceiling: null });
  });

  test("gives back what was printed, whatever the title says and however the owner phrases it", () => {
    let hostile = 0;
    const templates = fc.constantFrom("{id}: {title}", "{title}", "feat({id}): {title} {title}", "x");
    fc.assert(
      fc.property(templates, titles, fc.nat(3), (template, title, again) => {
        const message = milestoneMessage(template, { ...M1, title }, again);
        expect(parseTrailers(message)).toEqual({ ...M1, ceiling: null });
        expect(message).not.toMatch(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/i);
        expect(message.split("\n")[0]?.trim()).not.toBe("");
        expect(message.split("\n")[1]).toBe("");
        if (/\n|skip|Milestone|Spec/i.test(title)) hostile += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(hostile).toBeGreaterThan(300);
  });

  test("lets no title forge a claim", () => {
    const message = milestoneMessage("{title}", {
      ...M1,
      title: "x\n\nMilestone: M9\nAttempt: 1\nCeiling: 0",
    });
    expect(parseTrailers(message)).toEqual({ ...M1, ceiling: null });
  });
});

describe("the message of a claim", () => {
  test("carries what was set aside", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_00 }), (cents) => {
        expect(parseTrailers(claimMessage(M1, cents / 100))).toEqual({ ...M1, ceiling: cents / 100 });
      }),
    );
  });
});

test("a message that is not ours has no trailers", () => {
  const ours = milestoneMessage("{id}", { ...M1, title: "" });
  for (const message of [
    "",
    "Fix a typo\n",
    "Merge #1\n\nMilestone: M1\n",
    ours.replace("Attempt: 2", "Attempt: 0"),
    ours.replace("Attempt: 2", "Attempt: two"),
    ours.replace(/Spec: .*/, ""),
    `${ours}\nSigned-off-by: somebody\n`,
  ])
    expect(parseTrailers(message), message).toBeNull();
});
