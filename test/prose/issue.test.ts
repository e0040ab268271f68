import fc from "fast-check";
import { expect, test } from "vitest";
import { blockerBody, blockerTitle, MOST_IN_MARKER, parseBlocker } from "#prose/issue.ts";
import { id } from "./mornings.ts";

const blocker: Parameters<typeof blockerBody>[0] = {
  milestone: { id: id("M3"), title: "Totals are rounded to cents" },
  key: "M3",
  because: "gave up after 2 attempts",
  ask: "What should be different? Change the milestone in the roadmap, or close this issue to allow as many attempts again.",
  tried: [
    { attempt: 1, because: ["verify: `npm test` exited 1 with the base's version of test/format.test.js"] },
    { attempt: 2, because: ["verify: `npm test` exited 1", "closes #1"] },
  ],
};

test("a blocker is one issue with one question", async () => {
  await expect(`${blockerTitle(blocker)}\n\n${blockerBody(blocker)}\n`).toMatchFileSnapshot(
    "../golden/blocker.md",
  );
});

test("a blocker of the whole night names no milestone, and links what it is about", () => {
  const nightWide = { ...blocker, milestone: null, key: "parked-runs", because: "#7 is held", tried: [] };
  expect(blockerTitle(nightWide)).toBe("Daybreak needs an answer: #\u200B7 is held");
  expect(blockerBody(nightWide)).toContain("See #7.");
  expect(parseBlocker(blockerBody(nightWide))).toMatchObject({ key: "parked-runs", milestone: null });
});

/** Text made of what could end a comment, a string, a line or a code unit. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "-->",
        "--!>",
        "<!-- daybreak:blocker {} -->",
        '"',
        "\\",
        "\n",
        "\r\n",
        "`",
        "@",
        "#1",
        "\u2028",
      ),
      fc.constantFrom("👩‍👩‍👧", "\uD800", "\u202E", "é", "\0"),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("what a question proposes stands below it as it is, whole, and cannot leave its block", () => {
  const part = (number: number) =>
    `### M3.${number} — Part 📝\n**Acceptance criteria:**\n- \`x\` passes ${"y".repeat(1_000)}`;
  const split = [1, 2, 3, 4].map(part).join("\n\n");
  const about = { milestone: { id: id("M3"), title: "T" }, key: "k", because: "it does not fit", tried: [] };
  const body = blockerBody({ ...about, ask: `Shall it be split like this?\n\n${split}\n\`\`\`\n@ada` });
  expect(body).toContain(`Shall it be split like this?\n\n\`\`\`\`text\n${split}\n`);
  expect(body).toContain("@ada\n````");
  expect(parseBlocker(body)?.key).toBe("k");
});

test("what a blocker's marker says is read back unchanged, whatever it says", () => {
  const seen = { arrow: 0, alone: 0, none: 0 };
  fc.assert(
    fc.property(nasty, nasty, nasty, fc.boolean(), (key, because, ask, about) => {
      const milestone = about ? blocker.milestone : null;
      if (because.includes("-->")) seen.arrow += 1;
      if (!because.isWellFormed()) seen.alone += 1;
      if (milestone === null) seen.none += 1;
      const body = blockerBody({ milestone, key, because, ask, tried: [{ attempt: 1, because: [ask] }] });
      const expected = { key, milestone: milestone?.id ?? null, because, ask };
      expect(parseBlocker(body)).toEqual(expected);
      expect(parseBlocker(`${body.replaceAll("\n", "\r\n")}\r\nAn answer somebody wrote below.`)).toEqual(
        expected,
      );
    }),
    { numRuns: 500 },
  );
  expect(Math.min(seen.arrow, seen.alone, seen.none)).toBeGreaterThan(50);
});

test("the longest blocker fits into an issue, its texts cut with an ellipsis", () => {
  const long = "é@#".repeat(10_000);
  const tried = Array.from({ length: 100 }, (_, n) => ({ attempt: n + 1, because: [long] }));
  const body = blockerBody({ ...blocker, because: long, ask: long, tried });
  expect(body.length).toBeLessThanOrEqual(60_000);
  expect(parseBlocker(body)?.because).toBe(`${long.slice(0, MOST_IN_MARKER - 1)}…`);
});

test("what is no marker of a blocker is none", () => {
  const bodies = [
    "",
    "just words",
    "<!-- daybreak:blocker {not json} -->",
    '<!-- daybreak:blocker {"key":"M3"} -->',
    'inline <!-- daybreak:blocker {"key":"M3","milestone":null,"because":"b","ask":"a"} -->',
    '<!-- daybreak:blocker {"key":"M3","milestone":"","because":"b","ask":"a"} -->',
  ];
  expect(bodies.map(parseBlocker)).toEqual(bodies.map(() => null));
});
