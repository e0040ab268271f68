/** Reads and moves refs of a remote repository. Moves nothing without saying what it expects to find there. */

import { configured, type Git } from "#adapters/git/git.ts";
import { checkedSha } from "#adapters/git/objects.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";

/** `token` null: the remote asks for none, such as a folder. */
export type Remote = { url: string; token: string | null };

/** One ref to move. `to` null deletes it; `expected` null means that it must not exist yet. */
export type RefUpdate = { ref: string; to: Sha | null; expected: Sha | null };

export type PushOutcome = { outcome: "done" } | { outcome: "refused"; because: string };

/** Full names only, and none of the characters git or a shell gives a meaning to. */
const REF = /^refs\/[^\s:~^?*[\\\p{C}]+$/u;

/** Every branch of the remote under its full name. */
export async function remoteRefs(git: Git, remote: Remote): Promise<Map<string, Sha>> {
  const { output } = await call(git, remote, ["ls-remote", "--quiet", "--heads", checkedUrl(remote)]);
  return refLines(output);
}

/** `id TAB ref` lines. */
function refLines(output: Buffer): Map<string, Sha> {
  return new Map(
    output
      .toString()
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [sha, ref = ""] = line.split("\t");
        return [ref, Sha.parse(sha)];
      }),
  );
}

/** Where the branches a look saw are kept. */
const SEEN = "refs/seen/";

/**
 * Brings branches, by name or as `prefix/*`, and answers where they are: one conversation with the remote instead of
 * two. A branch that is gone is not in the answer.
 * @throws Failure GIT_FAILED if a branch that is named without `*` does not exist.
 */
export async function seeBranches(
  git: Git,
  { url, token, branches, depth }: Remote & { branches: readonly string[]; depth?: number },
): Promise<Map<string, Sha>> {
  const refspecs = branches.map((branch) => {
    checkedRef(`refs/heads/${branch.replace(/\/\*$/, "")}`);
    return `+refs/heads/${branch}:${SEEN}${branch}`;
  });
  const shallow = depth === undefined ? [] : [`--depth=${depth}`];
  const options = ["--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
  await call(git, { url, token }, ["fetch", ...options, ...shallow, checkedUrl({ url, token }), ...refspecs]);
  const { output } = await git.raw(["for-each-ref", "--format=%(objectname)%09%(refname)", SEEN]);
  return new Map([...refLines(output)].map(([ref, sha]) => [ref.replace(SEEN, "refs/heads/"), sha]));
}

/** Brings commits here by id or ref. `depth` counts commits; without it their whole history comes along. */
export async function fetch(
  git: Git,
  { url, token, wants, depth }: Remote & { wants: readonly string[]; depth?: number },
): Promise<void> {
  const names = wants.map((want) => (want.startsWith("refs/") ? checkedRef(want) : checkedSha(want)));
  const shallow = depth === undefined ? [] : [`--depth=${depth}`];
  const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", ...shallow];
  await call(git, { url, token }, ["fetch", ...options, checkedUrl({ url, token }), ...names]);
}

/**
 * Moves all refs or none. A refusal is a value; it is read back first, so that a push whose answer was lost, or that
 * is repeated, is `done`.
 * @throws Failure PUSH_REFUSED if the token may not push at all, GIT_FAILED if nobody answers.
 */
export async function push(
  git: Git,
  { url, token, updates }: Remote & { updates: readonly RefUpdate[] },
): Promise<PushOutcome> {
  if (updates.length === 0) return { outcome: "done" };
  const leases = updates.map(
    ({ ref, expected }) => `--force-with-lease=${checkedRef(ref)}:${expected ?? ""}`,
  );
  const refspecs = updates.map(({ ref, to }) => `${to === null ? "" : checkedSha(to)}:${ref}`);
  const options = ["--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"];
  const args = ["push", ...options, ...leases, checkedUrl({ url, token }), ...refspecs];
  const { exitCode, output, errors } = await call(git, { url, token }, args, [0, 1, 128]);
  if (exitCode === 0 || (await isAsWanted(git, { url, token }, updates))) return { outcome: "done" };
  const because = refusals(output.toString(), errors);
  if (because !== null) return { outcome: "refused", because };
  throw new Failure(
    isForbidden(errors) ? "PUSH_REFUSED" : "GIT_FAILED",
    `git push: ${withoutToken(errors.trim(), token)}`,
  );
}

/** False also if nobody answers: then the first failure is the one to tell. */
async function isAsWanted(git: Git, remote: Remote, updates: readonly RefUpdate[]): Promise<boolean> {
  try {
    const refs = await remoteRefs(git, remote);
    return updates.every(({ ref, to }) => (refs.get(ref) ?? null) === to);
  } catch {
    return false;
  }
}

/** Git's words and the server's for the refs that did not move; null if no ref was refused by name. */
function refusals(porcelain: string, errors: string): string | null {
  const refs = porcelain
    .split("\n")
    .flatMap((line) => (line.startsWith("!") ? [line.slice(1).trim().replaceAll("\t", " ")] : []));
  if (refs.length === 0) return null;
  const server = errors.split("\n").flatMap((line) => /^remote: (.*\S)/.exec(line)?.[1] ?? []);
  return [...refs, ...server].join("; ").slice(0, 1_000);
}

function isForbidden(errors: string): boolean {
  return /returned error: 40[13]|Authentication failed|Permission to .* denied|could not read Username/i.test(
    errors,
  );
}

/** The token travels in the environment of this one process: not in its arguments, not in the URL, not in a file. */
async function call(
  git: Git,
  { token }: Remote,
  args: readonly string[],
  accepts: readonly number[] = [0],
): ReturnType<Git["raw"]> {
  const environment =
    token === null
      ? {}
      : configured([["http.extraHeader", `AUTHORIZATION: basic ${basicCredentials(token)}`]]);
  try {
    return await git.raw(args, { environment, accepts });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("GIT_FAILED", withoutToken(words, token));
  }
}

function basicCredentials(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString("base64");
}

function withoutToken(text: string, token: string | null): string {
  return token === null ? text : text.replaceAll(basicCredentials(token), "***").replaceAll(token, "***");
}

function checkedRef(ref: string): string {
  if (!REF.test(ref) || ref.includes(".."))
    throw new Failure("GIT_FAILED", "The name of a ref is malformed.");
  return ref;
}

/** A URL without credentials, or an absolute path. Never something git takes for an option. */
function checkedUrl({ url }: Remote): string {
  if (!/^(https?:\/\/|file:\/\/|\/)/.test(url) || /^https?:\/\/[^/]*@/.test(url)) {
    throw new Failure("GIT_FAILED", "The remote's address must be a plain http, https or file URL.");
  }
  return url;
}
