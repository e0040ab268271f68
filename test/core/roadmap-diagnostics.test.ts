import { describe, expect, test } from "vitest";
import { parseRoadmap, startable } from "#core/roadmap.ts";
import { ROADMAP_CATALOGUE } from "#core/roadmap-diagnostics.ts";

const codes = (markdown: string) => parseRoadmap(markdown).diagnostics.map(({ code }) => code);
const planned = (body: string) => `### M1 — One 📝\n**Objective:** o\n${body}\n`;
const only = (markdown: string) => {
  const [milestone] = parseRoadmap(markdown).milestones;
  if (milestone === undefined) throw new Error("no milestone");
  return milestone;
};
const wayOf = (criterion: string) =>
  only(planned(`**Acceptance criteria:**\n- ${criterion}\n- other`)).criteria[0];

describe("ways", () => {
  const command = (line: string, exitCode = 0, prints: string | null = null) => ({
    by: "command",
    command: line,
    exitCode,
    prints,
  });
  test.each([
    ["`a b` passes", "`a b` passes", command("a b")],
    ["`a` passes on a fresh clone.", "`a` passes on a fresh clone.", command("a")],
    ["`a` exits 2", "`a` exits 2", command("a", 2)],
    ["`a` exits with 2 on bad input", "`a` exits with 2 on bad input", command("a", 2)],
    ['`a` prints "hi there"', '`a` prints "hi there"', command("a", 0, "hi there")],
    ["`a` prints `x`", "`a` prints `x`", command("a", 0, "x")],
    ["`a` prints `x` and exits 1", "`a` prints `x` and exits 1", command("a", 1, "x")],
    ['It runs (run: node -e "f(1)")', "It runs", command('node -e "f(1)"')],
    ["It runs (run: `a )`).", "It runs.", command("a )")],
    ["(run: a)", "`a` passes", command("a")],
    ["There is one (file: a/b.md)", "There is one", { by: "file", path: "a/b.md", contains: null }],
    ['One (file: `a b` contains "x)y")', "One", null],
    ['One (file: a contains "xy")', "One", { by: "file", path: "a", contains: "xy" }],
    ["(manual) Feels fast", "Feels fast", { by: "manual" }],
    ["Feels fast (manual)", "Feels fast", { by: "manual" }],
    ["The `(run: a)` form is documented", "The `(run: a)` form is documented", { by: "none" }],
    ["Uses `x`", "Uses `x`", { by: "none" }],
    ["`a` passes and the page is blue", "`a` passes and the page is blue", { by: "none" }],
    ["After setup, `a` passes", "After setup, `a` passes", { by: "none" }],
    ["`a` exits 300", "`a` exits 300", { by: "none" }],
  ])("%s", (criterion, text, way) => {
    if (way === null)
      return expect(codes(planned(`**AC:**\n- ${criterion}`))).toContain("ROADMAP_WAY_UNREADABLE");
    return expect(wayOf(criterion)).toEqual({ text, way });
  });

  test.each([
    "(run:)",
    "x (run: ``)",
    "(manual)",
    "(manual: x)",
    "x (run: a",
    "x (file: ../a)",
    "x (file: a contains b)",
    'x (run: echo ")")',
  ])("%s is refused", (criterion) => {
    expect(codes(planned(`**AC:**\n- ${criterion}`))).toContain("ROADMAP_WAY_UNREADABLE");
  });

  test("two ways in one criterion are refused, and half a command is pointed at", () => {
    expect(codes(planned("**AC:**\n- `a` passes (manual) (run: b)"))).toContain("ROADMAP_WAY_AMBIGUOUS");
    expect(codes(planned("**AC:**\n- `a` passes and `b` passes"))).toEqual(["ROADMAP_WAY_NOT_READ"]);
  });
});

