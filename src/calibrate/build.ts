/**
 * Lets the built-in engine make past commits from their messages alone, within a budget, and has the court and the commits'
 * own tests judge what came of it. The engine sees the parent's tree and nothing of the commit.
 */

import { join } from "node:path";
import { createAnthropicEngine } from "#adapters/anthropic/engine.ts";
import { fetch } from "#adapters/git/remote.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import { createWorkbench } from "#adapters/workbench/workbench.ts";
import { Brief } from "#core/brief.ts";
import { docketFor } from "#core/briefing.ts";
import type { BuiltCommit } from "#core/calibration.ts";
import { CATALOGUE, type Code, Failure } from "#core/errors.ts";
import { NightName } from "#core/journal.ts";
import { NOTHING_SPENT, type Outcome } from "#core/outcome.ts";
import { ceilingOf } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";
import type { Engine } from "#ports/engine.ts";
import type { Workbench } from "#ports/workbench.ts";
import { type Step, wordsOf } from "#rehearsal/replay/owners-repository.ts";
import { type Case, caseFor } from "#src/calibrate/case.ts";
import { keyOf } from "#src/calibrate/record.ts";
import { inRoom, type World } from "#src/calibrate/world.ts";
import { tryChange } from "#src/trial.ts";

/** What may be built, and with whose money. */
export type Building = {
  commits: number;
  /** US dollars for all of them together. */
  budget: number;
  apiKey: string;
  /** Null: the service itself. */
  baseUrl: string | null;
};

/** No night of anybody's: nothing here is journalled. */
const NIGHT = NightName.parse("2000-01-01");

export async function buildCommits(
  { commits, budget, apiKey, baseUrl }: Building,
  steps: readonly Step[],
  world: World,
): Promise<BuiltCommit[]> {
  const { owners, records, onProgress } = world;
  const each = Math.min(Math.floor((budget / commits) * 100) / 100, ceilingOf(owners));
  if (each <= 0) throw new Failure("USAGE", `$${budget} is too little for ${commits} commits`);
  onProgress({ kind: "capped", commits, budget, each });
  const engine = createAnthropicEngine({ apiKey, baseUrl });
  const all: BuiltCommit[] = [];
  for (const [index, step] of steps.slice(0, commits).entries()) {
    const place = { at: index + 1, of: Math.min(commits, steps.length) };
    const commit = step.commit.sha;
    const key = keyOf([...world.rules, "built", commit, step.parent.sha, each]);
    const known = records.built(key);
    if (known === null)
      onProgress({ kind: "building", ...place, commit, subject: wordsOf(step.commit).subject });
    const built = known ?? (await build(step, each, engine, world));
    if (known === null) await records.add({ key, built });
    onProgress({ kind: "built", ...place, built, known: known !== null });
    all.push(built);
  }
  return all;
}

async function build(step: Step, usd: number, engine: Engine, world: World): Promise<BuiltCommit> {
  const begun = performance.now();
  const { subject } = wordsOf(step.commit);
  const { because, spend } = await inRoom(async (room) => {
    const found = await caseFor(step, { ...world, room });
    if (found === null) return { because: ["no command builds or tests its parent"], spend: NOTHING_SPENT };
    return await attempt(step, briefFor(found, usd), found, { room, engine, world });
  });
  const seconds = (performance.now() - begun) / 1_000;
  return { commit: step.commit.sha, subject, built: because.length === 0, because, spend, seconds };
}

async function attempt(
  { commit }: Step,
  brief: Brief,
  found: Case,
  { room, engine, world }: { room: string; engine: Engine; world: World },
): Promise<{ because: string[]; spend: Outcome["spend"] }> {
  const { sandbox, path } = world;
  const desk = openDesk(join(room, "desk"));
  const workbench = createWorkbench({
    ...{ desk, path, checkout: found.checkout, staged: false, network: {} },
    sandbox: async () => sandbox,
    readReport: async () => () => null,
    redact: (text) => text,
  });
  const setup = await workbench.prepare(brief.setup, brief.verifyMinutes * 60);
  const broken = setup.find(({ exitCode }) => exitCode !== 0);
  if (broken) return { because: [`setup: \`${broken.command}\` failed`], spend: NOTHING_SPENT };
  const workspace = await workbench.open(brief, null);
  const { signal } = new AbortController();
  const outcome = await engine.attempt(brief, workspace, () => undefined, signal);
  const { spend } = outcome;
  if (outcome.outcome === "failed" && isCode(outcome.code)) throw new Failure(outcome.code, outcome.because);
  if (outcome.outcome !== "finished") return { because: [`${outcome.outcome}: ${outcome.because}`], spend };
  const patch = await workbench.takePatch(brief);
  const say = () => undefined;
  const judged = await tryChange({ ...found, patch, sandbox, path, say, room: join(room, "trial") });
  if (judged.says !== "proven") return { because: [`${judged.says}: ${judged.because.join("; ")}`], spend };
  // Only now: while the engine was at work nothing of the commit was there.
  await fetch(desk.git, { url: join(found.checkout, ".git"), token: null, wants: [commit.sha], depth: 1 });
  return { because: await holdOutsFailed(brief, patch, { ...found, commit: commit.sha }, workbench), spend };
}

/** The commit's own tests on what the engine made. */
async function holdOutsFailed(
  brief: Brief,
  patch: Uint8Array,
  { tests, commit }: Pick<Case, "tests"> & { commit: Step["commit"]["sha"] },
  workbench: Workbench,
): Promise<string[]> {
  if (tests.length === 0) return [];
  const staged = await workbench.stage(brief, patch);
  if (!("tree" in staged)) return ["the patch does not apply"];
  await workbench.layOut("head", staged.tree, { paths: tests, from: commit });
  const failed: string[] = [];
  for (const command of brief.gates) {
    const { exitCode } = await workbench.run("head", command, staged.tree, brief.verifyMinutes * 60);
    if (exitCode !== 0) failed.push(`hold-out failed: \`${command}\` with the commit's own tests`);
  }
  return failed;
}

function briefFor({ milestone, roadmap, policy, base }: Case, usd: number): Brief {
  const price = priceOf(policy.model, policy.prices);
  if (!price) throw new Failure("MODEL_UNKNOWN", `${policy.model} has no price`);
  const { slug, spec } = milestone;
  return Brief.parse({
    version: 1,
    night: NIGHT,
    assignment: { slug, attempt: 1, base, spec },
    ...docketFor(milestone, { policy, roadmap, changelogPath: null }),
    setup: [...policy.setup],
    conventionsPath: policy.conventions,
    ...{ model: policy.model, effort: policy.effort, price },
    limits: {
      ...{ usd, tokens: policy.tokens, turns: policy.turns },
      seconds: Math.floor((policy.minutes * 60) / policy.attempts),
    },
    earlier: [],
  });
}

function isCode(code: string | null): code is Code {
  return code !== null && code in CATALOGUE;
}
