/** Puts one case of the corpus before the real court: real git, real runners, the real sandbox where there is one. */

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import { toolFolders } from "#adapters/sandbox/tool-folders.ts";
import { detectCommands } from "#core/detect.ts";
import { policyFrom } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import { type Judgement, tryChange } from "#src/trial.ts";
import type { Case } from "../cheats/case.ts";
import { modulesOf } from "../cheats/rig.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** The sandbox of this machine, or none: the corpus is ours, and what it proves does not depend on walls. */
export async function anySandbox(): Promise<Sandbox> {
  const readable = [...toolFolders(process.env.PATH ?? ""), ROOT];
  return await openSandbox({ bare: false, readable }).catch(() => openSandbox({ bare: true, readable }));
}

export async function tryCase(
  { base, change, milestone, policy = {}, runner }: Case,
  sandbox: Sandbox,
  { say = () => undefined, home }: { say?: (line: string) => void; home?: string } = {},
): Promise<Judgement> {
  const room = await mkdtemp(join(tmpdir(), "case-"));
  try {
    const checkout = join(room, "checkout");
    const markdown = `# Roadmap\n\n${milestone}`;
    const files: Record<string, string> = { ...base, "ROADMAP.md": markdown };
    await write(checkout, files);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: checkout });
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all", "--force");
    git("commit", "--quiet", "--message", "base");
    const work = join(room, "work");
    git("worktree", "add", "--quiet", "--detach", work);
    await write(work, change);
    execFileSync("git", ["add", "--all", "--force"], { cwd: work });
    const patch = execFileSync("git", ["diff", "--cached", "--binary", "--no-renames", "HEAD"], {
      cwd: work,
    });
    const detected = detectCommands(Object.keys(files), (path) => files[path] ?? null);
    const modules = modulesOf(runner);
    // A folder of its own: Vite writes into it.
    const linked = `mkdir node_modules && ln -s '${modules}'/* '${modules}'/.bin node_modules`;
    const setup = modules === null ? [] : [linked];
    const roadmap = parseRoadmap(markdown);
    const asked = roadmap.milestones.find(({ status }) => status === "planned");
    if (!asked) throw new Error("the case asks for nothing");
    return await tryChange({
      ...{ checkout, room: join(room, "trial"), patch, roadmap, milestone: asked, sandbox, say },
      policy: policyFrom(PolicyFile.parse({ land: "main", ...policy }), {
        defaultBranch: "main",
        ...detected,
        setup,
      }),
      path: process.env.PATH ?? "",
      ...(home ? { home } : {}),
    });
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

async function write(folder: string, files: Case["change"]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    if (text === null) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}
