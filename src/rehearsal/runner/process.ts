/** Runs one process of a step in a process group of its own. No process of the group outlives the step. */

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Machine } from "./machine.ts";

export type ProcessRequest = {
  file: string;
  args: readonly string[];
  directory: string;
  environment: Readonly<Record<string, string>>;
  onLine: (line: string) => void;
  /** Ends the process with GitHub's grace: SIGINT, SIGTERM, SIGKILL. */
  signal: AbortSignal;
};

/** GitHub's runner: SIGINT, 7.5 s, SIGTERM, 2.5 s, then the end. */
const GRACE = { interrupt: 7_500, terminate: 2_500 };

/** After the group is dead its output ends; a process that left the group may hold the pipe open, so wait no longer. */
const LAST_WORDS_MS = 200;

/** Resolves with the exit code, null if a signal ended it. Rejects if it cannot be started. */
export function runProcess(machine: Machine, request: ProcessRequest): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.file, [...request.args], {
      cwd: request.directory,
      env: request.environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) {
      child.once("error", reject);
      return;
    }
    machine.options.onSpawn?.(pid);
    const readers = [child.stdout, child.stderr].map((stream) =>
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", request.onLine),
    );
    const drained = Promise.all(readers.map((reader) => new Promise((done) => reader.once("close", done))));
    const forget = endAtSignal(machine, request.signal, pid);
    child.once("exit", async (code) => {
      forget();
      killGroup(pid, "SIGKILL");
      machine.options.onExit?.(pid);
      const patience = new AbortController();
      await Promise.race([drained, pause(LAST_WORDS_MS, patience.signal)]);
      patience.abort();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(code);
    });
  });
}

/** Like GitHub's runner, the soft signals go to the process itself; the last one takes its whole group. */
function endAtSignal(machine: Machine, signal: AbortSignal, pid: number): () => void {
  const grace = machine.options.grace ?? GRACE;
  const timers: NodeJS.Timeout[] = [];
  const end = () => {
    killOne(pid, "SIGINT");
    timers.push(setTimeout(() => killOne(pid, "SIGTERM"), grace.interrupt));
    timers.push(setTimeout(() => killGroup(pid, "SIGKILL"), grace.interrupt + grace.terminate));
  };
  const stop = () => killGroup(pid, "SIGKILL");
  if (machine.stopping.aborted) stop();
  else if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  machine.stopping.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", end);
    machine.stopping.removeEventListener("abort", stop);
    for (const timer of timers) clearTimeout(timer);
  };
}

/** Kills what left its process group but still carries the job's tracking id, as GitHub's runner does at a job's end. */
export function killOrphans(trackingId: string): void {
  if (process.platform !== "linux") return;
  const mark = `RUNNER_TRACKING_ID=${trackingId}`;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`, "latin1").split("\0").includes(mark))
        killOne(Number(entry), "SIGKILL");
    } catch {
      // Gone already, or another user's: not ours.
    }
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  killOne(-pid, signal);
}

function killOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
