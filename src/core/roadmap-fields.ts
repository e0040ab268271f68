/** The labelled fields of one milestone, in every form people write them. Cuts text; understands no value. */

import { tidy, withoutCode } from "#core/roadmap-inline.ts";
import type { Heading, Line } from "#core/roadmap-lines.ts";

export type FieldKind =
  | "status"
  | "kind"
  | "objective"
  | "dependsOn"
  | "touches"
  | "allows"
  | "criteria"
  | "metric"
  | "complexity"
  | "smoke";

/** A stretch of one line; `at` is its 0-based index there. */
export type Piece = { text: string; line: Line; at: number };

/** One list item, or one paragraph: the lines it is written on. Nested items begin a piece of their own. */
export type Entry = { bullet: boolean; pieces: (Piece & { nested: boolean })[] };

export type Field = { kind: FieldKind; label: string; place: Piece; entries: Entry[] };

type Label = { label: string; kind: FieldKind | null; bold: boolean; end: number };
type Style = "heading" | "bold" | "plain";

type OpenField = {
  field: Field;
  style: Style;
  /** The column of the bullet that carries the label, if one does. */
  bullet: number | null;
  /** The column of the bullets of its list, once there is one. */
  list: number | null;
  /** A blank line stands behind what was read so far. */
  blank: boolean;
};

const LABELS: Record<FieldKind, string[]> = {
  status: ["status"],
  kind: ["kind"],
  objective: ["objective", "objectives", "goal", "goals", "aim"],
  dependsOn: ["depends on", "dependencies", "dependency", "requires", "blocked by"],
  touches: ["touches", "files", "scope"],
  allows: ["allows"],
  criteria: [
    ...["acceptance criteria", "acceptance criterion", "acceptance", "success criteria", "criteria", "ac"],
    ...[
      "exit criteria",
      "exit gate",
      "exit evidence",
      "completion gate",
      "gate",
      "definition of done",
      "dod",
      "done when",
    ],
  ],
  metric: ["metric"],
  complexity: ["complexity"],
  smoke: ["smoke", "smoke test", "smoke tests"],
};
const KINDS = new Map(
  Object.entries(LABELS).flatMap(([kind, labels]) =>
    labels.map((label) => [label, kind as FieldKind] as const),
  ),
);

const BOLD =
  /(\*\*|__)[ \t]{0,8}([^*_:：]{1,60}?)[ \t]{0,8}([:：.]?)[ \t]{0,8}\1(?:[ \t]{0,8}\([^()]{1,60}\)(?=[:：]))?[ \t]{0,8}([:：]?)/uy;
const PLAIN = /([A-Za-z][A-Za-z ()/—–-]{0,59}?)[ \t]{0,8}[:：](?!\/\/)/uy;
const BOLD_LATER = /(?:\*\*|__)[A-Za-z]/gu;
const BULLET = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)/u;

