/**
 * The one door to git: no configuration of the machine or of a workspace, no hooks, no filters, no prompts. Only
 * ever opened on bare repositories we made ourselves, never on a folder an agent could write to.
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import { GitPluginError, type SimpleGitOptions, simpleGit } from "simple-git";
import { Failure } from "#core/errors.ts";

/** What git came back with. Output is bytes: patches and blobs are not text. */
export type GitAnswer = { exitCode: number; output: Buffer; errors: string };

export type GitCall = {
  input?: string | Uint8Array;
  environment?: Readonly<Record<string, string>>;
  /** Exit codes that are answers; any other is a Failure. Only 0 if not given. */
  accepts?: readonly number[];
};

/** One bare repository of ours. */
export interface Git {
  readonly directory: string;
  /** @throws Failure GIT_FAILED with git's own words, without any secret. */
  raw(args: readonly string[], call?: GitCall): Promise<GitAnswer>;
}

/** Configuration that outranks whatever a repository says. Keys later in the list win. */
const CONFIGURATION: readonly (readonly [key: string, value: string])[] = [
  ["core.hooksPath", devNull],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", devNull],
  ["core.excludesFile", devNull],
  ["core.autocrlf", "false"],
  ["core.fileMode", "true"],
  ["core.symlinks", "true"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["credential.helper", ""],
  ["gc.auto", "0"],
  // Our repositories are scratch: what a power cut takes is made again.
  ["core.fsync", "none"],
  // A fetched pack stays one file instead of a hundred.
  ["fetch.unpackLimit", "1"],
  ["maintenance.auto", "false"],
  // A server that sends less than this for a minute is treated as gone.
  ["http.lowSpeedLimit", "100"],
  ["http.lowSpeedTime", "60"],
];

/**
 * In our repositories files are bytes: no line ending, filter, encoding or keyword of any `.gitattributes` changes
 * them on the way in or out, hides them in a diff, or decides how they merge. This file outranks all others.
 */
const BYTES_IN_BYTES_OUT =
  "* -text !eol !crlf !ident !filter !working-tree-encoding !diff !merge !conflict-marker-size\n";

/** The fixed identity of every commit: the same inputs give the same commit id. */
const IDENTITY = { name: "Daybreak", email: "daybreak@users.noreply.github.com" };

/** Git gives up with a clear message rather than fill the machine's memory at a patch's word. */
const MOST_MEMORY_AT_ONCE = "256m";

/** Git that says nothing for this long hangs, in milliseconds. */
const LONGEST_SILENCE = 600_000;

/**
 * simple-git refuses what could be used to run foreign programs. These switches let us use the same doors, solely
 * to shut them: hooks, monitor and helpers off, configuration files empty.
 */
const UNSAFE = {
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeTemplateDir: true,
} satisfies SimpleGitOptions["unsafe"];

const BARE_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

/**
 * Makes an empty bare repository, or opens the one that was made here before. The files are those of
 * gitrepository-layout(5): no template of the machine's, no hook, nothing but what is written here.
 */
export async function initBare(directory: string): Promise<Git> {
  for (const folder of ["info", "objects/info", "objects/pack", "refs/heads", "refs/tags"])
    await mkdir(join(directory, folder), { recursive: true });
  await writeFile(join(directory, "info", "attributes"), BYTES_IN_BYTES_OUT);
  await writeFile(join(directory, "config"), BARE_CONFIG);
  // HEAD last: with it the folder is a repository.
  await writeFile(join(directory, "HEAD"), "ref: refs/heads/main\n", { flag: "wx" }).catch(onlyIfPresent);
  return openGit(directory);
}

function onlyIfPresent(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

/** Opens a repository made by `initBare`. */
export function openGit(directory: string): Git {
  return { directory, raw: (args, call) => raw(directory, args, call) };
}

/** Lends a fresh index file: trees are built there, and no work tree is needed. */
export async function withIndex<T>(
  git: Git,
  use: (environment: { GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  const room = await mkdtemp(join(git.directory, "index-"));
  try {
    return await use({ GIT_INDEX_FILE: join(room, "index") });
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Configuration for one call, such as a token's header, where no list of processes shows it. */
export type Setting = readonly [key: string, value: string];

export function configured(settings: readonly Setting[]): Record<string, string> {
  const all = [...CONFIGURATION, ...settings];
  return {
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

async function raw(
  directory: string,
  args: readonly string[],
  { input = "", environment = {}, accepts = [0] }: GitCall = {},
): Promise<GitAnswer> {
  const whole = { ...baseEnvironment(directory), ...environment };
  let answer: GitAnswer | null = null;
  const git = simpleGit({
    baseDir: directory,
    unsafe: UNSAFE,
    allowEnvironment: Object.keys(whole),
    completion: { onClose: true, onExit: false },
    timeout: { block: LONGEST_SILENCE },
    // An empty buffer still closes git's standard input; an empty string would leave it open.
    input: () => Buffer.from(input),
    // The only place where simple-git shows bytes and exit code; whether it is an error is for us to say.
    errors: (error, { exitCode, stdOut, stdErr }) => {
      answer = { exitCode, output: Buffer.concat(stdOut), errors: Buffer.concat(stdErr).toString() };
      return error instanceof GitPluginError ? error : undefined;
    },
  });
  try {
    await git
      .env(whole)
      .outputHandler(endAtOnce)
      .raw([...args]);
  } catch (cause) {
    throw failureOf(args, cause instanceof Error ? cause.message : String(cause));
  }
  return judged(args, answer, accepts);
}

/**
 * simple-git waits 50 ms after a command that printed nothing, for words that might still come. When standard output
 * has ended none can: nothing is said in its place, so that it need not wait.
 */
function endAtOnce(_command: string, stdout: NodeJS.ReadableStream): void {
  stdout.once("end", () => stdout.emit("data", Buffer.alloc(0)));
}

function judged(args: readonly string[], answer: GitAnswer | null, accepts: readonly number[]): GitAnswer {
  if (answer === null) throw failureOf(args, "no answer");
  if (!accepts.includes(answer.exitCode))
    throw failureOf(args, answer.errors || `exit code ${answer.exitCode}`);
  return answer;
}

/** Git's words, without its arguments: they may hold file names nobody should be shown. */
function failureOf(args: readonly string[], words: string): Failure {
  return new Failure("GIT_FAILED", `git ${args[0] ?? ""}: ${words.trim().slice(0, 2_000)}`);
}

function baseEnvironment(directory: string): Record<string, string> {
  return {
    // biome-ignore lint/style/noProcessEnv: where git is installed is the one thing only the machine knows.
    PATH: process.env.PATH ?? "",
    // Nowhere: a home would bring .netrc, and with it credentials nobody passed.
    HOME: join(directory, "no-home"),
    LC_ALL: "C",
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "http:https:file",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ALLOC_LIMIT: MOST_MEMORY_AT_ONCE,
    GIT_AUTHOR_NAME: IDENTITY.name,
    GIT_AUTHOR_EMAIL: IDENTITY.email,
    GIT_COMMITTER_NAME: IDENTITY.name,
    GIT_COMMITTER_EMAIL: IDENTITY.email,
    ...configured([]),
  };
}
