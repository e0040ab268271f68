/** The bundled demo is what it claims to be: its program is sound, and its script ends as its night needs it to end. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { Ending } from "#adapters/anthropic/ending.ts";
import type { Toolbox } from "#adapters/anthropic/tools.ts";
import { type Git, initBare } from "#adapters/git/git.ts";
import { diffTrees, readText, treeOf } from "#adapters/git/objects.ts";
import { patchBetween, takePatch } from "#adapters/git/patch.ts";
import { type Staging, stage } from "#adapters/git/stage.ts";
import { checkOut, commitTree, updateTree } from "#adapters/git/writing.ts";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { judgeBounds, testPathsChanged } from "#core/bounds.ts";
import { findingOf, type Measured, NOTHING_MEASURED } from "#core/court/findings.ts";
import type { Finding } from "#core/evidence.ts";
import type { Milestone, Sha } from "#core/milestone.ts";
import { policyFrom, protectedGlobs } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { renderLanded } from "#core/render.ts";
import { declaresDependencies, parseRoadmap } from "#core/roadmap.ts";
import type { ShellRun, Workspace } from "#ports/engine.ts";
import { demoWorld } from "#rehearsal/demo/world.ts";
import { scriptFrom, type Turn } from "#rehearsal/model/script.ts";
import { toolboxIn } from "../support/toolbox.ts";

const GATE = "node test/all.js";
const LANDING = ["M1.1", "M1.2", "M1.3", "M2.1"];
/** How `node test/all.js` tells of the old test that fails, in either of its usual reports. */
const ORDER_BROKEN =
  /(?:✖|not ok \d+ -) notes are listed in the order they were written.*exit (?:code )?1\b/s;
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" as Sha;
const { files, script } = demoWorld();
const roadmap = parseRoadmap(files.get("ROADMAP.md") ?? "");
const policyFile = readPolicyFile(files.get(".github/daybreak.yml") ?? "", ".github/daybreak.yml");
const policy = policyFrom(policyFile.policy, { defaultBranch: "main", setup: [], build: [], test: [] });

