import fc from "fast-check";
import { expect, test } from "vitest";
import { detectCommands } from "#core/detect.ts";

/** A repository of these files, said as one line per kind of command that was found. */
function found(files: Record<string, string>): string[] {
  const { because, ...commands } = detectCommands(Object.keys(files), (path) => files[path] ?? null);
  expect(because.every((sentence) => /^\S.*\.$/.test(sentence))).toBe(true);
  return Object.entries(commands).flatMap(([kind, all]) =>
    all.length > 0 ? [`${kind}: ${all.join(" · ")}`] : [],
  );
}

const TESTED = '{ "scripts": { "test": "node --test" } }';
const BUILT = '{ "scripts": { "test": "vitest run", "build": "tsc" }, "devDependencies": { "vitest": "5" } }';

const table: [string, Record<string, string>, string[]][] = [
  ["nothing in an empty repository", {}, []],
  ["a package without dependencies needs no setup", { "package.json": TESTED }, ["test: npm test"]],
  [
    "dependencies without a lock are installed",
    { "package.json": BUILT },
    ["setup: npm install --no-audit --no-fund", "build: npm run build", "test: npm test"],
  ],
  [
    "an npm lock is installed as it stands",
    { "package.json": BUILT, "package-lock.json": "{}" },
    ["setup: npm ci", "build: npm run build", "test: npm test"],
  ],
  [
    "pnpm",
    { "package.json": BUILT, "pnpm-lock.yaml": "" },
    [
      "setup: command -v pnpm || corepack enable pnpm · pnpm install --frozen-lockfile",
      "build: pnpm run build",
      "test: pnpm test",
    ],
  ],
  [
    "yarn 1",
    { "package.json": TESTED, "yarn.lock": "# yarn lockfile v1\n" },
    ["setup: command -v yarn || corepack enable yarn · yarn install --frozen-lockfile", "test: yarn test"],
  ],
  [
    "newer yarn",
    { "package.json": TESTED, "yarn.lock": "__metadata:\n  version: 8\n" },
    ["setup: command -v yarn || corepack enable yarn · yarn install --immutable", "test: yarn test"],
  ],
  [
    "bun runs the script, not its own runner",
    { "package.json": TESTED, "bun.lock": "" },
    ["setup: bun install --frozen-lockfile", "test: bun run test"],
  ],
  [
    "the placeholder of npm init is no test",
    { "package.json": '{ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }' },
    [],
  ],
  ["a broken package.json gives nothing", { "package.json": "{" }, []],
  ["a package.json that is no object gives nothing", { "package.json": "[]" }, []],
  [
    "Go with dependencies",
    { "go.mod": "module m", "go.sum": "" },
    ["setup: go mod download", "build: go build ./...", "test: go test ./..."],
  ],
  ["Go without", { "go.mod": "module m" }, ["build: go build ./...", "test: go test ./..."]],
  [
    "Rust keeps to its lock",
    { "Cargo.toml": "", "Cargo.lock": "" },
    ["setup: cargo fetch --locked", "build: cargo build --locked", "test: cargo test --locked"],
  ],
  [
    "Python by its test files",
    { "pyproject.toml": "[build-system]", "requirements.txt": "", "tests/test_notes.py": "" },
    [
      "setup: PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install pytest -r requirements.txt -e .",
      "test: python3 -m pytest -q",
    ],
  ],
  ["Python without tests has no gate", { "pyproject.toml": "[project]", "notes.py": "" }, []],
  [
    "Python with uv",
    { "pyproject.toml": "[tool.pytest.ini_options]", "uv.lock": "" },
    ["setup: uv sync --locked", "test: uv run --no-sync pytest -q"],
  ],
  [
    "deno by its task",
    { "deno.jsonc": '{ // ours\n "tasks": { "test": "deno test -A" } }' },
    ["setup: deno install", "test: deno task test"],
  ],
  [
    "deno by its test files",
    { "deno.json": "{}", "src/notes_test.ts": "" },
    ["setup: deno install", "test: deno test --allow-all"],
  ],
  [
    "Gradle by its wrapper",
    { gradlew: "" },
    ["setup: sh ./gradlew --no-daemon testClasses", "test: sh ./gradlew --no-daemon test"],
  ],
  [
    "Maven by its wrapper",
    { mvnw: "" },
    ["setup: sh ./mvnw -B -q dependency:go-offline", "test: sh ./mvnw -B -q test"],
  ],
  ["a Makefile's target", { Makefile: "all:\n\ntest: all\n\t./run\n" }, ["test: make test"]],
  ["a Makefile's variable is no target", { Makefile: "test := unit\ntests: x\n" }, []],
  ["a Makefile is asked last", { Makefile: "test:\n", "package.json": TESTED }, ["test: npm test"]],
  [
    "but asked where the package has no test",
    { Makefile: "test:\n", "package.json": "{}" },
    ["test: make test"],
  ],
  [
    "two ecosystems are both tested",
    { "package.json": TESTED, "go.mod": "" },
    ["build: go build ./...", "test: npm test · go test ./..."],
  ],
  [
    "a package in a folder is not the repository's",
    { "examples/package.json": TESTED, "vendor/go.mod": "" },
    [],
  ],
];

test.each(table)("%s", (_, files, expected) => {
  expect(found(files)).toEqual(expected);
});

test("what is found is said in sentences", () => {
  const files = { "package.json": TESTED, "package-lock.json": "{}", "go.mod": "" };
  expect(detectCommands(Object.keys(files), () => TESTED).because).toEqual([
    "package.json with package-lock.json: npm runs its scripts.",
    "go.mod: go builds and tests every package.",
  ]);
});

test("no package.json makes it throw", () => {
  const manifest = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ scripts: fc.anything() }).map((one) => JSON.stringify(one)),
  );
  fc.assert(
    fc.property(manifest, (text) => {
      const { test } = detectCommands(["package.json"], () => text);
      expect(test.length).toBeLessThanOrEqual(1);
    }),
  );
});
