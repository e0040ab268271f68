/** Our ends of the connections in and out of a sandbox. Never connects to a path that foreign code can write. */

import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { couple } from "#adapters/witness/forwarder.ts";

/** A port inside a sandbox, seen from outside. */
export type Door = {
  /** A connection to the port, as soon as one is to be had. Rejects when the door is closed or the signal fires. */
  connect(signal: AbortSignal): Promise<Socket>;
  close(): void;
};

/** Tells the other side that a waiting connection is taken. */
const TAKEN = Uint8Array.of(1);

/** Connections that may wait at one door. More are refused: only a flood wants more. */
const MOST_WAITING = 64;

/** Waits at a unix socket for the connections the forwarder inside offers. */
export async function openDoor(socket: string): Promise<Door> {
  const offered = new Set<Socket>();
  const callers = new Set<(tunnel: Socket) => void>();
  const server = createServer({ allowHalfOpen: true }, (tunnel) => {
    const [next] = callers;
    if (!next && offered.size >= MOST_WAITING) return void tunnel.destroy();
    tunnel.on("error", () => tunnel.destroy());
    if (next) return next(tunnel);
    offered.add(tunnel);
    tunnel.once("close", () => offered.delete(tunnel));
  });
  const close = await listen(server, { path: socket });
  const closing = new AbortController();
  return {
    async connect(signal) {
      const [first] = offered;
      if (first) offered.delete(first);
      const tunnel = first ?? (await arrival(callers, AbortSignal.any([signal, closing.signal])));
      tunnel.write(TAKEN);
      return tunnel;
    },
    close() {
      closing.abort(new Error("the door is closed"));
      close();
    },
  };
}

/** Lets whoever connects here through to the door. Gives back how to end that. */
export async function relay(
  where: ListenOptions,
  door: Door,
): Promise<{ server: Server; close: () => void }> {
  const server = createServer({ allowHalfOpen: true }, (caller) => {
    const gone = new AbortController();
    caller.on("error", () => caller.destroy()).once("close", () => gone.abort());
    door.connect(gone.signal).then(
      (tunnel) => couple(caller, tunnel),
      () => caller.destroy(),
    );
  });
  return { server, close: await listen(server, where) };
}

function arrival(callers: Set<(tunnel: Socket) => void>, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      callers.delete(take);
      reject(signal.reason);
    };
    const take = (tunnel: Socket): void => {
      callers.delete(take);
      signal.removeEventListener("abort", give);
      resolve(tunnel);
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", give, { once: true });
    callers.add(take);
  });
}

/** Gives back how to close the server and every connection it has. */
async function listen(server: Server, where: ListenOptions): Promise<() => void> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(where, resolve);
  });
  return () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
}
