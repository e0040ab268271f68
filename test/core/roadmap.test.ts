import { describe, expect, test } from "vitest";
import { MilestoneId } from "#core/milestone.ts";
import { declaresDependencies, parseRoadmap, Roadmap, setStatus, startable } from "#core/roadmap.ts";

const EXAMPLE = `### M3.1 — Drafts ✅

### M3.2 — Drafts survive a restart 📝
**Objective:** Keep unsent notes on disk, so that closing the app loses nothing.
**Depends on:** M3.1
**Touches:** \`src/drafts/**\`, \`test/drafts/**\`
**Acceptance criteria:**
- A note that was typed but not sent is offered again at the next start
- \`npm test -- drafts\` passes
- (manual) Restoring a long draft feels instant
**Smoke:** \`node cli.js --help\`
`;

const id = (text: string) => MilestoneId.parse(text);
const codes = (markdown: string) => parseRoadmap(markdown).diagnostics.map(({ code }) => code);
const planned = (body: string) => `### M1 — One 📝\n**Objective:** o\n${body}\n`;
const only = (markdown: string) => {
  const [milestone] = parseRoadmap(markdown).milestones;
  if (milestone === undefined) throw new Error("no milestone");
  return milestone;
};

describe("the recommended dialect", () => {
  test("the example is read whole, and nothing is wrong with it", () => {
    const roadmap = parseRoadmap(EXAMPLE);
    expect(Roadmap.parse(roadmap)).toEqual(roadmap);
    expect(roadmap.diagnostics).toEqual([]);
    expect(declaresDependencies(roadmap)).toBe(true);
    expect(startable(roadmap)).toEqual([
      {
        id: "M3.2",
        slug: "M3.2",
        title: "Drafts survive a restart",
        objective: "Keep unsent notes on disk, so that closing the app loses nothing.",
        criteria: [
          {
            text: "A note that was typed but not sent is offered again at the next start",
            way: { by: "none" },
          },
          {
            text: "`npm test -- drafts` passes",
            way: { by: "command", command: "npm test -- drafts", exitCode: 0, prints: null },
          },
          { text: "Restoring a long draft feels instant", way: { by: "manual" } },
        ],
        dependsOn: ["M3.1"],
        touches: ["src/drafts/**", "test/drafts/**"],
        allows: [],
        smoke: ["node cli.js --help"],
        kind: "feature",
        kindGiven: false,
        metric: null,
        complexity: null,
        status: "planned",
        spec: expect.stringMatching(/^[0-9a-f]{16}$/u),
        line: 3,
      },
    ]);
  });

  test("BOM and CRLF change nothing but positions in the file", () => {
    const strange = `\uFEFF${EXAMPLE.replaceAll("\n", "\r\n")}`;
    expect(parseRoadmap(strange)).toEqual(parseRoadmap(EXAMPLE));
  });

  test("the Spec is the contract's, whatever the status", () => {
    const done = setStatus(EXAMPLE, id("M3.2"), "done");
    const specs = (text: string) => parseRoadmap(text).milestones.map(({ spec }) => spec);
    expect(specs(done)).toEqual(specs(EXAMPLE));
    expect(specs(EXAMPLE.replace("instant", "slow"))).not.toEqual(specs(EXAMPLE));
  });
});

describe("the Spec is the contract's from one version to the next", () => {
  const OLD = `### M4 — Every old way 📝
**Objective:** o
**Allows:** \`test/a.js\`
**Acceptance criteria:**
- \`a\` exits 2 and prints "x"
- It runs (run: b)
- There is one (file: a/b.md contains "y")
- (run: c)
- (file: d)
`;
  const specOf = (text: string) => only(text).spec;

  test("what was a contract before there were kinds and metrics has the Spec it had", () => {
    expect(specOf(OLD)).toBe("40cdbea1545860a5");
    expect(parseRoadmap(EXAMPLE).milestones.map(({ spec }) => spec)).toEqual([
      "0556863a6dce30ee",
      "b1e64c4ccd7ebc20",
    ]);
  });

  test("a complexity that is written is part of it", () => {
    const specs = ["", "**Complexity:** simple\n", "**Complexity:** complex\n"].map((field) =>
      specOf(`${OLD}${field}`),
    );
    expect(new Set(specs).size).toBe(3);
    expect(specs[0]).toBe("40cdbea1545860a5");
  });

  test("a kind or a metric that is written is part of it, even where the kind is the inferred one", () => {
    const specs = ["", "**Kind:** feature\n", "**Kind:** fix\n", "**Metric:** `wc -l a`\n"].map((field) =>
      specOf(`${OLD}${field}`),
    );
    expect(new Set(specs).size).toBe(4);
    expect(specOf(`${OLD}**Kind:** bug\n`)).toBe(specs[2]);
  });
});

