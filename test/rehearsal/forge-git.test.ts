/** The local forge seen through git: real pushes, real refusals, and what follows from refs that moved. */

import { expect, test } from "vitest";
import { ALL, APP, aForge, aPull, aRule, aRunFor, type Box, HERE, refusal, settled } from "./forge-box.ts";

async function pullState(box: Box, number: number) {
  const { data } = await box.owner.pulls.get({ ...HERE, pull_number: number });
  return { state: data.state, merged: data.merged, head: data.head.sha };
}

test("git needs a token, and to push one that may write", async () => {
  const box = await aForge();
  const stranger = await box.clone("ghs_unknown");
  expect(await stranger.refused("fetch", "origin")).toContain("Authentication failed");
  const reader = await box.clone(await box.tokenWith({ contents: "read" }));
  await reader.commit("x", { "x.txt": "x\n" }, "origin/main");
  expect(await reader.refused("push", "origin", "x")).toContain("403");
  expect(box.forge.state().refs.has("refs/heads/x")).toBe(false);
});

test("the scheme of the authorization header may be written in any case, and a partial clone works", async () => {
  const box = await aForge();
  const clone = await box.clone();
  const basic = Buffer.from(`x-access-token:${box.botToken}`).toString("base64");
  const url = `${box.forge.url}/ada/sunrise`;
  const header = `http.${box.forge.url}/.extraheader=AUTHORIZATION: basic ${basic}`;
  await clone.git(
    "-c",
    header,
    "clone",
    "-q",
    "--filter=blob:none",
    "--depth=1",
    url,
    `${clone.directory}/inner`,
  );
  expect(await clone.git("-C", `${clone.directory}/inner`, "ls-files")).toContain("README.md");
});

test("pushing main onto the heads of stacked pulls merges them all, each with its event", async () => {
  const box = await aForge();
  const one = await aPull(box, "one", { "one.txt": "1\n" });
  const clone = one.clone;
  const two = await clone.commit("two", { "two.txt": "2\n" }, "one");
  await clone.git("push", "-q", "origin", "two");
  const { data } = await box.bot.pulls.create({ ...HERE, head: "two", base: "main", title: "Two" });
  await clone.git("push", "-q", "origin", "two:main");
  for (const [number, head] of [
    [one.number, one.sha],
    [data.number, two],
  ] as const) {
    expect(await pullState(box, number)).toEqual({ state: "closed", merged: true, head });
  }
  await settled();
  const closed = box.events.filter(({ action }) => action === "closed");
  expect(closed.map(({ payload }) => payload.number)).toEqual([1, 2]);
});

test("restaging two heads and landing them in one atomic push is a merge of both", async () => {
  const box = await aForge();
  const one = await aPull(box, "one", { "one.txt": "1\n" });
  const { number, clone } = await aPull(box, "two", { "two.txt": "2\n" });
  await clone.git("fetch", "-q", "origin");
  await clone.git("checkout", "-q", "-B", "two", "origin/two");
  await clone.git("rebase", "-q", "origin/one");
  const lease = "--force-with-lease";
  await clone.git("push", "-q", "--atomic", lease, "origin", "two", "two:main");
  expect(await pullState(box, one.number)).toMatchObject({ merged: true });
  expect(await pullState(box, number)).toMatchObject({
    merged: true,
    head: await clone.git("rev-parse", "two"),
  });
});

test("a head that moves is synchronized, a head that goes back or away closes its pull unmerged", async () => {
  const box = await aForge();
  const { number, clone } = await aPull(box, "one", { "one.txt": "1\n" });
  const moved = await clone.commit("one", { "one.txt": "1!\n" });
  await clone.git("push", "-q", "origin", "one");
  expect(await pullState(box, number)).toEqual({ state: "open", merged: false, head: moved });
  await clone.git("push", "-q", "--force", "origin", "origin/main:one");
  expect(await pullState(box, number)).toMatchObject({ state: "closed", merged: false });
  const other = await aPull(box, "other", { "other.txt": "o\n" });
  await clone.git("push", "-q", "origin", ":other");
  expect(await pullState(box, other.number)).toMatchObject({ state: "closed", merged: false });
  await settled();
  const heard = box.events.filter(({ event }) => event === "pull_request").map(({ action }) => action);
  expect(heard).toEqual(["opened", "synchronize", "closed", "opened", "closed"]);
});

test("a lease on an old commit is refused, and of racing pushes one wins", async () => {
  const box = await aForge();
  const clones = await Promise.all([1, 2, 3, 4].map(() => box.clone(box.botToken)));
  await Promise.all(clones.map((clone, index) => clone.commit("main", { [`${index}.txt`]: "x\n" })));
  const results = await Promise.allSettled(clones.map((clone) => clone.git("push", "-q", "origin", "main")));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const [first] = clones;
  expect(
    await first?.refused(
      "push",
      "--force-with-lease=main:HEAD~1",
      "origin",
      "HEAD~1:main",
      "HEAD:x",
      "--atomic",
    ),
  ).toMatch(/stale info|rejected/);
  expect(box.forge.counts(1)).toMatchObject({ writes: 1 });
});

