/** The workbench of one attempt: stages with trusted git, runs foreign commands in the sandbox. Holds no credential. */

import { changedLines } from "#adapters/git/lines.ts";
import { diffTrees, entryAt, listFiles, readCommit, readText, treeOf } from "#adapters/git/objects.ts";
import { applyPatch, takePatch } from "#adapters/git/patch.ts";
import { stage } from "#adapters/git/stage.ts";
import { checkOut, replaceEntries } from "#adapters/git/writing.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { Desk } from "#adapters/workbench/desk.ts";
import { readHoldOuts } from "#adapters/workbench/hold-outs.ts";
import { openTray, type Tray } from "#adapters/workbench/tray.ts";
import { openWorkspace } from "#adapters/workbench/workspace.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Invocation } from "#core/court/runner.ts";
import { Failure } from "#core/errors.ts";
import type { CommandRun } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import { renderLanded } from "#core/render.ts";
import type { Sandbox, SandboxRun } from "#ports/sandbox.ts";
import type { Place, Ran, Workbench, Writes } from "#ports/workbench.ts";

/** Characters of output kept in evidence. */
const TAIL = 4_000;

export type ReadReport = (
  invocation: Pick<Invocation, "format" | "folder">,
  told: { output: string; report: string | null },
  directory: string,
) => TestResult[] | null;

export type BenchOptions = {
  desk: Desk;
  /** Where `actions/checkout` put the commit. */
  checkout: string;
  /** The checked-out commit is a staged head rather than a base. */
  staged: boolean;
  sandbox: () => Promise<Sandbox>;
  /** Reads what a test runner reports; loaded when the first tests were run. */
  readReport: () => Promise<ReadReport>;
  /** PATH of foreign commands. */
  path: string;
  /** What `setup:` may see beyond the allow-list: proxies and certificates of the machine. */
  network: Readonly<Record<string, string>>;
  /** Takes every secret we know out of a text. */
  redact: (text: string) => string;
};

export function createWorkbench(options: BenchOptions): Workbench {
  const { desk, redact } = options;
  const { confined, runIn, runAt } = confinedRuns(options);
  return {
    async prepare(setup, seconds) {
      const base = await desk.begin(options.checkout, options.staged);
      if (setup.length === 0) return [];
      const { head } = await desk.recall();
      const runs = await setUp(setup, seconds, { ...options, sandbox: confined });
      await desk.settle(head, base);
      return runs;
    },
    async open(brief, startFrom, memory = {}) {
      const { base } = await desk.recall();
      if (startFrom !== null) await beginFrom(startFrom, base, desk);
      const remembered = memory["state.md"] ?? null;
      return await openWorkspace({ brief, base, desk, runIn, redact, memory: remembered });
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
    async changedLines(base, tree, path) {
      return await changedLines(desk.git, base, tree, path);
    },
    async layOut(place, tree, instead) {
      const { base } = await desk.recall();
      const mixed = instead ? await withPathsFrom(tree, instead, desk) : await treeOf(desk.git, tree);
      await desk.copyTo(place, base, mixed);
    },
    async run(place, command, tree, seconds, writes) {
      return await withTray(desk, writes, (tray) => runAt(place, command, tree, seconds, tray));
    },
    async runTests(place, invocation, tree, seconds, writes) {
      return await withTray(desk, writes, async (tray) => {
        const run = await runAt(place, invocation.command, tree, seconds, tray);
        const readReport = await options.readReport();
        const told = { output: run.output, report: await tray.report() };
        return { run, results: readReport(invocation, told, desk.place(place)) };
      });
    },
    async holdOuts() {
      return await readHoldOuts(desk.git, options.checkout);
    },
    async paths(tree) {
      return await listFiles(desk.git, tree);
    },
    async readText(tree, path) {
      return await readText(desk.git, tree, path);
    },
  };
}

/** How foreign commands run here: one sandbox, opened when the first of them comes. */
function confinedRuns({ desk, path, sandbox: open, redact }: BenchOptions) {
  const environment = {
    ...allowedEnvironment({ path, home: desk.home }),
    // A file that was rewritten within the same second would be run from its stale bytecode.
    PYTHONDONTWRITEBYTECODE: "1",
  };
  let sandbox: Promise<Sandbox> | null = null;
  const confined = () => {
    sandbox ??= open();
    return sandbox;
  };
  async function runIn(
    directory: string,
    script: string,
    seconds: number,
    signal?: AbortSignal,
    tray?: Tray,
  ): Promise<SandboxRun> {
    const box = await confined();
    const writable = [directory, desk.home, ...(tray ? [tray.folder] : [])];
    const given = { ...environment, ...tray?.environment };
    return await box.run({
      script,
      directory,
      writable,
      environment: given,
      network: "none",
      seconds,
      signal,
    });
  }
  async function runAt(place: Place, command: string, tree: Sha, seconds: number, tray: Tray): Promise<Ran> {
    const result = await runIn(desk.place(place), tray.script(command), seconds, undefined, tray);
    return { ...measured(command, tree, result, redact), output: result.output };
  }
  return { confined, runIn, runAt };
}

/** The owner's own commands, one after the other, with network and a home that stays. Stops at the first failure. */
async function setUp(
  setup: readonly string[],
  seconds: number,
  { desk, path, network, sandbox, redact }: BenchOptions,
): Promise<CommandRun[]> {
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

async function withTray<Result>(
  desk: Desk,
  writes: Writes | undefined,
  use: (tray: Tray) => Promise<Result>,
): Promise<Result> {
  const tray = await openTray(desk.trays, writes ?? {});
  try {
    return await use(tray);
  } finally {
    await tray.clear();
  }
}

/** The tree with some paths as they are in another one; what is not there is taken out. */
async function withPathsFrom(
  tree: Sha,
  { paths, from }: { paths: readonly string[]; from: Sha },
  { git }: Desk,
): Promise<Sha> {
  if (paths.length === 0) return await treeOf(git, tree);
  const entries = await Promise.all(
    paths.map(async (path) => [path, await entryAt(git, from, path)] as const),
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
