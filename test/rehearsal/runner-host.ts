/** A host for the local runner's tests: real git over real HTTP, everything else remembered in memory. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgressEvent, Runner, RunnerOptions } from "#rehearsal/runner/machine.ts";
import { createRunner } from "#rehearsal/runner/runner.ts";
import type {
  ActionsHost,
  Actor,
  Conclusion,
  ForgeEvent,
  TokenGrant,
  WorkflowRun,
} from "#rehearsal/seams.ts";

export const OWNER: Actor = { login: "owner", id: 1, type: "User" };

type Check = { id: number; run: number; name: string; headSha: string; conclusion: Conclusion | null };
type Files = Record<string, string>;

export type World = {
  runner: Runner;
  runs: WorkflowRun[];
  checks: Check[];
  events: ForgeEvent[];
  handled: number[];
  tokens: Map<string, TokenGrant>;
  revoked: string[];
  progress: ProgressEvent[];
  /** Processes the runner said it started and has not said are gone. */
  alive: Set<number>;
  directory: string;
  sha: string;
  /** A second commit, and a push of it. */
  commit(files: Files): string;
  happen(event: Partial<ForgeEvent>): void;
  /** As the forge does it when somebody asks: the runner only hears that the run ended. */
  cancel(run: number): Promise<void>;
  /** `name: conclusion` of every check, in the order of their names. */
  story(): string[];
  log(run: number, job: string): string;
  [Symbol.asyncDispose](): Promise<void>;
};

export type WorldOptions = Partial<
  Pick<RunnerOptions, "secrets" | "variables" | "environment" | "parallel" | "packages" | "grace">
> & { files: Files };

/** A workflow file `ci.yml` on `push`, from its jobs. `%{{ x }}` stands for an expression. */
export function onPush(jobs: string, head = ""): Files {
  return { [CI]: `name: CI\non: push\n${head}\njobs:\n${jobs}`.replaceAll("%{{", "${{") };
}

/** Pushes what is there, and tells the checks once everything has come to rest. */
export async function settled(world: World): Promise<string[]> {
  world.happen({});
  await world.runner.idle();
  return world.story();
}

export const CI = ".github/workflows/ci.yml";
const IDENTITY = {
  GIT_AUTHOR_NAME: "o",
  GIT_AUTHOR_EMAIL: "o@x",
  GIT_COMMITTER_NAME: "o",
  GIT_COMMITTER_EMAIL: "o@x",
};
const BACKEND = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-http-backend");

