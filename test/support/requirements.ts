/** Tests that need more of the machine than git and Node. What is missing is named, never passed over. */

import { spawnSync } from "node:child_process";
import { test } from "vitest";

/** One command per requirement that succeeds where the requirement is met. */
const PROBES = {
  bubblewrap: ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"],
} as const;

/** As much of vitest's `test` as both kinds of test can offer. */
export type Test = (name: string, body: () => void | Promise<void>) => void;

/**
 * Vitest's `test` where the requirement is met; else a skip that says why. With DAYBREAK_REQUIRE_ALL=1 nothing is
 * skipped: what is missing fails.
 */
export function needs(requirement: keyof typeof PROBES): Test {
  const [command, ...options] = PROBES[requirement];
  const isMet = spawnSync(command, options).status === 0;
  if (isMet || process.env.DAYBREAK_REQUIRE_ALL === "1") return (name, body) => test(name, body);
  return (name) => test.skip(`${name} (needs ${requirement})`);
}
