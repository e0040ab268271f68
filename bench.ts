/** Measures what an owner waits for, prints one table, and exits 1 when a target is missed. Never leaves this machine. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "./src/adapters/sandbox/open-sandbox.ts";
import { Failure } from "./src/core/errors.ts";
import { parseRoadmap } from "./src/core/roadmap.ts";
import type { Sandbox } from "./src/ports/sandbox.ts";
import { Account } from "./src/rehearsal/account.ts";

/** One line of the table. A null `value` was not measured. The unit `×` is a ratio of two rows of the same run. */
export type Row = { what: string; value: number | null; unit: string; atMost?: number | undefined };

type Judgement = "met" | "missed" | "";

const ROOT = import.meta.dirname;

/** Odd, so that a median is one of the measured values. */
const ROUNDS = 11;

const MILESTONES = [100, 1_000, 10_000] as const;

/** What a published package holds. */
const PACKAGE: readonly string[] = [
  "package.json",
  ...JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).files,
];

/** Every row in words, and 1 if a target was missed. */
export function conclude(rows: readonly Row[]): { told: string; exitCode: 0 | 1 } {
  const missed = rows.filter((row) => judgementOf(row) === "missed");
  const sentence =
    missed.length === 0 ? "Every target is met." : `Missed: ${missed.map(({ what }) => what).join("; ")}.`;
  return { told: `${tableOf(rows)}\n\n${sentence}\n`, exitCode: missed.length === 0 ? 0 : 1 };
}

/** A target that was not measured is missed: silence is no success. */
function judgementOf({ value, atMost }: Row): Judgement {
  if (atMost === undefined) return "";
  return value !== null && value <= atMost ? "met" : "missed";
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.what,
    row.value === null ? "not measured" : figure(row.value),
    row.value === null ? "" : row.unit,
    row.atMost === undefined ? "" : `at most ${row.atMost}`,
    judgementOf(row),
  ]);
  const wide = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  return lines
    .map(([what = "", value = "", unit = "", ...judged]) =>
      [
        what.padEnd(wide(0)),
        value.padStart(wide(1)),
        unit.padEnd(wide(2)),
        judged[0]?.padEnd(wide(3)),
        judged[1],
      ]
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What every job pays before it does anything: the bundle up to its refusal of an unknown job, without a compile cache. */
function startUp(): Row[] {
  const bare: number[] = [];
  const bundle: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(node({}, "-e", "0").milliseconds);
    const refused = node({ INPUT_JOB: "bench" }, join(ROOT, "dist", "main.cjs"));
    if (refused.code !== 1 || !refused.stdout.includes("INPUT_INVALID")) throw new Error(refused.said);
    bundle.push(refused.milliseconds);
  }
  return [
    { what: "start-up: bare node", value: median(bare), unit: "ms" },
    { what: "start-up: dist/main.cjs", value: median(bundle), unit: "ms" },
    {
      what: "start-up: the bundle against bare node",
      value: median(bundle) / median(bare),
      unit: "×",
      atMost: 6,
    },
  ];
}

/** The bundled demo's night, as `npm run rehearse` plays it, and then the cycle in which nothing is left to do. */
function night(room: string): Row[] {
  const kept = join(room, "kept");
  const { cycles, seconds } = rehearsed(ROOT, kept);
  return [
    { what: "night: the demo", value: seconds, unit: "s", atMost: 30 },
    { what: "night: cycles", value: cycles.length, unit: "" },
    { what: "night: jobs", value: sum(cycles.map(({ jobs }) => jobs)), unit: "" },
    ...spread("REST requests per cycle", requestsOf(cycles, "rest"), { mean: 40, most: 100 }),
    ...spread("git requests per cycle", requestsOf(cycles, "git"), { mean: 30, most: 90 }),
    { what: "night: writes", value: sum(requestsOf(cycles, "writes")), unit: "" },
    ...idle(room, kept),
  ];
}

/** Played by a package without `dist/models.cjs`: a cycle with nothing to do must not load the model's SDK. */
function idle(room: string, kept: string): Row[] {
  const lean = join(room, "lean");
  const engine = join(ROOT, "dist", "models.cjs");
  for (const path of PACKAGE)
    cpSync(join(ROOT, path), join(lean, path), { recursive: true, filter: (source) => source !== engine });
  const { cycles, seconds } = rehearsed(lean, kept);
  return [
    { what: "idle cycle: without dist/models.cjs", value: seconds, unit: "s" },
    { what: "idle cycle: jobs", value: sum(cycles.map(({ jobs }) => jobs)), unit: "", atMost: 1 },
    { what: "idle cycle: writes", value: sum(requestsOf(cycles, "writes")), unit: "", atMost: 0 },
    { what: "idle cycle: REST requests", value: sum(requestsOf(cycles, "rest")), unit: "", atMost: 10 },
    { what: "idle cycle: git requests", value: sum(requestsOf(cycles, "git")), unit: "", atMost: 10 },
  ];
}

function requestsOf(cycles: Account["cycles"], kind: "rest" | "git" | "writes"): number[] {
  return cycles.map(({ requests }) => requests[kind]);
}

function spread(what: string, counts: readonly number[], target: { mean: number; most: number }): Row[] {
  return [
    { what: `${what}: mean`, value: sum(counts) / counts.length, unit: "", atMost: target.mean },
    { what: `${what}: most`, value: Math.max(...counts), unit: "", atMost: target.most },
  ];
}

