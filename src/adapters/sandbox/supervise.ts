/** Watches one confined child to its end: output, limit, signal, and that nothing of it is left. Starts nothing. */

import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { digestOf } from "#core/hash.ts";
import type { SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/** Output beyond this many bytes is dropped; only its digest goes on. */
const MOST_OUTPUT = 10_000_000;

/** How long the pipes may stay open once the process tree is gone, in milliseconds. */
const LAST_WORDS = 250;

/** `bash -c` arguments that run the script with both streams in one, so that their order is kept. `first` runs before. */
export function mergedStreams(script: string, first = ":"): string[] {
  return ["-c", `${first}; exec "$BASH" -c "$1" 2>&1`, "bash", script];
}

/** Linux takes no single argument of 128 KiB or more. */
const LONGEST_SCRIPT = 131_000;

/** Exit code of what cannot be executed, as a shell would say it. */
const CANNOT_EXECUTE = 126;

/** What comes of a script no shell can be started with; null if it is short enough. */
export function tooLong(script: string): SandboxRun | null {
  if (Buffer.byteLength(script) <= LONGEST_SCRIPT) return null;
  const output = "The command is too long to be started: write it to a file and run that.\n";
  const digest = digestOf(output);
  return { exitCode: CANNOT_EXECUTE, timedOut: false, output, truncated: false, digest, seconds: 0 };
}

export type Confinement = {
  /** Kills the whole tree, at once. May be called more than once, also when nothing is left. */
  kill: () => void;
  /** Resolves when no process of the tree is left. Called after the child itself has ended. */
  gone: () => Promise<void>;
};

/** Resolves when the child and all that it started are gone. Rejects only if it could not be started at all. */
export async function supervise(
  child: ChildProcess,
  { seconds, signal }: Pick<SandboxCommand, "seconds" | "signal">,
  { kill, gone }: Confinement,
): Promise<SandboxRun> {
  const started = performance.now();
  const output = collect(child);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let ended = false;
  let stopped: "limit" | "signal" | null = null;
  const stop = (by: "limit" | "signal"): void => {
    if (ended) return;
    stopped ??= by;
    kill();
  };
  const limit = setTimeout(() => stop("limit"), seconds * 1_000);
  const onAbort = (): void => stop("signal");
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  try {
    const exitCode = await exitOf(child);
    ended = true;
    kill();
    await gone();
    await Promise.race([closed, pause(LAST_WORDS)]);
    child.stdout?.destroy();
    return {
      exitCode: stopped === null ? exitCode : null,
      timedOut: stopped === "limit",
      ...output(),
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", onAbort);
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
}

function collect(child: ChildProcess): () => Pick<SandboxRun, "output" | "truncated" | "digest"> {
  const digest = createHash("sha256");
  const kept: Buffer[] = [];
  let total = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    digest.update(chunk);
    if (total < MOST_OUTPUT) kept.push(chunk.subarray(0, MOST_OUTPUT - total));
    total += chunk.length;
  });
  return () => ({
    output: Buffer.concat(kept).toString("utf8"),
    truncated: total > MOST_OUTPUT,
    digest: digest.digest("hex"),
  });
}
