/** `daybreak drop`, `revert` and `resume`, over real HTTP and real git, with nothing but a token. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { initBare } from "#adapters/git/git.ts";
import { treeOf } from "#adapters/git/objects.ts";
import { updateTree } from "#adapters/git/writing.ts";
import { connect } from "#adapters/github/connection.ts";
import { GithubForge } from "#adapters/github/forge.ts";
import { MilestoneId } from "#core/milestone.ts";
import { founding, rebuilding } from "#core/next.ts";
import { setStatus } from "#core/roadmap.ts";
import { promotionOn } from "#jobs/promotion.ts";
import { runDrop, runResume, runRevert } from "#src/owner.ts";
import { ALL, aForge, aRunFor, type Box, HERE, temporary } from "../rehearsal/forge-box.ts";
import { claimed, DONE, FILES, landingOf, published, type Seat } from "../support/forge-rig.ts";

const ROADMAP = "ROADMAP.md";
const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- **M1** Part 1\n";

const CALLER = `on:
  workflow_dispatch:
    inputs: { night: { type: string, default: "" } }
jobs:
  night: { runs-on: ubuntu-24.04, steps: [{ run: "true" }] }
`;

/** A run of the caller's workflow, as it is known after somebody pressed its button. */
async function aRun(box: Box): Promise<number> {
  const clone = await box.clone();
  await clone.commit("caller", { ".github/workflows/daybreak.yml": CALLER }, "origin/main");
  await clone.git("push", "-q", "origin", "caller:main");
  const begun = aRunFor(await clone.git("rev-parse", "caller"), "workflow_dispatch");
  return (await box.forge.startRun({ ...begun, path: ".github/workflows/daybreak.yml" })).id;
}

/** `run` gives the id of the workflow run that the seat is in. */
async function aBox(
  land: "main" | "next",
  run: (box: Box) => Promise<number> = async () => 1,
): Promise<{ box: Box; seat: Seat }> {
  const box = await aForge();
  const clone = await box.clone();
  const files = { ...FILES, ".github/daybreak.yml": `land: ${land}\ntest: npm test\n` };
  await clone.commit("main", { ...files, "CHANGELOG.md": "# Changelog\n" });
  await clone.git("push", "-q", "origin", "main");
  const git = await initBare(join(await temporary(), "ours.git"));
  const token = await box.forge.mintToken({ kind: "github-token", permissions: ALL, run: 1 });
  const account = { ...HERE, token, appToken: null, appSlug: null };
  const at = { apiUrl: `${box.forge.url}/api/v3`, serverUrl: box.forge.url };
  const connection = await connect({ ...at, ...account, git, known: null });
  const treeWith: Seat["treeWith"] = async (commit, changed) => {
    const written = new Map(Object.entries(changed).map(([path, text]) => [path, { text }]));
    return await updateTree(git, await treeOf(git, commit), written);
  };
  const cycle = { id: await run(box), trigger: "button", workflow: "daybreak.yml", asked: null } as const;
  return { box, seat: Object.assign(new GithubForge(connection, cycle, { checks: true }), { treeWith }) };
}

/** M1 as it lands: its code, its ✅, its entry. */
async function landsM1(seat: Seat): Promise<void> {
  for (const decision of founding(await seat.observe(), true))
    expect(await seat.enact(decision)).toEqual(DONE);
  const roadmap = setStatus(FILES[ROADMAP] ?? "", MilestoneId.parse("M1"), "done");
  const one = await published(seat, "M1", { [ROADMAP]: roadmap, "CHANGELOG.md": CHANGELOG });
  expect(await seat.enact(landingOf([one]))).toEqual(DONE);
}

function laptop({ forge }: Box) {
  const said: string[] = [];
  const environment = {
    GITHUB_TOKEN: forge.ownerToken,
    GITHUB_API_URL: `${forge.url}/api/v3`,
    GITHUB_SERVER_URL: forge.url,
    GITHUB_REPOSITORY: `${HERE.owner}/${HERE.repo}`,
  };
  return { said, environment, say: (text: string) => void said.push(text) };
}

test("drop ticks the milestone's box, which the next look reads", async () => {
  const { box, seat } = await aBox("next");
  await landsM1(seat);
  for (const decision of promotionOn(await seat.observe())) expect(await seat.enact(decision)).toEqual(DONE);
  const here = laptop(box);
  expect(await runDrop(["m1"], here)).toBe(0);
  expect(here.said.join()).toContain("m1 is going to be dropped");
  expect(rebuilding(await seat.observe())).toMatchObject([{ do: "drop", milestone: "M1", by: "owner" }]);
  await expect(runDrop(["M2"], here)).rejects.toThrow("does not hold M2; it holds M1");
});

