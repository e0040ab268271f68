/** Plays actions/checkout: fetches over HTTP with the job's token and checks out, in two git processes. Own repository only. */

import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { asRecord, asText } from "../expression.ts";
import { pathOf } from "../invocation.ts";
import type { LiveJob } from "../live.ts";
import { runProcess } from "../process.ts";
import type { BuiltInUse } from "./built-in.ts";
import { flag } from "./built-in.ts";

/** Inputs whose effect the local runner does not have: set to anything, the step is refused. */
const UNSUPPORTED = ["ssh-key", "filter", "sparse-checkout", "github-server-url"];

const EVERYTHING = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];

/** What to fetch, what to check out, and the branch to be on (null: a detached head). */
type Wish = { refspecs: string[]; target: string; branch: string | null; ref: string; commit: string };

export async function checkout(use: BuiltInUse): Promise<void> {
  const { live, inputs, output } = use;
  refuse(use);
  const directory = resolve(live.workspace, inputs.path ?? "");
  if (relative(live.workspace, directory).startsWith(".."))
    throw new Error(`Repository path '${directory}' is not under '${live.workspace}'`);
  const depth = Number(inputs["fetch-depth"] || "1");
  const wish = wishOf(live, inputs.ref ?? "", depth);
  const { url, repository } = live.machine.options.host;
  const header = credentials(live, inputs.token || live.token);
  await emptyRepository(
    directory,
    `${url}/${repository.owner}/${repository.name}`,
    flag(use, "persist-credentials", true) ? header : null,
    live,
  );
  const history = depth > 0 ? [`--depth=${depth}`] : [];
  const tags = flag(use, "fetch-tags", false) ? "--tags" : "--no-tags";
  const fetched = [
    "fetch",
    tags,
    "--prune",
    "--no-recurse-submodules",
    "--quiet",
    ...history,
    "origin",
    ...wish.refspecs,
  ];
  await git(use, directory, header, fetched);
  const found = settle(directory, wish);
  const onto = found.branch === null ? ["--detach", found.target] : ["-B", found.branch, found.target];
  await git(use, directory, null, ["checkout", "--force", "--quiet", ...onto]);
  output("ref", found.ref);
  output("commit", found.commit || headOf(directory));
}

function refuse({ live, inputs }: BuiltInUse): void {
  const { owner, name } = live.machine.options.host.repository;
  const wanted = inputs.repository || `${owner}/${name}`;
  if (wanted.toLowerCase() !== `${owner}/${name}`.toLowerCase())
    throw new Error(`\`repository: ${wanted}\`: the local runner has only ${owner}/${name}`);
  for (const key of UNSUPPORTED)
    if (inputs[key]) throw new Error(`\`${key}:\` of actions/checkout is not supported by the local runner`);
  for (const key of ["submodules", "lfs"])
    if (inputs[key] && inputs[key] !== "false")
      throw new Error(`\`${key}:\` of actions/checkout is not supported by the local runner`);
}

/** Without `ref` it is the commit of the run; forty hex digits are a commit; the rest is a branch, a tag or a full ref. */
function wishOf(live: LiveJob, given: string, depth: number): Wish {
  const github = asRecord(live.scope.github);
  if (given === "") return wishForCommit(asText(github.sha), asText(github.ref), depth);
  if (/^[0-9a-f]{40}$/i.test(given)) return wishForCommit(given, "", depth);
  const ref = given;
  if (!ref.startsWith("refs/")) {
    const either = [
      `+refs/heads/${ref}*:refs/remotes/origin/${ref}*`,
      `+refs/tags/${ref}*:refs/tags/${ref}*`,
    ];
    return { refspecs: depth > 0 ? either : EVERYTHING, target: "", branch: null, ref, commit: "" };
  }
  const branch = branchOf(ref);
  const target = localRef(ref);
  const all = depth === 0 && branch !== null;
  return { refspecs: all ? EVERYTHING : [`+${ref}:${target}`], target, branch, ref, commit: "" };
}

