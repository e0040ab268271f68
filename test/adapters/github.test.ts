/** GitHub as Daybreak's forge, over real HTTP and real git: what two cycles, a human or a stranger do meanwhile. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { initBare } from "#adapters/git/git.ts";
import { treeOf } from "#adapters/git/objects.ts";
import { updateTree } from "#adapters/git/writing.ts";
import { connect } from "#adapters/github/connection.ts";
import { GithubForge } from "#adapters/github/forge.ts";
import type { Decision, Subject } from "#core/decision.ts";
import { type JournalLine, linesOf, parseJournal } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { plan } from "#core/plan.ts";
import { review } from "#core/review.ts";
import type { ForgeOptions } from "#rehearsal/forge/options.ts";
import { ALL, aForge, aRule, type Box, HERE, temporary } from "../rehearsal/forge-box.ts";
import { smallFiles, wordMilestone } from "../rehearsal/world.ts";
import { landingOf } from "../support/forge-rig.ts";

const ROADMAP = [
  "# Roadmap\n",
  wordMilestone("M1", "dawn"),
  wordMilestone("M2", "dusk"),
  wordMilestone("M3", "night", "**Depends on:** M2"),
].join("\n");

async function aBox(more: Partial<ForgeOptions> = {}): Promise<Box> {
  const box = await aForge(more);
  const clone = await box.clone();
  await clone.commit("main", smallFiles(ROADMAP));
  await clone.git("push", "-q", "origin", "main");
  return box;
}

type Cycle = GithubForge & { git: Awaited<ReturnType<typeof initBare>> };

/** One workflow run's view of the repository. */
async function aCycle({ forge }: Box, id: number): Promise<Cycle> {
  const git = await initBare(join(await temporary(), "ours.git"));
  const connection = await connect({
    apiUrl: `${forge.url}/api/v3`,
    serverUrl: forge.url,
    ...HERE,
    token: await forge.mintToken({ kind: "github-token", permissions: ALL, run: id }),
    appToken: null,
    appSlug: null,
    git,
    known: null,
  });
  const cycle = { id, trigger: "button", workflow: "daybreak.yml", asked: null } as const;
  return Object.assign(new GithubForge(connection, cycle, { checks: true }), { git });
}

function assigning(observation: Observation, ...ids: string[]): Decision {
  const [decision] = plan(observation);
  if (decision?.do !== "assign") throw new Error("nothing can start");
  return {
    ...decision,
    assignments: decision.assignments.filter(({ milestone }) => ids.includes(milestone)),
  };
}

async function journalOf(box: Box): Promise<JournalLine[]> {
  const clone = await box.clone();
  return parseJournal(await clone.git("show", "origin/daybreak/state:journal.jsonl")).lines;
}

/** M1's first attempt, published as a pull request by the cycle that worked on it. */
async function aPublished(cycle: Cycle): Promise<Subject & { pull: number; head: Sha; base: Sha }> {
  const assign = assigning(await cycle.observe(), "M1");
  await cycle.enact(assign);
  const { landing } = await cycle.observe();
  const [claim] = assign.do === "assign" ? assign.assignments : [];
  if (!claim) throw new Error("M1 cannot start");
  const { milestone, slug, attempt, spec } = claim;
  const base = landing.sha;
  const tree = await updateTree(
    cycle.git,
    await treeOf(cycle.git, base),
    new Map([["dawn.txt", { text: "dawn\n" }]]),
  );
  const receipt = {
    because: [],
    ask: null,
    code: null,
    spend: NOTHING_SPENT,
    seconds: 1,
    findings: [],
    notes: {},
  };
  const subject = { milestone, slug, attempt, spec };
  expect(await cycle.enact({ do: "publish", as: "pull", ...subject, base, tree, ...receipt })).toEqual({
    outcome: "done",
  });
  const [pull] = (await cycle.observe()).pulls;
  if (!pull) throw new Error("there is no pull");
  return { ...subject, pull: pull.number, head: pull.head, base };
}

function claimsIn(box: Box): string[] {
  return [...box.forge.state().refs.keys()]
    .filter((ref) => ref.startsWith("refs/heads/daybreak/m/"))
    .toSorted();
}

test("of two cycles that claim at once one gets everything it asked for, and the other nothing", async () => {
  const box = await aBox();
  const [one, other] = [await aCycle(box, 1), await aCycle(box, 2)];
  const [seen, alsoSeen] = [await one.observe(), await other.observe()];
  const receipts = await Promise.all([
    one.enact(assigning(seen, "M1")),
    other.enact(assigning(alsoSeen, "M1", "M2")),
  ]);
  const outcomes = receipts.map(({ outcome }) => outcome);
  expect(outcomes.toSorted()).toEqual(["done", "stale"]);
  const winner = outcomes.indexOf("done") + 1;
  const won = winner === 1 ? ["M1"] : ["M1", "M2"];
  expect(claimsIn(box)).toEqual(won.map((slug) => `refs/heads/daybreak/m/${slug}/1`));
  const lines = linesOf(await journalOf(box), "assigned");
  expect(lines.map(({ milestone, cycle }) => [milestone, cycle])).toEqual(won.map((id) => [id, winner]));
});