/** A chain in which each milestone depends on the one before: the longest path the graph can have. */
function parse(): Row[] {
  const roadmaps = MILESTONES.map((count) => ({ count, text: roadmapOf(count), times: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++)
    for (const { count, text, times } of roadmaps) {
      const begun = performance.now();
      const { milestones, diagnostics } = parseRoadmap(text);
      // The first round warms up: the smallest roadmap would else be the only one to pay for compiling.
      if (round > 0) times.push(performance.now() - begun);
      if (milestones.length !== count || diagnostics.length > 0)
        throw new Error(
          `${count} generated milestones parse as ${milestones.length}: ${diagnostics[0]?.message}`,
        );
    }
  const taken = roadmaps.map(({ count, times }) => ({ count, milliseconds: median(times) }));
  const each = taken.map(({ count, milliseconds }) => (milliseconds * 1_000) / count);
  const growth = (each.at(-1) ?? Number.NaN) / (each[0] ?? Number.NaN);
  return [
    ...taken.flatMap(({ count, milliseconds }, index): Row[] => [
      {
        what: `parse: ${count} milestones`,
        value: milliseconds,
        unit: "ms",
        atMost: count === MILESTONES.at(-1) ? 2_000 : undefined,
      },
      { what: `parse: each of ${count}`, value: each[index] ?? null, unit: "µs" },
    ]),
    { what: "parse: each of the most against each of the fewest", value: growth, unit: "×", atMost: 4 },
  ];
}

/** What each command of a verification pays for its walls. */
export async function walls(room: string): Promise<Row[]> {
  const confined = await bubblewrap();
  const bare = await openSandbox({ bare: true, readable: [] });
  const times = { confined: [] as number[], bare: [] as number[] };
  for (let round = 0; confined !== null && round < ROUNDS; round++) {
    times.bare.push(await commandIn(bare, room));
    times.confined.push(await commandIn(confined, room));
  }
  const [inside, outside] = confined === null ? [null, null] : [median(times.confined), median(times.bare)];
  return [
    { what: "sandbox: `true` in bare bash", value: outside, unit: "ms" },
    { what: "sandbox: `true` behind its walls", value: inside, unit: "ms" },
    {
      what: "sandbox: the walls against bare bash",
      value: inside === null ? null : inside / outside,
      unit: "×",
    },
  ];
}

async function bubblewrap(): Promise<Sandbox | null> {
  try {
    return await openSandbox({ bare: false, readable: [] });
  } catch (error) {
    if (error instanceof Failure && error.code === "SANDBOX_UNAVAILABLE") return null;
    throw error;
  }
}

async function commandIn(sandbox: Sandbox, directory: string): Promise<number> {
  const begun = performance.now();
  const { exitCode, output } = await sandbox.run({
    script: "true",
    directory,
    writable: [directory],
    environment: { PATH: process.env.PATH ?? "" },
    network: "none",
    seconds: 20,
  });
  if (exitCode !== 0) throw new Error(output);
  return performance.now() - begun;
}

function roadmapOf(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `### M${index + 1} — Step ${index + 1} 📝
**Objective:** Take step ${index + 1}.
**Depends on:** ${index === 0 ? "none" : `M${index}`}
**Acceptance criteria:**
- \`npm test -- step-${index + 1}\` passes
`,
  ).join("\n");
}

/** One rehearsal as its owner waits for it, start and end of the process included. */
function rehearsed(packageRoot: string, kept: string): Pick<Account, "cycles" | "seconds"> {
  const { code, stdout, stderr, milliseconds, said } = node(
    process.env,
    ...[join(packageRoot, "dist", "cli.cjs"), "rehearse", "--keep", kept, "--json"],
  );
  if (code !== 0 || stderr !== "") throw new Error(said);
  return { cycles: Account.parse(JSON.parse(stdout)).cycles, seconds: milliseconds / 1_000 };
}

function node(env: NodeJS.ProcessEnv, ...args: string[]) {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  const milliseconds = performance.now() - begun;
  return { code: status, stdout, stderr, milliseconds, said: `${args.join(" ")}\n${stdout}${stderr}` };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 2 : 0);
}

/** Takes minutes: what is measured is said as it comes. */
async function trains(sizes: readonly number[] = []): Promise<Row[]> {
  const { trainRows } = await import("./bench-train.ts");
  return await trainRows(sizes, (line) => process.stderr.write(`${line}\n`));
}

/** `bench.ts train 4 8` measures trains alone, of these lengths. */
async function main([only, ...words]: readonly string[]): Promise<void> {
  const sizes = words.map(Number);
  const room = mkdtempSync(join(tmpdir(), "daybreak-bench-"));
  const busy = () => loadavg()[0]?.toFixed(1) ?? "unknown";
  try {
    const [before, cores] = [busy(), availableParallelism()];
    const { told, exitCode } = conclude(
      only === "train"
        ? await trains(sizes)
        : [...startUp(), ...parse(), ...(await walls(room)), ...night(room), ...(await trains())],
    );
    const machine = `Node ${process.versions.node}, ${cores} cores, load ${before} before and ${busy()} after`;
    process.stdout.write(`${machine}\n\n${told}`);
    process.exitCode = exitCode;
  } finally {
    rmSync(room, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (import.meta.main) await main(process.argv.slice(2));
