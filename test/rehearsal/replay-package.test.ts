import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Workspace } from "#ports/engine.ts";
import { type Npm, prepareReplay, type Rehearsable } from "#rehearsal/replay/prepare.ts";
import { needs } from "../support/requirements.ts";
import { toolboxIn } from "../support/toolbox.ts";

const room = await mkdtemp(join(tmpdir(), "replay-"));
afterAll(() => rm(room, { recursive: true, force: true }));

function run(program: string, args: readonly string[], cwd: string): { exitCode: number; output: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  return { exitCode: status ?? 1, output: error?.message ?? `${stdout}${stderr}` };
}

const realNpm: Npm = async (args, cwd) => run("npm", args, cwd);

/** A registry of folders: the machine's npm packs them, as it would pack what it fetched. */
function npmOf(versions: Readonly<Record<string, string>>): Npm {
  return async ([verb = "", name = "", ...rest], cwd) => {
    const folder = versions[name];
    if (folder !== undefined) return run("npm", [verb, folder, ...rest], cwd);
    const output = [
      "npm error code ETARGET",
      `npm error notarget No matching version found for ${name}.`,
      "npm error notarget In most cases you or one of your dependencies are requesting",
      "npm error A complete log of this run can be found in: somewhere",
    ].join("\n");
    return { exitCode: 1, output };
  };
}

async function folderOf(name: string, files: Record<string, string | Uint8Array>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(room, name, path)), { recursive: true });
    await writeFile(join(room, name, path), content);
  }
  return join(room, name);
}

const MANIFEST = {
  name: "tiny-sum",
  license: "MIT",
  scripts: { pretest: "exit 1", test: "eslint . && nyc node --test 'test/*.js'", posttest: "exit 1" },
};
const manifest = (version: string): string => JSON.stringify({ ...MANIFEST, version });
const testing = (sum: string): string =>
  `require("node:test")("adds", () => require("node:assert").equal(require("..")(${sum}), 6));\n`;

async function tinySum(): Promise<Npm> {
  const older = await folderOf("older", {
    "package.json": manifest("1.0.0"),
    "index.js": "module.exports = (a, b) => a + b;\n",
    "test/sum.js": testing("2, 4"),
    "old/left.js": "",
  });
  const newer = await folderOf("newer", {
    "package.json": manifest("1.1.0"),
    "index.js": "module.exports = (...all) => all.reduce((a, b) => a + b);\n",
    "test/sum.js": testing("1, 2, 3"),
    "bin/sum": "#!/usr/bin/env node\n",
    "logo.png": Uint8Array.from([137, 80, 0, 255]),
    "large.txt": "line\n".repeat(30_000),
    "CHANGELOG.md": "1.1.0\n",
  });
  await chmod(join(newer, "bin/sum"), 0o755);
  return npmOf({ "tiny-sum@1.0.0": older, "tiny-sum@1.1.0": newer });
}

async function replayed(into: string): Promise<Rehearsable> {
  return await prepareReplay({
    spec: "tiny-sum@1.0.0..1.1.0",
    directory: join(room, into),
    npm: await tinySum(),
  });
}

/** A checkout in which the engine's own tools work, without a sandbox. */
function workspaceIn(directory: string, spill: string): Workspace {
  const shell = (script: string): ReturnType<typeof run> => run("bash", ["-c", script], directory);
  return {
    directory,
    spill,
    notes: spill,
    memory: null,
    instructions: "",
    shell: async (script) => ({ ...shell(script), timedOut: false }),
    gates: async () => {
      const { exitCode, output } = shell("node --test 'test/*.js'");
      return { green: exitCode === 0, report: output };
    },
    changedPaths: async () =>
      shell("git status --porcelain --untracked-files=all")
        .output.split("\n")
        .slice(0, -1)
        .map((line) => line.slice(3)),
    checkpoint: async () => undefined,
    restore: async () => false,
  };
}

