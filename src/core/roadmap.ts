/** ROADMAP.md as a value: milestones and everything wrong with them. Never throws on any text, never guesses. */

import * as z from "zod";
import { digestOf } from "#core/hash.ts";
import { inferKind } from "#core/kind.ts";
import { Milestone, MilestoneId, Spec } from "#core/milestone.ts";
import {
  CONTRACT_CODES,
  type Complain,
  type Complaint,
  ROADMAP_CATALOGUE,
} from "#core/roadmap-diagnostics.ts";
import { checkCircles, checkNames, groupsOf, resolveDependencies, slugOf } from "#core/roadmap-graph.ts";
import { scanLines, type Unclosed } from "#core/roadmap-lines.ts";
import { type Draft, readSection, sectionsOf } from "#core/roadmap-sections.ts";
import { rewritten } from "#core/roadmap-status.ts";

/** Something wrong in a roadmap; `milestone` is the one that does not start because of it, if any. */
export const RoadmapDiagnostic = z.strictObject({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  remedy: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  milestone: MilestoneId.nullable(),
});
export type RoadmapDiagnostic = z.infer<typeof RoadmapDiagnostic>;

export const Roadmap = z.strictObject({
  milestones: z.array(Milestone),
  diagnostics: z.array(RoadmapDiagnostic),
  /** A dependency field exists somewhere, “none” included. Absent: the milestones' own lists say it. */
  dependenciesDeclared: z.boolean().optional(),
});
export type Roadmap = z.infer<typeof Roadmap>;

/** In UTF-16 units: longer files are refused as a whole. */
const LARGEST = 2_000_000;
/** How many hexadecimal digits of the contract's digest are its Spec. */
const SPEC_DIGITS = 16;

/** Reads a roadmap, BOM and line ends of any kind included, in linear time. */
export function parseRoadmap(markdown: string): Roadmap {
  return read(markdown).roadmap;
}

/** The milestones that may start: marked planned, and nothing wrong with them. */
export function startable(roadmap: Roadmap): Milestone[] {
  const broken = new Set(
    roadmap.diagnostics.filter(({ severity }) => severity === "error").map(({ milestone }) => milestone),
  );
  return roadmap.milestones.filter(({ id, status }) => status === "planned" && !broken.has(id));
}

/** Whether the roadmap speaks of dependencies at all; if not, file order is the only order it has. */
export function declaresDependencies(roadmap: Roadmap): boolean {
  return (
    roadmap.dependenciesDeclared === true || roadmap.milestones.some(({ dependsOn }) => dependsOn.length > 0)
  );
}

/**
 * The text with one milestone's status changed, in the emojis and words it is written in; every other byte stays.
 * Throws if the milestone has not exactly one readable status: such a one never starts, so nobody asks.
 */
export function setStatus(markdown: string, id: MilestoneId, status: "planned" | "done"): string {
  const before = read(markdown);
  const [draft, ...rest] = before.drafts.filter((each) => each.id === id);
  if (draft === undefined || rest.length > 0 || draft.status === "unmarked") {
    throw new Error(`setStatus: ${id} is not one milestone with one status`);
  }
  let after = markdown;
  for (const marker of draft.markers.toSorted((one, other) => other.start - one.start)) {
    after = after.slice(0, marker.start) + rewritten(marker, status) + after.slice(marker.end);
  }
  const expected = before.roadmap.milestones.map((each) => (each.id === id ? { ...each, status } : each));
  if (JSON.stringify(read(after).roadmap.milestones) !== JSON.stringify(expected)) {
    throw new Error(`setStatus: marking ${id} ${status} would change more than its status`);
  }
  return after;
}

