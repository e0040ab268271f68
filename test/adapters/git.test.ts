import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Git, initBare, withIndex } from "#adapters/git/git.ts";
import {
  diffTrees,
  type Entry,
  entryAt,
  listFiles,
  readBytes,
  readCommit,
  readText,
} from "#adapters/git/objects.ts";
import {
  checkOut,
  commitTree,
  mergeTrees,
  replaceEntries,
  updateTree,
  writeBlob,
  writeEntries,
} from "#adapters/git/writing.ts";
import type { Sha } from "#core/milestone.ts";

const DATE = "2026-11-20T22:00:00+01:00";
let room: string;
let git: Git;

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "daybreak-git-"));
  git = await initBare(join(room, "ours.git"));
});
afterAll(() => rm(room, { recursive: true, force: true }));

async function treeWith(
  files: Record<string, string | Uint8Array>,
  modes: Record<string, string> = {},
): Promise<Sha> {
  const entries = new Map<string, Entry>();
  for (const [path, content] of Object.entries(files)) {
    entries.set(path, { mode: modes[path] ?? "100644", sha: await writeBlob(git, content) });
  }
  return withIndex(git, (index) => writeEntries(git, entries, index));
}

async function commitOf(tree: Sha, parents: Sha[] = [], message = "base"): Promise<Sha> {
  return commitTree(git, { tree, parents, message, date: DATE });
}

/** A new folder with the tree's files. */
async function workspaceOf(tree: Sha): Promise<string> {
  const folder = await mkdtemp(join(room, "workspace-"));
  await checkOut(git, tree, folder);
  return folder;
}

