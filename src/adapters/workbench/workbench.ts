/** The workbench of one attempt: stages with trusted git, runs foreign commands in the sandbox. Holds no credential. */

import { diffTrees, entryAt, readCommit, readText } from "#adapters/git/objects.ts";
import { applyPatch, takePatch } from "#adapters/git/patch.ts";
import { stage } from "#adapters/git/stage.ts";
import { checkOut, replaceEntries } from "#adapters/git/writing.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { Desk } from "#adapters/workbench/desk.ts";
import { openWorkspace } from "#adapters/workbench/workspace.ts";
import { Failure } from "#core/errors.ts";
import type { CommandRun } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import { renderLanded } from "#core/render.ts";
import type { Sandbox, SandboxRun } from "#ports/sandbox.ts";
import type { Workbench } from "#ports/workbench.ts";

/** Characters of output kept in evidence. */
const TAIL = 4_000;

export type BenchOptions = {
  desk: Desk;
  /** Where `actions/checkout` put the commit. */
  checkout: string;
  /** The checked-out commit is a staged head rather than a base. */
  staged: boolean;
  sandbox: () => Promise<Sandbox>;
  /** PATH of foreign commands. */
  path: string;
  /** What `setup:` may see beyond the allow-list: proxies and certificates of the machine. */
  network: Readonly<Record<string, string>>;
  /** Takes every secret we know out of a text. */
  redact: (text: string) => string;
};

export function createWorkbench(options: BenchOptions): Workbench {
  const { desk, redact } = options;
  const environment = allowedEnvironment({ path: options.path, home: desk.home });
  let sandbox: Promise<Sandbox> | null = null;
  const confined = () => {
    sandbox ??= options.sandbox();
    return sandbox;
  };
  async function runIn(directory: string, script: string, seconds: number): Promise<SandboxRun> {
    const box = await confined();
    const writable = [directory, desk.home];
    return await box.run({ script, directory, writable, environment, network: "none", seconds });
  }
  return {
    async prepare(setup, seconds) {
      const base = await desk.begin(options.checkout, options.staged);
      const { head } = await desk.recall();
      const runs = await setUp(setup, seconds, { ...options, sandbox: confined });
      await desk.settle(head, base);
      return runs;
    },
    async open(brief, startFrom) {
      const { base } = await desk.recall();
      if (startFrom !== null) await beginFrom(startFrom, base, desk);
      return await openWorkspace({ brief, base, desk, runIn, redact });
    },
    async takePatch({ roadmapPath, changelogPath }) {
      const { base, made } = await desk.recall();
      const rendered = [roadmapPath, ...(changelogPath === null ? [] : [changelogPath])];
      const exclude = [...made, ...rendered];
      const taken = await takePatch({ git: desk.git, base, workspace: desk.prepared, exclude });
      if ("refused" in taken) throw new Failure("HANDOVER_INVALID", taken.refused);
      return taken.patch;
    },
    async stage({ milestone, roadmapPath, changelogPath }, patch) {
      const { base } = await desk.recall();
      const render = (files: Parameters<typeof renderLanded>[0]) => renderLanded(files, milestone);
      return await stage({ git: desk.git, base, patch, roadmapPath, changelogPath, render });
    },
    async headTree() {
      return (await readCommit(desk.git, (await desk.recall()).head)).tree;
    },
    async changes(base, tree) {
      return await diffTrees(desk.git, base, tree);
    },
    async layOut(place, tree, restore) {
      const { base } = await desk.recall();
      await desk.copyTo(place, base, await withBase(tree, base, restore, desk));
    },
    async run(place, command, tree, seconds) {
      const result = await runIn(desk.place(place), command, seconds);
      return { ...measured(command, tree, result, redact), output: result.output };
    },
    async readText(tree, path) {
      return await readText(desk.git, tree, path);
    },
  };
}

/** The owner's own commands, one after the other, with network and a home that stays. Stops at the first failure. */
async function setUp(
  setup: readonly string[],
  seconds: number,
  { desk, path, network, sandbox, redact }: BenchOptions,
): Promise<CommandRun[]> {
  if (setup.length === 0) return [];
  const { base } = await desk.recall();
  const box = await sandbox();
  const environment = allowedEnvironment({ path, home: desk.home, offline: false, extra: network });
  const runs: CommandRun[] = [];
  for (const script of setup) {
    const result = await box.run({
      script,
      directory: desk.prepared,
      writable: [desk.prepared, desk.home],
      environment,
      network: "open",
      seconds,
    });
    runs.push(measured(script, base, result, redact));
    if (result.exitCode !== 0) break;
  }
  return runs;
}

/** The tree with some of base's files put back. */
async function withBase(tree: Sha, base: Sha, restore: readonly string[], { git }: Desk): Promise<Sha> {
  if (restore.length === 0)
    return (await git.raw(["rev-parse", `${tree}^{tree}`])).output.toString().trim() as Sha;
  const entries = await Promise.all(
    restore.map(async (path) => [path, await entryAt(git, base, path)] as const),
  );
  return await replaceEntries(git, tree, new Map(entries));
}

/** Lays an earlier attempt's change out; one that does not apply any more is left: the reasons are in the brief. */
async function beginFrom(patch: Uint8Array, base: Sha, { git, prepared }: Desk): Promise<void> {
  const applied = await applyPatch(git, base, patch);
  if ("tree" in applied) await checkOut(git, applied.tree, prepared, (await readCommit(git, base)).tree);
}

function measured(command: string, tree: Sha, run: SandboxRun, redact: (text: string) => string): CommandRun {
  const { exitCode, seconds, digest, output } = run;
  return { command, tree, exitCode, seconds, digest, tail: redact(output).slice(-TAIL) };
}
