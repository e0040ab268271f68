/** M1.2: independent of M1.1, so both are built at the same time and land one behind the other. M2.1 builds on it. */

import { bash, done, grep, type Plot, read, turn, write } from "./plot.ts";
import { BASE_COMMANDS, readmeWith } from "./project.ts";

const EXPORT = String.raw`import { parseArgs } from "node:util";

export const usage = "export [--format json|markdown]";

const FORMATS = {
  json: (notes) => JSON.stringify(notes.map(({ text, tags }) => ({ text, tags })), null, 2),
  markdown: (notes) => notes.map(bullet).join("\n"),
};

function bullet({ text, tags }) {
  return ["-", text, ...tags.map((tag) => "*" + tag + "*")].join(" ");
}

export function run(words, book) {
  const options = { format: { type: "string", default: "json" } };
  const { format } = parseArgs({ args: words, options }).values;
  if (!Object.hasOwn(FORMATS, format)) throw new Error("there is no format " + format + ": " + usage);
  return FORMATS[format](book.read());
}
`;

const TEST = String.raw`import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/export.js";

const book = {
  read: () => [
    { number: 1, text: "Water the plants", tags: ["home"] },
    { number: 2, text: "Call Ada", tags: [] },
  ],
};

test("JSON holds text and tags of every note", () => {
  assert.deepEqual(JSON.parse(run([], book)), [
    { text: "Water the plants", tags: ["home"] },
    { text: "Call Ada", tags: [] },
  ]);
});

test("Markdown is a list", () => {
  assert.equal(run(["--format", "markdown"], book), "- Water the plants *home*\n- Call Ada");
});

test("another format is refused", () => {
  assert.throws(() => run(["--format", "toString"], book), /no format toString/);
});
`;

export const EXPORT_NOTES: Plot = {
  id: "M1.2",
  section: `### M1.2 — Notes are exported 📝
**Objective:** Print all notes as JSON or Markdown, so that they can be used elsewhere.
**Touches:** \`src/commands/export.js\`, \`test/export.test.js\`, \`README.md\`
**Acceptance criteria:**
- Every note is in the export (run: NOTES_FILE=examples/notes.json node cli.js export --format json)
- \`NOTES_FILE=examples/notes.json node cli.js export --format markdown\` prints "- Call the bank *work*"
- The README names the command (file: README.md contains "notes export")
`,
  attempts: [
    [
      turn(
        "A command is one file here. I look at how the README lists them, and whether anything exports already.",
        read("README.md"),
        grep("export const usage"),
      ),
      turn(
        "Both formats fit into one small table. The note's number is its place in this book, so it stays out of the export.",
        write("src/commands/export.js", EXPORT),
        write("test/export.test.js", TEST),
        write(
          "README.md",
          readmeWith([
            ...BASE_COMMANDS,
            ["notes export --format markdown", "prints all notes as JSON or Markdown"],
          ]),
        ),
        bash("node test/export.test.js"),
      ),
      turn(
        "Green.",
        done("`export` prints the notes as JSON or Markdown, with tests and a line in the README."),
      ),
    ],
  ],
};
