/** Rules that code enforces, seen firing for real. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import { createWorkbench } from "#adapters/workbench/workbench.ts";
import type { Brief } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import { shareOf } from "#core/budget.ts";
import { faultsOf } from "#core/court/faults.ts";
import { verify } from "#jobs/verify.ts";
import { aBrief } from "../adapters/engine-stage.ts";
import { aRoom, bash, done, onEvent, right, settingsOf, stage } from "../adapters/hooks-stage.ts";
import { MEMORY_COURT } from "../support/memory-court.ts";
import { type Edit, MemoryGit, printPatch } from "../support/memory-git.ts";
import { Artifacts, MemoryHandOver, MemoryWorkbench } from "../support/memory-run.ts";
import { milestoneIn, observationOf } from "../support/observations.ts";
import { repositoryWith, roadmapOf } from "../support/worlds.ts";

describe("1 fresh workspace", () => {
  test("an attempt begins with base's tree, whatever lies about in the checkout", async () => {
    const room = aRoom();
    const checkout = join(room, "checkout");
    mkdirSync(checkout);
    writeFileSync(join(checkout, "answer.txt"), "wrong\n");
    const git = (...args: string[]) => execFileSync("git", ["-C", checkout, ...args]);
    git("init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "--message", "base");
    writeFileSync(join(checkout, "answer.txt"), "half-written by an earlier attempt");
    writeFileSync(join(checkout, "stray.txt"), "left over");
    const workbench = createWorkbench({
      ...{
        desk: openDesk(join(room, "desk")),
        checkout,
        staged: false,
        network: {},
        path: process.env.PATH ?? "",
      },
      sandbox: async () => createBareSandbox(),
      readReport: async () => () => null,
      redact: (text) => text,
    });
    await workbench.prepare([], 60);
    const { directory, changedPaths } = await workbench.open(aBrief(), null);
    expect(readFileSync(join(directory, "answer.txt"), "utf8")).toBe("wrong\n");
    expect(existsSync(join(directory, "stray.txt"))).toBe(false);
    expect(await changedPaths()).toEqual([]);
  });
});

describe("2 destructive actions", () => {
  test("a deletion outside of the checkout is not run, and one inside is logged with its reason", async () => {
    const room = aRoom();
    const precious = join(room, "precious.txt");
    writeFileSync(precious, "precious");
    const { transcript, told, workspace } = await stage(
      [
        {
          tools: [
            bash(`rm -f ${precious}`, { description: "I want more room." }),
            bash("echo x > old.txt; rm old.txt", { description: "It is replaced by new.txt." }),
            bash("touch b.txt && rm b.txt"),
          ],
        },
        { tools: [right, done] },
      ],
      {},
    );
    expect(readFileSync(precious, "utf8")).toBe("precious");
    expect(told[0]).toBe(`Not run: it would delete outside of the checkout: ${precious}`);
    expect(existsSync(join(workspace, "old.txt"))).toBe(false);
    expect(transcript.filter(({ event }) => event === "deletion")).toEqual([
      { event: "deletion", commands: ["rm old.txt"], because: "It is replaced by new.txt." },
      { event: "deletion", commands: ["rm b.txt"], because: null },
    ]);
    expect(told[1]).toBe("[exit code 0]");
    expect(told[2]).toContain("Deletions are logged with a reason");
  });
});

describe("7 no questions", () => {
  test("a question in the middle of the work is put to nobody: the engine is sent on", async () => {
    const { outcome, requests } = await stage(
      [
        { tools: [bash("cat answer.txt")] },
        { text: "Shall I write right or wrong?" },
        { tools: [right, done] },
      ],
      {},
    );
    expect(JSON.stringify(requests[2]?.messages.at(-1))).toContain("Go on with the work");
    expect(outcome.outcome).toBe("finished");
  });

  test("a hook that would ask a human is answered no", async () => {
    const asks = `echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask"}}'`;
    const { told } = await stage(
      [{ tools: [bash("echo hello")] }, { tools: [right, done] }],
      settingsOf(onEvent("PreToolUse", asks, {}, "Bash")),
    );
    expect(told[0]).toContain("a human would have to allow it, and nobody is there");
  });
});

describe("11 keep what worked", () => {
  async function faultsWith(edits: Edit[]): Promise<string[]> {
    const roadmap = roadmapOf("M0; done", "M1").replace(
      "**Acceptance",
      "**Smoke:** `node smoke/M0.js`\n**Acceptance",
    );
    const files = {
      ...repositoryWith(roadmap),
      "src/help.js": "prints help",
      "smoke/M0.js": "src/help.js says prints help",
    };
    const git = new MemoryGit();
    const base = git.commit("main-1", { tree: git.treeOf(files), parents: [], message: "" });
    const observation = observationOf({ roadmap });
    const { id, slug, spec } = milestoneIn(observation, "M1");
    const brief = briefFor(
      { milestone: id, slug, spec, attempt: 1, base, ...shareOf(observation.policy) },
      observation,
    ) as Brief;
    const handOver = new MemoryHandOver(new Artifacts(), "M1 1");
    await handOver.writeBrief(brief, null);
    await handOver.writePatch(printPatch(edits));
    const world = {
      handOver,
      workbench: new MemoryWorkbench(git, base),
      clock: () => 0,
      say: () => undefined,
    };
    await verify(brief.assignment, { ...MEMORY_COURT, ...world }, { staged: false, court: "full" });
    const [evidence] = await handOver.readEvidence();
    return evidence ? faultsOf(evidence) : ["no evidence"];
  }

  test("a change that breaks what an earlier milestone promised is refused", async () => {
    const good = [
      { path: "src/M1.js", from: null, to: "part M1" },
      { path: "test/M1.test.js", from: null, to: "src/M1.js says part M1" },
    ];
    expect(await faultsWith(good)).toEqual([]);
    const breaks = { path: "src/help.js", from: "prints help", to: "prints nothing" };
    expect(await faultsWith([...good, breaks])).toEqual([
      "smoke broken: M0 promised `node smoke/M0.js`, which exited 1",
    ]);
  });
});
