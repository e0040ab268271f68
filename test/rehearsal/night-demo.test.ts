/** The bundled demo's night, played once by the shipped command and looked at from all sides, then asked for again. */

import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parseRoadmap } from "#core/roadmap.ts";
import type { Account } from "#rehearsal/account.ts";
import { needs } from "../support/requirements.ts";
import { accountIn, aRoom, daybreak, type Ended, git, logsIn, stateIn } from "./world.ts";

const LANDING = ["M1.1", "M1.2", "M1.3", "M2.1"];

/** What GitHub allows a job's token in an hour. */
const HOURLY_REQUESTS = 1_000;

const kept = join(aRoom(), "kept");
const command = ["rehearse", "--keep", kept, "--json"];
let ended: Ended;
let account: Account;

beforeAll(async () => {
  ended = await daybreak(...command);
  if (ended.code !== 0) throw new Error(ended.stderr);
  account = accountIn(ended);
}, 180_000);

const ids = (list: readonly { milestone: string | null }[]) =>
  list.map(({ milestone }) => milestone).toSorted();

test("the demo's night ends well and prints one document and nothing else", () => {
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  expect(ended.stdout.trimStart().startsWith("{")).toBe(true);
});

test("four milestones land, one asks, one touches what is protected, and one waits", () => {
  expect(ids(account.landed)).toEqual(LANDING);
  expect(ids(account.blocked)).toEqual(["M1.4", "M1.5"]);
  expect(account.waiting.map(({ milestone, on }) => [milestone, ...on])).toEqual([["M2.2", "M1.4"]]);
  const { because } = account.blocked.find(({ milestone }) => milestone === "M1.5") ?? {};
  expect(because).toContain(".github/workflows/ci.yml");
});

test("the attempt that weakened a test is rejected by the base's tests, and the next one lands", () => {
  expect(account.rejected).toMatchObject([{ milestone: "M1.3", attempt: 1 }]);
  const [{ pull, because } = { pull: null, because: [] }] = account.rejected;
  expect(pull).toBeGreaterThan(0);
  expect(because.join("\n")).toMatch(/base/);
  expect(account.landed.find(({ milestone }) => milestone === "M1.3")?.attempt).toBe(2);
});

test("every criterion of what landed was proven, or is a human's, and says how", () => {
  for (const { criteria } of account.landed) {
    expect(criteria.length).toBeGreaterThan(0);
    expect(criteria.every(({ finding }) => finding !== "failed")).toBe(true);
    expect(criteria.some(({ finding }) => finding === "proven")).toBe(true);
    expect(criteria.every(({ how }) => how !== "")).toBe(true);
  }
});

test("two milestones were worked on at the same time", () => {
  const journal = git(account.remote, "show", "daybreak/state:journal.jsonl").split("\n");
  const claims = journal.map((line) => JSON.parse(line)).filter(({ line }) => line === "assigned");
  const cycles = claims.map(({ cycle }) => cycle);
  expect(new Set(cycles).size).toBeLessThan(cycles.length);
});

test("the landing branch has one commit per milestone, in a line, with its provenance", () => {
  const log = git(account.remote, "log", "--reverse", "--format=%H%x00%P%x00%B%x01", "main");
  const commits = log.split("\x01").map((one) => one.trim().split("\0"));
  const night = commits.filter(([, , message = ""]) => /^M\d/.test(message));
  expect(night.map(([sha]) => sha).toSorted()).toEqual(account.landed.map(({ commit }) => commit).toSorted());
  for (const [sha, parents = "", message = ""] of night) {
    const landed = account.landed.find(({ commit }) => commit === sha);
    expect(parents.split(" ")).toHaveLength(1);
    expect(message.split("\n", 1)).toEqual([`${landed?.milestone}: ${landed?.title}`]);
    expect(message).toContain(`\nMilestone: ${landed?.milestone}\nAttempt: ${landed?.attempt}\nCycle: `);
    expect(message).toMatch(/^Spec: \S+$/m);
  }
});

test("nothing lands without a green status of `verify` on exactly the commit that landed", async () => {
  const { statuses } = await stateIn(kept);
  const verified = statuses.filter(
    ({ context, state }) => context === "daybreak/verify" && state === "success",
  );
  const heads = new Set(verified.map(({ sha }) => sha));
  expect(account.landed.filter(({ commit }) => !heads.has(commit))).toEqual([]);
});

test("the roadmap says done for what landed, the changelog names it in the roadmap's order", () => {
  const { milestones } = parseRoadmap(git(account.remote, "show", "main:ROADMAP.md"));
  const done = milestones.filter(({ status }) => status === "done").map(({ id }) => id);
  expect(done).toEqual(["M0.1", ...LANDING]);
  const changelog = git(account.remote, "show", "main:CHANGELOG.md");
  expect([...changelog.matchAll(/^- \*\*(M[\d.]+)\*\*/gm)].map(([, id]) => id)).toEqual(LANDING);
});

test("the night stays below the requests GitHub allows a token in an hour", () => {
  const asked = account.cycles.map(({ requests }) => requests.rest);
  expect(asked.reduce((total, count) => total + count, 0)).toBeLessThan(HOURLY_REQUESTS);
});

needs("bubblewrap")("where there is a sandbox, every foreign command of the demo runs in it", () => {
  const sandboxes = logsIn(kept).match(/^.*sandbox {3}\S+/gm) ?? [];
  expect(sandboxes.length).toBeGreaterThan(5);
  expect(sandboxes.filter((line) => !line.endsWith("bubblewrap"))).toEqual([]);
});

test("asked for again on the same folder, the night is one cycle of one job that writes nothing", async () => {
  const tips = git(account.remote, "for-each-ref");
  const again = accountIn(await daybreak(...command));
  expect(again.cycles).toMatchObject([{ jobs: 1, requests: { writes: 0, model: 0 } }]);
  expect(again.spend.usd).toBe(0);
  const { landed, rejected, blocked, waiting } = account;
  expect(again).toMatchObject({ landed, rejected, blocked, waiting });
  expect(git(account.remote, "for-each-ref")).toBe(tips);
}, 60_000);
