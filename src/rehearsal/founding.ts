/** Founds the world of a rehearsal: a bare repository with the caller's workflow in it. Touches no other repository. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { type Git, initBare, openGit } from "#adapters/git/git.ts";
import { listFiles, readCommit, readText } from "#adapters/git/objects.ts";
import { fetch } from "#adapters/git/remote.ts";
import { commitTree, updateTree } from "#adapters/git/writing.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";
import { demoWorld } from "#rehearsal/demo/world.ts";
import { type Script, ScriptSchema } from "#rehearsal/model/script.ts";

/** What a world is made from. */
export type Origin =
  | { kind: "demo" }
  /** A folder with a git repository; `workflow: true` adds the caller's file if it has none. */
  | { kind: "repository" | "replay"; directory: string };

const WorldFile = z.strictObject({
  version: z.literal(1),
  kind: z.enum(["demo", "repository", "replay"]),
  owner: z.string(),
  name: z.string(),
  defaultBranch: z.string(),
  tokenOnly: z.boolean(),
});
export type WorldFile = z.infer<typeof WorldFile>;

/** File name of the caller in every rehearsal. */
export const CALLER = "daybreak.yml";

const OWNER = "owner";
const EMPTY_TREE = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

/** Founding commits carry this date, so that the same origin gives the same commits. */
const FOUNDED = "2026-01-01T00:00:00Z";

export function worldIn(directory: string): WorldFile | null {
  const file = join(directory, "world.json");
  if (!existsSync(file)) return null;
  try {
    return WorldFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new Failure("KEEP_UNREADABLE", `${basename(directory)}/world.json is not what a rehearsal leaves`, {
      cause,
    });
  }
}

/** Either the whole world is founded or nothing is: `world.json` is written last. */
export async function found(
  directory: string,
  origin: Origin,
  { caller, tokenOnly, script }: { caller: string; tokenOnly: boolean; script: Script | null },
): Promise<WorldFile> {
  const name = origin.kind === "demo" ? "notes" : nameOf(origin.directory);
  const remote = join(directory, "remote", OWNER, `${name}.git`);
  rmSync(join(directory, "remote"), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const git = await initBare(remote);
  const { branch, sha } =
    origin.kind === "demo" ? await demoCommit(git) : await copyOf(git, origin.directory);
  const tip = await withCaller(git, sha, caller);
  await git.raw(["update-ref", `refs/heads/${branch}`, tip]);
  await git.raw(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  if (script !== null) writeFileSync(join(directory, "script.json"), JSON.stringify(script, null, 2));
  const world: WorldFile = {
    version: 1,
    kind: origin.kind,
    owner: OWNER,
    name,
    defaultBranch: branch,
    tokenOnly,
  };
  writeFileSync(join(directory, "world.json.new"), JSON.stringify(world));
  renameSync(join(directory, "world.json.new"), join(directory, "world.json"));
  return world;
}

/** The script a world was founded with. */
export function scriptIn(directory: string): Script | null {
  const file = join(directory, "script.json");
  return existsSync(file) ? ScriptSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

async function demoCommit(git: Git): Promise<{ branch: string; sha: Sha }> {
  const files = new Map([...demoWorld().files].map(([path, text]) => [path, { text }]));
  const tree = await updateTree(git, EMPTY_TREE, files);
  const sha = await commitTree(git, { tree, parents: [], message: "Found notes\n", date: FOUNDED });
  return { branch: "main", sha };
}

/** The checked-out branch of a repository of the owner's, copied. */
async function copyOf(git: Git, directory: string): Promise<{ branch: string; sha: Sha }> {
  const source = openGit(
    existsSync(join(directory, ".git")) ? resolve(directory, ".git") : resolve(directory),
  );
  try {
    const branch = (await source.raw(["symbolic-ref", "--short", "HEAD"])).output.toString().trim();
    const sha = Sha.parse(
      (await source.raw(["rev-parse", "--verify", "HEAD^{commit}"])).output.toString().trim(),
    );
    await fetch(git, { url: source.directory, token: null, wants: [`refs/heads/${branch}`] });
    return { branch, sha };
  } catch (cause) {
    throw new Failure(
      "REPOSITORY_UNREADABLE",
      `${directory} is not a git repository with a commit on a branch`,
      { cause },
    );
  }
}

/** The repository as its owner would have it: with the caller's file on the default branch. */
async function withCaller(git: Git, sha: Sha, caller: string): Promise<Sha> {
  const { tree, date } = await readCommit(git, sha);
  const files = await listFiles(git, tree);
  for (const path of files.filter((one) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(one))) {
    if (
      (await readText(git, tree, path))?.includes("/.github/workflows/night.yml@") &&
      path.endsWith(`/${CALLER}`)
    )
      return sha;
  }
  const added = await updateTree(git, tree, new Map([[`.github/workflows/${CALLER}`, { text: caller }]]));
  if (added === tree) return sha;
  return await commitTree(git, { tree: added, parents: [sha], message: "Add Daybreak's workflow\n", date });
}

function nameOf(directory: string): string {
  const name = basename(resolve(directory))
    .replace(/\.git$/, "")
    .replaceAll(/[^\w.-]/g, "-");
  return name === "" || name.startsWith(".") ? "repository" : name;
}