const room = mkdtempSync(join(tmpdir(), "demo-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));
let git: Git;
/** The repository's one commit, before the night. */
let start: Sha;

beforeAll(async () => {
  git = await initBare(join(room, "ours.git"));
  const texts = new Map([...files].map(([path, text]) => [path, { text }]));
  await git.raw(["hash-object", "-w", "-t", "tree", "--stdin"], { input: "" });
  start = await commit(await updateTree(git, EMPTY_TREE, texts), []);
});

test("roadmap, policy and script are read without a complaint and speak of the same milestones", () => {
  expect(roadmap.diagnostics).toEqual([]);
  expect(declaresDependencies(roadmap)).toBe(true);
  expect(roadmap.milestones.map(({ id, status, dependsOn }) => [id, status, ...dependsOn].join(" "))).toEqual(
    [
      "M0.1 done",
      "M1.1 planned",
      "M1.2 planned",
      "M1.3 planned",
      "M1.4 planned",
      "M1.5 planned",
      "M2.1 planned M1.2",
      "M2.2 planned M1.4",
    ],
  );
  expect(policyFile.diagnostics).toEqual([]);
  expect(policy).toMatchObject({ land: "main", attempts: 20, parallel: 4, milestones: 20, test: [GATE] });
  expect(policy["review-minutes"]).toBeGreaterThan(PolicyFile.parse({})["review-minutes"]);
  expect(scriptFrom(JSON.parse(JSON.stringify(script)))).toEqual(script);
  const played = script.milestones.map(({ milestone, attempt }) => `${milestone} ${attempt}`);
  expect(played).toEqual(["M1.1 1", "M1.2 1", "M1.3 1", "M1.3 2", "M1.4 1", "M1.5 1", "M2.1 1"]);
});

test("the program is sound before the night begins", async () => {
  expect(await gateOn(start)).toContain("exit 0");
  const [written] = roadmap.milestones;
  if (!written) throw new Error("the roadmap is empty");
  expect((await findingsOf(written, start, start)).map(({ finding }) => finding)).toEqual(["regression"]);
});

test.each(LANDING)(
  "%s lands: its gate turns green, every checkable criterion is proven, and nothing is touched that it may not touch",
  async (id) => {
    const { base, last } = await built(id);
    expect(last.ending).toMatchObject({ outcome: "finished" });
    const landed = await staged(id, base, await patchBetween(git, base, last.tree));
    expect(await gateOn(landed)).toContain("exit 0");
    const { criteria } = milestone(id);
    const findings = await findingsOf(milestone(id), base, landed);
    const checked = findings.filter((_, index) => criteria[index]?.way.by !== "manual");
    expect(checked.length).toBeGreaterThan(1);
    expect(checked.filter(({ finding }) => finding !== "proven")).toEqual([]);
    const { changes, ...judged } = await boundsOf(id, base, last.tree);
    expect(judged).toEqual({ protected: [], refused: [] });
    expect(testPathsChanged(changes, policy.tests, [])).toEqual([]);
  },
);

test("M1.3's first attempt is green by its own tests, and red with the one it rewrote put back", async () => {
  const base = await baseOf("M1.3");
  const { ending, tree, said } = await play("M1.3", 1, base);
  expect(said).toContainEqual(expect.stringMatching(ORDER_BROKEN));
  expect(ending).toMatchObject({ outcome: "finished" });
  expect(await gateOn(tree)).toContain("exit 0");
  const changed = testPathsChanged(await diffTrees(git, base, tree), policy.tests, []);
  expect(changed).toEqual(["test/list.test.js"]);
  const text = (await readText(git, base, "test/list.test.js")) ?? "";
  const restored = await updateTree(git, tree, new Map([["test/list.test.js", { text }]]));
  expect(await gateOn(restored)).toMatch(ORDER_BROKEN);
});

test("M1.3's second attempt ends with the same files, begun from base or from the rejected change", async () => {
  const base = await baseOf("M1.3");
  const rejected = await play("M1.3", 1, base);
  const fromRejected = await play("M1.3", 2, base, rejected.tree);
  const fromBase = await play("M1.3", 2, base);
  expect(fromRejected.tree).toBe(fromBase.tree);
  expect(fromRejected.tree).not.toBe(rejected.tree);
});

test("M2.1 says it is done while its gate is red, is refused, and then finds the mistake", async () => {
  const { last } = await built("M2.1");
  const refusals = last.said.filter((one) => one.startsWith("refused: "));
  expect(refusals).toHaveLength(1);
  expect(refusals[0]).toMatch(/`node test\/all\.js` exited 1.*what was exported is imported as it was/s);
});

test("M1.4 asks one question and changes nothing", async () => {
  const { ending, tree } = await play("M1.4", 1, start);
  expect(ending).toMatchObject({ outcome: "blocked", ask: expect.stringMatching(/^Which service .*\?$/) });
  expect(tree).toBe(await treeOf(git, start));
});

test("M1.5 is green, but its workflow file is protected", async () => {
  const { ending, tree } = await play("M1.5", 1, start);
  expect(ending).toMatchObject({ outcome: "finished" });
  expect((await findingsOf(milestone("M1.5"), start, tree)).map(({ finding }) => finding)).toEqual([
    "proven",
    "proven",
  ]);
  const { protected: hit, refused } = await boundsOf("M1.5", start, tree);
  expect(hit).toEqual(["`.github/workflows/ci.yml` is protected and was modified."]);
  expect(refused).toEqual([]);
});

test("real git restacks the landing milestones in every order their dependencies allow, to the same tree", async () => {
  const heads = new Map<string, Staging["patch"]>();
  for (const id of LANDING) {
    const { base, last } = await built(id);
    const tree = await staged(id, base, await patchBetween(git, base, last.tree));
    heads.set(id, { commit: await commit(tree, [base]), parent: base });
  }
  async function restackedOn(tip: Sha, left: readonly string[]): Promise<Sha[]> {
    const trees = left.length === 0 ? [await treeOf(git, tip)] : [];
    for (const id of left.filter((one) => !milestone(one).dependsOn.some((other) => left.includes(other)))) {
      const tree = await staged(id, tip, heads.get(id) ?? new Uint8Array());
      const rest = left.filter((other) => other !== id);
      trees.push(...(await restackedOn(await commit(tree, [tip]), rest)));
    }
    return trees;
  }
  const trees = await restackedOn(start, LANDING);
  expect(trees).toHaveLength(12);
  expect(new Set(trees).size).toBe(1);
  const last = trees.at(-1) ?? start;
  expect(await gateOn(last)).toContain("exit 0");
  expect(await readText(git, last, "CHANGELOG.md")).toContain(`## [Unreleased]

- **M1.1** Tags are counted
- **M1.2** Notes are exported
- **M1.3** The list can be sorted
- **M2.1** An export can be imported

## [0.1.0]`);
});

test("its CI tests every pull request with pinned actions, before and after M1.5", async () => {
  for (const at of [start, (await play("M1.5", 1, start)).tree]) {
    const text = (await readText(git, at, ".github/workflows/ci.yml")) ?? "";
    const { name, on, jobs } = parse(text);
    expect([name, on]).toEqual(["CI", "pull_request"]);
    expect(Object.keys(jobs)).toEqual(["test"]);
    expect(jobs.test.steps.map((step: { run?: string; uses?: string }) => step.run ?? step.uses)).toEqual([
      expect.stringMatching(/^actions\/checkout@[0-9a-f]{40}$/),
      expect.stringMatching(/^actions\/setup-node@[0-9a-f]{40}$/),
      GATE,
    ]);
  }
});

function milestone(id: string): Milestone {
  const found = roadmap.milestones.find((one) => one.id === id);
  if (!found) throw new Error(`${id} is not in the roadmap`);
  return found;
}

function commit(tree: Sha, parents: Sha[]): Promise<Sha> {
  return commitTree(git, { tree, parents, message: "x", date: "2026-11-20T22:00:00+00:00" });
}

async function staged(id: string, base: Sha, patch: Staging["patch"]): Promise<Sha> {
  const paths = { roadmapPath: "ROADMAP.md", changelogPath: "CHANGELOG.md" };
  const render = (texts: Parameters<typeof renderLanded>[0]) => renderLanded(texts, milestone(id));
  const result = await stage({ git, base, patch, ...paths, render });
  if (!("tree" in result)) throw new Error(JSON.stringify(result));
  return result.tree;
}

type Played = { ending: Ending | null; tree: Sha; said: string[] };
const plays = new Map<string, Promise<Played>>();

/** A landing milestone's last attempt on top of what it depends on. */
async function built(id: string): Promise<{ base: Sha; last: Played }> {
  const base = await baseOf(id);
  const attempts = script.milestones.filter((one) => one.milestone === id).map(({ attempt }) => attempt);
  return { base, last: await play(id, Math.max(...attempts), base) };
}

/** The commit a milestone starts from when only what it depends on has landed. */
async function baseOf(id: string): Promise<Sha> {
  const [dependency] = milestone(id).dependsOn;
  if (dependency === undefined) return start;
  const { base, last } = await built(dependency);
  return await commit(await staged(dependency, base, await patchBetween(git, base, last.tree)), [base]);
}

/** An attempt on `base` that finds the files of `from`. Played once, however often it is asked for. */
function play(id: string, attempt: number, base: Sha, from: Sha = base): Promise<Played> {
  const key = [id, attempt, base, from].join();
  const played = plays.get(key) ?? playOnce(id, attempt, base, from);
  plays.set(key, played);
  return played;
}

/** With the engine's own tools, in a real checkout. */
async function playOnce(id: string, attempt: number, base: Sha, from: Sha): Promise<Played> {
  const entry = script.milestones.find((one) => one.milestone === id && one.attempt === attempt);
  const directory = await laidOut(from);
  shell("git init -q && git add -A && git -c user.name=x -c user.email=x@x commit -qm base", directory);
  const taken = async () => {
    const patch = await takePatch({ git, base, workspace: directory, exclude: [] });
    if ("refused" in patch) throw new Error(patch.refused);
    return patch.tree;
  };
  const workspace: Workspace = {
    directory,
    spill: mkdtempSync(join(room, "spill-")),
    notes: mkdtempSync(join(room, "notes-")),
    memory: null,
    instructions: "",
    shell: async (command) => shell(command, directory),
    async gates() {
      const { exitCode, output } = shell(GATE, directory);
      return { green: exitCode === 0, report: `\`${GATE}\` exited ${exitCode}\n${output}` };
    },
    changedPaths: async () => (await diffTrees(git, base, await taken())).map(({ path }) => path),
    checkpoint: async () => undefined,
    restore: async () => false,
  };
  const toolbox = toolboxIn(workspace);
  const said = await callAll(toolbox.tools, entry?.turns ?? []);
  return { ending: toolbox.ending(), tree: await taken(), said };
}

/** What every call answered; only `finish` may be refused. */
async function callAll(tools: Toolbox["tools"], turns: readonly Turn[]) {
  const said: string[] = [];
  for (const { name, input } of turns.flatMap((one) => one.tools)) {
    const tool = tools.find((one) => "name" in one && one.name === name);
    if (!tool) throw new Error(`there is no tool ${name}`);
    try {
      said.push(String(await tool.run(tool.parse(input))));
    } catch (error) {
      if (name !== "finish") throw error;
      said.push(`refused: ${String(error)}`);
    }
  }
  return said;
}

async function laidOut(tree: Sha): Promise<string> {
  const directory = mkdtempSync(join(room, "checkout-"));
  await checkOut(git, await treeOf(git, tree), directory);
  return directory;
}

async function gateOn(tree: Sha): Promise<string> {
  const { exitCode, output } = shell(GATE, await laidOut(tree));
  return `${output}\nexit ${exitCode}`;
}

/** Each criterion judged as in a night: its command in a copy of either tree, its file in both. */
async function findingsOf({ criteria }: Milestone, base: Sha, tree: Sha): Promise<Finding[]> {
  const places = new Map<Sha, string>();
  for (const at of [base, tree]) places.set(at, await laidOut(at));
  const measure = (command: string, at: Sha): Measured => {
    const { exitCode, output } = shell(command, places.get(at) ?? "");
    return { command, tree: at, exitCode, seconds: 0, digest: "", tail: "", output };
  };
  const findings: Finding[] = [];
  for (const criterion of criteria) {
    const { way } = criterion;
    const text = (at: Sha) => (way.by === "file" ? readText(git, at, way.path) : null);
    const before = way.by === "command" ? measure(way.command, base) : null;
    const after = way.by === "command" ? measure(way.command, tree) : null;
    const file = { before: await text(base), after: await text(tree) };
    findings.push(findingOf(criterion, "", { ...NOTHING_MEASURED, command: { before, after }, file }));
  }
  return findings;
}

async function boundsOf(id: string, base: Sha, tree: Sha) {
  const { touches, allows } = milestone(id);
  const changes = await diffTrees(git, base, tree);
  const within = {
    protectedGlobs: protectedGlobs(policy),
    limits: policy.limits,
    basePaths: [...files.keys()],
  };
  return { changes, ...judgeBounds({ changes, touches, allows, ...within }) };
}

/** A fresh bash with nothing of this process's environment but the way to Node. */
function shell(command: string, directory: string): ShellRun {
  const home = join(room, "home");
  mkdirSync(home, { recursive: true });
  const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: home };
  const { status, stdout } = spawnSync("bash", ["-c", `exec 2>&1\n${command}`], {
    cwd: directory,
    env,
    encoding: "utf8",
  });
  return { exitCode: status, timedOut: false, output: stdout };
}
