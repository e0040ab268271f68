/** An owner's repository with a past, made commit by commit with the machine's git. Judges nothing. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

const rooms: string[] = [];
afterAll(() => {
  for (const room of rooms) rmSync(room, { recursive: true, force: true, maxRetries: 5 });
});

export function aRoom(): string {
  const room = mkdtempSync(join(tmpdir(), "past-"));
  rooms.push(room);
  return room;
}

const OWNER = { name: "Ada", email: "ada@example.com", date: "2026-01-01T00:00:00Z" };
const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: OWNER.name,
  GIT_AUTHOR_EMAIL: OWNER.email,
  GIT_AUTHOR_DATE: OWNER.date,
  GIT_COMMITTER_NAME: OWNER.name,
  GIT_COMMITTER_EMAIL: OWNER.email,
  GIT_COMMITTER_DATE: OWNER.date,
};

export function git(directory: string, ...args: string[]): string {
  return execFileSync("git", ["-C", directory, ...args], { env: ENVIRONMENT, encoding: "utf8" }).trim();
}

/** A file that is null goes. */
export type Change = { message: string; files: Readonly<Record<string, string | null>> };

export function aPast(changes: readonly Change[]): string {
  const directory = join(aRoom(), "sums");
  mkdirSync(directory);
  git(directory, "init", "-q", "-b", "main");
  for (const change of changes) commit(directory, change);
  return directory;
}

export function commit(directory: string, { message, files }: Change): string {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(directory, path));
    else {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
  }
  git(directory, "add", "--all");
  git(directory, "commit", "-q", "--allow-empty", "-m", message);
  return git(directory, "rev-parse", "HEAD");
}

const HEAD =
  'const test = require("node:test");\nconst assert = require("node:assert");\nconst sum = require("..");\n';

/** A test file of sums: `[arguments, result]` each. */
export function sums(...cases: readonly (readonly [string, number])[]): string {
  const tests = cases.map(
    ([given, is]) => `test("adds ${given.replaceAll('"', "")}", () => assert.equal(sum(${given}), ${is}));\n`,
  );
  return [HEAD, ...tests].join("");
}

export const FIRST: Change = {
  message: "first",
  files: {
    "package.json": `${JSON.stringify({ name: "sums", version: "1.0.0", scripts: { test: "node --test" } }, null, 2)}\n`,
    "index.js": "module.exports = (a, b) => a + b;\n",
    "test/sum.test.js": sums(["1, 2", 3]),
  },
};
export const MANY: Change = {
  message: "feat: add any number of numbers\n\nTwo are not enough.\n\nSigned-off-by: Ada <ada@example.com>",
  files: {
    "index.js": "module.exports = (...all) => all.reduce((a, b) => a + b, 0);\n",
    "test/sum.test.js": sums(["1, 2", 3], ["1, 2, 3", 6]),
  },
};
export const UNTESTED: Change = {
  message: "fix: take numbers as text",
  files: { "index.js": "module.exports = (...all) => all.reduce((a, b) => a + Number(b), 0);\n" },
};
export const DOCUMENT: Change = { message: "docs: say what it is", files: { "README.md": "# sums\n" } };
export const RELEASE: Change = {
  message: "v1.1.0",
  files: {
    "package.json": `${JSON.stringify({ name: "sums", version: "1.1.0", scripts: { test: "node --test" } }, null, 2)}\n`,
  },
};
export const GUARDED: Change = {
  message: "fix: test in CI",
  files: {
    "index.js": "module.exports = (...all) => all.reduce((a, b) => a + Number(b), 0); // checked\n",
    ".github/workflows/ci.yml": "on: push\n",
  },
};

/** Everything of a repository that a calibration or a replay must leave as it is: files, index, configuration and refs. */
export function stateOf(directory: string): Record<string, string> {
  const inside = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  const files = inside(directory).filter((path) => !path.includes("/daybreak-calibration/"));
  return Object.fromEntries(files.map((path) => [path, readFileSync(path, "latin1")]));
}

const SANDBOX = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"] as const;

/** Where this machine cannot confine; the verdicts are the same without. */
export const NO_SANDBOX = spawnSync(SANDBOX[0], SANDBOX.slice(1)).status !== 0;
