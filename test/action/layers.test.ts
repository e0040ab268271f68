import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

/** Where a line is planted, the line, and the rule that refuses it. */
type Planted = readonly [path: string, line: string, rule: "imports" | "globals" | "environment" | "nothing"];

const PLANTED: readonly Planted[] = [
  ["src/core/planted.ts", 'import { x } from "#prose/x.ts";', "imports"],
  ["src/core/planted.ts", 'import { x } from "#adapters/x.ts";', "imports"],
  ["src/core/planted.ts", 'import { x } from "../jobs/x.ts";', "imports"],
  ["src/core/planted.ts", 'import type { x } from "node:fs";', "imports"],
  ["src/core/planted.ts", 'export const x = await import("node:fs");', "imports"],
  ["src/core/planted.ts", 'export { x } from "#jobs/x.ts";', "imports"],
  ["src/core/planted.ts", 'import { parse } from "yaml";', "imports"],
  ["src/core/planted.ts", "export const x = Date.now();", "globals"],
  ["src/core/planted.ts", "export const x = new Intl.NumberFormat();", "globals"],
  ["src/core/planted.ts", "export const x = process.argv;", "globals"],
  ["src/core/planted.ts", "export const x = globalThis;", "globals"],
  ["src/core/time.ts", "export const x = process.argv;", "globals"],
  ["src/core/time.ts", "export const x = Date.parse;", "nothing"],
  ["src/core/planted.ts", 'import * as z from "zod"; export { z };', "nothing"],
  ["src/core/planted.ts", 'import { x } from "#core/x.ts"; export const y = x;', "nothing"],
  ["src/prose/planted.ts", 'import * as z from "zod";', "imports"],
  ["src/prose/planted.ts", 'import { x } from "#ports/x.ts";', "imports"],
  ["src/prose/planted.ts", "export const x = new Date();", "globals"],
  ["src/prose/planted.ts", 'import { x } from "#core/x.ts"; export const y = x;', "nothing"],
  ["src/ports/planted.ts", 'import { x } from "#prose/x.ts";', "imports"],
  ["src/ports/planted.ts", 'import { x } from "#adapters/x.ts";', "imports"],
  ["src/ports/planted.ts", "export const x = fetch;", "globals"],
  ["src/ports/planted.ts", 'import { x } from "#ports/x.ts"; export const y = x;', "nothing"],
  ["src/jobs/planted.ts", 'import { x } from "#adapters/x.ts";', "imports"],
  ["src/jobs/planted.ts", 'import { x } from "#rehearsal/x.ts";', "imports"],
  ["src/jobs/planted.ts", 'import { x } from "#src/main.ts";', "imports"],
  ["src/jobs/planted.ts", 'import { readFile } from "node:fs/promises";', "imports"],
  ["src/jobs/planted.ts", "export const x = fetch;", "globals"],
  ["src/jobs/planted.ts", "export const x = Date.now();", "globals"],
  ["src/jobs/planted.ts", 'import { x } from "#ports/x.ts"; export const y = x;', "nothing"],
  ["src/adapters/planted.ts", 'import { x } from "#jobs/x.ts";', "imports"],
  ["src/adapters/planted.ts", 'import { x } from "#rehearsal/x.ts";', "imports"],
  ["src/adapters/git/planted.ts", 'import { x } from "../../rehearsal/x.ts";', "imports"],
  ["src/adapters/git/planted.ts", 'import { x } from "#src/cli.ts";', "imports"],
  ["src/adapters/git/planted.ts", "export const x = process.env;", "environment"],
  [
    "src/adapters/git/planted.ts",
    'import { readFile } from "node:fs/promises"; export const x = readFile;',
    "nothing",
  ],
  ["src/rehearsal/planted.ts", 'import { x } from "#jobs/x.ts";', "imports"],
  ["src/rehearsal/forge/planted.ts", 'import { x } from "../../jobs/x.ts";', "imports"],
  ["src/rehearsal/planted.ts", 'import { x } from "#src/main.ts";', "imports"],
  ["src/rehearsal/planted.ts", 'import { x } from "#adapters/x.ts"; export const y = x;', "nothing"],
  ["src/cli.ts", 'import { x } from "./main.ts";', "imports"],
  ["src/main.ts", 'import { x } from "#src/cli.ts";', "imports"],
  ["src/main.ts", 'import { x } from "#jobs/x.ts"; export const y = x;', "nothing"],
  ["test/core/planted.test.ts", 'import { x } from "#src/main.ts";', "imports"],
  ["test/core/planted.test.ts", 'import { x } from "#core/x.ts"; export const y = x;', "nothing"],
];

const RULES: Record<string, Planted[2]> = {
  "lint/style/noRestrictedImports": "imports",
  "lint/style/noRestrictedGlobals": "globals",
  "lint/style/noProcessEnv": "environment",
};

const Report = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
});

let house: string;

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), "daybreak-layers-"));
});

afterAll(() => rm(house, { recursive: true, force: true }));

describe("the linter holds the layers", () => {
  test.each(PLANTED)("%s: %s → %s", async (path, line, rule) => {
    const room = await mkdtemp(join(house, "room-"));
    await mkdir(join(room, dirname(path)), { recursive: true });
    await copyFile("biome.json", join(room, "biome.json"));
    await writeFile(join(room, path), `${line}\n`);
    expect(await refusalsIn(room)).toEqual(rule === "nothing" ? [] : [rule]);
  });
});

async function refusalsIn(room: string): Promise<string[]> {
  const biome = join(process.cwd(), "node_modules", ".bin", "biome");
  const command = ["lint", "--vcs-enabled=false", "--reporter=json", "."];
  const { stdout } = await promisify(execFile)(biome, command, { cwd: room }).catch((refused) => refused);
  const { diagnostics } = Report.parse(JSON.parse(stdout));
  return [...new Set(diagnostics.flatMap(({ category }) => RULES[category] ?? []))];
}
