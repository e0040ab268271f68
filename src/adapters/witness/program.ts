/** The program that was built, running confined and without network. Says when it is up and what it died of. */

import { setTimeout as pause } from "node:timers/promises";
import { type Confined, type Setting, startConfined } from "#adapters/witness/confined.ts";
import type { Door } from "#adapters/witness/door.ts";
import { ask } from "#adapters/witness/request.ts";
import type { Start } from "#core/policy-file.ts";
import type { Sandbox, SandboxRun } from "#ports/sandbox.ts";

/** Characters of the program's output that stand in a sentence. */
const LAST_WORDS = 600;

/** Milliseconds between two knocks at a program that is not up yet. */
const BETWEEN_KNOCKS = 100;

/** Milliseconds a program is given to fall over after it was asked something. */
const TO_FALL_OVER = 100;

export type Program = {
  door: Door;
  /** Null once it answers, else why it does not: a sentence. */
  comesUp(): Promise<string | null>;
  /** What it died of, a sentence, or null while it lives. */
  death(): Promise<string | null>;
  end(): Promise<void>;
};

export type Beginning = {
  sandbox: Sandbox;
  start: Start;
  setting: Omit<Setting, "command" | "doors" | "windows">;
  /** Seconds it may take to come up. */
  patience: number;
  redact: (text: string) => string;
};

export async function startProgram(beginning: Beginning): Promise<Program> {
  const { sandbox, start, setting, redact } = beginning;
  const confined = await startConfined(sandbox, {
    ...setting,
    command: ["bash", "-c", start.command],
    doors: [start.port],
    environment: { ...setting.environment, PORT: String(start.port), HOST: "127.0.0.1" },
  });
  const [door] = confined.doors;
  if (door === undefined) throw new Error("a program without a door");
  return {
    door,
    comesUp: () => comesUp(confined, door, beginning),
    async death() {
      const run = await Promise.race([confined.ended, pause(TO_FALL_OVER, null)]);
      return run && `the program ${endOf(run)}. ${lastWords(run, redact)}`;
    },
    end: () => confined.stop(),
  };
}

async function comesUp(
  { ended, stop }: Confined,
  door: Door,
  { start: { ready, port }, patience, redact }: Beginning,
): Promise<string | null> {
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, AbortSignal.timeout(patience * 1_000)]);
  const knocking = knock(door, { ready, port }, limit);
  const first = await Promise.race([knocking, ended]).finally(() => over.abort());
  if (first === null) return null;
  if (typeof first !== "string")
    return `The program ${endOf(first)} before it answered. ${lastWords(first, redact)}`;
  await stop();
  const time = `within ${Number(patience.toFixed(1))} seconds: ${first}`;
  const what = `GET ${ready} on 127.0.0.1:${port}`;
  return `The program did not answer ${what} ${time}. ${lastWords(await ended, redact)}`;
}

/** Null once there is an answer that is not the server's own failure; else what there was last. */
async function knock(
  door: Door,
  { ready, port }: { ready: string; port: number },
  limit: AbortSignal,
): Promise<string | null> {
  let last = "nothing listens there";
  while (!limit.aborted) {
    const said = await ask(door, port, { method: "GET", path: ready, body: null }, limit);
    if ("status" in said && said.status < 500) return null;
    if ("status" in said) last = `the last answer was ${said.status}`;
    else if (limit.aborted) last = "it was still silent";
    await pause(BETWEEN_KNOCKS);
  }
  return last;
}

function endOf({ exitCode, timedOut, seconds }: SandboxRun): string {
  if (timedOut) return `was stopped after ${seconds.toFixed(0)} seconds`;
  return `ended with exit code ${exitCode ?? "unknown"}`;
}

function lastWords({ output }: SandboxRun, redact: (text: string) => string): string {
  const end = redact(output).trim().slice(-LAST_WORDS).trim();
  return end === "" ? "It printed nothing." : `Its last words: ${end}`;
}
