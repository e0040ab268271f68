import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { findCgroup } from "#adapters/sandbox/cgroup.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { type Exceeded, USUAL_LIMITS } from "#adapters/sandbox/limits.ts";
import { mounts } from "#adapters/sandbox/mounts.ts";
import { ownersOnly } from "#adapters/sandbox/owners-only.ts";
import { isShort, watch } from "#adapters/sandbox/watch.ts";
import type { SandboxCommand } from "#ports/sandbox.ts";
import { needs } from "../support/requirements.ts";

const check = needs("bubblewrap");

function aRoom(): string {
  const room = mkdtempSync(join(tmpdir(), "daybreak-limits-"));
  onTestFinished(() => rmSync(room, { recursive: true, force: true }));
  return room;
}

function command(script: string, directory: string): SandboxCommand {
  const environment = allowedEnvironment({ path: "/usr/local/bin:/usr/bin:/bin", home: directory });
  return { script, directory, writable: [directory], environment, network: "none", seconds: 20 };
}

describe("control groups", () => {
  /** Files as the kernel shows them, of a session whose owner may divide it. */
  function aHierarchy({ handedDown = "cpu memory pids", own = "0::/user/session/ours" } = {}) {
    const room = aRoom();
    const parent = join(room, "cgroup", "user", "session");
    mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, "cgroup.subtree_control"), `${handedDown}\n`);
    writeFileSync(join(parent, "cgroup.procs"), "");
    writeFileSync(join(room, "self"), `1:name=systemd:/x\n${own}\n`);
    return { parent, found: findCgroup(join(room, "cgroup"), join(room, "self")) };
  }

  test("are used where the group above ours is ours and hands its controllers down", () => {
    const { parent, found } = aHierarchy();
    const leaf = found?.open({ ...USUAL_LIMITS, processes: 40, memory: 1_000 });
    const folder = join(parent, `daybreak-${process.pid}-1`);
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    expect([read("pids.max"), read("memory.max"), read("memory.oom.group")]).toEqual(["40", "1000", "1"]);
    expect(leaf?.entering.at(-1)).toBe(join(folder, "cgroup.procs"));
    expect(leaf?.exceeded()).toBeNull();
    writeFileSync(join(folder, "pids.events"), "max 3\n");
    expect(leaf?.exceeded()).toBe("processes");
    writeFileSync(join(folder, "memory.events"), "low 0\noom 1\noom_kill 2\n");
    expect(leaf?.exceeded()).toBe("memory");
  });

  test.each([
    ["the controllers are not handed down", { handedDown: "cpu" }],
    ["ours is the root", { own: "0::/" }],
    ["the machine has none of version 2", { own: "4:memory:/ours" }],
  ])("are not used where %s", (_why, change) => {
    expect(aHierarchy(change).found).toBeNull();
  });

  check("are entered before the command starts, and named", async () => {
    const { parent, found } = aHierarchy();
    const sandbox = await createBubblewrap({ cgroup: found });
    expect(sandbox.name).toMatch(/^bubblewrap .*, limits by cgroup and rlimits$/);
    const room = aRoom();
    const result = await sandbox.run(command("echo inside", room));
    expect(result).toMatchObject({ output: "inside\n", exceeded: null });
    // Here the file is an ordinary one, and keeps what the kernel would have acted on.
    expect(readFileSync(join(parent, `daybreak-${process.pid}-2`, "cgroup.procs"), "utf8")).toBe("0\n");
  });

  check("are not named where there are none", async () => {
    expect((await createBubblewrap({ cgroup: null })).name).toMatch(/, limits by rlimits$/);
  });
});

describe("the watch", () => {
  async function seen(limits: Partial<typeof USUAL_LIMITS>): Promise<Exceeded[]> {
    const heard: Exceeded[] = [];
    const stop = watch({
      first: () => process.pid,
      writable: [tmpdir()],
      limits: { ...USUAL_LIMITS, ...limits },
      onExceeded: (what) => void heard.push(what),
    });
    await sleep(700);
    stop();
    return heard;
  }

  test.each<[Exceeded, Partial<typeof USUAL_LIMITS>]>([
    ["processes", { processes: 2 }],
    ["memory", { memory: 1_000_000 }],
    ["cpu", { cpuSeconds: 0.01 }],
  ])("says %s, and says it once", async (what, limits) => {
    const wide = { processes: 1_000_000, memory: 2 ** 50, memoryKept: 0, cpuSeconds: 1e9 };
    expect(await seen({ ...wide, ...limits })).toEqual([what]);
  });

  test("says nothing of a machine that is full already and a command that is modest", async () => {
    const wide = { processes: 1_000_000, memory: 2 ** 50, memoryKept: 0, cpuSeconds: 1e9 };
    expect(await seen({ ...wide, diskKept: 2 ** 60, memoryKept: 2 ** 50 })).toEqual([]);
  });

  test.each([
    [16e9, 600e6, false],
    [16e9, 400e6, true],
    [1e9, 400e6, false],
    [1e9, 240e6, true],
  ])("calls a machine that had %d bytes free, and now %d, short: %s", (before, now, short) => {
    expect(isShort(before, now, 500e6)).toBe(short);
  });
});

describe("what only its owner may read", () => {
  test("is found file by file and folder by folder, links left alone", () => {
    const room = aRoom();
    for (const folder of ["open", "closed", "open/inner"]) mkdirSync(join(room, folder));
    for (const file of ["public", "secret", "open/inner/secret"]) writeFileSync(join(room, file), "");
    for (const file of ["secret", "open/inner/secret"]) chmodSync(join(room, file), 0o640);
    chmodSync(join(room, "closed"), 0o700);
    symlinkSync("secret", join(room, "link"));
    expect(ownersOnly({ [room]: 3 })).toEqual({
      files: [join(room, "open/inner/secret"), join(room, "secret")],
      folders: [join(room, "closed")],
    });
    expect(ownersOnly({ [room]: 1 }).files).toEqual([join(room, "secret")]);
    expect(ownersOnly({ "/nonexistent": 3 })).toEqual({ files: [], folders: [] });
  });

  test("is covered before anything deeper that was granted, and not twice", () => {
    const room = aRoom();
    mkdirSync(join(room, "closed", "workspace"), { recursive: true });
    writeFileSync(join(room, "secret"), "");
    const words = mounts(command("true", join(room, "closed", "workspace")), {
      readable: [],
      hidden: [],
      temporary: 1_000,
      ownersOnly: { files: [join(room, "secret"), join(room, "gone")], folders: [join(room, "closed")] },
    }).join(" ");
    // The room lies in a folder that is empty inside anyway.
    expect(words).not.toContain(`/dev/null ${room}`);
    const elsewhere = mounts(command("true", "/"), {
      readable: [],
      hidden: [],
      temporary: 1_000,
      ownersOnly: { files: ["/etc/hostname", "/etc/gone"], folders: ["/etc/ssl"] },
    }).join(" ");
    expect(elsewhere).toContain("--ro-bind /dev/null /etc/hostname");
    expect(elsewhere).toContain("--size 1000 --tmpfs /etc/ssl");
    expect(elsewhere).not.toContain("/etc/gone");
  });

  check("cannot be read inside, whoever started it; and whoever that is, it is nobody inside", async () => {
    const sandbox = await createBubblewrap();
    const { output } = await sandbox.run(
      command("cat /etc/shadow | wc -c; id -u; id -g; touch mine; stat -c %u mine", aRoom()),
    );
    expect(output).toMatch(/^0\n65534\n65534\n65534\n$/m);
  });
});
