import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderChangelog } from "#core/changelog.ts";
import { parseRoadmap } from "#core/roadmap.ts";

const ROADMAP = parseRoadmap([1, 2, 3, 10].map((n) => `# M${n} — Title ${n} ✅\n`).join("\n"));
const land = (before: string | null, order: readonly number[]) =>
  order.reduce<string | null>((text, at) => {
    const milestone = ROADMAP.milestones[at];
    return milestone === undefined ? text : renderChangelog(text, milestone, ROADMAP);
  }, before);

test("a changelog that does not exist is begun", () => {
  expect(land(null, [3, 0])).toBe("# Changelog\n\n## Unreleased\n\n- **M1** Title 1\n- **M10** Title 10\n");
});

test("the section is made above the newest release, in the file's own line ends", () => {
  const before = "\uFEFF# Changelog\r\n\r\nAll of it.\r\n\r\n## 1.0\r\n\r\n- x";
  expect(land(before, [1])).toBe(
    "\uFEFF# Changelog\r\n\r\nAll of it.\r\n\r\n## Unreleased\r\n\r\n- **M2** Title 2\r\n\r\n## 1.0\r\n\r\n- x",
  );
});

test("entries by hand stay where they are, and headings in code are none", () => {
  const before = "# C\n\n```\n## Unreleased\n```\n\n## [Unreleased]\n\n### Added\n\n- by hand\n";
  expect(land(before, [2, 0])).toBe(
    "# C\n\n```\n## Unreleased\n```\n\n## [Unreleased]\n\n- **M1** Title 1\n- **M3** Title 3\n\n### Added\n\n- by hand\n",
  );
});

test("the text does not depend on the order of landing, and landing twice is landing once", () => {
  const line = fc.constantFrom(
    "# Changelog",
    "## Unreleased",
    "## [Unreleased]",
    "## 1.0",
    "### Added",
    "",
    "",
    "- by hand",
    "- **M2** Title 2",
    "- M10 Title 10",
    "  wrapped",
    "```",
    "prose",
  );
  const before = fc.oneof(
    fc.constant(null),
    fc
      .tuple(fc.array(line, { maxLength: 10 }), fc.constantFrom("\n", "\r\n"), fc.constantFrom("", "\uFEFF"))
      .map(([lines, end, mark]) => mark + lines.join(end)),
  );
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 });
  let hits = 0;
  fc.assert(
    fc.property(before, order, (text, landed) => {
      const result = land(text, landed);
      if (landed.length > 1) hits += 1;
      expect(land(text, landed.toSorted())).toBe(result);
      expect(land(result, landed)).toBe(result);
    }),
    { numRuns: 3_000 },
  );
  expect(hits).toBeGreaterThan(1_000);
});
