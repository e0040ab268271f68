import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bundle, buildAll, differences } from "../../bundle.ts";

const MODELS = "src/adapters/models.ts";
const BROWSER = "src/adapters/witness/browser.ts";

/** A house with the real packages and the real doors' names, but with next to nothing behind them. */
const HOUSE = {
  "src/main.ts": `import { parse } from "yaml";
    if (process.argv[2] === "work") import("#adapters/models.ts").then(({ say }) => console.log(say()));
    else console.log("plan", parse("a: 1").a);`,
  "src/adapters/court.ts": `import { parser } from "@lezer/javascript";
    export const read = (text: string): string => parser.parse(text).topNode.name;
    export const look = async (): Promise<string> => (await import("#adapters/witness/browser.ts")).look();`,
  [BROWSER]: `import { chromium } from "playwright-core";
    export const look = (): string => chromium.name();`,
  "src/adapters/engines.ts": `import { PROTOCOL_VERSION } from "@agentclientprotocol/sdk";
    export const speaks = (): number => PROTOCOL_VERSION;`,
  "src/adapters/key-proxy/process.ts": "process.exit(0);",
  "src/calibrate/calibrate.ts": `export const calibrate = (): string => "calibrated";`,
  [MODELS]: `import Anthropic from "@anthropic-ai/sdk";
    export function say(): string { return typeof new Anthropic({ apiKey: "none" }).beta.messages.toolRunner; }`,
  "src/cli.ts": `#!/usr/bin/env node
    import { data } from "@actions/expressions";
    import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
    import { Octokit } from "@octokit/rest";
    import { simpleGit } from "simple-git";
    import { parse } from "yaml";
    import * as z from "zod";
    const content = "on: push\\njobs:\\n  a:\\n    runs-on: ubuntu-24.04\\n    steps: [{ run: 'true' }]\\n";
    const { context } = parseWorkflow({ name: "ci.yml", content }, new NoOperationTraceWriter());
    simpleGit().raw("--version").then((git) => console.log(JSON.stringify([
      context.errors.getErrors().length, new data.StringData("x").value, typeof new Octokit().rest.pulls.list,
      parse("a: 1").a, z.string().parse("y"), git.slice(0, 11),
    ])));`,
};

const rooms: string[] = [];

async function aHouse(files: Record<string, string> = HOUSE): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "daybreak-bundle-")));
  rooms.push(root);
  await symlink(join(process.cwd(), "node_modules"), join(root, "node_modules"));
  await writeAll(root, { "package.json": await readFile("package.json", "utf8"), ...files });
  return root;
}

async function writeAll(root: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** What ships, alone in a folder: no sources and no packages to fall back on. */
async function shippedAlone(without: readonly string[] = []): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "daybreak-shipped-"));
  rooms.push(root);
  await writeAll(root, Object.fromEntries([...shipped].filter(([path]) => !without.includes(path))));
  return root;
}

async function run(cwd: string, ...command: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd }).catch(
    (failed) => failed,
  );
  return `${stdout}${stderr}`.trim();
}

let shipped: Map<string, Uint8Array>;

beforeAll(async () => {
  shipped = await buildAll(await aHouse());
});

afterAll(() => Promise.all(rooms.map((room) => rm(room, { recursive: true, force: true }))));

