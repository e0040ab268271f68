/** A confined command that stays, with doors into its loopback and windows out of it. It has no other network. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Door, openDoor, relay } from "#adapters/witness/door.ts";
import { type Errand, FORWARDER } from "#adapters/witness/forwarder.ts";
import { quoted } from "#core/court/shell-words.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/**
 * Where the sockets lie. Named outright: the sandbox hides this folder, so that nobody sees another's sockets, and the
 * path of a unix socket has room for 107 bytes only.
 */
const SHORT_FOLDER = "/tmp";

export type Confined = {
  /** In the order of the ports asked for. */
  doors: Door[];
  /** Resolves when it has ended, by itself or not. Rejects with SANDBOX_UNAVAILABLE. */
  ended: Promise<SandboxRun>;
  /** Ends it and all that belongs to it. May be called when it has ended. */
  stop(): Promise<void>;
};

export type Setting = Pick<SandboxCommand, "directory" | "writable" | "environment" | "seconds"> & {
  command: Errand["command"];
  readable?: readonly string[];
  /** Ports inside that we want to reach. */
  doors?: readonly number[];
  /** Ports inside that lead to somebody else's door. */
  windows?: readonly { port: number; door: Door }[];
};

export async function startConfined(sandbox: Sandbox, setting: Setting): Promise<Confined> {
  const { command, doors: ports = [], windows = [], readable = [], ...rest } = setting;
  const folder = await mkdtemp(join(SHORT_FOLDER, "daybreak-inside-"));
  const forwarder = join(folder, "forward.cjs");
  await writeFile(forwarder, FORWARDER);
  const inward = ports.map((port) => ({ port, socket: join(folder, `in-${port}`) }));
  const outward = windows.map(({ port, door }) => ({ port, door, socket: join(folder, `out-${port}`) }));
  const doors = await Promise.all(inward.map(({ socket }) => openDoor(socket)));
  const relays = await Promise.all(outward.map(({ socket, door }) => relay({ path: socket }, door)));
  const errand: Errand = {
    doors: inward,
    windows: outward.map(({ port, socket }) => ({ port, socket })),
    command,
  };
  const stopping = new AbortController();
  const ended = sandbox.run({
    ...rest,
    script: `exec ${[process.execPath, forwarder, JSON.stringify(errand)].map(quoted).join(" ")}`,
    readable: [folder, process.execPath, ...readable],
    network: "none",
    signal: stopping.signal,
  });
  const over = ended.then(
    () => undefined,
    () => undefined,
  );
  return {
    doors,
    ended,
    async stop() {
      stopping.abort();
      await over;
      for (const { close } of [...doors, ...relays]) close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
