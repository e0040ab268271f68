import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Git, initBare, withIndex } from "#adapters/git/git.ts";
import { diffTrees, type Entry, entryAt } from "#adapters/git/objects.ts";
import { applyPatch, patchBetween, pathsBeyond, takePatch } from "#adapters/git/patch.ts";
import { checkOut, writeBlob, writeEntries } from "#adapters/git/writing.ts";
import type { Sha } from "#core/milestone.ts";

let room: string;
let git: Git;

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "daybreak-patch-"));
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

/** A new folder with the tree's files. */
async function workspaceOf(tree: Sha): Promise<string> {
  const folder = await mkdtemp(join(room, "workspace-"));
  await checkOut(git, tree, folder);
  return folder;
}

describe("patches", () => {
  test("taken from a workspace and applied to base, they give the same tree, whatever the files hold", async () => {
    const base = await treeWith({
      "src/a.ts": "one\n",
      "no-newline": "x",
      crlf: "1\r\n2\r\n",
      bin: randomBytes(3_000),
      gone: "g",
      "file-then-folder": "f",
      tool: "t",
      nul: "a\0b\n",
    });
    const folder = await workspaceOf(base);
    const write = (path: string, content: string | Buffer, mode = 0o644): Promise<void> =>
      writeFile(join(folder, path), content, { mode });
    await write("src/a.ts", "one\ntwo\n");
    await write("no-newline", "y");
    await write("crlf", "1\r\n3\r\n");
    await write("bin", randomBytes(3_000));
    await write("nul", Buffer.from([0xff, 0xfe, 0, 10, 13]));
    await rm(join(folder, "gone"));
    await rm(join(folder, "file-then-folder"));
    await mkdir(join(folder, "file-then-folder"));
    await write("file-then-folder/x", "x");
    await write("new file – ü.txt", "neu\n", 0o755);
    await write("empty", "");
    await symlink("src/a.ts", join(folder, "link"));
    const taken = await takePatch({ git, base, workspace: folder, exclude: [] });
    if ("refused" in taken) throw new Error(taken.refused);
    expect(taken.left).toEqual([]);
    expect((await diffTrees(git, base, taken.tree)).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "modified bin",
      "modified crlf",
      "added empty",
      "deleted file-then-folder",
      "added file-then-folder/x",
      "deleted gone",
      "added link",
      "added new file – ü.txt",
      "modified no-newline",
      "modified nul",
      "modified src/a.ts",
    ]);
    expect(await entryAt(git, taken.tree, "new file – ü.txt")).toMatchObject({ mode: "100755" });
    expect(await applyPatch(git, base, taken.patch)).toEqual({ tree: taken.tree });
  });

  test("no change is an empty patch, and an empty patch changes nothing", async () => {
    const base = await treeWith({ a: "1", l: "a" }, { l: "120000" });
    const taken = await takePatch({ git, base, workspace: await workspaceOf(base), exclude: [] });
    expect(taken).toMatchObject({ patch: Buffer.alloc(0), tree: base });
    expect(await applyPatch(git, base, new Uint8Array())).toEqual({ tree: base });
  });

  test("what setup made, what is rendered and what is ignored is left out, also when the agent un-ignores it", async () => {
    const base = await treeWith({ ".gitignore": "dist/\n", "ROADMAP.md": "📝", a: "1" });
    const folder = await workspaceOf(base);
    await mkdir(join(folder, "node_modules/x"), { recursive: true });
    await writeFile(join(folder, "node_modules/x/y"), "setup");
    const exclude = await pathsBeyond({ git, base, workspace: folder });
    expect(exclude).toEqual(["node_modules"]);
    await writeFile(join(folder, ".gitignore"), "dist/\n!node_modules\n");
    await writeFile(join(folder, "ROADMAP.md"), "✅");
    await writeFile(join(folder, "node_modules-not"), "mine");
    await mkdir(join(folder, "dist"));
    await writeFile(join(folder, "dist/out"), "built");
    const taken = await takePatch({ git, base, workspace: folder, exclude: [...exclude, "ROADMAP.md"] });
    if ("refused" in taken) throw new Error(taken.refused);
    expect((await diffTrees(git, base, taken.tree)).map(({ path }) => path)).toEqual([
      ".gitignore",
      "node_modules-not",
    ]);
  });

  test("a link in place of a folder is handed over as a link, and nothing behind it is read", async () => {
    await mkdir(join(room, "outside"), { recursive: true });
    await writeFile(join(room, "outside", "a"), "secret of the machine");
    const base = await treeWith({ "src/a": "1", "lib/a": "1" });
    const folder = await workspaceOf(base);
    for (const name of ["src", "lib"]) {
      await rm(join(folder, name), { recursive: true });
      await symlink(join(room, "outside"), join(folder, name));
    }
    // An ignored link is not handed over; without care the file behind it would be, as a change of `lib/a`.
    await writeFile(join(folder, ".gitignore"), "lib\n");
    const taken = await takePatch({ git, base, workspace: folder, exclude: [] });
    if ("refused" in taken) throw new Error(taken.refused);
    expect(Buffer.from(taken.patch).toString()).not.toContain("secret of the machine");
    expect((await diffTrees(git, base, taken.tree)).map(({ path, newMode }) => `${path} ${newMode}`)).toEqual(
      [".gitignore 100644", "lib/a null", "src 120000", "src/a null"],
    );
  });

  test("what git cannot hold is named and left out", async () => {
    const base = await treeWith({ a: "1" });
    const folder = await workspaceOf(base);
    await mkdir(join(folder, "inner/.git"), { recursive: true });
    await writeFile(join(folder, "inner/.git/HEAD"), "ref: refs/heads/x\n");
    await mkdir(join(folder, "inner/.git/objects"));
    await mkdir(join(folder, "inner/.git/refs"));
    await writeFile(join(folder, "inner/file"), "f");
    await mkdir(join(folder, ".GIT"));
    await writeFile(join(folder, ".GIT/config"), "x");
    await writeFile(join(folder, "new\nline"), "x");
    await writeFile(join(folder, "return\r"), "x");
    await writeFile(join(folder, "good"), "x");
    await writeFile(join(folder, "sparse"), "");
    await truncate(join(folder, "sparse"), 10_000_000_000);
    await writeFile(join(folder, "a"), "changed, then locked", { mode: 0o644 });
    await chmod(join(folder, "a"), 0o000);
    const taken = await takePatch({ git, base, workspace: folder, exclude: [] });
    if ("refused" in taken) throw new Error(taken.refused);
    // For root every file can be read.
    const locked = process.getuid?.() !== 0;
    expect((await diffTrees(git, base, taken.tree)).map(({ path }) => path)).toEqual(
      locked ? ["good"] : ["a", "good"],
    );
    expect(taken.left.sort()).toEqual([
      ".GIT/config lies in a folder of git's own and was left out.",
      ...(locked ? ["a may not be read and was left out."] : []),
      "inner/ is a repository of its own and was left out.",
      "new\nline has a name that is no plain text and was left out.",
      "return\r has a name that is no plain text and was left out.",
      "sparse has 10000000000 bytes, more than the 50000000 that are read, and was left out.",
    ]);
  });

  test("a patch that does not fit is refused with git's words, and one that is too large unread", async () => {
    const [base, next] = [await treeWith({ a: "1\n" }), await treeWith({ a: "2\n" })];
    const patch = await patchBetween(git, base, next);
    expect(await applyPatch(git, await treeWith({ a: "3\n" }), patch)).toEqual({
      refused: expect.stringContaining("patch failed: a:1"),
    });
    expect(await applyPatch(git, base, new Uint8Array(20_000_001))).toEqual({
      refused: expect.stringContaining("20000001 bytes"),
    });
    expect(await applyPatch(git, base, Buffer.from("no patch at all"))).toEqual({
      refused: expect.stringContaining("No valid patches"),
    });
  });
});
