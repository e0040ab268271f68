/** What one workflow run has for itself: files that pass between its jobs, and a folder for each attempt. */

import type { Assignment, Brief } from "#core/brief.ts";
import type { Baseline } from "#core/court/baseline.ts";
import type { Lines } from "#core/court/outline.ts";
import type { Invocation } from "#core/court/runner.ts";
import type { CommandRun, Evidence } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Checkpoint, Notes } from "#core/notes.ts";
import type { Opinion, OpinionQuestion } from "#core/opinion.ts";
import type { Meter, Outcome } from "#core/outcome.ts";
import type { Workspace } from "#ports/engine.ts";
import type { Beginning, HandOver } from "#ports/hand-over.ts";
import type { Place, Staged, Workbench } from "#ports/workbench.ts";
import {
  applyEdits,
  editsBetween,
  type Files,
  type MemoryGit,
  parsePatch,
  printPatch,
} from "./memory-git.ts";
import { changesBetween, stageIn } from "./memory-stage.ts";
import { isCode } from "./memory-world.ts";
import { MachineGone } from "./worlds.ts";

/** The artifacts of one workflow run. Everything is copied, as through a file. */
export class Artifacts {
  readonly #files = new Map<string, unknown>();

  put(name: string, value: unknown): void {
    this.#files.set(name, structuredClone(value));
  }

  get<Value>(name: string): Value | null {
    return (structuredClone(this.#files.get(name)) as Value | undefined) ?? null;
  }

  /** As when the machine is gone on which they were to be uploaded. */
  forget(name: string): void {
    for (const key of this.#files.keys())
      if (key.includes(name) && !key.startsWith("brief")) this.#files.delete(key);
  }

  all<Value>(kind: string): Value[] {
    return [...this.#files.keys()].flatMap((name) => {
      const value = name.startsWith(kind) ? this.get<Value>(name) : null;
      return value === null ? [] : [value];
    });
  }
}

export class MemoryHandOver implements HandOver {
  readonly #artifacts: Artifacts;
  readonly #name: string;
  #gone = false;

  constructor(artifacts: Artifacts, name: string) {
    this.#artifacts = artifacts;
    this.#name = name;
  }

  async readBrief({ slug, attempt, base, spec }: Assignment): Promise<Beginning | null> {
    return this.#artifacts.get(`brief ${slug} ${attempt} ${base} ${spec}`);
  }

  async writeBrief(brief: Brief, startFrom: Uint8Array | null, memory: Notes = {}): Promise<void> {
    const { slug, attempt, base, spec } = brief.assignment;
    this.#artifacts.put(`brief ${slug} ${attempt} ${base} ${spec}`, { brief, startFrom, memory });
  }

  async readCheckpoint(): Promise<Checkpoint | null> {
    return this.#artifacts.get(`checkpoint ${this.#name}`);
  }

  async writeNotes(notes: Notes): Promise<void> {
    const { notes: before } = await this.#checkpoint();
    await this.#keep({ notes: { ...before, ...notes } });
  }

  async keepPatch(patch: Uint8Array): Promise<void> {
    const { patch: kept } = await this.#checkpoint();
    if (patch.length > 0 && kept === null) await this.#keep({ patch });
  }

  async writeMeter(meter: Meter): Promise<void> {
    await this.#keep({ meter });
  }

  async #checkpoint(): Promise<Checkpoint> {
    return (await this.readCheckpoint()) ?? { notes: {}, patch: null, meter: null };
  }

  /** The machine goes away, with everything that was not uploaded. */
  lose(): void {
    this.#gone = true;
    this.#artifacts.forget(this.#name);
  }

  /** Nobody writes anything on a machine that is gone. */
  #mustStand(): void {
    if (this.#gone) throw new MachineGone("the runner went away");
  }

  async #keep(part: Partial<Checkpoint>): Promise<void> {
    this.#mustStand();
    this.#artifacts.put(`checkpoint ${this.#name}`, { ...(await this.#checkpoint()), ...part });
  }

  async readOutcome(): Promise<Outcome | null> {
    return this.#artifacts.get(`outcome ${this.#name}`);
  }

  async writeOutcome(outcome: Outcome): Promise<void> {
    this.#mustStand();
    this.#artifacts.put(`outcome ${this.#name}`, outcome);
  }

  async readPatch(): Promise<Uint8Array | null> {
    return this.#artifacts.get(`patch ${this.#name}`);
  }

  async writePatch(patch: Uint8Array): Promise<void> {
    this.#mustStand();
    this.#artifacts.put(`patch ${this.#name}`, patch);
  }

  async readBaseline(base: Sha): Promise<Baseline | null> {
    return this.#artifacts.get(`baseline ${base}`);
  }

  async writeBaseline(baseline: Baseline): Promise<void> {
    this.#artifacts.put(`baseline ${baseline.base}`, baseline);
  }

  async readEvidence(): Promise<Evidence[]> {
    return this.#artifacts.all("evidence");
  }

  async writeEvidence(evidence: Evidence): Promise<void> {
    this.#artifacts.put(`evidence ${this.#name} ${evidence.tree}`, evidence);
  }

