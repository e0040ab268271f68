import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Git, initBare, openGit, withIndex } from "#adapters/git/git.ts";
import { diffTrees, type Entry, listFiles } from "#adapters/git/objects.ts";
import { applyPatch, takePatch } from "#adapters/git/patch.ts";
import { push } from "#adapters/git/remote.ts";
import { stage } from "#adapters/git/stage.ts";
import { checkOut, commitTree, writeBlob, writeEntries } from "#adapters/git/writing.ts";
import { judgeBounds } from "#core/bounds.ts";
import type { Sha } from "#core/milestone.ts";
import { PROTECTED_PATHS } from "#core/policy-paths.ts";

let room: string;
let git: Git;
let base: Sha;
const CI = ".github/workflows/ci.yml";

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "daybreak-hand-over-"));
  git = await initBare(join(room, "ours.git"));
  base = await commitWith({ f: "one\n", "ROADMAP.md": "M1 📝\n", [CI]: "on: push\n", sub: "" }, {});
});
afterAll(() => rm(room, { recursive: true, force: true }));

async function commitWith(files: Record<string, string>, entries: Record<string, Entry>): Promise<Sha> {
  const all = new Map<string, Entry>(Object.entries(entries));
  for (const [path, text] of Object.entries(files))
    all.set(path, { mode: "100644", sha: await writeBlob(git, text) });
  const tree = await withIndex(git, (index) => writeEntries(git, all, index));
  return await commitTree(git, { tree, parents: [], message: "base", date: "2026-11-20T22:00:00+00:00" });
}

/** A repository in which every door git has to foreign programs is open and leaves a mark. */
async function poison(folder: string, mark: string): Promise<void> {
  const touch = join(room, `touch-${mark}`);
  await writeFile(touch, `#!/bin/sh\necho fired >> "${join(room, mark)}"\ncat 2>/dev/null\n`);
  await chmod(touch, 0o755);
  execFileSync("git", ["init", "-q", folder]);
  const hooks = join(folder, ".git", "evil-hooks");
  await mkdir(hooks);
  for (const hook of [
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "pre-push",
    "reference-transaction",
  ]) {
    await writeFile(join(hooks, hook), `#!/bin/sh\n${touch}\n`);
    await chmod(join(hooks, hook), 0o755);
  }
  await appendFile(
    join(folder, ".git", "config"),
    `[core]\n\tfsmonitor = ${touch}\n\thooksPath = ${hooks}\n\tpager = ${touch}\n\tsshCommand = ${touch}\n` +
      `[filter "x"]\n\tclean = ${touch}\n\tsmudge = ${touch}\n\tprocess = ${touch}\n\trequired = true\n` +
      `[diff]\n\texternal = ${touch}\n[diff "x"]\n\tcommand = ${touch}\n\ttextconv = ${touch}\n[merge "x"]\n\tdriver = ${touch}\n` +
      `[url "ext::${touch}"]\n\tinsteadOf = file://\n\tpushInsteadOf = /\n[credential]\n\thelper = ${touch}\n`,
  );
  await writeFile(
    join(folder, ".gitattributes"),
    "* filter=x diff=x merge=x text eol=crlf working-tree-encoding=UTF-16\n",
  );
}

describe("a poisoned repository in the workspace", () => {
  test("fires nothing while its patch is taken, applied, staged, restacked and pushed", async () => {
    const folder = join(room, "poisoned", "workspace");
    await mkdir(folder, { recursive: true });
    await checkOut(git, base, folder);
    await poison(folder, "mark");
    await writeFile(join(folder, "f"), "two\n");
    const taken = await takePatch({ git, base, workspace: folder, exclude: [] });
    if ("refused" in taken) throw new Error(taken.refused);
    expect((await diffTrees(git, base, taken.tree)).map(({ path }) => path)).toEqual([".gitattributes", "f"]);

    expect(await applyPatch(git, base, taken.patch)).toEqual({ tree: taken.tree });
    const rendering = { roadmapPath: "ROADMAP.md", changelogPath: null, render: <T>(files: T): T => files };
    const staged = await stage({ git, base, patch: taken.patch, ...rendering });
    expect(staged).toEqual({ tree: taken.tree });
    const message = { parents: [base], message: "M1", date: "2026-11-20T22:00:00+00:00" };
    const commit = await commitTree(git, { tree: taken.tree, ...message });
    expect(await stage({ git, base, patch: { commit, parent: base }, ...rendering })).toEqual(staged);
    const remote = await initBare(join(room, "remote.git"));
    const updates = [{ ref: "refs/heads/main", to: commit, expected: null }];
    expect(await push(git, { url: `file://${remote.directory}`, token: null, updates })).toEqual({
      outcome: "done",
    });
    await checkOut(git, taken.tree, await mkdtemp(join(room, "out-")));
    expect(existsSync(join(room, "mark"))).toBe(false);
  });

  test("would have fired through plain git: the trap is set", async () => {
    const folder = join(room, "sprung", "workspace");
    await mkdir(folder, { recursive: true });
    await poison(folder, "sprung-mark");
    try {
      execFileSync("git", ["-C", folder, "status"], { stdio: "ignore", timeout: 10_000 });
    } catch {
      // Whether git then succeeds is of no interest.
    }
    expect(existsSync(join(room, "sprung-mark"))).toBe(true);
  });

  test("fires nothing where base has a submodule of that name", async () => {
    const commit = await commitWith({ f: "one\n" }, { vendor: { mode: "160000", sha: base } });
    const folder = join(room, "with-submodule");
    await mkdir(join(folder, "vendor"), { recursive: true });
    await writeFile(join(folder, "f"), "two\n");
    await poison(join(folder, "vendor"), "submodule-mark");
    const taken = await takePatch({ git, base: commit, workspace: folder, exclude: [] });
    if ("refused" in taken) throw new Error(taken.refused);
    expect((await diffTrees(git, commit, taken.tree)).map(({ path }) => path)).toEqual(["f"]);
    expect(existsSync(join(room, "submodule-mark"))).toBe(false);
  });

  test("cannot reach the wrapper through the environment or the configuration of the machine", async () => {
    const mark = join(room, "environment-mark");
    const home = await mkdtemp(join(room, "home-"));
    await writeFile(
      join(home, ".gitconfig"),
      `[core]\n\tfsmonitor = "touch ${mark} #"\n[alias]\n\tversion = !touch ${mark}\n`,
    );
    const planted = {
      HOME: home,
      GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
      GIT_EXTERNAL_DIFF: `touch ${mark}`,
      GIT_INDEX_FILE: "/nonexistent/index",
      GIT_WORK_TREE: "/",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "diff.external",
      GIT_CONFIG_VALUE_0: `touch ${mark}`,
    };
    const before = { ...process.env };
    Object.assign(process.env, planted);
    try {
      const fresh = openGit(git.directory);
      const config = await fresh.raw(["config", "--list", "--show-scope"]);
      expect(config.output.toString()).not.toMatch(/^(global|system)\t/m);
      expect(config.output.toString()).not.toContain("touch");
      await diffTrees(fresh, base, base);
    } finally {
      process.env = before;
    }
    expect(existsSync(mark)).toBe(false);
  });
});

