/** Who we are on GitHub and how we ask: two tokens at most, reads repeated, writes never. */

import { setTimeout as wait } from "node:timers/promises";
import { Octokit } from "@octokit/rest";
import type { EndpointDefaults, OctokitResponse } from "@octokit/types";
import type { Git } from "#adapters/git/git.ts";
import { Failure } from "#core/errors.ts";

/** The account of every GITHUB_TOKEN, `github-actions[bot]`. */
const ACTIONS_BOT = 41_898_282;

/** Waits between repeated reads, in milliseconds. */
const READ_WAITS = [500, 2_000, 5_000] as const;

export type Account = { octokit: Octokit; token: string };

export type Connection = {
  owner: string;
  repo: string;
  /** Where git talks: `https://github.com/owner/repo.git`. */
  remote: string;
  git: Git;
  /** GITHUB_TOKEN: claims, state, issues, dispatches. It starts no workflow by what it pushes. */
  actions: Account;
  /** Pull requests, their branches and the landing branch: the App's token if there is one, else GITHUB_TOKEN. */
  publisher: Account;
  mode: "app" | "token-only";
  /** What is known of the repository without asking. */
  known: { defaultBranch: string; private: boolean } | null;
  /** Account ids whose objects are ours. */
  ours: ReadonlySet<number>;
  /** Account id of our App's bot; null in token-only mode. */
  appBot: number | null;
};

export async function connect(options: {
  apiUrl: string;
  serverUrl: string;
  owner: string;
  repo: string;
  token: string;
  /** The App's token, if this job was given one. */
  appToken: string | null;
  /** The App's slug, also in jobs without its token: they too must know what is ours. */
  appSlug: string | null;
  git: Git;
  known: Connection["known"];
}): Promise<Connection> {
  const { apiUrl, serverUrl, owner, repo, git, appToken, appSlug, known } = options;
  const actions = accountOf(apiUrl, options.token);
  const publisher = appToken === null ? actions : accountOf(apiUrl, appToken);
  const appBot = appSlug === null ? null : await botIdOf(appSlug, publisher.octokit);
  return {
    owner,
    repo,
    remote: `${serverUrl}/${owner}/${repo}.git`,
    git,
    actions,
    publisher,
    mode: appSlug === null ? "token-only" : "app",
    known,
    ours: new Set([ACTIONS_BOT, ...(appBot === null ? [] : [appBot])]),
    appBot,
  };
}

function accountOf(baseUrl: string, token: string): Account {
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const octokit = new Octokit({ auth: token, baseUrl, userAgent: "daybreak", log });
  octokit.hook.wrap("request", repeatReads);
  octokit.hook.wrap("request", askPolitely());
  return { octokit, token };
}

type Ask = (
  options: Required<EndpointDefaults>,
) => OctokitResponse<unknown> | Promise<OctokitResponse<unknown>>;

/** A write may have been applied although its answer was lost: whoever made it reads it back instead. */
async function repeatReads(
  request: Ask,
  options: Required<EndpointDefaults>,
): Promise<OctokitResponse<unknown>> {
  for (const pause of [...READ_WAITS, null]) {
    try {
      return await request(options);
    } catch (error) {
      if (statusOf(error) === 401)
        throw new Failure("TOKEN_REFUSED", "GitHub does not accept the job's token", { cause: error });
      if (options.method !== "GET" || pause === null || !isPassing(error)) throw error;
      await wait(pause * (0.75 + 0.5 * Math.random()));
    }
  }
  throw new Failure("GITHUB_FAILED", `GitHub did not answer ${options.method} ${options.url}`);
}

/** Asks again only for what changed: an answer of 304 does not count against the hour's limit. */
function askPolitely() {
  const answers = new Map<string, OctokitResponse<unknown>>();
  return async (request: Ask, options: Required<EndpointDefaults>): Promise<OctokitResponse<unknown>> => {
    if (options.method !== "GET") return await request(options);
    const { request: _, headers: __, ...asked } = options;
    const key = JSON.stringify(asked);
    const known = answers.get(key);
    const tag = known?.headers.etag;
    try {
      const headers = tag === undefined ? options.headers : { ...options.headers, "if-none-match": tag };
      const answer = await request({ ...options, headers });
      answers.set(key, answer);
      return answer;
    } catch (error) {
      if (statusOf(error) === 304 && known) return known;
      throw error;
    }
  };
}

async function botIdOf(slug: string, octokit: Octokit): Promise<number> {
  const { data } = await octokit.rest.users.getByUsername({ username: `${slug}[bot]` });
  return data.id;
}

/** The HTTP status of a refusal; null when no answer came at all. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && "status" in error && typeof error.status === "number"
    ? error.status
    : null;
}

/** What GitHub said, for a log line. It never decides anything. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.split("\n", 1).join("") : String(error);
}

/** Server errors, rate limits and lost answers pass by themselves. */
function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  return status === null || status >= 500 || status === 429;
}

/** Turns a refused read or write into a Failure that names what is missing; rethrows Failures as they are. */
export function failureFrom(error: unknown, doing: string): Failure {
  if (error instanceof Failure) return error;
  const status = statusOf(error);
  const because = `${doing}: ${wordsOf(error)}`;
  return status === 401 || status === 403 || status === 404
    ? new Failure("TOKEN_REFUSED", because, { cause: error })
    : new Failure("GITHUB_FAILED", because, { cause: error });
}
