/** No sandbox at all: plain bash in a process group of its own. Only for the rehearsal's own bundled demo. */

import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { mergedStreams, supervise, tooLong } from "#adapters/sandbox/supervise.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/** How long killed processes may take to vanish, in milliseconds. A zombie nobody reaps must not hold us up. */
const MOST_WAITING = 200;

/** Confines nothing but the environment and the process group; a process that leaves the group survives. */
export function createBareSandbox(): Sandbox {
  return { name: "none (rehearsal only)", run };
}

async function run(command: SandboxCommand): Promise<SandboxRun> {
  const refusal = tooLong(command.script);
  if (refusal) return refusal;
  const child = spawn("bash", mergedStreams(command.script), {
    cwd: command.directory,
    env: { ...command.environment },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const group = child.pid;
  return await supervise(child, command, {
    kill: () => void signalGroup(group, "SIGKILL"),
    gone: async () => {
      const deadline = performance.now() + MOST_WAITING;
      while (signalGroup(group, 0) && performance.now() < deadline) await pause(5);
    },
  });
}

/** Whether there was anybody to signal. */
function signalGroup(group: number | undefined, signal: "SIGKILL" | 0): boolean {
  if (group === undefined) return false;
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
