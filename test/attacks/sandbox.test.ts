import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { SandboxCommand, SandboxRun } from "#ports/sandbox.ts";
import { needs } from "../support/requirements.ts";

const CANARY = "canary-3f9a1c";
const SECRETS = ["INPUT_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL", "ANTHROPIC_API_KEY"];
const check = needs("bubblewrap");
let room: string;
let workspace: string;

beforeAll(async () => {
  for (const name of SECRETS) process.env[name] = CANARY;
  room = await mkdtemp(join(tmpdir(), "daybreak-attack-"));
  workspace = join(room, "workspace");
  await mkdir(workspace);
  await writeFile(join(room, "secret"), CANARY);
});
afterAll(async () => {
  for (const name of SECRETS) delete process.env[name];
  await rm(room, { recursive: true, force: true });
});

async function run(
  script: string,
  rest: Partial<SandboxCommand> = {},
  visibility: { readable?: string[]; hidden?: string[] } = {},
): Promise<SandboxRun> {
  const environment = allowedEnvironment({ path: "/usr/local/bin:/usr/bin:/bin", home: "/root" });
  const sandbox = await createBubblewrap(visibility);
  const rules = { directory: workspace, writable: [workspace], network: "none", seconds: 20 } as const;
  return await sandbox.run({ ...rules, script, environment, ...rest });
}

describe("secrets of the job", () => {
  check("are in no environment that can be read inside, /proc/1 included", async () => {
    const { output } = await run('cat /proc/[0-9]*/environ | tr "\\0" "\\n"; echo; echo read: /proc/[0-9]*');
    expect(output).toContain("npm_config_offline=true");
    expect(output).toContain("/proc/1 ");
    expect(output).not.toContain(CANARY);
  });

  check(
    "are not in the environment our own process shows to a neighbour without the sandbox: the test can fail",
    async () => {
      const { stdout } = await promisify(execFile)("cat", ["/proc/self/environ"], { encoding: "utf8" });
      expect(stdout).toContain(CANARY);
    },
  );

  check("are in no file of the job's temporary, home and hidden folders", async () => {
    const { output } = await run(
      `cat ${room}/secret; ls -A /tmp /home /root /run ${room}; ls -A ${homedir()}`,
    );
    expect(output).not.toContain(CANARY);
    expect(output).toContain("No such file");
    expect(output).not.toContain("secret\n");
    expect((await readdir(room)).sort()).toEqual(["secret", "workspace"]);
  });

  check("are not in a folder the caller hides, wherever it lies", async () => {
    const { output } = await run("ls -A /opt /etc/ssl", {}, { hidden: ["/opt", "/etc/ssl"] });
    expect(output).toBe("/etc/ssl:\n\n/opt:\n");
  });
});

describe("of several folders the deepest decides", () => {
  const list = (
    rest: Partial<SandboxCommand>,
    visibility: { readable?: string[]; hidden?: string[] },
  ): Promise<string> =>
    run(`cd ${room} && find . -type f | sort`, rest, visibility).then(({ output }) => output);

  check("a hidden folder in a readable one is hidden, a workspace in a hidden one is there", async () => {
    await mkdir(join(room, "temp"));
    await writeFile(join(room, "temp", "runner-file"), CANARY);
    await writeFile(join(workspace, "source"), "s");
    const both = { readable: [room], hidden: [join(room, "temp")] };
    expect(await list({}, both)).toBe("./secret\n./workspace/source\n");
    expect(await list({}, { hidden: [room] })).toBe("./workspace/source\n");
    expect(await list({}, { readable: [join(room, "temp")] })).toBe(
      "./temp/runner-file\n./workspace/source\n",
    );
  });

  check("a readable folder in a writable one stays writable", async () => {
    const { exitCode } = await run("echo new > source", {}, { readable: [workspace] });
    expect(exitCode).toBe(0);
  });
});

describe("walls", () => {
  check("writing outside the named folders fails", async () => {
    const { output, exitCode } = await run(
      `for f in /etc/x /usr/x /var/x ${room}/x /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sysrq-trigger; do (: >> $f) && echo "wrote $f"; done; true`,
    );
    expect(exitCode).toBe(0);
    expect(existsSync(join(room, "x"))).toBe(false);
    // The parent of the workspace is an empty folder of the sandbox's own: what is written there is gone with it.
    expect(output.replace(`wrote ${room}/x\n`, "")).not.toContain("wrote");
  });

  check("a directory that is not writable can be read and not changed", async () => {
    await writeFile(join(workspace, "kept"), "old");
    const { output } = await run("cat kept; echo new > kept", { writable: [] });
    expect(output).toContain("old");
    expect(output).toContain("Read-only file system");
    expect(await readFile(join(workspace, "kept"), "utf8")).toBe("old");
  });

  check("without network not even a server on this machine can be reached, with it it can", async () => {
    const server = createServer((socket) => socket.end("reached"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
    try {
      expect((await run(script)).output).not.toContain("reached");
      expect((await run(script, { network: "open" })).output).toBe("reached");
    } finally {
      server.close();
    }
  });

  check("it has no capability and cannot undo a mount", async () => {
    const { output } = await run(
      "grep CapEff /proc/self/status; umount /root && echo undone; mount -o remount,rw / && echo undone",
    );
    expect(output).toContain("CapEff:\t0000000000000000");
    expect(output).not.toContain("undone");
  });

  check("it sees and signals no process of ours", async () => {
    const { output } = await run(`kill -9 ${process.pid} && echo killed; ls /proc | grep -c '^[0-9]'`);
    expect(output).not.toContain("killed");
    expect(Number(output.trim().split("\n").at(-1))).toBeLessThan(10);
  });
});

/** Command lines of running processes of this machine that hold the text. A zombie has none. Does not wait. */
function commandLinesWith(text: string): string[] {
  const lines = readdirSync("/proc").map((pid) => {
    try {
      return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
    } catch {
      return "";
    }
  });
  return lines.filter((line) => line.includes(text));
}

describe("survivors", () => {
  const detached = (mark: string): string =>
    `setsid bash -c '(sleep 1.5; touch ${mark}) >/dev/null 2>&1 &' & sleep 0.3`;

  check("of a command that ended are gone before its result is", async () => {
    const mark = join(workspace, "after-the-end");
    const { exitCode } = await run(detached(mark));
    expect(exitCode).toBe(0);
    await pause(2_000);
    expect(existsSync(mark)).toBe(false);
  });

  check("do not exist any more at the moment the result is there, however many they were", async () => {
    const span = `98${process.pid}76`;
    await run(`for i in $(seq 300); do setsid sleep ${span} >/dev/null 2>&1 & done; sleep 0.3`);
    expect(commandLinesWith(span)).toEqual([]);
  });

  check("of a command killed at its limit are gone as well", async () => {
    const mark = join(workspace, "after-the-limit");
    const { timedOut } = await run(`${detached(mark)}; trap "" TERM INT; sleep 60`, { seconds: 0.8 });
    expect(timedOut).toBe(true);
    await pause(2_000);
    expect(existsSync(mark)).toBe(false);
  });
});
