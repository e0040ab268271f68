/** Finds a repository's own commands in the files it carries. Reads only what it is handed, and runs nothing. */

/** `because`: one sentence per tool that was found, for the log. */
export type Commands = { setup: string[]; build: string[]; test: string[]; because: string[] };

type Repository = {
  has: (path: string) => boolean;
  files: readonly string[];
  read: (path: string) => string;
};
type Found = { because: string; setup?: string[]; build?: string[]; test?: string[] };
type Detector = (repository: Repository) => Found | null;

/** Every ecosystem counts that is there; a Makefile only where nothing else knows how to test. */
const ECOSYSTEMS: readonly Detector[] = [node, deno, go, rust, python, gradle, maven];

/** `files`: every path at the commit. Setup may use the network; build and test are the gate commands. */
export function detectCommands(files: readonly string[], read: (path: string) => string | null): Commands {
  const paths = new Set(files);
  const repository: Repository = { has: (path) => paths.has(path), files, read: (path) => read(path) ?? "" };
  const found = ECOSYSTEMS.map((detect) => detect(repository)).filter((one) => one !== null);
  const makes = found.some(({ test }) => test) ? null : make(repository);
  const all = makes ? [...found, makes] : found;
  return {
    setup: all.flatMap(({ setup }) => setup ?? []),
    build: all.flatMap(({ build }) => build ?? []),
    test: all.flatMap(({ test }) => test ?? []),
    because: all.map(({ because }) => because),
  };
}

/** Package managers by their lock files. Those GitHub's runners lack come with Node's corepack. */
const LOCKS = {
  "pnpm-lock.yaml": ["pnpm", "command -v pnpm || corepack enable pnpm", "pnpm install --frozen-lockfile"],
  "yarn.lock": ["yarn", "command -v yarn || corepack enable yarn"],
  "bun.lock": ["bun", "bun install --frozen-lockfile"],
  "bun.lockb": ["bun", "bun install --frozen-lockfile"],
  "package-lock.json": ["npm", "npm ci"],
  "npm-shrinkwrap.json": ["npm", "npm ci"],
} as const;

/** What `npm init` writes for want of a test. */
const NO_TEST = "no test specified";

function node({ has, read }: Repository): Found | null {
  if (!has("package.json")) return null;
  const manifest = jsonObject(read("package.json"));
  if (!manifest) return { because: "package.json is not a JSON object: nothing is taken from it." };
  const lock = (Object.keys(LOCKS) as (keyof typeof LOCKS)[]).find(has);
  const [manager, ...locked] = lock ? LOCKS[lock] : (["npm"] as const);
  const frozen = read("yarn.lock").includes("__metadata:") ? "--immutable" : "--frozen-lockfile";
  const unlocked = hasDependencies(manifest) ? ["npm install --no-audit --no-fund"] : [];
  const scripts = objectAt(manifest, "scripts");
  const isScript = (name: string) => typeof scripts[name] === "string" && scripts[name] !== "";
  const hasTest = isScript("test") && !String(scripts.test).includes(NO_TEST);
  return {
    because: `package.json${lock ? ` with ${lock}` : ""}: ${manager} runs its scripts.`,
    setup: lock ? [...locked, ...(manager === "yarn" ? [`yarn install ${frozen}`] : [])] : unlocked,
    ...(isScript("build") ? { build: [`${manager} run build`] } : {}),
    ...(hasTest ? { test: [manager === "bun" ? "bun run test" : `${manager} test`] } : {}),
  };
}

function hasDependencies(manifest: Record<string, unknown>): boolean {
  const groups = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return (
    "workspaces" in manifest || groups.some((group) => Object.keys(objectAt(manifest, group)).length > 0)
  );
}

function deno({ has, read, files }: Repository): Found | null {
  const file = ["deno.json", "deno.jsonc"].find(has);
  if (file === undefined) return null;
  const task = /"tasks"\s*:\s*\{[^{}]*"test"\s*:/.test(read(file));
  const tested = task || files.some((path) => /(^|[._/])test\.(ts|tsx|mts|js|mjs|jsx)$/.test(path));
  return {
    because: `${file}: deno ${task ? "runs its task `test`" : "tests"}.`,
    setup: ["deno install"],
    ...(tested ? { test: [task ? "deno task test" : "deno test --allow-all"] } : {}),
  };
}

function go({ has }: Repository): Found | null {
  if (!has("go.mod")) return null;
  return {
    because: "go.mod: go builds and tests every package.",
    setup: has("go.sum") ? ["go mod download"] : [],
    build: ["go build ./..."],
    test: ["go test ./..."],
  };
}

function rust({ has }: Repository): Found | null {
  if (!has("Cargo.toml")) return null;
  const locked = has("Cargo.lock") ? " --locked" : "";
  return {
    because: "Cargo.toml: cargo builds and tests.",
    setup: [`cargo fetch${locked}`],
    build: [`cargo build${locked}`],
    test: [`cargo test${locked}`],
  };
}

/** The system's own Python refuses to install packages unless it is told that the machine is a throw-away. */
const PIP = "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install";

function python(repository: Repository): Found | null {
  const { has, read, files } = repository;
  const project = read("pyproject.toml");
  const sign = has("pytest.ini")
    ? "pytest.ini"
    : project.includes("[tool.pytest")
      ? "pyproject.toml"
      : files.find((path) => /(^|\/)(conftest|test_[^/]*|[^/]+_test)\.py$/.test(path));
  if (sign === undefined) return null;
  const because = `${sign}: pytest runs the tests.`;
  if (has("uv.lock")) return { because, setup: ["uv sync --locked"], test: ["uv run --no-sync pytest -q"] };
  if (has("poetry.lock")) return { because, setup: ["poetry install"], test: ["poetry run pytest -q"] };
  const wanted = ["requirements.txt", "requirements-dev.txt"].filter(has).map((path) => `-r ${path}`);
  const itself = has("setup.py") || project.includes("[build-system]") ? ["-e ."] : [];
  return {
    because,
    setup: [[PIP, "pytest", ...wanted, ...itself].join(" ")],
    test: ["python3 -m pytest -q"],
  };
}

function gradle({ has }: Repository): Found | null {
  if (!has("gradlew")) return null;
  return {
    because: "gradlew: Gradle compiles and tests.",
    setup: ["sh ./gradlew --no-daemon testClasses"],
    test: ["sh ./gradlew --no-daemon test"],
  };
}

function maven({ has }: Repository): Found | null {
  if (!has("mvnw")) return null;
  return {
    because: "mvnw: Maven compiles and tests.",
    setup: ["sh ./mvnw -B -q dependency:go-offline"],
    test: ["sh ./mvnw -B -q test"],
  };
}

function make({ has, read }: Repository): Found | null {
  const file = ["GNUmakefile", "makefile", "Makefile"].find(has);
  if (file === undefined || !/^test\s*:(?!=)/m.test(read(file))) return null;
  return { because: `${file} has a target \`test\`.`, test: ["make test"] };
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function objectAt(object: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = object[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
