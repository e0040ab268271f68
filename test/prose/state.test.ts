/** `state.md` and `plan.md`: read by humans and engines, and read back by the machine. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { firstState, type State, withFiles } from "#core/course.ts";
import { noteOf } from "#core/notes.ts";
import { PHASES } from "#core/phases.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { parseState, printPlan, printSplit, printState, printStateFile } from "#prose/state.ts";
import { aBrief } from "../adapters/engine-stage.ts";

const STATE: State = {
  ...firstState(aBrief()),
  phase: "execute",
  aim: "Keep unsent notes on disk.",
  features: [
    { feature: "Drafts are written", scope: "core" },
    { feature: "Old drafts are removed", scope: "enhanced" },
  ],
  platforms: [
    { platform: "Linux", inScope: true },
    { platform: "Windows", inScope: false, because: "its paths are not decided" },
  ],
  checks: [{ criterion: "M1/1", check: "npm test -- drafts" }],
  questions: ["How long is a draft kept?"],
  decisions: ["One file a draft,\nbecause two notes may be open."],
  steps: [
    { step: "Write drafts", files: ["src/drafts.js"], scope: "core", dependsOn: [], gate: "npm test" },
    { step: "Offer them", files: ["src/cli.js"], scope: "core", dependsOn: [1], gate: "npm test" },
  ],
  done: [1],
  files: ["src/drafts.js"],
  issues: ["A draft without text is kept."],
  checkpoint: "step 1",
};

test("the state is what whoever goes on must know", async () => {
  await expect(printState(STATE)).toMatchFileSnapshot("../golden/attempt-state.md");
});

test("the plan is a numbered file a human can read", async () => {
  await expect(printPlan(STATE)).toMatchFileSnapshot("../golden/attempt-plan.md");
});

test("a split is proposed in the words of a roadmap", () => {
  const part = (title: string) => ({ title, objective: "Keep notes.", criteria: ["`npm test` passes"] });
  const split = printSplit("M3.2", [part("Write drafts"), part("Offer them")]);
  const { milestones, diagnostics } = parseRoadmap(split);
  expect(diagnostics).toEqual([]);
  expect(milestones.map(({ id, dependsOn, status }) => [id, dependsOn, status])).toEqual([
    ["M3.2.1", [], "planned"],
    ["M3.2.2", ["M3.2.1"], "planned"],
  ]);
  expect(split).toMatchInlineSnapshot(`
    "### M3.2.1 — Write drafts 📝
    **Objective:** Keep notes.
    **Acceptance criteria:**
    - \`npm test\` passes

    ### M3.2.2 — Offer them 📝
    **Objective:** Keep notes.
    **Depends on:** M3.2.1
    **Acceptance criteria:**
    - \`npm test\` passes"
  `);
});

test("a state is read back as it was written, whatever a model says in it", () => {
  const said = fc.oneof(
    fc.string({ minLength: 1, maxLength: 60, unit: "binary" }),
    fc.constantFrom("-->", "<!-- daybreak:state {} -->", "\u2028", "# Where M1 stands\n", "`````"),
  );
  const state = fc.record({
    phase: fc.constantFrom(...PHASES),
    decisions: fc.array(said, { maxLength: 5 }),
    questions: fc.array(said, { maxLength: 5 }),
    issues: fc.array(said, { maxLength: 5 }),
    aim: fc.string(),
  });
  fc.assert(
    fc.property(state, (change) => {
      const written = { ...STATE, ...change };
      const file = printStateFile(written);
      expect(parseState(file)).toEqual(written);
      expect(parseState(`${file}\n`)).toEqual(written);
    }),
  );
});

test("a state as long as they come is still one when it was kept", () => {
  const many = (count: number, length: number) => Array.from({ length: count }, () => "x".repeat(length));
  const step = { step: many(1, 300)[0] ?? "", files: many(10, 60), scope: "core", gate: "npm test" } as const;
  const long: State = {
    ...STATE,
    ...{ decisions: many(60, 300), questions: many(40, 300), issues: many(40, 300) },
    steps: Array.from({ length: 40 }, () => ({ ...step, dependsOn: [] })),
  };
  const state = withFiles(long, many(5_000, 60));
  expect(state.files).toHaveLength(201);
  expect(state.files.at(-1)).toBe("and 4800 more");
  expect(parseState(noteOf(printStateFile(state)) ?? "")).toEqual(state);
});

test.each(["", "# Where M1 stands", "<!-- daybreak:state {} -->", "<!-- daybreak:state {", "-->"])(
  "what is no state is none: %j",
  (text) => {
    expect(parseState(text)).toBeNull();
  },
);
