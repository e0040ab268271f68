import * as fs from "node:fs";
import * as fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import type { MilestoneId } from "#core/milestone.ts";
import { parseRoadmap, Roadmap, setStatus, startable } from "#core/roadmap.ts";
import { scanLines } from "#core/roadmap-lines.ts";

/** Roadmaps with everything in them that can go wrong. */
const fragment = fc.constantFrom(
  "\n",
  "\r\n",
  "# ",
  "### M1 — A 📝",
  "## M2 — B — planned",
  "### M3: C ✅",
  "Status: planned",
  "**Status:** todo",
  "**AC:**",
  "- x",
  "  - `a` passes",
  "(run: ",
  "(http: GET / → 200",
  '(browser: see "a"; ',
  "(look: /",
  ")",
  "**Kind:** fix",
  "**Metric:** `a`",
  "```",
  "~~~",
  "<!--",
  "-->",
  "> q",
  "---",
  "===",
  "    code",
  "\uFEFF",
  "📝",
  "🚧",
  "`",
  "**",
  "| a |",
  "Depends on: M1, M2",
  "1. z",
  "\t",
  "<pre>",
  "</pre>",
  "text",
);
const mess = fc
  .array(fc.tuple(fragment, fc.constantFrom("\n", "\n", "\n\n", "\r\n", "")), { maxLength: 30 })
  .map((parts) => parts.flat().join(""));

describe("laws", () => {
  test("no text at all makes it throw, and every answer fits the schema", () => {
    fc.assert(
      fc.property(fc.oneof(mess, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
        Roadmap.parse(parseRoadmap(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("setting a status changes its span alone, and setting it back gives the same bytes", () => {
    let hits = 0;
    const status = fc.constantFrom(" 📝", " — planned", " (TODO)", " 📝\uFE0F Planned", " · Not started");
    fc.assert(
      fc.property(mess, status, mess, fc.constantFrom("\n", "\r\n"), (before, mark, after, end) => {
        const text = `${before}${end}${end}## M77 — Title${mark}  ${end}${after}`;
        for (const milestone of startableOrPlanned(text)) {
          const done = setStatus(text, milestone, "done");
          expect(parseRoadmap(done).milestones.find((each) => each.id === milestone)?.status).toBe("done");
          expect(setStatus(done, milestone, "planned")).toBe(text);
          hits += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(hits).toBeGreaterThan(500);
  });

  test("headings and fences are those of CommonMark", () => {
    let hits = 0;
    const block = fc.constantFrom(
      "# A",
      "### B ##",
      "para",
      "- item",
      "  - nested",
      "1. one",
      "```",
      "~~~js",
      "````",
      "> quote",
      "    code",
      "",
      "",
      "***",
      "C\n===",
      "   # D",
      "\t# E",
      "#F",
      "<!-- c -->",
      "<!--",
      "-->",
      "  ```",
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 14 }), (blocks) => {
        const text = blocks.join("\n");
        const ours = scanLines(text).lines.flatMap(({ heading, number }) =>
          heading === null || heading.underlined ? [] : [`${number}:${heading.level}`],
        );
        const theirs = headingsOf(text);
        hits += theirs.length;
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 3_000 },
    );
    expect(hits).toBeGreaterThan(500);
  });
});

function startableOrPlanned(text: string): MilestoneId[] {
  const all = parseRoadmap(text).milestones;
  return all
    .filter((each) => each.status === "planned" && all.filter((other) => other.id === each.id).length === 1)
    .map((each) => each.id);
}

/** ATX headings outside quotes, as CommonMark sees them. */
function headingsOf(text: string): string[] {
  const found: string[] = [];
  const walk = (
    node: ReturnType<typeof fromMarkdown> | ReturnType<typeof fromMarkdown>["children"][number],
  ) => {
    if (node.type === "blockquote") return;
    const start = node.position?.start;
    if (node.type === "heading" && start !== undefined && /^#{1,6}(?:\s|$)/u.test(text.slice(start.offset)))
      found.push(`${start.line}:${node.depth}`);
    if ("children" in node) for (const child of node.children) walk(child as typeof node);
  };
  walk(fromMarkdown(text));
  return found;
}

// What takes quadratic time for a megabyte takes days: the test would be stopped at its limit.
test("ten thousand milestones are read, and hostile megabytes too", () => {
  const many = Array.from(
    { length: 10_000 },
    (_, at) =>
      `### M${at + 1} — T 📝\n**Objective:** o\n**Depends on:** ${at === 0 ? "none" : `M${at}`}\n**AC:**\n- \`x\` passes\n`,
  ).join("\n");
  expect(startable(parseRoadmap(many))).toHaveLength(10_000);
  for (const text of [
    "- ",
    "`",
    "(run: ",
    "(http: GET /",
    "see `a`; ",
    "}→",
    "**a:** ",
    "x <!--\n",
    "  - b\n",
    " ",
    "# ",
    "> ",
  ]) {
    const megabyte = text.repeat(1_000_000 / text.length);
    parseRoadmap(`### M1 — A 📝\n**AC:**\n- x ${megabyte}`);
    parseRoadmap(`### M1 — A 📝\n**AC:**\n- x (browser: ${megabyte})`);
    parseRoadmap(`### M1 — A 📝\n**AC:**\n- x (http: POST / {${megabyte})`);
    parseRoadmap(`### M1 — ${megabyte} 📝\n**Objective:** ${megabyte}`);
  }
});

const REAL = new URL("../../../shared/roadmaps/", import.meta.url);
test.skipIf(!fs.existsSync(REAL))(
  "real roadmaps are read, and edited without a trace (needs ../shared/roadmaps)",
  () => {
    let edits = 0;
    for (const name of fs.readdirSync(REAL).filter((each) => /__.*\.mdx?$/u.test(each))) {
      const text = fs.readFileSync(new URL(encodeURIComponent(name), REAL), "utf8");
      for (const milestone of startableOrPlanned(text)) {
        expect(setStatus(setStatus(text, milestone, "done"), milestone, "planned")).toBe(text);
        edits += 1;
      }
    }
    expect(edits).toBeGreaterThan(0);
  },
);
