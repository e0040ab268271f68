/** Chooses the sandbox. Never falls back to none by itself. */

import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import type { Limits } from "#adapters/sandbox/limits.ts";
import type { Sandbox } from "#ports/sandbox.ts";

/**
 * `readable`: absolute paths that stay visible although they lie below a home or temporary folder, such as the
 * toolchain's. `hidden`: further folders that are empty inside, such as RUNNER_TEMP. `limits`: what differs from the usual.
 * @throws Failure SANDBOX_UNAVAILABLE unless `bare` was asked for.
 */
export async function openSandbox({
  bare,
  readable,
  hidden = [],
  limits = {},
}: {
  bare: boolean;
  readable: readonly string[];
  hidden?: readonly string[];
  limits?: Partial<Limits>;
}): Promise<Sandbox> {
  return bare ? createBareSandbox() : await createBubblewrap({ readable, hidden, limits });
}
