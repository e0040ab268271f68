/** What runs in the sandbox around a command: carries bytes between ports in there and sockets of ours. Reads none of them. */

import type { SpawnOptions } from "node:child_process";
import type { Socket } from "node:net";

/** A port inside, and the unix socket of ours it is bound to. */
export type Ends = { port: number; socket: string };

export type Errand = {
  /** Ports inside that are reached from outside. */
  doors: readonly Ends[];
  /** Ports inside that lead out, each to what its socket leads to. Open before the command starts. */
  windows: readonly Ends[];
  /** Program and arguments; its exit code is the forwarder's. */
  command: readonly [string, ...string[]];
};

/** The file the sandbox runs, with an errand in JSON as its only argument. */
export const FORWARDER = `(${forward.toString()})(
  ${couple.toString()},
  require("node:net"),
  require("node:child_process").spawn,
  process,
);
`;

/** Joins two half-open connections until both directions have ended. Also used outside. */
export function couple(left: Socket, right: Socket): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroySoon());
    from.pipe(to);
  }
}

/**
 * It is handed all it needs, because only its text gets inside. Every door is a handful of connections that wait at
 * the socket: nothing outside ever connects to a path that the sandbox could have put there. The first byte says that
 * one of them is taken.
 */
function forward(
  join: typeof couple,
  net: Pick<typeof import("node:net"), "connect" | "createServer">,
  spawn: (
    program: string,
    args: readonly string[],
    options: SpawnOptions,
  ) => import("node:events").EventEmitter,
  self: Pick<NodeJS.Process, "argv" | "exit">,
): void {
  const { doors, windows, command }: Errand = JSON.parse(self.argv[2] ?? "");
  const waiting = 8;
  const half = { allowHalfOpen: true };
  const reach = (tunnel: Socket, port: number, [host, ...others]: string[]): void => {
    if (host === undefined) return void tunnel.destroy();
    const inner = net.connect({ host, port, ...half });
    const refused = () => reach(tunnel, port, others);
    inner.once("error", refused).once("connect", () => {
      inner.off("error", refused);
      join(tunnel, inner);
      if (tunnel.destroyed) inner.destroy();
    });
  };
  const wait = ({ port, socket }: Ends): void => {
    const tunnel = net.connect({ path: socket, ...half });
    tunnel.on("error", () => tunnel.destroy());
    tunnel.once("data", (taken: Buffer) => {
      wait({ port, socket });
      tunnel.pause();
      if (taken.length > 1) tunnel.unshift(taken.subarray(1));
      reach(tunnel, port, ["127.0.0.1", "::1"]);
    });
  };
  for (const door of doors) for (let each = 0; each < waiting; each++) wait(door);
  const opened = windows.map(
    ({ port, socket }) =>
      new Promise<void>((open) => {
        const server = net.createServer(half, (caller) =>
          join(caller, net.connect({ path: socket, ...half })),
        );
        // Without namespaces of its own the port is taken by the very program it would lead to.
        server.once("error", () => open()).listen(port, "127.0.0.1", () => open());
      }),
  );
  void Promise.all(opened).then(() => {
    const [program, ...args] = command;
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", () => self.exit(127));
    child.once("exit", (code: number | null) => self.exit(code ?? 137));
  });
}
