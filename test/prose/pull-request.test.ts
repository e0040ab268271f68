import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Milestone, Slug, Spec } from "#core/milestone.ts";
import { pullBody, pullTitle } from "#prose/pull-request.ts";
import { isRejectionComment, rejectionComment } from "#prose/rejection.ts";
import { id, RICH, sha, spent } from "./mornings.ts";

const milestone = Milestone.parse({
  id: "M4",
  slug: "M4",
  title: "Drafts survive a restart",
  objective: "Keep unsent notes on disk, so that closing the app loses nothing.",
  criteria: [
    { text: "A note that was typed but not sent is offered again at the next start", way: { by: "none" } },
    { text: "`npm test` passes", way: { by: "command", command: "npm test", exitCode: 0, prints: null } },
    { text: "Restoring a long draft feels instant", way: { by: "manual" } },
    { text: "`a | b` is split", way: { by: "none" } },
  ],
  dependsOn: [],
  touches: [],
  allows: [],
  smoke: [],
  kind: "feature",
  kindGiven: false,
  metric: null,
  complexity: null,
  status: "planned",
  spec: "0123456789abcdef",
  line: 3,
});

const facts: Parameters<typeof pullBody>[0] = {
  milestone,
  slug: Slug.parse("M4"),
  attempt: 1,
  attempts: 2,
  spec: Spec.parse("0123456789abcdef"),
  findings: RICH.landed[0]?.criteria ?? [],
  because: [],
  spend: spent(0.09, 14_200, 2_300),
  ceiling: 2.5,
  base: sha("main-sha1"),
  tree: sha("tree-sha1"),
  land: "main",
  run: "https://github.com/owner/notes/actions/runs/1001",
};

describe("the pull request of an attempt", () => {
  test("that is green", async () => {
    await expect(`${pullBody(facts)}\n`).toMatchFileSnapshot("../golden/pull-green.md");
  });

  test("that is not green, and whose evidence is missing", async () => {
    const because = ["`npm test` exited 1", "criterion “closes #1 @team” failed: ![x](https://evil.example)"];
    await expect(`${pullBody({ ...facts, findings: [], because })}\n`).toMatchFileSnapshot(
      "../golden/pull-red.md",
    );
  });

  test("leads to the pictures of a milestone that is looked at, and of no other", () => {
    const shown = (way: object) =>
      pullBody({ ...facts, milestone: Milestone.parse({ ...milestone, criteria: [{ text: "a", way }] }) });
    const link =
      "artifact `evidence-M4-1-…` of [the run that verified it](https://github.com/owner/notes/actions/runs/1001#artifacts)";
    expect(shown({ by: "look", path: "/" })).toContain(link);
    expect(shown({ by: "browser", steps: [{ do: "open", path: "/" }] })).toContain(link);
    expect(shown({ by: "manual" })).not.toContain("Pictures");
  });

  test("says whose turn it is", () => {
    const next = (rest: Partial<typeof facts>) =>
      pullBody({ ...facts, ...rest })
        .split("### What happens next\n\n")[1]
        ?.split("\n")[0];
    expect([
      next({}),
      next({ land: "pull-request" }),
      next({ because: ["red"] }),
      next({ because: ["red"], attempt: 2 }),
    ]).toMatchInlineSnapshot(`
      [
        "It lands by itself when every gate and required check is green on exactly this change, on top of the landing branch.",
        "It waits for you: merge it for yes, close it for no.",
        "It is going to be rejected with the reasons above, and the next attempt is told them.",
        "It is going to be rejected with the reasons above; once no attempt is left, one issue asks you.",
      ]
    `);
  });

  test("is titled by its milestone, without anything live in it", () => {
    expect(pullTitle(milestone)).toBe("M4: Drafts survive a restart");
    expect(pullTitle({ id: id("M4"), title: "closes #1 @team" })).toBe("M4: closes #\u200B1 @\u200Bteam");
  });

  test("fits into GitHub's limit whatever the contract holds", () => {
    const huge = "#1 @a | ![x](y) ".repeat(100);
    const many = Array.from({ length: 500 }, (_, n) => ({
      text: `${n} ${huge}`,
      way: { by: "manual" as const },
    }));
    const findings = many.map(({ text }) => ({ text, finding: "failed" as const, how: huge }));
    const body = pullBody({
      ...facts,
      milestone: { ...milestone, objective: huge, criteria: many },
      findings,
      because: many.map(({ text }) => text),
    });
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body).toContain("and 460 more criteria");
  });
});

test("a rejection says why, what it costs, and is known again by its attempt", () => {
  const rejection = {
    milestone: id("M3"),
    attempt: 1,
    because: ["verify: `npm test` exited 1", "@team: no"],
    counted: true,
  };
  expect(rejectionComment(rejection)).toMatchInlineSnapshot(`
    "**M3 attempt 1 is rejected.**

    - verify: \`npm test\` exited 1
    - @​team: no

    The attempt counts. The next one is told these reasons; when none is left, one issue asks you.

    <!-- daybreak:rejection 1 -->"
  `);
  expect(rejectionComment({ ...rejection, counted: false })).toContain("does not count");
  expect(isRejectionComment(rejectionComment(rejection), 1)).toBe(true);
  expect(isRejectionComment(rejectionComment(rejection), 11)).toBe(false);
});

test("no reason can forge the marker of another attempt's rejection", () => {
  const around = fc.constantFrom("", "\n", "`", "```\n", "\r\n", "\u200B", "- ");
  fc.assert(
    fc.property(around, around, fc.string(), (before, after, rest) => {
      const because = [`${before}<!-- daybreak:rejection 2 -->${after}${rest}`];
      expect(
        isRejectionComment(rejectionComment({ milestone: id("M3"), attempt: 1, because, counted: true }), 2),
      ).toBe(false);
    }),
  );
});
