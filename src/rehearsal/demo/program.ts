/** The program the demo's milestones extend: `notes`, a keeper of notes without dependencies. Source text; never run from here. */

const CLI = `#!/usr/bin/env node
import { openBook } from "./src/book.js";
import { commandNamed } from "./src/commands.js";

const [name = "help", ...words] = process.argv.slice(2);

try {
  const command = await commandNamed(name);
  const said = command.run(words, openBook(process.env.NOTES_FILE ?? "notes.json"));
  if (said !== "") console.log(said);
} catch (error) {
  console.error("notes: " + error.message);
  process.exitCode = 1;
}
`;

const COMMANDS = `import { readdirSync } from "node:fs";

const FOLDER = new URL("./commands/", import.meta.url);

/** Every file of the folder is a command: it exports its usage, and run(words, book), which returns what to print. */
export function commandNames() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".js"))
    .map((file) => file.slice(0, -".js".length))
    .sort();
}

export async function commandNamed(name) {
  if (!commandNames().includes(name)) {
    throw new Error("there is no command " + name + "; try one of " + commandNames().join(", "));
  }
  return await import(new URL(name + ".js", FOLDER));
}
`;

const BOOK = String.raw`import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The notes in one JSON file. A file that does not exist is an empty book. */
export function openBook(path) {
  const read = () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []);
  return {
    read,
    /** Numbers the note and keeps it at the end. */
    add({ text, tags }) {
      const notes = read();
      const note = { number: notes.length + 1, text, tags };
      writeFileSync(path, JSON.stringify([...notes, note], null, 2) + "\n");
      return note;
    },
  };
}
`;

const NOTE = String.raw`/** "Buy milk #home" is the text "Buy milk" with the tag "home". */
export function noteFrom(words) {
  const isTag = (word) => /^#\w+$/.test(word);
  return {
    text: words.filter((word) => !isTag(word)).join(" "),
    tags: words.filter(isTag).map((word) => word.slice(1)),
  };
}

export function lineOf({ number, text, tags }) {
  return [number + ".", text, ...tags.map((tag) => "#" + tag)].join(" ");
}
`;

const SELECT = `/** The notes that contain the word, in the order they were written. */
export function select(notes, { word = "" } = {}) {
  return notes.filter(({ text }) => text.toLowerCase().includes(word.toLowerCase()));
}
`;

const ADD = `import { lineOf, noteFrom } from "../note.js";

export const usage = "add WORDS [#TAG]...";

export function run(words, book) {
  const note = noteFrom(words);
  if (note.text === "") throw new Error("a note needs words: " + usage);
  return lineOf(book.add(note));
}
`;

const LIST = String.raw`import { lineOf } from "../note.js";
import { select } from "../select.js";

export const usage = "list [WORD]";

export function run([word], book) {
  return select(book.read(), { word }).map(lineOf).join("\n");
}
`;

const HELP = String.raw`import { commandNamed, commandNames } from "../commands.js";

export const usage = "help";

const usages = await Promise.all(
  commandNames().map(async (name) => (name === "help" ? usage : (await commandNamed(name)).usage)),
);

export function run() {
  return ["Usage:", ...usages.map((line) => "  notes " + line)].join("\n");
}
`;

const EXAMPLE = `[
  { "number": 1, "text": "Water the plants", "tags": ["home"] },
  { "number": 2, "text": "Call the bank", "tags": ["work"] },
  { "number": 3, "text": "Answer the letter", "tags": ["work", "letters"] }
]
`;

const NOTE_TEST = `import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openBook } from "../src/book.js";
import { run } from "../src/commands/add.js";
import { noteFrom } from "../src/note.js";

test("words with a # are the note's tags", () => {
  const note = noteFrom(["Buy", "milk", "#home", "#shop"]);
  assert.deepEqual(note, { text: "Buy milk", tags: ["home", "shop"] });
});

test("notes are numbered and kept", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "notes.json");
  run(["Buy", "milk", "#home"], openBook(path));
  assert.equal(run(["Call", "Ada"], openBook(path)), "2. Call Ada");
  assert.deepEqual(openBook(path).read()[0], { number: 1, text: "Buy milk", tags: ["home"] });
});

test("a note without words is refused", () => {
  assert.throws(() => run(["#home"], openBook("none.json")), /needs words/);
});
`;

/** One of the milestones has a promise of this test in its way. */
export const LIST_TEST = String.raw`import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/list.js";

const book = {
  read: () => [
    { number: 1, text: "Water the plants", tags: ["home"] },
    { number: 2, text: "Buy milk", tags: ["home"] },
    { number: 3, text: "Call the bank", tags: ["work"] },
  ],
};

test("notes are listed in the order they were written", () => {
  assert.deepEqual(run([], book).split("\n"), [
    "1. Water the plants #home",
    "2. Buy milk #home",
    "3. Call the bank #work",
  ]);
});

test("a word chooses the notes that contain it", () => {
  assert.equal(run(["MILK"], book), "2. Buy milk #home");
});
`;

const ALL_TESTS = `// Runs every test in one process: a process for each file would take longer than the tests.
import { readdirSync } from "node:fs";

const here = new URL(".", import.meta.url);
for (const name of readdirSync(here).sort()) {
  if (name.endsWith(".test.js")) await import(new URL(name, here));
}
`;

export const PROGRAM: Readonly<Record<string, string>> = {
  "cli.js": CLI,
  "src/commands.js": COMMANDS,
  "src/book.js": BOOK,
  "src/note.js": NOTE,
  "src/select.js": SELECT,
  "src/commands/add.js": ADD,
  "src/commands/list.js": LIST,
  "src/commands/help.js": HELP,
  "examples/notes.json": EXAMPLE,
  "test/all.js": ALL_TESTS,
  "test/note.test.js": NOTE_TEST,
  "test/list.test.js": LIST_TEST,
};
