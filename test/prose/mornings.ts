/** Mornings the tests tell: one rich night, one in trouble, and an endless one. */

import { BY_HAND, type Finding } from "#core/evidence.ts";
import { NightName } from "#core/journal.ts";
import { MilestoneId, Sha } from "#core/milestone.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import type { Morning } from "#core/report.ts";

export const id = (text: string): MilestoneId => MilestoneId.parse(text);
export const sha = (text: string): Sha => Sha.parse(text);
export const night = (text: string): NightName => NightName.parse(text);

export function spent(usd: number, inputTokens: number, outputTokens: number) {
  return { ...NOTHING_SPENT, usd, inputTokens, outputTokens, cacheReadTokens: inputTokens * 4 };
}

const proven = (text: string, how: string): Finding => ({ text, finding: "proven", how });
const guard = (text: string): Finding => ({
  text,
  finding: "regression",
  how: "`npm test` exited 0, as it did before the change",
});
const manual = (text: string): Finding => ({ text, finding: "needs a human", how: BY_HAND });

export const EMPTY: Morning = {
  night: night("2026-11-20"),
  landed: [],
  rejected: [],
  blocked: [],
  waiting: [],
  rows: [],
  aftermath: null,
  problems: [],
  spend: NOTHING_SPENT,
  reserved: 0,
  forecast: null,
  reviewMinutes: 0,
  stop: null,
};

const TITLES: readonly [string, string, Morning["rows"][number]["stands"], string][] = [
  ["M0", "A command line that greets", "done", ""],
  ["M1", "Notes are kept in a file", "done", ""],
  ["M2", "Notes can be listed", "done", ""],
  ["M3", "Totals are rounded to cents", "done", ""],
  ["M4", "Drafts survive a restart", "done", ""],
  ["M5", "Export to a spreadsheet", "blocked", "#8: CSV | XLSX is not decided"],
  [
    "M6",
    "Releases are built by CI",
    "blocked",
    "#9: `.github/workflows/release.yml` is protected and was added.",
  ],
  ["M7", "Share an export by mail", "waiting", "waits for M5"],
];

/** Four landed, one of them after an attempt that weakened a test; two questions; one waits for an answer of another. */
export const RICH: Morning = {
  night: night("2026-11-20"),
  // Out of the roadmap's order, as slugs sort.
  landed: [
    {
      milestone: id("M4"),
      title: "Drafts survive a restart",
      commit: sha("d4d4d4d4d4d4"),
      pull: 5,
      attempt: 1,
      night: night("2026-11-20"),
      pictured: true,
      criteria: [
        proven(
          "A note that was typed but not sent is offered again at the next start",
          "`node --test test/drafts.test.js` exited 0; before the change it did not",
        ),
        guard("`npm test` passes"),
        manual("Restoring a long draft feels instant"),
      ],
      spend: spent(0.09, 14_200, 2_300),
    },
    {
      milestone: id("M0"),
      title: "A command line that greets",
      commit: sha("0000000aaaa"),
      pull: 1,
      attempt: 1,
      night: night("2026-11-19"),
      pictured: false,
      criteria: [proven("`node cli.js` prints hello", "`node cli.js` exited 0")],
      spend: spent(0.02, 3_000, 400),
    },
    {
      milestone: id("M1"),
      title: "Notes are kept in a file",
      commit: sha("a1a1a1a1a1a1"),
      pull: 2,
      attempt: 1,
      night: night("2026-11-20"),
      pictured: false,
      criteria: [
        proven(
          "`node --test test/store.test.js` passes",
          "`node --test test/store.test.js` exited 0; before the change it did not",
        ),
        guard("`npm test` passes"),
      ],
      spend: spent(0.06, 9_100, 1_500),
    },
    {
      milestone: id("M2"),
      title: "Notes can be listed",
      commit: sha("b2b2b2b2b2b2"),
      pull: 3,
      attempt: 1,
      night: night("2026-11-20"),
      pictured: false,
      criteria: [
        proven(
          "`node cli.js list` prints `1 note`",
          "`node cli.js list` exited 0; before the change it did not",
        ),
      ],
      spend: spent(0.05, 8_400, 1_200),
    },
    {
      milestone: id("M3"),
      title: "Totals are rounded to cents",
      commit: sha("c3c3c3c3c3c3"),
      pull: 6,
      attempt: 2,
      night: night("2026-11-20"),
      pictured: false,
      criteria: [
        proven(
          "`node --test test/totals.test.js` passes",
          "`node --test test/totals.test.js` exited 0; before the change it did not",
        ),
        guard("`npm test` passes"),
      ],
      spend: spent(0.08, 12_000, 2_100),
    },
  ],
  rejected: [
    {
      milestone: id("M3"),
      pull: 4,
      attempt: 1,
      because: ["verify: `npm test` exited 1 with the base's version of test/format.test.js"],
    },
    { milestone: id("M0"), pull: null, attempt: 7, because: ["of a night that is long over"] },
  ],
  blocked: [
    {
      milestone: id("M5"),
      issue: 8,
      because: "the milestone names CSV in its objective and XLSX in its criteria",
      ask: "Which format do you want: CSV or XLSX?",
    },
    {
      milestone: id("M6"),
      issue: 9,
      because: "`.github/workflows/release.yml` is protected and was added.",
      ask: "Do this part by hand or take it out of the milestone; then close this issue to have it tried again.",
    },
  ],
  waiting: [{ milestone: id("M7"), on: [id("M5")], because: "waits for M5" }],
  rows: TITLES.map(([milestone, title, stands, because]) => ({
    milestone: id(milestone),
    title,
    stands,
    because,
  })),
  aftermath: null,
  problems: [],
  spend: spent(0.42, 61_300, 9_800),
  reserved: 0,
  forecast: {
    attempts: 6,
    expected: { usd: 0.5, minutes: 60 },
    worst: { usd: 15, minutes: 180 },
    actual: { usd: 0.42, minutes: 41.2 },
    learnt: 9,
  },
  reviewMinutes: 10,
  stop: null,
};

