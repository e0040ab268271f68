import { once } from "node:events";
import { createServer as createHttpServer, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { greetingOf } from "#adapters/sandbox/client-hello.ts";
import { type EgressProxy, openEgressProxy } from "#adapters/sandbox/egress-proxy.ts";

const PUBLIC = "104.16.1.35";

async function listen<Kind extends Server>(server: Kind): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A proxy whose every public address is one server of ours; it counts who came to it. */
async function aProxy(server: Server, resolve = async (_host: string): Promise<string[]> => [PUBLIC]) {
  const port = await listen(server);
  const dialled: string[] = [];
  const proxy = await openEgressProxy({
    allowed: ["registry.example.org", "deb.debian.org"],
    resolve,
    dial: async (address, wanted) => {
      dialled.push(`${address}:${wanted}`);
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      return socket;
    },
  });
  onTestFinished(() => proxy.close());
  return { proxy, dialled };
}

/** The first line of what the proxy answers to these bytes. */
async function answerTo(proxy: EgressProxy, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(bytes);
  const [first] = await once(socket, "data");
  return String(first).split("\r\n")[0] ?? "";
}

/** The bytes a TLS client says first. */
async function helloFor(servername: string): Promise<Buffer> {
  const silent = createServer();
  const port = await listen(silent);
  const client = connectTls({ host: "127.0.0.1", port, servername });
  client.on("error", () => undefined);
  const [socket] = await once(silent, "connection");
  const [hello] = await once(socket, "data");
  client.destroy();
  socket.destroy();
  return hello;
}

async function tunnelled(authority: string, hello: Buffer) {
  const seen: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      seen.push(bytes);
      socket.write("welcome");
    });
  });
  const { proxy, dialled } = await aProxy(server);
  const client = connect(Number(new URL(proxy.url).port), "127.0.0.1");
  onTestFinished(() => void client.destroy());
  client.write(`CONNECT ${authority} HTTP/1.1\r\n\r\n`);
  const [head] = await once(client, "data");
  let answer = "";
  client.on("data", (bytes) => {
    answer += bytes;
    if (answer === "welcome") client.end();
  });
  client.on("error", () => undefined);
  client.write(hello.subarray(0, 3));
  setTimeout(() => client.write(hello.subarray(3)), 20);
  await once(client, "close");
  return { head: String(head), answer, seen: Buffer.concat(seen), dialled, refused: proxy.refused() };
}

describe("A20 the way out", () => {
  test("leads to a listed host, byte for byte", async () => {
    const hello = await helloFor("registry.example.org");
    const { head, answer, seen, dialled } = await tunnelled("registry.example.org:443", hello);
    expect(head).toContain("200 Connection Established");
    expect(answer).toBe("welcome");
    expect(seen.equals(hello)).toBe(true);
    expect(dialled).toEqual([`${PUBLIC}:443`]);
  });

  test("leads nowhere when TLS asks for another host than CONNECT did", async () => {
    const { answer, dialled, refused } = await tunnelled(
      "registry.example.org:443",
      await helloFor("evil.example"),
    );
    expect({ answer, dialled }).toEqual({ answer: "", dialled: [] });
    expect(refused[0]?.because).toContain("asks for another host");
  });

  test("leads nowhere for what is not TLS, or names no host", async () => {
    for (const bytes of [Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"), await helloFor("")])
      expect((await tunnelled("registry.example.org:443", bytes)).dialled).toEqual([]);
  });

  test.each([
    "CONNECT registry.example.org.evil.tld:443",
    "CONNECT registry.example.org:22",
    "CONNECT deb.debian.org:80",
    "CONNECT evil.tld@registry.example.org:443",
    "CONNECT [::1]:443",
    "CONNECT 169.254.169.254:443",
    "GET http://169.254.169.254/latest/meta-data/",
    "GET http://evil.tld/",
    "GET http://evil.tld@deb.debian.org/",
    "GET http://deb.debian.org:443/",
    "GET http://deb.debian.org\\@evil.tld/",
    "GET /etc/passwd",
    "POST http://deb.debian.org/",
  ])("is refused to %s", async (line) => {
    const { proxy, dialled } = await aProxy(createServer());
    const answer = await answerTo(proxy, `${line} HTTP/1.1\r\nHost: deb.debian.org\r\n\r\n`);
    expect(answer).toMatch(/ 403 | 400 /);
    expect(dialled).toEqual([]);
    // What is not even HTTP the server refuses before us.
    if (answer.includes("403")) await expect.poll(() => proxy.refused().length).toBe(1);
  });

  test.each([[["169.254.169.254"]], [[PUBLIC, "127.0.0.1"]], [["fd00:ec2::254"]], [[]]])(
    "is refused when a listed name resolves to %j",
    async (addresses) => {
      const { proxy, dialled } = await aProxy(createServer(), async () => addresses);
      expect(await answerTo(proxy, "CONNECT registry.example.org:443 HTTP/1.1\r\n\r\n")).toContain("403");
      expect(dialled).toEqual([]);
    },
  );

  test("takes the address it checked: a name is resolved once", async () => {
    const answers = [[PUBLIC], ["127.0.0.1"]];
    const { dialled } = await (async () => {
      const made = await aProxy(createServer(), async () => answers.shift() ?? []);
      const client = connect(Number(new URL(made.proxy.url).port), "127.0.0.1");
      onTestFinished(() => void client.destroy());
      client.write("CONNECT registry.example.org:443 HTTP/1.1\r\n\r\n");
      await once(client, "data");
      client.write(await helloFor("registry.example.org"));
      await expect.poll(() => made.dialled.length).toBe(1);
      return made;
    })();
    expect(dialled).toEqual([`${PUBLIC}:443`]);
    expect(answers).toHaveLength(1);
  });

  test("fetches signed packages over plain HTTP, with the host's own name and no credentials for us", async () => {
    const server = createHttpServer((incoming, response) => {
      response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
    });
    const { proxy } = await aProxy(server);
    const { port } = new URL(proxy.url);
    const outgoing = request({
      host: "127.0.0.1",
      port,
      path: "http://deb.debian.org/debian/dists/stable/InRelease",
      headers: { host: "evil.tld", "proxy-authorization": "Basic x" },
    }).end();
    const [answer] = await once(outgoing, "response");
    const { url, headers } = JSON.parse(await text(answer));
    expect(url).toBe("/debian/dists/stable/InRelease");
    expect(headers.host).toBe("deb.debian.org");
    expect(headers).not.toHaveProperty("proxy-authorization");
  });
});

test("A20 the host a TLS client asks for is found in every cut of its words, and never in garbage", async () => {
  const hello = await helloFor("registry.example.org");
  for (let length = 0; length < hello.length; length += 7)
    expect(greetingOf(hello.subarray(0, length))).toBe("more");
  expect(greetingOf(hello)).toEqual({ host: "registry.example.org" });
  for (let at = 5; at < hello.length; at += 3) {
    const broken = Buffer.from(hello);
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    expect(() => greetingOf(broken)).not.toThrow();
  }
});
