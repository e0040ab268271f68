/** One milestone's section of the file, from its heading to the next: contract, status and what is wrong with it. */

import type { AcceptanceCriterion, Complexity, Kind, MilestoneStatus } from "#core/milestone.ts";
import { readCriteria } from "#core/roadmap-criteria.ts";
import { type Complain, type Complaint, quoted } from "#core/roadmap-diagnostics.ts";
import { entryText, type Field, type FieldKind, isFieldLine, readFields } from "#core/roadmap-fields.ts";
import { type MilestoneHeading, milestoneHeading } from "#core/roadmap-headings.ts";
import { hiddenAt, visible } from "#core/roadmap-hidden.ts";
import { tidy } from "#core/roadmap-inline.ts";
import type { Heading, Line } from "#core/roadmap-lines.ts";
import { leavesStatusStanding, type Marker, markersAtEnd, markersFrom } from "#core/roadmap-status.ts";
import {
  type Reference,
  readCommands,
  readComplexity,
  readKind,
  readMetric,
  readPaths,
  readReferences,
} from "#core/roadmap-values.ts";

/** A milestone's heading with the lines below it. */
export type Section = { line: Line; heading: Heading; says: MilestoneHeading; body: Line[] };

/** A milestone read for itself, before it is compared with the others. Marker positions are those of the file. */
export type Draft = {
  id: string;
  title: string;
  objective: string;
  criteria: AcceptanceCriterion[];
  references: Reference[];
  declaresDependencies: boolean;
  touches: string[];
  allows: string[];
  smoke: string[];
  /** Null if the owner gave none. */
  kind: Kind | null;
  metric: string | null;
  complexity: Complexity | null;
  status: MilestoneStatus;
  markers: Marker[];
  line: Line;
  level: number;
  complaints: Complaint[];
};

const HOMOGLYPH_ID = /^[^\p{L}\p{N}]*(\p{L}{1,3}-?\d+(?:\.\d+)*)(?!\p{L})/u;

/** Finds the milestones' sections. Headings that only look like one are complained of. */
export function sectionsOf(lines: readonly Line[], complain: Complain): Section[] {
  const sections: Section[] = [];
  let current: Section | null = null;
  for (const line of lines) {
    const { heading } = line;
    if (heading === null || isFieldAboveRule(heading)) {
      current?.body.push(line);
      continue;
    }
    const says = isFieldLine(heading.text) ? null : milestoneHeading(heading.text);
    if (says !== null) {
      current = { line, heading, says, body: [] };
      sections.push(current);
      continue;
    }
    complainOfLookAlike(line, heading, complain);
    if (current !== null && heading.level <= current.heading.level) current = null;
    current?.body.push(line);
  }
  return sections;
}

function isFieldAboveRule(heading: Heading): boolean {
  return heading.underlined && isFieldLine(heading.text);
}

function complainOfLookAlike(line: Line, heading: Heading, complain: Complain): void {
  const { text, at } = heading;
  const hidden = hiddenAt(text);
  if (hidden >= 0 && milestoneHeading(visible(text)) !== null) {
    complain(
      "ROADMAP_HIDDEN_TEXT",
      { line, at: at + hidden },
      "A heading hides characters in its milestone's id.",
    );
    return;
  }
  const id = HOMOGLYPH_ID.exec(text)?.[1] ?? "";
  const isMarked = markersFrom(text, 0).markers.length + markersAtEnd(text, 0).markers.length > 0;
  if (isMarked && /[^\p{ASCII}]/u.test(id)) {
    complain(
      "ROADMAP_ID_UNREADABLE",
      { line, at },
      `The heading ${quoted(text)} has a status and an id in letters that are not ASCII.`,
    );
  }
}

