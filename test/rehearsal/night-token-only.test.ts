/** Nights without an App: `verify` alone decides where nothing else is required, and parked runs are a human's. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { found } from "#rehearsal/founding.ts";
import {
  aNight,
  aRepository,
  aRoom,
  aScript,
  git,
  PACKAGE,
  smallFiles,
  wordMilestone,
  writesWord,
} from "./world.ts";

const ONE_WORD = `# Roadmap\n\n${wordMilestone("M1", "dawn")}`;
const WRITTEN = aScript({ M1: [[writesWord("dawn")]] });

const CI = `name: CI
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: exit 0
`;

test("without required checks a milestone lands by what `verify` measured, and GitHub could have said every answer", async () => {
  const origin = { kind: "repository", directory: aRepository(smallFiles(ONE_WORD)) } as const;
  const { account, failures, exchanges, state } = await aNight({ origin, script: WRITTEN, tokenOnly: true });
  expect(failures).toEqual([]);
  expect(account).toMatchObject({ landed: [{ milestone: "M1", attempt: 1 }], blocked: [], rejected: [] });
  expect(exchanges.length).toBeGreaterThan(20);
  expect(state.unknownRoutes).toEqual([]);
  expect(state.pulls.map(({ author, pull }) => [author.login, pull?.mergedAt === null])).toEqual([
    ["github-actions[bot]", false],
  ]);
  expect(git(account.remote, "show", "main:dawn.txt")).toBe("dawn");
}, 60_000);

/** A small repository under the ruleset that the rehearsal gives the demo: `test` by GitHub Actions on every landing. */
async function underRules(files: Record<string, string>): Promise<string> {
  const directory = join(aRoom(), "kept");
  const caller = readFileSync(join(PACKAGE, "workflows-examples", "token-only.yml"), "utf8");
  const origin = { kind: "repository", directory: aRepository(files) } as const;
  const world = await found(directory, origin, { caller, tokenOnly: true, script: null });
  writeFileSync(join(directory, "world.json"), JSON.stringify({ ...world, kind: "demo" }));
  return directory;
}

test("where required checks are parked nothing lands, and one question names the parked runs", async () => {
  const directory = await underRules({ ...smallFiles(ONE_WORD), ".github/workflows/ci.yml": CI });
  const night = await aNight({ directory, origin: { kind: "demo" }, script: WRITTEN, tokenOnly: true });
  const parked = night.state.runs.filter(({ conclusion }) => conclusion === "action_required");
  expect(parked.length).toBeGreaterThan(0);
  expect(night.account).toMatchObject({ landed: [], rejected: [], blocked: [{ milestone: null }] });
  const [question] = night.account.blocked;
  expect(question?.because).toContain(`CI (run ${parked[0]?.id})`);
  expect(question?.ask).toContain("App token");
  expect(night.state.pulls.map(({ state }) => state)).toEqual(["open"]);
  expect(git(night.account.remote, "ls-tree", "--name-only", "main")).not.toContain("dawn.txt");
}, 60_000);
