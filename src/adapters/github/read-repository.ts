/** What git says: policy, roadmap, attempts and journal at the tips of this moment. Reads, never writes. */

import type { Git } from "#adapters/git/git.ts";
import { listFiles, readCommit, readText } from "#adapters/git/objects.ts";
import { fetch, remoteRefs } from "#adapters/git/remote.ts";
import type { Connection } from "#adapters/github/connection.ts";
import { readState, STATE_REF } from "#adapters/github/state-branch.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { detectCommands } from "#core/detect.ts";
import { CATALOGUE, type Diagnostic, Failure } from "#core/errors.ts";
import { type Sha, Slug } from "#core/milestone.ts";
import type { AttemptRef } from "#core/observation.ts";
import { type Policy, policyFrom } from "#core/policy.ts";
import { parseRoadmap, type Roadmap } from "#core/roadmap.ts";
import { parseTrailers } from "#core/trailers.ts";

export const POLICY_PATH = ".github/daybreak.yml";

const ATTEMPT = /^refs\/heads\/daybreak\/m\/([^/]+)\/([1-9]\d{0,5})$/;

export type RepositoryFacts = {
  policy: Policy;
  policyGiven: string[];
  problems: Diagnostic[];
  landing: { branch: string; sha: Sha };
  roadmap: Roadmap;
  changelogPath: string | null;
  refs: AttemptRef[];
} & Awaited<ReturnType<typeof readState>>;

export async function readRepository(
  { git, remote, actions }: Connection,
  defaultBranch: string,
): Promise<RepositoryFacts> {
  const from = { url: remote, token: actions.token };
  const tips = await remoteRefs(git, from);
  const main = tips.get(`refs/heads/${defaultBranch}`);
  if (!main) throw new Failure("GITHUB_FAILED", `the default branch ${defaultBranch} has no commit`);
  const attempts = [...tips].flatMap(([ref, sha]) => attemptOf(ref, sha));
  const state = tips.get(STATE_REF) ?? null;
  await bring(git, from, [main, ...(state ? [state] : []), ...attempts.map(({ sha }) => sha)]);
  const file = readPolicyFile(await readText(git, main, POLICY_PATH), POLICY_PATH);
  const branch = file.policy.branch ?? defaultBranch;
  const landing = tips.get(`refs/heads/${branch}`);
  const problems = [...file.diagnostics];
  if (!landing) problems.push(noBranch(branch));
  const tip = landing ?? main;
  await bring(git, from, [tip]);
  const files = await listFiles(git, tip);
  const policy = policyFrom(file.policy, { defaultBranch, ...(await detectIn(git, tip, files)) });
  const { roadmap, found } = await readRoadmap(git, tip, policy.roadmap);
  return {
    policy,
    policyGiven: [...file.given],
    problems: [...problems, ...found],
    landing: { branch, sha: tip },
    roadmap,
    changelogPath: changelogOf(policy, files),
    refs: await Promise.all(attempts.map(async (attempt) => await readAttempt(git, attempt))),
    ...(await readState(git, state)),
  };
}

/** Brings what is not here yet, with the parents that restacking needs. */
async function bring(git: Git, from: { url: string; token: string }, wants: readonly Sha[]): Promise<void> {
  const input = wants.map((sha) => `${sha}\n`).join("");
  const { output } = await git.raw(["cat-file", "--batch-check=%(objectname) %(objecttype)"], { input });
  const lines = output.toString().split("\n");
  const missing = wants.filter((sha) => !lines.includes(`${sha} commit`));
  if (missing.length > 0) await fetch(git, { ...from, wants: [...new Set(missing)], depth: 2 });
}

async function readRoadmap(
  git: Git,
  tip: Sha,
  path: string,
): Promise<{ roadmap: Roadmap; found: Diagnostic[] }> {
  const text = await readText(git, tip, path);
  const roadmap = parseRoadmap(text ?? "");
  if (text === null) {
    const missing = {
      file: path,
      line: 1,
      column: 1,
      code: "ROADMAP_MISSING",
      severity: "error" as const,
      message: `there is no ${path}`,
      remedy: CATALOGUE.ROADMAP_MISSING,
    };
    return { roadmap, found: [missing] };
  }
  return {
    roadmap,
    found: roadmap.diagnostics.map(({ milestone: _, ...rest }) => ({ file: path, ...rest })),
  };
}

function noBranch(branch: string): Diagnostic {
  return {
    file: POLICY_PATH,
    line: 1,
    column: 1,
    code: "POLICY_BRANCH",
    severity: "error",
    message: `the landing branch ${branch} does not exist`,
    remedy: `Create the branch ${branch}, or name another under \`branch:\`.`,
  };
}

/** The few files at the root by which ecosystems are known. */
async function detectIn(git: Git, tip: Sha, files: readonly string[]) {
  const known = files.filter(
    (path) =>
      !path.includes("/") && /^(package\.json|[Mm]akefile|GNUmakefile|.+\.(toml|cfg|ini|jsonc?))$/.test(path),
  );
  const texts = new Map<string, string | null>();
  for (const path of known) texts.set(path, await readText(git, tip, path));
  return detectCommands(files, (path) => texts.get(path) ?? null);
}

function changelogOf({ changelog }: Policy, files: readonly string[]): string | null {
  if (typeof changelog === "string") return changelog;
  if (changelog === false) return null;
  return changelog === true || files.includes("CHANGELOG.md") ? "CHANGELOG.md" : null;
}

type Named = { slug: Slug; attempt: number; sha: Sha };

function attemptOf(ref: string, sha: Sha): Named[] {
  const [, name, number] = ATTEMPT.exec(ref) ?? [];
  const slug = Slug.safeParse(name);
  return slug.success ? [{ slug: slug.data, attempt: Number(number), sha }] : [];
}

async function readAttempt(git: Git, { slug, attempt, sha }: Named): Promise<AttemptRef> {
  const { parents, tree, message } = await readCommit(git, sha);
  return { slug, attempt, sha, parents, tree, trailers: parseTrailers(message), conflicts: null };
}
