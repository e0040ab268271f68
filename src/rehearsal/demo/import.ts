/** M2.1: says it is done too early. The gate is red, `finish` is refused, and the second look finds the mistake. */

import { bash, done, type Plot, read, turn, write } from "./plot.ts";

/** The command, with how one note of the file is added. */
function importAdding(added: string): string {
  return `import { readFileSync } from "node:fs";

export const usage = "import FILE";

export function run([path], book) {
  if (path === undefined) throw new Error("which file? " + usage);
  const notes = JSON.parse(readFileSync(path, "utf8"));
  for (const { text, tags } of notes) book.add(${added});
  return notes.length + (notes.length === 1 ? " note" : " notes") + " imported";
}
`;
}

const TEST = `import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openBook } from "../src/book.js";
import { run as exportNotes } from "../src/commands/export.js";
import { run as importNotes } from "../src/commands/import.js";

test("what was exported is imported as it was, behind the notes that are there", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [from, to] = [openBook(join(folder, "from.json")), openBook(join(folder, "to.json"))];
  from.add({ text: "Issue #7 is open", tags: ["work", "letters"] });
  to.add({ text: "Water the plants", tags: [] });
  writeFileSync(join(folder, "export.json"), exportNotes([], from));
  assert.equal(importNotes([join(folder, "export.json")], to), "1 note imported");
  assert.deepEqual(to.read()[1], { number: 2, text: "Issue #7 is open", tags: ["work", "letters"] });
});

test("a file must be named", () => {
  assert.throws(() => importNotes([], openBook("none.json")), /which file/);
});
`;

export const IMPORT_NOTES: Plot = {
  id: "M2.1",
  section: `### M2.1 — An export can be imported 📝
**Objective:** Read the notes of an exported file in, with their tags, behind those that are there.
**Depends on:** M1.2
**Acceptance criteria:**
- \`NOTES_FILE=imported.json node cli.js import examples/notes.json\` prints "3 notes imported"
- Text and tags come back as they were (run: node test/import.test.js)
- (manual) The words for a file that does not exist are good enough
`,
  attempts: [
    [
      turn(
        "An import has to understand what the export writes and keep what add keeps.",
        read("src/commands/export.js"),
        read("src/note.js"),
      ),
      turn(
        "Every note of the file goes through noteFrom(), as if it were typed in.",
        write(
          "src/commands/import.js",
          importAdding(`noteFrom(text.split(" "))`).replace(
            `"node:fs";\n`,
            `"node:fs";\nimport { noteFrom } from "../note.js";\n`,
          ),
        ),
        write("test/import.test.js", TEST),
        done("`import FILE` reads an export in."),
      ),
      turn(
        "The gate is right: typed words carry their tags inside, an export has them apart, and a # in a text is no tag. The note is added as it stands.",
        write("src/commands/import.js", importAdding("{ text, tags }")),
        bash("node test/import.test.js"),
      ),
      turn(
        "Green now.",
        done("`import FILE` reads an export in: texts and tags as they were, numbered behind the others."),
      ),
    ],
  ],
};
