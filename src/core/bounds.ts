/** What a milestone may change, judged on the resulting tree. Looks at paths, modes and sizes; reads no file. */

import * as z from "zod";
import { folded, matchesAny } from "#core/glob.ts";
import type { Policy } from "#core/policy.ts";

/** One path that differs between two trees. A rename is a deletion and an addition. */
export const TreeChange = z.strictObject({
  path: z.string().min(1),
  kind: z.enum(["added", "modified", "deleted", "type-changed"]),
  /** Git's mode, such as `100644`; null where there is nothing. */
  oldMode: z.string().nullable(),
  newMode: z.string().nullable(),
  /** Size of the new content; 0 for a deletion. */
  bytes: z.int().nonnegative(),
  addedLines: z.int().nonnegative(),
  removedLines: z.int().nonnegative(),
  /** Git counts no lines in it. */
  binary: z.boolean(),
});
export type TreeChange = z.infer<typeof TreeChange>;

/** The text of one changed `package.json`, null where it does not exist. */
export type PackageChange = { path: string; before: string | null; after: string | null };

export type Bounds = {
  changes: readonly TreeChange[];
  protectedGlobs: readonly string[];
  /** Empty: anywhere that is not protected. */
  touches: readonly string[];
  allows: readonly string[];
  limits: Policy["limits"];
  /** Paths `stage` renders: whatever stands there is our own writing and is not judged. */
  rendered?: readonly string[];
  /** Every path of the base tree. */
  basePaths: readonly string[];
  packages?: readonly PackageChange[];
};

/** The parts of a `package.json` that decide what a gate command does. */
const GATE_SECTIONS = ["scripts", "jest", "vitest", "mocha", "ava", "nyc", "c8"] as const;

/** Paths that change what an install or a gate command does without looking like it. */
const NEEDS_ALLOWS = ["**/node_modules/**", "**/.npmrc", "**/.yarnrc", "**/.yarnrc.yml", "**/.pnpmfile.*"];

/** Files by which git itself treats other files differently. */
const GIT_FILES = ["**/.gitattributes", "**/.gitmodules"];

/** Characters that do not show, or that change the order in which others are shown, and what is not UTF-8. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{FFFD}]/u;

/** More than this many sentences of one kind help nobody. */
const MOST_SENTENCES = 20;

/** `protected` needs a human, `refused` is for the next attempt. Both empty: within bounds. */
export function judgeBounds(whole: Bounds): { protected: string[]; refused: string[] } {
  const rendered = new Set(whole.rendered);
  const bounds = { ...whole, changes: whole.changes.filter(({ path }) => !rendered.has(path)) };
  const isProtected = (path: string): boolean => matchesAny(path, bounds.protectedGlobs, { foldCase: true });
  const touched = bounds.changes.filter(({ path }) => isProtected(path));
  const others = bounds.changes.filter(({ path }) => !isProtected(path));
  return {
    protected: capped(touched.map(({ path, kind }) => `${shown(path)} is protected and was ${kind}.`)),
    refused: capped([
      ...overLimits(bounds),
      ...others.flatMap((change) => refusedPath(change, bounds)),
      ...bounds.changes.flatMap(refusedMode),
      ...bounds.changes.flatMap((change) => refusedExecutable(change, bounds.allows)),
      ...sameButForCase(bounds),
      ...(bounds.packages ?? []).flatMap((one) => refusedPackage(one, bounds.allows)),
    ]),
  };
}

/** Test files that stood on base and were changed or deleted, although the milestone does not allow it. */
export function testPathsChanged(
  changes: readonly TreeChange[],
  testGlobs: readonly string[],
  allows: readonly string[],
): string[] {
  return changes
    .filter(({ path, kind }) => kind !== "added" && matchesAny(path, testGlobs) && !matchesAny(path, allows))
    .map(({ path }) => path);
}

function overLimits({ changes, limits }: Bounds): string[] {
  if (changes.length === 0) return ["The patch changes nothing."];
  const lines = changes.reduce((sum, change) => sum + change.addedLines + change.removedLines, 0);
  const bytes = changes.reduce((sum, change) => sum + change.bytes, 0);
  return [
    { what: "files", is: changes.length, limit: limits.files },
    { what: "lines", is: lines, limit: limits.lines },
    { what: "bytes", is: bytes, limit: limits.bytes },
  ]
    .filter(({ is, limit }) => is > limit)
    .map(({ what, is, limit }) => `The patch changes ${is} ${what}; the policy's limit is ${limit}.`);
}

