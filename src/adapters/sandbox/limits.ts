/** What one confined command may use of the machine, as one table, and how a shell is told. Watches nothing itself. */

import type { SandboxRun } from "#ports/sandbox.ts";

const MEGABYTE = 1024 ** 2;
const GIGABYTE = 1024 ** 3;

/** Sizes are in bytes. */
export type Limits = {
  /** Processes and threads at the same time: the kernel counts both. */
  processes: number;
  /** Memory of its own that one process may reserve, used or not. */
  processMemory: number;
  /** Memory that all its processes together use. */
  memory: number;
  /** What must stay free of the machine's memory, so that whoever watches can still answer. */
  memoryKept: number;
  /** The longest file it may write. */
  fileSize: number;
  /** How much the disk may fill up by what lies in its writable folders. */
  disk: number;
  /** What must stay free of the disk. */
  diskKept: number;
  /** The largest of each temporary folder it sees: they lie in memory. */
  temporary: number;
  /** Open files of one process. */
  openFiles: number;
  /** Seconds of computing of all its processes together, and of any one of them. */
  cpuSeconds: number;
};

/** Room for large builds and a browser on a runner of 16 GB; far from what makes such a runner fall silent. */
export const USUAL_LIMITS: Limits = {
  processes: 4_096,
  // V8 reserves half a gigabyte for every worker thread: less than this would end test runners on large machines.
  processMemory: 64 * GIGABYTE,
  memory: 12 * GIGABYTE,
  memoryKept: 512 * MEGABYTE,
  fileSize: 8 * GIGABYTE,
  disk: 20 * GIGABYTE,
  diskKept: GIGABYTE,
  temporary: 2 * GIGABYTE,
  openFiles: 16_384,
  cpuSeconds: 4 * 3_600,
};

/** Steps of niceness by which foreign code stands back behind whoever watches it. */
export const NICENESS = 5;

/** What a command was stopped for. */
export type Exceeded = "processes" | "memory" | "disk" | "cpu";

/** A run that may have been stopped at a limit other than its wall clock; `exitCode` is null then. */
export type LimitedRun = SandboxRun & { exceeded: Exceeded | null };

const SENTENCES: Readonly<Record<Exceeded, (limits: Limits) => string>> = {
  processes: ({ processes }) => `it had more than ${processes} processes and threads`,
  memory: ({ memory }) => `it took more than ${sizeOf(memory)} of memory, or nearly all there was`,
  disk: ({ disk }) => `it took more than ${sizeOf(disk)} of disk, or nearly all there was`,
  cpu: ({ cpuSeconds }) => `it computed for more than ${cpuSeconds} seconds`,
};

/** Stands at the end of the output of a command that was stopped. */
export function sayExceeded(exceeded: Exceeded, limits: Limits): string {
  return `[stopped: ${SENTENCES[exceeded](limits)}]\n`;
}

/**
 * Shell commands that lower the limits of the shell itself and of all it starts, for good. Where the machine allows
 * less already, it stays at that.
 */
export function lowering({ processes, processMemory, fileSize, openFiles, cpuSeconds }: Limits): string {
  const kilobytes = (bytes: number): number => Math.max(1, Math.floor(bytes / 1024));
  const rows = [
    ["c", 0],
    ["u", processes],
    // Not the address space: runtimes reserve far more of it than they ever use.
    ["d", kilobytes(processMemory)],
    ["f", kilobytes(fileSize)],
    ["n", openFiles],
    // The one who watches stops the command first, and can say why; this is for when nobody looks.
    ["t", 2 * cpuSeconds + 5],
  ];
  return rows.map(([name, value]) => `ulimit -${name} ${value} 2>/dev/null`).join("; ");
}

function sizeOf(bytes: number): string {
  return bytes >= GIGABYTE ? `${+(bytes / GIGABYTE).toFixed(1)} GB` : `${Math.round(bytes / MEGABYTE)} MB`;
}
