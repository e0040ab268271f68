/** An owner's past before the court: what it says, what it leaves alone, how it goes on, and what the engine makes of it. */

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Calibration } from "#core/calibration.ts";
import { tellCalibration } from "#prose/calibration.ts";
import { finishTurn, type ScriptFile } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";
import { type Asked, calibrate } from "#src/calibrate/calibrate.ts";
import type { CalibrationEvent } from "#src/calibrate/world.ts";
import {
  aPast,
  aRoom,
  DOCUMENT,
  FIRST,
  GUARDED,
  git,
  MANY,
  NO_SANDBOX,
  RELEASE,
  stateOf,
  sums,
  UNTESTED,
} from "./history.ts";

const SLOW = { timeout: 120_000 };

async function calibrated(directory: string, more: Partial<Asked> = {}) {
  const events: CalibrationEvent[] = [];
  const calibration = await calibrate({
    ...{ directory, last: 20, keep: null, version: "1.0.0", noSandbox: NO_SANDBOX, build: null },
    environment: { PATH: process.env.PATH },
    ...more,
    onProgress: (event) => {
      events.push(event);
      more.onProgress?.(event);
    },
  });
  return { calibration: Calibration.parse(calibration), events };
}

const known = (events: readonly CalibrationEvent[]) =>
  events.flatMap((event) =>
    event.kind === "judged" ? [`${event.judged.subject}: ${event.known ? "known" : "new"}`] : [],
  );