function refusedPath({ path, kind }: TreeChange, { touches, allows }: Bounds): string[] {
  const sentences: string[] = [];
  const allowed = matchesAny(path, allows);
  if (INVISIBLE.test(path)) {
    sentences.push(`${shown(path)} holds invisible, bidirectional or unreadable characters.`);
  }
  if (folded(path).split("/").includes(".git"))
    sentences.push(`${shown(path)} lies in a folder of git's own.`);
  if (matchesAny(path, GIT_FILES, { foldCase: true })) {
    sentences.push(`${shown(path)} was ${kind}: git would treat other files differently.`);
  }
  if (!allowed && matchesAny(path, NEEDS_ALLOWS, { foldCase: true })) {
    sentences.push(
      `${shown(path)} was ${kind}: it changes what commands do, and the milestone does not allow it.`,
    );
  }
  if (touches.length > 0 && !allowed && !matchesAny(path, touches)) {
    sentences.push(`${shown(path)} lies outside the milestone's \`Touches:\`.`);
  }
  return sentences;
}

function refusedMode({ path, newMode }: TreeChange): string[] {
  if (newMode === null || newMode === "100644" || newMode === "100755") return [];
  const kinds: Record<string, string> = { "120000": "a symbolic link", "160000": "a submodule" };
  return [`${shown(path)} is ${kinds[newMode] ?? "no ordinary file"} (mode ${newMode}).`];
}

function refusedExecutable({ path, oldMode, newMode }: TreeChange, allows: readonly string[]): string[] {
  const fine =
    newMode !== "100755" || oldMode === "100755" || path.endsWith(".sh") || matchesAny(path, allows);
  return fine ? [] : [`${shown(path)} became executable, and the milestone does not allow it.`];
}

function sameButForCase({ changes, basePaths }: Bounds): string[] {
  const deleted = new Set(changes.filter(({ kind }) => kind === "deleted").map(({ path }) => path));
  const taken = new Map<string, string>();
  for (const path of basePaths) if (!deleted.has(path)) taken.set(folded(path), path);
  return changes.flatMap(({ path, kind }) => {
    if (kind !== "added") return [];
    const other = taken.get(folded(path));
    taken.set(folded(path), path);
    const clashes = other !== undefined && other !== path;
    return clashes ? [`${shown(path)} differs from ${shown(other)} only in case or accents.`] : [];
  });
}

function refusedPackage({ path, before, after }: PackageChange, allows: readonly string[]): string[] {
  if (matchesAny(path, allows)) return [];
  const sections = changedSections(before, after);
  if (sections === null) return [`${shown(path)} is not readable as a JSON object.`];
  return sections.map(
    (section) => `${shown(path)} changes \`${section}\`, and the milestone does not allow it.`,
  );
}

/** Null if either text is no JSON object. */
function changedSections(before: string | null, after: string | null): string[] | null {
  const [old, now] = [before, after].map(parsedPackage);
  if (!old || !now) return null;
  return GATE_SECTIONS.filter((section) => canonical(old[section]) !== canonical(now[section]));
}

const PackageFile = z.record(z.string(), z.json());

function parsedPackage(text: string | null): Record<string, unknown> | null {
  try {
    return text === null ? {} : PackageFile.parse(JSON.parse(text.replace(/^\u{FEFF}/u, "")));
  } catch {
    // Also a RangeError: JSON nested so deep that it cannot be walked is not readable either.
    return null;
  }
}

/** One text for one JSON value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** A path as a human may safely read it: in a code span, with what does not show spelled out. */
function shown(path: string): string {
  const spelled = [...path].map((character) =>
    INVISIBLE.test(character)
      ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
      : character.replace("`", "'"),
  );
  return `\`${spelled.slice(0, 200).join("")}${spelled.length > 200 ? "…" : ""}\``;
}

function capped(sentences: readonly string[]): string[] {
  const beyond = sentences.length - MOST_SENTENCES;
  return beyond <= 0
    ? [...sentences]
    : [...sentences.slice(0, MOST_SENTENCES), `And ${beyond} more of the kind.`];
}
