/** Plays actions/upload-artifact: copies files into the run's folder of that name, once. Never changes one that exists. */

import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { globToRegExp } from "../glob.ts";
import { artifactsOf, type BuiltInUse, flag, placeOf } from "./built-in.ts";

/** What GitHub refuses in a name. */
const BAD_NAME = /["\\:<>|*?\r\n/]/;
const NOTHING = ["warn", "error", "ignore"];

export async function uploadArtifact(use: BuiltInUse): Promise<void> {
  const { live, inputs, output } = use;
  const name = inputs.name || "artifact";
  const missing = inputs["if-no-files-found"] || "warn";
  if (BAD_NAME.test(name)) throw new Error(`The artifact name is not valid: ${name}`);
  if (!inputs.path) throw new Error("Input required and not supplied: path");
  if (!NOTHING.includes(missing)) throw new Error(`Unrecognized if-no-files-found input: ${missing}`);
  if (!flag(use, "archive", true)) throw new Error("`archive: false` is not supported by the local runner");
  const found = await search(use, inputs.path.split(/\r?\n/), flag(use, "include-hidden-files", false));
  if (found.files.length === 0) {
    const message = `No files were found with the provided path: ${inputs.path}. No artifacts will be uploaded.`;
    if (missing === "error") throw new Error(message);
    if (missing === "warn") live.log.say(`warning: ${message}`);
    return;
  }
  const target = join(artifactsOf(live), name);
  if (flag(use, "overwrite", false)) await rm(target, { recursive: true, force: true });
  const digest = await store(found, target, name);
  live.log.say(`Artifact ${name} has been uploaded: ${found.files.length} files`);
  output("artifact-id", String(Number.parseInt(digest.slice(0, 8), 16)));
  output("artifact-digest", digest);
  output("artifact-url", "");
}

type Found = { root: string; files: string[] };

/** Copies aside first: an artifact is there whole, or not at all. */
async function store({ root, files }: Found, target: string, name: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const aside = await mkdtemp(`${dirname(target)}-`);
  const digest = createHash("sha256");
  for (const file of files) {
    const copy = join(aside, relative(root, file));
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(file, copy);
    await chmod(copy, 0o644);
    digest.update(relative(root, file)).update(await readFile(copy));
  }
  try {
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST"))
      throw new Error(
        `Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run: ${name}`,
      );
    throw error;
  }
  return digest.digest("hex");
}

/**
 * The files the patterns mean, and the folder their paths in the artifact are relative to: of a single file its folder, of
 * a single pattern what stands before its first wildcard, of several the deepest folder they share.
 */
async function search({ live }: BuiltInUse, lines: readonly string[], hidden: boolean): Promise<Found> {
  const given = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const wanted = given.filter((line) => !line.startsWith("!")).map((line) => placeOf(live, line));
  const unwanted = given
    .filter((line) => line.startsWith("!"))
    .map((line) => withDescendants(placeOf(live, line.slice(1))));
  const bases = wanted.map(literalPrefix);
  const files = new Set<string>();
  for (const [index, pattern] of wanted.entries()) {
    const matches = withDescendants(pattern);
    for (const file of await walk(bases[index] ?? pattern, hidden))
      if (matches.test(file) && !unwanted.some((one) => one.test(file))) files.add(file);
  }
  const [only, ...others] = bases;
  const sorted = [...files].sort();
  if (only === undefined) return { root: live.workspace, files: [] };
  const root = others.length > 0 ? shared(bases) : only;
  return { root: sorted.length === 1 && sorted[0] === root ? dirname(root) : root, files: sorted };
}

/** A directory that matches means everything below it. */
function withDescendants(pattern: string): RegExp {
  return new RegExp(`${globToRegExp(pattern).source.slice(0, -1)}(?:/.*)?$`);
}

function literalPrefix(pattern: string): string {
  const segments = pattern.split(sep);
  const wild = segments.findIndex((segment) => /[*?[]/.test(segment));
  return wild < 0 ? pattern : segments.slice(0, wild).join(sep);
}

function shared(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split(sep));
  const end = first.findIndex((segment, index) => rest.some((other) => other[index] !== segment));
  return first.slice(0, end < 0 ? undefined : end).join(sep) || sep;
}

/** Every file at or below a path; links are followed; a hidden name hides what is below it. */
async function walk(path: string, hidden: boolean): Promise<string[]> {
  if (!hidden && basename(path).startsWith(".")) return [];
  const found = await stat(path).catch(() => null);
  if (found === null) return [];
  if (found.isFile()) return [path];
  if (!found.isDirectory()) return [];
  const below = await Promise.all((await readdir(path)).map((entry) => walk(join(path, entry), hidden)));
  return below.flat();
}
