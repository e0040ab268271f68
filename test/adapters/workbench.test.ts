import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { initBare } from "#adapters/git/git.ts";
import { changedLines } from "#adapters/git/lines.ts";
import { fetch } from "#adapters/git/remote.ts";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import { HOLD_OUTS_FOLDER } from "#adapters/workbench/hold-outs.ts";
import { createWorkbench } from "#adapters/workbench/workbench.ts";
import { Sha } from "#core/milestone.ts";
import { aBrief } from "./engine-stage.ts";

const room = await mkdtemp(join(tmpdir(), "workbench-"));
afterAll(() => rm(room, { recursive: true, force: true }));

type Files = Record<string, string>;

async function write(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

function git(cwd: string, ...args: string[]): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@t"];
  return execFileSync("git", [...who, ...args], { cwd, encoding: "utf8" }).trim();
}

async function commit(folder: string, files: Files): Promise<Sha> {
  await write(folder, files);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "add", "--all", "--force");
  git(folder, "commit", "--quiet", "--allow-empty", "--message", "files");
  return Sha.parse(git(folder, "rev-parse", "HEAD"));
}

let count = 0;

async function benchWith(files: Files, holdOuts?: Files) {
  const checkout = join(room, `checkout-${count++}`);
  await mkdir(checkout);
  const base = await commit(checkout, files);
  if (holdOuts) {
    await mkdir(join(checkout, HOLD_OUTS_FOLDER));
    await commit(join(checkout, HOLD_OUTS_FOLDER), holdOuts);
  }
  const desk = openDesk(join(room, `desk-${count}`));
  const workbench = createWorkbench({
    ...{ desk, checkout, staged: false, network: {}, path: process.env.PATH ?? "" },
    sandbox: async () => createBareSandbox(),
    readReport:
      async () =>
      (_format, { report }) =>
        report === null
          ? null
          : [{ file: null, name: report.trim(), outcome: "passed", message: "", missing: false }],
    redact: (text) => text.replaceAll("hunter2", "***"),
  });
  await workbench.prepare([], 60);
  return { workbench, desk, base, checkout };
}

describe("a test run", () => {
  test("hands over what the runner wrote to the path it was told, outside the checkout", async () => {
    const { workbench, base, desk } = await benchWith({ "a.txt": "a" });
    await workbench.layOut("head", base);
    const command = 'echo adds > "$DAYBREAK_REPORT"; git status 2>&1 | head -1; ls -A';
    const { run, results } = await workbench.runTests("head", { command, format: "junit" }, base, 20);
    expect(results).toMatchObject([{ name: "adds" }]);
    expect(run.output.split("\n").slice(1)).toEqual(["a.txt", ""]);
    expect(await readFile(join(desk.place("head"), "a.txt"), "utf8")).toBe("a");
  });

  test("has no results when there is no report, or a link instead of one", async () => {
    const { workbench, base } = await benchWith({ "secret.txt": "hunter2" });
    await workbench.layOut("head", base);
    for (const command of ["true", 'ln -s "$PWD/secret.txt" "$DAYBREAK_REPORT"', 'mkfifo "$DAYBREAK_REPORT"'])
      expect((await workbench.runTests("head", { command, format: "junit" }, base, 20)).results).toBeNull();
  });

  test("is given files first, also where foreign code left a link in their place", async () => {
    const { workbench, base, desk } = await benchWith({ "a.txt": "a", "outside.txt": "untouched" });
    await workbench.layOut("head", base);
    await workbench.run("head", "rm a.txt; ln -s outside.txt a.txt", base, 20);
    const { output } = await workbench.run("head", "cat a.txt 'it'\\''s/new.txt'", base, 20, {
      "a.txt": "mutant\n",
      "it's/new.txt": "new\n",
    });
    expect(output).toBe("mutant\nnew\n");
    expect(await readFile(join(desk.place("head"), "outside.txt"), "utf8")).toBe("untouched");
  });

  test("keeps known secrets out of what is kept", async () => {
    const { workbench, base } = await benchWith({});
    await workbench.layOut("head", base);
    expect((await workbench.run("head", "echo hunter2", base, 20)).tail).toBe("***\n");
  });
});

test("a place takes single paths from another tree, and loses those that are not there", async () => {
  const { workbench, base, desk, checkout } = await benchWith({ "test/a.js": "old", "test/gone.js": "old" });
  git(checkout, "rm", "--quiet", "test/gone.js");
  const head = await commit(checkout, { "test/a.js": "new", "src/b.js": "new" });
  await fetch(desk.git, { url: join(checkout, ".git"), token: null, wants: [head], depth: 2 });
  await workbench.layOut("head-with-base-tests", head, { paths: ["test/a.js", "test/gone.js"], from: base });
  await workbench.layOut("base-with-head-tests", base, { paths: ["test/a.js", "test/gone.js"], from: head });
  const list = async (place: "head-with-base-tests" | "base-with-head-tests") =>
    (await workbench.run(place, "grep -r . . | sort", base, 20)).output.trim().split("\n");
  expect(await list("head-with-base-tests")).toEqual([
    "./src/b.js:new",
    "./test/a.js:old",
    "./test/gone.js:old",
  ]);
  expect(await list("base-with-head-tests")).toEqual(["./test/a.js:new"]);
});