describe("objects", () => {
  test("the same inputs give the same commit, with the fixed identity and the given date", async () => {
    const tree = await treeWith({ a: "1" });
    const message = "M1: One\n\nWhy: no trailer\nat all.\n\nMilestone: M1\nSpec: 0123\n";
    const first = await commitOf(tree, [], message);
    expect(await commitOf(tree, [], message)).toBe(first);
    const commit = await readCommit(git, first);
    expect(commit).toMatchObject({ sha: first, tree, parents: [], date: DATE, message });
    expect([...commit.trailers]).toEqual([
      ["Milestone", "M1"],
      ["Spec", "0123"],
    ]);
    const { output } = await git.raw(["cat-file", "-p", first]);
    expect(output.toString()).toMatch(
      /^committer Daybreak <daybreak@users\.noreply\.github\.com> \d+ \+0100$/m,
    );
  });

  test("a date read from a commit makes the same commit again", async () => {
    const tree = await treeWith({ a: "1" });
    const first = await commitTree(git, {
      tree,
      parents: [],
      message: "x",
      date: "2026-03-01T04:05:06-03:30",
    });
    const { date, message } = await readCommit(git, first);
    expect(await commitTree(git, { tree, parents: [], message, date })).toBe(first);
  });

  test("a message that looks like an option is a message", async () => {
    const commit = await commitOf(await treeWith({ a: "1" }), [], "-c core.sshCommand=x --amend");
    expect((await readCommit(git, commit)).message).toBe("-c core.sshCommand=x --amend");
  });

  test("files are read as they are, and what is no ordinary file is not read", async () => {
    const bytes = randomBytes(5_000);
    const tree = await treeWith(
      { "dir/b.bin": bytes, "ü *.md": "\uFEFFtext\r\n", link: "/etc/passwd" },
      { link: "120000" },
    );
    expect(await readBytes(git, tree, "dir/b.bin")).toEqual(bytes);
    expect(await readText(git, tree, "ü *.md")).toBe("\uFEFFtext\r\n");
    expect(await readText(git, tree, "link")).toBeNull();
    expect(await readText(git, tree, "dir")).toBeNull();
    expect(await readText(git, tree, "*")).toBeNull();
    const magic = await treeWith({ ":(top)a": "magic", a: "plain" });
    expect(await readText(git, magic, ":(top)a")).toBe("magic");
    expect(await listFiles(git, tree)).toEqual(["dir/b.bin", "link", "ü *.md"]);
  });

  test("a change says path, kind, modes, sizes and lines", async () => {
    const before = await treeWith({
      gone: "1\n2\n",
      kept: "k",
      "m\tod": "a\nb\n",
      run: "x",
      bin: Buffer.from([0, 1]),
      l: "t",
    });
    const after = await treeWith(
      { kept: "k", "m\tod": "a\nc\nd\n", run: "x", bin: Buffer.from([0, 2, 3]), l: "t", "new é": "n\n" },
      { run: "100755", l: "120000" },
    );
    const old = { oldMode: "100644", newMode: "100644", binary: false };
    expect(await diffTrees(git, before, after)).toEqual([
      { ...old, path: "bin", kind: "modified", bytes: 3, addedLines: 0, removedLines: 0, binary: true },
      { ...old, path: "gone", kind: "deleted", newMode: null, bytes: 0, addedLines: 0, removedLines: 2 },
      {
        ...old,
        path: "l",
        kind: "type-changed",
        newMode: "120000",
        bytes: 1,
        addedLines: 0,
        removedLines: 0,
      },
      { ...old, path: "m\tod", kind: "modified", bytes: 6, addedLines: 2, removedLines: 1 },
      { ...old, path: "new é", kind: "added", oldMode: null, bytes: 2, addedLines: 1, removedLines: 0 },
      { ...old, path: "run", kind: "modified", newMode: "100755", bytes: 1, addedLines: 0, removedLines: 0 },
    ]);
    expect(await diffTrees(git, after, after)).toEqual([]);
  });

  test("an attribute cannot hide lines from the count", async () => {
    const before = await treeWith({ a: "1\n", ".gitattributes": "* -diff -text linguist-generated\n" });
    const after = await treeWith({ a: "1\n2\n", ".gitattributes": "* -diff -text linguist-generated\n" });
    expect(await diffTrees(git, before, after)).toMatchObject([{ addedLines: 1, binary: false }]);
  });

  test("merging takes both sides, or names what conflicts", async () => {
    const base = await treeWith({ a: "1\n2\n3\n4\n5\n", b: "b" });
    const ours = await treeWith({ a: "1\n2\n3\n4\n5 ours\n", b: "b" });
    const theirs = await treeWith({ a: "1 theirs\n2\n3\n4\n5\n", c: "c" });
    const both = await treeWith({ a: "1 theirs\n2\n3\n4\n5 ours\n", c: "c" });
    expect(await mergeTrees(git, { base, ours, theirs })).toEqual({ tree: both });
    const against = await treeWith({ a: "1\n2\n3\n4\n5 theirs\n", b: "b" });
    expect(await mergeTrees(git, { base, ours, theirs: against })).toEqual({ conflicts: ["a"] });
  });

  test("a file is written with its old mode, another removed, and a folder in the way goes", async () => {
    const tree = await treeWith(
      { "run.sh": "old", gone: "x", "R/x": "x", keep: "k" },
      { "run.sh": "100755" },
    );
    const next = await updateTree(
      git,
      tree,
      new Map([
        ["run.sh", { text: "new" }],
        ["gone", null],
        ["R", { text: "file" }],
      ]),
    );
    expect(next).toBe(await treeWith({ "run.sh": "new", R: "file", keep: "k" }, { "run.sh": "100755" }));
    expect(await entryAt(git, next, "run.sh")).toMatchObject({ mode: "100755" });
    expect(await replaceEntries(git, tree, new Map())).toBe(tree);
  });

  test("files are checked out byte by byte, old ones vanish, unknown ones stay", async () => {
    const bytes = randomBytes(1_000);
    const base = await treeWith({
      ".gitattributes": "*.txt text eol=crlf ident\n*.u working-tree-encoding=UTF-16\n",
      "a.txt": "$Id$\n",
      "b.u": "x\n",
      "old/c": "c",
    });
    const next = await treeWith({ "a.txt": "2\n", "d/bin": bytes, run: "#!" }, { run: "100755" });
    const folder = await workspaceOf(base);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("$Id$\n");
    expect(await readFile(join(folder, "b.u"), "utf8")).toBe("x\n");
    await writeFile(join(folder, "a.txt"), "changed by setup");
    await writeFile(join(folder, "made-by-setup"), "s");
    await checkOut(git, next, folder, base);
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "d", "made-by-setup", "run"]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("2\n");
    expect(await readFile(join(folder, "d/bin"))).toEqual(bytes);
    expect((await stat(join(folder, "run"))).mode & 0o111).not.toBe(0);
  });

  test("what git says no to is a failure with git's words", async () => {
    await expect(readCommit(git, "0".repeat(40))).rejects.toMatchObject({ code: "GIT_FAILED" });
    await expect(listFiles(git, "--help")).rejects.toMatchObject({ code: "GIT_FAILED" });
    await expect(git.raw(["no-such-command"])).rejects.toThrow(/not a git command/);
  });

  test("opening a repository again keeps what it holds", async () => {
    const tree = await treeWith({ again: "1" });
    expect(await listFiles(await initBare(git.directory), tree)).toEqual(["again"]);
  });
});
