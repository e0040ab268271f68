/**
 * Lands rows of pull requests over real git and the local forge, and counts the rounds of verification against landing one at
 * a time. What a verification takes is a model, ten minutes; how many rounds there are is counted. Prints nothing itself.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "./bench.ts";
import { initBare } from "./src/adapters/git/git.ts";
import { listFiles, readCommit } from "./src/adapters/git/objects.ts";
import { patchBetween } from "./src/adapters/git/patch.ts";
import { fetch } from "./src/adapters/git/remote.ts";
import { commitTree, updateTree } from "./src/adapters/git/writing.ts";
import { connect } from "./src/adapters/github/connection.ts";
import { GithubForge } from "./src/adapters/github/forge.ts";
import { NOTHING_RESERVED } from "./src/core/budget.ts";
import type { Claim } from "./src/core/decision.ts";
import type { Evidence } from "./src/core/evidence.ts";
import { Sha } from "./src/core/milestone.ts";
import type { Observation } from "./src/core/observation.ts";
import { landTrain } from "./src/jobs/land.ts";
import { type Examination, reviewPulls } from "./src/jobs/review.ts";
import { openForge } from "./src/rehearsal/forge/open.ts";
import type { Forge } from "./src/rehearsal/forge/options.ts";
import { Artifacts, MemoryHandOver } from "./test/support/memory-run.ts";
import { evidenceOf, milestoneIn, runOf } from "./test/support/observations.ts";
import { COST, roadmapOf } from "./test/support/worlds.ts";

/** Minutes that one verification takes: all positions of a round are verified at the same time. */
const MINUTES = 10;

const SIZES = [1, 2, 4, 8, 16, 32] as const;
const CULPRITS = [0, 1, 3] as const;

/** One at a time is N rounds by its nature; it is run for these sizes to show that it is. */
const MOST_ONE_AT_A_TIME = 4;

/** Rounds a row with so many culprits may take. */
const MOST_ROUNDS = { 0: 1, 1: 2, 3: 4 } as const;

const EMPTY_TREE = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
const HERE = { owner: "ada", repo: "notes" };
const ACTOR = { login: HERE.owner, id: 7, type: "User" } as const;
const ALL = {
  actions: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  "pull-requests": "write",
  statuses: "write",
} as const;

type Counted = { pulls: number; culprits: number; rounds: number; alone: number | null };

/**
 * The rows of the table, smallest first; all lengths where none is named. Scenes are played side by side, one for each core:
 * rounds are counted, not timed. `say` hears of each as it ends.
 */
export async function trainRows(lengths: readonly number[], say: (line: string) => void): Promise<Row[]> {
  const scenes = (lengths.length > 0 ? lengths : SIZES).flatMap((pulls) =>
    // Somebody must have landed before a culprit can be one.
    CULPRITS.filter((culprits) => culprits < pulls).map((culprits) => ({ pulls, culprits })),
  );
  const rows: Row[][] = [];
  // The longest first: nobody waits for it alone at the end.
  const queue = [...scenes.entries()].reverse().values();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const [index, scene] of queue) {
        const rounds = await roundsOf({ ...scene, oneAtATime: false });
        const isCounted = scene.pulls <= MOST_ONE_AT_A_TIME;
        const alone = isCounted ? await roundsOf({ ...scene, oneAtATime: true }) : null;
        say(`train of ${scene.pulls} with ${scene.culprits} culprits: ${rounds} rounds`);
        rows[index] = rowsFor({ ...scene, rounds, alone });
      }
    }),
  );
  return rows.flat();
}

function rowsFor({ pulls, culprits, rounds, alone }: Counted): Row[] {
  const what = `train: ${pulls} ${pulls === 1 ? "pull" : "pulls"}, ${culprits} ${culprits === 1 ? "culprit" : "culprits"}`;
  const atMost = MOST_ROUNDS[culprits as keyof typeof MOST_ROUNDS];
  const slow = alone ?? pulls;
  return [
    { what, value: rounds, unit: "rounds", atMost },
    { what: `${what}: at ${MINUTES} minutes each`, value: rounds * MINUTES, unit: "min" },
    {
      what: `${what}: one at a time${alone === null ? ", by its nature" : ", counted"}`,
      value: slow * MINUTES,
      unit: "min",
    },
  ];
}

type Scene = { pulls: number; culprits: number; oneAtATime: boolean };

