/** The local forge seen through octokit: it answers, refuses and merges as GitHub does. */

import { expect, test } from "vitest";
import { APP, aForge, aPull, aRule, aRunFor, HERE, refusal, settled } from "./forge-box.ts";

test("two pulls that add different files both survive their merges", async () => {
  const box = await aForge();
  const one = await aPull(box, "one", { "one.txt": "1\n" });
  const two = await aPull(box, "two", { "two.txt": "2\n" });
  for (const { number, sha } of [one, two]) {
    const { data } = await box.bot.pulls.merge({ ...HERE, pull_number: number, sha });
    expect(data.merged).toBe(true);
  }
  const { data } = await box.owner.repos.getContent({ ...HERE, path: "" });
  expect(Array.isArray(data) && data.map(({ name }) => name)).toEqual([
    ".github",
    "README.md",
    "one.txt",
    "two.txt",
  ]);
  const merged = await box.owner.pulls.get({ ...HERE, pull_number: two.number });
  expect(merged.data).toMatchObject({
    merged: true,
    state: "closed",
    merged_by: { login: "github-actions[bot]" },
  });
});

test("squash makes one commit on the tip, rebase keeps each commit, and neither loses a file", async () => {
  const box = await aForge();
  const squashed = await aPull(box, "squashed", { "s.txt": "s\n" });
  const rebased = await aPull(box, "rebased", { "r.txt": "r\n" });
  await rebased.clone.commit("rebased", { "r2.txt": "r2\n" });
  await rebased.clone.git("push", "-q", "origin", "rebased");
  await box.owner.pulls.merge({ ...HERE, pull_number: squashed.number, merge_method: "squash" });
  await box.owner.pulls.merge({ ...HERE, pull_number: rebased.number, merge_method: "rebase" });
  const { data } = await box.owner.repos.listCommits({ ...HERE });
  expect(data.map(({ commit, parents }) => [commit.message, parents.length])).toEqual([
    ["Change r2.txt", 1],
    ["Change r.txt", 1],
    ["Add squashed (#1)", 1],
    ["Change README.md, .github/workflows/ci.yml, .github/workflows/daybreak.yml", 0],
  ]);
  const clone = await box.clone();
  expect(await clone.git("ls-files")).toContain("r.txt\nr2.txt\ns.txt");
});

test("a conflict is not mergeable, is refused with 405, and starts no workflow", async () => {
  const box = await aForge();
  const one = await aPull(box, "one", { "README.md": "# One\n" });
  const two = await aPull(box, "two", { "README.md": "# Two\n" });
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: two.number, sha: one.sha }))).toMatch(
    /^409 /,
  );
  await box.bot.pulls.merge({ ...HERE, pull_number: one.number });
  const { data } = await box.bot.pulls.get({ ...HERE, pull_number: two.number });
  expect(data).toMatchObject({ mergeable: false, mergeable_state: "dirty", merge_commit_sha: null });
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: two.number }))).toBe(
    "405 Pull Request is not mergeable",
  );
  const before = box.events.length;
  await two.clone.commit("two", { "more.txt": "more\n" });
  await two.clone.git("push", "-q", "origin", "two");
  await settled();
  expect(box.events.slice(before).map(({ event, action }) => [event, action])).toEqual([["push", null]]);
});

test("a pull is refused when it already exists, brings nothing, or the setting forbids bots to open it", async () => {
  const box = await aForge({ settings: { actionsMayCreatePulls: false, defaultPermissions: {} } });
  const open = { ...HERE, title: "x", base: "main" };
  expect(await refusal(box.bot.pulls.create({ ...open, head: "main" }))).toBe(
    "403 GitHub Actions is not permitted to create or approve pull requests.",
  );
  expect(await refusal(box.owner.pulls.create({ ...open, head: "main" }))).toBe("422 Validation Failed");
  expect(await refusal(box.owner.pulls.create({ ...open, head: "nowhere" }))).toBe("422 Validation Failed");
  await aPull(box, "one", { "one.txt": "1\n" }, box.owner);
  expect(await refusal(box.owner.pulls.create({ ...open, head: "one" }))).toBe("422 Validation Failed");
});

