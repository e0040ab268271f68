/** Puts an owner's own past commits before the court, one after the other, and goes on where it was. Changes none of them. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { readText } from "#adapters/git/objects.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import { toolFolders } from "#adapters/sandbox/tool-folders.ts";
import {
  type Calibration,
  countRules,
  type JudgedCommit,
  rulesIn,
  type SkippedCommit,
} from "#core/calibration.ts";
import { Failure } from "#core/errors.ts";
import type { Sha } from "#core/milestone.ts";
import { openOwners, resolveCommit, type Step, wordsOf } from "#rehearsal/replay/owners-repository.ts";
import { type Building, buildCommits } from "#src/calibrate/build.ts";
import { caseFor, type OwnersPolicy } from "#src/calibrate/case.ts";
import { candidates } from "#src/calibrate/history.ts";
import { keyOf, openRecords } from "#src/calibrate/record.ts";
import { inRoom, type OnProgress, type World, withWayOut } from "#src/calibrate/world.ts";
import { tryChange } from "#src/trial.ts";

const POLICY_PATH = ".github/daybreak.yml";

/** Beside what git keeps of the repository, where nothing is committed and nothing is cleaned. */
const USUAL_KEEP = "daybreak-calibration";

export type Asked = {
  directory: string;
  /** How many commits to judge. */
  last: number;
  /** Where results are kept; null: in the repository's own git folder. */
  keep: string | null;
  /** Daybreak's own version: another one judges again. */
  version: string;
  noSandbox: boolean;
  build: Building | null;
  environment: Readonly<Record<string, string | undefined>>;
  onProgress: OnProgress;
};

/** @throws Failure REPOSITORY_UNREADABLE, POLICY_INVALID, SANDBOX_UNAVAILABLE, and what stops the engine as a whole. */
export async function calibrate(asked: Asked): Promise<Calibration> {
  const begun = performance.now();
  const { directory, last, environment, onProgress, version } = asked;
  const source = await openOwners(directory);
  const head = await resolveCommit(source, "HEAD");
  if (head === null) throw new Failure("REPOSITORY_UNREADABLE", `${directory} has no commit`);
  const owners = await readPolicy(directory, source, head);
  const path = environment.PATH ?? "";
  const hidden = [resolve(directory)];
  const confined = await openSandbox({ bare: asked.noSandbox, readable: toolFolders(path), hidden });
  const sandbox = withWayOut(confined, environment);
  const keep = resolve(asked.keep ?? join(source.directory, USUAL_KEEP));
  const records = await openRecords(keep);
  onProgress({ kind: "started", sandbox: sandbox.name, keep });
  const world: World = { source, owners, sandbox, records, path, onProgress, rules: [version, owners] };
  const { judged, skipped, steps } = await judgeLast(last, head, world);
  const builds =
    asked.build === null ? null : await buildCommits(asked.build, buildable(judged, steps), world);
  return {
    version: 1,
    repository: directory,
    ...{ head, asked: last, judged, skipped, rules: countRules(judged), builds },
    seconds: (performance.now() - begun) / 1_000,
  };
}

/** The policy as the owner has it now, committed or not: he wants to know what it would do. */
async function readPolicy(directory: string, source: Git, head: Sha): Promise<OwnersPolicy> {
  const file = join(directory, POLICY_PATH);
  const text = existsSync(file) ? await readFile(file, "utf8") : await readText(source, head, POLICY_PATH);
  const { policy, diagnostics } = readPolicyFile(text, POLICY_PATH);
  if (diagnostics.length > 0)
    throw new Failure("POLICY_INVALID", `${POLICY_PATH} cannot be read`, { diagnostics });
  return policy;
}

type Judging = { judged: JudgedCommit[]; skipped: SkippedCommit[]; steps: ReadonlyMap<Sha, Step> };

async function judgeLast(last: number, head: Sha, world: World): Promise<Judging> {
  const judged: JudgedCommit[] = [];
  const skipped: SkippedCommit[] = [];
  const steps = new Map<Sha, Step>();
  let at = 0;
  for await (const candidate of candidates(world.source, head, world.owners)) {
    if (at >= last) break;
    const found =
      "skipped" in candidate ? candidate.skipped : await judgeOnce(candidate.step, ++at, last, world);
    if ("says" in found) judged.push(found);
    else {
      skipped.push(found);
      world.onProgress({ kind: "skipped", skipped: found });
    }
    if ("step" in candidate) steps.set(candidate.step.commit.sha, candidate.step);
  }
  return { judged, skipped, steps };
}

async function judgeOnce(
  step: Step,
  at: number,
  of: number,
  world: World,
): Promise<JudgedCommit | SkippedCommit> {
  const { records, rules, onProgress } = world;
  const commit = step.commit.sha;
  const key = keyOf([...rules, "judged", commit, step.parent.sha]);
  const known = records.judged(key);
  if (known === null) onProgress({ kind: "judging", at, of, commit, subject: wordsOf(step.commit).subject });
  const judged = known ?? (await judge(step, world));
  if ("says" in judged) {
    if (known === null) await records.add({ key, judged });
    onProgress({ kind: "judged", at, of, judged, known: known !== null });
  }
  return judged;
}

async function judge(step: Step, world: World): Promise<JudgedCommit | SkippedCommit> {
  const { sandbox, path } = world;
  const { subject } = wordsOf(step.commit);
  const commit = step.commit.sha;
  return await inRoom(async (room) => {
    const found = await caseFor(step, { ...world, room });
    if (found === null) return { commit, subject, because: "no command builds or tests its parent" };
    const { says, because, seconds } = await tryChange({
      ...{ ...found, sandbox, path, room: join(room, "trial") },
      say: () => undefined,
    });
    const [first = ""] = because;
    // Nobody's fault but this machine's or this day's: nothing is remembered of it.
    if (first.startsWith("setup: ")) return { commit, subject, because: first };
    const { kind } = found.milestone;
    const facts = { commit, parent: step.parent.sha, subject, kind, says, because };
    return { ...facts, rules: rulesIn(because), seconds };
  });
}

/** On a red base nobody could tell what the engine broke. */
function buildable(judged: readonly JudgedCommit[], steps: ReadonlyMap<Sha, Step>): Step[] {
  return judged
    .filter(({ rules }) => !rules.includes("red base"))
    .flatMap(({ commit }) => steps.get(commit) ?? []);
}
