/** Whom the sentinel blames, and what it takes back: never on a guess, never what was not there. */

import { describe, expect, test } from "vitest";
import { renderChangelog, takeOutOfChangelog } from "#core/changelog.ts";
import { culpritOf, isSearchOver } from "#core/culprit.ts";
import type { Evidence } from "#core/evidence.ts";
import { type JournalLine, NightName } from "#core/journal.ts";
import { Sha } from "#core/milestone.ts";
import type { Landmark, Observation } from "#core/observation.ts";
import { renderLanded, renderReverted } from "#core/render.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { afterLanding, standGuard } from "#core/sentinel.ts";
import { parseTrailers, revertMessage } from "#core/trailers.ts";
import { isLandedRed, wordOf } from "#core/watch.ts";
import {
  evidenceOf,
  headOf,
  landedOf,
  milestoneIn,
  observationOf,
  runOf,
  TIP,
} from "../support/observations.ts";
import { roadmapOf } from "../support/worlds.ts";

const ROADMAP = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
type Said = Landmark["checks"][number]["conclusion"];

const stamp = { at: "2026-11-20T22:07:00.000Z", night: NightName.parse("2026-11-20"), cycle: 100 };

function landmark(commit: Sha, below: Sha, ...said: (Said | [string, Said])[]): Landmark {
  const checks = said.map((one) => {
    const [name, conclusion] = typeof one === "string" ? ["ci.yml", one] : one;
    return { name, workflow: true, conclusion: conclusion as Said };
  });
  return { commit, parents: [below], tree: Sha.parse(`${commit}-tree`), checks };
}

/** M1, M2 and M3 landed one behind the other on what was there; what `ci.yml` says of each of the four. */
function after(said: [Said[], Said[], Said[], Said[]], lines: JournalLine[] = []): Observation {
  const policy = { land: "main" };
  const base = observationOf({ roadmap: ROADMAP, policy });
  const landed = ["M1", "M2", "M3"].map((id) => landedOf(milestoneIn(base, id), 1));
  const row = [TIP, headOf("M1"), headOf("M2"), headOf("M3")];
  const trail = row.map((sha, at) => landmark(sha, row[at - 1] ?? Sha.parse("main-0"), ...(said[at] ?? [])));
  return observationOf({
    roadmap: ROADMAP,
    policy,
    landing: { branch: "main", sha: headOf("M3") },
    journal: [...landed, ...lines],
    trail: trail.toReversed(),
  });
}

function examined(id: string, ...because: string[]): JournalLine {
  return { line: "examined", ...stamp, commit: headOf(id), asked: "culprit", because, broken: [] };
}

const blamed = (observation: Observation) => culpritOf(observation)?.line.milestone ?? "nobody";

describe("what a check says", () => {
  test.each<[string, Said[]]>([
    ["silent", []],
    ["silent", ["skipped", "neutral"]],
    ["silent", ["cancelled", "success"]],
    ["silent", ["action_required"]],
    ["silent", ["unreadable"]],
    ["pending", ["success", "pending"]],
    ["green", ["success", "skipped"]],
    ["red", ["success", "pending", "failure"]],
    ["red", ["timed_out"]],
  ])("%s: %j", (word, said) => {
    expect(wordOf(landmark(TIP, TIP, ...said))).toBe(word);
  });
});

describe("the culprit by the owner's own checks", () => {
  test.each<[string, Said[], Said[], Said[], Said[]]>([
    ["M1", ["success"], ["failure"], ["failure"], ["failure"]],
    ["M2", ["success"], ["success"], ["failure"], ["failure"]],
    ["M3", ["success"], ["success"], ["success"], ["failure"]],
    // What it stands on was not asked, still runs, was cut off, or was red: nobody is blamed.
    ["nobody", [], ["failure"], ["failure"], ["failure"]],
    ["nobody", ["success"], [], [], ["failure"]],
    ["nobody", ["success"], ["success"], ["pending"], ["failure"]],
    ["nobody", ["success"], ["success"], ["cancelled"], ["failure"]],
    ["nobody", ["failure"], ["failure"], ["failure"], ["failure"]],
  ])("%s: %j, %j, %j, %j", (who, ...said) => {
    expect(blamed(after(said))).toBe(who);
  });

  test("only a check that is red at the tip counts", () => {
    const seen = after([["success"], ["failure"], ["success"], []]);
    const [tip, ...below] = seen.trail;
    if (!tip) throw new Error("there is no tip");
    const other = { ...tip, checks: [{ name: "lint.yml", workflow: true, conclusion: "failure" as const }] };
    expect(blamed({ ...seen, trail: [other, ...below] })).toBe("nobody");
  });
});

describe("the culprit by the court", () => {
  const silent: [Said[], Said[], Said[], Said[]] = [[], [], [], ["failure"]];

  test.each<[string, string[], string[], string[]]>([
    ["M1", ["red"], ["red"], ["red"]],
    ["M2", [], ["red"], ["red"]],
    ["M3", [], [], ["red"]],
    ["nobody", [], [], []],
    // Red once and green behind it: that was no fault of a change.
    ["nobody", [], ["red"], []],
    ["nobody", ["red"], [], ["red"]],
  ])("%s: %j, %j, %j", (who, one, two, three) => {
    const lines = [examined("M1", ...one), examined("M2", ...two), examined("M3", ...three)];
    expect(blamed(after(silent, lines))).toBe(who);
  });

  test("is not believed before everybody was asked", () => {
    expect(blamed(after(silent, [examined("M3", "red")]))).toBe("nobody");
  });
});

