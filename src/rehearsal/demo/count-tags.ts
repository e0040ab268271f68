/** M1.1: an ordinary milestone. It is built beside two others and lands at once. */

import { bash, done, grep, type Plot, read, turn, write } from "./plot.ts";

const TAGS = `export const usage = "tags";

/** The most used first; those used equally often in the order they first appear. */
export function run(words, book) {
  const counts = new Map();
  for (const { tags } of book.read()) {
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([tag, count]) => tag + " " + count)
    .join("\\n");
}
`;

const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/tags.js";

const book = (...tags) => ({ read: () => tags.map((one) => ({ number: 1, text: "", tags: one })) });

test("the most used tag comes first", () => {
  assert.equal(run([], book(["home"], ["work", "letters"], ["work"])), "work 2\\nhome 1\\nletters 1");
});

test("a book without tags has nothing to tell", () => {
  assert.equal(run([], book([], [])), "");
});
`;

export const COUNT_TAGS: Plot = {
  id: "M1.1",
  section: `### M1.1 — Tags are counted 📝
**Objective:** Show which tags there are and how often each is used, so that misspelt ones are found.
**Touches:** \`src/**\`, \`test/tags.test.js\`
**Acceptance criteria:**
- \`NOTES_FILE=examples/notes.json node cli.js tags\` prints "work 2"
- The most used tag comes first (run: node test/tags.test.js)
- (manual) \`notes help\` lists the command
`,
  attempts: [
    [
      turn(
        "A command is one file here, and help finds it by itself. I look at what a note keeps of its tags.",
        read("src/note.js"),
        grep("tags"),
      ),
      turn(
        "Counting is one pass over the book.",
        write("src/commands/tags.js", TAGS),
        write("test/tags.test.js", TEST),
        bash("node test/tags.test.js"),
      ),
      turn(
        "The new tests are green.",
        done("`tags` counts the tags, the most used first. Two new tests; the old ones are unchanged."),
      ),
    ],
  ],
};