describe("headings", () => {
  test.each([
    ["# M1", "M1", "", "unmarked"],
    ["### 📝 M1.2.3 Title", "M1.2.3", "Title", "planned"],
    ["#### **M1: Title** ✅", "M1", "Title", "done"],
    ["## Milestone 3: Title (planned)", "Milestone-3", "Title", "planned"],
    ["## PHASE 2.1 — Title — in progress", "Phase-2.1", "Title", "in-progress"],
    ["## Milestone M4 — Title [todo]", "M4", "Title", "planned"],
    ["## P1 - Title 🚧 in progress", "P1", "Title", "in-progress"],
    ["## v0.9.1 — Title · DONE", "v0.9.1", "Title", "done"],
    ["M-3: Title 📝\n---", "M-3", "Title", "planned"],
    ["### M1 — Definition of done", "M1", "Definition of done", "unmarked"],
    ["### M1 — T ✅\uFE0F complete ##", "M1", "T", "done"],
    ["### M1 — T <!-- hidden --> 📝", "M1", "T", "planned"],
  ])("%s", (heading, name, title, status) => {
    expect(only(`${heading}\n`)).toMatchObject({ id: name, title, status });
  });

  test.each([
    "## Phase 1",
    "## Changelog 📝",
    "## M3PO — Robots",
    "> ### M1 — Quoted 📝",
    "    ### M1 — Code 📝",
    "```\n### M1 — Fenced 📝\n```",
    "~~~~\n```\n### M1 — Fenced 📝\n~~~~",
    "<!--\n### M1 — Gone 📝\n-->",
    "---\ntitle: x\n### M1 — Front 📝\n---\n",
    "- item\n\n      ```\n      ### M1 — x 📝\n      ```\n",
  ])("no milestone: %j", (text) => {
    expect(parseRoadmap(text).milestones).toEqual([]);
  });

  test("a heading that only gathers others is no milestone, and to depend on it is to depend on all of them", () => {
    const text = "# M1 — Group\n## M1.1 — A ✅\n## M1.2 — B ✅\n# M2 — C ✅\nDepends on: M1\n";
    expect(parseRoadmap(text).milestones.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ["M1.1", []],
      ["M1.2", []],
      ["M2", ["M1.1", "M1.2"]],
    ]);
  });

  test("ids that no ref can carry get an ordinal and a hash", () => {
    const long = `M${"1.".repeat(20)}1`;
    expect(only(`# ${long}\n`).slug).toMatch(/^1-[0-9a-f]{8}$/u);
  });
});

