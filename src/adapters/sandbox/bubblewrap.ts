/** A sandbox of Linux namespaces, made by bubblewrap. Never runs a command less confined than asked for. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type Cgroup, findCgroup } from "#adapters/sandbox/cgroup.ts";
import {
  type Exceeded,
  type LimitedRun,
  type Limits,
  lowering,
  NICENESS,
  sayExceeded,
  USUAL_LIMITS,
} from "#adapters/sandbox/limits.ts";
import { mounts, type Visibility } from "#adapters/sandbox/mounts.ts";
import { ownersOnly } from "#adapters/sandbox/owners-only.ts";
import { mergedStreams, supervise, tooLong } from "#adapters/sandbox/supervise.ts";
import { watch } from "#adapters/sandbox/watch.ts";
import { Failure } from "#core/errors.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/**
 * The whole environment of bwrap itself. Its first process inside keeps what bwrap was started with, readable in
 * `/proc/1/environ`, `--clearenv` notwithstanding: so there must be nothing in it.
 */
const BARE_ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** The descriptor on which bwrap says which process is the first of the namespace. Closed inside, before the command starts. */
const STATUS = 3;

/** Who foreign code is inside, whoever started it: nobody, whom every system knows. */
const NOBODY = "65534";

/** A sandbox that says what a command was stopped for. */
export type LimitedSandbox = Omit<Sandbox, "run"> & { run(command: SandboxCommand): Promise<LimitedRun> };

type Confining = Visibility & { binary: string; limits: Limits; cgroup: Cgroup | null };

/**
 * Proves that the sandbox works before it hands it out. `limits`: what differs from the usual ones.
 * @throws Failure SANDBOX_UNAVAILABLE with what failed.
 */
export async function createBubblewrap({
  binary = "bwrap",
  readable = [],
  hidden = [],
  limits: different = {},
  cgroup = findCgroup(),
}: Partial<Pick<Confining, "binary" | "readable" | "hidden" | "cgroup">> & {
  limits?: Partial<Limits>;
} = {}): Promise<LimitedSandbox> {
  const version = await versionOf(binary);
  const limits = { ...USUAL_LIMITS, ...different };
  const confining: Confining = {
    ...{ binary, readable, hidden, limits, cgroup, temporary: limits.temporary },
    ...(process.getuid?.() === 0 ? { ownersOnly: ownersOnly() } : {}),
  };
  const sandbox = {
    name: `${version}, limits by ${cgroup === null ? "rlimits" : "cgroup and rlimits"}`,
    run: (command: SandboxCommand) => run(command, confining),
  };
  await selfTest(sandbox);
  return sandbox;
}

async function versionOf(binary: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(binary, ["--version"], { env: BARE_ENVIRONMENT });
    return stdout.trim();
  } catch (cause) {
    throw new Failure("SANDBOX_UNAVAILABLE", `The sandbox cannot start: ${binary} is not installed.`, {
      cause,
    });
  }
}

/** The namespaces inside must not be ours: else the walls are not there, whatever bwrap says. */
async function selfTest(sandbox: Sandbox): Promise<void> {
  const { exitCode, output } = await sandbox.run({
    script: "readlink /proc/self/ns/pid /proc/self/ns/net && test ! -w /usr",
    directory: "/",
    writable: [],
    environment: { PATH: BARE_ENVIRONMENT.PATH },
    network: "none",
    seconds: 20,
  });
  const inside = output.trim().split("\n");
  const outside = await Promise.all(["pid", "net"].map((kind) => readlink(`/proc/self/ns/${kind}`)));
  const apart = inside.length === 2 && inside.every((namespace, index) => namespace !== outside[index]);
  if (exitCode !== 0 || !apart) {
    throw new Failure(
      "SANDBOX_UNAVAILABLE",
      `The sandbox does not confine: its self-test said “${output.trim()}”.`,
    );
  }
}

async function run(command: SandboxCommand, confining: Confining): Promise<LimitedRun> {
  const refusal = tooLong(command.script);
  if (refusal) return { ...refusal, exceeded: null };
  const { limits } = confining;
  const leaf = confining.cgroup?.open(limits) ?? null;
  const [program, ...args] = [...(leaf?.entering ?? []), ...bwrapCommand(command, confining)];
  const child = spawn(program ?? confining.binary, args, {
    env: BARE_ENVIRONMENT,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const { firstProcess, hasRun } = statusOf(child);
  const complaint = firstWords(child);
  const kill = (): void => {
    child.kill("SIGKILL");
    const pid = firstProcess();
    if (pid !== null) killQuietly(pid);
  };
  let exceeded: Exceeded | null = null;
  const unwatch = watch({
    ...{ first: firstProcess, writable: command.writable, limits },
    onExceeded: (what) => {
      exceeded = what;
      kill();
    },
  });
  try {
    const result = await supervise(child, command, { kill, gone: () => untilGone(firstProcess()) });
    exceeded ??= leaf?.exceeded() ?? null;
    if (exceeded !== null) return stopped(result, exceeded, limits);
    if (result.exitCode !== null && !hasRun()) throw new Error(complaint());
    return { ...result, exceeded };
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("SANDBOX_UNAVAILABLE", `The sandbox cannot start: ${words}`, { cause });
  } finally {
    unwatch();
    leaf?.close();
  }
}

/** The limit is named where whoever reads the output will look, and the digest is of what the command itself wrote. */
function stopped(result: SandboxRun, exceeded: Exceeded, limits: Limits): LimitedRun {
  const { output } = result;
  const newline = output === "" || output.endsWith("\n") ? "" : "\n";
  return {
    ...result,
    exitCode: null,
    output: `${output}${newline}${sayExceeded(exceeded, limits)}`,
    exceeded,
  };
}

function bwrapCommand(command: SandboxCommand, confining: Confining): string[] {
  return [
    ...["nice", "-n", String(NICENESS), confining.binary],
    ...["--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY],
    ...(command.network === "open" ? ["--share-net"] : []),
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--json-status-fd", String(STATUS)],
    ...mounts(command, confining),
    "--clearenv",
    ...Object.entries(command.environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--chdir", command.directory, "--", "/bin/bash"],
    ...mergedStreams(command.script, lowering(confining.limits)),
  ];
}

/** What bwrap says of its own work, in JSON, while it goes on. */
function statusOf(child: ChildProcess): { firstProcess: () => number | null; hasRun: () => boolean } {
  let status = "";
  child.stdio[STATUS]?.on("data", (chunk: Buffer) => {
    status += chunk.toString();
  });
  return {
    /** The first process of the namespace, as we see it from outside. */
    firstProcess: () => Number(/"child-pid": (\d+)/.exec(status)?.[1] ?? 0) || null,
    /** Bwrap reports an exit code only for a command it could start. */
    hasRun: () => status.includes('"exit-code"'),
  };
}

/** Bwrap's own standard error; the command's is merged into its output. */
function firstWords(child: ChildProcess): () => string {
  let words = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(0, 1_000);
  });
  return () => words.trim() || "bwrap ended without a word.";
}

/** The kernel lets the first process of a pid namespace go last: when it is gone, so is everybody. */
async function untilGone(pid: number | null): Promise<void> {
  while (pid !== null && (await isAlive(pid))) {
    killQuietly(pid);
    await pause(2);
  }
}

/** A zombie is as good as gone: it only waits for somebody to read its exit code. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    return !["Z", "X"].includes(stat.slice(stat.lastIndexOf(")") + 2).charAt(0));
  } catch {
    return false;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}
