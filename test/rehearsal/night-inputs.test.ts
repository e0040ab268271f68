/** What the shipped command says to bad input: a named error with its remedy, or a morning that tells of it. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CATALOGUE } from "#core/errors.ts";
import {
  accountIn,
  aRepository,
  aRoom,
  aScript,
  daybreak,
  smallFiles,
  wordMilestone,
  writesWord,
} from "./world.ts";

const NOTHING_SAID = scriptFile(aScript({}));

function scriptFile(script: object): string {
  const file = join(aRoom(), "script.json");
  writeFileSync(file, JSON.stringify(script));
  return file;
}

function rehearsing(repository: string, script = NOTHING_SAID): string[] {
  return ["rehearse", "--no-sandbox", "--json", "--repo", repository, "--script", script];
}

function without(path: string): Record<string, string> {
  const { [path]: _, ...rest } = smallFiles();
  return rest;
}

test("what cannot be rehearsed at all ends with its code and its remedy on stderr, and nothing on stdout", async () => {
  const empty = join(aRoom(), "no-repository");
  mkdirSync(empty);
  const broken = join(aRoom(), "broken.json");
  writeFileSync(broken, '{"version": 2}');
  const cases = [
    ["REPOSITORY_UNREADABLE", rehearsing(empty)],
    ["REPOSITORY_UNREADABLE", rehearsing(join(empty, "nowhere"))],
    ["SCRIPT_INVALID", rehearsing(aRepository(), broken)],
    ["SCRIPT_INVALID", rehearsing(aRepository(), join(empty, "nowhere.json"))],
    ["SCRIPT_INVALID", ["rehearse", "--json", "--no-sandbox", "--repo", aRepository()]],
    ["REPLAY_UNAVAILABLE", ["rehearse", "--json", "--no-sandbox", "--replay", "nonsense"]],
    ["MODEL_KEY_MISSING", ["rehearse", "--json", "--no-sandbox", "--live"]],
    ["KEEP_UNREADABLE", [...rehearsing(aRepository()), "--keep", aRepository()]],
    ["USAGE", ["rehearse", "--json", "--repo", empty, "--replay", "minimist@1.2.5..1.2.6"]],
    ["USAGE", ["rehearse", "--nonsense"]],
    ["USAGE", ["calibrate", empty, "--build", "1"]],
    ["MODEL_KEY_MISSING", ["calibrate", empty, "--build", "1", "--budget", "3"]],
  ] as const;
  for (const [code, args] of cases) {
    const { code: exit, stdout, stderr } = await daybreak(...args);
    expect([exit, stdout, stderr.split(":", 1)[0]], args.join(" ")).toEqual([1, "", code]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(CATALOGUE[code]);
  }
}, 60_000);

test("a repository without a roadmap has a morning that says so, and the error is named with its remedy", async () => {
  const ended = await daybreak(...rehearsing(aRepository(without("ROADMAP.md"))));
  expect(ended.code).toBe(0);
  expect(accountIn(ended)).toMatchObject({ landed: [], spend: { usd: 0 } });
  expect(ended.stderr).toContain(`ROADMAP_MISSING: there is no ROADMAP.md\n${CATALOGUE.ROADMAP_MISSING}`);
}, 60_000);

test("everything wrong with a policy is said at once, each with its place, and nothing starts", async () => {
  const files = { ...smallFiles(), ".github/daybreak.yml": "land: moon\nattempts: many\nfoo: 1\n" };
  const ended = await daybreak(...rehearsing(aRepository(files)));
  expect(ended.code).toBe(0);
  expect(accountIn(ended)).toMatchObject({ landed: [], blocked: [], spend: { usd: 0 } });
  expect(ended.stderr).toMatch(/daybreak\.yml:1:\d+ error POLICY_\w+ .*moon/);
  expect(ended.stderr).toMatch(/daybreak\.yml:2:\d+ error POLICY_\w+ .*many/);
  expect(ended.stderr).toMatch(/daybreak\.yml:3:\d+ error POLICY_\w+ .*foo/);
  expect(ended.stderr).toContain(`POLICY_INVALID: the policy cannot be read\n${CATALOGUE.POLICY_INVALID}`);
}, 60_000);

test("without any gate command nothing is worked on, and the remedy is shown", async () => {
  const ended = await daybreak(...rehearsing(aRepository(without(".github/daybreak.yml"))));
  expect(ended.code).toBe(0);
  expect(accountIn(ended)).toMatchObject({ landed: [], spend: { usd: 0 } });
  expect(ended.stderr).toContain("POLICY_NO_GATE: ");
  expect(ended.stderr).toContain(CATALOGUE.POLICY_NO_GATE);
}, 60_000);

test("milestones that depend on each other in a circle do not start, and the others land", async () => {
  const roadmap = [
    "# Roadmap\n",
    wordMilestone("M1", "dawn", "**Depends on:** M2"),
    wordMilestone("M2", "dusk", "**Depends on:** M1"),
    wordMilestone("M3", "noon"),
  ].join("\n");
  const script = scriptFile(aScript({ M3: [[writesWord("noon")]] }));
  const ended = await daybreak(...rehearsing(aRepository(smallFiles(roadmap)), script));
  expect(ended.code).toBe(0);
  const { landed, rejected, blocked } = accountIn(ended);
  expect(landed.map(({ milestone }) => milestone)).toEqual(["M3"]);
  expect([rejected, blocked]).toEqual([[], []]);
  const circles = ended.stderr.match(/^ROADMAP\.md:\d+:\d+ error ROADMAP_DEPENDENCY_CYCLE M1, M2 wait .*$/gm);
  expect(circles).toHaveLength(2);
}, 60_000);