describe("a patch that lies is judged by its tree", () => {
  async function judged(patch: string): Promise<string[]> {
    const applied = await applyPatch(git, base, Buffer.from(patch));
    if ("refused" in applied) return [`refused: ${applied.refused}`];
    const { protected: touched, refused } = judgeBounds({
      changes: await diffTrees(git, base, applied.tree),
      protectedGlobs: PROTECTED_PATHS,
      touches: [],
      allows: [],
      limits: { files: 10, lines: 100, bytes: 1_000 },
      basePaths: await listFiles(git, base),
    });
    return [...touched, ...refused];
  }

  test.each<[string, string, string]>([
    [
      "a link to a file of the machine",
      "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
      "`l` is a symbolic link (mode 120000).",
    ],
    [
      "a submodule",
      `diff --git a/s b/s\nnew file mode 160000\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+Subproject commit ${"1".repeat(40)}\n`,
      "`s` is a submodule (mode 160000).",
    ],
    [
      "a rename of a workflow without any line",
      `diff --git a/${CI} b/x.yml\nsimilarity index 100%\nrename from ${CI}\nrename to x.yml\n`,
      `\`${CI}\` is protected and was deleted.`,
    ],
    [
      "a header that names one file over a change of another",
      `diff --git a/f b/f\n--- a/${CI}\n+++ b/${CI}\n@@ -1 +1 @@\n-on: push\n+on: evil\n`,
      `\`${CI}\` is protected and was modified.`,
    ],
    [
      "a path in octal",
      'diff --git "a/\\056github/x" "b/\\056github/x"\nnew file mode 100644\n--- /dev/null\n+++ "b/\\056github/x"\n@@ -0,0 +1 @@\n+x\n',
      "`.github/x` is protected and was added.",
    ],
    [
      "another case of a protected folder",
      "diff --git a/.GitHub/x b/.GitHub/x\nnew file mode 100644\n--- /dev/null\n+++ b/.GitHub/x\n@@ -0,0 +1 @@\n+x\n",
      "`.GitHub/x` is protected and was added.",
    ],
    [
      "a bare change of mode",
      "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n",
      "`f` became executable, and the milestone does not allow it.",
    ],
    [
      "two entries for one path, the second one bad",
      "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\ndiff --git a/n b/n\nold mode 100644\nnew mode 100755\n",
      "`n` became executable, and the milestone does not allow it.",
    ],
    [
      "attributes that hide the rest",
      "diff --git a/d/.gitattributes b/d/.gitattributes\nnew file mode 100644\n--- /dev/null\n+++ b/d/.gitattributes\n@@ -0,0 +1 @@\n+* -diff\n",
      "`d/.gitattributes` was added: git would treat other files differently.",
    ],
  ])("%s", async (_name, patch, sentence) => {
    expect(await judged(patch)).toEqual([sentence]);
  });

  test.each([
    ["a way out of the tree", "../x"],
    ["git's own folder", ".git/config"],
    ["git's own folder in capitals", ".GIT/config"],
    ["git's own folder by a short name", "git~1/config"],
    ["git's own folder with an invisible letter", ".g\u200Cit/config"],
    ["an absolute path", "/etc/x"],
  ])("%s is refused by git itself", async (_name, path) => {
    const patch = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
    expect(await judged(patch)).toEqual([expect.stringMatching(/^refused: /)]);
  });

  test("a small patch that unfolds into a gigabyte is refused before it fills the memory", async () => {
    const size = 1_000_000_000;
    const packed = deflateSync(Buffer.alloc(10));
    const line = `${String.fromCharCode(64 + packed.length)}`;
    const patch =
      `diff --git a/bomb b/bomb\nnew file mode 100644\nindex ${"0".repeat(40)}..${"1".repeat(40)}\n` +
      `GIT binary patch\nliteral ${size}\n${line}${"0".repeat(5 * Math.ceil(packed.length / 4))}\n\nliteral 0\nHcmV?d00001\n\n`;
    expect(await judged(patch)).toEqual([expect.stringMatching(/^refused: .*1000000000 over limit/)]);
  });
});