test("revert opens a pull request with exactly that milestone's code, ✅ and entry gone, once", async () => {
  const { box, seat } = await aBox("main");
  await landsM1(seat);
  const clone = await box.clone();
  await clone.commit("later", { "src/later.js": "later\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "later:main");
  const here = laptop(box);
  expect([await runRevert(["M1"], here), await runRevert(["M1"], here)]).toEqual([0, 0]);
  const { data } = await box.owner.pulls.list({
    ...HERE,
    state: "open",
    head: `${HERE.owner}:daybreak/undo/M1-1`,
  });
  expect(data).toMatchObject([{ base: { ref: "main" }, title: "Revert M1: Part 1" }]);
  await clone.git("fetch", "-q", "origin");
  const show = async (path: string) => await clone.git("show", `origin/daybreak/undo/M1-1:${path}`);
  expect(await show(ROADMAP)).toBe((FILES[ROADMAP] ?? "").trim());
  expect(await show("CHANGELOG.md")).not.toContain("M1");
  const files = await clone.git("ls-tree", "-r", "--name-only", "origin/daybreak/undo/M1-1");
  expect(files).toContain("src/later.js");
  expect(files).not.toContain("src/M1.js");
  await expect(runRevert(["M2"], here)).rejects.toThrow("M2 is not on main");
});

test("revert of what waits to be promoted is a drop; of what was promoted, a pull request onto the rolling branch", async () => {
  const { box, seat } = await aBox("next");
  await landsM1(seat);
  for (const decision of promotionOn(await seat.observe())) expect(await seat.enact(decision)).toEqual(DONE);
  const here = laptop(box);
  await runRevert(["M1"], here);
  expect(here.said.join()).toContain("M1 waits to be promoted, so it is going to be dropped");
  expect(rebuilding(await seat.observe())).toMatchObject([{ do: "drop", milestone: "M1", by: "owner" }]);
  const [promotion] = (await box.owner.pulls.list({ ...HERE, state: "open", base: "main" })).data;
  const pull_number = promotion?.number ?? 0;
  await box.owner.pulls.update({ ...HERE, pull_number, body: promotion?.body?.replace("[x]", "[ ]") ?? "" });
  await box.owner.pulls.merge({ ...HERE, pull_number, merge_method: "merge" });
  await runRevert(["M1"], here);
  const { data } = await box.owner.pulls.list({ ...HERE, state: "open" });
  expect(data).toMatchObject([{ base: { ref: "daybreak/next" }, title: "Revert M1: Part 1" }]);
});

test("revert says where it conflicts, and what to do", async () => {
  const { box, seat } = await aBox("main");
  await landsM1(seat);
  const clone = await box.clone();
  await clone.commit("later", { "src/M1.js": "part M1, and more\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "later:main");
  await expect(runRevert(["M1"], laptop(box))).rejects.toMatchObject({
    code: "REVERT_CONFLICT",
    message: expect.stringMatching(
      /^M1 \(\w{7}\) cannot be taken back from main: it conflicts in src\/M1\.js$/,
    ),
    remedy: expect.stringMatching(/^Take back first/),
  });
});

test("resume starts the workflow that was interrupted, and says what goes on; without any it says so", async () => {
  const { box, seat } = await aBox("main", aRun);
  const here = laptop(box);
  await expect(runResume([], here)).rejects.toMatchObject({
    code: "NOTHING_TO_RESUME",
    message: "no attempt was interrupted",
  });
  const receipt = await claimed(seat);
  const interrupted = { as: "interrupted" as const, because: ["its job was told to stop"] };
  expect(await seat.enact({ ...receipt, ...interrupted })).toEqual(DONE);
  await expect(runResume(["M2"], here)).rejects.toThrow("M2 was not interrupted; M1 was");
  await expect(runResume(["M9"], here)).rejects.toThrow("the roadmap on main has no M9");
  expect(await runResume(["m1"], here)).toBe(0);
  expect(here.said).toEqual([
    "M1 goes on after attempt 1 (its job was told to stop; $0.5 so far).",
    "daybreak.yml was started. What was interrupted goes on first, as far as the budgets allow.",
  ]);
  const dispatched = box.events.filter(({ event }) => event === "workflow_dispatch");
  expect(dispatched).toMatchObject([{ workflow: "daybreak.yml", payload: { inputs: { night: "" } } }]);
});

test("a repository need not be named in its clone, and must be anywhere else", async () => {
  const folder = await temporary();
  const cli = join(import.meta.dirname, "../../dist/cli.cjs");
  const said = async (...args: string[]) => {
    const command = [cli, "revert", "M1", ...args];
    const child = promisify(execFile)("node", command, { cwd: folder, env: { PATH: process.env.PATH } });
    return await child.catch(({ stderr }: { stderr: string }) => stderr.split(":", 1)[0]);
  };
  expect([await said(), await said("--repository", "owner/notes")]).toEqual(["USAGE", "TOKEN_REFUSED"]);
  await promisify(execFile)("git", ["init", "-q", folder]);
  const origin = ["remote", "add", "origin", "git@github.com:owner/notes.git"];
  await promisify(execFile)("git", ["-C", folder, ...origin]);
  expect(await said()).toBe("TOKEN_REFUSED");
});

test("all of them say what they want when they are asked wrongly", async () => {
  const say = () => undefined;
  await expect(runDrop([], { say, environment: {} })).rejects.toMatchObject({ code: "USAGE" });
  await expect(runRevert(["M1", "--force"], { say, environment: {} })).rejects.toMatchObject({
    code: "USAGE",
  });
  const environment = { GITHUB_REPOSITORY: "owner/notes" };
  await expect(runDrop(["M1"], { say, environment })).rejects.toMatchObject({ code: "TOKEN_REFUSED" });
});
