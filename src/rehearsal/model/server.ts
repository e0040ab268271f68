/** The scripted model: a real HTTP server that speaks the Messages API from a script. Thinks nothing, contacts nobody. */

import { once } from "node:events";
import { appendFileSync, mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PRICES } from "#core/prices.ts";
import { notFound, openPlayer, type Reply } from "#rehearsal/model/player.ts";
import { type ScriptFile, scriptFrom } from "#rehearsal/model/script.ts";
import { sendJson, transmit } from "#rehearsal/model/wire.ts";

export type ScriptedModel = {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** How many messages were asked for so far, refused ones included. */
  requests(): number;
  close(): Promise<void>;
};

/** Opens the model. `directory`: one line per request is appended to `requests.jsonl` there; keys are never written. */
export async function openModel(options: {
  script: ScriptFile;
  directory?: string;
  port?: number;
}): Promise<ScriptedModel> {
  const script = scriptFrom(options.script);
  const player = openPlayer(script);
  const models = modelsOf(script.models);
  const log = logIn(options.directory);
  let asked = 0;
  let served = 0;

  async function replyTo(what: string, incoming: IncomingMessage): Promise<Reply> {
    const body = await text(incoming);
    if (what === "POST /v1/messages") asked += 1;
    if (!accepts(keyOf(incoming), script.key)) return KEY_REFUSED;
    if (what === "POST /v1/messages") return player.messages(jsonFrom(body));
    if (what === "POST /v1/messages/count_tokens") return player.count(jsonFrom(body));
    return notFound(what);
  }

  async function route(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(incoming.url ?? "/", "http://model.invalid");
    const what = `${incoming.method} ${pathname}`;
    if (what === "GET /" || what === "HEAD /") return void response.writeHead(200).end();
    if (what === "GET /v1/models") return sendJson(response, 200, { data: models, has_more: false });
    const model = models.find(({ id }) => what === `GET /v1/models/${id}`);
    if (model) return sendJson(response, 200, model);
    const reply = await replyTo(what, incoming);
    log({ what, ...lineOf(reply) });
    await transmit(reply, response);
  }

  const server = createServer((incoming, response) => {
    served += 1;
    response.setHeader("request-id", `req_scripted_${served}`);
    route(incoming, response).catch((error: unknown) => {
      log({ error: String(error) });
      response.destroy();
    });
  });
  await listening(server, options.port ?? 0);
  return { url: urlOf(server), requests: () => asked, close: () => closing(server) };
}

const KEY_REFUSED: Reply = {
  reply: "refused",
  status: 401,
  type: "authentication_error",
  message: "invalid API key",
};

/** Both styles in use: the SDK sends a bearer token, the command line sends `x-api-key`. */
function keyOf({ headers }: IncomingMessage): string {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return bearer ?? [headers["x-api-key"] ?? ""].flat().join("");
}

function accepts(key: string, only: string | undefined): boolean {
  return only === undefined ? key !== "" && key !== "wrong" : key === only;
}

function modelsOf(only: readonly string[] | undefined) {
  return (only ?? PRICES.map(({ model }) => model)).map((id) => ({
    type: "model",
    id,
    display_name: id,
    created_at: "2026-01-01T00:00:00Z",
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
  }));
}

function lineOf(reply: Reply): object {
  return reply.reply === "answered" ? { reply: reply.reply, ...reply.about } : reply;
}

function jsonFrom(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function logIn(directory: string | undefined): (line: object) => void {
  if (directory === undefined) return () => undefined;
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "requests.jsonl");
  return (line) => appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
}

async function closing(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
