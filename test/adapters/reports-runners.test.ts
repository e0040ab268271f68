import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readReport } from "#adapters/reports/reports.ts";
import { canaryFell, canaryFor } from "#core/court/canary.ts";
import { type Asked, invocationOf } from "#core/court/invocation.ts";
import { outcomesOf, type TestResult } from "#core/court/results.ts";
import { detectRunner, type Runner } from "#core/court/runner.ts";
import { needs, type Test } from "../support/requirements.ts";
import { type Files, PROJECTS, type Project, packages, ROOT } from "./runner-projects.ts";

const room = await mkdtemp(join(tmpdir(), "runners-"));
afterAll(() => rm(room, { recursive: true, force: true }));

async function lay(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

let count = 0;

async function projectOf({
  runner: name,
  command,
  modules,
  files,
}: Project): Promise<{ folder: string; runner: Runner }> {
  count += 1;
  const folder = join(room, `${count}`);
  await lay(folder, files);
  if (modules !== null) await symlink(modules, join(folder, "node_modules"));
  const [runner, ...others] = detectRunner([command], (path) => files[path] ?? null);
  expect([runner?.name, others]).toEqual([name, []]);
  return { folder, runner: runner ?? { name: "other", words: "" } };
}

type Ran = { exitCode: number | null; results: TestResult[] | null; output: string };

async function run(runner: Runner, folder: string, asked: Asked): Promise<Ran> {
  const { command, format } = invocationOf(runner, asked);
  const report = join(await mkdtemp(join(room, "report-")), "report");
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, CI: "true", DAYBREAK_REPORT: report, GOFLAGS: "-mod=mod" };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  const text = await readFile(report, "utf8").catch(() => null);
  const output = `${stdout}${stderr}`;
  return { exitCode: status, output, results: readReport({ format }, { output, report: text }, folder) };
}

function table({ results, output }: Ran): string[] {
  expect(results, output).not.toBeNull();
  const lines = (results ?? []).map(
    ({ file, name, outcome, missing }) => `${outcome}${missing ? "!" : ""} ${file}: ${name}`,
  );
  return lines.sort();
}

for (const project of PROJECTS) {
  const { runner: name, good, broken, all, selected = all } = project;
  project.test(
    `what ${name} says becomes results: passed, failed, skipped, and what did not load`,
    async () => {
      const { folder, runner } = await projectOf(project);
      const whole = await run(runner, folder, { files: null, seed: null });
      expect(table(whole)).toEqual(all);
      expect(whole.exitCode).not.toBe(0);
      const both = await run(runner, folder, { files: [broken, good], seed: 7 });
      const others = new Set(all.filter((line) => line.includes("plain")));
      expect(table(both)).toEqual(selected.filter((line) => !others.has(line)));
      const one = await run(runner, folder, { files: [good], seed: null });
      expect(table(one)).toEqual(selected.filter((line) => !others.has(line) && !line.includes(broken)));
    },
  );

  project.test(`a canary beside a test of ${name} falls, and one that cannot fall is seen`, async () => {
    const { folder, runner } = await projectOf(project);
    const text = project.files[good] ?? "";
    const canary = canaryFor(runner, good, text, "k7");
    if (canary === null) throw new Error("no canary");
    await lay(folder, { [canary.path]: canary.text });
    const fallen = await run(runner, folder, { files: [canary.path], seed: null });
    expect([canaryFell(fallen.results, fallen.exitCode, canary.name), fallen.output]).toEqual([
      true,
      fallen.output,
    ]);
    const tame = canary.text.replace(/(?<=1\)?(?:, |\.\w+\(| == ))2/, "1").replace(/.*t\.Error.*/, "");
    expect(tame).not.toBe(canary.text);
    await lay(folder, { [canary.path]: tame });
    const standing = await run(runner, folder, { files: [canary.path], seed: null });
    expect(canaryFell(standing.results, standing.exitCode, canary.name)).toBe(false);
  });
}

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const each = (line: (name: string) => string): string => NAMES.map(line).join("\n");
const script = (head: string): string =>
  `${head}\n${each((name) => `test("${name}", () => appendFileSync("order", "${name}"));`)}`;

