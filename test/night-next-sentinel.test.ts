/** `land: next` after a landing: the branch's own checks are red there, and the default branch never hears of it. */

import { expect, test } from "vitest";
import { aNight, type NightOptions, type Told } from "./support/night.ts";
import { roadmapOf } from "./support/worlds.ts";

/** The owner's CI fails wherever M2 is: nothing else shows it. */
const RED_WITH_M2: NightOptions = {
  roadmap: roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing"),
  policy: { land: "next", parallel: 4, budget: { night: 100 }, attempts: 1 },
  own: { "ci.yml": (files) => ("src/M2.js" in files ? "failure" : "success") },
};

const filesOn = ({ world }: Told, branch: "landing" | "main") =>
  Object.keys(world.git.filesOf(world[branch])).filter((path) => path.startsWith("src/"));

const body = ({ world }: Told) => world.promotions.at(-1)?.body ?? "";

/** The story from the moment in which the red branch was noticed. */
const fromRed = ({ story }: Told) => story.slice(story.indexOf("block     landed-red"));

test("the culprit is taken back there, and the default branch never saw it", async () => {
  const night = await aNight(RED_WITH_M2);
  expect(fromRed(night)).toMatchInlineSnapshot(`
    "block     landed-red (daybreak/next is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
    examine   M1-1 green
    examine   M2-1' green
    examine   M3-1' green
    watch     M1-1 by ci.yml
    watch     M2-1' by ci.yml
    promote   #4 says what it holds now
    unmake    M2 M2-1' on M3-1'
    revert    M2 M2-1' by M2-back (broke ci.yml after landing)
    promote   #4 says what it holds now
    block     M2 (gave up after 1 attempt)
    unblock   #6 (daybreak/next is green again)
    promote   #4 says what it holds now"
  `);
  expect(filesOn(night, "landing")).toEqual(["src/M1.js", "src/M3.js", "src/base.js"]);
  expect(night.world.git.filesOf(night.world.landing)["ROADMAP.md"]).toMatch(/M1 .* ✅.*M2 .* 📝.*M3 .* ✅/s);
  expect(filesOn(night, "main")).toEqual(["src/base.js"]);
  expect((await night.goOn(10, "tick")).story).toBe("");
});

test("its pull request warns while it is red, and then speaks neither of the culprit nor of the commit against it", async () => {
  let warned = "";
  const before: NightOptions["before"] = {
    unmake: (human) => {
      warned = human.promotion;
    },
  };
  const night = await aNight({ ...RED_WITH_M2, before });
  expect(warned).toContain("**Its own checks are red on `daybreak/next`: see #6 before you merge.**");
  expect(warned).toContain("daybreak:drop M2/1");
  expect(body(night)).not.toMatch(/checks are red|daybreak:drop M2|your own|M2-back/);
  expect(body(night)).toContain("**M2: Part 2** · attempt 1 · #2: broke ci.yml after landing.");
});

test.each(["next", "main"])(
  "land: %s — what lands and is taken back again and again is given up",
  async (land) => {
    const policy = { ...RED_WITH_M2.policy, land, attempts: 2 };
    const { story, morning } = await aNight({ ...RED_WITH_M2, policy });
    expect(story.match(/^revert .*/gm)).toEqual([
      "revert    M2 M2-1' by M2-back (broke ci.yml after landing)",
      "revert    M2 M2-2 by M2-back (broke ci.yml after landing)",
    ]);
    expect(morning.blocked).toMatchObject([{ milestone: "M2", because: "gave up after 2 attempts" }]);
  },
);

test.each(["merge", "squash", "rebase"] as const)(
  "the owner brings it over by %s after that: what was taken back stays away, and nothing is built again",
  async (way) => {
    const night = await aNight(RED_WITH_M2);
    night.human.promotes(way);
    const then = await night.goOn(10);
    expect(then.story).toMatch(/^renew {5}to \S+ \(main has moved\)$/);
    expect(filesOn(then, "main")).toEqual(["src/M1.js", "src/M3.js", "src/base.js"]);
    expect((await then.goOn(10)).everything).toBe("");
  },
);

test("the branch is put on a new base after that: without the culprit, and without the commit against it", async () => {
  const night = await aNight(RED_WITH_M2);
  night.human.commits("src/other.js", "by hand");
  const then = await night.goOn(10);
  expect(then.courts).toEqual(["M1 position", "M3 position"]);
  expect(filesOn(then, "landing")).toEqual(["src/M1.js", "src/M3.js", "src/base.js", "src/other.js"]);
  expect(then.world.git.read(then.world.landing).parents).toEqual(["M1-1'"]);
});

test("the owner drops the culprit himself while it is being looked for: the rest is tested, and lands green", async () => {
  const night = await aNight({ ...RED_WITH_M2, before: { unmake: (human) => human.ticks("M2") } });
  expect(fromRed(night)).toMatch(
    /^unmake .*\ndrop {6}M2 attempt 1 \(#4 says to drop it\)\nrebuild .*\nrenew .*$/m,
  );
  expect(night.story).not.toMatch(/^revert/m);
  expect(filesOn(night, "landing")).toEqual(["src/M1.js", "src/M3.js", "src/base.js"]);
  expect(night.world.blockers.filter(({ open }) => open).map(({ key }) => key)).toEqual(["M2"]);
});

test("the default branch moves while it is being looked for: nobody is blamed on commits that are no more", async () => {
  const before: NightOptions["before"] = { unmake: (human) => human.commits("src/other.js", "by hand") };
  const night = await aNight({ ...RED_WITH_M2, before });
  expect(night.story).not.toMatch(/^revert/m);
  expect(night.story).toContain(
    "block     unmended (it cannot be told which of M1, M2 and M3 broke it (daybreak/next at M3-1''))",
  );
  expect(body(night)).toContain("checks are red");
  night.human.ticks("M2");
  const then = await night.goOn(10);
  expect(filesOn(then, "landing")).toEqual(["src/M1.js", "src/M3.js", "src/base.js", "src/other.js"]);
  expect(then.world.blockers.filter(({ open }) => open).map(({ key }) => key)).toEqual(["M2"]);
});

test("with GITHUB_TOKEN alone the policy's workflows are started on it, and find the culprit", async () => {
  const policy = { ...RED_WITH_M2.policy, "after-landing": ["ci.yml"] };
  const night = await aNight({ ...RED_WITH_M2, policy, mode: "token-only" });
  expect(night.story.match(/^(watch|revert) .*/gm)).toEqual([
    "watch     M3-1' by ci.yml",
    "watch     M1-1 by ci.yml",
    "watch     M2-1' by ci.yml",
    "revert    M2 M2-1' by M2-back (broke ci.yml after landing)",
    "watch     M2-back by ci.yml",
  ]);
  expect(filesOn(night, "landing")).toEqual(["src/M1.js", "src/M3.js", "src/base.js"]);
});

test("with GITHUB_TOKEN alone and no workflow its pull request says that only smoke was asked", async () => {
  const night = await aNight({ ...RED_WITH_M2, mode: "token-only" });
  expect(night.story).not.toMatch(/^(block|unmake)/m);
  expect(body(night)).toContain("Only smoke was asked after landing");
});
