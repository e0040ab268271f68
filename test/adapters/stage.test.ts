import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Git, initBare, withIndex } from "#adapters/git/git.ts";
import { type Entry, entryAt, readText } from "#adapters/git/objects.ts";
import { patchBetween } from "#adapters/git/patch.ts";
import { type RenderedFiles, type Staged, type Staging, stage } from "#adapters/git/stage.ts";
import { commitTree, writeBlob, writeEntries } from "#adapters/git/writing.ts";
import type { Sha } from "#core/milestone.ts";

let room: string;
let git: Git;

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "daybreak-stage-"));
  git = await initBare(join(room, "ours.git"));
});
afterAll(() => rm(room, { recursive: true, force: true }));

type Files = Record<string, string | Uint8Array>;

async function commitWith(
  files: Files,
  parents: Sha[] = [],
  modes: Record<string, string> = {},
): Promise<Sha> {
  const entries = new Map<string, Entry>();
  for (const [path, content] of Object.entries(files)) {
    entries.set(path, { mode: modes[path] ?? "100644", sha: await writeBlob(git, content) });
  }
  const tree = await withIndex(git, (index) => writeEntries(git, entries, index));
  return await commitTree(git, { tree, parents, message: "x", date: "2026-11-20T22:00:00+00:00" });
}

/** Marks one milestone as done, as core does. */
const done =
  (id: string) =>
  ({ roadmap, changelog }: RenderedFiles): RenderedFiles => ({
    roadmap: roadmap.replace(`${id} 📝`, `${id} ✅`),
    changelog: changelog === null ? null : `${changelog}- ${id}\n`,
  });

function staged(base: Sha, patch: Staging["patch"], rest: Partial<Staging> = {}): Promise<Staged> {
  return stage({
    git,
    base,
    patch,
    roadmapPath: "ROADMAP.md",
    changelogPath: "CHANGELOG.md",
    render: done("M1"),
    ...rest,
  });
}

function treeOfStaged(result: Staged): Sha {
  if (!("tree" in result)) throw new Error(JSON.stringify(result));
  return result.tree;
}

const ROADMAP = "\uFEFFM1 📝\r\nM2 📝\r\n";
const BASE: Files = { "ROADMAP.md": ROADMAP, "CHANGELOG.md": "# Log\n", "src/a": "1\n2\n3\n4\n5\n" };

async function changed(base: Sha, files: Files, baseFiles: Files = BASE): Promise<Uint8Array> {
  return await patchBetween(git, base, await commitWith({ ...baseFiles, ...files }));
}