/** Cycles in which something landed or was rejected, until nothing is open. Everything else would be a wrong bench: it throws. */
async function roundsOf(scene: Scene): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "daybreak-train-"));
  try {
    await found(directory, scene.pulls);
    const forge = await forgeOn(directory, scene);
    try {
      return await play(forge, directory, scene);
    } finally {
      await forge.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function play(forge: Forge, directory: string, scene: Scene): Promise<number> {
  const git = await initBare(join(directory, "ours.git"));
  let id = 1;
  const seat = async () => {
    id += 1;
    const token = await forge.mintToken({ kind: "github-token", permissions: ALL, run: id });
    const connection = await connect({
      apiUrl: `${forge.url}/api/v3`,
      serverUrl: forge.url,
      ...HERE,
      token,
      appToken: null,
      appSlug: null,
      git,
      known: { defaultBranch: "main", private: true },
    });
    const cycle = { id, trigger: "button", workflow: "daybreak.yml", asked: null } as const;
    const fetched = async (head: Sha) =>
      await fetch(git, { url: connection.remote, token, wants: [head], depth: 2 });
    return { forge: new GithubForge(connection, cycle, { checks: true }), fetched };
  };
  const first = await seat();
  let artifacts = await publishAll(first.forge, git, scene);
  for (let rounds = 0, cycles = 0; cycles <= 2 * scene.pulls + 2; cycles++) {
    const { forge: github, fetched } = await seat();
    const before = await github.observe();
    const open = openIn(before);
    if (open === 0) return checked(rounds, before, scene);
    const handOver = new MemoryHandOver(artifacts, `cycle ${cycles}`);
    const world = { forge: github, handOver, say: () => undefined };
    const { train, verify, acted } = await reviewPulls(world);
    for (const one of verify) {
      await fetched(one.head);
      await handOver.writeEvidence(await tested(git, one, before));
    }
    await landTrain({ ...world, pause: async () => undefined }, { train, acted });
    if (openIn(await github.observe()) < open) rounds += 1;
    artifacts = new Artifacts();
  }
  throw new Error(`${JSON.stringify(scene)} comes to no end`);
}

function checked(rounds: number, { roadmap }: Observation, { pulls, culprits }: Scene): number {
  const done = roadmap.milestones.filter(({ status }) => status === "done").length;
  if (done !== pulls - culprits) throw new Error(`${done} of ${pulls} landed, with ${culprits} culprits`);
  return rounds;
}

function openIn({ pulls }: Observation): number {
  return pulls.filter(({ state }) => state === "open").length;
}

/** Every pull as its own job publishes it: built on the same base, and green there. */
async function publishAll(
  forge: GithubForge,
  git: Awaited<ReturnType<typeof initBare>>,
  { pulls, culprits }: Scene,
): Promise<Artifacts> {
  const artifacts = new Artifacts();
  const seen = await forge.observe();
  const base = seen.landing.sha;
  const claims = Array.from({ length: pulls }, (_, index): Claim => {
    const { id, slug, spec } = milestoneIn(seen, `M${index + 1}`);
    return { milestone: id, slug, spec, attempt: 1, base, ceiling: 0.01, reserved: NOTHING_RESERVED };
  });
  await done(forge, { do: "assign", assignments: claims });
  await forge.observe();
  for (const [index, { ceiling: _, reserved: __, ...subject }] of claims.entries()) {
    const milestone = milestoneIn(seen, subject.milestone);
    const path = `src/${subject.slug}.${isCulprit(index, pulls, culprits) ? "alone" : "js"}`;
    const code = new Map([[path, { text: `${subject.slug}\n` }]]);
    const written = await updateTree(git, (await readCommit(git, base)).tree, code);
    const staged = await forge.stage(base, await patchBetween(git, base, written), milestone, seen);
    if (!("tree" in staged)) throw new Error(`${subject.slug} cannot be staged`);
    const { tree } = staged;
    const receipt = { because: [], ask: null, code: null, spend: COST, seconds: 1, findings: [], notes: {} };
    await done(forge, { do: "publish", as: "pull", ...subject, ...receipt, tree });
    artifacts.put(`evidence ${subject.slug}`, { ...evidenceOf(milestone), base, tree });
  }
  return artifacts;
}

async function done(forge: GithubForge, decision: Parameters<GithubForge["enact"]>[0]): Promise<void> {
  const receipt = await forge.enact(decision);
  if (receipt.outcome !== "done") throw new Error(receipt.because);
}

/** Never the first, which would have nobody to quarrel with; spread over the row. */
function isCulprit(index: number, pulls: number, culprits: number): boolean {
  const places = Array.from({ length: culprits }, (_, nth) =>
    Math.max(nth + 1, Math.floor((pulls * (nth + 1)) / (culprits + 1))),
  );
  return places.includes(index);
}

/** A tree with somebody who can only stand alone, and anybody else, is red: read from the tree that git made. */
async function tested(
  git: Awaited<ReturnType<typeof initBare>>,
  { slug, attempt, base, head, court }: Examination,
  seen: Observation,
): Promise<Evidence> {
  const isRed = async (commit: Sha) => {
    const parts = (await listFiles(git, commit)).filter((path) => path.startsWith("src/M"));
    return parts.length > 1 && parts.some((path) => path.endsWith(".alone"));
  };
  const red = await isRed(head);
  const { tree } = await readCommit(git, head);
  const proof = { ...evidenceOf(milestoneIn(seen, slug), attempt, base), tree, court };
  const baseline = red && (await isRed(base)) ? [runOf(1)] : [];
  return { ...proof, gates: [runOf(red ? 1 : 0)], baseline };
}

/** A repository of its own, with one milestone for each pull. */
async function found(directory: string, pulls: number): Promise<void> {
  const git = await initBare(join(directory, "remote", HERE.owner, `${HERE.repo}.git`));
  const ids = Array.from({ length: pulls }, (_, index) => `M${index + 1} after nothing`);
  const files = {
    "ROADMAP.md": roadmapOf(...ids),
    "src/base.js": "rounds\n",
    ".github/daybreak.yml": "land: main\ntest: npm test\nbudget: { night: 1000 }\n",
  };
  const written = new Map(Object.entries(files).map(([path, text]) => [path, { text }]));
  const tree = await updateTree(git, EMPTY_TREE, written);
  const begun = { tree, parents: [], message: "Begin\n", date: "2026-01-01T00:00:00Z" };
  await git.raw(["update-ref", "refs/heads/main", await commitTree(git, begun)]);
}

async function forgeOn(directory: string, { oneAtATime }: Scene): Promise<Forge> {
  const rule = { branch: "main", requiredChecks: [], pullRequest: true, approvals: 0, mergeQueue: false };
  return await openForge({
    directory,
    repository: { owner: HERE.owner, name: HERE.repo, private: true, defaultBranch: "main" },
    owner: ACTOR,
    settings: { actionsMayCreatePulls: true, defaultPermissions: { contents: "read" } },
    rules: oneAtATime ? [{ ...rule, linearHistory: true, bypass: ["owner"] }] : [],
    limits: { "github-token": 1_000_000 },
  });
}
