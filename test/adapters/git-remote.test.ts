import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Git, initBare } from "#adapters/git/git.ts";
import { readCommit, treeOf } from "#adapters/git/objects.ts";
import { fetch, push, type RefUpdate, remoteRefs } from "#adapters/git/remote.ts";
import { commitTree, updateTree } from "#adapters/git/writing.ts";
import { Sha } from "#core/milestone.ts";

const TOKEN = "secret-token-71c";
const MAIN = "refs/heads/main";
const WORK = "refs/heads/daybreak/m/M1/1";
let room: string;
let server: Server;
let address: string;
/** What the server does instead of what was asked, and what it was asked. */
let fault: "none" | "read-only" | "lose the answer" = "none";
let seen: { authorization: string | undefined; url: string }[] = [];

function backend(request: IncomingMessage, response: ServerResponse): void {
  const { authorization } = request.headers;
  seen.push({ authorization, url: request.url ?? "" });
  const url = new URL(request.url ?? "", "http://localhost");
  const wanted = `basic ${Buffer.from(`x-access-token:${TOKEN}`).toString("base64")}`;
  if (authorization?.toLowerCase() !== wanted.toLowerCase()) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  if (fault === "read-only" && url.href.includes("receive-pack")) {
    response.writeHead(403).end("Write access to repository not granted.\n");
    return;
  }
  const cgi = spawn(join(execFileSync("git", ["--exec-path"]).toString().trim(), "git-http-backend"), [], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: room,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: request.headers["content-length"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "somebody",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: "true",
    },
  });
  request.pipe(cgi.stdin);
  const chunks: Buffer[] = [];
  cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  cgi.on("close", () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf("\r\n\r\n");
    const headers = whole
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": "));
    if (
      fault === "lose the answer" &&
      request.method === "POST" &&
      url.pathname.endsWith("git-receive-pack")
    ) {
      response.destroy();
      return;
    }
    response.writeHead(200, Object.fromEntries(headers)).end(whole.subarray(end + 4));
  });
}

let ours: Git;
let theirs: Git;
let commits: Sha[];
const remote = (): { url: string; token: string } => ({ url: `${address}/theirs.git`, token: TOKEN });
const move = (...updates: RefUpdate[]): ReturnType<typeof push> => push(ours, { ...remote(), updates });