/** Opens a world whose `main` holds the files. Nothing has happened in it yet; the runner listens. */
export async function aWorld(options: WorldOptions): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "daybreak-runner-"));
  const gitDirectory = join(root, "git", "owner", "project.git");
  const git = (...args: string[]) =>
    execFileSync("git", ["--git-dir", gitDirectory, ...args], { encoding: "utf8" }).trim();
  mkdirSync(join(root, "git", "owner"), { recursive: true });
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", gitDirectory]);
  const commit = (files: Files): string => {
    const parent = existsSync(join(gitDirectory, "refs/heads/main")) ? "from refs/heads/main^0\n" : "";
    const changes = Object.entries(files).map(
      ([path, text]) =>
        `M ${text.startsWith("#!") ? 100755 : 100644} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    const input = `commit refs/heads/main\ncommitter o <o@x> 1700000000 +0000\ndata 1\nc\n${parent}${changes.join("")}`;
    execFileSync("git", ["--git-dir", gitDirectory, "fast-import", "--quiet"], {
      input,
      env: { ...process.env, ...IDENTITY },
    });
    return git("rev-parse", "main");
  };
  const sha = commit(options.files);
  const memory = createMemory();
  const server = await listen(join(root, "git"), memory.tokens);
  const host = createHost(memory, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, gitDirectory);
  const directory = join(root, "runs");
  const runner = createRunner({
    host,
    directory,
    packages: {},
    secrets: {},
    variables: {},
    environment: {},
    nodePath: process.execPath,
    path: process.env.PATH ?? "",
    grace: { interrupt: 100, terminate: 100 },
    ...options,
    onProgress: (event) => memory.progress.push(event),
    onSpawn: (pid) => memory.alive.add(pid),
    onExit: (pid) => memory.alive.delete(pid),
  });
  runner.start();
  return {
    ...memory,
    runner,
    directory,
    sha,
    commit,
    cancel: (run) => host.updateRun(run, { status: "completed", conclusion: "cancelled" }),
    happen: (event) => memory.emit({ ...pushTo(git("rev-parse", "main")), ...event }),
    story: () => memory.checks.map(({ name, conclusion }) => `${name}: ${conclusion}`).sort(),
    log: (run, job) => readFileSync(join(directory, String(run), `${job}.log`), "utf8"),
    async [Symbol.asyncDispose]() {
      await runner.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function pushTo(sha: string): Omit<ForgeEvent, "id"> {
  return {
    event: "push",
    action: null,
    workflow: null,
    ref: "refs/heads/main",
    sha,
    headSha: sha,
    headBranch: "main",
    actor: OWNER,
    by: "person",
    payload: { before: "0".repeat(40), after: sha },
  };
}

type Memory = Pick<
  World,
  "runs" | "checks" | "events" | "handled" | "tokens" | "revoked" | "progress" | "alive"
> & { listener: (event: ForgeEvent) => void; emit(event: Omit<ForgeEvent, "id">): void };

function createMemory(): Memory {
  const memory: Memory = {
    runs: [],
    checks: [],
    events: [],
    handled: [],
    tokens: new Map(),
    revoked: [],
    progress: [],
    alive: new Set(),
    listener: () => {},
    emit(event) {
      const whole = { ...event, id: memory.events.length + 1 };
      memory.events.push(whole);
      memory.listener(whole);
    },
  };
  return memory;
}

function createHost(memory: Memory, url: string, gitDirectory: string): ActionsHost {
  const mint = (grant: TokenGrant): string => {
    const token = `ghs_token${memory.tokens.size + memory.revoked.length + 1}x`;
    memory.tokens.set(token, grant);
    return token;
  };
  return {
    url,
    gitDirectory,
    repository: { owner: "owner", name: "project", id: 7, private: false, defaultBranch: "main" },
    subscribe(listener) {
      memory.listener = listener;
    },
    handled: async (event) => {
      memory.handled.push(event.id);
    },
    async startRun(run) {
      const id = memory.runs.length + 1;
      const number = memory.runs.filter(({ path }) => path === run.path).length + 1;
      const whole: WorkflowRun = { ...run, id, number, attempt: 1, createdAt: "", updatedAt: "" };
      memory.runs.push(whole);
      return whole;
    },
    async updateRun(id, change) {
      const run = memory.runs.find((one) => one.id === id);
      if (run === undefined) throw new Error(`no run ${id}`);
      if (run.status === "completed") return;
      Object.assign(run, change);
      if (change.status === "completed") memory.emit(finished(run));
    },
    runs: () => memory.runs,
    async startCheck(check) {
      memory.checks.push({ ...check, id: memory.checks.length + 1, conclusion: null });
      return memory.checks.length;
    },
    async finishCheck(id, conclusion) {
      const check = memory.checks.find((one) => one.id === id);
      if (check === undefined || check.conclusion !== null) throw new Error(`no open check ${id}`);
      check.conclusion = conclusion;
    },
    mintToken: async (grant) => mint(grant),
    async mintAppToken({ clientId, privateKey, permissions, run }) {
      if (clientId !== "Iv1.app" || privateKey !== "the key") return null;
      return { token: mint({ kind: "app", permissions, run }), slug: "dawn", installation: 99 };
    },
    async revokeToken(token) {
      memory.tokens.delete(token);
      memory.revoked.push(token);
    },
    counts: () => ({ rest: 0, writes: 0, git: 0 }),
  };
}

function finished(run: WorkflowRun): Omit<ForgeEvent, "id"> {
  return {
    ...pushTo(run.headSha),
    event: "workflow_run",
    action: "completed",
    headBranch: run.headBranch,
    by: "github-token",
    payload: {
      workflow_run: { id: run.id, name: run.name, conclusion: run.conclusion, head_branch: run.headBranch },
    },
  };
}

/** git's own CGI behind node:http; only a token that is alive and may read contents gets in. */
async function listen(root: string, tokens: Map<string, TokenGrant>): Promise<Server> {
  const server = createServer((request, response) => serve(root, tokens, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function serve(
  root: string,
  tokens: Map<string, TokenGrant>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? "/", "http://x");
  const basic = (request.headers.authorization ?? "").replace(/^basic /i, "");
  const grant = tokens.get(
    Buffer.from(basic, "base64")
      .toString()
      .replace(/^[^:]*:/, ""),
  );
  const may =
    grant !== undefined && (grant.kind === "person" || (grant.permissions.contents ?? "none") !== "none");
  if (!may) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const cgi = spawn(BACKEND, [], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname.replace(/^(\/[^/]+\/[^/.]+)(?:\.git)?\//, "$1.git/"),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      ...(request.headers["content-encoding"]
        ? { HTTP_CONTENT_ENCODING: request.headers["content-encoding"] }
        : {}),
      REMOTE_USER: "x",
    },
  });
  request.pipe(cgi.stdin);
  cgi.stdin.on("error", () => {});
  const parts: Buffer[] = [];
  cgi.stdout.on("data", (part: Buffer) => parts.push(part));
  cgi.on("close", () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf("\r\n\r\n");
    const headers = all.subarray(0, end).toString().split("\r\n");
    for (const line of headers) {
      const [key = "", value = ""] = line.split(": ");
      if (key.toLowerCase() === "status") response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(key, value);
    }
    response.end(all.subarray(end + 4));
  });
}