/** Each test leaves its name in a file: reports are not in the order in which tests ran. */
const SHUFFLED: [Runner, Test, Files][] = [
  [
    { name: "vitest", words: "vitest" },
    test,
    {
      "t.test.js": script('import { test } from "vitest";\nimport { appendFileSync } from "node:fs";'),
    },
  ],
  [
    { name: "jest", words: "jest" },
    needs("the runners' packages"),
    { "t.test.js": script('const { appendFileSync } = require("node:fs");') },
  ],
  [
    { name: "node:test", words: "node --test" },
    test,
    {
      "t.test.js": script(
        'const { test } = require("node:test");\nconst { appendFileSync } = require("node:fs");',
      ),
    },
  ],
  [
    { name: "pytest", words: "python3 -m pytest" },
    needs("pytest"),
    { "test_t.py": each((name) => `def test_${name}(): open("order", "a").write("${name}")`) },
  ],
  [
    { name: "go test", words: "go test" },
    needs("go"),
    {
      "go.mod": "module example.com/t\n\ngo 1.19\n",
      "t_test.go": `package t

import (
	"os"
	"testing"
)

func note(name string) {
	file, _ := os.OpenFile("order", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	file.WriteString(name)
	file.Close()
}

${each((name) => `func Test${name.toUpperCase()}(t *testing.T) { note("${name}") }`)}`,
    },
  ],
];

for (const [runner, when, files] of SHUFFLED) {
  when(
    `${runner.name} runs in another order for a seed, and in the same order for the same seed`,
    async () => {
      count += 1;
      const folder = join(room, `${count}`);
      await lay(folder, { "package.json": "{}", ...files });
      await symlink(
        runner.name === "vitest" ? join(ROOT, "node_modules") : packages,
        join(folder, "node_modules"),
      );
      const file = Object.keys(files).find((path) => path !== "go.mod") ?? "";
      const orderFor = async (seed: number | null): Promise<string> => {
        await rm(join(folder, "order"), { force: true });
        const { results, output } = await run(runner, folder, { files: [file], seed });
        expect(results, output).toHaveLength(NAMES.length);
        return await readFile(join(folder, "order"), "utf8");
      };
      const [usual, first, again] = [await orderFor(null), await orderFor(5), await orderFor(5)];
      expect(usual).toBe(NAMES.join(""));
      expect(first).toBe(again);
      expect(first).not.toBe(usual);
      expect([...first].sort().join("")).toBe(usual);
    },
  );
}

/** Names that a shell, a glob or an option parser would take for something else. */
const HOSTILE = [
  "a b.test.js",
  "$(touch pwned).test.js",
  "it's.test.js",
  '"; touch pwned; ".test.js',
  "-x.test.js",
  "`touch pwned`.test.js",
  "[ab].test.js",
  "*.test.js",
];

const READERS: [Runner, Test, string][] = [
  [{ name: "vitest", words: "vitest" }, test, 'import { test } from "vitest";\n'],
  [{ name: "node:test", words: "node --test" }, test, 'import test from "node:test";\n'],
  [{ name: "jest", words: "jest" }, needs("the runners' packages"), ""],
  [{ name: "mocha", words: "mocha" }, needs("the runners' packages"), "const test = it;\n"],
  [
    { name: "tape", words: "tape" },
    needs("the runners' packages"),
    'const tape = require("tape");\nconst test = (name, body) => tape(name, (t) => { body(); t.pass(); t.end(); });\n',
  ],
];

for (const [runner, when, head] of READERS) {
  when(`${runner.name} is given files by names that are hostile, and runs exactly those`, async () => {
    count += 1;
    const folder = join(room, `${count}`);
    const isModule = /^import/.test(head);
    const files = Object.fromEntries(HOSTILE.map((path, at) => [path, `${head}test("t${at}", () => {});`]));
    await lay(folder, {
      ...files,
      "package.json": JSON.stringify({ type: isModule ? "module" : "commonjs" }),
    });
    const modules = runner.name === "vitest" ? join(ROOT, "node_modules") : packages;
    await symlink(modules, join(folder, "node_modules"));
    for (const [at, path] of HOSTILE.entries()) {
      const { results, output } = await run(runner, folder, { files: [path], seed: null });
      const own = (results ?? []).filter(({ file }) => file === path || file === null);
      expect([...outcomesOf(own).values()], `${path}\n${output}`).toEqual(["passed"]);
      expect(own[0]?.name).toBe(`t${at}`);
    }
    expect(spawnSync("ls", [join(folder, "pwned")]).status).not.toBe(0);
  });
}
