/** What runs in the sandbox around an engine: gives it standard streams that lead to us, and one way to the model. Reads no byte. */

import type { ChildProcess, SpawnOptions } from "node:child_process";
import type { Socket } from "node:net";
import { couple } from "#adapters/witness/forwarder.ts";

export type Errand = {
  /** The unix socket of ours that the program's standard input and output lead to. */
  streams: string;
  /** The unix socket of ours that leads to the model's service; null: there is no way to any. */
  model: string | null;
  /** For bash. Its exit code is the go-between's. */
  script: string;
};

/** The variable that tells the program where the model's service is. */
const ADDRESS = "ANTHROPIC_BASE_URL";

/** The file the sandbox runs, with an errand in JSON as its only argument. */
export const GO_BETWEEN = `(${between.toString()})(
  ${couple.toString()},
  require("node:net"),
  require("node:child_process").spawn,
  process,
  ${JSON.stringify(ADDRESS)},
);
`;

/** It is handed all it needs, because only its text gets inside. */
function between(
  join: typeof couple,
  net: Pick<typeof import("node:net"), "connect" | "createServer">,
  spawn: (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess,
  self: Pick<NodeJS.Process, "argv" | "env" | "exit">,
  address: string,
): void {
  const { streams, model, script }: Errand = JSON.parse(self.argv[2] ?? "");
  const half = { allowHalfOpen: true };
  const lastWords = 500;
  const start = (port: number | null): void => {
    const ours: Socket = net.connect({ path: streams, ...half });
    const env = { ...self.env, ...(port === null ? {} : { [address]: `http://127.0.0.1:${port}` }) };
    const child = spawn("/bin/bash", ["-c", script], { stdio: ["pipe", "pipe", "inherit"], env });
    const end = (code: number | null): void => {
      const leave = (): void => self.exit(code ?? 137);
      ours.end(leave);
      setTimeout(leave, lastWords);
    };
    child.stdin?.on("error", () => undefined);
    if (child.stdin) ours.pipe(child.stdin);
    child.stdout?.pipe(ours, { end: false });
    // Whoever wanted it is gone: it may come to an end in good order, for as long as it is let.
    ours.on("error", () => undefined).once("close", () => child.kill("SIGTERM"));
    child.once("error", () => end(127));
    // What it started may hold its output open: that is waited for, but not for long.
    child.once("exit", (code) => {
      setTimeout(() => end(code), lastWords).unref();
      child.once("close", () => end(code));
    });
  };
  if (model === null) {
    start(null);
    return;
  }
  const server = net.createServer(half, (caller) => join(caller, net.connect({ path: model, ...half })));
  server.listen(0, "127.0.0.1", () => {
    const where = server.address();
    start(typeof where === "object" && where !== null ? where.port : null);
  });
}
