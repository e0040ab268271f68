/** What GitHub does to a night: answers that are lost after the deed is done, and refusals that only the owner can mend. */

import { expect, test } from "vitest";
import { CATALOGUE } from "#core/errors.ts";
import { linesOf, parseJournal } from "#core/journal.ts";
import type { Fault, FaultRequest } from "#rehearsal/forge/options.ts";
import { aTurn } from "#rehearsal/model/script.ts";
import {
  aNight,
  aRepository,
  aScript,
  git,
  smallFiles,
  wordMilestone,
  writesWord,
} from "../rehearsal/world.ts";

const LOST: Fault = { kind: "apply-then-fail", status: 502 };

const QUESTION = aTurn({
  tools: [{ name: "finish", input: { status: "blocked", summary: "Two dusks.", question: "Which dusk?" } }],
});

function rehearsing(...milestones: string[]) {
  const roadmap = ["# Roadmap\n", ...milestones].join("\n");
  return { kind: "repository", directory: aRepository(smallFiles(roadmap)) } as const;
}

/** Each of these requests of a job goes wrong once. */
function once(faults: readonly [request: RegExp, fault: Fault, passOver?: number][]) {
  const left = faults.map(([request, fault, passOver = 0]) => ({ request, fault, passOver }));
  const met: string[] = [];
  return {
    met,
    faults: ({ method, path, run }: FaultRequest): Fault | null => {
      const asked = `${method} ${path}`;
      const found = run === null ? undefined : left.find(({ request }) => request.test(asked));
      if (!found || found.passOver-- > 0) return null;
      left.splice(left.indexOf(found), 1);
      met.push(asked);
      return found.fault;
    },
  };
}

test("a write whose answer is lost is read back and not made twice", async () => {
  const { met, faults } = once([
    [/^GET \S+\/pulls$/, { kind: "refuse", status: 503 }],
    // The first one is the proof that pulls may be opened.
    [/^POST \S+\/pulls$/, LOST, 1],
    [/^POST \S+\/statuses\//, LOST],
    [/^PATCH \S+\/git\/refs\/heads(\/|%2F)main$/, LOST],
    [/^POST \S+\/issues$/, LOST],
    [/^POST \S+\/issues$/, LOST],
  ]);
  const milestones = [wordMilestone("M1", "dawn"), wordMilestone("M2", "dusk")];
  const script = aScript({ M1: [[writesWord("dawn")]], M2: [[QUESTION]] });
  const { account, state } = await aNight({ origin: rehearsing(...milestones), script, faults });
  expect(account).toMatchObject({ landed: [{ milestone: "M1", attempt: 1 }], rejected: [] });
  expect(account.blocked).toMatchObject([{ milestone: "M2", ask: "Which dusk?" }]);
  expect(
    met.map((asked) => asked.replace(/\/api\/v3\/repos\/\w+\/\w+|\/[0-9a-f]{40}$/g, "")).toSorted(),
  ).toEqual([
    "GET /pulls",
    "PATCH /git/refs/heads%2Fmain",
    "POST /issues",
    "POST /issues",
    "POST /pulls",
    "POST /statuses",
  ]);
  expect(state.pulls.map(({ pull }) => pull?.head)).toEqual(["daybreak/m/M1/1"]);
  expect(state.statuses.map(({ sha, state: says }) => [sha, says])).toEqual([
    [account.landed[0]?.commit, "success"],
  ]);
  expect(git(account.remote, "log", "--format=%s", "main").match(/^M1: /gm)).toHaveLength(1);
  expect(state.issues.map(({ title }) => title.split(" ", 1)[0]).toSorted()).toEqual(["Daybreak:", "M2"]);
  const journal = parseJournal(git(account.remote, "show", "daybreak/state:journal.jsonl")).lines;
  for (const line of ["assigned", "published", "landed", "blocked"] as const)
    expect(linesOf(journal, line), line).toHaveLength(line === "landed" || line === "blocked" ? 1 : 2);
}, 60_000);

test("a token that GitHub does not accept is named, and nothing is written", async () => {
  const { account, failures, state } = await aNight({
    origin: rehearsing(wordMilestone("M1", "dawn")),
    faults: ({ run }) => (run === null ? null : { kind: "refuse", status: 401 }),
  });
  expect(failures).toContain("TOKEN_REFUSED: GitHub does not accept the job's token");
  expect(account.cycles).toMatchObject([{ requests: { writes: 0, model: 0 } }]);
  expect([state.pulls, state.issues]).toEqual([[], []]);
}, 60_000);

test("where GitHub lets nobody open pull requests the night stops before it costs anything, with the setting to change", async () => {
  const message = "GitHub Actions is not permitted to create or approve pull requests.";
  const { account, failures, state } = await aNight({
    origin: rehearsing(wordMilestone("M1", "dawn")),
    tokenOnly: true,
    faults: ({ method, path }) =>
      method === "POST" && path.endsWith("/pulls") ? { kind: "refuse", status: 403, message } : null,
  });
  expect(failures.join("\n")).toContain("PUBLISHING_REFUSED: ");
  expect(account).toMatchObject({ landed: [], blocked: [{ milestone: null }], spend: { usd: 0 } });
  expect(account.blocked[0]?.because).toContain(message);
  expect(account.blocked[0]?.ask).toContain(CATALOGUE.PUBLISHING_REFUSED);
  expect([...state.refs.keys()].filter((ref) => ref.includes("daybreak/m/"))).toEqual([]);
  expect(account.cycles.map(({ requests }) => requests.model)).toEqual([0]);
}, 60_000);
