/** Starts the process that holds the key and hands it over. Keeps only the pass that opens it. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Errand, KeyRules } from "#adapters/key-proxy/rules.ts";
import type { Spend } from "#core/outcome.ts";

export type KeyProxy = {
  /** Where the engine finds the model's service. */
  readonly url: string;
  /** What the engine shows there as its key. Worthless anywhere else, and after `close`. */
  readonly pass: string;
  readonly pid: number;
  /** So far, answers on their way not counted. Null when the process is gone. */
  spent(): Promise<Spend | null>;
  close(): Promise<void>;
};

/**
 * `entry`: the file of the proxy's process. `environment`: all it sees; nothing of ours is inherited.
 * JavaScript cannot wipe a string: the caller should drop every reference to the key after this, and that is all there
 * is to be done in our own memory.
 * @throws Error when the process does not start.
 */
export async function startKeyProxy({
  entry,
  key,
  rules,
  environment = {},
}: {
  entry: string;
  key: string;
  rules: KeyRules;
  environment?: Readonly<Record<string, string>>;
}): Promise<KeyProxy> {
  const pass = `daybreak-${randomBytes(24).toString("hex")}`;
  const child = spawn(process.execPath, [...hardening(), entry], {
    cwd: "/",
    env: { ...environment },
    stdio: ["pipe", "pipe", "ignore"],
    // A signal to our group ends us in good order; the proxy ends when we have ended.
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify({ key, pass, rules } satisfies Errand)}\n`);
  const askers: ((spent: Spend | null) => void)[] = [];
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const started = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the key's proxy ended with exit code ${code}`));
      for (const answer of askers.splice(0)) answer(null);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said: { url: string } | { spent: Spend } = JSON.parse(line);
      if ("url" in said) resolve(said.url);
      else askers.shift()?.(said.spent);
    });
  });
  const url = await started;
  return {
    url,
    pass,
    pid: child.pid ?? 0,
    async spent() {
      if (isGone()) return null;
      return await new Promise((answer) => {
        askers.push(answer);
        child.stdin.write("\n");
      });
    },
    async close() {
      if (isGone()) return;
      const exit = once(child, "exit");
      child.stdin.end();
      await exit;
    },
  };
}

/** Without this a signal would open a debugger's port on the process, and its memory with it. */
function hardening(): string[] {
  const flag = "--disable-sigusr1";
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : [];
}
