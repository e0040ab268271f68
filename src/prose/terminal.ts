/** The morning on a terminal: plain words in columns, at most 100 of them wide. No colours, no links, nothing live. */

import { short } from "#core/milestone.ts";
import type { Morning } from "#core/report.ts";
import { dollars, tokens } from "#prose/figures.ts";
import { findingSaid } from "#prose/findings.ts";
import { oneLine } from "#prose/hostile.ts";
import { headline, landedAfter, landedTonight, rejectedStill, titleOf } from "#prose/tonight.ts";

const WIDTH = 100;
const INDENT = "  ";

/** Characters of any sentence: about four lines of it. */
const MOST_IN_SENTENCE = 320;

/** What is told of one milestone: its name and title on the left, facts on the right, sentences below. */
type Entry = { name: string; title: string; right: string; below: string[] };

export function tellMorningPlain(morning: Morning): string {
  const sections: [string, Entry[]][] = [
    ["Landed", landedEntries(morning)],
    ["Rejected", rejectedEntries(morning)],
    ["Waits for your answer", questionEntries(morning)],
    ["Still open", openEntries(morning)],
    ["Problems", problemEntries(morning)],
  ];
  const names = sections.flatMap(([, entries]) => entries.map(({ name }) => name.length));
  const margin = INDENT.length + Math.max(2, ...names) + 2;
  return [
    ...wrap(headline(morning), WIDTH),
    ...(morning.stop === null ? [] : wrap(sentence(`Stopped: ${morning.stop}`), WIDTH)),
    ...sections.flatMap(([title, entries]) =>
      entries.length === 0 ? [] : ["", title, ...entries.flatMap((entry) => laidOut(entry, margin))],
    ),
    "",
    cost(morning),
  ].join("\n");
}

function landedEntries(morning: Morning): Entry[] {
  const landed = landedTonight(morning);
  const findings = landed.flatMap(({ criteria }) => criteria);
  const kind = Math.max(0, ...findings.map((one) => findingSaid(one).length));
  return landed.map(({ milestone, title, pull, commit, attempt, criteria, spend }) => ({
    name: nameOf(milestone),
    title,
    right: [`attempt ${attempt}`, `#${pull}`, short(commit), dollars(spend.usd)].join("  "),
    below: criteria.map((one) => `${findingSaid(one).padEnd(kind)}  ${sentence(one.text)}`),
  }));
}

function rejectedEntries(morning: Morning): Entry[] {
  return rejectedStill(morning).map((one) => {
    const after = landedAfter(one, morning);
    return {
      name: nameOf(one.milestone),
      title: titleOf(one.milestone, morning),
      right: [`attempt ${one.attempt}`, ...(one.pull === null ? [] : [`#${one.pull}`])].join("  "),
      below: [
        ...one.because.map(sentence),
        ...(after ? [`attempt ${after.attempt} landed as #${after.pull}`] : []),
      ],
    };
  });
}

function questionEntries(morning: Morning): Entry[] {
  return morning.blocked.map(({ milestone, issue, because, ask }) => ({
    name: milestone === null ? "all" : nameOf(milestone),
    title: milestone === null ? "The whole night" : titleOf(milestone, morning),
    right: `#${issue}`,
    below: [sentence(because), sentence(`→ ${ask}`)],
  }));
}

/** Milestones that are neither done nor told of above. */
function openEntries({ rows, blocked }: Morning): Entry[] {
  const told = new Set(blocked.map(({ milestone }) => milestone));
  return rows
    .filter(({ milestone, stands }) => stands !== "done" && !told.has(milestone))
    .map(({ milestone, title, stands, because }) => ({
      name: nameOf(milestone),
      title,
      right: stands,
      below: [sentence(because)],
    }));
}

function problemEntries({ problems }: Morning): Entry[] {
  return problems.map(({ file, line, severity, message, remedy }) => ({
    name: severity,
    title: message,
    right: oneLine(`${file}:${line}`, 40),
    below: [sentence(`→ ${remedy}`)],
  }));
}

function cost({ spend, reserved }: Morning): string {
  const setAside = reserved > 0 ? `, ${dollars(reserved)} set aside for attempts that have not reported` : "";
  return `Spent ${dollars(spend.usd)} on ${tokens(spend)}${setAside}.`;
}

function nameOf(milestone: string): string {
  return oneLine(milestone, 20);
}

function sentence(text: string): string {
  return oneLine(text, MOST_IN_SENTENCE);
}

function laidOut({ name, title, right, below }: Entry, margin: number): string[] {
  const width = WIDTH - margin;
  const shown = oneLine(title, width - right.length - 2);
  const first = `${INDENT}${name}`.padEnd(margin) + shown.padEnd(width - right.length) + right;
  const rest = below.filter((line) => line !== "").flatMap((line) => wrap(line, width));
  return [first, ...rest.map((line) => " ".repeat(margin) + line)];
}

/** Breaks a line at its spaces, further lines below where its text begins. A word that is too long is cut. */
function wrap(line: string, width: number): string[] {
  const hang = " ".repeat(/^(?:→ |\S+(?: \S+){0,3} {2,})/u.exec(line)?.[0].length ?? 0);
  const wrapped: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > hang.length ? space : width;
    wrapped.push(rest.slice(0, end).trimEnd());
    rest = hang + rest.slice(end).trimStart();
  }
  return [...wrapped, rest];
}
