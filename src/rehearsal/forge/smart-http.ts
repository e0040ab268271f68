/** git over HTTP: git's own http-backend does the work, a hook in the bare repository asks the forge first. */

import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Duplex, Readable, Writable } from "node:stream";
import { type Git, gitEnvironment, runGit } from "#rehearsal/forge/git.ts";
import { announceWriter, type RefChange, refsMoved } from "#rehearsal/forge/refs.ts";
import type { Answer, Request } from "#rehearsal/forge/routing.ts";
import { objectionTo } from "#rehearsal/forge/rules.ts";
import { type Holder, mayDo } from "#rehearsal/forge/tokens.ts";
import type { World } from "#rehearsal/forge/world.ts";

/** Two pipes stand open for the hook: 3 to ask, 4 for the answer. Without the forge nobody asks. */
const HOOK = `#!/bin/sh
[ "$REHEARSAL_FORGE" = 1 ] || exit 0
{ printf '%s\\n' "$GIT_OBJECT_DIRECTORY"; cat; printf '.\\n'; } >&3
IFS= read -r answer <&4
[ "$answer" = yes ] && exit 0
cat <&4 >&2
exit 1
`;

/** A killed process loses nothing the system has taken; only a power cut would: nothing waits for the disk. */
const SETTINGS = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = false
	fsync = none
[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	advertiseAtomic = true
	autogc = false
[gc]
	auto = 0
`;

/** Makes the bare repository if there is none, and gives it the forge's settings and hook: what a dozen processes would write. */
export async function prepareRepository(git: Git, defaultBranch: string): Promise<void> {
  for (const folder of ["hooks", "info", "objects/info", "objects/pack", "refs/heads", "refs/tags"])
    await mkdir(join(git.directory, folder), { recursive: true });
  await writeFile(join(git.directory, "config"), SETTINGS);
  await writeFile(join(git.directory, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  const hook = join(git.directory, "hooks", "pre-receive");
  await writeFile(hook, HOOK);
  await chmod(hook, 0o755);
}

export type GitService = "info/refs" | "git-upload-pack" | "git-receive-pack";

type GitRequest = Request & { holder: Holder; service: GitService };

function needsOf(request: GitRequest): string {
  const pushes = [request.service, request.query.get("service")].includes("git-receive-pack");
  return pushes ? "contents:write" : "contents:read";
}

/** Everything a push changes is recorded before the answer is given. `moved`: how many refs did. */
export async function answerGit(world: World, request: GitRequest): Promise<Answer & { moved: number }> {
  if (!mayDo(request.holder, [needsOf(request)])) {
    const body = Buffer.from("Write access to repository not granted.\n");
    return { status: 403, headers: { "content-type": "text/plain" }, body, moved: 0 };
  }
  if (request.service !== "git-receive-pack") return { ...(await backend(world, request)), moved: 0 };
  return await world.exclusive(async () => {
    announceWriter(world, request.holder);
    const answer = await backend(world, request);
    // The backend ends well also when it refused: only the refs tell.
    const changes = await refsMoved(world, request.holder);
    return { ...answer, moved: changes.length };
  });
}

let found: Promise<string> | null = null;

/** The program itself: by way of `git http-backend` every request would be two processes. */
function httpBackend(): Promise<string> {
  found ??= runGit(["--exec-path"]).then(({ output }) => join(output.toString().trim(), "git-http-backend"));
  return found;
}

async function backend(world: World, request: GitRequest): Promise<Answer> {
  const { owner, name } = world.options.repository;
  const header = (key: string): string => String(request.headers[key] ?? "");
  const child = spawn(await httpBackend(), [], {
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    env: gitEnvironment({
      GIT_PROJECT_ROOT: resolve(world.options.directory, "remote"),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${owner}/${name}.git/${request.service}`,
      QUERY_STRING: request.query.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: header("content-type"),
      CONTENT_LENGTH: String(request.body.length),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_USER: request.holder.actor.login,
      REMOTE_ADDR: "127.0.0.1",
      REHEARSAL_FORGE: "1",
    }),
  });
  const [input, output, , asks, answers] = child.stdio as [Writable, Readable, Readable, Duplex, Duplex];
  for (const stream of [input, asks, answers]) stream.on("error", () => undefined);
  child.stderr?.resume();
  const hook = answerHook(world, request.holder, asks, answers);
  const pieces: Buffer[] = [];
  output.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = Promise.withResolvers<void>();
  child.on("error", ended.reject);
  child.on("close", () => ended.resolve());
  input.end(request.body);
  await ended.promise;
  await hook;
  return readCgi(Buffer.concat(pieces));
}

/** Resolves when the hook was answered, or never asked. */
async function answerHook(world: World, holder: Holder, asks: Readable, answers: Writable): Promise<void> {
  let text = "";
  for await (const piece of asks) {
    text += String(piece);
    if (text.endsWith("\n.\n")) break;
  }
  if (text === "") return;
  // A push that only deletes brings no objects and has no quarantine.
  const [quarantine = "", ...lines] = text.split("\n").slice(0, -2);
  const git = quarantine === "" ? world.git : world.git.during(resolve(world.git.directory, quarantine));
  const refusal = await refusalOf(world, holder, git, lines.map(readChange)).catch(
    // Without any answer the hook would wait, and everybody else behind it.
    (error: unknown) => `error: the push cannot be judged: ${String(error)}`,
  );
  answers.end(refusal === null ? "yes\n" : `no\n${refusal}\n`);
}

function readChange(line: string): RefChange {
  const [before = "", after = "", ref = ""] = line.split(" ");
  const shaOf = (sha: string): string | null => (/^0+$/.test(sha) ? null : sha);
  return { ref, before: shaOf(before), after: shaOf(after) };
}

/** One refused ref refuses the whole push, as GitHub's rules do. */
async function refusalOf(
  world: World,
  holder: Holder,
  git: Git,
  changes: readonly RefChange[],
): Promise<string | null> {
  for (const change of changes) {
    const { ref } = change;
    if (!/^refs\/(heads|tags)\//.test(ref)) return `error: deny updating a hidden ref ${ref}`;
    if (change.after === null && ref === `refs/heads/${world.options.repository.defaultBranch}`) {
      return `error: refusing to delete the current branch: ${ref}`;
    }
    const proposal = { ...change, holder, pull: null, git };
    const objection = await objectionTo(world, proposal);
    if (objection?.because === "workflow") return `error: ${objection.sentences.join("\n")}`;
    if (objection === null) continue;
    const list = objection.sentences.map((sentence) => `- ${sentence}`).join("\n\n");
    return `error: GH013: Repository rule violations found for ${ref}.\n\n${list}\n`;
  }
  return null;
}

function readCgi(output: Buffer): Answer {
  const end = output.indexOf("\r\n\r\n");
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of output.subarray(0, Math.max(end, 0)).toString().split("\r\n")) {
    const [key = "", ...rest] = line.split(": ");
    if (key.toLowerCase() === "status") status = Number.parseInt(rest.join(": "), 10);
    else if (key !== "") headers[key.toLowerCase()] = rest.join(": ");
  }
  return end < 0
    ? { status: 500, headers: {}, body: Buffer.alloc(0) }
    : { status, headers, body: output.subarray(end + 4) };
}