/** The field a label names; `Acceptance criteria — all met` and `Success Criteria (what must be TRUE)` count. */
function kindOf(label: string): FieldKind | null {
  const plain = tidy(label.replace(/\(.*$|\s[—–-]\s.*$/u, "")).toLowerCase();
  return KINDS.get(plain) ?? null;
}

function labelHere(text: string, at: number): Label | null {
  BOLD.lastIndex = at;
  const bold = BOLD.exec(text);
  if (bold !== null) {
    const [whole, , label = "", inner, outer] = bold;
    const kind = kindOf(label);
    const end = at + whole.length;
    const alone = text.slice(end).trim() === "";
    const colon = outer !== "" || inner === ":" || inner === "：";
    return colon || (kind !== null && (alone || inner === ".")) ? { label, kind, bold: true, end } : null;
  }
  PLAIN.lastIndex = at;
  const plain = PLAIN.exec(text);
  if (plain === null) return null;
  const [whole, label = ""] = plain;
  return { label, kind: kindOf(label), bold: false, end: at + whole.length };
}

/** The label that a heading is: `#### Acceptance criteria`, with or without a colon, with or without a value. */
function headingLabel(text: string): Label | null {
  const label = labelHere(text, 0);
  if (label !== null && label.kind !== null) return label;
  const kind = kindOf(text);
  return kind === null ? null : { label: text, kind, bold: false, end: text.length };
}

/** Whether an underlined line is really a field above a rule, as in `Status: planned` over `---`. */
export function isFieldLine(text: string): boolean {
  return headingLabel(text) !== null;
}

/** Reads the fields of a milestone from the lines of its section, its heading left out. */
export function readFields(lines: readonly Line[], ambiguous: (piece: Piece) => void): Field[] {
  const fields: Field[] = [];
  let open: OpenField | null = null;
  for (const line of lines) {
    if (line.heading !== null) open = readHeading(fields, line, line.heading);
    else if (line.rule) open = null;
    else if (line.opaque) continue;
    else if (line.text.trim() !== "") open = readLine(fields, open, line, ambiguous);
    else if (open !== null) open.blank = true;
  }
  return fields;
}

function readHeading(fields: Field[], line: Line, { text, at, underlined }: Heading): OpenField | null {
  const label = headingLabel(text);
  const open = label === null ? null : begin(fields, line, at, { ...label, end: at + label.end }, null);
  if (open !== null && !underlined) open.style = "heading";
  return open;
}

function readLine(
  fields: Field[],
  open: OpenField | null,
  line: Line,
  ambiguous: (piece: Piece) => void,
): OpenField | null {
  const bullet = BULLET.exec(line.text);
  const column = columnOf(bullet?.[1] ?? /^[ \t]*/u.exec(line.text)?.[0] ?? "");
  const at = bullet?.[0].length ?? line.text.length - line.text.trimStart().length;
  const label = labelHere(line.text, at);
  if (bullet === null) {
    if (label !== null && isLabelLine(open, line, column, label)) return begin(fields, line, at, label, null);
    return open === null ? null : readText(open, line, column, at);
  }
  if (open !== null && ownsBullet(open, column)) {
    if (
      label?.bold === true &&
      label.kind !== null &&
      open.bullet === null &&
      open.field.kind === "criteria"
    ) {
      ambiguous({ text: label.label, line, at });
    }
    return addItem(open, line, column, at);
  }
  if (label === null || label.kind === null) return null;
  return begin(fields, line, at, label, column);
}

function columnOf(indent: string): number {
  let column = 0;
  for (const character of indent) column += character === "\t" ? 4 - (column % 4) : 1;
  return column;
}

/** Whether a bullet at this column is a value of the open field, and not the label of the next one. */
function ownsBullet(open: OpenField, column: number): boolean {
  if (open.bullet !== null) return column > open.bullet;
  if (open.field.kind === "criteria" || open.style === "heading") return true;
  return open.list !== null || open.field.entries.length === 0;
}

/** Whether a line without bullet that begins like a label is one, and not the wrapped text of an item. */
function isLabelLine(open: OpenField | null, line: Line, column: number, label: Label): boolean {
  const wraps = line.depth > 0 && column > (open?.list ?? open?.bullet ?? 0);
  if (wraps && !(label.bold && open?.list === null)) return false;
  if (label.kind !== null || label.bold) return true;
  const closesList = open !== null && open.list !== null && line.text.slice(label.end).trim() === "";
  return closesList || (open?.style === "plain" && open.list === null && open.bullet === null);
}

/** Opens a field, and the further ones whose bold labels stand on the same line. An unknown label closes. */
function begin(
  fields: Field[],
  line: Line,
  at: number,
  label: Label,
  bullet: number | null,
): OpenField | null {
  let open: OpenField | null = null;
  const labels = [{ at, label }, ...laterLabels(line.text, label.end)];
  for (const [index, { at, label }] of labels.entries()) {
    open = null;
    if (label.kind === null) continue;
    const next = labels[index + 1];
    const value = line.text.slice(label.end, next?.at);
    const text = next === undefined ? value : value.replace(/(?<![\s·|;,])[\s·|;,]+$/u, "");
    const place = { text: label.label, line, at };
    const field: Field = { kind: label.kind, label: tidy(label.label).toLowerCase(), entries: [], place };
    open = { field, style: label.bold ? "bold" : "plain", bullet, list: null, blank: false };
    if (text.trim() !== "") addPiece(open, line, label.end, false, text);
    fields.push(field);
  }
  return open;
}

/** The bold labels behind `from`, code left out. */
function laterLabels(text: string, from: number): { at: number; label: Label }[] {
  if (!text.includes("**", from) && !text.includes("__", from)) return [];
  const labels: { at: number; label: Label }[] = [];
  let end = from;
  for (const { index } of withoutCode(text).matchAll(BOLD_LATER)) {
    const label = index < end ? null : labelHere(text, index);
    if (label === null) continue;
    labels.push({ at: index, label });
    end = label.end;
  }
  return labels;
}

function addPiece(
  open: OpenField,
  line: Line,
  at: number,
  bullet: boolean,
  text = line.text.slice(at),
): void {
  const start = at + text.length - text.trimStart().length;
  const piece = { text: text.trim(), line, at: start, nested: false };
  open.field.entries.push({ bullet, pieces: [piece] });
}

function addItem(open: OpenField, line: Line, column: number, at: number): OpenField {
  open.list ??= column;
  open.blank = false;
  const parent = open.field.entries.at(-1);
  if (column < open.list + 2 || parent === undefined) addPiece(open, line, at, true);
  else parent.pieces.push({ text: line.text.slice(at).trim(), line, at, nested: true });
  return open;
}

/** A line of text: a wrapped line, the value under its label, or the end of the field. */
function readText(open: OpenField, line: Line, column: number, at: number): OpenField | null {
  const last = open.field.entries.at(-1);
  const inItem = open.list === null || column > open.list;
  const startsAnew = open.blank && !(open.list !== null && inItem && line.depth > 0);
  open.blank = false;
  if (last !== undefined && !startsAnew) {
    last.pieces.push({ text: line.text.trim(), line, at, nested: false });
    return open;
  }
  if (last !== undefined && (open.style !== "heading" || open.list !== null)) return null;
  addPiece(open, line, at, false);
  return open;
}

/** An entry as one line of prose: wrapped lines joined, nested items set off. */
export function entryText(entry: Entry): string {
  const parts = entry.pieces.map(({ text, nested }, index) => {
    const before = entry.pieces[index - 1]?.text ?? "";
    return (nested && !/[:：;,]/u.test(before.slice(-1)) ? "; " : " ") + text;
  });
  return tidy(parts.join(""));
}