test(
  "each commit is told as proven, held or refused, the others as skipped, and every rule with what would have to change",
  SLOW,
  async () => {
    const directory = aPast([FIRST, MANY, DOCUMENT, UNTESTED, RELEASE, GUARDED]);
    const { calibration } = await calibrated(directory);
    expect(
      calibration.judged.map(({ subject, kind, says, rules }) => [subject, kind, says, ...rules].join(" · ")),
    ).toEqual([
      "fix: test in CI · fix · held · protected path",
      "fix: take numbers as text · fix · refused · unproven",
      "feat: add any number of numbers · feature · proven",
    ]);
    expect(calibration.skipped.map(({ subject, because }) => `${subject}: ${because}`)).toEqual([
      "v1.1.0: it changes only versions, scripts and lock files",
      "docs: say what it is: it changes only documents",
      "first: it is a first commit: nothing stands before it",
    ]);
    const told = tellCalibration({ ...calibration, repository: "sums" });
    expect(told.split("\n")[0]).toBe(
      "sums: 3 commits of 20 asked for: 1 proven, 1 held, 1 refused; 3 skipped",
    );
    expect(told).toContain("\nWhat would have to change\n1 commit  protected path\n");
    expect(told).toMatch(/test that fails without it/);
    expect(Math.max(...told.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  },
);

test(
  "the owner's files, index, configuration, refs and objects stay as they are, also what he has not committed",
  SLOW,
  async () => {
    const directory = aPast([FIRST, MANY]);
    writeFileSync(join(directory, "index.js"), "half done");
    writeFileSync(join(directory, "new.js"), "");
    const before = stateOf(directory);
    const { calibration } = await calibrated(directory);
    expect(calibration.judged.map(({ says }) => says)).toEqual(["proven"]);
    expect(stateOf(directory)).toEqual(before);
  },
);

test(
  "an interrupted calibration goes on where it was, past half a line, and another version judges again",
  SLOW,
  async () => {
    const directory = aPast([FIRST, MANY, UNTESTED]);
    const stopped = calibrated(directory, {
      onProgress: (event) => {
        if (event.kind === "judged") throw new Error("interrupted");
      },
    });
    await expect(stopped).rejects.toThrow("interrupted");
    const results = join(directory, ".git/daybreak-calibration/results.jsonl");
    appendFileSync(results, '{"key":"ha');
    const [first, again, other] = [
      await calibrated(directory),
      await calibrated(directory),
      await calibrated(directory, { version: "1.0.1" }),
    ];
    expect(known(first.events)).toEqual([
      "fix: take numbers as text: known",
      "feat: add any number of numbers: new",
    ]);
    expect(known(again.events)).toEqual([
      "fix: take numbers as text: known",
      "feat: add any number of numbers: known",
    ]);
    expect(known(other.events)).toEqual([
      "fix: take numbers as text: new",
      "feat: add any number of numbers: new",
    ]);
    expect({ ...again.calibration, seconds: 0 }).toEqual({ ...first.calibration, seconds: 0 });
  },
);

test("only as many are judged as were asked for, and results lie where they are asked to", SLOW, async () => {
  const directory = aPast([FIRST, MANY, UNTESTED]);
  const keep = aRoom();
  const { calibration } = await calibrated(directory, { last: 1, keep });
  expect(calibration.judged.map(({ subject }) => subject)).toEqual(["fix: take numbers as text"]);
  expect(readFileSync(join(keep, "results.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  expect(() => readFileSync(join(directory, ".git/daybreak-calibration/results.jsonl"))).toThrow();
});

test(
  "the policy counts as it lies there, committed or not, and one that cannot be read stops it",
  SLOW,
  async () => {
    const directory = aPast([FIRST, MANY]);
    const policy = join(directory, ".github/daybreak.yml");
    mkdirSync(join(directory, ".github"));
    writeFileSync(policy, "limits: { files: 1 }\n");
    const { calibration } = await calibrated(directory);
    expect(calibration.judged).toMatchObject([{ says: "refused", rules: ["limits"] }]);
    writeFileSync(policy, "limits: { files: 1, lines: 900 }\n");
    expect(known((await calibrated(directory)).events)).toEqual(["feat: add any number of numbers: new"]);
    writeFileSync(policy, "limitz: 1\n");
    await expect(calibrated(directory)).rejects.toMatchObject({ code: "POLICY_INVALID" });
  },
);

test("a commit on a red base is held for that and not for its own change", SLOW, async () => {
  const broken = { ...FIRST.files, "test/sum.test.js": sums(["1, 2", 4]) };
  const { calibration } = await calibrated(aPast([{ ...FIRST, files: broken }, UNTESTED]));
  expect(calibration.judged).toMatchObject([{ says: "held", rules: ["red base"] }]);
});

test("what is no repository is refused by name", async () => {
  await expect(calibrated(aRoom())).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE" });
  await expect(calibrated(join(aRoom(), "none"))).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE" });
});

/** Leaves a red test where anything of the commit can be seen. */
const SPY = `if grep -rq "adds 1, 2, 3" . || git log --all --format=%s | grep -q feat; then echo 'throw 0' > test/seen.test.js; fi`;

/** What the model makes of a message: sources and tests of its own. */
function building(files: Readonly<Record<string, string>>): ScriptFile {
  const turns = [{ tools: [{ name: "bash", input: { command: SPY } }] }, finishTurn(files, "Done.")];
  return { version: 1, milestones: [{ milestone: "M1", turns }] };
}

async function built(files: Readonly<Record<string, string>>, directory: string) {
  const log = aRoom();
  const model = await openModel({ script: building(files), directory: log });
  try {
    const build = { commits: 1, budget: 3, apiKey: "any", baseUrl: model.url };
    const run = await calibrated(directory, { build });
    return { ...run, requests: model.requests() };
  } finally {
    await model.close();
  }
}

test(
  "the engine builds a commit from its message without seeing it, and the commit's own tests judge it, within a cap that is told first",
  SLOW,
  async () => {
    const directory = aPast([FIRST, MANY]);
    const files = { "index.js": String(MANY.files["index.js"]), "test/more.test.js": sums(["2, 2, 2", 6]) };
    const { calibration, events, requests } = await built(files, directory);
    expect(calibration.builds).toMatchObject([
      { subject: "feat: add any number of numbers", built: true, because: [] },
    ]);
    expect(calibration.builds?.[0]?.spend.usd).toBeGreaterThan(0);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.indexOf("capped")).toBeLessThan(kinds.indexOf("building"));
    expect(events.find(({ kind }) => kind === "capped")).toEqual({
      kind: "capped",
      commits: 1,
      budget: 3,
      each: 2.5,
    });
    // One for each phase up to the plan, two to build.
    expect(requests).toBe(5);
    const again = await built(files, directory);
    expect([again.calibration.builds, again.requests]).toEqual([calibration.builds, 0]);
    expect(tellCalibration(calibration)).toContain("\nBuilt by the engine: 1 of 1, for ");
    expect(git(directory, "status", "--porcelain")).toBe("");
  },
);

test("what passes its own tests and not the commit's is not built", SLOW, async () => {
  const onlyThree = "module.exports = (a, b, c = 0) => a + b + c;\n";
  const four = {
    ...MANY,
    files: { ...MANY.files, "test/sum.test.js": sums(["1, 2", 3], ["1, 2, 3, 4", 10]) },
  };
  const files = { "index.js": onlyThree, "test/more.test.js": sums(["2, 2, 2", 6]) };
  const { calibration } = await built(files, aPast([FIRST, four]));
  expect(calibration.builds).toMatchObject([
    { built: false, because: [expect.stringMatching(/^hold-out failed: /)] },
  ]);
});