  async readQuestion({ slug, attempt, base, spec }: Assignment): Promise<OpinionQuestion | null> {
    return this.#artifacts.get(`question ${slug} ${attempt} ${base} ${spec}`);
  }

  async writeQuestion(question: OpinionQuestion): Promise<void> {
    const { slug, attempt, base, spec } = question;
    this.#artifacts.put(`question ${slug} ${attempt} ${base} ${spec}`, question);
  }

  async readOpinions(): Promise<Opinion[]> {
    return this.#artifacts.all("opinion");
  }

  async writeOpinion(opinion: Opinion): Promise<void> {
    this.#artifacts.put(`opinion ${this.#name} ${opinion.tree}`, opinion);
  }
}

/** A program so small that a story can run it: a test is a list of `FILE says WORD` and `FILE never says WORD`. */
export class MemoryWorkbench implements Workbench {
  readonly #git: MemoryGit;
  readonly #head: Sha;
  readonly #places = new Map<Place, Files>();
  /** What it was before anybody worked in it. */
  base: Files = {};
  /** The folder the engine works in. */
  files: Record<string, string> = {};

  constructor(git: MemoryGit, head: Sha) {
    this.#git = git;
    this.#head = head;
  }

  async prepare(): Promise<CommandRun[]> {
    return [];
  }

  async open({ assignment }: Brief, startFrom: Uint8Array | null, memory: Notes = {}): Promise<Workspace> {
    this.base = this.#git.filesOf(assignment.base);
    const started = applyEdits(this.base, parsePatch(startFrom ?? new Uint8Array()));
    this.files = { ...("files" in started ? started.files : this.base) };
    return {
      directory: "/checkout",
      spill: "/spill",
      notes: "/notes",
      memory: memory["state.md"] ?? null,
      instructions: "",
      shell: async (script) => ({ ...play(script, this.files), timedOut: false }),
      gates: async () => ({ green: play("npm test", this.files).exitCode === 0, report: "" }),
      changedPaths: async () => editsBetween(this.base, this.files).map(({ path }) => path),
      checkpoint: async () => undefined,
      restore: async () => false,
    };
  }

  async takePatch(): Promise<Uint8Array> {
    return printPatch(editsBetween(this.base, this.files).filter(isCode));
  }

  async stage({ assignment, milestone, changelogPath }: Brief, patch: Uint8Array): Promise<Staged> {
    return stageIn(this.#git, { base: assignment.base, edits: parsePatch(patch), milestone, changelogPath });
  }

  async headTree(): Promise<Sha> {
    return this.#git.read(this.#head).tree;
  }

  async changes(base: Sha, tree: Sha) {
    return changesBetween(this.#git, base, tree);
  }

  async changedLines(base: Sha, tree: Sha, path: string): Promise<Lines[]> {
    const [before, after] = [base, tree].map((of) => (this.#git.filesOf(of)[path] ?? "").split("\n"));
    return (after ?? []).flatMap((line, index) =>
      before?.includes(line) ? [] : [{ from: index + 1, to: index + 1 }],
    );
  }

  async layOut(place: Place, tree: Sha, instead?: { paths: readonly string[]; from: Sha }): Promise<void> {
    const files = { ...this.#git.filesOf(tree) };
    for (const path of instead?.paths ?? []) {
      const text = instead && this.#git.filesOf(instead.from)[path];
      if (text === undefined) delete files[path];
      else files[path] = text;
    }
    this.#places.set(place, files);
  }

  async run(place: Place, command: string, tree: Sha): Promise<CommandRun & { output: string }> {
    const { exitCode, output } = play(command, this.#places.get(place) ?? {});
    return { command, tree, exitCode, output, tail: output, seconds: 1, digest: "digest" };
  }

  /** No runner of these programs leaves a report. */
  async runTests(place: Place, { command }: Invocation, tree: Sha) {
    return { run: await this.run(place, command, tree), results: null };
  }

  async holdOuts() {
    return null;
  }

  async paths(tree: Sha): Promise<string[]> {
    return Object.keys(this.#git.filesOf(tree));
  }

  async readText(tree: Sha, path: string): Promise<string | null> {
    return this.#git.filesOf(tree)[path] ?? null;
  }
}

/** `npm test` runs every test file, `node FILE` one of them. */
function play(command: string, files: Files): { exitCode: number; output: string } {
  const tests = Object.keys(files).filter((path) =>
    command === "npm test" ? path.startsWith("test/") : command === `node ${path}`,
  );
  const broken = tests.flatMap((path) =>
    (files[path] ?? "").split("\n").filter((line) => !holds(line, files)),
  );
  const red = broken.length > 0 || tests.length === 0;
  return { exitCode: red ? 1 : 0, output: broken.map((line) => `not so: ${line}`).join("\n") };
}

function holds(line: string, files: Files): boolean {
  const [, path = "", never, word = ""] = /^(\S+) (never )?says (.+)$/.exec(line) ?? [];
  return line === "" || (files[path] ?? "").includes(word) === (never === undefined);
}
