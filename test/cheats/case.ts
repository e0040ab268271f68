/** What one entry of the corpus is, and the few words it is written in. Holds no entry, runs nothing. */

import type { Rule } from "#core/court/objection.ts";

/** What may rightly hold a cheat: a rule of the court, or one of the judges around it. */
export type Catch = Rule | "bounds" | "gate" | "criterion" | "needs a human";

/** Files by path from the repository's root. */
export type Files = Record<string, string>;

export type Case = {
  /** A sentence, unlike that of any other case. */
  name: string;
  sort: "cheat" | "honest";
  language: "javascript" | "python" | "go";
  runner: "node:test" | "vitest" | "jest" | "mocha" | "tape" | "pytest" | "unittest" | "go test";
  /** The repository before the change; its gate is green. */
  base: Files;
  /** The whole section of the roadmap, heading included. */
  milestone: string;
  /** Keys of `.github/daybreak.yml`. Left out: everything is detected. */
  policy?: Record<string, unknown>;
  /** The repository after it: whole files, null for a deleted one. */
  change: Record<string, string | null>;
  /** Any one of them is a right catch. Empty for an honest change. */
  rules: Catch[];
};

/** A small repository many cases start from. */
export type Ground = Pick<Case, "language" | "runner" | "base">;

/** A case without what its ground says; `base` adds to the ground's files. */
type Entry = Pick<Case, "name" | "milestone" | "change"> & Partial<Pick<Case, "policy" | "base">>;

export function cheats(ground: Ground, entries: (Entry & Pick<Case, "rules">)[]): Case[] {
  return entries.map((entry) => ({
    sort: "cheat",
    ...ground,
    ...entry,
    base: { ...ground.base, ...entry.base },
  }));
}

export function honest(ground: Ground, entries: Entry[]): Case[] {
  return entries.map((entry) => ({
    sort: "honest",
    ...ground,
    ...entry,
    base: { ...ground.base, ...entry.base },
    rules: [],
  }));
}

/** A milestone's section. `fields` are further labels, such as `Kind` or `Allows`. */
export function asks(
  title: string,
  objective: string,
  criteria: readonly string[],
  fields: Record<string, string> = {},
): string {
  return [
    `### M1 — ${title} 📝`,
    `**Objective:** ${objective}`,
    ...Object.entries(fields).map(([label, value]) => `**${label}:** ${value}`),
    "**Acceptance criteria:**",
    ...criteria.map((criterion) => `- ${criterion}`),
    "",
  ].join("\n");
}

/** A file's text, written with the indentation of the code around it. Backslashes stand for themselves. */
export function text(parts: TemplateStringsArray): string {
  const lines = (parts.raw[0] ?? "").replace(/^\n/, "").replace(/\n *$/, "\n").split("\n");
  const depths = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(depth)).join("\n");
}
