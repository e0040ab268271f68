/** The local forge seen through octokit: dispatches, lists, limits and the git database. */

import { expect, test } from "vitest";
import { aForge, aPull, aRule, aRunFor, HERE, refusal, settled } from "./forge-box.ts";

test("a dispatch is refused without file, trigger, ref or fitting inputs, and else starts the run it named", async () => {
  const box = await aForge();
  const press = { ...HERE, ref: "main", workflow_id: "daybreak.yml", inputs: { milestone: "M1" } };
  const dispatch = box.bot.actions.createWorkflowDispatch;
  expect(await refusal(dispatch({ ...press, workflow_id: "none.yml" }))).toMatch(/^404 /);
  expect(await refusal(dispatch({ ...press, workflow_id: "ci.yml" }))).toBe(
    "422 Workflow does not have 'workflow_dispatch' trigger",
  );
  expect(await refusal(dispatch({ ...press, ref: "nowhere" }))).toBe("422 No ref found for: nowhere");
  expect(await refusal(dispatch({ ...press, inputs: { milestone: "M1", colour: "red" } }))).toBe(
    '422 Unexpected inputs provided: ["colour"]',
  );
  expect(await refusal(dispatch({ ...press, inputs: {} }))).toBe(
    "422 Required input 'milestone' not provided",
  );
  const { data } = await box.bot.request(
    "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
    {
      ...press,
      return_run_details: true,
    },
  );
  await settled();
  const event = box.events.at(-1);
  expect(event).toMatchObject({ event: "workflow_dispatch", by: "github-token", workflow: "daybreak.yml" });
  expect(event?.payload.inputs).toEqual({ mode: "dry", milestone: "M1" });
  const path = ".github/workflows/daybreak.yml";
  const run = await box.forge.startRun({ ...aRunFor(event?.sha ?? "", "workflow_dispatch"), path });
  expect(data).toMatchObject({ workflow_run_id: run.id });
});

test("a button and a schedule reach the runner, runs are listed by what is asked, and a parked run stays parked", async () => {
  const box = await aForge();
  await box.forge.press("daybreak.yml", { milestone: "M1" });
  await box.forge.tick("daybreak.yml");
  await settled();
  expect(box.events.map(({ event, by, ref }) => [event, by, ref])).toEqual([
    ["workflow_dispatch", "person", "refs/heads/main"],
    ["schedule", "person", "refs/heads/main"],
  ]);
  const sha = box.events[0]?.sha ?? "";
  const parked = await box.forge.startRun({
    ...aRunFor(sha, "pull_request"),
    status: "completed",
    conclusion: "action_required",
  });
  const running = await box.forge.startRun(aRunFor(sha, "pull_request"));
  expect(running.number).toBe(2);
  const { data } = await box.bot.actions.listWorkflowRunsForRepo({ ...HERE, status: "action_required" });
  expect(data.workflow_runs.map(({ id }) => id)).toEqual([parked.id]);
  expect(await refusal(box.bot.actions.approveWorkflowRun({ ...HERE, run_id: parked.id }))).toBe(
    "403 This run is not from a fork pull request",
  );
  await box.bot.actions.cancelWorkflowRun({ ...HERE, run_id: running.id });
  const { data: cancelled } = await box.bot.actions.getWorkflowRun({ ...HERE, run_id: running.id });
  expect(cancelled).toMatchObject({ status: "completed", conclusion: "cancelled" });
  await box.forge.updateRun(running.id, { status: "completed", conclusion: "success" });
  expect(box.forge.runs().find(({ id }) => id === running.id)?.conclusion).toBe("cancelled");
  await settled();
  expect(box.events.at(-1)).toMatchObject({ event: "workflow_run", action: "completed" });
});

test("101 issues come on two pages, pulls are among them, and labels find them without case", async () => {
  const box = await aForge();
  await aPull(box, "one", { "one.txt": "1\n" });
  for (let index = 0; index < 100; index += 1) {
    await box.bot.issues.create({
      ...HERE,
      title: `Issue ${index}`,
      labels: index === 50 ? ["daybreak:blocker"] : [],
    });
  }
  const first = await box.bot.issues.listForRepo({ ...HERE, per_page: 100 });
  expect(first.headers.link).toContain('page=2>; rel="next"');
  const all = await box.bot.paginate(box.bot.issues.listForRepo, { ...HERE, per_page: 100 });
  expect(all.length).toBe(101);
  expect(all.filter((issue) => issue.pull_request !== undefined).map(({ number }) => number)).toEqual([1]);
  const { data } = await box.bot.issues.listForRepo({ ...HERE, labels: "Daybreak:Blocker", state: "all" });
  expect(data.map(({ title, user }) => [title, user?.login])).toEqual([["Issue 50", "github-actions[bot]"]]);
});

