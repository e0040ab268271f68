/** An owner's commit played as a whole night by the shipped command; and his past judged by it, killed half-way. */

import { expect, test } from "vitest";
import { Calibration } from "#core/calibration.ts";
import { aPast, FIRST, MANY, NO_SANDBOX, git as ownersGit, stateOf, UNTESTED } from "../calibrate/history.ts";
import { accountIn, aRoom, daybreak, endOf, git, start } from "./world.ts";

const CONFINED = NO_SANDBOX ? ["--no-sandbox"] : [];
const SLOW = { timeout: 120_000 };

test(
  "a commit is built again from its message, lands, and its own tests were the judge nobody showed",
  SLOW,
  async () => {
    const owners = aPast([FIRST, MANY]);
    const before = stateOf(owners);
    const command = ["rehearse", "--replay", `${owners}#HEAD`, ...CONFINED, "--keep", aRoom(), "--json"];
    const ended = await daybreak(...command);
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    const { landed, rejected, blocked, remote } = accountIn(ended);
    expect([landed.map(({ title, attempt }) => `${title} ${attempt}`), rejected, blocked]).toEqual([
      ["feat: add any number of numbers 1"],
      [],
      [],
    ]);
    const built = (path: string) => git(remote, "show", `main:${path}`);
    expect(built("index.js")).toBe(ownersGit(owners, "show", "HEAD:index.js"));
    expect(built("test/sum.test.js")).toBe(ownersGit(owners, "show", "HEAD~:test/sum.test.js"));
    expect(built("ROADMAP.md")).toContain("✅");
    expect(stateOf(owners)).toEqual(before);
  },
);

test(
  "a calibration that is killed goes on where it was, tells how far it is, and counts each commit once",
  SLOW,
  async () => {
    const owners = aPast([FIRST, MANY, UNTESTED]);
    const command = ["calibrate", owners, "--last", "20", ...CONFINED];
    const child = start(command);
    child.stderr?.on("data", (text: Buffer) => {
      if (text.includes("[1/20]")) child.kill("SIGKILL");
    });
    await endOf(child);
    expect(child.signalCode).toBe("SIGKILL");
    const { code, stdout, stderr } = await daybreak(...command, "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\[1\/20\] refused \(unproven\) {2}\w{7} fix: take numbers as text \(known\)$/m);
    expect(stderr).toMatch(/^\[2\/20\] proven {2}\w{7} feat: add any number of numbers$/m);
    const { judged, skipped } = Calibration.parse(JSON.parse(stdout));
    expect(judged.map(({ says }) => says)).toEqual(["refused", "proven"]);
    expect(skipped).toHaveLength(1);
  },
);
