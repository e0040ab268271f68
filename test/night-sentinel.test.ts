/** What happens after a landing: the owner's own checks are watched, and the one who broke the branch is taken back. */

import { describe, expect, test } from "vitest";
import { linesOf } from "#core/journal.ts";
import { NO_RULES } from "#core/observation.ts";
import { aNight, type NightOptions } from "./support/night.ts";
import { builds, buildsInTheSharedFile, type Habit, roadmapOf } from "./support/worlds.ts";

const THREE = roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing");
const AT_ONCE = { parallel: 4, budget: { night: 100 } };

type Own = NonNullable<NightOptions["own"]>;
const said = (red: boolean) => (red ? "failure" : "success");

/** The owner's CI on the landing branch fails where these files are: nothing else shows it. */
const hates = (...paths: string[]): Own => ({
  "ci.yml": (files) => said(paths.every((path) => path in files) && !("mended" in files)),
});

const rowsOf = ({ morning }: { morning: { rows: { milestone: string; stands: string }[] } }) =>
  morning.rows.map(({ milestone, stands }) => `${milestone} ${stands}`);

const once: NightOptions = { roadmap: THREE, policy: { ...AT_ONCE, attempts: 1 } };

describe("with an App token", () => {
  test("a branch that stays green is left alone, and an idle cycle writes nothing", async () => {
    const night = await aNight({ roadmap: THREE, policy: AT_ONCE, own: hates("nothing") });
    expect(night.story).not.toMatch(/watch|examine|unmake|block/);
    expect(night.morning.landed).toHaveLength(3);
    const writes = night.world.writes.length;
    expect((await night.goOn(10, "tick")).everything).toBe("");
    expect(night.world.writes).toHaveLength(writes);
  });

  test("one of three breaks it: it is found and taken back, the other two stay, and it is tried again", async () => {
    const tries: boolean[] = [];
    const engine: Habit = (desk) => {
      if (desk.slug === "M2") tries.push(desk.startedFromPatch);
      builds(desk);
      if (desk.earlier.length > 0) desk.files["src/care.js"] = desk.earlier.join();
      return undefined;
    };
    const own: Own = { "ci.yml": (files) => said("src/M2.js" in files && !("src/care.js" in files)) };
    const night = await aNight({ roadmap: THREE, policy: AT_ONCE, own, engine });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      block     landed-red (main is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      unmake    M2 M2-1' on M3-1'
      revert    M2 M2-1' by M2-back (broke ci.yml after landing)
      unblock   #5 (main is green again)
      assign    M2 attempt 2
      publish   M2 attempt 2 as pull
      land      M2 #6 at M2-2"
    `);
    expect(tries, "the second one starts from what was taken back").toEqual([false, true]);
    expect(rowsOf(night)).toEqual(["M1 done", "M2 done", "M3 done"]);
    expect(night.world.git.filesOf(night.world.main)["src/care.js"]).toBe("broke ci.yml after landing");
    expect(night.morning.rejected).toMatchObject([
      { milestone: "M2", because: ["broke ci.yml after landing"] },
    ]);
  });

  test("what is taken back takes its code, its ✅ and its changelog entry along, and nothing else", async () => {
    const { world } = await aNight({
      ...once,
      policy: { ...once.policy, changelog: true },
      own: hates("src/M2.js"),
    });
    const files = world.git.filesOf(world.main);
    expect(Object.keys(files)).not.toEqual(expect.arrayContaining(["src/M2.js"]));
    expect(files["ROADMAP.md"]).toMatch(/M1 — Part 1 ✅.*M2 — Part 2 📝.*M3 — Part 3 ✅/s);
    const { message } = world.git.read(world.main);
    expect(message).toMatch(/^Revert M2: Part 2\n\nMilestone: M2\nReverts: M2-1'\nCycle: \d+\n$/);
  });

  test("every commit of the branch has its own checks: the first red one is the culprit, and nobody is asked", async () => {
    const night = await aNight({
      roadmap: roadmapOf("M1", "M2", "M3"),
      policy: { attempts: 1, milestones: 2 },
      own: hates("src/M2.js"),
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1
      assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      land      M2 #3 at M2-1
      block     landed-red (main is red at M2-1 after M2 landed: ci.yml failed)
      unmake    M2 M2-1 on M2-1
      revert    M2 M2-1 by M2-back (broke ci.yml after landing)
      block     M2 (gave up after 1 attempt)
      unblock   #4 (main is green again)"
    `);
  });

  test("only together are two red: the one that landed later goes", async () => {
    const { story, world } = await aNight({ ...once, own: hates("src/M1.js", "src/M3.js") });
    expect(story).toContain("revert    M3 M3-1'");
    expect(Object.keys(world.git.filesOf(world.main))).toEqual(
      expect.arrayContaining(["src/M1.js", "src/M2.js"]),
    );
  });

  test("its workflow cannot be started on single commits: one more question, and nothing is reverted", async () => {
    const night = await aNight({ ...once, own: hates("src/M2.js"), undispatchable: ["ci.yml"] });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      block     landed-red (main is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      block     unmended (it cannot be told which of M1, M2 and M3 broke it (main at M3-1'))"
    `);
    expect(rowsOf(night)).toEqual(["M1 done", "M2 done", "M3 done"]);
    const later = await night.goOn(10);
    expect(later.story).toBe("");
    night.human.commits("mended", "by hand");
    expect((await night.goOn(10)).story).toMatchInlineSnapshot(`
      "unblock   #5 (main is green again)
      unblock   #6 (main is green again)"
    `);
  });

  test("a branch that was red before the landing blames nobody", async () => {
    const night = await aNight({ ...once, own: { "ci.yml": () => "failure" } });
    expect(night.story).not.toMatch(/unmake|revert {3}/);
    expect(night.story).toContain("it cannot be told which of M1, M2 and M3 broke it");
  });

  test("a human mends it first: nothing is taken back, and landing goes on", async () => {
    const night = await aNight({
      ...once,
      own: hates("src/M2.js"),
      before: { unmake: (human) => human.commits("mended", "by hand") },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      block     landed-red (main is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      human     commits mended
      unmake    M2 M2-1' on M3-1'
      unblock   #5 (main is green again)"
    `);
    expect(linesOf(night.world.journal, "reverted")).toEqual([]);
    expect(rowsOf(night)).toEqual(["M1 done", "M2 done", "M3 done"]);
  });

  test("a human mends it right before the revert lands: his commit stays on top", async () => {
    const night = await aNight({
      ...once,
      own: hates("src/M2.js"),
      before: { revert: (human) => human.commits("mended", "by hand") },
    });
    expect(linesOf(night.world.journal, "reverted")).toEqual([]);
    expect(night.world.git.read(night.world.main).message).toBe("By hand\n");
    expect(night.story).toContain("(main is green again)");
  });

  test("what landed after it stands in the way: a question instead", async () => {
    let isSlow = true;
    const night = await aNight({
      roadmap: roadmapOf("M1 after nothing", "M2 after M1"),
      policy: { attempts: 1 },
      engine: buildsInTheSharedFile,
      own: { "ci.yml": (files) => ("src/M1.js" in files ? (isSlow ? "pending" : "failure") : "success") },
      after: {
        2: () => {
          isSlow = false;
        },
      },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      publish   M1 attempt 1 as pull
      land      M1 #1 at M1-1
      assign    M2 attempt 1
      publish   M2 attempt 1 as pull
      land      M2 #3 at M2-1
      block     landed-red (main is red at M2-1 after M1 and M2 landed: ci.yml failed)
      unmake    M1 M1-1 on M2-1
      block     unmended (M1 broke ci.yml after landing, and taking it back conflicts with what landed after it in src/base.js (main at M2-1))"
    `);
    expect(rowsOf(night)).toEqual(["M1 done", "M2 done"]);
  });

  test("taking it back does not help: a human is asked, and no second one is taken back", async () => {
    const own: Own = { "ci.yml": (files) => said("src/M2.js" in files || "src/M3.js" in files) };
    const night = await aNight({ ...once, own });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      block     landed-red (main is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      unmake    M2 M2-1' on M3-1'
      revert    M2 M2-1' by M2-back (broke ci.yml after landing)
      block     M2 (gave up after 1 attempt)
      block     unmended (taking M2 back did not make it green (main at M2-back))"
    `);
    expect(linesOf(night.world.journal, "reverted")).toHaveLength(1);
    expect((await night.goOn(24 * 60)).story).toBe("");
  });

  test("whoever closes the question lets landings go on over a red branch", async () => {
    const night = await aNight({ ...once, own: { "ci.yml": () => "failure" } });
    for (const { issue, open } of night.world.blockers) if (open) night.human.closes(issue);
    expect((await night.goOn(10)).story).toBe("");
    expect(night.morning.landed).toHaveLength(3);
  });

  test("required checks must pass the commit that takes it back as well", async () => {
    const night = await aNight({ ...once, own: hates("src/M2.js"), required: ["ci"] });
    expect(night.story).toContain("revert    M2");
    const refused = await aNight({
      ...once,
      own: hates("src/M2.js"),
      required: ["ci"],
      ci: ({ slug }) => (slug === "revert" ? "failure" : "success"),
    });
    expect(refused.story).toContain("and without it ci failed");
    expect(linesOf(refused.world.journal, "reverted")).toEqual([]);
  });

  test("a rule that demands a pull request leaves the revert to a human", async () => {
    const night = await aNight({
      ...once,
      own: hates("src/M2.js"),
      rules: { ...NO_RULES, pullRequest: true },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1 by merge
      land      M2 #2 at M2-1' by merge
      land      M3 #3 at M3-1' by merge
      block     landed-red (main is red at M3-1-me after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      watch     M3-1' by ci.yml
      block     unmended (M2 broke ci.yml after landing, and the rules demand a pull request for every change (main at M3-1-me))"
    `);
  });
});

describe("with GITHUB_TOKEN alone", () => {
  const alone: NightOptions = { ...once, mode: "token-only" };

  test("the workflows of the policy are started once on each tip, and one that is red is bisected by them", async () => {
    const night = await aNight({
      ...alone,
      policy: { ...alone.policy, "after-landing": ["ci.yml"] },
      own: hates("src/M2.js"),
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      assign    M3 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      publish   M3 attempt 1 as pull
      stage     M2 #2 onto M1-1
      stage     M3 #3 behind M2
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      land      M3 #3 at M3-1'
      watch     M3-1' by ci.yml
      block     landed-red (main is red at M3-1' after M1, M2 and M3 landed: ci.yml failed)
      examine   M1-1 green
      examine   M2-1' green
      examine   M3-1' green
      watch     M1-1 by ci.yml
      watch     M2-1' by ci.yml
      unmake    M2 M2-1' on M3-1'
      revert    M2 M2-1' by M2-back (broke ci.yml after landing)
      watch     M2-back by ci.yml
      block     M2 (gave up after 1 attempt)
      unblock   #5 (main is green again)"
    `);
    expect(rowsOf(night)).toEqual(["M1 done", "M2 blocked", "M3 done"]);
    const started = night.world.writes.filter((one) => one === "start ci.yml");
    expect(started).toHaveLength(4);
    expect((await night.goOn(10, "tick")).everything).toBe("");
  });

  test("green ones are started once and lead to nothing", async () => {
    const night = await aNight({
      ...alone,
      policy: { ...alone.policy, "after-landing": ["ci.yml"] },
      own: hates("nothing"),
    });
    expect(night.world.writes.filter((one) => one === "start ci.yml")).toHaveLength(1);
    expect(night.story).not.toMatch(/block|unmake/);
    expect((await night.goOn(10, "tick")).everything).toBe("");
  });

  test("none is named: nothing is started, and the morning says that only smoke was asked", async () => {
    const night = await aNight({ ...alone, own: hates("src/M2.js") });
    expect(night.story).not.toMatch(/watch|block|unmake/);
    expect(night.morning.aftermath).toEqual({ branch: "main", says: "smoke only" });
    expect(night.world.dashboard?.body).toContain("Only smoke was asked after landing");
  });

  test("one that never reports is named once a check would be called stuck", async () => {
    const policy = { ...alone.policy, "after-landing": ["ci.yml"] };
    const night = await aNight({
      ...alone,
      policy,
      own: hates("nothing"),
      after: { 1: (human) => human.losesRuns() },
    });
    expect(night.morning.aftermath).toBeNull();
    const later = await night.goOn(24 * 60, "tick");
    expect(later.morning.aftermath).toEqual({ branch: "main", says: "nothing" });
    expect((await night.goOn(10, "tick")).everything).toBe("");
  });

  test("one that cannot be started is named in the morning", async () => {
    const policy = { ...alone.policy, "after-landing": ["ci.yml"] };
    const night = await aNight({ ...alone, policy, own: hates("src/M2.js"), undispatchable: ["ci.yml"] });
    expect(night.story).not.toMatch(/block|unmake/);
    expect(night.morning.aftermath).toEqual({ branch: "main", says: "refused", workflows: ["ci.yml"] });
  });
});

describe("the smoke ledger at the end of the night", () => {
  const promising = [
    "### M1 — Part 1 📝\n**Objective:** Make the first part.\n**Depends on:** none\n**Acceptance criteria:**\n- `node test/M1.test.js` passes\n**Smoke:** `node test/promise.test.js`",
    "### M2 — Part 2 📝\n**Objective:** Make the next part.\n**Depends on:** none\n**Acceptance criteria:**\n- `node test/M2.test.js` passes",
  ].join("\n\n");

  const engine: Habit = (desk) => {
    builds(desk);
    if (desk.slug === "M1") desk.files["test/promise.test.js"] = "src/M1.js says part";
    return undefined;
  };

  test("is asked once of the branch as it is, and one that holds is not worth a word", async () => {
    const night = await aNight({ roadmap: promising, policy: AT_ONCE, engine });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      examine   M2-1' green"
    `);
    expect((await night.goOn(10, "tick")).everything).toBe("");
  });

  test("names the milestone whose promise was broken, and reverts nothing", async () => {
    const night = await aNight({
      roadmap: promising,
      policy: AT_ONCE,
      engine,
      after: { 1: (human) => human.commits("src/M1.js", "rewritten") },
    });
    expect(night.story).toMatchInlineSnapshot(`
      "assign    M1 attempt 1
      assign    M2 attempt 1
      publish   M1 attempt 1 as pull
      publish   M2 attempt 1 as pull
      stage     M2 #2 onto M1-1
      land      M1 #1 at M1-1
      land      M2 #2 at M2-1'
      human     commits src/M1.js
      examine   main-2 red (smoke broken: M1 promised \`node test/promise.test.js\`, which exited 1)
      block     broken-promises (at the end of the night smoke broken: M1 promised \`node test/promise.test.js\`, which exited 1)"
    `);
    expect(night.morning.aftermath).toMatchObject({ says: "broken" });
    expect(night.story).not.toContain("unmake");
  });
});

describe("killed in the middle", () => {
  test("before any of its writes, the next cycles come to the same end", async () => {
    const options: NightOptions = { ...once, own: hates("src/M2.js") };
    const whole = await aNight(options);
    const first = whole.world.writes.indexOf("move the landing branch");
    const files = whole.world.git.filesOf(whole.world.main);
    for (let killAt = first; killAt < whole.world.writes.length; killAt++) {
      const killed = await aNight({ ...options, killAt });
      let last = killed;
      for (let more = 0; more < 4; more++) last = await last.goOn(30);
      expect(killed.world.story.join("\n"), `${killAt}`).toContain("killed before");
      expect(killed.world.git.filesOf(killed.world.main), `killed at ${killAt}`).toEqual(files);
      expect(linesOf(killed.world.journal, "reverted").length, `killed at ${killAt}`).toBeLessThanOrEqual(1);
    }
  });
});
