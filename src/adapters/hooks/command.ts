/** Runs one hook: JSON in, exit code and both streams out, and nothing of it left behind. Judges nothing. */

import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { HookRun } from "#core/hook-ruling.ts";
import type { Hook } from "#core/hooks.ts";

export type Surroundings = {
  /** The owner's files at base. Also where it is started: a relative path never leads into a workspace. */
  project: string;
  /** Its whole environment; nothing of ours is inherited. */
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
};

/** Bytes of each stream that are heard. */
const MOST_OUTPUT = 1_000_000;

/** How long the pipes may stay open once the hook itself has ended, in milliseconds. */
const LAST_WORDS = 250;

/** The placeholder that Claude Code fills in where no shell would. */
const PROJECT = /\$\{CLAUDE_PROJECT_DIR\}/g;

export async function runHook(hook: Hook, input: string, surroundings: Surroundings): Promise<HookRun> {
  const { signal } = surroundings;
  const child = start(hook, surroundings);
  const heard = { stdout: listen(child.stdout), stderr: listen(child.stderr) };
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let failed: string | null = null;
  const stop = (because: string): void => {
    failed ??= because;
    kill(child);
  };
  const limit = setTimeout(() => stop(`it did not end within ${hook.seconds} seconds`), hook.seconds * 1_000);
  const onAbort = (): void => stop("the attempt ended before it did");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  // A hook may end without reading a word of its input.
  child.stdin?.on("error", () => undefined).end(input);
  const ended = await endOf(child);
  clearTimeout(limit);
  signal.removeEventListener("abort", onAbort);
  kill(child);
  await Promise.race([closed, pause(LAST_WORDS)]);
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  const end = failed === null ? ended : { failed };
  return { end, stdout: heard.stdout(), stderr: heard.stderr() };
}

/** A process group of its own, so that whatever it starts can be ended with it. */
function start({ command, args }: Hook, { project, environment }: Surroundings): ChildProcess {
  const [program, ...rest] =
    args === null
      ? ["bash", "--noprofile", "--norc", "-c", command]
      : [command, ...args].map((word) => word.replace(PROJECT, () => project));
  return spawn(program ?? "", rest, { cwd: project, env: environment, detached: true, stdio: "pipe" });
}

function endOf(child: ChildProcess): Promise<HookRun["end"]> {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve({ failed: `it could not be started: ${message}` }));
    child.once("exit", (exitCode, signal) =>
      resolve(exitCode === null ? { failed: `it was killed by ${signal}` } : { exitCode }),
    );
  });
}

function listen(stream: NodeJS.ReadableStream | null): () => string {
  const kept: Buffer[] = [];
  let total = 0;
  stream?.on("data", (chunk: Buffer) => {
    if (total < MOST_OUTPUT) kept.push(chunk.subarray(0, MOST_OUTPUT - total));
    total += chunk.length;
  });
  return () => Buffer.concat(kept).toString("utf8");
}

function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
