/** The morning report, as Markdown for a human with fifteen minutes. An unchanged world is told in unchanged bytes. */

import { short } from "#core/milestone.ts";
import type { Morning } from "#core/report.ts";
import { dollars, grouped, tokens } from "#prose/figures.ts";
import { isForYou, tally } from "#prose/findings.ts";
import { tellHindsight } from "#prose/forecast.ts";
import { plain } from "#prose/hostile.ts";
import { referenceIn } from "#prose/issue.ts";
import {
  bullets,
  cell,
  code,
  cut,
  fitting,
  hasMarker,
  type Room,
  section,
  sentence,
  table,
} from "#prose/markdown.ts";
import { tellAftermath } from "#prose/sentinel.ts";
import { headline, type Landed, landedAfter, landedTonight, rejectedStill, titleOf } from "#prose/tonight.ts";

export const DASHBOARD_TITLE = "Daybreak: the morning report";

const MARKER = "<!-- daybreak:dashboard -->";

/** Entries are those of every list but the questions. */
const ROOMY: Room = { entries: 500, words: 1_500 };

/** Tried in this order until the report fits into an issue. */
export const ROOMS: readonly Room[] = [
  ROOMY,
  { entries: 150, words: 600 },
  { entries: 50, words: 300 },
  { entries: 15, words: 150 },
  { entries: 3, words: 60 },
  { entries: 0, words: 1 },
];

export function tellMorning(morning: Morning): string {
  return tellIn(ROOMY, morning);
}

/** The report of the dashboard issue, at most 60,000 characters. Long lists are cut with a count; questions never are. */
export function dashboardBody(morning: Morning): string {
  return fitting(ROOMS, (room) => `${tellIn(room, morning)}\n\n${MARKER}`);
}

/** Reads only what `dashboardBody` printed; whose issue it is, is for the caller to check. */
export function isDashboard(body: string): boolean {
  return hasMarker(body, MARKER);
}

/** The questions alone, or null when nothing waits for an answer. */
export function tellQuestions(morning: Morning, words = ROOMY.words): string | null {
  if (morning.blocked.length === 0) return null;
  return bullets(
    morning.blocked.map(({ milestone, issue, because, ask }) => {
      const about = referenceIn(because);
      const subject = milestone === null ? "**The whole night**" : named(milestone, morning);
      return [
        `#${issue} · ${subject}${about === null ? "" : ` · about ${about}`}`,
        `**${plain(ask, words)}**`,
        `It is asked because: ${sentence(plain(because, words))}`,
      ].join("\\\n  ");
    }),
  );
}

/** Every milestone with where it stands and the one reason, or null for an empty roadmap. */
export function tellStandings({ rows }: Morning, { entries, words } = ROOMY): string | null {
  if (rows.length === 0) return null;
  const shown = rows
    .slice(0, entries)
    .map(({ milestone, title, stands, because }) => [
      cell(milestone, 64),
      cell(title, Math.min(words, 100)),
      stands,
      reason(because, Math.min(words, 300)),
    ]);
  const beyond = rows.length - shown.length;
  return [
    ...(shown.length > 0 ? [table(["milestone", "title", "stands", "because"], shown)] : []),
    ...(beyond > 0 ? [`and ${beyond} more milestones`] : []),
  ].join("\n\n");
}

/** Null when nothing was spent, is set aside, or waits. */
export function tellCost({ spend, reserved, forecast, reviewMinutes }: Morning): string | null {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = spend;
  const kinds = `${grouped(inputTokens)} in, ${grouped(outputTokens)} out, ${grouped(cacheReadTokens)} from and ${grouped(cacheWriteTokens)} to the cache`;
  const told = [
    ...(inputTokens + outputTokens > 0
      ? [`Spent ${dollars(spend.usd)} on ${tokens(spend)} (${kinds}).`]
      : []),
    ...(forecast === null ? [] : [tellHindsight(forecast)]),
    ...(reserved > 0 ? [`${dollars(reserved)} is set aside for attempts that have not reported.`] : []),
    ...(reviewMinutes > 0 ? [`About ${reviewMinutes} minutes of review wait for you.`] : []),
  ];
  return told.length === 0 ? null : told.join(" ");
}

/** The report with that much room. */
export function tellIn(room: Room, morning: Morning): string {
  const { stop } = morning;
  const told: [string, string | null][] = [
    ["Needs you", tellQuestions(morning, room.words)],
    ["Landed", tellLanded(room, morning)],
    ["After landing", tellAftermath(morning.aftermath)],
    ["Rejected", tellRejected(room, morning)],
    ["Where every milestone stands", tellStandings(morning, room)],
    ["Problems", tellProblems(room, morning)],
    ["Cost", tellCost(morning)],
  ];
  return [
    headline(morning),
    ...(stop === null
      ? []
      : [`**Stopped:** ${sentence(plain(stop, 300))} Nothing starts or lands until that is taken away.`]),
    ...told.flatMap(([title, body]) => (body === null ? [] : [section(title, body)])),
  ].join("\n\n");
}

function tellLanded({ entries, words }: Room, morning: Morning): string | null {
  const landed = landedTonight(morning);
  if (landed.length === 0) return null;
  const told = landed.map((one) =>
    [landedLine(one), ...byHand(one, words).map((check) => `  - [ ] ${check}`)].join("\n"),
  );
  return bullets(cut(told, entries, "milestones"));
}

function landedLine(landed: Landed): string {
  const { milestone, title, pull, pictured, commit, attempt, criteria, spend } = landed;
  return [
    `**${plain(milestone, 64)}: ${plain(title, 100)}**`,
    `#${pull}${pictured ? " with pictures" : ""}`,
    short(commit),
    tally(criteria),
    `attempt ${attempt}`,
    dollars(spend.usd),
  ].join(" · ");
}

function byHand({ criteria }: Landed, words: number): string[] {
  return criteria.filter(isForYou).map(({ text }) => plain(text, Math.min(words, 300)));
}

function tellRejected({ entries, words }: Room, morning: Morning): string | null {
  const rejected = rejectedStill(morning);
  if (rejected.length === 0) return null;
  const told = rejected.map((one) => {
    const after = landedAfter(one, morning);
    const subject = [
      named(one.milestone, morning),
      `attempt ${one.attempt}`,
      ...(one.pull === null ? [] : [`#${one.pull}`]),
    ];
    const since = after ? ` Attempt ${after.attempt} landed.` : "";
    return `${subject.join(" · ")}: ${sentence(plain(one.because.join("; "), words))}${since}`;
  });
  return bullets(cut(told, entries, "rejections"));
}

function tellProblems({ entries, words }: Room, { problems }: Morning): string | null {
  if (problems.length === 0) return null;
  const told = problems.map(({ file, line, severity, message, remedy }) =>
    [`${severity} in ${code(`${file}:${line}`)}: ${plain(message, words)}`, plain(remedy, words)].join(
      "\\\n  ",
    ),
  );
  return bullets(cut(told, entries, "problems"));
}

function named(milestone: Landed["milestone"], morning: Morning): string {
  const title = plain(titleOf(milestone, morning), 100);
  return `**${plain(milestone, 64)}${title === "" ? "" : `: ${title}`}**`;
}

/** Our own reasons may begin with a reference: that one stays alive, so that it can be followed. */
function reason(because: string, most: number): string {
  const reference = referenceIn(because) ?? "";
  return `${reference}${cell(because.slice(reference.length), most)}`;
}