test("changed lines are those of the newer version; a deletion leaves none", async () => {
  const folder = join(room, "lines");
  await mkdir(folder);
  const base = await commit(folder, { "a.txt": "1\n2\n3\n4\n5\n", "b [x].txt": "1\n" });
  const head = await commit(folder, { "a.txt": "1\ntwo\n3\n4\nfour and a half\n5\n6\n7\n", "b [x].txt": "" });
  const bare = await initBare(join(room, "lines.git"));
  await fetch(bare, { url: join(folder, ".git"), token: null, wants: [head], depth: 2 });
  expect(await changedLines(bare, base, head, "a.txt")).toEqual([
    { from: 2, to: 2 },
    { from: 5, to: 5 },
    { from: 7, to: 8 },
  ]);
  expect(await changedLines(bare, base, head, "b [x].txt")).toEqual([]);
});

describe("a checkpoint", () => {
  async function opened() {
    const { workbench, desk } = await benchWith({
      "a.txt": "base\n",
      "gone.txt": "base\n",
      ".gitignore": "cache\n",
    });
    const workspace = await workbench.open(aBrief(), null);
    const run = async (script: string) => (await workspace.shell(script, 20)).output;
    return { workspace, desk, run };
  }

  test("is what the checkout goes back to: files, modes, links, and nothing that came later", async () => {
    const { workspace, desk, run } = await opened();
    const list =
      "find . -path ./.git -prune -o -type f -print | sort; cat a.txt; readlink link; test -x run.sh && echo x";
    await run(
      "echo one > a.txt; rm gone.txt; ln -s a.txt link; echo true > run.sh; chmod +x run.sh; echo 1 > cache",
    );
    await workspace.checkpoint("step 1");
    const before = await run(list);
    expect(before).toBe("./.gitignore\n./a.txt\n./cache\n./run.sh\none\na.txt\nx\n");
    await run("echo two > a.txt; echo back > gone.txt; rm link run.sh; mkdir -p link; echo x > link/new.txt");
    expect(await workspace.restore()).toBe(true);
    expect(await run(list)).toBe(before);
    expect(await run("git log --oneline --all --format=%s; git stash list")).toBe("base\n");
    expect(await readFile(join(desk.notes, "checkpoint.patch"), "utf8")).toContain("+one");
    expect(await readFile(join(desk.notes, "checkpoint.txt"), "utf8")).toBe("step 1\n");
  });

  test("leads out of the checkout for nobody: a link in a folder's place is replaced, not followed", async () => {
    const { workspace, desk, run } = await opened();
    await run("mkdir d; echo kept > d/f.txt");
    await workspace.checkpoint("step 1");
    const outside = join(desk.home, "outside");
    await run(`mkdir -p ${outside}; echo precious > ${outside}/f.txt; rm -r d; ln -s ${outside} d`);
    expect(await workspace.restore()).toBe(true);
    expect(await run(`cat ${outside}/f.txt; cat d/f.txt; test -L d || echo folder`)).toBe(
      "precious\nkept\nfolder\n",
    );
  });

  test("that was never taken leaves everything as it is", async () => {
    const { workspace, run } = await opened();
    await run("echo one > a.txt");
    expect(await workspace.restore()).toBe(false);
    expect(await run("cat a.txt")).toBe("one\n");
  });
});

describe("hold-outs", () => {
  const CHECKS = "- { id: H1, run: node check.js }\n- { id: H2, run: 'false', milestone: M2 }\n";

  test("are read from their own checkout, and laid over a tree only in their own place", async () => {
    const { workbench, base } = await benchWith(
      { "a.js": "module.exports = 1;\n" },
      { "checks.yml": CHECKS, "check.js": "process.exit(require('./a.js') === 1 ? 0 : 1);\n" },
    );
    const kept = await workbench.holdOuts();
    expect(kept).toMatchObject({
      paths: ["check.js"],
      checks: [
        { id: "H1", run: "node check.js", milestone: null },
        { id: "H2", run: "false", milestone: "M2" },
      ],
    });
    if (kept === null) return;
    await workbench.layOut("hold-outs", base, { paths: kept.paths, from: kept.tree });
    expect((await workbench.run("hold-outs", "node check.js", base, 20)).exitCode).toBe(0);
    await workbench.layOut("head", base);
    expect((await workbench.run("head", "ls -A", base, 20)).output).toBe("a.js\n");
  });

  test("stand in no object of the repository an engine works in, and nor does anything else than its base", async () => {
    const { workbench, checkout, desk } = await benchWith(
      { "old.js": "an earlier version\n" },
      { "checks.yml": CHECKS, "check.js": "the hidden check\n" },
    );
    git(checkout, "rm", "--quiet", "old.js");
    await write(checkout, { "a.js": "the base\n" });
    git(checkout, "add", "a.js");
    git(checkout, "commit", "--quiet", "--message", "more");
    await workbench.prepare([], 60);
    expect((await workbench.holdOuts())?.paths).toEqual(["check.js"]);
    await workbench.open(aBrief(), null);
    const objects = git(desk.prepared, "cat-file", "--batch-all-objects", "--batch");
    expect(objects).toContain("the base");
    expect(objects).not.toMatch(/the hidden check|an earlier version/);
    expect(git(desk.prepared, "rev-list", "--all", "--count")).toBe("1");
    const seen = git(desk.prepared, "ls-files", "--others", "--cached", "--ignored", "--exclude-standard");
    expect(`${seen}${git(desk.prepared, "ls-files")}`).toBe("a.js");
  });

  test("are null where none were checked out or nothing lists them, and a broken list is named", async () => {
    expect(await (await benchWith({})).workbench.holdOuts()).toBeNull();
    expect(await (await benchWith({}, { "check.js": "" })).workbench.holdOuts()).toBeNull();
    for (const broken of ["- run: x\n", "{", "- { id: 'a b', run: x }\n"])
      await expect(
        (await benchWith({}, { "checks.yml": broken })).workbench.holdOuts(),
      ).rejects.toMatchObject({ code: "POLICY_INVALID" });
  });
});
