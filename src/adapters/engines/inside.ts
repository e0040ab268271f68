/** A program in the sandbox whose standard streams are ours to use, with one way out: to the model's service. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Errand, GO_BETWEEN } from "#adapters/engines/go-between.ts";
import { couple } from "#adapters/witness/forwarder.ts";
import { quoted } from "#core/court/shell-words.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/** Hidden in the sandbox but for what is shown; a unix socket's path has room for 107 bytes only. */
const SHORT_FOLDER = "/tmp";

/** Milliseconds in which a program that was told to end may do so by itself. */
const PATIENCE = 2_000;

export type Inside = {
  /** Its standard input (writable) and output (readable). Destroying it tells the program to end. */
  streams: Promise<Socket>;
  /** Resolves when all of it is gone; `output` is its standard error. Rejects with SANDBOX_UNAVAILABLE. */
  ended: Promise<SandboxRun>;
  /** Tells it to end, then ends it. May be called when it has ended. */
  stop(): Promise<void>;
};

export type Program = Omit<SandboxCommand, "network" | "signal"> & {
  /** Where the model's service is for us; null: the program cannot reach any. */
  model: string | null;
  /** Files it is given, by name: their folder is in its environment as DAYBREAK_FILES. */
  files?: Readonly<Record<string, string>>;
};

export async function startInside(sandbox: Sandbox, program: Program): Promise<Inside> {
  const { script, model, files = {}, readable = [], environment, ...rest } = program;
  const folder = await mkdtemp(join(SHORT_FOLDER, "daybreak-engine-"));
  const goBetween = join(folder, "go-between.cjs");
  for (const [name, text] of Object.entries({ ...files, "go-between.cjs": GO_BETWEEN }))
    await writeFile(join(folder, name), text);
  const errand: Errand = {
    streams: join(folder, "streams"),
    model: model === null ? null : join(folder, "model"),
    script,
  };
  const taken = Promise.withResolvers<Socket>();
  const first = createServer({ allowHalfOpen: true }, taken.resolve);
  // Only the go-between's own: the program could knock there as well.
  first.maxConnections = 1;
  await listen(first, { path: errand.streams });
  const way = errand.model === null || model === null ? null : await openWay(errand.model, model);
  const stopping = new AbortController();
  const ended = sandbox.run({
    ...rest,
    script: `exec ${[process.execPath, goBetween, JSON.stringify(errand)].map(quoted).join(" ")}`,
    environment: { ...environment, DAYBREAK_FILES: folder },
    readable: [folder, process.execPath, ...readable],
    network: "none",
    signal: stopping.signal,
  });
  const over = ended.then(
    () => taken.reject(new Error("the program ended before it began")),
    (error: unknown) => taken.reject(error),
  );
  taken.promise.then(
    (socket) => socket.on("error", () => socket.destroy()),
    () => undefined,
  );
  return {
    streams: taken.promise,
    ended,
    async stop() {
      taken.promise.then(
        (socket) => socket.destroy(),
        () => undefined,
      );
      await Promise.race([over, pause(PATIENCE)]);
      stopping.abort();
      await over;
      first.close();
      way?.();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Lets whoever connects to the socket through to the service's address. Gives back how to end that. */
async function openWay(socket: string, url: string): Promise<() => void> {
  const { hostname: host, port } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (caller) => {
    open.add(caller.once("close", () => open.delete(caller)));
    couple(caller, connect({ host, port: Number(port), allowHalfOpen: true }));
  });
  await listen(server, { path: socket });
  return () => {
    server.close();
    for (const each of open) each.destroy();
  };
}

async function listen(server: Server, where: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(where, resolve);
  });
}
