/** What an owner says from a laptop: `daybreak drop`, `revert` and `resume`. Asks for it; never lands or merges. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { initBare } from "#adapters/git/git.ts";
import { readCommit } from "#adapters/git/objects.ts";
import { fetch, push } from "#adapters/git/remote.ts";
import { stage } from "#adapters/git/stage.ts";
import { commitTree } from "#adapters/git/writing.ts";
import { type Connection, connect, failureFrom, statusOf } from "#adapters/github/connection.ts";
import { type RepositoryFacts, readRepository } from "#adapters/github/read-repository.ts";
import { Failure } from "#core/errors.ts";
import { type LineOf, linesOf } from "#core/journal.ts";
import { interruptedIn } from "#core/ledger.ts";
import { type Milestone, type Sha, short } from "#core/milestone.ts";
import { NEXT } from "#core/policy.ts";
import { renderReverted } from "#core/render.ts";
import { boxesIn, isPromotion, withTicked } from "#prose/promotion.ts";
import { undoPull } from "#prose/undo.ts";

/** Where it is said from. */
type Laptop = { say: (text: string) => void; environment: Readonly<Record<string, string | undefined>> };

/** Ticks the milestone's box in the promotion pull request: the next cycle drops it. */
export async function runDrop(args: string[], laptop: Laptop): Promise<number> {
  return await withMilestone(args, { command: "drop", ...laptop }, async (connection, name) => {
    const pull = await openPromotion(connection);
    if (!pull) throw new Failure("USAGE", `no pull request promotes ${NEXT}: nothing can be dropped`);
    if (!(await ticks(name, pull, connection)))
      throw new Failure(
        "USAGE",
        `#${pull.number} does not hold ${name}; it holds ${boxesIn(pull.body).join(", ") || "nothing"}`,
      );
    laptop.say(
      `${name} is going to be dropped: its box in #${pull.number} is ticked, and the next cycle does it.`,
    );
  });
}

/**
 * Opens a pull request that takes a landed milestone back, for its owner to merge. What waits to be promoted was never
 * on the default branch: it is dropped instead.
 */
export async function runRevert(args: string[], laptop: Laptop): Promise<number> {
  return await withMilestone(args, { command: "revert", ...laptop }, async (connection, name) => {
    const { owner, repo, actions } = connection;
    const { data } = await actions.octokit.rest.repos.get({ owner, repo });
    const facts = await readRepository(connection, data.default_branch);
    const { milestone, landed } = landingOf(name, facts);
    const waiting = facts.policy.land === "next" ? await openPromotion(connection) : null;
    if (waiting && (await ticks(milestone.slug, waiting, connection)))
      return laptop.say(
        `${milestone.id} waits to be promoted, so it is going to be dropped: its box in #${waiting.number} is ticked, and the next cycle does it.`,
      );
    const head = await revertCommit(milestone, landed.commit, connection, facts);
    const branch = `daybreak/undo/${milestone.slug}-${landed.attempt}`;
    const updates = [
      { ref: `refs/heads/${branch}`, to: head, expected: facts.tips.get(`refs/heads/${branch}`) ?? null },
    ];
    const pushed = await push(connection.git, { url: connection.remote, token: actions.token, updates });
    if (pushed.outcome !== "done") throw new Failure("PUSH_REFUSED", pushed.because);
    const base = facts.landing.branch;
    const number = await openOrFind(connection, {
      ...undoPull(milestone, landed.commit),
      head: branch,
      base,
    });
    laptop.say(
      `#${number} takes ${milestone.id} back from ${base}: its code, its ✅ and its entry in the changelog. Merge it for yes.`,
    );
  });
}

