import { describe, expect, test } from "vitest";
import { inferKind } from "#core/kind.ts";
import type { Way } from "#core/milestone.ts";
import { parseRoadmap } from "#core/roadmap.ts";

const saying = (
  title: string,
  rest: { objective?: string; touches?: string[]; ways?: Way[]; says?: string } = {},
) =>
  inferKind({
    title,
    objective: rest.objective ?? "",
    touches: rest.touches ?? [],
    criteria: (rest.ways ?? [{ by: "none" }]).map((way) => ({ text: rest.says ?? "It is so", way })),
  });

test.each(
  `
feature        Notes are listed by tag
feature        Drafts survive a restart
feature        Dark mode
feature        Extract text from scanned PDFs
feature        Extract links out of pages
feature        Rename notes in place
feature        A command renames tags
feature        Simplify onboarding
feature        Clean up old notes every night
feature        Split the bill between users
feature        Merge duplicate contacts
feature        Rename the option \`--all\`
feature        Upgrade banner for trial users
feature        Upgrade to Pro
feature        Replace text by regular expressions
feature        Move notes from one folder to another
feature        Bug reports carry the log
feature        Crash recovery
feature        Linear regression over the samples
feature        Coverage report on the command line
feature        Test the connection before saving
feature        A button tests the connection
feature        A/B tests for the landing page
feature        Document upload
feature        Search in the docs
feature        The changelog is generated from commits
feature        Fixed header while scrolling
feature        Prefixes are configurable
feature        feat: fix suggestions in the editor
fix            Fix the crash on empty input
fix            Fixes for the parser tests
fix            Bug: totals ignore discounts
fix            Regression in date parsing
fix            The app crashes when the disk is full
fix            Totals are wrong after a refund
fix            fix(parser): keep the last line
fix            [Bugfix] Times are local again
fix            Hotfix for lost sessions
refactoring    Refactor the store
refactoring    Refactoring of the sync engine
refactoring    Extract the parser
refactoring    Extract date handling into a module
refactoring    Extract checkout into its own package
refactoring    Restructure the source tree
refactoring    Rename \`Foo\` to \`Bar\`
refactoring    Rename getNotes to listNotes
refactoring    Rename the config module
refactoring    Split up utils.js
refactoring    Simplify the date logic
refactoring    Clean up the config loader
refactoring    Remove dead code
refactoring    refactor: one place for dates
refactoring    Faster startup without changing behaviour
migration      Migrate to ES modules
migration      Migration of the tests to vitest
migration      Upgrade React to 19
migration      Upgrade dependencies
migration      Bump Node to 24
migration      Port the server to TypeScript
migration      Switch from CommonJS to ESM
migration      Move from webpack to esbuild
migration      Replace moment with date-fns
coverage       Raise the coverage of the parser
coverage       Parser coverage above 90 %
coverage       Add tests for the importer
coverage       Add missing tests
coverage       Write property tests for dates
coverage       Test the sync engine
coverage       Regression tests for time zones
coverage       Cover the router with tests
coverage       test: every branch of the lexer
documentation  Document the public API
documentation  Document how notes are stored
documentation  README in plain words
documentation  Update the docs
documentation  Write a migration guide
documentation  Installation guide
documentation  Guide for contributors
documentation  Add a changelog
documentation  Fix typos in the README
documentation  docs: explain tags
`
    .trim()
    .split("\n")
    .map((line) => line.split(/ {2,}/u)),
)("%s: %s", (kind, title = "") => {
  expect(saying(title)).toBe(kind);
});

describe("where the title says nothing", () => {
  test("the first words of the objective speak, and never against the title", () => {
    expect(saying("Dates", { objective: "Refactor the date logic." })).toBe("refactoring");
    expect(saying("Dates", { objective: "Add tests for leap years." })).toBe("coverage");
    expect(saying("Fix dates", { objective: "Refactor the date logic." })).toBe("fix");
    expect(saying("Dates", { objective: "Nobody should see a wrong date or a crash." })).toBe("feature");
  });

  test("an objective that keeps behaviour as it is makes a refactoring, and a criterion does not", () => {
    const unchanged = "Smaller files, without changing the visible behaviour.";
    expect(saying("Smaller files", { objective: unchanged })).toBe("refactoring");
    expect(saying("Smaller files", { says: unchanged })).toBe("feature");
    expect(saying("Upgrade React", { objective: unchanged })).toBe("migration");
  });

  test("documents alone are documentation, unless the program is driven", () => {
    const touches = ["README.md", "docs/**"];
    expect(saying("Tags", { touches })).toBe("documentation");
    expect(saying("Tags", { touches: [...touches, "src/**"] })).toBe("feature");
    expect(saying("Tags", { touches, ways: [{ by: "look", path: "/tags" }] })).toBe("feature");
    expect(saying("Document the API", { ways: [{ by: "look", path: "/api" }] })).toBe("feature");
  });
});

test("a kind the owner wrote down outranks every word", () => {
  const [given, inferred] = parseRoadmap(
    "# M1 — Fix it ✅\n**Kind:** clean-up\n# M2 — Fix it ✅\n",
  ).milestones;
  expect(given).toMatchObject({ kind: "refactoring", kindGiven: true });
  expect(inferred).toMatchObject({ kind: "fix", kindGiven: false });
});
