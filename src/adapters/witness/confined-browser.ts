/** A real browser in a sandbox of its own whose only network is a window to the program. Knows no page. */

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { type Confined, startConfined } from "#adapters/witness/confined.ts";
import { type Door, relay } from "#adapters/witness/door.ts";
import { ask } from "#adapters/witness/request.ts";
import type { Sandbox } from "#ports/sandbox.ts";

/** Where distributions and the runner images put it, in order of preference. */
const EXECUTABLES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(
  (name) => `/usr/bin/${name}`,
);

/** Its own sandbox is off because ours stands around all of it; the rest keeps it from calling home. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--disable-breakpad",
  "--hide-scrollbars",
  "--mute-audio",
  "--force-color-profile=srgb",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** Milliseconds a browser may take to start on a busy machine. */
const TO_START = 30_000;

/** The first browser on this machine that can run in a sandbox; null when there is none. */
export function findBrowser(): string | null {
  return EXECUTABLES.find((path) => existsSync(path) && !isSnap(path)) ?? null;
}

/** A snap's launcher asks a daemon that no sandbox reaches. */
function isSnap(path: string): boolean {
  const target = realpathSync(path);
  const isScript = statSync(target).size < 50_000;
  return target.endsWith("/snap") || (isScript && readFileSync(target, "utf8").includes("/snap/bin/"));
}

export type ConfinedBrowser = {
  /** Where its debugging protocol is spoken, for this machine only. */
  endpoint: string;
  end(): Promise<void>;
};

/** @throws Error that says why it did not start, with its last words. */
export async function startBrowser({
  sandbox,
  executable,
  window,
  path,
  seconds,
}: {
  sandbox: Sandbox;
  executable: string;
  /** The one port of its loopback that leads anywhere. */
  window: { port: number; door: Door };
  path: string;
  seconds: number;
}): Promise<ConfinedBrowser> {
  const profile = await mkdtemp("/tmp/daybreak-browser-");
  const debugging = await freePort(window.port);
  const confined = await startConfined(sandbox, {
    command: [
      executable,
      ...FLAGS,
      `--user-data-dir=${join(profile, "data")}`,
      `--remote-debugging-port=${debugging}`,
      "about:blank",
    ],
    directory: profile,
    writable: [profile],
    readable: [dirname(realpathSync(executable))],
    environment: allowedEnvironment({ path, home: profile, temporary: profile }),
    seconds,
    doors: [debugging],
    windows: [window],
  });
  const end = async (): Promise<void> => {
    await confined.stop();
    await rm(profile, { recursive: true, force: true });
  };
  try {
    const door = await upAndListening(confined, debugging);
    const { server, close } = await relay({ host: "127.0.0.1", port: 0 }, door);
    const { port } = server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}`,
      async end() {
        close();
        await end();
      },
    };
  } catch (cause) {
    await end();
    throw cause;
  }
}

async function upAndListening({ doors, ended }: Confined, port: number): Promise<Door> {
  const [door] = doors;
  if (door === undefined) throw new Error("a browser without a door");
  const limit = AbortSignal.timeout(TO_START);
  const over = ended.then(({ output }) => `The browser ended at once: ${output.trim().slice(-400)}`);
  while (!limit.aborted) {
    const version = ask(door, port, { method: "GET", path: "/json/version", body: null }, limit);
    const said = await Promise.race([version, over]);
    if (typeof said === "string") throw new Error(said);
    if ("status" in said) return door;
    await pause(30);
  }
  throw new Error(`The browser did not start within ${TO_START / 1_000} seconds.`);
}

/** Inside, any port would do; without namespaces it must be free here as well. */
async function freePort(taken: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port === taken ? await freePort(taken) : port;
}