/** A button's night in which everything went wrong, also in words that somebody else wrote. */
export const TROUBLED: Morning = {
  ...EMPTY,
  night: night("2026-11-20T1432"),
  blocked: [
    {
      milestone: null,
      issue: 12,
      because: "GitHub parked 1 workflow run for approval: ci (run 7)",
      ask: "Approve them on their pull requests, or set Daybreak up with an App token so that checks start by themselves.",
    },
    {
      milestone: id("M1"),
      issue: 13,
      because: "#11 is held: only a human can judge “@everyone likes it, closes #1”",
      ask: "Is #11 what you wanted? Merge it for yes, close it for no.",
    },
  ],
  rows: [
    { milestone: id("M1"), title: "Look & <b>feel</b>", stands: "blocked", because: "#13: #11 is held" },
    {
      milestone: id("M2"),
      title: "Sorting",
      stands: "not planned",
      because: "the roadmap has an error: M2 depends on M9",
    },
    { milestone: id("M3"), title: "Search", stands: "in work", because: "attempt 1" },
  ],
  aftermath: null,
  problems: [
    {
      file: "ROADMAP.md",
      line: 12,
      column: 5,
      code: "ROADMAP_UNKNOWN_DEPENDENCY",
      severity: "error",
      message: "M2 depends on M9, which is not in the roadmap.",
      remedy: "Name a milestone that exists, or add M9.",
    },
  ],
  spend: spent(0.003, 900, 40),
  reserved: 2.5,
  reviewMinutes: 15,
  stop: "issue #14 by @mallory carries the label `daybreak:stop`",
};

/** More of everything than an issue can hold; every question is still one somebody must find. */
export function endless(count: number): Morning {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const words = "Every one of these words wants to be read. ".repeat(20);
  return {
    ...EMPTY,
    rows: numbers.map((n) => ({ milestone: id(`M${n}`), title: words, stands: "ready", because: words })),
    rejected: numbers.map((n) => ({ milestone: id(`M${n}`), pull: n, attempt: 1, because: [words] })),
    blocked: numbers
      .slice(0, 100)
      .map((n) => ({ milestone: id(`M${n}`), issue: 1_000 + n, because: words, ask: words })),
  };
}
