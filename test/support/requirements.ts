/** Tests that need more of the machine than git and Node. What is missing is named, never passed over. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { findBrowser } from "#adapters/witness/confined-browser.ts";

/** Packages of test runners that Daybreak itself does not use: `npm ci --prefix test/runners` brings them. */
export const RUNNERS = join(import.meta.dirname, "../runners");

/** Real engines in a lock of their own: `npm run test:engines` brings them. */
export const ENGINES = join(import.meta.dirname, "../engines/node_modules");

/** One question per requirement: is it met here? */
const PROBES = {
  bubblewrap: hasBubblewrap,
  "an npm registry": isRegistryReachable,
  "the runners' packages": () => existsSync(join(RUNNERS, "node_modules/.bin/jest")),
  "the real engines and bubblewrap": () => existsSync(join(ENGINES, "@anthropic-ai")) && hasBubblewrap(),
  python: () => succeeds("python3", "--version"),
  chromium: () => findBrowser() !== null,
  "chromium and bubblewrap": () => findBrowser() !== null && hasBubblewrap(),
  pytest: () => succeeds("python3", "-m", "pytest", "--version"),
  go: () => succeeds("go", "version"),
  /** Minutes that only CI takes. */
  "the time of a CI run": () => false,
} as const;

/** As much of vitest's `test` as both kinds of test can offer. `timeout` in milliseconds. */
export type Test = (name: string, body: () => void | Promise<void>, timeout?: number) => void;

/**
 * Vitest's `test` where the requirement is met; else a skip that says why. With DAYBREAK_REQUIRE_ALL=1 nothing is
 * skipped: what is missing fails.
 */
export function needs(requirement: keyof typeof PROBES): Test {
  if (PROBES[requirement]() || process.env.DAYBREAK_REQUIRE_ALL === "1")
    return (name, body, timeout) => test(name, body, timeout);
  return (name) => test.skip(`${name} (needs ${requirement})`);
}

function hasBubblewrap(): boolean {
  return succeeds("bwrap", "--unshare-all", "--ro-bind", "/", "/", "true");
}

function succeeds(command: string, ...options: string[]): boolean {
  return spawnSync(command, options, { timeout: 15_000 }).status === 0;
}

/** Asked with an empty cache: npm answers from a full one without any network, and then waits for it for minutes. */
function isRegistryReachable(): boolean {
  const cache = mkdtempSync(join(tmpdir(), "npm-probe-"));
  try {
    const impatiently = ["--fetch-retries=0", "--fetch-timeout=5000", `--cache=${cache}`];
    return succeeds("npm", "view", "minimist@1.2.5", "version", ...impatiently);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}
