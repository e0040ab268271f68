/** Hand-over by files below RUNNER_TEMP: steps of the workflow carry the folders up and down as artifacts. */

import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type * as z from "zod";
import { type Assignment, Brief } from "#core/brief.ts";
import { Baseline } from "#core/court/baseline.ts";
import { Failure } from "#core/errors.ts";
import { Evidence } from "#core/evidence.ts";
import { Opinion, OpinionQuestion } from "#core/opinion.ts";
import { Outcome } from "#core/outcome.ts";
import type { HandOver } from "#ports/hand-over.ts";

/** Bytes a file of a hand-over may have: nothing we write is larger. */
const MOST_BYTES = 40_000_000;

/**
 * `<kind>-<slug>-<attempt>-<run_attempt>`. The folder travels inside its artifact, because download-artifact makes one
 * of its own only when more than one artifact matches.
 */
const FOLDER = /^(?<kind>[a-z]+)-(?<about>.+)-(?<runAttempt>[1-9]\d*)$/;

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
        return { brief, startFrom: await readBytes(join(folder, "start.patch")) };
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
    async writeBrief(brief, startFrom) {
      const folder = outgoing("brief", "brief", brief.assignment);
      await write(join(folder, "brief.json"), JSON.stringify(brief));
      if (startFrom !== null) await write(join(folder, "start.patch"), startFrom);
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
    ...opinionsIn({ newest, outgoing, own }),
  };
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
  await writeFile(path, bytes);
}