describe("fields", () => {
  test.each([
    "**Goal:** v",
    "**Goal**: v",
    "Goal: v",
    "- **Goal:** v",
    "- Goal: v",
    "* goal: v",
    "#### Goal\n\nv",
    "**Goal:**\nv",
    "**Goal**\n\n- v",
    "#### Goal: v",
    "**Objective** :v",
    "**Aim：** v",
    "Goal：v",
    "__Goal__: v",
    "**Goal.** v",
    "**Owner:** x\n**Goal:** v\n**Owner:** y",
    "Owner: x\nGoal: v\nOwner: y",
    "**Status:** planned · **Goal:** v · **Kind:** fix",
    "Goal: v\n---",
  ])("an objective in the form %j", (form) => {
    expect(only(`### M1 — One 📝\n${form}\n`).objective).toBe("v");
  });

  test.each([
    "- a\n- b",
    "* a\n* b",
    "1. a\n2. b",
    "1) a\n2) b",
    "- [ ] a\n- [x] b",
    "\n- a\n\n- b",
    "- a\n- b\n\nNo criterion.",
    "- a\n- b\n---\n- c",
    "- a\n- b\n**Owner:** x\n- c",
    "- a\n- b\n\nOut of scope:\n- c",
    "- a\n- b\n#### Notes\n- c",
    "The app must:\n- a\n- b",
  ])("two criteria in %j", (list) => {
    expect(only(planned(`**Acceptance criteria:**\n${list}`)).criteria.map(({ text }) => text)).toEqual([
      "a",
      "b",
    ]);
  });

  test("wrapped lines are joined and nested items belong to their parent", () => {
    const list = "- a\n  wrapped\n  Status: 200\n- b:\n  - c\n  - d";
    expect(only(planned(`**Exit criteria:**\n${list}`)).criteria.map(({ text }) => text)).toEqual([
      "a wrapped Status: 200",
      "b: c; d",
    ]);
  });

  test("a list of labels holds the lists of values", () => {
    const milestone = only(
      "### M1 — One 📝\n- Goal: g\n- Done when:\n  - a\n  - b\n- Files: `x/**`\n- Smoke:\n  - `s`\n- Depends on: none\n",
    );
    expect(milestone).toMatchObject({ objective: "g", touches: ["x/**"], smoke: ["s"], dependsOn: [] });
    expect(milestone.criteria).toHaveLength(2);
  });

  test.each([
    ["`src/{a,b}/**`, `x`", ["src/{a,b}/**", "x"]],
    ["src/a.ts, test/** and docs/", ["src/a.ts", "test/**", "docs/"]],
    ["\n- `a` (new)\n- `b` — edited", ["a", "b"]],
    ["anywhere", []],
  ])("touches %j", (value, touches) => {
    expect(only(planned(`**Touches:** ${value}`)).touches).toEqual(touches);
    expect(codes(planned(`**Touches:** ${value}`))).not.toContain("ROADMAP_PATHS_UNREADABLE");
  });

  test.each(["", " the drafts module", " `src/**` except `src/x`", " `../x`", " `/etc`", " none"])(
    "bounds that cannot be read are never dropped: %j",
    (value) => {
      expect(codes(planned(`**Touches:**${value}`))).toContain("ROADMAP_PATHS_UNREADABLE");
    },
  );

  test.each([
    ["Kind: feature", "feature"],
    ["**Kind:** Bug fix.", "fix"],
    ["**Kind**: `refactor`", "refactoring"],
    ["- Kind: clean-up", "refactoring"],
    ["#### Kind\n\nupgrade", "migration"],
    ["**Kind:** tests", "coverage"],
    ["**Status:** planned · **Kind:** docs", "documentation"],
  ])("a kind in the form %j", (form, kind) => {
    expect(only(planned(form))).toMatchObject({ kind, kindGiven: true });
  });

  test.each([
    ["**Metric:** `npx cloc --sum-one src`", "npx cloc --sum-one src"],
    ["Metric: `a | b` (lines of code)", "a | b"],
    ["**Metric:**\n- `a`", "a"],
  ])("a metric in the form %j", (form, metric) => {
    expect(only(planned(form))).toMatchObject({ metric, kindGiven: false });
  });

  test.each([
    ["Complexity: simple", "simple"],
    ["**Complexity:** Medium.", "medium"],
    ["**Complexity**: `complex`", "complex"],
    ["- Complexity: simple", "simple"],
    ["#### Complexity\n\ncomplex", "complex"],
    ["**Status:** planned · **Complexity:** medium", "medium"],
  ])("a complexity in the form %j", (form, complexity) => {
    expect(only(planned(form))).toMatchObject({ complexity });
  });

  test("a range of dependencies is all of it, and “none” counts as declared", () => {
    const text =
      "# M1 — A ✅\n# M2 — B ✅\n# M3 — C ✅\n# M4 — D ✅\n**Requires:** m1–M2 (both), [M3](#m3)\n";
    expect(parseRoadmap(text).milestones.at(-1)?.dependsOn).toEqual(["M1", "M2", "M3"]);
    expect(declaresDependencies(parseRoadmap("# M1 — A ✅\n**Depends on:** none\n"))).toBe(true);
    expect(declaresDependencies(parseRoadmap("# M1 — A ✅\n"))).toBe(false);
  });
});
