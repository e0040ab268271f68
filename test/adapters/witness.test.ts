import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/requirements.ts";
import { aWitness, foldersDuring, GET, processesNaming, type Stand } from "./witness-notes.ts";

const SANDBOXES: ["bare" | "bubblewrap", typeof test | ReturnType<typeof needs>][] = [
  ["bare", test],
  ["bubblewrap", needs("bubblewrap")],
];

describe.each(SANDBOXES)("a witness of a program in the %s sandbox", (name, check) => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await aWitness(name);
  });
  afterEach(() => stand.close());

  check("asks as it was told and compares status and text", async () => {
    const post = { ...GET, method: "POST", path: "/notes", body: '{"title":"Milk"}', status: 201 } as const;
    const testimonies = await stand.hear("nothing", [
      { ...GET, contains: "<h1>Notes" },
      { ...post, contains: '"Milk"' },
      { ...post, contains: "Butter" },
      { ...GET, path: "/nowhere" },
    ]);
    expect(testimonies.map(({ holds, seen }) => `${holds}: ${seen}`)).toEqual([
      "true: GET / answered 200 with “<h1>Notes”",
      'true: POST /notes answered 201 with “"Milk"”',
      'false: POST /notes answered 201 without “Butter”; its body begins: {"notes":["Milk","Milk"]}',
      "false: GET /nowhere answered 404, not 200; its body begins: no such page",
    ]);
    expect(new Set(testimonies.map(({ digest }) => digest)).size).toBe(4);
  });

  check("follows no redirect, and speaks to the program under its own name", async () => {
    const [old, headers, flood] = await stand.hear("nothing", [
      { ...GET, path: "/old", status: 302 },
      { ...GET, path: "/headers", contains: `"host":"127.0.0.1:${stand.port}"` },
      { ...GET, path: "/flood", contains: "the end" },
    ]);
    expect([old?.holds, headers?.holds]).toEqual([true, true]);
    expect(flood?.seen).toMatch(/^GET \/flood answered 200 without “the end”/);
  });

  check("tells of a program that ends before it answers, without its secrets", async () => {
    const testimonies = await stand.hear("exit", [GET, GET]);
    const seen = "The program ended with exit code 7 before it answered. Its last words: no ink, ***";
    expect(testimonies).toMatchObject([
      { holds: false, seen },
      { holds: false, seen },
    ]);
  });

  check("tells of a program that listens elsewhere", async () => {
    const [only] = await stand.hear("port", [GET], { seconds: 1 });
    expect(only).toMatchObject({
      holds: false,
      seen: `The program did not answer GET / on 127.0.0.1:${stand.port} within 1 seconds: nothing listens there. Its last words: listening`,
    });
  });

  check("tells of a program that hangs, within its time", async () => {
    const begun = performance.now();
    const [only] = await stand.hear("hangs", [GET], { seconds: 1 });
    expect(only?.seen).toMatch(/^The program did not answer GET \/ .* within 1 seconds/);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  check("tells of a program that dies of a question, and asks it no more", async () => {
    const [first, second] = await stand.hear("crash", [GET, GET]);
    expect(first?.seen).toMatch(
      /^GET \/: the connection broke: .*; then the program ended with exit code 3. Its last words: listening\nout of ink$/,
    );
    expect(second?.seen).toMatch(/^It could not be asked any more: the program ended with exit code 3/);
    expect([first?.holds, second?.holds]).toEqual([false, false]);
  });

  check("runs a probe that finds the program by its address", async () => {
    const [up, down] = await stand.hear("nothing", [
      {
        by: "probe",
        command: 'node -e "fetch(process.env.DAYBREAK_URL).then(r => process.exit(r.status - 200))"',
      },
      { by: "probe", command: "echo it\\'s secret-word; exit 4" },
    ]);
    expect(up).toMatchObject({ holds: true, seen: expect.stringMatching(/exited 0$/) });
    expect(down).toMatchObject({ holds: false, seen: "`echo it\\'s ***; exit 4` exited 4: it's ***" });
  });

  check("stops at its time, and says what it did not ask", async () => {
    const [first, second] = await stand.hear("nothing", [{ by: "probe", command: "sleep 60" }, GET], {
      limit: 2,
    });
    expect(first?.seen).toMatch(
      /^`sleep 60` was stopped after 2 seconds|^`sleep 60` was stopped after 1 seconds/,
    );
    expect(second).toMatchObject({ holds: false, seen: "The time was over before it was asked." });
  });

  check("leaves no process and no folder behind", async () => {
    const command = "node app.mjs nothing & node app.mjs port";
    const hearing = stand.hear("", [GET, { by: "probe", command: "sleep 300 & sleep 1" }], { command });
    const folders = await foldersDuring(stand.port, hearing);
    expect(await hearing).toMatchObject([{ holds: true }, { holds: true }]);
    expect(folders).toHaveLength(2);
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(await Promise.all([...folders, stand.root].map(processesNaming))).toEqual([[], [], []]);
  });
});

const confined = needs("bubblewrap");

describe("a confined program", () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await aWitness("bubblewrap");
  });
  afterEach(() => stand.close());

  confined("reaches nothing of this machine, and its probe nothing but the program", async () => {
    const neighbour = createServer((_request, response) => response.end("the neighbour"));
    await new Promise<void>((resolve) => neighbour.listen(0, "127.0.0.1", resolve));
    const { port } = neighbour.address() as AddressInfo;
    const reach = `node -e "fetch('http://127.0.0.1:${port}').then(() => process.exit(0), () => process.exit(9))"`;
    const [probe] = await stand.hear("nothing", [{ by: "probe", command: reach }]);
    const [program] = await stand.hear("nothing", [GET], { command: reach });
    neighbour.close();
    expect(probe?.seen).toMatch(/exited 9$/);
    expect(program?.seen).toMatch(/ended with exit code 9/);
  });

  confined("cannot touch the socket through which it is asked, and sees only its own", async () => {
    const probe = { by: "probe", command: "echo; ls /tmp/daybreak-inside-*; exit 1" } as const;
    const [own] = await stand.hear("nothing", [probe]);
    expect(own?.seen).toMatch(new RegExp(`: forward.cjs\\nout-${stand.port}$`));
    const command = "cd /tmp/daybreak-inside-* && ls; touch x || rm -f in-* || exit 5";
    const [only] = await stand.hear("nothing", [GET], { command });
    expect(only?.seen).toMatch(/ended with exit code 5/);
    expect(only?.seen.match(/in-\d+$/gm)).toHaveLength(1);
  });
});
