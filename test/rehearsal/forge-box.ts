/** A forge in a folder of its own, with real git and real octokit in front of it. Asserts nothing but GitHub's contract. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { afterEach, expect } from "vitest";
import { openForge } from "#rehearsal/forge/open.ts";
import type { BranchRule, Exchange, Forge, ForgeOptions } from "#rehearsal/forge/options.ts";
import type { ForgeEvent, Permissions } from "#rehearsal/seams.ts";
import { openApiContract } from "../support/openapi.ts";

const run = promisify(execFile);

export const HERE = { owner: "ada", repo: "sunrise" };

export const APP = {
  clientId: "Iv1.sunrise",
  privateKey: "-----BEGIN RSA PRIVATE KEY-----\nsunrise\n-----END RSA PRIVATE KEY-----\n",
  slug: "daybreak-night",
  id: 4711,
  permissions: { contents: "write", "pull-requests": "write", statuses: "write", checks: "write" },
} as const;

export const ALL: Permissions = {
  actions: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  "pull-requests": "write",
  statuses: "write",
};

export const CI = `name: CI
on:
  pull_request:
  push:
`;

export const BUTTON = `name: Daybreak
on:
  schedule: [{cron: "17 2 * * *"}]
  workflow_dispatch:
    inputs:
      mode: { type: choice, options: [dry, wet], default: dry }
      milestone: { required: true }
`;

export function aRule(rule: Partial<BranchRule>): BranchRule {
  return {
    branch: "main",
    requiredChecks: [],
    pullRequest: false,
    approvals: 0,
    mergeQueue: false,
    linearHistory: false,
    bypass: [],
    ...rule,
  };
}

export type Clone = {
  directory: string;
  git(...args: string[]): Promise<string>;
  /** Git's complaint; the test fails if there is none. */
  refused(...args: string[]): Promise<string>;
  /** Commits files on a new or existing branch and returns the commit. */
  commit(branch: string, files: Record<string, string>, from?: string): Promise<string>;
};

export type Box = {
  forge: Forge;
  directory: string;
  events: ForgeEvent[];
  owner: Octokit;
  bot: Octokit;
  botToken: string;
  octokit(token: string): Octokit;
  tokenWith(permissions: Permissions): Promise<string>;
  clone(token?: string): Promise<Clone>;
  /** Closes the forge and opens it again on the same folder. */
  reopen(): Promise<Box>;
};

const contract = openApiContract();
const toDo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const one of toDo.splice(0).reverse()) await one();
});

export async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "forge-"));
  toDo.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function forgeOptions(directory: string, more: Partial<ForgeOptions> = {}): ForgeOptions {
  return {
    directory,
    repository: { owner: HERE.owner, name: HERE.repo, private: false, defaultBranch: "main" },
    owner: { login: HERE.owner, id: 7, type: "User" },
    app: APP,
    settings: { actionsMayCreatePulls: true, defaultPermissions: { contents: "read" } },
    rules: [],
    ...more,
  };
}

/** Main holds README.md, the CI workflow and the button, pushed by the owner before any rule applies. */
export async function aForge(more: Partial<ForgeOptions> = {}): Promise<Box> {
  const directory = await temporary();
  const founding = await openForge(forgeOptions(directory));
  const clone = await cloneOf(founding, founding.ownerToken);
  await clone.commit("main", {
    "README.md": "# Sunrise\n",
    ".github/workflows/ci.yml": CI,
    ".github/workflows/daybreak.yml": BUTTON,
  });
  await clone.git("push", "-q", "origin", "main");
  for (const event of await unhandled(founding)) await founding.handled(event);
  await founding.close();
  return await boxOn(directory, more);
}

async function unhandled(forge: Forge): Promise<ForgeEvent[]> {
  const events: ForgeEvent[] = [];
  forge.subscribe((event) => events.push(event));
  await settled();
  return events;
}

export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

export async function boxOn(directory: string, more: Partial<ForgeOptions> = {}): Promise<Box> {
  const broken: string[] = [];
  const onExchange = (exchange: Exchange): void => {
    broken.push(...contract.check(exchange));
  };
  const forge = await openForge(forgeOptions(directory, { onExchange, ...more }));
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await forge.close();
    expect(broken).toEqual([]);
  };
  toDo.push(close);
  const events: ForgeEvent[] = [];
  forge.subscribe((event) => events.push(event));
  await settled();
  const tokenWith = (permissions: Permissions): Promise<string> =>
    forge.mintToken({ kind: "github-token", permissions, run: 1 });
  const octokit = (token: string): Octokit =>
    new Octokit({ baseUrl: `${forge.url}/api/v3`, auth: token, log: silent() });
  const botToken = await tokenWith(ALL);
  return {
    forge,
    directory,
    events,
    owner: octokit(forge.ownerToken),
    bot: octokit(botToken),
    botToken,
    octokit,
    tokenWith,
    clone: (token = forge.ownerToken) => cloneOf(forge, token),
    reopen: async () => {
      await close();
      return await boxOn(directory, more);
    },
  };
}

function silent() {
  const nothing = (): void => undefined;
  return { debug: nothing, info: nothing, warn: nothing, error: nothing };
}

async function cloneOf(forge: Forge, token: string): Promise<Clone> {
  const directory = await temporary();
  const { owner, name } = forge.repository;
  const url = `${forge.url.replace("http://", `http://x-access-token:${token}@`)}/${owner}/${name}.git`;
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // Nothing of a test outlives a power cut.
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "core.fsync",
    GIT_CONFIG_VALUE_0: "none",
    GIT_CONFIG_KEY_1: "gc.auto",
    GIT_CONFIG_VALUE_1: "0",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
  };
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", ["-C", directory, ...args], { env })).stdout.trim();
  const refused = async (...args: string[]): Promise<string> =>
    await git(...args).then(
      () => expect.fail(`git ${args.join(" ")} was not refused`),
      (error: { stderr: string }) => error.stderr,
    );
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", url);
  await git("fetch", "-q", "origin").catch(() => undefined);
  await git("reset", "-q", "--hard", "origin/main").catch(() => undefined);
  const commit = async (branch: string, files: Record<string, string>, from?: string): Promise<string> => {
    if (from !== undefined) await git("checkout", "-q", "-B", branch, from);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    await git("add", "-A");
    await git("commit", "-q", "-m", `Change ${Object.keys(files).join(", ")}`);
    return await git("rev-parse", "HEAD");
  };
  return { directory, git, refused, commit };
}

/** The status and message of a request octokit was refused. */
export async function refusal(request: Promise<unknown>): Promise<string> {
  return await request.then(
    () => expect.fail("the request was not refused"),
    (error: { status: number; response?: { data?: { message?: string } } }) =>
      `${error.status} ${error.response?.data?.message ?? ""}`,
  );
}

/** A branch with one commit on top of main, and a pull for it. */
export async function aPull(box: Box, branch: string, files: Record<string, string>, by = box.bot) {
  const clone = await box.clone();
  const sha = await clone.commit(branch, files, "origin/main");
  await clone.git("push", "-q", "origin", branch);
  const { data } = await by.pulls.create({ ...HERE, head: branch, base: "main", title: `Add ${branch}` });
  return { number: data.number, sha, clone };
}

/** A run of the CI workflow, as the runner would start it. */
export function aRunFor(headSha: string, event: "workflow_dispatch" | "pull_request") {
  const actor = { login: HERE.owner, id: 7, type: "User" } as const;
  const path = ".github/workflows/ci.yml";
  return {
    name: "CI",
    path,
    event,
    headBranch: "one",
    headSha,
    actor,
    status: "queued",
    conclusion: null,
  } as const;
}