describe("the bundles", () => {
  test("are eight, with the licences of what is in them", () => {
    expect([...shipped.keys()].filter((path) => path.startsWith("dist/")).toSorted()).toEqual([
      "dist/browser.cjs",
      "dist/calibrate.cjs",
      "dist/cli.cjs",
      "dist/court.cjs",
      "dist/engines.cjs",
      "dist/key-proxy.cjs",
      "dist/licenses.txt",
      "dist/main.cjs",
      "dist/models.cjs",
    ]);
  });

  test("leave the model SDK to the one job that asks for it", async () => {
    const whole = await shippedAlone();
    const lean = await shippedAlone(["dist/models.cjs"]);
    expect(await run(lean, "dist/main.cjs", "plan")).toBe("plan 1");
    expect(await run(lean, "dist/main.cjs", "work")).toContain("models.cjs");
    expect(await run(whole, "dist/main.cjs", "work")).toBe("function");
    expect(Buffer.from(shipped.get("dist/main.cjs") ?? "").includes("anthropic-ai/sdk")).toBe(false);
  });

  test("carry a whole browser driver, read only when somebody looks", async () => {
    const root = await shippedAlone();
    const ask =
      'const court = require("./dist/court.cjs"); court.look().then((name) => console.log(court.read("1"), name));';
    expect(await run(root, "-e", ask)).toBe("Script chromium");
    expect(await run(await shippedAlone(["dist/browser.cjs"]), "-e", ask)).toContain("browser.cjs");
  });

  test("hold every package the command line needs", async () => {
    const said = await run(await shippedAlone(), "dist/cli.cjs");
    expect(said).toBe('[0,"x","function",1,"y","git version"]');
  });

  test("say which Node they need before anything else is loaded", async () => {
    const root = await shippedAlone();
    const old =
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } });';
    await writeAll(root, { "old.cjs": old });
    expect(await run(root, "--require", "./old.cjs", "dist/cli.cjs")).toBe(
      "NODE_TOO_OLD: this is Node 20.9.0. Install Node 22 or newer, or run it through the package's own npm scripts.",
    );
  });

  test("are the same bytes wherever and whenever they are built", async () => {
    const again = await buildAll(await aHouse());
    for (const [path, bytes] of shipped)
      expect(Buffer.compare(again.get(path) ?? new Uint8Array(), bytes), path).toBe(0);
  });

  test("name each package once, with its licence in full", () => {
    const sections = Buffer.from(shipped.get("dist/licenses.txt") ?? "")
      .toString()
      .split(`\n\n${"-".repeat(80)}\n\n`);
    const names = sections.map((section) => section.split("\n")[0] ?? "");
    expect(names).toContainEqual(expect.stringMatching(/^@anthropic-ai\/sdk \S+ \(\S+\)$/));
    expect(names).toContainEqual(expect.stringMatching(/^yaml \S+ \(ISC\)$/));
    expect(new Set(names).size).toBe(names.length);
    for (const section of sections)
      expect(section).toMatch(
        /permission|redistribution|public domain|licensed under|carries no licence text/i,
      );
    expect(sections.filter((section) => section.includes("carries no licence text")).length).toBeLessThan(2);
  });
});

describe("a build is refused", () => {
  const main: Bundle = { entry: "src/main.ts", file: "dist/main.cjs", node: 24, apart: [MODELS] };

  test("without its entry, by name", async () => {
    await expect(buildAll(await aHouse({}), [main])).rejects.toThrow("src/main.ts is missing: dist/main.cjs");
  });

  test("when what stands apart is imported at once", async () => {
    const root = await aHouse({
      ...HOUSE,
      "src/main.ts": 'import { say } from "#adapters/models.ts"; say();',
    });
    await expect(buildAll(root, [main])).rejects.toThrow(
      /src\/main\.ts:1:\d+ .*load it with `await import\(\)`/,
    );
  });

  test("when a module would lose its address in CommonJS", async () => {
    const root = await aHouse({ "src/main.ts": "console.log(import.meta.url);" });
    await expect(buildAll(root, [main])).rejects.toThrow(
      /src\/main\.ts:1:13 "import\.meta" is not available/,
    );
  });
});

test("a folder is compared with its sources byte for byte, and nothing may lie beside", async () => {
  const root = await aHouse({});
  await writeAll(root, Object.fromEntries(shipped));
  expect(await differences(root, shipped)).toEqual([]);
  await writeAll(root, { "dist/main.cjs": "changed", "dist/old.cjs": "" });
  await rm(join(root, "schemas/daybreak.schema.json"));
  expect(await differences(root, shipped)).toEqual([
    "dist/main.cjs differs from its sources",
    "dist/old.cjs is not built from anything: delete it",
    "schemas/daybreak.schema.json is missing",
  ]);
});

describe("the schema of the policy", () => {
  test("is committed as it is built", async () => {
    const schemas = [...shipped].filter(([path]) => path.startsWith("schemas/"));
    expect(await differences(process.cwd(), new Map(schemas))).toEqual([]);
  });

  test("accepts a policy and refuses a misspelt one", async () => {
    const validate = new Ajv2020().compile(
      JSON.parse(await readFile("schemas/daybreak.schema.json", "utf8")),
    );
    expect(validate({})).toBe(true);
    expect(validate({ land: "pull-request", test: "npm test", night: { from: "21:30" } })).toBe(true);
    expect(validate({ atempts: 2 })).toBe(false);
    expect(validate({ night: { from: "9:30" } })).toBe(false);
  });
});
