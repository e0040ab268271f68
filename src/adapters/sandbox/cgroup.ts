/** Limits by the kernel's control groups (version 2), where its owner lets us make some. Moves no process of ours. */

import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Exceeded, Limits } from "#adapters/sandbox/limits.ts";

/** What must be handed down to a group of ours for it to limit anything. */
const CONTROLLERS = ["memory", "pids"];

export type Cgroup = { open(limits: Limits): Leaf };

/** A group for one command. */
export type Leaf = {
  /** Words in front of a command line that put it, and all it starts, into the group before it begins. */
  entering: readonly string[];
  /** What the kernel refused or killed for, if anything. */
  exceeded(): Exceeded | null;
  /** Removes the group. Call when its processes are gone. */
  close(): void;
};

/**
 * A process that shares its group with others cannot divide it, so ours stand beside our own: the parent must belong
 * to us and hand its controllers down, as a user's session does. Null where that is not so; rlimits remain.
 */
export function findCgroup(mounted = "/sys/fs/cgroup", self = "/proc/self/cgroup"): Cgroup | null {
  const own = /^0::(\/.+)$/m.exec(textOf(self) ?? "")?.[1];
  if (own === undefined) return null;
  const parent = join(mounted, dirname(own));
  const handedDown = (textOf(join(parent, "cgroup.subtree_control")) ?? "").trim().split(/\s+/);
  const isOurs = [parent, join(parent, "cgroup.procs")].every(isWritable);
  if (!isOurs || !CONTROLLERS.every((controller) => handedDown.includes(controller))) return null;
  let opened = 0;
  return { open: (limits) => openLeaf(join(parent, `daybreak-${process.pid}-${++opened}`), limits) };
}

function openLeaf(folder: string, { processes, memory }: Limits): Leaf {
  mkdirSync(folder);
  writeFileSync(join(folder, "pids.max"), String(processes));
  writeFileSync(join(folder, "memory.max"), String(memory));
  writeFileSync(join(folder, "memory.oom.group"), "1");
  return {
    entering: ["/bin/sh", "-c", 'echo 0 > "$0" && exec "$@"', join(folder, "cgroup.procs")],
    exceeded() {
      if (count(join(folder, "memory.events"), "oom_kill") > 0) return "memory";
      return count(join(folder, "pids.events"), "max") > 0 ? "processes" : null;
    },
    close() {
      try {
        rmdirSync(folder);
      } catch {
        // The kernel lets go of a process a moment after it has ended; an empty group harms nobody.
      }
    },
  };
}

function count(file: string, event: string): number {
  return Number(new RegExp(`^${event} (\\d+)$`, "m").exec(textOf(file) ?? "")?.[1] ?? 0);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
