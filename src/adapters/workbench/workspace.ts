/** The checkout an engine works in: a repository of one commit, and a shell that leads nowhere else. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diffTrees, readText } from "#adapters/git/objects.ts";
import { takePatch } from "#adapters/git/patch.ts";
import { checkOut } from "#adapters/git/writing.ts";
import { writeWhole } from "#adapters/whole-file.ts";
import type { Desk } from "#adapters/workbench/desk.ts";
import type { Brief } from "#core/brief.ts";
import type { Sha } from "#core/milestone.ts";
import type { Workspace } from "#ports/engine.ts";
import type { SandboxRun } from "#ports/sandbox.ts";

type RunIn = (
  directory: string,
  script: string,
  seconds: number,
  signal?: AbortSignal,
) => Promise<SandboxRun>;

/** Seconds one gate command may take while the engine is at work. */
const GATE_SECONDS = 900;

/** Where the owner speaks to whoever works in the repository; the first of each row that exists is read. */
const INSTRUCTIONS = [["AGENTS.md", "CLAUDE.md"]] as const;

export async function openWorkspace(given: {
  brief: Brief;
  base: Sha;
  desk: Desk;
  runIn: RunIn;
  redact: (text: string) => string;
  memory: string | null;
}): Promise<Workspace> {
  const { brief, base, desk, runIn, redact, memory } = given;
  const directory = desk.prepared;
  await commitOnce(directory, (await desk.recall()).made, runIn);
  await rm(desk.notes, { recursive: true, force: true });
  await mkdir(desk.notes, { recursive: true });
  const taken = async () => await takenFrom(brief, base, desk);
  let checkpoint: Sha | null = null;
  return {
    directory,
    spill: desk.spill,
    notes: desk.notes,
    memory,
    instructions: await instructionsAt(base, brief.conventionsPath, desk),
    async shell(script, seconds, signal) {
      const { exitCode, timedOut, output } = await runIn(directory, script, seconds, signal);
      return { exitCode, timedOut, output: redact(output) };
    },
    async gates(signal) {
      const reports: string[] = [];
      for (const command of brief.gates) {
        const { exitCode, output } = await runIn(directory, command, GATE_SECONDS, signal);
        if (exitCode === 0) continue;
        const end = exitCode === null ? "was stopped at its time limit" : `exited ${exitCode}`;
        reports.push(`\`${command}\` ${end}\n${redact(output)}`);
      }
      return { green: reports.length === 0, report: reports.join("\n\n") };
    },
    async changedPaths() {
      const now = await taken();
      return "refused" in now ? [] : (await diffTrees(desk.git, base, now.tree)).map(({ path }) => path);
    },
    // In our own repository, with no commit and no ref: the one in the checkout is the engine's, and nobody reads it.
    async checkpoint(label) {
      const now = await taken();
      if ("refused" in now) return;
      await writeWhole(join(desk.notes, "checkpoint.patch"), now.patch);
      await writeFile(join(desk.notes, "checkpoint.txt"), `${label}\n`);
      checkpoint = now.tree;
    },
    async restore() {
      const now = checkpoint === null ? null : await taken();
      if (checkpoint === null || now === null || "refused" in now) return false;
      await checkOut(desk.git, checkpoint, directory, now.tree);
      return true;
    },
  };
}

async function takenFrom(brief: Brief, base: Sha, desk: Desk): ReturnType<typeof takePatch> {
  const { made } = await desk.recall();
  const rendered = [brief.roadmapPath, ...(brief.changelogPath === null ? [] : [brief.changelogPath])];
  return await takePatch({
    git: desk.git,
    base,
    workspace: desk.prepared,
    exclude: [...made, ...rendered],
  });
}

/** The engine's own history is one commit of base and nothing else; nobody ever reads it again. */
async function commitOnce(directory: string, made: readonly string[], runIn: RunIn): Promise<void> {
  await mkdir(join(directory, ".git", "info"), { recursive: true });
  await writeFile(join(directory, ".git", "info", "exclude"), made.map((path) => `/${path}\n`).join(""));
  const who = "-c user.name=Daybreak -c user.email=daybreak@users.noreply.github.com";
  const script = `git -c init.defaultBranch=main init --quiet && git add --all && git ${who} commit --quiet --message base`;
  await runIn(directory, script, 120);
}

async function instructionsAt(base: Sha, conventions: string, { git }: Desk): Promise<string> {
  const texts: string[] = [];
  for (const row of [...INSTRUCTIONS, [conventions]]) {
    for (const path of row) {
      const text = await readText(git, base, path);
      if (text === null) continue;
      texts.push(`${path}:\n\n${text.trim()}`);
      break;
    }
  }
  return texts.join("\n\n");
}
