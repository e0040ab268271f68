/** A commit of any repository as a replay: what the night starts from, what the model does, and what it never sees. */

import { symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { initBare, openGit } from "#adapters/git/git.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { found } from "#rehearsal/founding.ts";
import type { Script } from "#rehearsal/model/script.ts";
import { bringHoldOuts } from "#rehearsal/replay/hold-outs.ts";
import { prepareCommitReplay } from "#rehearsal/replay/prepare-commit.ts";
import {
  aPast,
  aRoom,
  commit,
  DOCUMENT,
  FIRST,
  GUARDED,
  git,
  MANY,
  stateOf,
  UNTESTED,
} from "../calibrate/history.ts";

async function replayed(directory: string, name = "HEAD", withTests = false) {
  return await prepareCommitReplay({ spec: `${directory}#${name}`, directory: aRoom(), withTests });
}

function writes(script: Script): string[] {
  const calls = script.milestones.flatMap(({ turns }) => turns.flatMap(({ tools }) => tools));
  return calls.flatMap(({ name, input }) => (name === "write" ? [String(input.file_path)] : []));
}

test("the parent is the base, the message the milestone, and the tests are kept back on a branch of their own", async () => {
  const owners = aPast([FIRST, MANY]);
  const before = stateOf(owners);
  const { directory, milestone, script, summary } = await replayed(owners);
  expect(milestone).toEqual({ id: "M1", title: "feat: add any number of numbers" });
  expect(writes(script)).toEqual(["index.js"]);
  expect(git(directory, "rev-list", "--count", "main")).toBe("1");
  expect(
    git(directory, "diff", "--name-status", git(owners, "rev-parse", "HEAD~"), "main").split("\n"),
  ).toEqual(["A\t.github/daybreak.yml", "A\t.gitignore", "A\tROADMAP.md"]);
  const [asked] = parseRoadmap(git(directory, "show", "main:ROADMAP.md")).milestones;
  expect(asked).toMatchObject({
    objective: "Two are not enough.",
    kind: "feature",
    allows: ["test/sum.test.js"],
    criteria: [{ way: { by: "command", command: "node --test" } }],
  });
  expect(git(directory, "ls-tree", "-r", "--name-only", "hold-outs").split("\n")).toEqual([
    "checks.yml",
    "test/sum.test.js",
  ]);
  expect(git(directory, "show", "hold-outs:test/sum.test.js")).toContain("adds 1, 2, 3");
  expect(parse(git(directory, "show", "hold-outs:checks.yml"))).toEqual([{ id: "H1", run: "node --test" }]);
  const policy = PolicyFile.parse(parse(git(directory, "show", "main:.github/daybreak.yml")));
  expect(policy).toMatchObject({ "hold-outs": "hold-outs", test: ["node --test"], land: "main" });
  expect(summary).toMatch(
    /: 1 changed file; kept back as hold-outs: test\/sum\.test\.js; gate: node --test$/,
  );
  expect(stateOf(owners)).toEqual(before);
});

test("with its tests, the whole commit is the work and nothing is kept back", async () => {
  const { directory, script } = await replayed(aPast([FIRST, MANY]), "main", true);
  expect(writes(script)).toEqual(["index.js", "test/sum.test.js"]);
  expect(git(directory, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  expect(git(directory, "show", "main:.github/daybreak.yml")).not.toContain("hold-outs");
});

test("the world holds base and hold-outs, and nothing else of the owner's history", async () => {
  const owners = aPast([FIRST, MANY]);
  const { directory, script } = await replayed(owners);
  const room = aRoom();
  const world = await found(
    room,
    { kind: "replay", directory },
    { caller: "name: caller\n", tokenOnly: true, script },
  );
  const remote = join(room, "remote", world.owner, `${world.name}.git`);
  expect(git(remote, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  for (let times = 0; times < 2; times += 1) await bringHoldOuts(openGit(remote), "main", directory);
  expect(git(remote, "for-each-ref", "--format=%(refname)").split("\n")).toEqual([
    "refs/heads/hold-outs",
    "refs/heads/main",
  ]);
  const index = git(owners, "rev-parse", "HEAD:index.js");
  const objects = git(remote, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n");
  expect(objects).toContain(git(owners, "rev-parse", "HEAD:test/sum.test.js"));
  expect(objects).not.toContain(index);
  expect(objects).not.toContain(git(owners, "rev-parse", "HEAD"));
});

test("a repository whose policy names no hold-outs gets none", async () => {
  const world = await initBare(join(aRoom(), "world.git"));
  const owners = aPast([FIRST]);
  git(owners, "push", "-q", world.directory, "main");
  await bringHoldOuts(world, "main", owners);
  expect(git(world.directory, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
});

test("protected paths, lock files and the package's scripts are left out, and links of the parent stay", async () => {
  const owners = aPast([FIRST]);
  symlinkSync("index.js", join(owners, "link.js"));
  commit(owners, DOCUMENT);
  commit(owners, {
    ...GUARDED,
    files: {
      ...GUARDED.files,
      "go.sum": "locked\n",
      "ROADMAP.md": "theirs\n",
      "package.json": String(FIRST.files["package.json"]).replace("node --test", "true"),
    },
  });
  const { directory, script, summary } = await replayed(owners, "HEAD");
  expect(writes(script)).toEqual(["index.js"]);
  expect(summary).toContain("left out: .github/workflows/ci.yml, ROADMAP.md, go.sum;");
  expect(git(directory, "ls-tree", "main", "link.js")).toMatch(/^120000 blob/);
});

test("a test that the commit removes does not judge its sources", async () => {
  const owners = aPast([FIRST, MANY]);
  commit(owners, {
    message: "feat: multiply",
    files: {
      "index.js": "module.exports = (a, b) => a * b;\n",
      "test/sum.test.js": null,
      "test/product.test.js": "1;\n",
    },
  });
  const { directory } = await replayed(owners);
  const [check] = parse(git(directory, "show", "hold-outs:checks.yml"));
  expect(check).toEqual({ id: "H1", run: "rm -f -- test/sum.test.js && node --test" });
});

test.each(["# done ✅", "**Status:** 🚧", "- [x] M1 — 📝 planned", "` (run: `exit 0`)", "x".repeat(5_000)])(
  "whatever a message says, exactly one milestone can start: %s",
  async (message) => {
    const { directory } = await replayed(
      aPast([FIRST, { ...MANY, message: `${message}\n\n## M2 — More 📝` }]),
    );
    const { milestones, diagnostics } = parseRoadmap(git(directory, "show", "main:ROADMAP.md"));
    expect(diagnostics).toEqual([]);
    expect(milestones).toMatchObject([
      { id: "M1", status: "planned", criteria: [{ way: { command: "node --test" } }] },
    ]);
  },
);

test("a linked work tree and a bare repository are repositories as well", async () => {
  const owners = aPast([FIRST, MANY]);
  const [linked, bare] = [join(aRoom(), "linked"), join(aRoom(), "bare.git")];
  git(owners, "worktree", "add", "-q", "--detach", linked);
  git(owners, "clone", "-q", "--bare", ".", bare);
  for (const place of [linked, bare]) expect(writes((await replayed(place)).script)).toEqual(["index.js"]);
});

test("a merge, a first commit, a shallow edge, an unknown name and a commit without work are refused by name", async () => {
  const owners = aPast([FIRST, MANY]);
  git(owners, "checkout", "-q", "-b", "side", "HEAD~");
  commit(owners, DOCUMENT);
  git(owners, "merge", "-q", "--no-edit", "main");
  const shallow = join(aRoom(), "shallow");
  git(owners, "clone", "-q", "--depth=1", "--branch=main", `file://${owners}`, shallow);
  const code = async (directory: string, name?: string) =>
    await replayed(directory, name).then(
      () => "none",
      ({ code: one }: { code: string }) => one,
    );
  expect(await code(owners)).toBe("REPLAY_COMMIT_UNFIT");
  expect(await code(owners, "main~")).toBe("REPLAY_COMMIT_UNFIT");
  expect(await code(shallow)).toBe("REPLAY_COMMIT_UNFIT");
  expect(await code(owners, "nowhere")).toBe("REPLAY_UNAVAILABLE");
  expect(await code(owners, "--all")).toBe("REPLAY_UNAVAILABLE");
  expect(await code(owners, "")).toBe("REPLAY_UNAVAILABLE");
  expect(await code(aRoom())).toBe("REPOSITORY_UNREADABLE");
  expect(await code(aPast([{ message: "none", files: { "a.txt": "" } }, UNTESTED]))).toBe(
    "REPLAY_WITHOUT_TESTS",
  );
  const tests = {
    message: "test more",
    files: { "test/sum.test.js": String(MANY.files["test/sum.test.js"]) },
  };
  expect(await code(aPast([FIRST, tests]))).toBe("REPLAY_WITHOUT_DIFFERENCE");
});

test("what the owner has not committed is no part of it", async () => {
  const owners = aPast([FIRST, MANY]);
  writeFileSync(join(owners, "index.js"), "half done");
  const { directory } = await replayed(owners);
  expect(git(directory, "show", "main:index.js")).toBe("module.exports = (a, b) => a + b;");
  expect(basename(directory)).toBe("repository");
});
