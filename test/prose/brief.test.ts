/** What the engine is told, as golden files; and the one line of it that machines read. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Brief } from "#core/brief.ts";
import { firstState } from "#core/course.ts";
import { PHASES, type Phase } from "#core/phases.ts";
import { PROTECTED_PATHS, TEST_PATHS } from "#core/policy-paths.ts";
import { firstMessage, type Opening, parseHeadline, printHeadline, systemPrompt } from "#prose/brief.ts";
import { phaseAim } from "#prose/phases.ts";
import { printState } from "#prose/state.ts";

const BRIEF = Brief.parse({
  version: 1,
  night: "2026-11-20",
  assignment: { slug: "M3.2", attempt: 3, base: "main-sha1", spec: "spec-m32" },
  milestone: {
    id: "M3.2",
    slug: "M3.2",
    title: "Drafts survive a restart",
    objective: "Keep unsent notes on disk, so that closing the app loses nothing.",
    criteria: [
      { text: "A note that was typed but not sent is offered again at the next start", way: { by: "none" } },
      {
        text: "`npm test -- drafts` passes",
        way: { by: "command", command: "npm test -- drafts", exitCode: 0, prints: null },
      },
      {
        text: "The help names drafts",
        way: { by: "command", command: "node cli.js --help", exitCode: 0, prints: "drafts" },
      },
      { text: "The format is described", way: { by: "file", path: "docs/drafts.md", contains: "JSON" } },
      { text: "Restoring a long draft feels instant", way: { by: "manual" } },
    ],
    dependsOn: ["M3.1"],
    touches: ["src/drafts/**", "test/drafts/**", "docs/**"],
    allows: ["test/drafts/old.test.js"],
    smoke: ["node cli.js --help"],
    kind: "feature",
    kindGiven: false,
    metric: null,
    status: "planned",
    spec: "spec-m32",
    line: 12,
  },
  setup: ["npm ci"],
  gates: ["npm run build", "npm test"],
  testCommands: ["npm test"],
  start: null,
  flakes: [],
  promised: [],
  holdOuts: null,
  testPaths: TEST_PATHS,
  protectedPaths: [...PROTECTED_PATHS, "ROADMAP.md"],
  roadmapPath: "ROADMAP.md",
  changelogPath: "CHANGELOG.md",
  conventionsPath: "CONVENTIONS.md",
  model: "claude-opus-5-5",
  effort: "medium",
  price: { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
  limits: { usd: 2.5, tokens: 4_000_000, turns: 150, seconds: 1_800 },
  verifyMinutes: 20,
  earlier: [
    { attempt: 1, because: ["npm test exited 1:\nexpected 2 drafts, found 0"], startFrom: null },
    {
      attempt: 2,
      because: ["test/drafts/old.test.js was weakened", "src/main.js is outside what the milestone touches"],
      startFrom: "attempt-2-sha",
    },
  ],
});

const opening = (phase: Phase, more: Partial<Opening> = {}): Opening => ({
  ...{ phase, part: 1, notes: "/notes", gates: null, state: printState(firstState(BRIEF)) },
  room: { usd: 1.25, tokens: 2_000_000, turns: 75, seconds: 900 },
  ...more,
});

test("the first message is the contract, and why earlier attempts were not landed", async () => {
  await expect(firstMessage(BRIEF, opening("execute"))).toMatchFileSnapshot(
    "../golden/brief-first-message.md",
  );
});

test("a first attempt is told of no others", async () => {
  const first = { ...BRIEF, assignment: { ...BRIEF.assignment, attempt: 1 }, earlier: [] };
  const message = firstMessage(first, opening("analyse"));
  expect(message).not.toContain("Earlier attempts");
  expect(message.split("\n", 1)).toEqual(["Milestone M3.2 · attempt 1 · phase analyse"]);
});

test("each phase is told what it is for, with the contract and where the attempt stands", () => {
  for (const phase of PHASES) {
    const message = firstMessage(BRIEF, opening(phase));
    expect(message).toContain("M3.2/5 Restoring a long draft");
    expect(message).toContain("Aim: Keep unsent notes on disk");
    expect(message).toContain(`## This phase: ${phase}\n\n${phaseAim(phase)}`);
  }
  const again = firstMessage(BRIEF, opening("execute", { part: 2 }));
  expect(again.split("\n", 1)).toEqual(["Milestone M3.2 · attempt 3 · phase execute-2"]);
  expect(again).toContain("grew too long");
  const red = firstMessage(BRIEF, opening("test", { gates: { green: false, report: "1 failed" } }));
  expect(red).toContain("1 failed");
});

test("the system prompt holds the rules and the owner's conventions", async () => {
  const conventions = "# Conventions\n\nTwo spaces.\n\n```js\nlet it = be;\n```\n";
  await expect(systemPrompt(BRIEF, conventions, true)).toMatchFileSnapshot(
    "../golden/brief-system-prompt.md",
  );
});

test("where all the work is one conversation, nothing is said of phases", () => {
  expect(systemPrompt(BRIEF, "")).not.toContain("phase");
  const message = firstMessage(BRIEF);
  expect(message.split("\n", 1)).toEqual(["Milestone M3.2 · attempt 3 · phase work"]);
  expect(message).toMatch(/Build it, run the gate commands, then call `finish`\.$/);
});

test("conventions cannot leave their fence, and none leave no trace", () => {
  const prompt = systemPrompt(BRIEF, "````\nleft the fence\n````");
  expect(prompt).toContain("`````markdown\n````\nleft the fence\n````\n`````");
  expect(systemPrompt(BRIEF, " \n")).not.toContain("conventions\n");
});

test("the system prompt is the same for every attempt at a milestone", () => {
  const other = {
    ...BRIEF,
    assignment: { ...BRIEF.assignment, attempt: 1 },
    earlier: [],
    night: BRIEF.night,
  };
  expect(systemPrompt(other, "")).toBe(systemPrompt(BRIEF, ""));
});

test("a headline is read back as it was printed, whatever the milestone is called", () => {
  const name = fc.string({ minLength: 1, maxLength: 64 }).filter((text) => !/[\n\r\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 99 }), (milestone, attempt) => {
      const headline = { milestone, attempt, phase: "work" };
      expect(parseHeadline(`${printHeadline(headline)}\n\nmore`)).toEqual(headline);
    }),
  );
  expect(parseHeadline("Milestone M1 · attempt 0 · phase work")).toBeNull();
  expect(parseHeadline("Say hello.")).toBeNull();
});