test("comments and labels are written, edited and removed", async () => {
  const box = await aForge();
  const { data: issue } = await box.bot.issues.create({
    ...HERE,
    title: "Question",
    body: "?",
    labels: ["a"],
  });
  const on = { ...HERE, issue_number: issue.number };
  const { data: comment } = await box.bot.issues.createComment({ ...on, body: "first" });
  await box.bot.issues.updateComment({ ...HERE, comment_id: comment.id, body: "second" });
  await box.owner.issues.createComment({ ...on, body: "mine" });
  const { data: comments } = await box.bot.issues.listComments(on);
  expect(comments.map(({ body, author_association }) => [body, author_association])).toEqual([
    ["second", "NONE"],
    ["mine", "OWNER"],
  ]);
  await box.bot.issues.deleteComment({ ...HERE, comment_id: comment.id });
  await box.bot.issues.createLabel({ ...HERE, name: "b", color: "ff0000" });
  expect(await refusal(box.bot.issues.createLabel({ ...HERE, name: "B" }))).toBe("422 Validation Failed");
  await box.bot.issues.addLabels({ ...on, labels: ["B", "c"] });
  await box.bot.issues.removeLabel({ ...on, name: "a" });
  expect(await refusal(box.bot.issues.removeLabel({ ...on, name: "a" }))).toBe("404 Label does not exist");
  const { data: closed } = await box.bot.issues.update({
    ...on,
    state: "closed",
    state_reason: "not_planned",
  });
  expect(closed).toMatchObject({ state: "closed", state_reason: "not_planned", comments: 1 });
  expect(closed.labels.map((label) => typeof label === "object" && label.name)).toEqual(["b", "c"]);
});

test("what a client already has is answered with 304 and costs nothing; an empty quota refuses", async () => {
  const box = await aForge({ limits: { "github-token": 3 } });
  const first = await box.bot.repos.get(HERE);
  expect(first.headers["x-ratelimit-remaining"]).toBe("2");
  const again = box.bot.repos.get({ ...HERE, headers: { "if-none-match": first.headers.etag } });
  expect(await refusal(again)).toMatch(/^304 /);
  const { data } = await box.bot.rateLimit.get();
  expect(data.rate).toMatchObject({ limit: 3, used: 1, remaining: 2 });
  await box.bot.repos.get(HERE);
  await box.bot.repos.get(HERE);
  expect(await refusal(box.bot.repos.get(HERE))).toMatch(/^403 API rate limit exceeded/);
  expect((await box.owner.repos.get(HERE)).headers["x-ratelimit-limit"]).toBe("5000");
});

test("blobs, trees and commits make a branch, and comparing shows what it brings", async () => {
  const box = await aForge();
  const { data: main } = await box.bot.git.getRef({ ...HERE, ref: "heads/main" });
  const { data: base } = await box.bot.git.getCommit({ ...HERE, commit_sha: main.object.sha });
  const { data: blob } = await box.bot.git.createBlob({ ...HERE, content: "aGVsbG8K", encoding: "base64" });
  const tree = await box.bot.git.createTree({
    ...HERE,
    base_tree: base.tree.sha,
    tree: [
      { path: "deep/er/hello.txt", mode: "100644", type: "blob", sha: blob.sha },
      { path: "note.md", mode: "100644", type: "blob", content: "ä\n" },
      { path: "README.md", mode: "100644", type: "blob", sha: null },
    ],
  });
  const { data: commit } = await box.bot.git.createCommit({
    ...HERE,
    message: "By hand\n\nMilestone: M1",
    tree: tree.data.sha,
    parents: [main.object.sha],
    author: { name: "Eve", email: "eve@example.com", date: "2026-01-02T03:04:05Z" },
  });
  await box.bot.git.createRef({ ...HERE, ref: "refs/heads/daybreak/m/x", sha: commit.sha });
  expect(
    await refusal(box.bot.git.createRef({ ...HERE, ref: "refs/heads/daybreak/m/x", sha: commit.sha })),
  ).toBe("422 Reference already exists");
  const { data } = await box.bot.repos.compareCommitsWithBasehead({
    ...HERE,
    basehead: "main...daybreak/m/x",
  });
  expect(data).toMatchObject({ status: "ahead", ahead_by: 1, behind_by: 0 });
  expect(data.files?.map(({ filename, status }) => [filename, status])).toEqual([
    ["README.md", "removed"],
    ["deep/er/hello.txt", "added"],
    ["note.md", "added"],
  ]);
  expect(data.commits[0]?.commit).toMatchObject({
    message: "By hand\n\nMilestone: M1",
    author: { name: "Eve", date: "2026-01-02T03:04:05Z" },
  });
  const { data: matching } = await box.bot.git.listMatchingRefs({ ...HERE, ref: "heads/daybreak/" });
  expect(matching.map(({ ref }) => ref)).toEqual(["refs/heads/daybreak/m/x"]);
  const move = { ...HERE, ref: "heads/daybreak/m/x", sha: main.object.sha };
  expect(await refusal(box.bot.git.updateRef(move))).toBe("422 Update is not a fast forward");
  await box.bot.git.updateRef({ ...move, force: true });
  await box.bot.git.deleteRef({ ...HERE, ref: "heads/daybreak/m/x" });
  expect(await refusal(box.bot.git.getRef({ ...HERE, ref: "heads/daybreak/m/x" }))).toMatch(/^404 /);
});

