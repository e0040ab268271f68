/** Sees to it that no job outlives its rehearsal: a small process of its own that waits for the rehearsal to die. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "#core/errors.ts";

export type Keeper = {
  /** Carried by every process of every job in DAYBREAK_REHEARSAL. */
  readonly mark: string;
  /** A process group to be killed when the rehearsal dies. */
  add(pid: number): void;
  remove(pid: number): void;
  close(): void;
};

/** Milliseconds another rehearsal's keeper may take to clear up before its folder counts as in use. */
const PATIENCE = 10_000;

/**
 * Runs in a process of its own, outside our process group. Its input ends when we end, however we end: then it kills
 * the groups it was told of, and on Linux whatever still carries the mark.
 */
const PROGRAM = `
const fs = require("node:fs");
const groups = new Set();
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => (line[0] === "+" ? groups.add(Number(line.slice(1))) : groups.delete(Number(line.slice(1)))));
lines.on("close", () => {
  const kill = (pid) => { try { process.kill(pid, "SIGKILL"); } catch {} };
  for (let round = 0; round < 3; round++) {
    for (const group of groups) kill(-group);
    let names = [];
    try { names = fs.readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)); } catch {}
    for (const name of names) {
      let text = "";
      try { text = fs.readFileSync("/proc/" + name + "/environ", "latin1"); } catch {}
      if (text.includes("DAYBREAK_REHEARSAL=" + process.argv[1]) && Number(name) !== process.pid) kill(Number(name));
    }
  }
  try { fs.unlinkSync(process.argv[2]); } catch {}
});
`;

/** @throws Failure KEEP_IN_USE while another rehearsal is alive on that folder. */
export async function openKeeper(lock: string): Promise<Keeper> {
  await takeOver(lock);
  const mark = `${process.pid}-${Math.round(performance.timeOrigin)}`;
  const child = spawn(process.execPath, ["-e", PROGRAM, mark, lock], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  writeFileSync(lock, String(child.pid));
  child.unref();
  // A keeper that is gone cannot be told anything; the rehearsal goes on without it.
  child.stdin.on("error", () => undefined);
  const tell = (line: string) => void child.stdin.write(`${line}\n`);
  return {
    mark,
    add: (pid) => tell(`+${pid}`),
    remove: (pid) => tell(`-${pid}`),
    close: () => release(child),
  };
}

function release(child: ChildProcess): void {
  child.stdin?.end();
}

async function takeOver(lock: string): Promise<void> {
  const begun = performance.now();
  while (existsSync(lock) && isAlive(Number(readFileSync(lock, "utf8")))) {
    if (performance.now() - begun > PATIENCE)
      throw new Failure(
        "KEEP_IN_USE",
        `another rehearsal is at work there (process ${readFileSync(lock, "utf8")})`,
      );
    await wait(50);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