function wishForCommit(commit: string, ref: string, depth: number): Wish {
  const one = ref === "" ? commit : `+${commit}:${localRef(ref)}`;
  const refspecs = depth > 0 ? [one] : [...EVERYTHING, commit];
  return { refspecs, target: commit, branch: branchOf(ref), ref, commit };
}

function branchOf(ref: string): string | null {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null;
}

/** Where a ref of the remote is kept in the checkout. */
function localRef(ref: string): string {
  const branch = branchOf(ref);
  return branch === null
    ? ref.replace(/^refs\/pull\//, "refs/remotes/pull/")
    : `refs/remotes/origin/${branch}`;
}

/** Only the fetch knows whether a short name is a branch or a tag. */
function settle(directory: string, wish: Wish): Wish {
  if (wish.target !== "") return wish;
  const has = (ref: string) => existsSync(join(directory, ".git", ref));
  if (has(`refs/remotes/origin/${wish.ref}`))
    return { ...wish, target: `refs/remotes/origin/${wish.ref}`, branch: wish.ref };
  if (has(`refs/tags/${wish.ref}`)) return { ...wish, target: `refs/tags/${wish.ref}` };
  throw new Error(`A branch or tag with the name '${wish.ref}' could not be found`);
}

/** The header actions/checkout sends, as git configuration. */
function credentials(live: LiveJob, token: string): { key: string; value: string } {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  live.masks.add(token);
  live.masks.add(basic);
  return {
    key: `http.${live.machine.options.host.url}/.extraheader`,
    value: `AUTHORIZATION: basic ${basic}`,
  };
}

/** What `git init` and `git remote add` would write, without their processes. */
async function emptyRepository(
  directory: string,
  url: string,
  kept: { key: string; value: string } | null,
  live: LiveJob,
): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const folder = join(directory, ".git");
  for (const part of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"])
    await mkdir(join(folder, part), { recursive: true });
  const config = [
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true",
    `[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*`,
    "[gc]\n\tauto = 0",
    "[maintenance]\n\tauto = false",
  ];
  if (kept !== null) config.push(await keepCredentials(kept, folder, live));
  await writeFile(join(folder, "config"), `${config.join("\n")}\n`);
  await writeFile(join(folder, "HEAD"), "ref: refs/heads/main\n");
}

/** Like actions/checkout 6 and later, the token lies in a file under RUNNER_TEMP that `.git/config` includes. */
async function keepCredentials(
  kept: { key: string; value: string },
  folder: string,
  live: LiveJob,
): Promise<string> {
  const file = join(live.temp, `git-credentials-${process.hrtime.bigint()}.config`);
  const server = kept.key.slice("http.".length, -".extraheader".length);
  await writeFile(file, `[http "${server}"]\n\textraheader = ${kept.value}\n`, { mode: 0o600 });
  live.posts.unshift(async () => rm(file, { force: true }));
  return `[includeIf "gitdir:${folder}"]\n\tpath = ${file}`;
}

async function git(
  { live, signal }: BuiltInUse,
  directory: string,
  header: { key: string; value: string } | null,
  args: readonly string[],
): Promise<void> {
  live.log.say(`git ${args.join(" ")}`);
  const code = await runProcess(live.machine, {
    file: "git",
    args,
    directory,
    signal,
    onLine: live.log.say,
    environment: {
      ...live.machine.options.environment,
      PATH: pathOf(live),
      HOME: live.fixed.HOME ?? "",
      GIT_TERMINAL_PROMPT: "0",
      GIT_CONFIG_NOSYSTEM: "1",
      ...(header === null
        ? {}
        : { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: header.key, GIT_CONFIG_VALUE_0: header.value }),
    },
  });
  if (code !== 0) throw new Error(`The process 'git' failed with exit code ${code}`);
}

function headOf(directory: string): string {
  const head = readFileSync(join(directory, ".git", "HEAD"), "utf8").trim();
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  return ref === undefined ? head : readFileSync(join(directory, ".git", ref), "utf8").trim();
}