test("the reads Daybreak lives on fit GitHub's description", async () => {
  const protection = { branch: "main", contexts: ["legacy"] };
  const rule = aRule({
    requiredChecks: [{ context: "ci", integrationId: 15368 }],
    pullRequest: true,
    mergeQueue: true,
    bypass: ["owner"],
  });
  const box = await aForge({ classicProtection: protection, rules: [rule] });
  const { number, sha } = await aPull(box, "one", { "one.txt": "1\n" });
  const pull = { ...HERE, pull_number: number };
  const { data: rules } = await box.bot.repos.getBranchRules({ ...HERE, branch: "main" });
  expect(rules.map(({ type }) => type)).toEqual([
    "deletion",
    "non_fast_forward",
    "required_status_checks",
    "pull_request",
    "merge_queue",
  ]);
  const { data: ruleset } = await box.bot.repos.getRepoRuleset({ ...HERE, ruleset_id: 1 });
  expect(ruleset.current_user_can_bypass).toBe("never");
  const { data: owners } = await box.owner.repos.getRepoRuleset({ ...HERE, ruleset_id: 1 });
  expect(owners.current_user_can_bypass).toBe("always");
  const { data: branch } = await box.bot.repos.getBranch({ ...HERE, branch: "main" });
  expect(branch.protection.required_status_checks?.contexts).toEqual(["legacy"]);
  await box.bot.pulls.list({ ...HERE, head: "ada:one", state: "all" });
  const { data: files } = await box.bot.pulls.listFiles(pull);
  expect(files.map(({ filename, additions, patch }) => [filename, additions, patch])).toEqual([
    ["one.txt", 1, "@@ -0,0 +1 @@\n+1"],
  ]);
  await box.bot.pulls.listCommits(pull);
  await box.bot.pulls.listReviews(pull);
  await box.bot.pulls.update({ ...pull, title: "Better", body: "Body" });
  await box.bot.repos.getCommit({ ...HERE, ref: sha });
  await box.bot.repos.getContent({ ...HERE, path: "README.md", ref: sha });
  await box.bot.git.getTree({ ...HERE, tree_sha: sha, recursive: "1" });
  const { data: workflows } = await box.bot.actions.listRepoWorkflows(HERE);
  expect(workflows.workflows.map(({ name }) => name)).toEqual(["CI", "Daybreak"]);
  await box.bot.actions.getWorkflow({ ...HERE, workflow_id: "ci.yml" });
  const { data: check } = await box.bot.checks.create({
    ...HERE,
    name: "verify",
    head_sha: sha,
    status: "in_progress",
  });
  await box.bot.checks.update({
    ...HERE,
    check_run_id: check.id,
    conclusion: "neutral",
    output: { title: "t", summary: "s" },
  });
  await box.bot.users.getByUsername({ username: "github-actions[bot]" });
  await box.bot.repos.getCollaboratorPermissionLevel({ ...HERE, username: "ada" });
  await box.owner.users.getAuthenticated();
  expect(box.forge.state().unknownRoutes).toEqual([]);
});

test("a route nobody answers is 404 and remembered", async () => {
  const box = await aForge({ onExchange: () => undefined });
  expect(await refusal(box.bot.request("GET /search/issues?q=x"))).toMatch(/^404 /);
  expect(box.forge.state().unknownRoutes).toEqual(["GET /api/v3/search/issues"]);
});
