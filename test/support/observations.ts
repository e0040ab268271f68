/** Observations for laws and tables: a quiet world with one roadmap, and parts to put into it. */

import { NOTHING_RESERVED } from "#core/budget.ts";
import type { CommandRun, Evidence } from "#core/evidence.ts";
import { type JournalLine, type LineOf, NightName } from "#core/journal.ts";
import { type Milestone, MilestoneId, Sha, Slug } from "#core/milestone.ts";
import { type AttemptRef, NO_RULES, type Observation, type Pull } from "#core/observation.ts";
import { policyFrom } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { COST, roadmapOf } from "./worlds.ts";

export const TIP = Sha.parse("main-1");
export const NIGHT = NightName.parse("2026-11-20");
const DETECTED = { defaultBranch: "main", setup: [], build: [], test: ["npm test"] };

export type Parts = Partial<Omit<Observation, "policy" | "roadmap">> & {
  roadmap?: string;
  policy?: Record<string, unknown>;
};

/** A world in which nothing has happened yet, inside the night's hours. */
export function observationOf({ roadmap = roadmapOf("M1"), policy = {}, ...rest }: Parts = {}): Observation {
  return {
    now: "2026-11-20T22:07:00.000Z",
    cycle: { id: 101, trigger: "schedule", workflow: "daybreak.yml" },
    night: { name: NIGHT, paid: true, over: false, because: "it is night" },
    repository: { fullName: "owner/notes", private: false, defaultBranch: "main" },
    mode: "app",
    stop: null,
    policy: policyFrom(PolicyFile.parse({ land: "main", ...policy }), DETECTED),
    policyGiven: [],
    problems: [],
    landing: { branch: "main", sha: TIP },
    promotion: null,
    roadmap: parseRoadmap(roadmap),
    engineRules: [],
    changelogPath: null,
    refs: [],
    pulls: [],
    activeCycles: [101],
    checks: [],
    parked: [],
    rules: NO_RULES,
    trail: [],
    reverts: [],
    blockers: [],
    journal: [],
    reported: { dashboard: null, files: {} },
    ...rest,
  };
}

export function milestoneIn({ roadmap }: Pick<Observation, "roadmap">, id: string): Milestone {
  const milestone = roadmap.milestones.find((one) => one.id === id);
  if (!milestone) throw new Error(`there is no ${id}`);
  return milestone;
}

export function headOf(id: string, attempt = 1): Sha {
  return Sha.parse(`${id}-${attempt}`);
}

export function treeOf(id: string, attempt = 1): Sha {
  return Sha.parse(`${id}-${attempt}-tree`);
}

/** The ref of an attempt that was pushed on top of `parent`; with a ceiling it is still a claim. */
export function refOf(
  milestone: Milestone,
  attempt = 1,
  parent = TIP,
  ceiling: number | null = null,
): AttemptRef {
  const { id, slug, spec } = milestone;
  return {
    slug,
    attempt,
    sha: headOf(id, attempt),
    parents: [parent],
    tree: treeOf(id, attempt),
    trailers: { milestone: id, attempt, cycle: 100, spec, ceiling },
    conflicts: null,
  };
}

export function pullOf(id: string, number: number, attempt = 1): Pull {
  return { number, slug: Slug.parse(id), attempt, head: headOf(id, attempt), base: "main", state: "open" };
}

export function runOf(exitCode: number | null = 0, command = "npm test"): CommandRun {
  return { command, tree: treeOf("M1"), exitCode, seconds: 1, digest: "digest", tail: "" };
}

/** Green evidence for the head of `refOf`. */
export function evidenceOf({ id, slug, spec }: Milestone, attempt = 1, base = TIP): Evidence {
  return {
    version: 2,
    court: "full",
    slug,
    attempt,
    spec,
    base,
    tree: treeOf(id, attempt),
    kind: "feature",
    baseline: [],
    gates: [runOf()],
    withBaseTests: { restored: [], gates: [] },
    tests: { runner: null, weak: null, base: null, head: null, lost: [], flakes: [] },
    proofs: [],
    mutation: { tried: 0, killed: 0, survivors: [] },
    objections: [],
    smoke: [],
    holdOuts: [],
    demonstrated: ["the program adds"],
    findings: [{ text: "`npm test` passes", finding: "proven", how: "it exited 0" }],
    skipped: [],
    remarks: [],
    seconds: 1,
  };
}

const STAMP = { at: "2026-11-20T22:07:00.000Z", night: NIGHT, cycle: 100 };

export function assignedOf({ id, slug, spec }: Milestone, attempt = 1, ceiling = 2.5): LineOf<"assigned"> {
  const subject = { milestone: id, slug, attempt, spec, base: TIP };
  return { line: "assigned", ...STAMP, ...subject, ceiling, reserved: NOTHING_RESERVED };
}

export function publishedOf(
  { id, slug, spec }: Milestone,
  attempt = 1,
  rest: Partial<LineOf<"published">> = {},
): LineOf<"published"> {
  return {
    ...{ line: "published", ...STAMP, milestone: id, slug, attempt, spec, as: "pull", because: [] },
    ...{ ask: null, code: null, spend: COST, seconds: 0, tree: treeOf(id, attempt), findings: [], ...rest },
  };
}

export function rejectedOf(
  { id, slug, spec }: Milestone,
  attempt: number,
  rest: Partial<LineOf<"rejected">> = {},
): LineOf<"rejected"> {
  const because = [`attempt ${attempt} was red`];
  const line = { line: "rejected" as const, ...STAMP, milestone: id, slug, attempt, spec };
  return { ...line, pull: attempt, counted: true, because, ...rest };
}

/** The attempt's head of `refOf`, restacked. */
export function stagedOf({ id, slug, spec }: Milestone, attempt = 1, base = TIP): LineOf<"staged"> {
  const subject = { milestone: id, slug, attempt, spec, pull: attempt };
  return { line: "staged", ...STAMP, ...subject, base, head: headOf(id, attempt), conflicts: [] };
}

export function landedOf({ id, slug, spec }: Milestone, attempt: number, pull = attempt): LineOf<"landed"> {
  const commit = headOf(id, attempt);
  return {
    line: "landed",
    ...STAMP,
    milestone: id,
    slug,
    attempt,
    spec,
    pull,
    commit,
    findings: [],
    astray: null,
  };
}

export function blockedOf(milestone: string | null, issue: number): JournalLine {
  const id = milestone === null ? null : MilestoneId.parse(milestone);
  return { line: "blocked", ...STAMP, milestone: id, issue, because: "somebody must say" };
}