test("an author cannot approve the own pull, and rules wait for somebody else's approval", async () => {
  const box = await aForge({ rules: [aRule({ pullRequest: true, approvals: 1 })] });
  const { number } = await aPull(box, "one", { "one.txt": "1\n" });
  const review = { ...HERE, pull_number: number, event: "APPROVE" } as const;
  expect(await refusal(box.bot.pulls.createReview(review))).toBe("422 Unprocessable Entity");
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: number }))).toMatch(
    /^405 Repository rule violations found\n\nAt least 1 approving review is required/,
  );
  await box.owner.pulls.createReview(review);
  await box.owner.pulls.createReview({ ...review, event: "REQUEST_CHANGES", body: "Wait." });
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: number }))).toMatch(/^405 /);
  await box.owner.pulls.createReview(review);
  await box.bot.pulls.merge({ ...HERE, pull_number: number });
});

test("a pull is merged in the ways that settings and rules allow, and in no other", async () => {
  const settings = {
    actionsMayCreatePulls: true,
    defaultPermissions: {},
    mergeMethods: ["merge", "squash"] as const,
  };
  const box = await aForge({
    settings,
    rules: [aRule({ pullRequest: true, methods: ["squash", "rebase"] })],
  });
  const { number } = await aPull(box, "one", { "one.txt": "1\n" });
  const by = async (merge_method: "merge" | "squash" | "rebase") =>
    await refusal(box.bot.pulls.merge({ ...HERE, pull_number: number, merge_method }));
  expect(await by("rebase")).toBe("405 Rebase merges are not allowed on this repository.");
  expect(await by("merge")).toMatch(/^405 Repository rule violations found\n\n.*merge/);
  const { data } = await box.bot.repos.get(HERE);
  expect(data).toMatchObject({
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: false,
  });
  await box.bot.pulls.merge({ ...HERE, pull_number: number, merge_method: "squash" });
  expect((await box.bot.pulls.get({ ...HERE, pull_number: number })).data.merged).toBe(true);
});

test("a strict rule wants a head that holds the tip of the branch", async () => {
  const required = [{ context: "ci", integrationId: null }];
  const box = await aForge({ rules: [aRule({ requiredChecks: required, strict: true, bypass: ["owner"] })] });
  const one = await aPull(box, "one", { "one.txt": "1\n" });
  await box.bot.repos.createCommitStatus({ ...HERE, sha: one.sha, context: "ci", state: "success" });
  const clone = await box.clone();
  await clone.commit("theirs", { "theirs.txt": "theirs\n" }, "origin/main");
  await clone.git("push", "-q", "origin", "theirs:main");
  expect(await refusal(box.bot.pulls.merge({ ...HERE, pull_number: one.number }))).toMatch(
    /^405 .*\n\n.*up to date/,
  );
  const two = await aPull(box, "two", { "two.txt": "2\n" });
  await box.bot.repos.createCommitStatus({ ...HERE, sha: two.sha, context: "ci", state: "success" });
  await box.bot.pulls.merge({ ...HERE, pull_number: two.number });
});

test("a token does what its permissions say, and nothing at all once it is revoked", async () => {
  const box = await aForge();
  const token = await box.tokenWith({ contents: "read" });
  const reader = box.octokit(token);
  const { data } = await reader.git.getRef({ ...HERE, ref: "heads/main" });
  expect(await refusal(reader.issues.create({ ...HERE, title: "x" }))).toBe(
    "403 Resource not accessible by integration",
  );
  const ref = { ...HERE, ref: "refs/heads/x", sha: data.object.sha };
  expect(await refusal(reader.git.createRef(ref))).toBe("403 Resource not accessible by integration");
  expect(await refusal(box.bot.users.getAuthenticated())).toBe("403 Resource not accessible by integration");
  await box.forge.revokeToken(token);
  expect(await refusal(reader.repos.get(HERE))).toBe("401 Bad credentials");
  expect(box.forge.counts(1)).toMatchObject({ writes: 0 });
});