describe("a patch", () => {
  test("is applied, and roadmap and changelog are rendered beside it", async () => {
    const base = await commitWith(BASE, [], { "ROADMAP.md": "100755" });
    const patch = await patchBetween(
      git,
      base,
      await commitWith({ ...BASE, new: "n" }, [], { "ROADMAP.md": "100755" }),
    );
    const tree = treeOfStaged(await staged(base, patch));
    expect(await readText(git, tree, "ROADMAP.md")).toBe("\uFEFFM1 ✅\r\nM2 📝\r\n");
    expect(await entryAt(git, tree, "ROADMAP.md")).toMatchObject({ mode: "100755" });
    expect(await readText(git, tree, "CHANGELOG.md")).toBe("# Log\n- M1\n");
    expect(await readText(git, tree, "new")).toBe("n");
    expect(treeOfStaged(await staged(base, patch))).toBe(tree);
  });

  test("cannot write, delete or replace what is rendered, nor conflict there", async () => {
    const base = await commitWith(BASE);
    const { "ROADMAP.md": _roadmap, "CHANGELOG.md": _changelog, ...code } = BASE;
    const clean = treeOfStaged(await staged(base, await changed(base, { new: "n" })));
    for (const files of [
      { ...BASE, new: "n", "ROADMAP.md": "M1 ✅ M2 ✅", "CHANGELOG.md": "lies" },
      { ...code, new: "n" },
    ]) {
      const patch = await patchBetween(git, base, await commitWith(files));
      const tree = treeOfStaged(await staged(base, patch));
      expect(tree).toBe(clean);
    }
    const folder = await patchBetween(
      git,
      base,
      await commitWith({ ...code, "ROADMAP.md/x": "in its place" }),
    );
    expect(await staged(base, folder)).toEqual({ refused: expect.stringContaining("ROADMAP.md/x") });
    const moved = await commitWith({ ...BASE, "ROADMAP.md": "M0 ✅\r\nM1 📝\r\nall is different\r\n" });
    const lying = await changed(base, { new: "n", "ROADMAP.md": "\uFEFFM1 ✅\r\nM2 ✅\r\n" });
    expect(await readText(git, treeOfStaged(await staged(moved, lying)), "ROADMAP.md")).toContain(
      "M1 ✅\r\nall is different",
    );
  });

  test("that does not fit is refused, and so is a base that cannot be rendered", async () => {
    const base = await commitWith(BASE);
    const patch = await changed(base, { "src/a": "other\n" });
    const elsewhere = await commitWith({ ...BASE, "src/a": "quite\ndifferent\n" });
    expect(await staged(elsewhere, patch)).toEqual({ refused: expect.stringContaining("does not apply") });
    const without = await commitWith({ a: "1" });
    expect(await staged(without, new Uint8Array())).toEqual({
      refused: "ROADMAP.md does not exist on the base.",
    });
    const latin = await commitWith({ ...BASE, "ROADMAP.md": Buffer.from([0x4d, 0xe9]) });
    expect(await staged(latin, new Uint8Array())).toEqual({ refused: expect.stringContaining("not UTF-8") });
    const link = await commitWith(BASE, [], { "ROADMAP.md": "120000" });
    expect(await staged(link, new Uint8Array())).toEqual({
      refused: expect.stringContaining("no ordinary file"),
    });
  });

  test("leaves the changelog alone when none is kept, and may begin one", async () => {
    const { "CHANGELOG.md": _none, ...rest } = BASE;
    const base = await commitWith(rest);
    const patch = await changed(base, { new: "n" }, rest);
    expect(await readText(git, treeOfStaged(await staged(base, patch)), "CHANGELOG.md")).toBeNull();
    const begins = { render: (files: RenderedFiles) => ({ ...files, changelog: "first" }) };
    expect(await readText(git, treeOfStaged(await staged(base, patch, begins)), "CHANGELOG.md")).toBe(
      "first",
    );
    const ignored = treeOfStaged(await staged(base, patch, { ...begins, changelogPath: null }));
    expect(await readText(git, ignored, "CHANGELOG.md")).toBeNull();
  });
});

describe("restacking", () => {
  test("renders again, so that only code can conflict, and the order of landing leaves no trace", async () => {
    const base = await commitWith(BASE);
    const one = await changed(base, { "src/a": "1 one\n2\n3\n4\n5\n" });
    const two = await changed(base, { "src/a": "1\n2\n3\n4\n5 two\n", "src/b": "b" });
    const log: Pick<Staging, "changelogPath"> = { changelogPath: null };
    const commitOf = async (parent: Sha, patch: Uint8Array, id: string): Promise<Sha> => {
      const tree = treeOfStaged(await staged(parent, patch, { ...log, render: done(id) }));
      return await commitTree(git, {
        tree,
        parents: [parent],
        message: id,
        date: "2026-11-20T22:00:00+00:00",
      });
    };
    const [first, second] = [await commitOf(base, one, "M1"), await commitOf(base, two, "M2")];
    const restack = (onto: Sha, commit: Sha, id: string): Promise<Staged> =>
      staged(onto, { commit, parent: base }, { ...log, render: done(id) });
    const [a, b] = [await restack(first, second, "M2"), await restack(second, first, "M1")];
    expect(a).toEqual(b);
    const tree = treeOfStaged(a);
    expect(await readText(git, tree, "ROADMAP.md")).toBe("\uFEFFM1 ✅\r\nM2 ✅\r\n");
    expect(await readText(git, tree, "src/a")).toBe("1 one\n2\n3\n4\n5 two\n");
  });

  test("on an unmoved base gives the very same tree", async () => {
    const base = await commitWith(BASE);
    const tree = treeOfStaged(await staged(base, await changed(base, { new: "n" })));
    const commit = await commitTree(git, {
      tree,
      parents: [base],
      message: "M1",
      date: "2026-11-20T22:00:00+00:00",
    });
    expect(await staged(base, { commit, parent: base })).toEqual({ tree });
  });

  test("names the code that conflicts", async () => {
    const base = await commitWith(BASE);
    const mine = await commitWith({ ...BASE, "src/a": "1 mine\n2\n3\n4\n5\n" }, [base]);
    const onto = await commitWith(
      { ...BASE, "src/a": "1 theirs\n2\n3\n4\n5\n", "ROADMAP.md": "M1 📝 new words" },
      [base],
    );
    expect(await staged(onto, { commit: mine, parent: base })).toEqual({ conflicts: ["src/a"] });
  });
});
