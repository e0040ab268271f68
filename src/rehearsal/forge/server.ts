/** The HTTP door: REST below /api/v3, git below everything else. Makes requests late or lost, decides no answer itself. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "#rehearsal/forge/options.ts";
import { answerRest, count, type Reception } from "#rehearsal/forge/rest.ts";
import { ROUTES } from "#rehearsal/forge/routes.ts";
import { type Answer, type Request, router } from "#rehearsal/forge/routing.ts";
import { answerGit, type GitService } from "#rehearsal/forge/smart-http.ts";
import type { Tokens } from "#rehearsal/forge/tokens.ts";
import type { World } from "#rehearsal/forge/world.ts";

/** `unknownRoutes` grows with every request nobody answers. */
export function openDoor(world: World, tokens: Tokens): { server: Server; unknownRoutes: readonly string[] } {
  const { owner, name } = world.options.repository;
  const reception: Reception = {
    world,
    tokens,
    match: router(ROUTES, `/repos/${owner}/${name}`),
    unknownRoutes: [],
  };
  const asked = new Map<string, number>();
  const server = createServer((incoming, response) => {
    readRequest(incoming, tokens)
      .then((request) => serve(reception, asked, request, response))
      .catch(() => drop(response));
  });
  return { server, unknownRoutes: reception.unknownRoutes };
}

async function serve(
  reception: Reception,
  asked: Map<string, number>,
  request: Request,
  response: ServerResponse,
): Promise<void> {
  const { method, path, holder } = request;
  const { latency, faults } = reception.world.options;
  const index = asked.get(`${method} ${path}`) ?? 0;
  asked.set(`${method} ${path}`, index + 1);
  const fault = faults?.({ method, path, run: holder?.run ?? null, index }) ?? null;
  const wait = (latency ?? 0) + (fault?.kind === "slow" ? fault.milliseconds : 0);
  if (wait > 0) await sleep(wait);
  if (fault?.kind === "drop-before") return drop(response);
  const service = gitService(reception.world, path);
  const answer = await (service === null
    ? answerRest(reception, request, fault)
    : gitAnswer(reception.world, request, fault, service));
  if (fault?.kind === "apply-then-drop") return drop(response);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function gitService(world: World, path: string): GitService | null {
  const { owner, name } = world.options.repository;
  const [, asked, repository, service] =
    /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path) ?? [];
  const isOurs = `${asked}/${repository}`.toLowerCase() === `${owner}/${name}`.toLowerCase();
  return isOurs ? (service as GitService) : null;
}

async function gitAnswer(
  world: World,
  request: Request,
  fault: Fault | null,
  service: GitService,
): Promise<Answer> {
  const { holder } = request;
  if (holder === null) {
    const headers = { "www-authenticate": 'Basic realm="GitHub"', "content-type": "text/plain" };
    return { status: 401, headers, body: Buffer.from("Authentication failed\n") };
  }
  count(world, holder, "git", 1);
  if (fault?.kind === "refuse") {
    return { status: fault.status, headers: {}, body: Buffer.from(fault.message ?? "") };
  }
  const { moved, ...answer } = await answerGit(world, { ...request, holder, service });
  count(world, holder, "writes", moved);
  return fault?.kind === "apply-then-fail" ? { ...answer, status: fault.status } : answer;
}

/** A connection that ends without an answer. */
function drop(response: ServerResponse): void {
  response.socket?.destroy();
}

async function readRequest(incoming: IncomingMessage, tokens: Tokens): Promise<Request> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const url = new URL(incoming.url ?? "/", "http://forge");
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(pieces),
    holder: tokens.holder(incoming.headers.authorization),
  };
}
