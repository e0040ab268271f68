/** What the forge answered is true for ever: after closing, after a kill at any moment, and under injected faults. */

import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import type { Fault, FaultRequest } from "#rehearsal/forge/options.ts";
import { Store } from "#rehearsal/forge/store.ts";
import { isPull, withPull } from "#rehearsal/forge/world.ts";
import { openApiContract } from "../support/openapi.ts";
import {
  aForge,
  aPull,
  aRunFor,
  boxOn,
  forgeOptions,
  HERE,
  refusal,
  settled,
  temporary,
} from "./forge-box.ts";

test("a forge that is opened again knows everything, cancels orphans and delivers what was not handled", async () => {
  const first = await aForge();
  const { number, sha } = await aPull(first, "one", { "one.txt": "1\n" });
  await first.bot.issues.create({ ...HERE, title: "Question", labels: ["help"] });
  await first.bot.repos.createCommitStatus({ ...HERE, sha, context: "ci", state: "success" });
  await settled();
  const [push, opened] = first.events;
  if (push !== undefined) await first.forge.handled(push);
  const done = await first.forge.startRun(aRunFor(sha, "pull_request"));
  await first.forge.updateRun(done.id, { status: "completed", conclusion: "success" });
  const orphan = await first.forge.startRun(aRunFor(sha, "pull_request"));
  const check = await first.forge.startCheck({ run: orphan.id, name: "ci", headSha: sha });
  const before = first.forge.state();

  const again = await first.reopen();
  const after = again.forge.state();
  for (const table of ["pulls", "issues", "labels", "statuses", "refs"] as const) {
    expect(after[table]).toEqual(before[table]);
  }
  expect(again.forge.runs().map(({ id, conclusion }) => [id, conclusion])).toEqual([
    [done.id, "success"],
    [orphan.id, "cancelled"],
  ]);
  expect(after.checks.find(({ id }) => id === check)).toMatchObject({
    status: "completed",
    conclusion: "cancelled",
  });
  expect(again.events.map(({ id, event }) => [id, event]).slice(0, 2)).toEqual([
    [opened?.id, "pull_request"],
    [expect.any(Number), "workflow_run"],
  ]);
  expect(again.forge.ownerToken).toBe(first.forge.ownerToken);
  expect(await refusal(again.octokit(first.botToken).repos.get(HERE))).toBe("401 Bad credentials");
  await again.owner.pulls.merge({ ...HERE, pull_number: number, sha });
});

test("refs that moved while nobody looked are caught up with", async () => {
  const first = await aForge();
  const { number, sha, clone } = await aPull(first, "one", { "one.txt": "1\n" });
  await first.forge.close();
  await clone.git("push", "-q", `${first.directory}/remote/ada/sunrise.git`, "one:main");
  const again = await boxOn(first.directory);
  const { data } = await again.owner.pulls.get({ ...HERE, pull_number: number });
  expect(data).toMatchObject({ merged: true, merge_commit_sha: sha });
  expect(again.events.map(({ event, action }) => [event, action])).toContainEqual(["pull_request", "closed"]);
});

const CHILD = `
  import { openForge } from "#rehearsal/forge/open.ts";
  const forge = await openForge(JSON.parse(process.argv[1]));
  console.log(JSON.stringify({ url: forge.url, token: forge.ownerToken }));
`;

