/** Looks now and then at what one sandbox uses of the machine, and says so when it is too much. Kills nobody itself. */

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statfsSync } from "node:fs";
import { promisify } from "node:util";
import type { Exceeded, Limits } from "#adapters/sandbox/limits.ts";

/** Milliseconds between two looks. Shorter commands are never looked at. */
const EVERY = 200;

/** Ticks of the processor's clock in a second, as `/proc` counts them: the same on every Linux. */
const TICKS = 100;
/** Bytes in a page of memory, as `/proc` counts them. */
const PAGE = 4_096;
/** A disk that was full before does not blame a command that wrote less than this. */
const NOTHING_MUCH = 64 * 1024 ** 2;

type Use = { processes: number; memory: number; cpuSeconds: number };

/** `first`: the first process of the namespace, null while nobody knows. Gives back how to stop looking. */
export function watch(given: {
  first: () => number | null;
  writable: readonly string[];
  limits: Limits;
  onExceeded: (what: Exceeded) => void;
}): () => void {
  const { first, limits, writable, onExceeded } = given;
  const disk = diskWatch(writable, limits);
  const before = availableMemory();
  let over = false;
  const end = (): void => {
    over = true;
    clearInterval(timer);
  };
  const report = (what: Exceeded | null): void => {
    if (what === null || over) return;
    end();
    onExceeded(what);
  };
  const timer = setInterval(() => {
    const pid = first();
    if (pid === null) return;
    const short = isShort(before, availableMemory(), limits.memoryKept);
    report(tooMuch(useOf(pid), limits) ?? (short ? "memory" : null));
    if (!over) void disk().then(report);
  }, EVERY);
  return end;
}

function tooMuch({ processes, memory, cpuSeconds }: Use, limits: Limits): Exceeded | null {
  // The kernel refuses the one above the limit: who is at it has asked for more, or is about to.
  if (processes >= limits.processes) return "processes";
  if (memory > limits.memory) return "memory";
  return cpuSeconds > limits.cpuSeconds ? "cpu" : null;
}

/** Of every process that is in the first one's namespace. What ends while we look does not count. */
function useOf(first: number): Use {
  const total: Use = { processes: 0, memory: 0, cpuSeconds: 0 };
  const namespace = quietly(() => readlinkSync(`/proc/${first}/ns/pid`));
  if (namespace === null) return total;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || quietly(() => readlinkSync(`/proc/${pid}/ns/pid`)) !== namespace) continue;
    const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
    const statm = quietly(() => readFileSync(`/proc/${pid}/statm`, "latin1"));
    if (stat === null || statm === null) continue;
    // Fields are counted from the end of the name, which may hold anything: see proc(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, resident = 0, shared = 0] = statm.split(" ").map(Number);
    total.processes += Number(fields[17] ?? 1);
    total.cpuSeconds += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
    total.memory += (resident - shared) * PAGE;
  }
  return total;
}

/** Memory that belongs to no process alone, such as files in it, is only seen by what is left. */
function availableMemory(): number {
  const words = quietly(() => readFileSync("/proc/meminfo", "latin1")) ?? "";
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(words)?.[1];
  return kilobytes === undefined ? Number.POSITIVE_INFINITY : Number(kilobytes) * 1024;
}

/** A machine that had little to begin with does not blame a command for that: then most of the little must be gone. */
export function isShort(before: number, now: number, kept: number): boolean {
  return now < Math.min(kept, before / 4);
}

/** Free space is cheap to ask for; whose fault it is is asked only when it has gone. */
function diskWatch(writable: readonly string[], limits: Limits): () => Promise<Exceeded | null> {
  const before = writable.map(freeOn);
  let looking = false;
  return async () => {
    if (looking) return null;
    looking = true;
    const fell = writable.map((folder, index) => (before[index] ?? 0) - freeOn(folder));
    const isFull = writable.some(
      (folder, index) => (fell[index] ?? 0) > NOTHING_MUCH && freeOn(folder) < limits.diskKept,
    );
    const suspect = fell.some((bytes) => bytes > limits.disk);
    const exceeded = isFull || (suspect && (await sizeOf(writable)) > limits.disk);
    looking = false;
    return exceeded ? "disk" : null;
  };
}

function freeOn(folder: string): number {
  return (
    quietly(() => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    }) ?? 0
  );
}

/** Bytes on disk. What cannot be read counts nothing, and a walk that takes too long is for the next look. */
async function sizeOf(folders: readonly string[]): Promise<number> {
  const args = ["--summarize", "--block-size=1", "--one-file-system", "--", ...folders];
  const { stdout } = await promisify(execFile)("du", args, { timeout: 20_000 }).catch(
    (failed: { stdout?: string }) => ({ stdout: failed.stdout ?? "" }),
  );
  return stdout.split("\n").reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
}

function quietly<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch {
    return null;
  }
}