/** Starts a cycle, which goes on with what was interrupted before it begins anything else. */
export async function runResume(args: string[], laptop: Laptop): Promise<number> {
  return await withConnection(args, { command: "resume", ...laptop }, async (connection, name) => {
    const { owner, repo, actions } = connection;
    const { data } = await actions.octokit.rest.repos.get({ owner, repo });
    const facts = await readRepository(connection, data.default_branch);
    if (facts.stop)
      throw new Failure("NOTHING_TO_RESUME", "there is a file STOP on daybreak/state: nothing starts");
    const found = interruptedIn(facts);
    const meant = found.filter(({ milestone }) => name === null || isNamed(milestone, name));
    const [first] = meant;
    if (!first) throw new Failure("NOTHING_TO_RESUME", whyNothing(name, found, facts));
    const workflow = await callerOf(first.receipt.cycle, connection);
    await actions.octokit.rest.actions.createWorkflowDispatch({
      ...{ owner, repo, workflow_id: workflow, ref: data.default_branch, inputs: { night: "" } },
    });
    for (const { milestone, receipt } of meant)
      laptop.say(
        `${milestone.id} goes on after attempt ${receipt.attempt} (${receipt.because.join("; ")}; $${receipt.spend.usd} so far).`,
      );
    laptop.say(`${workflow} was started. What was interrupted goes on first, as far as the budgets allow.`);
  });
}

function whyNothing(
  name: string | null,
  found: ReturnType<typeof interruptedIn>,
  { roadmap, landing }: RepositoryFacts,
): string {
  if (name !== null && !roadmap.milestones.some((one) => isNamed(one, name)))
    return `the roadmap on ${landing.branch} has no ${name}`;
  const others = found.map(({ milestone }) => milestone.id).join(", ") || "nothing else either";
  return name === null ? "no attempt was interrupted" : `${name} was not interrupted; ${others} was`;
}

/** The caller's file, as the run knows it that worked on it. */
async function callerOf(run_id: number, { owner, repo, actions }: Connection): Promise<string> {
  try {
    const { data } = await actions.octokit.rest.actions.getWorkflowRun({ owner, repo, run_id });
    return data.path.split("@", 1).join("").split("/").at(-1) ?? data.path;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Failure(
      "NOTHING_TO_RESUME",
      `the run ${run_id} that was interrupted is gone, and with it the name of the workflow to start`,
    );
  }
}

function isNamed({ id, slug }: Milestone, name: string): boolean {
  return [id, slug].some((one) => one.toLowerCase() === name.toLowerCase());
}

type Promotion = { number: number; body: string };

async function openPromotion({ owner, repo, actions }: Connection): Promise<Promotion | null> {
  const { pulls } = actions.octokit.rest;
  const { data } = await pulls.list({ owner, repo, head: `${owner}:${NEXT}`, state: "open" });
  const pull = data.find(({ body }) => isPromotion(body ?? ""));
  return pull ? { number: pull.number, body: pull.body ?? "" } : null;
}

/** False if it has no box there. */
async function ticks(name: string, pull: Promotion, { owner, repo, actions }: Connection): Promise<boolean> {
  const body = withTicked(pull.body, name);
  if (body === null) return false;
  if (body !== pull.body)
    await actions.octokit.rest.pulls.update({ owner, repo, pull_number: pull.number, body });
  return true;
}

async function openOrFind(
  { owner, repo, actions }: Connection,
  wanted: { title: string; body: string; head: string; base: string },
): Promise<number> {
  const { pulls } = actions.octokit.rest;
  const { head, base } = wanted;
  const { data } = await pulls.list({ owner, repo, head: `${owner}:${head}`, base, state: "open" });
  return data[0]?.number ?? (await pulls.create({ owner, repo, ...wanted })).data.number;
}

function landingOf(
  name: string,
  { roadmap, journal, landing }: RepositoryFacts,
): { milestone: Milestone; landed: LineOf<"landed"> } {
  const milestone = roadmap.milestones.find((one) => isNamed(one, name));
  if (!milestone) throw new Failure("USAGE", `the roadmap on ${landing.branch} has no ${name}`);
  const landed = linesOf(journal, "landed").findLast(({ slug }) => slug === milestone.slug);
  if (milestone.status !== "done" || !landed)
    throw new Failure(
      "USAGE",
      `${milestone.id} is not on ${landing.branch}, or Daybreak did not bring it there`,
    );
  return { milestone, landed };
}