test("the scripted model turns the older version into the newer one with the engine's tools, and the gate tells", {
  timeout: 60_000,
}, async () => {
  const { directory, script, summary } = await replayed("played");
  expect(summary).toBe("tiny-sum 1.0.0 becomes 1.1.0: 6 changed files; gate: node --test 'test/*.js'");
  const workspace = workspaceIn(directory, await folderOf("spill", {}));
  await mkdir(workspace.spill, { recursive: true });
  const { signal } = new AbortController();
  expect(await workspace.gates(signal)).toMatchObject({ green: true });
  const toolbox = toolboxIn(workspace);
  const calls = script.milestones.flatMap(({ turns }) => turns.flatMap(({ tools }) => tools));
  // The newer test comes last, so that it is seen red on nothing but itself and the older source.
  await writeFile(join(directory, "test/sum.js"), testing("1, 2, 3"));
  expect(await workspace.gates(signal)).toMatchObject({ green: false });
  for (const { name, input } of calls) {
    const tool = toolbox.tools.find((one) => one.name === name);
    const answer = await tool?.run(tool.parse(input) as never);
    if (name === "bash") expect(answer).toContain("[exit code 0]");
  }
  expect(toolbox.ending()).toMatchObject({ outcome: "finished" });
  const differs = run("diff", ["-r", "--brief", directory, join(room, "newer")], room)
    .output.trim()
    .split("\n");
  expect(differs.map((line) => line.replaceAll(room, "")).sort()).toEqual([
    "Files /played/repository/package.json and /newer/package.json differ",
    "Only in /newer: CHANGELOG.md",
    "Only in /played/repository: .git",
    "Only in /played/repository: .github",
    "Only in /played/repository: .gitignore",
    "Only in /played/repository: ROADMAP.md",
  ]);
  expect(run("bash", ["-c", "test -x bin/sum"], directory).exitCode).toBe(0);
});

test("the same tarballs give the same commit and the same script", { timeout: 60_000 }, async () => {
  const one = await replayed("one");
  const two = await replayed("two");
  const commit = ({ directory }: Rehearsable): string =>
    run("git", ["log", "--all", "--format=%H %D"], directory).output.trim();
  expect(commit(one)).toMatch(/^[0-9a-f]{40} HEAD -> main$/);
  expect(commit(two)).toBe(commit(one));
  expect(two.script).toEqual(one.script);
  expect(run("git", ["status", "--porcelain"], one.directory).output).toBe("");
});

test("a version that does not exist is named with npm's own sentence", { timeout: 60_000 }, async () => {
  const asked = prepareReplay({
    spec: "tiny-sum@1.0.0..9.0.0",
    directory: join(room, "none"),
    npm: await tinySum(),
  });
  await expect(asked).rejects.toMatchObject({
    code: "REPLAY_UNAVAILABLE",
    message: "npm could not fetch tiny-sum@9.0.0: No matching version found for tiny-sum@9.0.0.",
  });
});

test.each([
  "tiny-sum",
  "tiny-sum@1.0.0",
  "tiny-sum@^1..2",
  "../x@1.0.0..1.1.0",
  "--x@1.0.0..1.1.0",
  "a@1.0.0..latest",
])("npm is never asked for %s", async (spec) => {
  const npm: Npm = async () => {
    throw new Error("npm was asked");
  };
  await expect(prepareReplay({ spec, directory: join(room, "never"), npm })).rejects.toMatchObject({
    code: "REPLAY_UNAVAILABLE",
  });
});

needs("an npm registry")(
  "minimist 1.2.6 is red without its source, and green as published",
  async () => {
    const { directory, script } = await prepareReplay({
      spec: "minimist@1.2.5..1.2.6",
      directory: join(room, "minimist"),
      npm: realNpm,
    });
    const { setup, gate } = await commandsIn(directory);
    for (const command of setup)
      expect(run("bash", ["-c", command], directory)).toMatchObject({ exitCode: 0 });
    const green = (): boolean => run("bash", ["-c", gate], directory).exitCode === 0;
    const writes = script.milestones
      .flatMap(({ turns }) => turns.flatMap(({ tools }) => tools))
      .flatMap(({ name, input }) =>
        name === "write" ? [[String(input.file_path), String(input.content)] as const] : [],
      );
    expect(writes.map(([path]) => path)).toEqual(["index.js", "readme.markdown", "test/proto.js"]);
    const seen = [green()];
    for (const [path, content] of writes.toReversed()) {
      await writeFile(join(directory, path), content);
      seen.push(green());
    }
    expect(seen).toEqual([true, false, false, true]);
  },
  120_000,
);

async function commandsIn(directory: string): Promise<{ setup: string[]; gate: string }> {
  const { parse } = await import("yaml");
  const policy = parse(run("cat", [".github/daybreak.yml"], directory).output);
  return { setup: policy.setup, gate: policy.test[0] };
}
