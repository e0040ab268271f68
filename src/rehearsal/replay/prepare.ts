/**
 * Replays a published package: fetches two of its versions with the machine's own npm and makes a repository, a
 * milestone and a script out of their difference. Runs nothing of the package, and knows no registry.
 */

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "#core/errors.ts";
import type { Script } from "#rehearsal/model/script.ts";
import { commitFiles } from "#rehearsal/replay/commit-files.ts";
import type { FileTree } from "#rehearsal/replay/file-tree.ts";
import { retellPackage, type Versions } from "#rehearsal/replay/retell-package.ts";
import { readTarball } from "#rehearsal/replay/tarball.ts";

/** Runs npm with these arguments. `output` is what it wrote on both streams. */
export type Npm = (args: string[], cwd: string) => Promise<{ exitCode: number; output: string }>;

export type Rehearsable = {
  /** A repository, checked out, with one commit on `main`. */
  directory: string;
  milestone: { id: string; title: string };
  script: Script;
  /** One sentence for a human. */
  summary: string;
};

/**
 * `spec` is `minimist@1.2.5..1.2.6` or `@scope/name@1.0.0..1.1.0`; `directory` is made if it is missing.
 * @throws Failure REPLAY_UNAVAILABLE, REPLAY_WITHOUT_TESTS, REPLAY_WITHOUT_DIFFERENCE.
 */
export async function prepareReplay(request: {
  spec: string;
  directory: string;
  npm: Npm;
}): Promise<Rehearsable> {
  const versions = readSpec(request.spec);
  const { name, older, newer } = versions;
  const fetched = (version: string): Promise<FileTree> => fetchPackage(`${name}@${version}`, request);
  const published = { older: await fetched(older), newer: await fetched(newer) };
  const { files, milestone, script, gates, changedFiles } = retellPackage(versions, published);
  const directory = join(request.directory, "repository");
  await rm(directory, { recursive: true, force: true });
  await commitFiles(directory, files, `${name} ${older}\n`);
  const counted = `${changedFiles} changed ${changedFiles === 1 ? "file" : "files"}`;
  return {
    directory,
    milestone,
    script,
    summary: `${milestone.title}: ${counted}; gate: ${gates.join(" && ")}`,
  };
}

const VERSION = String.raw`\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?`;
const SPEC = new RegExp(
  String.raw`^((?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)@(${VERSION})\.\.(${VERSION})$`,
  "i",
);

/** Exactly a name and two versions: never a folder, an address or an option that npm would follow. */
function readSpec(spec: string): Versions {
  const [, name, older, newer] = SPEC.exec(spec) ?? [];
  if (name === undefined || older === undefined || newer === undefined)
    throw new Failure(
      "REPLAY_UNAVAILABLE",
      `${JSON.stringify(spec)} is not a package and two of its versions.`,
    );
  return { name, older, newer };
}

/** One retry: npm's usual patience is minutes. */
const QUICK = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"];

async function fetchPackage(
  name: string,
  { directory, npm }: { directory: string; npm: Npm },
): Promise<FileTree> {
  const folder = join(directory, "package");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quiet = ["--ignore-scripts", "--loglevel=error", "--no-update-notifier", ...QUICK];
  const { exitCode, output } = await npm(["pack", name, "--pack-destination", folder, ...quiet], folder);
  const [tarball, ...others] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
  if (exitCode !== 0 || tarball === undefined || others.length > 0)
    throw new Failure("REPLAY_UNAVAILABLE", `npm could not fetch ${name}: ${reasonIn(output)}`);
  try {
    return readTarball(await readFile(join(folder, tarball)));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("REPLAY_UNAVAILABLE", `What npm fetched for ${name} is no package: ${why}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The sentence of npm's error; what stands around it are codes, advice and the place of its log. */
function reasonIn(output: string): string {
  const lines = output
    .split("\n")
    .filter((line) => /^npm (?:error|ERR!)/.test(line))
    .map((line) => line.replace(/^npm (?:error|ERR!)\s*(?:[a-z]+(?= [A-Z])\s)?/, "").trim())
    .filter(
      (line) => !/^(?:code|errno|syscall|type|network$|notarget$)\b|complete log|log files/i.test(line),
    );
  return lines.find((line) => line.includes(" ")) ?? lastLine(output);
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) || "it gave no reason";
}
