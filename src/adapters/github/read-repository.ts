/** What git says: policy, roadmap, attempts and journal at the tips of this moment. Reads, never writes. */

import type { Git } from "#adapters/git/git.ts";
import { type Known, listFiles, parseCommit, readObjects, readTexts } from "#adapters/git/objects.ts";
import { fetch, type Remote, remoteRefs, seeBranches } from "#adapters/git/remote.ts";
import type { Connection } from "#adapters/github/connection.ts";
import {
  rememberState,
  STATE_REF,
  type State,
  stateFrom,
  stateNames,
} from "#adapters/github/state-branch.ts";
import { readHooks } from "#adapters/hooks/hooks.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { readRules } from "#adapters/rules/rules.ts";
import { shippedRules } from "#adapters/rules/shipped.ts";
import { detectCommands } from "#core/detect.ts";
import { undrivable } from "#core/drivable.ts";
import { CATALOGUE, type Diagnostic, Failure } from "#core/errors.ts";
import { type Sha, Slug } from "#core/milestone.ts";
import type { AttemptRef } from "#core/observation.ts";
import { NEXT, type Policy, policyFrom } from "#core/policy.ts";
import { parseRoadmap, type Roadmap } from "#core/roadmap.ts";
import { type ToldRule, toldRules } from "#core/rules.ts";
import { parseTrailers } from "#core/trailers.ts";

export const POLICY_PATH = ".github/daybreak.yml";

const ATTEMPT = /^refs\/heads\/daybreak\/m\/([^/]+)\/([1-9]\d{0,5})$/;

export type RepositoryFacts = {
  /** The branches of ours and the owner's that decisions are made of, as they were when all of this was read. */
  tips: ReadonlyMap<string, Sha>;
  policy: Policy;
  policyGiven: string[];
  problems: Diagnostic[];
  landing: { branch: string; sha: Sha };
  roadmap: Roadmap;
  engineRules: ToldRule[];
  changelogPath: string | null;
  refs: AttemptRef[];
} & State;

export async function readRepository(
  { git, remote, actions }: Connection,
  defaultBranch: string,
): Promise<RepositoryFacts> {
  const from = { url: remote, token: actions.token };
  const tips = await see(git, from, defaultBranch);
  const main = tips.get(`refs/heads/${defaultBranch}`);
  if (!main) throw new Failure("GITHUB_FAILED", `the default branch ${defaultBranch} has no commit`);
  const attempts = [...tips].flatMap(([ref, sha]) => attemptOf(ref, sha));
  const state = tips.get(STATE_REF) ?? null;
  rememberState(git, state);
  const known = await readObjects(git, [
    ...attempts.map(({ sha }) => sha),
    `${main}:${POLICY_PATH}`,
    ...(state ? stateNames(state) : []),
  ]);
  const written = known.get(`${main}:${POLICY_PATH}`)?.bytes.toString() ?? null;
  const file = readPolicyFile(written, POLICY_PATH);
  const rolls = file.policy.land === "next";
  const branch = rolls ? NEXT : (file.policy.branch ?? defaultBranch);
  const landing = await landingIn(tips, branch, async () => await seeLanding(git, from, branch));
  const rules = await readRules(git, main, await shippedRules());
  const hooks = await readHooks(git, main);
  const problems = [...file.diagnostics, ...rules.diagnostics, ...hooks.diagnostics];
  // `daybreak/next` begins where the default branch is, as soon as something starts.
  if (!landing && !rolls) problems.push(noBranch(branch));
  const tip = landing ?? main;
  if (landing) tips.set(`refs/heads/${branch}`, tip);
  const files = await listFiles(git, tip);
  const texts = await readTexts(git, tip, [file.policy.roadmap, ...files.filter(isManifest)]);
  const detected = detectCommands(files, (path) => texts.get(path) ?? null);
  const policy = policyFrom(file.policy, { defaultBranch, ...detected });
  const { roadmap, found } = readRoadmap(texts.get(policy.roadmap) ?? null, policy.roadmap, policy);
  return {
    tips,
    policy,
    policyGiven: [...file.given],
    problems: [...problems, ...found],
    landing: { branch, sha: tip },
    roadmap,
    engineRules: toldRules(rules.rules),
    changelogPath: changelogOf(policy, files),
    refs: attempts.flatMap((attempt) => attemptFrom(attempt, known)),
    ...stateFrom(state, known),
  };
}

/** Repositories that hold an earlier look. */
const looked = new WeakSet<Git>();

/** The tips with the parents that restacking needs; a later look brings only what is new. */
async function see(git: Git, from: Remote, defaultBranch: string): Promise<Map<string, Sha>> {
  const first = looked.has(git) ? {} : { depth: 2 };
  looked.add(git);
  return await seeBranches(git, { ...from, ...first, branches: [defaultBranch, "daybreak/*"] });
}

/** Most landing branches were brought with the first look; another one is asked for. */
async function landingIn(
  tips: ReadonlyMap<string, Sha>,
  branch: string,
  ask: () => Promise<Sha | undefined>,
): Promise<Sha | undefined> {
  return tips.get(`refs/heads/${branch}`) ?? (branch === NEXT ? undefined : await ask());
}

/** A landing branch of the owner's choice; undefined when there is none of that name. */
async function seeLanding(git: Git, from: Remote, branch: string): Promise<Sha | undefined> {
  const tip = (await remoteRefs(git, from)).get(`refs/heads/${branch}`);
  if (tip) await fetch(git, { ...from, wants: [tip], depth: 2 });
  return tip;
}

/** What the policy makes impossible is wrong in the roadmap as well: nobody could drive the program. */
function readRoadmap(
  text: string | null,
  path: string,
  policy: Policy,
): { roadmap: Roadmap; found: Diagnostic[] } {
  const written = parseRoadmap(text ?? "");
  const diagnostics = [...written.diagnostics, ...undrivable(written, policy)];
  const roadmap = { ...written, diagnostics };
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
    found: diagnostics.map(({ milestone: _, ...rest }) => ({ file: path, ...rest })),
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
function isManifest(path: string): boolean {
  return /^(package\.json|[Mm]akefile|GNUmakefile|[^/]+\.(toml|cfg|ini|jsonc?))$/.test(path);
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

function attemptFrom({ slug, attempt, sha }: Named, known: Known): AttemptRef[] {
  const object = known.get(sha);
  if (object?.type !== "commit") return [];
  const { parents, tree, message } = parseCommit(object.bytes.toString());
  return [{ slug, attempt, sha, parents, tree, trailers: parseTrailers(message), conflicts: null }];
}
