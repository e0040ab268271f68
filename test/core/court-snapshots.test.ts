import { expect, test } from "vitest";
import { grownSnapshots } from "#core/court/snapshots.ts";
import { changeOf, type Edit } from "./court-tampering-change.ts";

const SOURCE: Edit = ["src/report.js", "1;\n", "2;\n"];
const shown = (before: string, after: string): Edit => ["test/__snapshots__/a.test.js.snap", before, after];

test.each([
  ["gains a line", "sum: 3\n", "sum: 3\ncount: 2\n", true],
  ["gains marks between its words", "Hello Ada", "Hello, Ada!", true],
  ["loses a word", "sum: 3 and 4", "sum: 3", false],
  ["says another number", "sum: 3", "sum: 35", false],
  ["says the same in another order", "one two", "two one", false],
])("a snapshot that %s beside its source", (_what, before, after, grows) => {
  expect(grownSnapshots(changeOf([SOURCE, shown(before, after)])).length).toBe(grows ? 1 : 0);
});

test("a snapshot does not grow by itself, nor beside a document", () => {
  const snapshot = shown("one", "one two");
  expect(grownSnapshots(changeOf([snapshot]))).toEqual([]);
  expect(grownSnapshots(changeOf([snapshot, ["README.md", "a\n", "b\n"]]))).toEqual([]);
});
