/** The key's proxy, as foreign code in the sandbox sees it: not at all. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type KeyProxy, startKeyProxy } from "#adapters/key-proxy/start.ts";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import { openModel } from "#rehearsal/model/server.ts";
import { needs } from "../support/requirements.ts";

const ENTRY = join(import.meta.dirname, "../../src/adapters/key-proxy/process.ts");
/** In pieces, so that no script that looks for it holds it. */
const KEY = ["sk", "canary", "a1b2c3d4e5f6"].join("-");
const LOOK = "grep -aoE 'sk-canary-[0-9a-f]{12}|daybreak-[0-9a-f]{48}'";
const check = needs("bubblewrap");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "daybreak-key-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function aProxy(): Promise<KeyProxy> {
  const model = await openModel({ script: { version: 1, key: KEY, milestones: [] } });
  onTestFinished(() => model.close());
  const models = { "claude-opus-5-5": { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 } };
  const rules = { upstream: model.url, models, maxTokens: 1_000, usd: 1 };
  const proxy = await startKeyProxy({ entry: ENTRY, key: KEY, rules });
  onTestFinished(() => proxy.close());
  return proxy;
}

async function outputOf(sandbox: Sandbox, script: string): Promise<string> {
  const environment = allowedEnvironment({ path: "/usr/local/bin:/usr/bin:/bin", home: directory });
  const rules = { directory, writable: [directory], network: "none", seconds: 20 } as const;
  return (await sandbox.run({ ...rules, script, environment })).output;
}

function knock({ url }: KeyProxy): string {
  const { port } = new URL(url);
  return `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'POST /v1/messages HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 5 cat <&3`;
}

describe("A22 the proxy", () => {
  check("cannot be reached from the sandbox, and refuses who comes without the pass", async () => {
    const proxy = await aProxy();
    expect(await outputOf(createBareSandbox(), knock(proxy))).toContain("403 Forbidden");
    expect(await outputOf(await createBubblewrap(), knock(proxy))).not.toContain("HTTP");
  });
});

describe("A14 the key", () => {
  const everywhere = `cat /proc/[0-9]*/{environ,cmdline} | ${LOOK}
for p in /proc/[0-9]*; do while read -r range flags _; do
  case $flags in rw*) ;; *) continue;; esac
  from=$((16#\${range%-*})); to=$((16#\${range#*-}))
  [ $((to - from)) -le 67108864 ] && [ $((to - from)) -gt 0 ] && dd if=$p/mem bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) status=none
done < $p/maps; done 2>/dev/null | ${LOOK}; echo looked`;

  check("is in no environment, command line or memory that the sandbox sees", async () => {
    await aProxy();
    expect(await outputOf(await createBubblewrap(), everywhere)).toMatch(/^looked\n$/m);
    expect(await outputOf(await createBubblewrap(), everywhere)).not.toContain(KEY);
  });

  test("is in the proxy's memory all the same: the search can find it", async () => {
    const { pid } = await aProxy();
    const one = everywhere.replaceAll("/proc/[0-9]*", `/proc/${pid}`);
    const found = await outputOf(createBareSandbox(), one);
    // Where the kernel forbids even our own user to look into a neighbour, there is nothing to find.
    const scope = await readFile("/proc/sys/kernel/yama/ptrace_scope", "utf8").catch(() => "0");
    if (scope.trim() === "0" || process.getuid?.() === 0) expect(found).toContain(KEY);
    else expect(found).not.toContain(KEY);
  });
});
