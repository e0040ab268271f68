/** Runs a command that talks to the running program, in a sandbox of its own with a window to it. Reads none of its words. */

import { type Setting, startConfined } from "#adapters/witness/confined.ts";
import type { Door } from "#adapters/witness/door.ts";
import type { WayOf } from "#core/milestone.ts";
import type { Sandbox } from "#ports/sandbox.ts";

/** Characters of its output that stand in a sentence. */
const LAST_WORDS = 600;

export async function probe(
  sandbox: Sandbox,
  { command }: WayOf<"probe">,
  { window, ...setting }: Omit<Setting, "command"> & { window: { port: number; door: Door } },
  redact: (text: string) => string,
): Promise<{ holds: boolean; seen: string; all: string }> {
  const confined = await startConfined(sandbox, {
    ...setting,
    command: ["bash", "-c", command],
    windows: [window],
    environment: { ...setting.environment, DAYBREAK_URL: `http://127.0.0.1:${window.port}` },
  });
  try {
    const { exitCode, output, seconds } = await confined.ended;
    const end = exitCode === null ? `was stopped after ${seconds.toFixed(0)} seconds` : `exited ${exitCode}`;
    const last = redact(output).trim().slice(-LAST_WORDS);
    const words = exitCode === 0 || last === "" ? "" : `: ${last}`;
    return { holds: exitCode === 0, seen: `\`${command}\` ${end}${words}`, all: output };
  } finally {
    await confined.stop();
  }
}
