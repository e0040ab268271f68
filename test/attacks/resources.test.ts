import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { type Limits, sayExceeded, USUAL_LIMITS } from "#adapters/sandbox/limits.ts";
import { needs } from "../support/requirements.ts";

const check = needs("bubblewrap");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "daybreak-resources-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(script: string, limits: Partial<Limits> = {}, seconds = 20) {
  const environment = allowedEnvironment({ path: "/usr/local/bin:/usr/bin:/bin", home: directory });
  const sandbox = await createBubblewrap({ limits });
  const rules = { directory, writable: [directory], readable: [process.execPath], network: "none" } as const;
  return await sandbox.run({ ...rules, script, environment, seconds });
}

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

describe("A56 a flood ends as what it is, and nothing of it is left", () => {
  check("of processes, detached ones included", async () => {
    const span = `97${process.pid}53`;
    const script = `echo before; for i in $(seq 60); do setsid sleep ${span} & done; wait`;
    const result = await run(script, { processes: 40 });
    expect(result).toMatchObject({ exitCode: null, timedOut: false, exceeded: "processes" });
    expect(result.output).toMatch(/^before\n/);
    expect(result.output).toMatch(/\[stopped: it had more than 40 processes and threads\]\n$/);
    expect(commandLinesWith(span)).toEqual([]);
  });

  check("of a bomb that doubles itself, five times", async () => {
    const bomb = "b() { [ $1 = 0 ] && sleep 5 && return; b $(($1 - 1)) & b $(($1 - 1)) & wait; }; b 5";
    expect(await run(bomb, { processes: 24 })).toMatchObject({ exceeded: "processes" });
  });

  check("of memory that no process owns, as far as the temporary folder is large", async () => {
    const result = await run(
      "head -c 50000000 /dev/zero > /tmp/x; head -c 50000000 /dev/zero > /dev/shm/x; ls -s --block-size=1 /tmp/x /dev/shm/x",
      {
        temporary: 10_000_000,
      },
    );
    const sizes = [...result.output.matchAll(/^(\d+) \//gm)].map(([, size]) => Number(size));
    expect(sizes).toHaveLength(2);
    for (const size of sizes) expect(size).toBeLessThan(11_000_000);
  });

  check("of one process's memory is refused to that process alone", async () => {
    const script = "head -c 300000000 /dev/zero | tail -c 290000000 | wc -c; echo after";
    expect((await run(script)).output).toBe("290000000\nafter\n");
    const { output, exceeded } = await run(script, { processMemory: 100_000_000 });
    expect(output).toContain("memory exhausted");
    expect(output).toMatch(/^0\nafter\n$/m);
    expect(exceeded).toBeNull();
  });

  check("of one file is cut at its length", async () => {
    const script = "yes > long; stat -c %s long; rm long";
    const { output } = await run(script, { fileSize: 1_048_576 });
    expect(output).toMatch(/1048576\n$/);
  });

  check("of open files is refused", async () => {
    const { output } = await run(
      'for i in $(seq 10 60); do eval "exec $i</dev/null" || { echo stopped at $i; break; }; done',
      {
        openFiles: 32,
      },
    );
    expect(output).toContain("stopped at 32");
  });

  check("of output leaves the one who reads it alive", async () => {
    const result = await run("yes", {}, 1);
    expect(result).toMatchObject({ timedOut: true, truncated: true });
  });
});

describe("limits", () => {
  check("cannot be raised again from within, and foreign code stands back", async () => {
    const script =
      "ulimit -u 100000 || ulimit -n 100000 || ulimit -d unlimited || ulimit -f unlimited || echo held; nice";
    const { output } = await run(script);
    expect(output).toContain("held");
    expect(Number(output.trim().split("\n").at(-1))).toBeGreaterThanOrEqual(5);
  });

  check("leave room for ordinary work: Node, threads and children", async () => {
    const program = `const { execFileSync } = require("child_process"); const { Worker } = require("worker_threads");
      for (let i = 0; i < 32; i++) new Worker("1", { eval: true }); execFileSync("true"); console.log("worked")`;
    expect(await run(`'${process.execPath}' -e '${program}'`)).toMatchObject({
      output: "worked\n",
      exceeded: null,
    });
  });

  test("are told in words, with their size", () => {
    expect(sayExceeded("memory", USUAL_LIMITS)).toBe(
      "[stopped: it took more than 12 GB of memory, or nearly all there was]\n",
    );
    expect(sayExceeded("disk", { ...USUAL_LIMITS, disk: 64 * 1024 ** 2 })).toContain("64 MB of disk");
  });
});