test("killed amid many writes, the forge has lost none it answered, and the rest of the line is forgotten", async () => {
  const directory = await temporary();
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", CHILD, JSON.stringify(forgeOptions(directory))],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const { value } = await lines[Symbol.asyncIterator]().next();
  const { url, token } = JSON.parse(value ?? "");
  const answered: number[] = [];
  let isAlive = true;
  const write = async (): Promise<void> => {
    while (isAlive) {
      const response = await fetch(`${url}/api/v3/repos/ada/sunrise/issues`, {
        method: "POST",
        headers: { authorization: `token ${token}` },
        body: JSON.stringify({ title: "Again", body: "x".repeat(2000) }),
      }).catch(() => null);
      if (response === null) return;
      const issue = (await response.json().catch(() => null)) as { number: number } | null;
      if (issue === null) return;
      answered.push(issue.number);
      if (answered.length === 300) {
        isAlive = false;
        child.kill("SIGKILL");
      }
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(write));
  expect(answered.length).toBeGreaterThanOrEqual(300);
  appendFileSync(`${directory}/forge.jsonl`, '[["issues","9999",{"id":1,"num');
  const box = await boxOn(directory);
  const kept = new Set(box.forge.state().issues.map(({ number }) => number));
  expect(answered.filter((number) => !kept.has(number))).toEqual([]);
  expect(kept.has(9999)).toBe(false);
});

test("a log that is damaged in its middle is refused, with a remedy", async () => {
  const directory = await temporary();
  const box = await boxOn(directory);
  await box.forge.close();
  appendFileSync(`${directory}/forge.jsonl`, "this is no change\n");
  await expect(boxOn(directory)).rejects.toMatchObject({ code: "KEEP_UNREADABLE" });
});

function once(method: string, path: RegExp, fault: Fault): (request: FaultRequest) => Fault | null {
  return (request) =>
    request.method === method && path.test(request.path) && request.index === 0 ? fault : null;
}

test("a lost answer leaves its effect, a dropped request leaves none", async () => {
  const issues = /\/issues$/;
  for (const [fault, expected] of [
    [{ kind: "drop-before" }, []],
    [{ kind: "apply-then-drop" }, ["x"]],
    [{ kind: "apply-then-fail", status: 502 }, ["x"]],
    [{ kind: "refuse", status: 403, retryAfter: 60 }, []],
  ] as const) {
    const box = await aForge({ faults: once("POST", issues, fault) });
    await expect(box.owner.issues.create({ ...HERE, title: "x" })).rejects.toThrow();
    expect(box.forge.state().issues.map(({ title }) => title)).toEqual(expected);
  }
});

test("a push whose answer is lost has moved the ref, and a secondary limit says when to come back", async () => {
  const push = once("POST", /git-receive-pack$/, { kind: "apply-then-drop" });
  const limit = once("GET", /\/pulls$/, { kind: "refuse", status: 429, retryAfter: 7 });
  const box = await aForge({ faults: (request) => push(request) ?? limit(request) });
  const clone = await box.clone();
  const sha = await clone.commit("x", { "x.txt": "x\n" }, "origin/main");
  await clone.refused("push", "-q", "origin", "x");
  expect(box.forge.state().refs.get("refs/heads/x")).toBe(sha);
  await box.owner.pulls.list(HERE).then(
    () => expect.fail("no limit"),
    (error: { response: { headers: Record<string, string>; data: { message: string } } }) => {
      expect(error.response.headers["retry-after"]).toBe("7");
      expect(error.response.data.message).toContain("secondary rate limit");
    },
  );
});

test("a merge cut short after base moved is found merged on opening", async () => {
  const first = await aForge();
  const { number } = await aPull(first, "one", { "one.txt": "1\n" });
  const merged = await first.owner.pulls.merge({ ...HERE, pull_number: number, merge_method: "squash" });
  await first.forge.close();
  // The world as it was between moving base and writing down the merge.
  const store = new Store(`${first.directory}/forge.jsonl`);
  const issue = store.get("issues", number);
  if (!isPull(issue)) expect.fail("no pull");
  const open = withPull(issue, { mergedAt: null, mergedBy: null, mergeCommitSha: null });
  store.transact((draft) => {
    draft.put("issues", number, { ...open, state: "open", closedAt: null, closedBy: null });
    draft.put("refs", "refs/heads/main", issue.pull.baseSha);
  });
  store.close();
  const again = await boxOn(first.directory);
  const { data } = await again.owner.pulls.get({ ...HERE, pull_number: number });
  expect(data).toMatchObject({ merged: true, merge_commit_sha: merged.data.sha });
});

test("the contract refuses an unknown operation, a wrong body and a status GitHub does not send", () => {
  const { check } = openApiContract();
  const exchange = { method: "POST", path: "/repos/ada/sunrise/git/refs", run: null } as const;
  const answer = { status: 201, requestBody: { ref: "refs/heads/x", sha: "1" }, responseBody: { ref: 5 } };
  const faults = check({ ...exchange, ...answer }).join("\n");
  expect(faults).toContain("/ref must be string");
  expect(faults).toContain("must have required property 'object'");
  expect(check({ ...exchange, ...answer, requestBody: { ref: 1 } }).join("\n")).toContain(
    "request /ref must be string",
  );
  expect(check({ ...exchange, ...answer, status: 418 }).join("\n")).toContain("status 418 is not documented");
  expect(check({ ...exchange, ...answer, path: "/repos/ada/sunrise/moons" })).toEqual([
    "POST /repos/ada/sunrise/moons: GitHub has no such operation",
  ]);
});
