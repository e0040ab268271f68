/** A calibration on a terminal: one line per commit, the reasons below it, and what would have to change. Judges nothing. */

import type { BuiltCommit, Calibration, JudgedCommit, SkippedCommit } from "#core/calibration.ts";
import { type Sha, short } from "#core/milestone.ts";
import { dollars } from "#prose/figures.ts";
import { oneLine } from "#prose/hostile.ts";

const WIDTH = 100;
const SUBJECT = 60;

/** `documentation`. */
const LONGEST_KIND = 13;

/** Characters of one reason, and reasons of one commit that are shown. */
const REASON = 240;
const MOST_REASONS = 5;

/** Where reasons begin: under the subject. */
const MARGIN = " ".repeat(11);

export function tellCalibration(calibration: Calibration): string {
  const { judged, skipped, rules, builds } = calibration;
  return [
    headline(calibration),
    ...section("Judged", judged.flatMap(judgedLines)),
    ...section(
      "Skipped",
      skipped
        .map((one) => rowOf(one, ""))
        .flatMap((row, index) => [row, ...reason(skipped[index]?.because ?? "")]),
    ),
    ...section(
      "What would have to change",
      rules.flatMap(({ rule, commits, remedy }) => [`${commitsSaid(commits)}  ${rule}`, ...reason(remedy)]),
    ),
    ...(builds === null ? [] : section(builtHeadline(builds), builds.flatMap(builtLines))),
  ].join("\n");
}

/** Each commit as soon as it is known. */
export function judgedSaid(judged: JudgedCommit): string {
  const rules = judged.rules.length === 0 ? "" : ` (${judged.rules.join(", ")})`;
  return `${judged.says}${rules}  ${short(judged.commit)} ${oneLine(judged.subject, SUBJECT)}`;
}

export function skippedSaid({ commit, subject, because }: SkippedCommit): string {
  return `skipped  ${short(commit)} ${oneLine(subject, SUBJECT)}: ${oneLine(because, REASON)}`;
}

export function builtSaid({ commit, subject, built, spend }: BuiltCommit): string {
  return `${built ? "built" : "not built"}  ${short(commit)} ${oneLine(subject, SUBJECT)} for ${dollars(spend.usd)}`;
}

export function beganSaid({ commit, subject }: { commit: Sha; subject: string }): string {
  return `${short(commit)} ${oneLine(subject, SUBJECT)}`;
}

function headline({ repository, judged, asked, skipped }: Calibration): string {
  const count = (says: JudgedCommit["says"]) => judged.filter((one) => one.says === says).length;
  const fewer = judged.length < asked ? ` of ${asked} asked for` : "";
  return `${repository}: ${commitsSaid(judged.length)}${fewer}: ${count("proven")} proven, ${count("held")} held, ${count("refused")} refused; ${skipped.length} skipped`;
}

function builtHeadline(builds: readonly BuiltCommit[]): string {
  const usd = builds.reduce((sum, { spend }) => sum + spend.usd, 0);
  return `Built by the engine: ${builds.filter(({ built }) => built).length} of ${builds.length}, for ${dollars(usd)}`;
}

function judgedLines(judged: JudgedCommit): string[] {
  const { because, kind, says, seconds } = judged;
  const shown = because.slice(0, MOST_REASONS);
  const more = because.length - shown.length;
  return [
    rowOf(judged, `${kind.padEnd(LONGEST_KIND)}  ${says.padEnd(7)} ${`${seconds.toFixed(0)} s`.padStart(5)}`),
    ...shown.flatMap(reason),
    ...(more > 0 ? reason(`and ${more} more`) : []),
  ];
}

function builtLines(built: BuiltCommit): string[] {
  return [
    rowOf(built, `${built.built ? "built" : "not built"}  ${dollars(built.spend.usd)}`),
    ...built.because.flatMap(reason),
  ];
}

function rowOf({ commit, subject }: { commit: Sha; subject: string }, right: string): string {
  const room = WIDTH - MARGIN.length - right.length - (right === "" ? 0 : 2);
  const shown = oneLine(subject, room);
  return `  ${short(commit).padEnd(MARGIN.length - 2)}${right === "" ? shown : `${shown.padEnd(room)}  ${right}`}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function reason(text: string): string[] {
  return wrapped(oneLine(text, REASON), WIDTH - MARGIN.length).map((line) => MARGIN + line);
}

function commitsSaid(count: number): string {
  return `${count} ${count === 1 ? "commit" : "commits"}`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
