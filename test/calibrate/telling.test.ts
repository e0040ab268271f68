/** What is told of a calibration: each reason's rule, and progress on a terminal and in a pipe. */

import { expect, test } from "vitest";
import { judgeBounds } from "#core/bounds.ts";
import { countRules, type JudgedCommit, rulesIn } from "#core/calibration.ts";
import { redBaseOf } from "#core/court/faults.ts";
import { objectionSaid, RULES, Rule } from "#core/court/objection.ts";
import { Sha } from "#core/milestone.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { progressOn } from "#src/calibrate/progress.ts";

const run = { command: "npm test", tree: Sha.parse("tree"), exitCode: 1, seconds: 1, digest: "", tail: "" };

test.each(Rule.options)(
  "an objection of the rule “%s” is known by its sentence and has a way out",
  (rule) => {
    const said = objectionSaid({ rule, path: "a.js", line: 1, because: RULES[rule], remedy: "Change it." });
    expect(rulesIn([said, said])).toEqual([rule]);
    const [counted] = countRules([{ ...judged("held"), rules: [rule] }]);
    expect(counted).toMatchObject({ rule, commits: 1, remedy: expect.stringMatching(/^[A-Z].*\.$/) });
  },
);

test("what bounds say is told apart: protected, too large, not allowed", () => {
  const change = {
    kind: "modified",
    oldMode: "100644",
    newMode: "100644",
    bytes: 1,
    addedLines: 9,
    removedLines: 0,
    binary: false,
  } as const;
  const { protected: guarded, refused } = judgeBounds({
    changes: [
      { ...change, path: ".github/a.yml" },
      { ...change, path: ".npmrc" },
      { ...change, path: "link", newMode: "120000" },
      { ...change, path: "tool", newMode: "100755" },
    ],
    protectedGlobs: [".github/**"],
    touches: [],
    allows: [],
    limits: { ...PolicyFile.parse({}).limits, lines: 10 },
    basePaths: [],
    packages: [{ path: "package.json", before: "{}", after: '{"scripts":{"test":"x"}}' }],
  });
  expect(rulesIn(guarded)).toEqual(["protected path"]);
  expect(refused).toHaveLength(5);
  expect(rulesIn(refused)).toEqual(["limits", "out of bounds"]);
});

test("a red base is not a red gate, and nothing is left without a name", () => {
  expect(rulesIn(redBaseOf({ baseline: [run] }) ?? [])).toEqual(["red base"]);
  const others = [
    "`npm test` exited 1",
    "`a` exited 1 with the base's version of t.js",
    "not run: `x`",
    "criterion “x” failed: y",
    "mystery",
  ];
  expect(rulesIn(others)).toEqual([
    "red gate",
    "changed expectation",
    "not run",
    "failed criterion",
    "other",
  ]);
});

function judged(says: JudgedCommit["says"]): JudgedCommit {
  const sha = Sha.parse("0123456789abcdef");
  return {
    commit: sha,
    parent: sha,
    subject: "fix: x",
    kind: "fix",
    says,
    because: [],
    rules: [],
    seconds: 1,
  };
}

test.each([
  [true, "\r\u001B[K[1/2] 0123456 fix: x …\r\u001B[K[1/2] proven  0123456 fix: x (known)\n"],
  [false, "[1/2] proven  0123456 fix: x (known)\n"],
])(
  "on a terminal (%s) the commit at hand gives way to its result, in a pipe only results stand",
  (isTTY, told) => {
    let written = "";
    const tell = progressOn({ isTTY, write: (text) => (written += text) });
    const place = { at: 1, of: 2 };
    const { commit, subject } = judged("proven");
    tell({ kind: "judging", ...place, commit, subject });
    tell({ kind: "judged", ...place, judged: judged("proven"), known: true });
    expect(written).toBe(told);
  },
);