test("a required check on exactly the pushed commit opens the branch, for git and for REST", async () => {
  const required = [{ context: "ci", integrationId: 15368 }];
  const box = await aForge({ rules: [aRule({ requiredChecks: required, bypass: ["owner"] })] });
  const clone = await box.clone(box.botToken);
  const sha = await clone.commit("next", { "n.txt": "n\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "next");
  const update = { ...HERE, ref: "heads/main", sha };
  const complaint = await clone.refused("push", "origin", "next:main");
  expect(complaint).toContain("GH013: Repository rule violations found for refs/heads/main.");
  expect(complaint).toContain('Required status check "ci" is expected.');
  expect(await refusal(box.bot.git.updateRef(update))).toContain('Required status check "ci" is expected.');
  await box.owner.repos.createCommitStatus({ ...HERE, sha, context: "ci", state: "success" });
  expect(await refusal(box.bot.git.updateRef(update))).toContain("is expected");
  const run = await box.forge.startRun(aRunFor(sha, "pull_request"));
  const check = await box.forge.startCheck({ run: run.id, name: "ci", headSha: sha });
  expect(await refusal(box.bot.git.updateRef(update))).toContain("is expected");
  await box.forge.finishCheck(check, "skipped");
  await clone.git("push", "-q", "origin", "next:main");
  const after = await clone.commit("next", { "m.txt": "m\n" });
  expect(await clone.refused("push", "origin", "next:main")).toContain("GH013");
  const owner = await box.clone();
  await owner.git("fetch", "-q", box.directory.concat("/remote/ada/sunrise.git"), "main");
  await owner.commit("mine", { "own.txt": "o\n" }, "FETCH_HEAD");
  await owner.git("push", "-q", "origin", "mine:main");
  expect(after).not.toBe(sha);
});

test("a branch that wants pull requests, no deletion and no force keeps all three, and lets the App pass", async () => {
  const box = await aForge({ rules: [aRule({ pullRequest: true, linearHistory: true, bypass: ["app"] })] });
  const clone = await box.clone(box.botToken);
  await clone.commit("x", { "x.txt": "x\n" }, "origin/main");
  expect(await clone.refused("push", "origin", "x:main")).toContain(
    "Changes must be made through a pull request.",
  );
  await clone.git("checkout", "-q", "--orphan", "fresh");
  await clone.git("commit", "-q", "--allow-empty", "-m", "fresh");
  expect(await clone.refused("push", "--force", "origin", "fresh:main")).toContain("Cannot force-push");
  expect(await clone.refused("push", "origin", ":main")).toMatch(/refusing to delete|Cannot delete/);
  const one = await aPull(box, "one", { "one.txt": "1\n" });
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: one.number }))).toContain(
    "This branch must not contain merge commits.",
  );
  const minted = await box.forge.mintAppToken({ ...APP, permissions: {}, run: 2 });
  const app = await box.clone(minted?.token ?? "");
  await app.git("push", "-q", "origin", "origin/one:main");
  expect(await pullState(box, one.number)).toMatchObject({ merged: true });
});

test("workflow files are changed by people only, on every road", async () => {
  const box = await aForge();
  const file = ".github/workflows/evil.yml";
  const words = `refusing to allow a GitHub App to create or update workflow \`${file}\` without \`workflows\` permission`;
  const bot = await box.clone(box.botToken);
  await bot.commit("evil", { [file]: "on: push\n" }, "origin/main");
  expect(await bot.refused("push", "origin", "evil")).toContain(words);
  const { number } = await aPull(box, "theirs", { [file]: "on: push\n" }, box.owner);
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: number }))).toBe(`403 ${words}`);
  await bot.git("fetch", "-q", "origin");
  expect(await bot.refused("push", "origin", "origin/theirs:main")).toContain(words);
  await box.owner.pulls.merge({ ...HERE, pull_number: number });
  await bot.git("fetch", "-q", "origin");
  await bot.commit("on-top", { "fine.txt": "f\n" }, "origin/main");
  await bot.git("push", "-q", "origin", "on-top");
});

test("refs the forge keeps for itself cannot be pushed, and an atomic push fails as a whole", async () => {
  const box = await aForge();
  const clone = await box.clone(box.botToken);
  await clone.commit("x", { "x.txt": "x\n" }, "origin/main");
  expect(await clone.refused("push", "--atomic", "origin", "x:refs/pull/1/head", "x:x")).toContain(
    "hidden ref",
  );
  expect(box.forge.state().refs.has("refs/heads/x")).toBe(false);
});

test("something that is no commit is no branch, and who pushes it holds up nobody", async () => {
  const box = await aForge();
  const clone = await box.clone(box.botToken);
  const blob = await clone.git("rev-parse", "origin/main:README.md");
  await clone.refused("push", "origin", `${blob}:refs/heads/blob`);
  await clone.git("push", "-q", "origin", `${blob}:refs/tags/blob`);
  await clone.git("push", "-q", "origin", "origin/main:refs/heads/fine");
  const { data } = await box.bot.git.getRef({ ...HERE, ref: "tags/blob" });
  expect(data.object).toMatchObject({ type: "blob", sha: blob });
});

test("what a run asked of the forge is counted for that run", async () => {
  const box = await aForge();
  const token = await box.forge.mintToken({ kind: "github-token", permissions: ALL, run: 42 });
  const clone = await box.clone(token);
  const before = box.forge.counts(42);
  await clone.commit("x", { "x.txt": "x\n" }, "origin/main");
  await clone.git("push", "-q", "--atomic", "origin", "x:a", "x:b");
  await box.octokit(token).issues.create({ ...HERE, title: "x" });
  const after = box.forge.counts(42);
  expect(after).toMatchObject({ rest: before.rest + 1, writes: 3 });
  expect(after.git).toBeGreaterThan(before.git);
});
