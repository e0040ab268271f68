/** What a confined command sees of the file system, as arguments of bwrap. Mounts nothing itself. */

import { existsSync, realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import type { OwnersOnly } from "#adapters/sandbox/owners-only.ts";
import type { SandboxCommand } from "#ports/sandbox.ts";

/** Where other people's files, sockets and credentials lie. Inside, these folders are empty. */
const ALWAYS_HIDDEN = ["/tmp", "/var/tmp", "/run", "/home", "/root", "/mnt", "/media"];

/**
 * Where the kernel is told what to do. Bubblewrap leaves them writable when it runs as root in a user namespace of
 * its own: `/proc/sys/kernel/core_pattern` alone would be a way out.
 */
const KERNEL_SWITCHES = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"];

const NOTHING: OwnersOnly = { files: [], folders: [] };

/** Memory as a folder, for programs that share theirs. */
const SHARED_MEMORY = "/dev/shm";

export type Visibility = {
  /** Absolute paths that stay readable although a hidden folder holds them, such as the toolchain's. */
  readable: readonly string[];
  /** Absolute paths of further folders that are empty inside, such as the runner's own. */
  hidden: readonly string[];
  /** What only the owner of these may read, who is also the one who starts the sandbox. */
  ownersOnly?: OwnersOnly;
  /** The largest of each folder that is empty inside, in bytes: what is written there lies in memory. */
  temporary: number;
};

/**
 * Everything is read-only, and what is said of a folder holds for all below it until something is said of a deeper
 * one: a hidden folder in a readable one is hidden, a workspace in a hidden one is there.
 */
export function mounts(command: SandboxCommand, visibility: Visibility): string[] {
  const { readable, hidden, ownersOnly = NOTHING, temporary } = visibility;
  const { directory, writable, network, readable: own = [] } = command;
  const resolver = network === "open" ? resolverFiles() : [];
  const visible = [...resolver, ...readable, ...own, directory].filter(
    (path) => !writable.some((folder) => isWithin(path, folder)),
  );
  const empty = emptied(command, hidden);
  const isSecret = (path: string): boolean => existsSync(path) && !empty.some((root) => isWithin(path, root));
  const fresh = (path: string): string[] => ["--size", String(temporary), "--tmpfs", path];
  return [
    ...["--ro-bind", "/", "/", "--dev", "/dev", ...fresh(SHARED_MEMORY), "--remount-ro", "/dev"],
    ...["--proc", "/proc"],
    ...KERNEL_SWITCHES.flatMap((path) => ["--ro-bind-try", path, path]),
    ...[
      ...[...empty, ...ownersOnly.folders.filter(isSecret)].map((path) => ({ path, mount: fresh(path) })),
      ...ownersOnly.files.filter(isSecret).map((path) => ({ path, mount: ["--ro-bind", "/dev/null", path] })),
      ...visible.map((path) => ({ path, mount: ["--ro-bind-try", path, path] })),
      ...writable.map((path) => ({ path, mount: ["--bind", path, path] })),
    ]
      .sort((a, b) => depth(a.path) - depth(b.path))
      .flatMap(({ mount }) => mount),
  ];
}

/** Folders that are empty inside. HOME is one of them unless the command may write there or stands there. */
function emptied({ environment, directory, writable }: SandboxCommand, hidden: readonly string[]): string[] {
  const { HOME: home } = environment;
  const roots = [...ALWAYS_HIDDEN, ...hidden].filter((path) => existsSync(path));
  const given = home === undefined || [directory, ...writable].some((path) => isWithin(home, path));
  const fresh = !given && (existsSync(home) || roots.some((root) => isWithin(home, root)));
  return fresh ? [...roots, home] : roots;
}

/** The name resolver's configuration is often a link into `/run`, which is hidden. */
function resolverFiles(): string[] {
  try {
    return [realpathSync("/etc/resolv.conf")];
  } catch {
    return [];
  }
}

function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [resolve(path), resolve(folder)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

function depth(path: string): number {
  return resolve(path).split(sep).filter(Boolean).length;
}