function read(markdown: string): { roadmap: Roadmap; drafts: Draft[] } {
  const diagnostics: RoadmapDiagnostic[] = [];
  const report = (complaint: Complaint, milestone: MilestoneId | null) =>
    diagnostics.push(diagnosticOf(complaint, milestone));
  if (markdown.length > LARGEST) {
    report(
      { code: "ROADMAP_TOO_LARGE", line: 1, column: 1, message: "The roadmap is larger than 2 MB." },
      null,
    );
    return { roadmap: { milestones: [], diagnostics, dependenciesDeclared: false }, drafts: [] };
  }
  const complainOf =
    (draft: Draft | null): Complain =>
    (code, { line, at }, message, remedy) =>
      report(
        { code, line: line.number, column: at + 1, message, remedy },
        draft === null ? null : MilestoneId.parse(draft.id),
      );
  const { lines, unclosed } = scanLines(markdown);
  if (unclosed !== null) complainOf(null)("ROADMAP_UNCLOSED", unclosed, unclosedMessage(unclosed));
  const all = sectionsOf(lines, complainOf(null)).map(readSection);
  const groups = groupsOf(all);
  const drafts = all.filter((draft) => !groups.has(draft));
  for (const draft of drafts) {
    for (const complaint of draft.complaints) {
      if (draft.status !== "done" || !CONTRACT_CODES.includes(complaint.code)) {
        report(complaint, MilestoneId.parse(draft.id));
      }
    }
    checkContract(draft, complainOf(draft));
  }
  checkNames(drafts, complainOf);
  const dependencies = resolveDependencies(drafts, groups, complainOf);
  checkCircles(dependencies, complainOf);
  const milestones = drafts.map((draft, index) =>
    milestoneOf(draft, index + 1, dependencies.get(draft) ?? []),
  );
  const dependenciesDeclared = all.some((draft) => draft.declaresDependencies);
  diagnostics.sort((one, other) => one.line - other.line || one.column - other.column);
  return { roadmap: { milestones, diagnostics, dependenciesDeclared }, drafts };
}

function unclosedMessage({ what }: Unclosed): string {
  return `The ${what} that begins here never ends, so everything below it is hidden.`;
}

function diagnosticOf(
  { code, message, line, column, remedy }: Complaint,
  milestone: MilestoneId | null,
): RoadmapDiagnostic {
  const [severity, usual] = ROADMAP_CATALOGUE[code];
  return { code, severity, message, remedy: remedy ?? usual, line, column, milestone };
}

/** What a milestone must say before it may start; others may say as little as they like. */
function checkContract(draft: Draft, complain: Complain): void {
  if (draft.status !== "planned") return;
  const spot = { line: draft.line, at: 0 };
  if (draft.objective === "") complain("ROADMAP_NO_OBJECTIVE", spot, `${draft.id} has no objective.`);
  if (draft.criteria.length === 0) {
    complain(
      "ROADMAP_NO_CRITERIA",
      spot,
      `${draft.id} has no acceptance criteria, so nobody could tell when it is done.`,
    );
  } else if (draft.criteria.every(({ way }) => way.by === "manual" || way.by === "look")) {
    complain(
      "ROADMAP_NOTHING_CHECKABLE",
      spot,
      `${draft.id} has only criteria for human eyes, so nothing can be checked.`,
    );
  }
}

function milestoneOf(draft: Draft, ordinal: number, dependsOn: MilestoneId[]): Milestone {
  const { id, title, objective, criteria, touches, allows, smoke, kind, metric, complexity, status, line } =
    draft;
  const contract = [id, title, objective, criteria, dependsOn, touches, allows, smoke, ...givenOf(draft)];
  return {
    id: MilestoneId.parse(id),
    slug: slugOf(id, ordinal),
    title,
    objective,
    criteria,
    dependsOn,
    touches,
    allows,
    smoke,
    kind: kind ?? inferKind(draft),
    kindGiven: kind !== null,
    metric,
    complexity,
    status,
    spec: Spec.parse(digestOf(JSON.stringify(contract)).slice(0, SPEC_DIGITS)),
    line: line.number,
  };
}

/** Younger fields are part of the contract only where they are written, so that no older contract changes. */
function givenOf({ kind, metric, complexity }: Draft): object[] {
  return Object.entries({ kind, metric, complexity })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ [name]: value }));
}
