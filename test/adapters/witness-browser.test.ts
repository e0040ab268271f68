import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BrowserStep } from "#core/milestone.ts";
import type { DrivenWay, Testimony } from "#ports/witness.ts";
import { needs } from "../support/requirements.ts";
import { aWitness, foldersDuring, processesNaming, type Stand } from "./witness-notes.ts";

const ADD_A_NOTE: BrowserStep[] = [
  { do: "open", path: "/" },
  { do: "fill", what: "Title", value: "Milk" },
  { do: "fill", what: "Body of", value: "two bottles" },
  { do: "fill", what: "Colour", value: "Blue" },
  { do: "click", what: "Add note" },
  { do: "see", text: "Milk, two bottles, Blue" },
  { do: "miss", text: "Saving" },
];

const browse = (...steps: BrowserStep[]): DrivenWay => ({ by: "browser", steps });
const said = (testimonies: Testimony[]) => testimonies.map(({ holds, seen }) => `${holds}: ${seen}`);

describe.each([
  ["bubblewrap", needs("chromium and bubblewrap")],
  ["bare", needs("chromium")],
] as const)("a witness with a browser in the %s sandbox", (name, check) => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await aWitness(name);
  });
  afterEach(() => stand.close());

  check("does as a person would, and keeps a picture of the end", async () => {
    const [only] = await stand.hear("nothing", [browse(...ADD_A_NOTE)]);
    expect(only).toMatchObject({ holds: true, seen: "7 steps in a browser, as asked" });
    expect(only?.pictures).toEqual(["head-driven-browser-1.png"]);
    expect(sizeOf(join(stand.root, "pictures", "head-driven-browser-1.png"))).toEqual([1280, 800]);
  });

  check("lets a page reach no other port of this machine", async () => {
    const asked: string[] = [];
    const neighbour = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("the neighbour");
    });
    await new Promise<void>((resolve) => neighbour.listen(0, "127.0.0.1", resolve));
    const { port } = neighbour.address() as AddressInfo;
    const steps = [
      { do: "open", path: `/tell/${port}` } as const,
      { do: "see", text: "out of reach" } as const,
    ];
    const [tried] = await stand.hear("nothing", [browse(...steps)]);
    neighbour.close();
    expect(tried?.seen).toBe("2 steps in a browser, as asked");
    expect(asked).toEqual([]);
  });

  check("leaves no process and no folder behind", async () => {
    const hearing = stand.hear("nothing", [browse({ do: "see", text: "Notes" })]);
    const folders = await foldersDuring(stand.port, hearing);
    expect(await hearing).toMatchObject([{ holds: true }]);
    expect(folders).toHaveLength(3);
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(await Promise.all(folders.map(processesNaming))).toEqual([[], [], []]);
  });
});

describe("what a browser shows", () => {
  const check = needs("chromium and bubblewrap");
  let stand: Stand;
  beforeEach(async () => {
    stand = await aWitness("bubblewrap");
  });
  afterEach(() => stand.close());

  check(
    "says what cannot be clicked, filled, seen, missed, opened or pressed",
    async () => {
      const testimonies = await stand.hear("nothing", [
        browse({ do: "click", what: "Remove note" }),
        browse({ do: "fill", what: "Price", value: "3" }),
        browse({ do: "see", text: "Hidden words" }),
        browse({ do: "miss", text: "Notes" }),
        browse({ do: "open", path: "/nowhere" }),
        browse({ do: "press", key: "NoSuchKey" }),
      ]);
      expect(said(testimonies)).toEqual([
        "false: click “Remove note”: there is nothing of that name to click",
        "false: fill “Price” with “3”: there is no field of that name",
        "false: see “Hidden words”: it is not to be seen",
        "false: not see “Notes”: it is still to be seen",
        "false: open /nowhere: the page answered 404; console error: Failed to load resource: the server responded with a status of 404 (Not Found) at /nowhere",
        'false: press NoSuchKey: Unknown key: "NoSuchKey"',
      ]);
      expect(testimonies.map(({ pictures }) => pictures.length)).toEqual([1, 1, 1, 1, 1, 1]);
    },
    180_000,
  );

  check("does not let a page go by that is broken by its own account", async () => {
    const click = browse({ do: "click", what: "Add note" });
    const look = browse({ do: "see", text: "Notes" });
    expect(said(await stand.hear("click", [click]))).toEqual([
      "false: uncaught error: Cannot read properties of undefined (reading 'length')",
    ]);
    expect(said(await stand.hear("console", [look]))).toEqual([
      "false: console error: the ledger is out of ink",
    ]);
    expect(said(await stand.hear("asset", [look]))[0]).toMatch(/GET \/gone\.css answered 404/);
  });

  check("does not mind a refusal the page's own code asked for, when it shows what it should", async () => {
    const signIn = browse({ do: "see", text: "Please sign in" });
    const click = browse({ do: "click", what: "Add note" });
    const heard = await stand.hear("refused", [signIn, click, browse({ do: "see", text: "Welcome" })]);
    expect(said(heard)).toEqual([
      "true: one step in a browser, as asked",
      expect.stringMatching(/^false: .*GET \/me answered 401/),
      expect.stringMatching(/^false: see “Welcome”: it is not to be seen; .*GET \/me answered 401/),
    ]);
    expect(said(await stand.hear("failing", [signIn]))[0]).toMatch(/^false: .*GET \/me answered 500/);
  });

  check("does not mind a page that only asked for another host", async () => {
    expect(said(await stand.hear("cdn", [browse({ do: "see", text: "Notes" })]))).toEqual([
      "true: one step in a browser, as asked",
    ]);
  });

  check("takes pictures in light and dark at three widths", async () => {
    const way = { by: "look", path: "/" } as const;
    const names = await stand.witness.look("head-driven", stand.start("nothing"), way, "after", 60);
    expect(names).toEqual(
      ["light", "dark"].flatMap((s) => [390, 820, 1440].map((w) => `after-${s}-${w}.png`)),
    );
    expect(await stand.pictures()).toEqual(names.toSorted());
    const bytes = names.map((file) => readFileSync(join(stand.root, "pictures", file)));
    expect(names.map((file) => sizeOf(join(stand.root, "pictures", file))[0])).toEqual([
      390, 820, 1440, 390, 820, 1440,
    ]);
    expect(bytes[0]?.equals(bytes[3] ?? Buffer.of())).toBe(false);
  });
});

test("a witness without a browser says so, and takes no pictures", async () => {
  const blind = await aWitness("bare", null);
  const nowhere = await aWitness("bare", "/nowhere/chromium");
  const way = { by: "look", path: "/" } as const;
  expect(blind.witness.blindness()).toMatch(/^Neither Chromium nor Chrome is installed/);
  expect(nowhere.witness.blindness()).toMatch(/^\/nowhere\/chromium is not there/);
  const [only] = await blind.hear("nothing", [browse({ do: "see", text: "Notes" })]);
  expect(only).toMatchObject({ holds: false, seen: blind.witness.blindness() });
  expect(await blind.witness.look("head-driven", blind.start("nothing"), way, "x", 20)).toEqual([]);
  await Promise.all([blind.close(), nowhere.close()]);
});

/** Width and height stand in a PNG's header. */
function sizeOf(picture: string): [number, number] {
  const bytes = readFileSync(picture);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
