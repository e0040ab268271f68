/** Hand-over by files below RUNNER_TEMP: steps of the workflow carry the folders up and down as artifacts. */

import { mkdir, open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type * as z from "zod";
import { writeWhole } from "#adapters/whole-file.ts";
import { type Assignment, Brief } from "#core/brief.ts";
import { Baseline } from "#core/court/baseline.ts";
import { Failure } from "#core/errors.ts";
import { Evidence } from "#core/evidence.ts";
import { MOST_CHARACTERS, NOTE_NAMES, type Notes, noteEntries, noteOf } from "#core/notes.ts";
import { Opinion, OpinionQuestion } from "#core/opinion.ts";
import { Meter, Outcome } from "#core/outcome.ts";
import type { HandOver } from "#ports/hand-over.ts";

/** Bytes a file of a hand-over may have: nothing we write is larger. */
const MOST_BYTES = 40_000_000;

/**
 * `<kind>-<slug>-<attempt>-<run_attempt>`. The folder travels inside its artifact, because download-artifact makes one
 * of its own only when more than one artifact matches.
 */
const FOLDER = /^(?<kind>[a-z]+)-(?<about>.+)-(?<runAttempt>[1-9]\d*)$/;

/** The engine's change as of the last step that was green. */
const KEPT_PATCH = "checkpoint.patch";

/** Where an attempt writes down what outlives it: inside the folder that is uploaded, under a name of its own. */
export function checkpointFolder(
  root: string,
  { slug, attempt }: Pick<Assignment, "slug" | "attempt">,
  runAttempt: number,
): string {
  return join(root, "out", "checkpoint", `checkpoint-${slug}-${attempt}-${runAttempt}`);
}

/**
 * `root/in` holds what was downloaded, `root/out/<artifact>` what will be uploaded. `about` is the attempt of this
 * job, `staged` whether it is about a head of the train.
 */
export function openFolders(
  root: string,
  { runAttempt, about, staged }: { runAttempt: number; about: Assignment | null; staged: boolean },
): HandOver {
  const incoming = join(root, "in");
  const outgoing = (
    artifact: string,
    kind: string,
    { slug, attempt }: Pick<Assignment, "slug" | "attempt">,
  ) => join(root, "out", artifact, `${kind}-${slug}-${attempt}-${runAttempt}`);
  const own = (artifact: string, kind: string) => {
    if (about === null)
      throw new Failure("INPUT_INVALID", `${kind} belongs to an attempt, and none was named`);
    return outgoing(artifact, kind, about);
  };
  const newest = async (kind: string) => await newestOf(incoming, kind, runAttempt);
  // A download's pattern is a prefix: `patch-1-1-*` brings slug `1-1` along.
  const ownPatch = async () =>
    about === null ? undefined : (await newest("patch")).find((folder) => isOf(folder, about));
  return {
    async readBrief(assignment) {
      for (const folder of await newest("brief")) {
        const brief = await readJson(join(folder, "brief.json"), Brief);
        if (brief === null || !fits(brief.assignment, assignment)) continue;
        const startFrom = await readBytes(join(folder, "start.patch"));
        return { brief, startFrom, memory: await readNotes(folder) };
      }
      return null;
    },
    async readOutcome() {
      const folder = await ownPatch();
      return folder ? await readJson(join(folder, "outcome.json"), Outcome) : null;
    },
    async readPatch() {
      const folder = await ownPatch();
      return folder ? await readBytes(join(folder, "change.patch")) : null;
    },
    async readEvidence() {
      const folders = [...(await newest("train")), ...(await newest("evidence"))];
      const read = await Promise.all(
        folders.map(async (folder) => await readJson(join(folder, "evidence.json"), Evidence)),
      );
      return read.filter((one) => one !== null);
    },
    async readBaseline(base) {
      for (const folder of await newest("baseline")) {
        const baseline = await readJson(join(folder, "baseline.json"), Baseline);
        if (baseline?.base === base) return baseline;
      }
      return null;
    },
    async writeBaseline(baseline) {
      const folder = join(root, "out", "baseline", `baseline-cycle-0-${runAttempt}`);
      await write(join(folder, "baseline.json"), JSON.stringify(baseline));
    },
    async writeBrief(brief, startFrom, memory = {}) {
      const folder = outgoing("brief", "brief", brief.assignment);
      await write(join(folder, "brief.json"), JSON.stringify(brief));
      if (startFrom !== null) await write(join(folder, "start.patch"), startFrom);
      await layNotes(folder, memory);
    },
    async writeOutcome(outcome) {
      await write(join(own("patch", "patch"), "outcome.json"), JSON.stringify(outcome));
    },
    async writePatch(patch) {
      await write(join(own("patch", "patch"), "change.patch"), patch);
    },
    async writeEvidence(evidence) {
      await write(
        join(own("evidence", staged ? "train" : "evidence"), "evidence.json"),
        JSON.stringify(evidence),
      );
    },
    ...checkpointsIn({ newest, own, about }),
    ...opinionsIn({ newest, outgoing, own }),
  };
}

/** What is written while the work goes on: the job may end at any moment, and what was written is uploaded all the same. */
function checkpointsIn({
  newest,
  own,
  about,
}: {
  newest(kind: string): Promise<string[]>;
  own(artifact: string, kind: string): string;
  about: Assignment | null;
}): Pick<HandOver, "readCheckpoint" | "writeNotes" | "keepPatch" | "writeMeter"> {
  const folder = () => own("checkpoint", "checkpoint");
  return {
    async readCheckpoint() {
      const left = about && (await newest("checkpoint")).find((one) => isOf(one, about));
      if (!left) return null;
      // A file that was cut off in the middle is as good as none.
      const [patch, meter] = await Promise.all([
        readBytes(join(left, KEPT_PATCH)).catch(() => null),
        readJson(join(left, "meter.json"), Meter).catch(() => null),
      ]);
      return { notes: await readNotes(left), patch, meter };
    },
    async writeNotes(notes) {
      await layNotes(folder(), notes);
    },
    async keepPatch(patch) {
      const path = join(folder(), KEPT_PATCH);
      if (patch.length > 0 && (await stat(path).catch(() => null)) === null) await write(path, patch);
    },
    async writeMeter(meter) {
      await write(join(folder(), "meter.json"), JSON.stringify(meter));
    },
  };
}

async function layNotes(folder: string, notes: Notes): Promise<void> {
  for (const [name, text] of noteEntries(notes)) await write(join(folder, name), text);
}

/** As much of each note as is kept; what lies beyond is never read. */
async function readNotes(folder: string): Promise<Notes> {
  const notes: Notes = {};
  for (const name of NOTE_NAMES) {
    const note = noteOf(await readBeginning(join(folder, name), 4 * MOST_CHARACTERS));
    if (note !== null) notes[name] = note;
  }
  return notes;
}

/** Empty when there is no such file. */
async function readBeginning(path: string, bytes: number): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return "";
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes + 4), 0, bytes + 4, 0);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}