/** Reads one section. */
export function readSection(section: Section): Draft {
  const complaints: Complaint[] = [];
  const complain: Complain = (code, { line, at }, message, remedy) =>
    complaints.push({ code, line: line.number, column: at + 1, message, remedy });
  complainOfHiddenText(section, complain);
  const fields = readFields(section.body, (piece) =>
    complain(
      "ROADMAP_FIELD_AMBIGUOUS",
      piece,
      `The criterion that begins with ${quoted(piece.text)} may be a field.`,
    ),
  );
  const { says, line, heading } = section;
  const of = (kind: FieldKind) => fields.filter((field) => field.kind === kind);
  const { status, markers } = readStatus(section, of("status"), complain);
  return {
    id: says.id,
    title: says.title,
    objective:
      merge(of("objective"), (field) => tidy(field.entries.map(entryText).join(" ")), complain) ?? "",
    criteria: mergeCriteria(of("criteria"), complain),
    references: merge(of("dependsOn"), readReferences, complain) ?? [],
    declaresDependencies: of("dependsOn").length > 0,
    touches: merge(of("touches"), (field) => readPaths(field, complain), complain) ?? [],
    allows: merge(of("allows"), (field) => readPaths(field, complain), complain) ?? [],
    smoke: merge(of("smoke"), readCommands, complain) ?? [],
    kind: merge(of("kind"), (field) => readKind(field, complain), complain),
    metric: merge(of("metric"), (field) => readMetric(field, complain), complain),
    complexity: merge(of("complexity"), (field) => readComplexity(field, complain), complain),
    status,
    markers,
    line,
    level: heading.level,
    complaints,
  };
}

function complainOfHiddenText({ line: first, body }: Section, complain: Complain): void {
  for (const line of [first, ...body]) {
    const at = hiddenAt(line.text);
    if (at < 0) continue;
    const point = line.text.codePointAt(at)?.toString(16).toUpperCase().padStart(4, "0");
    complain(
      "ROADMAP_HIDDEN_TEXT",
      { line, at },
      `The line holds a character that no reader sees (U+${point}).`,
    );
    return;
  }
}

/** The one value of a field; a second field of the same meaning must say the same. */
function merge<T>(fields: Field[], value: (field: Field) => T | null, complain: Complain): T | null {
  let first: { field: Field; value: T; text: string } | null = null;
  for (const field of fields) {
    const read = value(field);
    if (read === null) continue;
    const text = field.entries.map(entryText).join("\n");
    if (first === null) first = { field, value: read, text };
    else if (first.text !== text) {
      const message = `The field ${quoted(field.label)} says something else than ${quoted(first.field.label)} on line ${first.field.place.line.number}.`;
      complain("ROADMAP_FIELD_CONTRADICTS", field.place, message);
    }
  }
  return first?.value ?? null;
}

/** Criteria under different labels, such as acceptance criteria and an exit gate, all count. */
function mergeCriteria(fields: Field[], complain: Complain): AcceptanceCriterion[] {
  const byLabel = Map.groupBy(fields, ({ label }) => label);
  return [...byLabel.values()].flatMap(
    (same) => merge(same, (field) => readCriteria(field, complain), complain) ?? [],
  );
}

function readStatus(
  { line, heading, says }: Section,
  fields: Field[],
  complain: Complain,
): { status: MilestoneStatus; markers: Marker[] } {
  const markers = says.markers.map((marker) => moved(marker, line.offset + heading.at));
  let unreadable = false;
  for (const field of fields) {
    const piece = field.entries[0]?.pieces[0];
    const read = markersFrom(piece?.text ?? "", 0);
    if (piece !== undefined && read.markers.length > 0 && leavesStatusStanding(piece.text.slice(read.end))) {
      markers.push(...read.markers.map((marker) => moved(marker, piece.line.offset + piece.at)));
      continue;
    }
    unreadable = true;
    const message = piece === undefined ? "The status is empty." : `${quoted(piece.text)} is no status.`;
    complain("ROADMAP_STATUS_UNREADABLE", piece ?? field.place, message);
  }
  const statuses = [...new Set(markers.map(({ status }) => status))];
  const [status] = statuses;
  const spot = fields[0]?.place ?? { line, at: heading.at };
  if (statuses.length > 1) {
    const message = `${says.id} is marked ${statuses.join(" and ")} at the same time.`;
    complain("ROADMAP_STATUS_CONFLICT", spot, message);
    return { status: "unmarked", markers };
  }
  if (status === undefined && !unreadable) {
    complain("ROADMAP_UNMARKED", { line, at: heading.at }, `${says.id} has no status, so it does not start.`);
  }
  return { status: status ?? "unmarked", markers };
}

function moved(marker: Marker, by: number): Marker {
  return { ...marker, start: marker.start + by, end: marker.end + by };
}