test("an App's token is minted only with its own key, within what was granted, and speaks as its bot", async () => {
  const box = await aForge();
  const ask = { clientId: APP.clientId, privateKey: APP.privateKey, permissions: {}, run: 5 };
  expect(await box.forge.mintAppToken({ ...ask, privateKey: "another" })).toBeNull();
  expect(await box.forge.mintAppToken({ ...ask, clientId: "another" })).toBeNull();
  await expect(box.forge.mintAppToken({ ...ask, permissions: { issues: "write" } })).rejects.toMatchObject({
    code: "TOKEN_REFUSED",
  });
  const minted = await box.forge.mintAppToken(ask);
  const { number } = await aPull(box, "one", { "one.txt": "1\n" }, box.octokit(minted?.token ?? ""));
  const { data } = await box.owner.pulls.get({ ...HERE, pull_number: number });
  expect(data.user).toMatchObject({ login: "daybreak-night[bot]", type: "Bot" });
});

test("events say who caused them: the token of a job, an App, or a person", async () => {
  const box = await aForge();
  const minted = await box.forge.mintAppToken({ ...APP, permissions: {}, run: 5 });
  await aPull(box, "by-bot", { "a.txt": "a\n" });
  await aPull(box, "by-app", { "b.txt": "b\n" }, box.octokit(minted?.token ?? ""));
  await settled();
  const seen = box.events.map(({ event, action, by, headBranch, ref }) => [
    event,
    action,
    by,
    headBranch,
    ref,
  ]);
  expect(seen).toEqual([
    ["push", null, "person", "by-bot", "refs/heads/by-bot"],
    ["pull_request", "opened", "github-token", "by-bot", "refs/pull/1/merge"],
    ["push", null, "person", "by-app", "refs/heads/by-app"],
    ["pull_request", "opened", "app", "by-app", "refs/pull/2/merge"],
  ]);
  const clone = await box.clone();
  await clone.git("fetch", "-q", "origin", "refs/pull/1/merge");
  expect(await clone.git("rev-parse", "FETCH_HEAD")).toBe(box.events[1]?.sha);
});

test("a status names its creator, and a required check counts only from where GitHub counts it", async () => {
  const box = await aForge({ rules: [aRule({ requiredChecks: [{ context: "ci", integrationId: null }] })] });
  const { number, sha } = await aPull(box, "one", { "one.txt": "1\n" });
  const merge = { ...HERE, pull_number: number };
  const dispatched = await box.forge.startRun(aRunFor(sha, "workflow_dispatch"));
  const check = await box.forge.startCheck({ run: dispatched.id, name: "ci", headSha: sha });
  await box.forge.finishCheck(check, "success");
  const { data: listed } = await box.bot.checks.listForRef({ ...HERE, ref: sha });
  expect(listed.check_runs.map(({ name, conclusion, app }) => [name, conclusion, app?.id])).toEqual([
    ["ci", "success", 15368],
  ]);
  expect(await refusal(box.bot.pulls.merge(merge))).toBe(
    '405 Repository rule violations found\n\nRequired status check "ci" is expected.\n\n',
  );
  await box.bot.repos.createCommitStatus({ ...HERE, sha, context: "ci", state: "success" });
  const { data: statuses } = await box.bot.repos.listCommitStatusesForRef({ ...HERE, ref: "one" });
  expect(statuses.map(({ context, creator }) => [context, creator?.login])).toEqual([
    ["ci", "github-actions[bot]"],
  ]);
  const { data: combined } = await box.bot.repos.getCombinedStatusForRef({ ...HERE, ref: sha });
  expect(combined).toMatchObject({ state: "success", total_count: 1 });
  expect((await box.bot.pulls.merge(merge)).data.merged).toBe(true);
});