test("a look that was overtaken is stale, and nothing is done by it", async () => {
  const box = await aBox();
  const [one, other] = [await aCycle(box, 1), await aCycle(box, 2)];
  await one.observe();
  await other.enact(assigning(await other.observe(), "M1"));
  const question = { do: "block", milestone: null, key: "model", because: "no", ask: "why?" } as const;
  expect(await one.enact(question)).toMatchObject({ outcome: "stale" });
  expect(box.forge.state().issues).toEqual([]);
});

test("a proven commit does not land when the branch holds anything it was not tested on", async () => {
  const box = await aBox();
  const cycle = await aCycle(box, 1);
  const published = await aPublished(cycle);
  const clone = await box.clone();
  const theirs = await clone.commit("main", { "theirs.txt": "theirs\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "main");
  expect(await cycle.enact(landingOf([published]))).toMatchObject({ outcome: "stale" });
  await cycle.observe();
  expect(await cycle.enact(landingOf([published]))).toMatchObject({ outcome: "stale" });
  expect(box.forge.state().refs.get("refs/heads/main")).toBe(theirs);
  expect(linesOf(await journalOf(box), "landed")).toEqual([]);
});

test("a commit that is on top lands as it is, and landing it twice is landing it once", async () => {
  const box = await aBox();
  const cycle = await aCycle(box, 1);
  const published = await aPublished(cycle);
  for (const _ of ["first", "again"]) {
    expect(await cycle.enact(landingOf([published]))).toEqual({ outcome: "done" });
  }
  expect(box.forge.state().refs.get("refs/heads/main")).toBe(published.head);
  expect(linesOf(await journalOf(box), "landed")).toHaveLength(1);
});

test("what somebody pushes in the moment of a merge is noticed, and sounds the alarm", async () => {
  let meanwhile: (() => void) | null = null;
  const faults: ForgeOptions["faults"] = ({ method, path }) => {
    if (method !== "PUT" || !path.endsWith("/merge")) return null;
    meanwhile?.();
    meanwhile = null;
    return null;
  };
  const box = await aBox({ faults });
  const cycle = await aCycle(box, 1);
  const published = await aPublished(cycle);
  const clone = await box.clone();
  const theirs = await clone.commit("theirs", { "theirs.txt": "theirs\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "theirs");
  const remote = join(box.directory, "remote", HERE.owner, `${HERE.repo}.git`);
  meanwhile = () => {
    execFileSync("git", ["-C", remote, "update-ref", "refs/heads/main", theirs]);
  };
  const receipt = await cycle.enact(landingOf([published], "merge"));
  expect(receipt).toEqual({ outcome: "stale", because: expect.stringMatching(/which nobody tested/) });
  const seen = await cycle.observe();
  expect(linesOf(seen.journal, "landed")).toMatchObject([
    { commit: published.head, astray: await treeOf(cycle.git, seen.landing.sha) },
  ]);
  expect(review(seen, [])).toMatchObject([{ do: "block", key: "landed-tree" }]);
});

test("a merge queue bars the branch it stands before, and not a rolling branch beside it", async () => {
  const box = await aBox({ rules: [aRule({ mergeQueue: true, bypass: ["owner"] })] });
  const { rules } = await (await aCycle(box, 1)).observe();
  const clone = await box.clone();
  await clone.commit(
    "rolling",
    { ".github/daybreak.yml": "land: next\ntest: node check.js\n" },
    "origin/main",
  );
  await clone.git("push", "-q", "origin", "rolling:main");
  const rolling = await (await aCycle(box, 2)).observe();
  expect([rules.mergeQueue, rolling.landing.branch, rolling.rules.mergeQueue]).toEqual([
    true,
    "daybreak/next",
    false,
  ]);
});

test("the pull request of what is looked at leads to the run that took the pictures", async () => {
  const roadmap = wordMilestone("M1", "dawn").replace(/\n$/, "\n- The page looks calm (look: /)\n");
  const box = await aForge();
  const clone = await box.clone();
  const policy = "land: main\ntest: node check.js\nstart: node check.js\n";
  await clone.commit("main", { ...smallFiles(`# Roadmap\n\n${roadmap}`), ".github/daybreak.yml": policy });
  await clone.git("push", "-q", "origin", "main");
  const { pull: pull_number } = await aPublished(await aCycle(box, 17));
  const { data } = await box.owner.pulls.get({ ...HERE, pull_number });
  expect(data.body).toContain(`(${box.forge.url}/${HERE.owner}/${HERE.repo}/actions/runs/17#artifacts)`);
});

test("a rejection that was cut off before the pull was closed is finished by whoever finds it", async () => {
  let cut = false;
  const faults: ForgeOptions["faults"] = ({ method, path }) => {
    if (cut || method !== "PATCH" || !path.includes("/pulls/")) return null;
    cut = true;
    return { kind: "drop-before" };
  };
  const box = await aBox({ faults });
  const published = await aPublished(await aCycle(box, 1));
  const reject: Decision = { do: "reject", ...published, counted: true, because: ["it shouts"] };
  const [first, second] = [await aCycle(box, 2), await aCycle(box, 3)];
  await first.observe();
  expect(await first.enact(reject)).toMatchObject({ outcome: "stale" });
  expect(box.forge.state().pulls).toMatchObject([{ state: "open" }]);
  await second.observe();
  expect(await second.enact(reject)).toEqual({ outcome: "done" });
  expect(box.forge.state().pulls).toMatchObject([{ state: "closed" }]);
  expect(box.forge.state().comments).toHaveLength(1);
  expect(linesOf(await journalOf(box), "rejected")).toHaveLength(1);
});

test("whoever says stop, by label or by file, stops every effect but the telling", async () => {
  const box = await aBox();
  const cycle = await aCycle(box, 1);
  const published = await aPublished(cycle);
  const { base: onto, ...at } = published;
  const effects = (observation: Observation): Decision[] => [
    assigning(observation, "M2"),
    { do: "open", ...at },
    { do: "stage", onto, cars: [{ ...at, again: 0 }] },
    { do: "attest", milestone: at.milestone, head: at.head, green: true, because: "" },
    landingOf([published]),
    { do: "reject", ...at, counted: true, because: ["it shouts"] },
    { do: "continue", night: observation.night.name, workflow: "daybreak.yml" },
  ];
  const stopping = async (because: RegExp, decisions: readonly Decision[]) => {
    const before = box.forge.counts(1).writes;
    for (const decision of decisions) {
      const receipt = await cycle.enact(decision);
      expect(receipt, decision.do).toEqual({ outcome: "stale", because: expect.stringMatching(because) });
    }
    expect(box.forge.counts(1).writes).toBe(before);
  };
  const decided = effects(await cycle.observe());
  const { data } = await box.owner.issues.create({ ...HERE, title: "Stop", labels: ["daybreak:stop"] });
  await stopping(/#\d+ carries the label daybreak:stop/, decided);
  expect((await cycle.observe()).stop).toContain("daybreak:stop");
  await box.owner.issues.update({ ...HERE, issue_number: data.number, state: "closed" });
  const clone = await box.clone();
  await clone.commit("state", { STOP: "" }, "origin/daybreak/state");
  await clone.git("push", "-q", "origin", "state:daybreak/state");
  const stopped = await cycle.observe();
  expect(stopped.stop).toContain("STOP");
  expect([plan(stopped), review(stopped, [])]).toEqual([[], []]);
  await stopping(/STOP/, decided);
});

test("a stranger's pull request is never touched, however much it looks like one of ours", async () => {
  const box = await aBox();
  const ours = await aPublished(await aCycle(box, 1));
  const [pull] = box.forge.state().pulls;
  const mallory = { login: "mallory", id: 666, type: "User" } as const;
  const token = await box.forge.mintToken({ kind: "person", actor: mallory });
  const clone = await box.clone(token);
  await clone.git("checkout", "-q", "-B", "daybreak/m/M2/1", ours.head);
  await clone.git("push", "-q", "origin", "daybreak/m/M2/1");
  const { data } = await box.octokit(token).pulls.create({
    ...HERE,
    head: "daybreak/m/M2/1",
    base: "main",
    title: pull?.title ?? "",
    body: pull?.body ?? "",
  });
  const before = box.forge.state().pulls.find(({ number }) => number === data.number);
  const cycle = await aCycle(box, 2);
  const seen = await cycle.observe();
  expect(seen.pulls.map(({ number }) => number)).toEqual([ours.pull]);
  for (const decision of [...review(seen, []), ...plan(seen)]) {
    expect(decision).not.toMatchObject({ pull: data.number });
    await cycle.enact(decision);
  }
  const after = box.forge.state();
  expect(after.pulls.find(({ number }) => number === data.number)).toEqual(before);
  expect(after.comments.filter(({ issue }) => issue === data.number)).toEqual([]);
  expect(after.refs.get("refs/heads/daybreak/m/M2/1")).toBe(ours.head);
});
