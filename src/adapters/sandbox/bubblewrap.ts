/** A sandbox of Linux namespaces, made by bubblewrap. Never runs a command less confined than asked for. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { mounts, type Visibility } from "#adapters/sandbox/mounts.ts";
import { mergedStreams, supervise, tooLong } from "#adapters/sandbox/supervise.ts";
import { Failure } from "#core/errors.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/**
 * The whole environment of bwrap itself. Its first process inside keeps what bwrap was started with, readable in
 * `/proc/1/environ`, `--clearenv` notwithstanding: so there must be nothing in it.
 */
const BARE_ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** The descriptor on which bwrap says which process is the first of the namespace. Closed inside, before the command starts. */
const STATUS = 3;

/**
 * Proves that the sandbox works before it hands it out.
 * @throws Failure SANDBOX_UNAVAILABLE with what failed.
 */
export async function createBubblewrap({
  binary = "bwrap",
  readable = [],
  hidden = [],
}: Partial<Visibility> & { binary?: string } = {}): Promise<Sandbox> {
  const name = await versionOf(binary);
  const sandbox = {
    name,
    run: (command: SandboxCommand) => run(binary, command, { readable, hidden }),
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

async function run(binary: string, command: SandboxCommand, visibility: Visibility): Promise<SandboxRun> {
  const refusal = tooLong(command.script);
  if (refusal) return refusal;
  const child = spawn(binary, bwrapArguments(command, visibility), {
    env: BARE_ENVIRONMENT,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const { firstProcess, hasRun } = statusOf(child);
  const complaint = firstWords(child);
  try {
    const result = await supervise(child, command, {
      kill: () => {
        child.kill("SIGKILL");
        const pid = firstProcess();
        if (pid !== null) killQuietly(pid);
      },
      gone: () => untilGone(firstProcess()),
    });
    if (result.exitCode !== null && !hasRun()) throw new Error(complaint());
    return result;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("SANDBOX_UNAVAILABLE", `The sandbox cannot start: ${words}`, { cause });
  }
}

function bwrapArguments(command: SandboxCommand, visibility: Visibility): string[] {
  return [
    "--unshare-all",
    ...(command.network === "open" ? ["--share-net"] : []),
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--json-status-fd", String(STATUS)],
    ...mounts(command, visibility),
    "--clearenv",
    ...Object.entries(command.environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--chdir", command.directory, "--", "/bin/bash", ...mergedStreams(command.script)],
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
