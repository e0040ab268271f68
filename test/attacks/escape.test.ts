/** The probes of `daybreak doctor --attack`, one test each; and that each of them can fail. */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { attack, type OpenFor } from "#adapters/sandbox/attack.ts";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { PROBES } from "#adapters/sandbox/probes.ts";
import { runDoctor } from "#src/doctor.ts";
import { needs } from "../support/requirements.ts";

const check = needs("bubblewrap");
const CANARY = "daybreak-canary-0123456789abcdef";
const confined: OpenFor = (given) => createBubblewrap(given);
const isRoot = process.getuid?.() === 0;
const bare: OpenFor = async () => createBareSandbox();

/** Some kernels close a neighbour's memory to all but root, with or without a sandbox. */
const scope = "/proc/sys/kernel/yama/ptrace_scope";
const memoryIsShared = isRoot || !existsSync(scope) || readFileSync(scope, "utf8").trim() === "0";

/** In our own environment, as a key or a token is in a job's. */
function plant(): void {
  process.env.INPUT_CANARY = CANARY;
  onTestFinished(() => void delete process.env.INPUT_CANARY);
}

function leftBehind(): string[] {
  return ["/dev/shm", "/tmp"].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith("daybreak-doctor-")),
  );
}

describe("blocked in the sandbox", () => {
  for (const probe of PROBES)
    check(`${probe.id} ${probe.name}`, async () => {
      plant();
      expect(await attack(confined, [probe])).toEqual([{ id: probe.id, name: probe.name, because: null }]);
    });
});

describe("open without it, so that the probe can fail", () => {
  const harmless = PROBES.filter(({ stoppedFor, id }) => !stoppedFor && id !== "A11" && id !== "A13");

  test.each(harmless.map((probe) => [probe.id, probe.name, probe] as const))(
    "%s %s",
    async (_id, _name, probe) => {
      const [row] = await attack(bare, [probe]);
      if (probe.name.startsWith("memory") && !memoryIsShared) expect(row?.because).toBeNull();
      else expect(row?.because).not.toBeNull();
    },
  );

  test("A11 an environment that is handed on", async () => {
    const { run } = createBareSandbox();
    const leaky: OpenFor = async () => ({
      name: "leaky",
      run: (command) => run({ ...command, environment: { ...command.environment, INPUT_KEY: CANARY } }),
    });
    const [row] = await attack(
      leaky,
      PROBES.filter(({ id }) => id === "A11"),
    );
    expect(row?.because).toBe("it saw a secret");
  });

  check("A13 a first process that was started with an environment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "leaky-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const binary = join(folder, "bwrap");
    writeFileSync(binary, `#!/bin/sh\nexport INPUT_KEY=${CANARY}\nexec bwrap "$@"\n`);
    chmodSync(binary, 0o755);
    chmodSync(folder, 0o755);
    const leaky: OpenFor = (given) => createBubblewrap({ ...given, binary });
    const rows = await attack(
      leaky,
      PROBES.filter(({ id }) => id === "A12" || id === "A13"),
    );
    expect(rows.map(({ because }) => because)).toEqual(["it saw a secret", "it saw a secret"]);
  });

  check("A56 floods within wide limits", async () => {
    const wide: OpenFor = ({ hidden }) => createBubblewrap({ hidden });
    const floods = PROBES.filter(({ stoppedFor }) => stoppedFor);
    const rows = await Promise.all(floods.map((probe) => attack(wide, [probe])));
    expect(rows.flat().map(({ because }) => because)).toEqual(
      floods.map(({ stoppedFor }) => `it was not stopped for ${stoppedFor?.what}`),
    );
  });
});

describe("daybreak doctor --attack", () => {
  async function doctor(...args: string[]) {
    const lines: string[] = [];
    const code = await runDoctor(args, (line) => void lines.push(line), process.env.PATH ?? "");
    return { code, text: lines.join("\n") };
  }

  check("prints a row for each attack, exits 0 when all are blocked, and leaves nothing behind", async () => {
    plant();
    const before = leftBehind();
    const { code, text } = await doctor("--attack");
    expect(code).toBe(0);
    for (const { id, name } of PROBES) expect(text).toContain(`${id}  blocked  ${name}`);
    expect(text).toContain(`${PROBES.length} attacks, ${PROBES.length} blocked, 0 open`);
    expect(leftBehind()).toEqual(before);
  });

  // Root can become somebody without any rights, if the way to these files is open to others.
  const nobody = { uid: 65_534, gid: 65_534 };
  const reads = ["-e", "require('fs').readFileSync(process.argv[1])", import.meta.filename];
  const other = isRoot && spawnSync(process.execPath, reads, nobody).status === 0 ? nobody : {};
  const who = "uid" in other ? "another user of the machine, without any rights" : "the user who runs this";
  check(`finds the same as ${who}, in a process of its own`, async () => {
    const door = `import { runDoctor } from "#src/doctor.ts";
      process.exitCode = await runDoctor(["--attack", "--json"], console.log, "/usr/bin:/bin");`;
    const file = join(import.meta.dirname, `doctor-${process.pid}.mts`);
    writeFileSync(file, door);
    onTestFinished(() => rmSync(file));
    const before = leftBehind();
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", INPUT_CANARY: CANARY },
      ...other,
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ open: 0 });
    expect(status).toBe(0);
    expect(leftBehind()).toEqual(before);
  });

  test("says how it is called", async () => {
    await expect(doctor()).rejects.toMatchObject({ code: "USAGE" });
    await expect(doctor("--attak")).rejects.toMatchObject({ code: "USAGE" });
  });
});
