/** Builds a stage full of canaries around a sandbox, attacks it from within, and tells what was open. Leaves nothing behind. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type ListenOptions, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { LimitedRun, Limits } from "#adapters/sandbox/limits.ts";
import { holeIn, PROBES, type Probe, type Stage } from "#adapters/sandbox/probes.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";

/** `because`: what was open; null where it is blocked. */
export type Row = { id: string; name: string; because: string | null };

/** A sandbox as jobs open it: with these folders hidden, and what differs from the usual limits. */
export type OpenFor = (given: { hidden: readonly string[]; limits: Partial<Limits> }) => Promise<Sandbox>;

/** Memory that looks like a disk of its own: what others do on the real one does not disturb. */
const OWN_DISK = "/dev/shm";

/** Seconds for one probe. */
const PATIENCE = 30;
/** Milliseconds until a survivor would have left its mark. */
const MARKED = 1_500;

export async function attack(open: OpenFor, probes: readonly Probe[] = PROBES): Promise<Row[]> {
  const { stage, strike } = await build();
  try {
    const rows: Row[] = [];
    for (const probe of probes) rows.push(await run(probe, stage, open));
    return rows;
  } finally {
    await strike();
  }
}

async function run(probe: Probe, stage: Stage, open: OpenFor): Promise<Row> {
  const { id, name, stoppedFor } = probe;
  const sandbox = await open({ hidden: [stage.runner], limits: stoppedFor?.limits ?? {} });
  const ran = await sandbox.run(commandFor(probe.script(stage), stage));
  const mark = probe.leaves?.(stage);
  if (mark !== undefined) await pause(MARKED);
  const left = mark !== undefined && existsSync(mark);
  return { id, name, because: holeIn(probe, { exceeded: null, ...(ran as SandboxRun | LimitedRun) }, left) };
}

function commandFor(script: string, { workspace, node }: Stage): SandboxCommand {
  const environment = allowedEnvironment({ path: "/usr/local/bin:/usr/bin:/bin", home: workspace });
  return {
    script: `${script}\necho probed`,
    ...{ directory: workspace, writable: [workspace], readable: [node], environment },
    ...{ network: "none", seconds: PATIENCE },
  };
}

/** Every secret a runner has, at the places where it has them. */
async function build(): Promise<{ stage: Stage; strike: () => Promise<void> }> {
  const canary = `daybreak-canary-${randomBytes(8).toString("hex")}`;
  const parent = existsSync(OWN_DISK) ? OWN_DISK : await realpath(tmpdir());
  const room = await mkdtemp(join(parent, "daybreak-doctor-"));
  const [workspace, secrets, runner] = ["workspace", "secrets", "runner"].map((name) => join(room, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [workspace, secrets, join(runner, "_runner_file_commands")])
    await mkdir(folder, { recursive: true });
  await writeFile(join(secrets, "secret"), canary);
  await writeFile(join(runner, "credentials"), `extraheader = AUTHORIZATION: basic ${canary}`);
  await writeFile(join(runner, "_runner_file_commands", "set_env"), "");
  const socket = join(await mkdtemp(join(await realpath("/tmp"), "daybreak-doctor-")), "socket");
  const abstract = `daybreak-${canary.slice(-8)}`;
  const loopback = await greeting(canary, { host: "127.0.0.1", port: 0 });
  const { port } = loopback.address() as AddressInfo;
  const servers = [
    loopback,
    await greeting(canary, { path: socket }),
    await greeting(canary, { path: `\0${abstract}` }),
  ];
  // Somebody with secrets in environment and command line, such as the key's own process would be without its care.
  const neighbour = spawn("sleep", ["600"], {
    argv0: canary,
    env: { PATH: "/usr/bin:/bin", ACTIONS_RUNTIME_TOKEN: canary, INPUT_KEY: canary },
    stdio: "ignore",
  });
  return {
    stage: { workspace, secrets, runner, port, socket, abstract, node: process.execPath },
    async strike() {
      neighbour.kill("SIGKILL");
      for (const server of servers) server.close();
      await rm(room, { recursive: true, force: true });
      await rm(join(socket, ".."), { recursive: true, force: true });
    },
  };
}

async function greeting(canary: string, where: ListenOptions): Promise<Server> {
  const server = createServer((visitor) => void visitor.on("error", () => undefined).end(canary));
  await once(server.listen(where), "listening");
  return server;
}