/** What passes about opinions: the question travels with the briefs, the opinion by itself. */
function opinionsIn({
  newest,
  outgoing,
  own,
}: {
  newest(kind: string): Promise<string[]>;
  outgoing(artifact: string, kind: string, about: Pick<Assignment, "slug" | "attempt">): string;
  own(artifact: string, kind: string): string;
}): Pick<HandOver, "readQuestion" | "writeQuestion" | "readOpinions" | "writeOpinion"> {
  return {
    async readQuestion(assignment) {
      for (const folder of await newest("question")) {
        const question = await readJson(join(folder, "question.json"), OpinionQuestion);
        if (question !== null && fits(question, assignment)) return question;
      }
      return null;
    },
    async writeQuestion(question) {
      await write(join(outgoing("brief", "question", question), "question.json"), JSON.stringify(question));
    },
    async readOpinions() {
      const folders = await newest("opinion");
      const read = await Promise.all(
        folders.map(async (folder) => await readJson(join(folder, "opinion.json"), Opinion)),
      );
      return read.filter((one) => one !== null);
    },
    async writeOpinion(opinion) {
      await write(join(own("opinion", "opinion"), "opinion.json"), JSON.stringify(opinion));
    },
  };
}

/** Of each thing the folder of the newest run attempt that is not younger than ours. */
async function newestOf(incoming: string, kind: string, runAttempt: number): Promise<string[]> {
  const names = await readdir(incoming).catch(() => []);
  const best = new Map<string, { name: string; number: number }>();
  for (const name of names) {
    const { kind: found, about = "", runAttempt: text } = FOLDER.exec(name)?.groups ?? {};
    const number = Number(text);
    if (found !== kind || number > runAttempt || number < (best.get(about)?.number ?? 0)) continue;
    best.set(about, { name, number });
  }
  return [...best.values()].map(({ name }) => join(incoming, name));
}

function isOf(folder: string, { slug, attempt }: Assignment): boolean {
  return FOLDER.exec(basename(folder))?.groups?.about === `${slug}-${attempt}`;
}

function fits(made: Assignment, { slug, attempt, base, spec }: Assignment): boolean {
  return made.slug === slug && made.attempt === attempt && made.base === base && made.spec === spec;
}

/** Null when there is no such file. A file that is there and cannot be read is a failure, never an absence. */
async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  const bytes = await readBytes(path);
  if (bytes === null) return null;
  const parsed = schema.safeParse(jsonFrom(Buffer.from(bytes).toString("utf8")));
  if (parsed.success) return parsed.data;
  throw new Failure(
    "HANDOVER_INVALID",
    `${path.split("/").slice(-2).join("/")} is not what this version writes`,
  );
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBytes(path: string): Promise<Uint8Array | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return null;
  if (found.size > MOST_BYTES)
    throw new Failure("HANDOVER_INVALID", `a hand-over file has ${found.size} bytes`);
  return await readFile(path);
}

async function write(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeWhole(path, bytes);
}
