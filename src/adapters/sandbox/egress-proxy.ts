/** The way out for foreign code that is set up: to listed hosts, found by us, and nowhere else. Reads no content. */

import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type ListenOptions, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { greetingOf } from "#adapters/sandbox/client-hello.ts";
import { type Host, isPublicAddress, rule } from "#core/egress.ts";

export type EgressProxy = {
  /** `http://127.0.0.1:PORT`; empty when it listens on a unix socket. */
  readonly url: string;
  /** What was refused so far: the request's own words, shortened, and why. */
  refused(): readonly { asked: string; because: string }[];
  close(): Promise<void>;
};

/** Milliseconds in which a client must name its host, and a server must take the connection. */
const PATIENCE = 10_000;
/** Refusals that are kept; a flood of them says no more than these. */
const MOST_REFUSALS = 100;

/** Headers that speak of one connection only: RFC 9110, 7.6.1, and what clients send to proxies. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"];

type Options = {
  allowed: readonly Host[];
  where?: ListenOptions;
  /** All addresses of a name. */
  resolve?: (host: Host) => Promise<readonly string[]>;
  /** Connects to an address that was found to be public. */
  dial?: Dial;
};

type Dial = (address: string, port: number) => Promise<Socket>;
type Find = (authority: string, port: number) => Promise<{ host: Host; open: () => Promise<Socket> }>;

class Refusal extends Error {}

export async function openEgressProxy({
  allowed,
  where = { host: "127.0.0.1", port: 0 },
  resolve = addressesOf,
  dial = connected,
}: Options): Promise<EgressProxy> {
  const refusals: { asked: string; because: string }[] = [];
  const tunnels = new Set<Duplex>();
  const refuse = (asked: string, error: unknown): void => {
    const because = error instanceof Error ? error.message : String(error);
    if (refusals.length < MOST_REFUSALS) refusals.push({ asked: asked.slice(0, 300), because });
  };
  /** One address, and the connection goes to just that: nobody resolves the name a second time. */
  const find: Find = async (authority, port) => {
    const ruling = rule(authority, allowed);
    if (!ruling.allowed) throw new Refusal(ruling.because);
    if (ruling.target.port !== port) throw new Refusal(`port ${ruling.target.port} is not for this`);
    const addresses = await resolve(ruling.target.host);
    const [address] = addresses;
    if (address === undefined || !addresses.every(isPublicAddress))
      throw new Refusal(`${ruling.target.host} leads to no public address`);
    return { host: ruling.target.host, open: () => dial(address, port) };
  };

  const server = createServer((request, response) => {
    relay(request, response, find).catch((error: unknown) => {
      refuse(request.url ?? "", error);
      if (response.headersSent) response.destroy();
      else response.writeHead(error instanceof Refusal ? 403 : 502).end();
    });
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnels.add(client);
    client.once("close", () => tunnels.delete(client));
    tunnel(request.url ?? "", client, head, find).catch((error: unknown) => {
      refuse(request.url ?? "", error);
      client.end(
        error instanceof Refusal ? "HTTP/1.1 403 Forbidden\r\n\r\n" : "HTTP/1.1 502 Bad Gateway\r\n\r\n",
      );
    });
  });
  await once(server.listen(where), "listening");
  const address = server.address();
  return {
    url: address !== null && typeof address === "object" ? `http://127.0.0.1:${address.port}` : "",
    refused: () => refusals,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      for (const each of tunnels) each.destroy();
      await closed;
    },
  };
}

/** Nothing goes out before the client has said, in TLS, that it wants the very host it named to us. */
async function tunnel(authority: string, client: Duplex, head: Buffer, find: Find): Promise<void> {
  client.on("error", () => client.destroy());
  const { host, open } = await find(authority, 443);
  client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  const hello = await greeting(client, head);
  const greeted = greetingOf(hello);
  if (greeted === "more" || greeted.host?.toLowerCase() !== host) {
    client.destroy();
    throw new Refusal(`the connection for ${host} asks for another host`);
  }
  const server = await open();
  client.once("close", () => server.destroy());
  server.on("error", () => client.destroy()).once("close", () => client.destroy());
  server.write(hello);
  server.pipe(client);
  client.pipe(server);
}

async function greeting(client: Duplex, head: Buffer): Promise<Buffer> {
  const late = AbortSignal.timeout(PATIENCE);
  let bytes = head;
  while (greetingOf(bytes) === "more") {
    const chunk: Buffer | null = client.read();
    if (chunk === null) await once(client, "readable", { signal: late });
    else bytes = Buffer.concat([bytes, chunk]);
  }
  return bytes;
}

async function connected(address: string, port: number): Promise<Socket> {
  const socket = connect({ host: address, port });
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error("no answer")));
  await once(socket, "connect");
  return socket.setTimeout(0);
}

/** Plain HTTP, for package sources that are signed: the request names its host in its first line. */
async function relay(request: IncomingMessage, response: ServerResponse, find: Find): Promise<void> {
  const [, authority, path] = /^http:\/\/([^/?#]*)(\/[^#]*)$/.exec(request.url ?? "") ?? [];
  if (authority === undefined) throw new Refusal("it is no request to a proxy");
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new Refusal("plain HTTP is for reading only");
  const { host, open } = await find(authority.includes(":") ? authority : `${authority}:80`, 80);
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.includes(name)),
  );
  const socket = await open();
  const outgoing = ask({
    ...{ createConnection: () => socket, path, method: request.method },
    headers: { ...headers, host },
    timeout: PATIENCE,
  });
  response.once("close", () => outgoing.destroy());
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
  const [incoming]: IncomingMessage[] = await once(outgoing.end(), "response");
  if (!incoming) throw new Error("no answer");
  response.writeHead(incoming.statusCode ?? 502, incoming.rawHeaders);
  incoming.pipe(response);
}

async function addressesOf(host: Host): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
