import { expect, test } from "vitest";
import { NOTHING_RESERVED } from "#core/budget.ts";
import type { Decision } from "#core/decision.ts";
import { Slug, Spec } from "#core/milestone.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { tell } from "#prose/story.ts";
import { id, night, sha } from "./mornings.ts";

const subject = { milestone: id("M1"), slug: Slug.parse("M1"), attempt: 1, spec: Spec.parse("spec") };
const claim = { ...subject, base: sha("main-sha1"), ceiling: 2.5, reserved: NOTHING_RESERVED };
const car = { ...subject, pull: 2, head: sha("M1-1"), again: 0 };
const landing = { ...subject, pull: 1, head: sha("1a2b3c4d5e6f"), findings: [] };
const published: Decision = {
  do: "publish",
  ...subject,
  as: "pull",
  base: sha("main-sha1"),
  tree: sha("tree-sha1"),
  because: [],
  ask: null,
  code: null,
  spend: NOTHING_SPENT,
  seconds: 0,
  findings: [],
  notes: {},
};

const EVERY_KIND: Decision[] = [
  { do: "assign", assignments: [claim, { ...claim, milestone: id("M2"), attempt: 2 }] },
  published,
  { ...published, as: "rejected", tree: null, because: ["`b.js` lies outside", "`c.js` too"] },
  { ...published, as: "interrupted", because: ["its job was told to stop"] },
  { do: "open", ...subject, head: sha("M1-1") },
  { do: "stage", onto: sha("1a2b3c4d5e6f"), cars: [car, { ...car, milestone: id("M2"), pull: 3 }] },
  { do: "stage", onto: sha("1a2b3c4d5e6f"), cars: [{ ...car, again: 2 }] },
  { do: "attest", milestone: id("M1"), head: sha("M1-1"), green: true, because: "2 commands exited 0" },
  { do: "attest", milestone: id("M1"), head: sha("M1-1"), green: false, because: "`npm test` exited 1" },
  {
    do: "land",
    base: sha("main-sha1"),
    by: "push",
    cars: [landing, { ...landing, milestone: id("M2"), pull: 2 }],
  },
  { do: "land", base: sha("main-sha1"), by: "squash", cars: [landing] },
  { do: "book", opinions: [{ ...subject, head: sha("M1-1"), spend: { ...NOTHING_SPENT, usd: 0.1234 } }] },
  { do: "drop", ...subject, commit: sha("M1-1"), by: "owner", because: "#7 says to drop it" },
  { do: "rebuild", head: sha("M2-1"), expected: null },
  { do: "renew", from: null, to: sha("main-sha1"), because: "there is none" },
  { do: "promote", pull: null, seen: "", body: "…" },
  { do: "promote", pull: 7, seen: "", body: "…" },
  { do: "reject", ...subject, pull: 1, counted: true, because: ["verify: `npm test` exited 1"] },
  { do: "reject", ...subject, pull: 1, counted: false, because: ["stacks: conflicts with main in a.js"] },
  { do: "block", milestone: id("M3"), key: "M3", because: "gave up after 2 attempts", ask: "What now?" },
  {
    do: "block",
    milestone: null,
    key: "parked-runs",
    because: "GitHub parked 1 workflow run",
    ask: "Approve?",
  },
  { do: "unblock", milestone: id("M3"), issue: 7, because: "the milestone is done" },
  { do: "unblock", milestone: null, issue: 8, because: "no run is parked any more" },
  {
    do: "report",
    dashboard: "…",
    files: { "STATE.md": "…", "DIGEST.md": "…" },
    close: [night("2026-11-20")],
  },
  { do: "report", dashboard: null, files: {}, close: [night("2026-11-20")] },
  { do: "continue", night: night("2026-11-20"), workflow: "daybreak.yml" },
];

test("every decision is told in one line, or in one for each attempt it is about", () => {
  expect(EVERY_KIND.map(tell).join("\n")).toMatchInlineSnapshot(`
    "assign    M1 attempt 1
    assign    M2 attempt 2
    publish   M1 attempt 1 as pull
    publish   M1 attempt 1 as rejected (\`b.js\` lies outside; \`c.js\` too)
    publish   M1 attempt 1 as interrupted (its job was told to stop)
    open      M1 attempt 1 at M1-1
    stage     M1 #2 onto 1a2b3c4
    stage     M2 #3 behind M1
    stage     M1 #2 onto 1a2b3c4 with fresh head 2
    attest    M1 M1-1 green
    attest    M1 M1-1 red (\`npm test\` exited 1)
    land      M1 #1 at 1a2b3c4
    land      M2 #2 at 1a2b3c4
    land      M1 #1 at 1a2b3c4 by squash
    book      M1 attempt 1 an opinion of M1-1 for $0.12
    drop      M1 attempt 1 (#7 says to drop it)
    rebuild   up to M2-1
    renew     to main-sh (there is none)
    promote   in a new pull request
    promote   #7 says what it holds now
    reject    M1 #1 (verify: \`npm test\` exited 1)
    reject    M1 #1 uncounted (stacks: conflicts with main in a.js)
    block     M3 (gave up after 2 attempts)
    block     parked-runs (GitHub parked 1 workflow run)
    unblock   M3 #7 (the milestone is done)
    unblock   #8 (no run is parked any more)
    report    dashboard, STATE.md, DIGEST.md; 2026-11-20 closed
    report    2026-11-20 closed
    continue  2026-11-20"
  `);
});

test("hostile reasons stay on their line and give the runner no command", () => {
  const because = ["one\n::error::two\r\n::stop-commands::x", "\u001B[31mred\u001B[0m ##[add-mask]e"];
  const told = tell({ do: "reject", ...subject, pull: 1, counted: true, because });
  expect(told).toBe("reject    M1 #1 (one ::error::two ::stop-commands::x; red ##\u200B[add-mask]e)");
});
