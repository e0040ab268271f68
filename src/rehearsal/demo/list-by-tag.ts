/** M1.1: an ordinary milestone. It lands at once, and another one builds on it. */

import { bash, done, type Plot, read, turn, write } from "./plot.ts";

const SELECT = `/** The notes that contain the word and carry the tag, in the order they were written. */
export function select(notes, { word = "", tag } = {}) {
  return notes
    .filter(({ text }) => text.toLowerCase().includes(word.toLowerCase()))
    .filter(({ tags }) => tag === undefined || tags.includes(tag));
}
`;

const LIST = String.raw`import { parseArgs } from "node:util";
import { lineOf } from "../note.js";
import { select } from "../select.js";

export const usage = "list [WORD] [--tag TAG]";

export function run(words, book) {
  const options = { tag: { type: "string" } };
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
  return select(book.read(), { word: positionals[0], tag: values.tag }).map(lineOf).join("\n");
}
`;

const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/list.js";

const book = {
  read: () => [
    { number: 1, text: "Water the plants", tags: ["home"] },
    { number: 2, text: "Call the bank", tags: ["work"] },
    { number: 3, text: "Call Ada", tags: [] },
  ],
};

test("--tag lists the notes with that tag", () => {
  assert.equal(run(["--tag", "work"], book), "2. Call the bank #work");
});

test("a word and a tag must both fit", () => {
  assert.equal(run(["call", "--tag", "home"], book), "");
});

test("an option that does not exist is refused", () => {
  assert.throws(() => run(["--tags", "work"], book), /--tags/);
});
`;

export const LIST_BY_TAG: Plot = {
  id: "M1.1",
  section: `### M1.1 — Notes are listed by tag 📝
**Objective:** Show only the notes that carry a tag, so that work and home can be looked at apart.
**Touches:** \`src/**\`, \`test/list-tag.test.js\`
**Acceptance criteria:**
- \`NOTES_FILE=examples/notes.json node cli.js list --tag letters\` prints "3. Answer the letter"
- A word and a tag together choose the notes that fit both (run: node test/list-tag.test.js)
- (manual) \`notes help\` explains the option
`,
  attempts: [
    [
      turn(
        "The list is put together in two places: the command reads the words, select() chooses the notes.",
        read("src/commands/list.js"),
        read("src/select.js"),
      ),
      turn(
        "The tag becomes a second condition of select(). parseArgs from node:util also refuses misspelt options.",
        write("src/select.js", SELECT),
        write("src/commands/list.js", LIST),
        write("test/list-tag.test.js", TEST),
        bash("node test/list-tag.test.js"),
      ),
      turn(
        "The new tests are green.",
        done("`list --tag TAG` shows the notes with that tag. Three new tests; the old ones are unchanged."),
      ),
    ],
  ],
};