beforeAll(async () => {
  server = createServer(backend);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  address = `http://127.0.0.1:${typeof bound === "object" ? bound?.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), "daybreak-remote-"));
  [ours, theirs] = [await initBare(join(room, "ours.git")), await initBare(join(room, "theirs.git"))];
  fault = "none";
  seen = [];
  commits = [];
  const empty = Sha.parse((await ours.raw(["write-tree"])).output.toString().trim());
  for (const text of ["1", "2", "3"]) {
    const tree = await updateTree(ours, empty, new Map([["a", { text }]]));
    const date = "2026-11-20T22:00:00+00:00";
    commits.push(await commitTree(ours, { tree, parents: commits.slice(-1), message: text, date }));
  }
});
afterEach(() => rm(room, { recursive: true, force: true }));

function commit(index: number): Sha {
  return Sha.parse(commits[index]);
}

describe("moving refs", () => {
  test("creating only creates: what is there already is not overwritten", async () => {
    expect(await move({ ref: WORK, to: commit(0), expected: null })).toEqual({ outcome: "done" });
    const again = await move({ ref: WORK, to: commit(1), expected: null });
    expect(again).toEqual({ outcome: "refused", because: expect.stringContaining("stale info") });
    expect(await remoteRefs(ours, remote())).toEqual(new Map([[WORK, commit(0)]]));
  });

  test("a lease that is wrong is refused, also where the move would be a fast-forward", async () => {
    await move({ ref: MAIN, to: commit(1), expected: null });
    expect(await move({ ref: MAIN, to: commit(2), expected: commit(0) })).toMatchObject({
      outcome: "refused",
    });
    expect(await move({ ref: MAIN, to: commit(2), expected: commit(1) })).toEqual({ outcome: "done" });
    expect((await remoteRefs(ours, remote())).get(MAIN)).toBe(commit(2));
  });

  test("all refs move or none", async () => {
    await move({ ref: MAIN, to: commit(1), expected: null });
    const both = await move(
      { ref: WORK, to: commit(0), expected: null },
      { ref: MAIN, to: commit(2), expected: commit(0) },
    );
    expect(both).toMatchObject({ outcome: "refused" });
    expect(await remoteRefs(ours, remote())).toEqual(new Map([[MAIN, commit(1)]]));
  });

  test("a push that is repeated is done, deletions included", async () => {
    const create: RefUpdate = { ref: WORK, to: commit(0), expected: null };
    expect([await move(create), await move(create)]).toEqual([{ outcome: "done" }, { outcome: "done" }]);
    const drop: RefUpdate = { ref: WORK, to: null, expected: commit(0) };
    expect([await move(drop), await move(drop)]).toEqual([{ outcome: "done" }, { outcome: "done" }]);
    expect((await remoteRefs(ours, remote())).size).toBe(0);
  });

  test("a push whose answer was lost is read back", async () => {
    fault = "lose the answer";
    expect(await move({ ref: WORK, to: commit(0), expected: null })).toEqual({ outcome: "done" });
  });

  test("what the server's rules refuse is a value with the server's words", async () => {
    const hook = join(theirs.directory, "hooks");
    await rm(hook, { recursive: true, force: true });
    execFileSync("bash", [
      "-c",
      `mkdir "$1" && printf '#!/bin/sh\\necho "error: GH013: Repository rule violations found" >&2\\nexit 1\\n' > "$1/pre-receive" && chmod +x "$1/pre-receive"`,
      "x",
      hook,
    ]);
    const { outcome, ...rest } = await move({ ref: MAIN, to: commit(0), expected: null });
    expect(outcome).toBe("refused");
    expect(JSON.stringify(rest)).toContain("GH013: Repository rule violations found");
  });

  test("a token that may not push is a failure with its own remedy", async () => {
    fault = "read-only";
    await expect(move({ ref: MAIN, to: commit(0), expected: null })).rejects.toMatchObject({
      code: "PUSH_REFUSED",
    });
  });

  test("nobody there is a failure, not a refusal", async () => {
    const updates = [{ ref: MAIN, to: commit(0), expected: null }];
    await expect(
      push(ours, { url: "http://127.0.0.1:1/x.git", token: TOKEN, updates }),
    ).rejects.toMatchObject({ code: "GIT_FAILED" });
  });

  const REFS = [
    "main",
    "--delete",
    "+refs/heads/a",
    "refs/heads/a b",
    "refs/heads/a..b",
    "refs/heads/*",
    "refs/heads/a:refs/heads/main",
    "refs/heads/x\u202Ey",
  ];

  test("a ref with a name that means something else is never pushed", async () => {
    for (const ref of REFS) {
      await expect(move({ ref, to: commit(0), expected: null })).rejects.toMatchObject({
        code: "GIT_FAILED",
      });
    }
    expect(seen).toEqual([]);
  });

  test("an address that is no plain URL is never asked", async () => {
    for (const url of ["--upload-pack=touch x", "ext::sh -c true", "http://user:pass@127.0.0.1/x", "../x"]) {
      await expect(remoteRefs(ours, { url, token: null })).rejects.toThrow(/address/);
    }
  });
});

describe("the token", () => {
  test("travels in a header and never stands in the address", async () => {
    await remoteRefs(ours, remote());
    expect(seen.length).toBeGreaterThan(0);
    for (const { authorization, url } of seen) {
      expect(authorization).toMatch(/^basic /i);
      expect(url).not.toContain(TOKEN);
    }
  });

  test("is in no failure, refused or not, and in no file of the repository", async () => {
    const wrong = "wrong-token-5d2";
    const attempt = push(ours, {
      url: remote().url,
      token: wrong,
      updates: [{ ref: MAIN, to: commit(0), expected: null }],
    });
    const failure: unknown = await attempt.catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ code: "PUSH_REFUSED" });
    const told = `${String(failure)} ${JSON.stringify(failure)}`;
    for (const secret of [wrong, Buffer.from(`x-access-token:${wrong}`).toString("base64")])
      expect(told).not.toContain(secret);
    expect(execFileSync("bash", ["-c", 'grep -rl token "$1" || true', "x", ours.directory]).toString()).toBe(
      "",
    );
  });
});

describe("fetching", () => {
  test("brings a commit by its id, as deep as asked", async () => {
    await move({ ref: MAIN, to: commit(2), expected: null });
    const fresh = await initBare(join(room, "fresh.git"));
    await fetch(fresh, { ...remote(), wants: [commit(2)], depth: 1 });
    expect((await readCommit(fresh, commit(2))).tree).toBe(await treeOf(ours, commit(2)));
    await expect(readCommit(fresh, commit(1))).rejects.toMatchObject({ code: "GIT_FAILED" });
    await fetch(fresh, { url: `file://${theirs.directory}`, token: null, wants: [MAIN] });
    const whole = await initBare(join(room, "whole.git"));
    await fetch(whole, { ...remote(), wants: [MAIN] });
    expect((await readCommit(whole, commit(0))).message).toBe("1");
  });
});
