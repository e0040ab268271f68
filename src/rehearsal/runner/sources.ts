/** Where workflow and action files come from: commits of the repository and packages on disk. Reads only. */

import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const PLENTY = 64 * 1024 * 1024;

/** A tree of files: one commit of the repository, or a directory that stands for another repository. */
export type Source = { kind: "commit"; sha: string } | { kind: "package"; name: string; directory: string };

export type WorkflowFile = { path: string; content: string };

export type Sources = {
  /** Every `.github/workflows/*.yml|yaml` of a commit. */
  workflows(sha: string): Promise<readonly WorkflowFile[]>;
  /** One file, or null if there is none. */
  read(source: Source, path: string): Promise<string | null>;
  /** The whole tree on disk, not to be written to. */
  directory(source: Source): Promise<string>;
  /** The commit a ref or branch name stands for, or null. */
  resolve(ref: string): Promise<string | null>;
  /** Paths that differ; everything in the second if the first does not exist. */
  changedPaths(before: string, after: string): readonly string[];
};

export function createSources(gitDirectory: string, cache: string): Sources {
  const git = async (...args: string[]) =>
    (await execute("git", ["--git-dir", gitDirectory, ...args], { maxBuffer: PLENTY })).stdout;
  const listings = new Map<string, Promise<readonly WorkflowFile[]>>();
  const blobs = new Map<string, Promise<string>>();
  const trees = new Map<string, Promise<string>>();
  return {
    workflows: (sha) => remember(listings, sha, () => readWorkflows(git, blobs, sha)),
    async read(source, path) {
      if (source.kind === "commit") return git("show", `${source.sha}:${path}`).catch(() => null);
      return readFile(join(source.directory, path), "utf8").catch(() => null);
    },
    async directory(source) {
      if (source.kind === "package") return source.directory;
      return remember(trees, source.sha, () => extract(gitDirectory, source.sha, join(cache, source.sha)));
    },
    resolve: (ref) =>
      git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`).then(
        (sha) => sha.trim(),
        () => null,
      ),
    changedPaths(before, after) {
      const args = /^0*$/.test(before)
        ? ["ls-tree", "-r", "-z", "--name-only", after]
        : ["diff", "-z", "--name-only", before, after];
      return execFileSync("git", ["--git-dir", gitDirectory, ...args], {
        encoding: "utf8",
        maxBuffer: PLENTY,
      })
        .split("\0")
        .filter((path) => path !== "");
    },
  };
}

/** Most commits change no workflow file: only contents never seen before cost a process. */
async function readWorkflows(
  git: (...args: string[]) => Promise<string>,
  blobs: Map<string, Promise<string>>,
  sha: string,
): Promise<WorkflowFile[]> {
  const listed = await git("ls-tree", "-z", sha, ".github/workflows/");
  const entries = listed.split("\0").flatMap((entry) => {
    const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.+\.ya?ml)$/.exec(entry) ?? [];
    return blob === undefined || path === undefined ? [] : [{ blob, path }];
  });
  return Promise.all(
    entries.map(async ({ blob, path }) => ({
      path,
      content: await remember(blobs, blob, () => git("cat-file", "blob", blob)),
    })),
  );
}

async function extract(gitDirectory: string, sha: string, target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const archive = spawn("git", ["--git-dir", gitDirectory, "archive", "--format=tar", sha], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const unpack = spawn("tar", ["-x", "-C", target], { stdio: [archive.stdout, "ignore", "ignore"] });
  const codes = await Promise.all(
    [archive, unpack].map(
      (child) => new Promise((resolve) => child.on("close", resolve).on("error", resolve)),
    ),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`The tree of commit ${sha} could not be read`);
  return target;
}

function remember<T>(memory: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