/** The change the other way round on top of the branch as it is; the rendered files are rendered back. */
async function revertCommit(
  milestone: Milestone,
  commit: Sha,
  { git, remote, actions }: Connection,
  { landing, policy, changelogPath }: RepositoryFacts,
): Promise<Sha> {
  await fetch(git, { url: remote, token: actions.token, wants: [commit], depth: 2 });
  const [parent = commit] = (await readCommit(git, commit)).parents;
  const staged = await stage({
    git,
    base: landing.sha,
    patch: { commit: parent, parent: commit },
    roadmapPath: policy.roadmap,
    changelogPath,
    render: (files) => renderReverted(files, milestone),
  });
  if ("tree" in staged) {
    const { date } = await readCommit(git, landing.sha);
    const message = `Revert ${milestone.id}: ${milestone.title}\n\nThis takes back ${commit}.\n`;
    return await commitTree(git, { tree: staged.tree, parents: [landing.sha], message, date });
  }
  const where = "refused" in staged ? staged.refused : `it conflicts in ${staged.conflicts.join(", ")}`;
  throw new Failure(
    "REVERT_CONFLICT",
    `${milestone.id} (${short(commit)}) cannot be taken back from ${landing.branch}: ${where}`,
  );
}

async function withMilestone(
  args: string[],
  laptop: Laptop & { command: string },
  act: (connection: Connection, name: string) => Promise<void>,
): Promise<number> {
  return await withConnection(args, laptop, async (connection, name) => {
    if (name !== null) await act(connection, name);
  });
}

async function withConnection(
  args: string[],
  { command, environment }: Laptop & { command: string },
  act: (connection: Connection, name: string | null) => Promise<void>,
): Promise<number> {
  const { name, repository } = await asked(args, { command, environment });
  const token = environment.GITHUB_TOKEN;
  if (!token)
    throw new Failure(
      "TOKEN_REFUSED",
      `\`daybreak ${command}\` needs GITHUB_TOKEN, a token that may write pull requests`,
    );
  const [owner = "", repo = ""] = repository.split("/");
  const room = await mkdtemp(join(tmpdir(), "daybreak-"));
  try {
    const git = await initBare(join(room, "ours.git"));
    const apiUrl = environment.GITHUB_API_URL ?? "https://api.github.com";
    const serverUrl = environment.GITHUB_SERVER_URL ?? "https://github.com";
    const account = { owner, repo, token, appToken: null, appSlug: null };
    await act(await connect({ apiUrl, serverUrl, ...account, git, known: null }), name);
    return 0;
  } catch (error) {
    throw failureFrom(error, `daybreak ${command}`);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** The repository is named, or the one this folder was cloned from. */
async function asked(
  args: string[],
  { command, environment }: Pick<Laptop, "environment"> & { command: string },
): Promise<{ name: string | null; repository: string }> {
  const optional = command === "resume";
  const usage = `daybreak ${command} ${optional ? "[MILESTONE]" : "MILESTONE"} [--repository OWNER/NAME]`;
  const { values, positionals } = read(args, usage);
  const [name = null, ...more] = positionals;
  if ((!optional && !name) || more.length > 0) throw new Failure("USAGE", `the command is \`${usage}\``);
  const repository = values.repository ?? environment.GITHUB_REPOSITORY ?? (await originHere());
  if (!repository || !/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new Failure("USAGE", `which repository? \`${usage}\``);
  return { name, repository };
}

function read(args: string[], usage: string) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { repository: { type: "string" } } });
  } catch (cause) {
    throw new Failure("USAGE", `the command is \`${usage}\``, { cause });
  }
}

/** `OWNER/NAME` of the remote `origin`, or null. */
async function originHere(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("git", ["remote", "get-url", "origin"]);
    return /[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\s*$/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}
