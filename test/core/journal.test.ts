import fc from "fast-check";
import { expect, test } from "vitest";
import { JournalLine, linesOf, parseJournal, printJournal } from "#core/journal.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import {
  assignedOf,
  blockedOf,
  landedOf,
  milestoneIn,
  NIGHT,
  observationOf,
  publishedOf,
  rejectedOf,
  TIP,
} from "../support/observations.ts";

const M1 = milestoneIn(observationOf(), "M1");
const stamp = { at: "2026-11-20T22:07:00.000Z", night: NIGHT, cycle: 7 };

const line = fc.oneof(
  fc
    .record({ attempt: fc.integer({ min: 1, max: 9 }), usd: fc.integer({ min: 0, max: 900 }) })
    .map(({ attempt, usd }) => assignedOf(M1, attempt, usd / 100)),
  fc
    .array(fc.string({ unit: "binary" }))
    .map((because) => publishedOf(M1, 1, { as: "rejected", because, tree: null })),
  fc.string().map((reason) => rejectedOf(M1, 2, { because: [`${reason}\n{"line":"closed"}`] })),
  fc.constant<JournalLine>({ ...landedOf(M1, 3), line: "landed" }),
  fc.constant<JournalLine>({
    line: "staged",
    ...stamp,
    milestone: M1.id,
    slug: M1.slug,
    attempt: 1,
    spec: M1.spec,
    pull: 1,
    base: TIP,
    head: TIP,
    conflicts: ["src/base.js"],
  }),
  fc.constantFrom("owner" as const, "gone" as const).map((by): JournalLine => {
    const subject = { milestone: M1.id, slug: M1.slug, attempt: 1, spec: M1.spec };
    return { line: "dropped", ...stamp, ...subject, commit: TIP, by, because: "so" };
  }),
  fc.constant<JournalLine>({
    ...{ line: "opined", ...stamp, milestone: M1.id, slug: M1.slug, attempt: 1, spec: M1.spec, head: TIP },
    spend: NOTHING_SPENT,
  }),
  fc.constantFrom<string[]>([], ["none.yml"]).map((refused): JournalLine => {
    return { line: "watched", ...stamp, commit: TIP, workflows: ["ci.yml", ...refused], refused };
  }),
  fc.constantFrom("culprit" as const, "promises" as const).map((asked): JournalLine => {
    return { line: "examined", ...stamp, commit: TIP, asked, because: ["so"], broken: [M1.id] };
  }),
  fc.constantFrom("unmade" as const, "reverted" as const).map((kind): JournalLine => {
    const subject = { milestone: M1.id, slug: M1.slug, attempt: 1, spec: M1.spec, commit: TIP, head: TIP };
    if (kind === "reverted") return { line: kind, ...stamp, ...subject, because: ["so"] };
    return { line: kind, ...stamp, ...subject, base: TIP, conflicts: [] };
  }),
  fc.constantFrom(null, "M1").map((id) => blockedOf(id, 9)),
  fc.constant<JournalLine>({ line: "closed", ...stamp }),
);

const garbage = fc.oneof(
  fc.constantFrom(
    "{",
    "null",
    "[]",
    "42",
    '{"line":"landed"}',
    '{"line":"closed","at":"yesterday"}',
    "<<<<<<< HEAD",
    "\u0000",
  ),
  fc.string().map((text) => `?${text.replaceAll("\n", " ")}`),
  line.map((one) => JSON.stringify({ ...one, extra: true })),
  line.map((one) => JSON.stringify(one).slice(0, -2)),
);

test("what is printed is read back, every kind of it, and garbage between is counted, never guessed", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.array(garbage, { maxLength: 2 }))),
      fc.constantFrom("", "\n", "  \n"),
      (pairs, blank) => {
        const lines = pairs.map(([one]) => one);
        const text = pairs
          .map(([one, rest]) => printJournal([one]) + rest.map((bad) => `${bad}\n${blank}`).join(""))
          .join("");
        const read = parseJournal(text);
        expect(read.lines).toEqual(JSON.parse(JSON.stringify(lines)));
        expect(read.unreadable).toBe(pairs.reduce((sum, [, rest]) => sum + rest.length, 0));
        for (const one of lines) kinds.add(one.line);
      },
    ),
  );
  expect(kinds.size).toBe(JournalLine.options.length);
});

test("one line of text is one line of the journal, whatever it says", () => {
  const lines = [rejectedOf(M1, 1, { because: ["a\nb\r\nc"] }), publishedOf(M1)];
  expect(printJournal(lines).split("\n")).toHaveLength(3);
  expect(linesOf(parseJournal(printJournal(lines)).lines, "rejected")[0]?.because).toEqual(["a\nb\r\nc"]);
});

test("a journal that was cut off in the middle of a line keeps the lines before it", () => {
  const text = printJournal([assignedOf(M1), publishedOf(M1)]);
  expect(parseJournal(text.slice(0, -20))).toMatchObject({ lines: [{ line: "assigned" }], unreadable: 1 });
});