test("who was not heard to the end is heard again, and not written down as red", () => {
  const seen = after([["success"], [], [], ["failure"]]);
  const about = (parts: Partial<Evidence>): Evidence[] => [
    {
      ...evidenceOf(milestoneIn(seen, "M1"), 1, TIP),
      ...{ tree: Sha.parse(`${headOf("M1")}-tree`), skipped: ["`npm test`: no time was left"], ...parts },
    },
  ];
  expect(afterLanding(seen, about({})).filter((one) => one.do === "examine")).toEqual([]);
  expect(afterLanding(seen, about({ gates: [runOf(1)] }))).toMatchObject([
    { do: "examine", asked: "culprit", found: [{ commit: headOf("M1") }] },
  ]);
});

test("a search is over only when nothing is left to ask and nothing is on its way", () => {
  const all = [examined("M1"), examined("M2"), examined("M3")];
  expect(isSearchOver(after([["success"], [], [], ["failure"]]))).toBe(false);
  // No branch of ours names the commits any more: there is nobody to ask.
  expect(isSearchOver(after([["success"], [], [], ["failure"]], all))).toBe(true);
  expect(isSearchOver(after([["success"], ["pending"], [], ["failure"]], all))).toBe(false);
});

test("a red tip that is not ours stops nobody and blames nobody", () => {
  const seen = after([["success"], ["success"], ["success"], ["success"]]);
  const theirs = Sha.parse("main-2");
  const trail = [landmark(theirs, headOf("M3"), "failure")];
  const moved = { ...seen, landing: { branch: "main", sha: theirs }, trail };
  expect(isLandedRed(moved)).toBe(false);
  expect(standGuard(moved)).toEqual([]);
});

test("nothing is decided where a human lands, or where somebody said stop", () => {
  const red = after([["success"], ["failure"], ["failure"], ["failure"]]);
  expect(standGuard(red).map((one) => one.do)).toEqual(["block", "unmake"]);
  expect(standGuard({ ...red, stop: "stop, please" })).toEqual([]);
  const policy = { ...red.policy, land: "pull-request" as const };
  expect(standGuard({ ...red, policy })).toEqual([]);
});

test("what landed is never taken back twice", () => {
  const red: [Said[], Said[], Said[], Said[]] = [["success"], ["failure"], ["failure"], ["failure"]];
  const seen = after(red);
  const line = { ...landedOf(milestoneIn(seen, "M1"), 1) };
  const { milestone, slug, attempt, spec, commit } = line;
  const subject = { milestone, slug, attempt, spec, commit, because: [] };
  const back: JournalLine = { line: "reverted", ...stamp, ...subject, head: Sha.parse("M1-back") };
  expect(blamed(after(red))).toBe("M1");
  expect(blamed(after(red, [back]))).toBe("nobody");
});

describe("taking back what was rendered", () => {
  const contract = { id: milestoneIn(observationOf({ roadmap: ROADMAP }), "M2").id, title: "Part 2" };

  test.each([
    "# Changelog\n\n## Unreleased\n\n- **M1** Part 1\n- **M3** Part 3\n\n## 1.0\n\n- **M2** old\n",
    "x\r\n",
  ])("is landing backwards: %j", (changelog) => {
    const before = { roadmap: ROADMAP, changelog };
    const landed = renderLanded(before, contract);
    expect(landed).not.toEqual(before);
    const back = renderReverted(landed, contract);
    expect(back.roadmap).toBe(ROADMAP);
    if (changelog.includes("Unreleased")) expect(back.changelog).toBe(changelog);
    expect(back.changelog).not.toContain("Part 2");
  });

  test("leaves what it does not find, and a milestone that a human has taken over", () => {
    const text = "# Changelog\n\n## Unreleased\n\n- **M20** Part 20\n\n## 1.0\n\n- **M2** released\n";
    expect(takeOutOfChangelog(text, "M2")).toBe(text);
    const mine = roadmapOf("M1", "M2; mine");
    expect(renderReverted({ roadmap: mine, changelog: null }, contract).roadmap).toBe(mine);
    expect(renderReverted({ roadmap: roadmapOf("M1"), changelog: null }, contract).roadmap).toBe(
      roadmapOf("M1"),
    );
  });

  test("takes along what its owner wrote below the entry", () => {
    const roadmap = parseRoadmap(ROADMAP);
    const landed = renderChangelog("## Unreleased\n\n- **M1** Part 1\n", contract, roadmap);
    const noted = landed.replace("Part 2\n", "Part 2\n  with a note\n");
    expect(takeOutOfChangelog(noted, "M2")).toBe("## Unreleased\n\n- **M1** Part 1\n");
  });
});

test("the commit that takes one back says so, and is taken for no attempt", () => {
  const { id: milestone, spec } = milestoneIn(observationOf({ roadmap: ROADMAP }), "M2");
  const about = {
    milestone,
    spec,
    attempt: 1,
    cycle: 101,
    reverts: headOf("M2"),
    title: "Part\n2 [skip ci]",
  };
  const message = revertMessage("{id}: {title}", about);
  expect(message).toBe("Revert M2: Part 2 (skip ci)\n\nMilestone: M2\nReverts: M2-1\nCycle: 101\n");
  expect(parseTrailers(message)).toBeNull();
});
