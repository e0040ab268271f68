import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import type { Sandbox, SandboxCommand, SandboxRun } from "#ports/sandbox.ts";
import { needs } from "../support/requirements.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "daybreak-sandbox-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function command(script: string, rest: Partial<SandboxCommand> = {}): SandboxCommand {
  const environment = allowedEnvironment({ path: PATH, home: directory });
  return { script, directory, writable: [directory], environment, network: "none", seconds: 20, ...rest };
}

const SANDBOXES: [string, typeof test | ReturnType<typeof needs>, () => Promise<Sandbox>][] = [
  ["bare", test, async () => createBareSandbox()],
  ["bubblewrap", needs("bubblewrap"), () => createBubblewrap()],
];

describe.each(SANDBOXES)("the %s sandbox", (_name, check, open) => {
  async function run(script: string, rest: Partial<SandboxCommand> = {}): Promise<SandboxRun> {
    return (await open()).run(command(script, rest));
  }

  check("gives back exit code, both streams in order, and a digest", async () => {
    const result = await run("for i in 1 2 3; do echo out$i; echo err$i >&2; done; exit 3");
    const output = "out1\nerr1\nout2\nerr2\nout3\nerr3\n";
    expect(result).toMatchObject({ exitCode: 3, timedOut: false, truncated: false, output });
    expect(result.digest).toBe(createHash("sha256").update(output).digest("hex"));
  });

  check("works in the named directory and writes there", async () => {
    const result = await run("pwd; echo kept > made-here");
    expect(result).toMatchObject({ exitCode: 0, output: `${directory}\n` });
    expect(await readFile(join(directory, "made-here"), "utf8")).toBe("kept\n");
  });

  check("gives it exactly the given environment", async () => {
    const environment = allowedEnvironment({ path: PATH, home: directory, extra: { PORT: "1" } });
    const { output } = await run("exec -a env /usr/bin/env -0", { environment });
    const seen = Object.fromEntries(
      output
        .split("\0")
        .filter(Boolean)
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    // Bash itself adds these three.
    const { PWD: _pwd, SHLVL: _shlvl, _: _last, OLDPWD: _old, ...rest } = seen;
    expect(rest).toEqual(environment);
  });

  check("closes standard input, so that nothing waits for a human", async () => {
    expect(await run("cat; read -r x; echo $?")).toMatchObject({ exitCode: 0, output: "1\n" });
  });

  check("kills a command at its limit, and what it started", async () => {
    const result = await run("sleep 60 & sleep 60", { seconds: 0.5 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true });
    expect(result.seconds).toBeLessThan(5);
  });

  check("kills a command at the signal", async () => {
    const result = await run("sleep 60", { signal: AbortSignal.timeout(300) });
    expect(result).toMatchObject({ exitCode: null, timedOut: false });
  });

  check("keeps 10 MB of a flood and the digest of all of it", async () => {
    const result = await run("head -c 10000001 /dev/zero");
    expect(result.truncated).toBe(true);
    expect(result.output).toHaveLength(10_000_000);
    expect(result.digest).toBe(createHash("sha256").update(Buffer.alloc(10_000_001)).digest("hex"));
  });

  check("leaves nobody behind who went on in the background", async () => {
    const mark = join(directory, "survivor");
    await run(`(sleep 1; touch ${mark}) & echo started`);
    await pause(1_500);
    expect(existsSync(mark)).toBe(false);
  });

  check("says so when a command is too long for any shell", async () => {
    expect(await run(`: ${"x".repeat(200_000)}`)).toMatchObject({ exitCode: 126 });
  });
});

describe("a sandbox that cannot confine", () => {
  test("is refused by name when bubblewrap is missing", async () => {
    await expect(createBubblewrap({ binary: "/nonexistent/bwrap" })).rejects.toMatchObject({
      code: "SANDBOX_UNAVAILABLE",
      message: expect.stringContaining("/nonexistent/bwrap is not installed"),
    });
  });

  test.each([
    ["does nothing but run the command", 'while [ "$1" != "--" ]; do shift; done; shift; exec "$@"'],
    [
      "claims to confine and does not",
      'echo "{ \\"child-pid\\": 999999999, \\"exit-code\\": 0 }" >&3; while [ "$1" != "--" ]; do shift; done; shift; exec "$@"',
    ],
    ["refuses", 'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1'],
  ])("is refused when bubblewrap %s", async (_name, body) => {
    const binary = join(directory, `fake-bwrap-${body.length}`);
    await writeFile(binary, `#!/bin/bash\n[ "$1" = --version ] && { echo fake 1; exit; }\n${body}\n`, {
      mode: 0o755,
    });
    await expect(createBubblewrap({ binary })).rejects.toMatchObject({ code: "SANDBOX_UNAVAILABLE" });
  });

  test("is never replaced by none, unless none was asked for", async () => {
    expect((await openSandbox({ bare: true, readable: [] })).name).toBe("none (rehearsal only)");
  });

  needs("bubblewrap")("a folder that cannot be mounted is a failure, not a red command", async () => {
    const sandbox = await createBubblewrap();
    await expect(sandbox.run(command("true", { writable: ["/nonexistent/x"] }))).rejects.toMatchObject({
      code: "SANDBOX_UNAVAILABLE",
      message: expect.stringContaining("/nonexistent/x"),
    });
  });
});
