/** Everything that can be wrong in a roadmap: codes, how bad each is, and what to do. Words only. */

import type { Line } from "#core/roadmap-lines.ts";

/** Every code with its severity and a remedy that begins with a verb. An error keeps its milestone from starting. */
export const ROADMAP_CATALOGUE = {
  ROADMAP_TOO_LARGE: ["error", "Move finished milestones into another file: a roadmap holds at most 2 MB."],
  ROADMAP_UNCLOSED: ["warning", "Close it where it ends: it hides everything below."],
  ROADMAP_HIDDEN_TEXT: ["error", "Delete the invisible characters, or type the line again."],
  ROADMAP_ID_UNREADABLE: ["warning", "Write the id in plain ASCII, such as `M3.2`."],
  ROADMAP_DUPLICATE_ID: ["error", "Give each milestone an id of its own."],
  ROADMAP_SLUG_COLLISION: ["error", "Rename one of the two: their ids differ in nothing but case."],
  ROADMAP_UNMARKED: ["warning", "Mark it 📝 planned, 🚧 in progress or ✅ done: only planned ones start."],
  ROADMAP_STATUS_UNREADABLE: [
    "error",
    "Write one of: planned, todo, not started, in progress, wip, done, complete, completed, 📝, 🚧, ✅.",
  ],
  ROADMAP_STATUS_CONFLICT: ["error", "Keep one status and delete the other."],
  ROADMAP_FIELD_CONTRADICTS: ["error", "Keep one of the two and delete the other."],
  ROADMAP_FIELD_AMBIGUOUS: [
    "error",
    "Put the field on a line of its own without a bullet, or reword the criterion.",
  ],
  ROADMAP_NO_OBJECTIVE: ["warning", "Add a line `**Objective:** …` that says what for."],
  ROADMAP_NO_CRITERIA: ["error", "Add `**Acceptance criteria:**` and a list of checkable sentences."],
  ROADMAP_NOTHING_CHECKABLE: [
    "error",
    "Add a criterion that is neither `(manual)` nor `(look:)`, such as `` `npm test` passes ``.",
  ],
  ROADMAP_WAY_UNREADABLE: [
    "error",
    "Write it like the example that comes with the message; the README's table of criteria holds all of them.",
  ],
  ROADMAP_WAY_AMBIGUOUS: ["error", "Split it into one criterion for each way of checking."],
  ROADMAP_WAY_NOT_READ: [
    "warning",
    "Write the command's sentence as a criterion of its own, or add `(run: command)`; as it is, a human checks it.",
  ],
  ROADMAP_UNDRIVABLE: [
    "error",
    "Add `start:` with the command that starts the program to .github/daybreak.yml.",
  ],
  ROADMAP_KIND_UNREADABLE: [
    "error",
    "Write one of: feature, fix, refactoring, migration, coverage, documentation; or remove the line.",
  ],
  ROADMAP_METRIC_UNREADABLE: [
    "error",
    "Write one command that prints a number, in backticks; or remove the line.",
  ],
  ROADMAP_COMPLEXITY_UNREADABLE: ["error", "Write simple, medium or complex; or remove the line."],
  ROADMAP_PATHS_UNREADABLE: ["error", "List paths or globs in backticks, separated by commas."],
  ROADMAP_UNKNOWN_DEPENDENCY: ["error", "Name milestones of this file by their ids, or write `none`."],
  ROADMAP_SELF_DEPENDENCY: ["error", "Remove the milestone from its own dependencies."],
  ROADMAP_DEPENDENCY_CYCLE: ["error", "Remove one of the dependencies that close the circle."],
} as const satisfies Record<string, readonly ["error" | "warning", string]>;

export type RoadmapCode = keyof typeof ROADMAP_CATALOGUE;

/** What is wrong with a contract alone; of a milestone that is done it is history, and nobody is bothered with it. */
export const CONTRACT_CODES: readonly RoadmapCode[] = [
  "ROADMAP_FIELD_CONTRADICTS",
  "ROADMAP_FIELD_AMBIGUOUS",
  "ROADMAP_WAY_UNREADABLE",
  "ROADMAP_WAY_AMBIGUOUS",
  "ROADMAP_WAY_NOT_READ",
  "ROADMAP_KIND_UNREADABLE",
  "ROADMAP_METRIC_UNREADABLE",
  "ROADMAP_COMPLEXITY_UNREADABLE",
  "ROADMAP_PATHS_UNREADABLE",
];

/** What is wrong, and where. Line and column are 1-based. Without a remedy of its own, it has that of its code. */
export type Complaint = {
  code: RoadmapCode;
  line: number;
  column: number;
  message: string;
  remedy?: string | undefined;
};

/** Receives every complaint while a text is read. */
export type Complain = (code: RoadmapCode, at: Spot, message: string, remedy?: string) => void;

/** A place in a line; `at` is a 0-based index. */
export type Spot = { line: Pick<Line, "number">; at: number };

/** At most this much of the owner's text is repeated in a message. */
const QUOTE_LENGTH = 60;

/** The owner's words as a message repeats them: one line, cut, in quotes. */
export function quoted(text: string): string {
  const points = [...text.slice(0, 2 * QUOTE_LENGTH)];
  const whole = points.length <= QUOTE_LENGTH && text.length <= 2 * QUOTE_LENGTH;
  return `“${whole ? text : `${points.slice(0, QUOTE_LENGTH - 1).join("")}…`}”`;
}
