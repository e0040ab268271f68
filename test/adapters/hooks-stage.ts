/** A stage for hooks and rules: a base in real git, hooks as real processes, and one attempt on the real SDK whose requests are kept. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { createAnthropicEngine } from "#adapters/anthropic/engine.ts";
import { type Git, initBare } from "#adapters/git/git.ts";
import { checkOut, commitTree, updateTree } from "#adapters/git/writing.ts";
import { openHooks } from "#adapters/hooks/hooks.ts";
import type { Brief } from "#core/brief.ts";
import { Sha } from "#core/milestone.ts";
import type { Outcome } from "#core/outcome.ts";
import type { TranscriptEvent } from "#ports/engine.ts";
import { openModel } from "#rehearsal/model/server.ts";
import { aBrief, aWorkspace, KEY, planned, type Turns } from "./engine-stage.ts";

export const right = { name: "write", input: { file_path: "answer.txt", content: "right\n" } };
export const done = { name: "finish", input: { status: "done", summary: "The answer is right." } };
export const bash = (command: string, more: object = {}) => ({ name: "bash", input: { command, ...more } });

const NO_FILES = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

export type Files = Readonly<Record<string, string>>;

export function aRoom(): string {
  const room = mkdtempSync(join(tmpdir(), "hooks-"));
  onTestFinished(() => rmSync(room, { recursive: true, force: true }));
  return room;
}

/** A bare repository of ours with one commit of these files; scripts are executable. */
export async function aBase(room: string, files: Files): Promise<{ git: Git; base: Sha }> {
  const git = await initBare(join(room, "repo.git"));
  const entries = Object.entries(files).map(
    ([path, content]) => [path, { text: content, mode: path.endsWith(".sh") ? "100755" : "100644" }] as const,
  );
  const tree = await updateTree(git, NO_FILES, new Map(entries));
  const date = "2026-11-20T00:00:00+00:00";
  return { git, base: await commitTree(git, { tree, parents: [], message: "base", date }) };
}

/** A base whose settings hold these hooks, as Claude Code takes them. */
export function settingsOf(hooks: object): Files {
  return { ".claude/settings.json": JSON.stringify({ permissions: { allow: ["Bash"] }, hooks }) };
}

/** One hook for one event, by a shell command. */
export function onEvent(event: string, command: string, more: object = {}, matcher?: string): object {
  const group = { hooks: [{ type: "command", command, ...more }] };
  return { [event]: [matcher === undefined ? group : { matcher, ...group }] };
}

export type Staged = {
  outcome: Outcome;
  transcript: TranscriptEvent[];
  /** Bodies of the requests, as they came over the wire. */
  requests: {
    system: { text: string }[];
    tools: unknown[];
    messages: { role: string; content: unknown }[];
  }[];
  /** What hooks left in the folder `heard`, by file name. */
  heard(name: string): Record<string, unknown>[];
  /** Results the model was told, in order. */
  told: string[];
  workspace: string;
  room: string;
};

/** Plays one attempt on a base of these files. `$HEARD` in them is a folder the hooks may write to. */
export async function stage(
  turns: Turns,
  files: Files,
  given: {
    brief?: Partial<Brief>;
    signal?: AbortSignal;
    memory?: string | null;
    /** Turns of other phases than `work`. */
    phases?: Readonly<Record<string, Turns>>;
  } = {},
): Promise<Staged> {
  const room = aRoom();
  const heard = join(room, "heard");
  mkdirSync(heard);
  const filled = Object.entries(files).map(([path, content]) => [path, content.replaceAll("$HEARD", heard)]);
  const { git, base } = await aBase(room, Object.fromEntries(filled));
  const others = Object.entries(given.phases ?? {}).map(([phase, turns]) => ({
    milestone: "M1",
    phase,
    turns,
  }));
  const script = { version: 1 as const, milestones: [{ milestone: "M1", turns }, ...others] };
  const model = await openModel({ script, directory: join(room, "model") });
  onTestFinished(() => model.close());
  const wire = await tapped(model.url);
  const { memory = planned() } = given;
  const workspace = { ...aWorkspace(room, aBrief().gates), memory };
  await checkOut(git, base, workspace.directory);
  const transcript: TranscriptEvent[] = [];
  const engine = createAnthropicEngine({
    apiKey: KEY,
    baseUrl: wire.url,
    waits: { idle: 20_000, first: 5, longest: 20 },
    hooks: async (_brief, { directory }) =>
      await openHooks({
        ...{ git, base, room: join(room, "hooks"), path: process.env.PATH ?? "", workspace: directory },
        session: "2026-11-20-M1-1",
        transcript: join(room, "transcript.jsonl"),
      }),
  });
  const outcome = await engine.attempt(
    aBrief(given.brief),
    workspace,
    (event) => void transcript.push(event),
    given.signal ?? new AbortController().signal,
  );
  return {
    outcome,
    transcript,
    requests: wire.bodies,
    heard: (name) => linesOf(join(heard, name)),
    told: transcript.filter(({ event }) => event === "tool").map(({ output }) => String(output)),
    workspace: workspace.directory,
    room,
  };
}

/** Listens in on what is sent to the model, and changes nothing of it. */
async function tapped(url: string): Promise<{ url: string; bodies: Staged["requests"] }> {
  const bodies: Staged["requests"] = [];
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    bodies.push(JSON.parse(body));
    const headers = {
      authorization: incoming.headers.authorization ?? "",
      "content-type": "application/json",
    };
    const answer = await fetch(`${url}${incoming.url}`, { method: "POST", headers, body });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

function linesOf(file: string): Record<string, unknown>[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
