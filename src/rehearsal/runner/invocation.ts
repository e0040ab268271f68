/** One process of a step with its environment files: starts it, and takes what it wrote when it ended. */

import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parsePairs } from "./commands.ts";
import type { Frame, LiveJob } from "./live.ts";
import { runProcess } from "./process.ts";

export type Invocation = {
  file: string;
  args: readonly string[];
  directory: string;
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
};

/** What one process left behind. `code` null: a signal ended it. */
export type Trace = { code: number | null; outputs: Record<string, string>; state: Record<string, string> };

const FILES = ["OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"] as const;

/** GitHub shows at most one MiB of summary per step. */
const LONGEST_SUMMARY = 1024 * 1024;

/** Throws when the process wrote to an environment file what GitHub refuses. */
export async function invoke(live: LiveJob, frame: Frame, invocation: Invocation): Promise<Trace> {
  const folder = join(live.temp, "_runner_file_commands", String(nextNumber(live)));
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(FILES.map((name) => [name, join(folder, name.toLowerCase())]));
  for (const file of Object.values(files)) writeFileSync(file, "");
  const code = await runProcess(live.machine, {
    file: invocation.file,
    args: invocation.args,
    directory: invocation.directory,
    signal: invocation.signal,
    onLine: live.log.listen(),
    environment: {
      ...live.env,
      ...frame.env,
      ...live.fixed,
      ...frame.fixed,
      ...invocation.environment,
      ...Object.fromEntries(Object.entries(files).map(([name, file]) => [`GITHUB_${name}`, file])),
      ...live.machine.options.environment,
      PATH: pathOf(live),
    },
  });
  const read = (name: (typeof FILES)[number]) => readFileSync(files[name] ?? "", "utf8");
  try {
    collectSummary(live, read("STEP_SUMMARY"));
    for (const [name, value] of parsePairs(read("ENV"))) {
      if (name.toUpperCase() === "NODE_OPTIONS")
        throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      live.env[name] = value;
    }
    for (const path of read("PATH").split(/\r?\n/)) if (path !== "") live.paths.unshift(path);
    return {
      code,
      outputs: Object.fromEntries(parsePairs(read("OUTPUT"))),
      state: Object.fromEntries(parsePairs(read("STATE"))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** PATH of every process of the job: what steps added, the Node of the runner, the machine's own. */
export function pathOf(live: LiveJob): string {
  const { nodePath, path } = live.machine.options;
  return [...live.paths, dirname(nodePath), path].join(":");
}

function collectSummary(live: LiveJob, summary: string): void {
  if (summary.trim() === "") return;
  if (Buffer.byteLength(summary) > LONGEST_SUMMARY)
    live.log.say("error: $GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k");
  else appendFileSync(join(live.folder, "summary.md"), live.masks.clean(summary));
}

const numbers = new WeakMap<LiveJob, number>();

function nextNumber(live: LiveJob): number {
  const number = (numbers.get(live) ?? 0) + 1;
  numbers.set(live, number);
  return number;
}