describe("diagnostics", () => {
  const AC = "**AC:**\n- x\n";
  test.each([
    ["ROADMAP_DUPLICATE_ID", `# M1 — A ✅\n# M1 — B ✅\n`],
    ["ROADMAP_SLUG_COLLISION", "# M1 — A ✅\n# m1 — B ✅\n"],
    ["ROADMAP_UNKNOWN_DEPENDENCY", planned(`${AC}Depends on: M9`)],
    ["ROADMAP_SELF_DEPENDENCY", planned(`${AC}\nDepends on: M1`)],
    ["ROADMAP_STATUS_CONFLICT", planned(`${AC}\nStatus: done`)],
    ["ROADMAP_STATUS_CONFLICT", "# 📝 M1 — A ✅\n"],
    ["ROADMAP_STATUS_UNREADABLE", planned(`${AC}\nStatus: nearly`)],
    ["ROADMAP_UNMARKED", "# M1 — A\n"],
    ["ROADMAP_NO_CRITERIA", planned("")],
    ["ROADMAP_NOTHING_CHECKABLE", planned("**AC:**\n- (manual) look")],
    ["ROADMAP_NOTHING_CHECKABLE", planned("**AC:**\n- (manual) feel\n- (look: /)")],
    ["ROADMAP_KIND_UNREADABLE", planned(`${AC}\n**Kind:** epic`)],
    ["ROADMAP_KIND_UNREADABLE", planned(`${AC}\n**Kind:**`)],
    ["ROADMAP_FIELD_CONTRADICTS", planned(`${AC}\n**Kind:** fix\n**Kind:** docs`)],
    ["ROADMAP_METRIC_UNREADABLE", planned(`${AC}\n**Metric:** npx cloc`)],
    ["ROADMAP_METRIC_UNREADABLE", planned(`${AC}\n**Metric:** \`a\` or \`b\``)],
    ["ROADMAP_METRIC_UNREADABLE", planned(`${AC}\n**Metric:** \`a\` must fall`)],
    ["ROADMAP_COMPLEXITY_UNREADABLE", planned(`${AC}\n**Complexity:** huge`)],
    ["ROADMAP_COMPLEXITY_UNREADABLE", planned(`${AC}\n**Complexity:**`)],
    ["ROADMAP_FIELD_CONTRADICTS", planned(`${AC}\n**Complexity:** simple\n**Complexity:** complex`)],
    ["ROADMAP_NO_OBJECTIVE", `# M1 — A 📝\n${AC}`],
    ["ROADMAP_FIELD_CONTRADICTS", planned(`${AC}\n**Objective:** p`)],
    ["ROADMAP_FIELD_AMBIGUOUS", planned("**AC:**\n- x\n- **Touches:** `a`")],
    ["ROADMAP_UNCLOSED", planned(`${AC}\n\`\`\`\nx`)],
    ["ROADMAP_UNCLOSED", "<!-- x\n# M1 — A 📝"],
    ["ROADMAP_TOO_LARGE", "x".repeat(2_000_001)],
    ["ROADMAP_ID_UNREADABLE", "# \u041C1 — A 📝\n"],
    ["ROADMAP_HIDDEN_TEXT", "# M\u200B1 — A 📝\n"],
  ])("%s", (code, text) => {
    const found = parseRoadmap(text).diagnostics.find((each) => each.code === code);
    expect(found?.remedy).toMatch(/^[A-Z][a-z]+ /u);
    if (found?.severity === "error") expect(startable(parseRoadmap(text))).toEqual([]);
  });

  test("a field that cannot be read is pointed at, and in what is done it is history", () => {
    const text = planned("**AC:**\n- x\n\n**Kind:** epic");
    expect(parseRoadmap(text).diagnostics).toMatchObject([
      { line: 6, column: 11, message: "“epic” is no kind of milestone.", milestone: "M1" },
    ]);
    expect(codes(text.replace("📝", "✅"))).toEqual([]);
  });

  test("every remedy begins with a verb and ends a sentence", () => {
    for (const [, remedy] of Object.values(ROADMAP_CATALOGUE)) {
      expect(remedy).toMatch(
        /^(?:Move|Close|Delete|Write|Give|Rename|Mark|Keep|Put|Add|Split|List|Name|Remove) .*\.$/u,
      );
    }
  });

  test("a circle is an error of each member and of nobody else, and the rest go on", () => {
    const m = (name: string, on: string) =>
      `# ${name} — T 📝\n**Objective:** o\n**Depends on:** ${on}\n**AC:**\n- x\n`;
    const roadmap = parseRoadmap(
      m("M1", "M2") + m("M2", "M3") + m("M3", "M1") + m("M4", "M1") + m("M5", "none"),
    );
    expect(
      roadmap.diagnostics.map(({ code, milestone, line, column }) => [code, milestone, line, column]),
    ).toEqual([
      ["ROADMAP_DEPENDENCY_CYCLE", "M1", 3, 17],
      ["ROADMAP_DEPENDENCY_CYCLE", "M2", 8, 17],
      ["ROADMAP_DEPENDENCY_CYCLE", "M3", 13, 17],
    ]);
    expect(startable(roadmap).map((each) => each.id)).toEqual(["M4", "M5"]);
  });

  test.each([
    "\u{E0041}",
    "\u202E",
    "\u2066",
    "\u200B",
    "a\u200Db",
    "\u2060",
    "\uFE0F\uFE01",
    "x\uFE0F",
    "\u{E0100}",
    "\u200F",
    "\u{1F3F4}\u{E0061}\u{E007F}",
  ])("hidden text is refused: %j", (text) => {
    expect(codes(planned(`**AC:**\n- x ${text} y`))).toContain("ROADMAP_HIDDEN_TEXT");
  });

  test.each([
    "👨‍👩‍👧‍👦",
    "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "❤️",
    "🧑🏽‍💻",
    "مرحبا\u200F!",
    "می\u200Cخواهم",
    "क्\u200Dष",
    "✅\uFE0F",
    "葛\u{E0100}",
    "🏳️‍🌈",
  ])("honest text passes: %s", (text) => {
    expect(codes(planned(`**AC:**\n- x ${text} y`))).toEqual([]);
  });
});
