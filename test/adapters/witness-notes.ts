/** A small notes app in many states of health, and a witness that hears it. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { createWitness } from "#adapters/witness/witness.ts";
import type { Start } from "#core/policy-file.ts";
import type { DrivenWay, Testimony, Witness } from "#ports/witness.ts";

/** The app. Its first argument is what is wrong with it. */
const APP = `
import { createServer } from "node:http";
const wrong = process.argv[2] ?? "nothing";
const notes = [];
let asked = 0;
const PAGE = \`<!doctype html><title>Notes</title>
<style>body{background:#fff}@media (prefers-color-scheme:dark){body{background:#000;color:#fff}}</style>
<h1>Notes</h1>
<form><label>Title <input name="title"></label><input placeholder="Body of the note">
<select aria-label="Colour"><option>Red</option><option>Blue</option></select><button>Add note</button></form>
<ul></ul><p id="busy">Saving…</p><p style="display:none">Hidden words</p>
<script>
\${wrong === "console" ? 'console.error("the ledger is out of ink");' : ""}
\${wrong === "cdn" ? 'fetch("http://cdn.example/x.js").catch(() => undefined);' : ""}
\${/refused|failing/.test(wrong) ? 'fetch("/me").then((r) => { document.querySelector("h1").textContent = r.ok ? "Welcome" : "Please sign in"; });' : ""}
\${wrong === "asset" ? 'document.write("<link rel=stylesheet href=/gone.css>");' : ""}
busy.hidden = true;
document.forms[0].onsubmit = async (event) => {
  event.preventDefault();
  \${wrong === "click" ? "undefined.length;" : ""}
  busy.hidden = false;
  const [title, body, colour] = document.forms[0].elements;
  await fetch("/notes", { method: "POST", body: JSON.stringify({ title: title.value }) });
  setTimeout(() => {
    busy.hidden = true;
    document.querySelector("ul").innerHTML += "<li>" + title.value + ", " + body.value + ", " + colour.value + "</li>";
  }, 200);
};
</script>\`;
const server = createServer(async (request, response) => {
  asked++;
  if (wrong === "hangs") return;
  if (wrong === "crash" && asked > 1) { console.log("out of ink"); process.exit(3); }
  if (request.url === "/fetch-neighbour") {
    const text = await fetch("http://127.0.0.1:" + request.headers.neighbour).then((r) => r.text(), () => "unreachable");
    return response.end(text);
  }
  if (request.url === "/old") return response.writeHead(302, { location: "/" }).end();
  if (request.url === "/headers") return response.end(JSON.stringify(request.headers));
  if (request.url === "/flood") { for (let i = 0; i < 60; i++) response.write("x".repeat(100_000)); return response.end("the end"); }
  if (request.url?.startsWith("/tell/")) return response.setHeader("content-type", "text/html").end(NEIGHBOUR);
  if (request.url === "/notes" && request.method === "POST") {
    for await (const chunk of request) notes.push(JSON.parse(String(chunk)).title);
    return response.writeHead(201).end(JSON.stringify({ notes }));
  }
  if (request.url === "/me") return response.writeHead(wrong === "refused" ? 401 : 500).end("who are you?");
  if (request.url !== "/") return response.writeHead(404).end("no such page");
  response.setHeader("content-type", "text/html; charset=utf-8").end(PAGE);
});
const NEIGHBOUR = \`<body><script>
const port = location.pathname.split("/").pop();
fetch("http://127.0.0.1:" + port, { mode: "no-cors" }).then(() => document.write("reached"), () => document.write("out of reach"));
</script>\`;
if (wrong === "exit") { console.error("no ink, secret-word"); process.exit(7); }
server.listen(wrong === "port" ? 9999 : Number(process.env.PORT), process.env.HOST, () => console.log("listening"));
`;

export const SANDBOXES = {
  bubblewrap: () => createBubblewrap({ readable: [dirname(process.execPath)] }),
  bare: async () => createBareSandbox(),
};

export type Stand = {
  root: string;
  /** The program's, and nobody else's on this machine. */
  port: number;
  witness: Witness;
  hear(
    wrong: string,
    ways: readonly DrivenWay[],
    rest?: Partial<Start> & { limit?: number },
  ): Promise<Testimony[]>;
  start(wrong: string, rest?: Partial<Start>): Start;
  pictures(): Promise<string[]>;
  close(): Promise<void>;
};

export async function aWitness(sandbox: keyof typeof SANDBOXES, browser?: string | null): Promise<Stand> {
  const port = await freePort();
  const root = await mkdtemp(join(tmpdir(), "daybreak-witness-"));
  for (const folder of ["home", "head-driven"]) await mkdir(join(root, folder));
  await writeFile(join(root, "head-driven", "app.mjs"), APP);
  const pictures = join(root, "pictures");
  const witness = createWitness({
    sandbox: SANDBOXES[sandbox],
    placeOf: (place) => join(root, place),
    home: join(root, "home"),
    path: `${dirname(process.execPath)}:/usr/bin:/bin`,
    pictures,
    redact: (text) => text.replaceAll("secret-word", "***"),
    ...(browser === undefined ? {} : { browser }),
  });
  const start = (wrong: string, rest: Partial<Start> = {}): Start => ({
    command: `node app.mjs ${wrong}`,
    port,
    ready: "/",
    seconds: 20,
    ...rest,
  });
  return {
    root,
    port,
    witness,
    start,
    hear: (wrong, ways, { limit = 150, ...rest } = {}) =>
      witness.hear("head-driven", start(wrong, rest), ways, limit),
    pictures: async () => (existsSync(pictures) ? (await readdir(pictures)).toSorted() : []),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

/** Command lines on this machine that hold the text. */
export async function processesNaming(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes(text));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The folders of ours that the processes of one stand name while a hearing goes on. */
export async function foldersDuring(port: number, hearing: Promise<unknown>): Promise<string[]> {
  const folders = new Set<string>();
  let over = false;
  const done = hearing.finally(() => {
    over = true;
  });
  while (!over) {
    for (const line of await processesNaming(`-${port}"`))
      for (const [folder] of line.matchAll(/\/tmp\/daybreak-(?:inside|browser)-\w+/g)) folders.add(folder);
    await pause(20);
  }
  await done;
  return [...folders];
}

export const GET = { by: "http", method: "GET", path: "/", body: null, status: 200, contains: null } as const;
