/** What an attempt leaves while it works crosses to the next job, cut, cleaned and never trusted. */

import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkpointFolder, openFolders } from "#adapters/actions/folders.ts";
import type { Assignment } from "#core/brief.ts";
import { Sha, Slug, Spec } from "#core/milestone.ts";
import { MOST_CHARACTERS, noteOf } from "#core/notes.ts";
import { COST } from "../support/worlds.ts";

const rooms: string[] = [];
afterAll(() => Promise.all(rooms.map((room) => rm(room, { recursive: true, force: true }))));

const ABOUT: Assignment = {
  slug: Slug.parse("1"),
  attempt: 1,
  base: Sha.parse("base"),
  spec: Spec.parse("spec"),
};

async function aRoot(): Promise<string> {
  const room = await mkdtemp(join(tmpdir(), "checkpoint-"));
  rooms.push(room);
  return room;
}

/** As the steps of the workflow do: what one job leaves in `out/checkpoint` comes into the next one's `in`. */
async function carried(root: string): Promise<string> {
  const next = await aRoot();
  await rename(join(root, "out", "checkpoint"), join(next, "in"));
  return next;
}

const folders = (root: string, runAttempt = 1, about = ABOUT) =>
  openFolders(root, { runAttempt, about, staged: false });

test("notes, change and meter arrive as they were written last, those of a slug alike but for its end do not", async () => {
  const root = await aRoot();
  const work = folders(root);
  await work.writeNotes({ "state.md": "of the attempt before\n" });
  await work.writeMeter({ spend: COST, seconds: 1 });
  await work.writeMeter({ spend: { ...COST, usd: 2 }, seconds: 61 });
  await work.keepPatch(new Uint8Array());
  await work.keepPatch(Buffer.from("mine"));
  await work.keepPatch(Buffer.from("too late"));
  const kept = checkpointFolder(root, ABOUT, 1);
  await writeFile(join(kept, "state.md"), "Phase: test\n");
  await writeFile(join(kept, "other.md"), "nobody asked");
  const stranger = folders(root, 1, { ...ABOUT, slug: Slug.parse("1-1") });
  await stranger.writeNotes({ "plan.md": "somebody else's" });
  const left = await folders(await carried(root)).readCheckpoint();
  expect(left && { ...left, patch: Buffer.from(left.patch ?? []).toString() }).toEqual({
    notes: { "state.md": "Phase: test\n" },
    patch: "mine",
    meter: { spend: { ...COST, usd: 2 }, seconds: 61 },
  });
  expect(await folders(await aRoot()).readCheckpoint()).toBeNull();
});

test("a job that is run again reads what the first one left, unless it left something itself", async () => {
  const root = await aRoot();
  await folders(root, 1).writeNotes({ "state.md": "first" });
  await folders(root, 3).writeNotes({ "state.md": "third" });
  const next = await carried(root);
  const state = async (runAttempt: number) =>
    (await folders(next, runAttempt).readCheckpoint())?.notes["state.md"];
  expect([await state(1), await state(2), await state(3)]).toEqual(["first", "first", "third"]);
});

test("what was cut off in the middle, or is no note at all, is as good as none", async () => {
  const root = await aRoot();
  const kept = checkpointFolder(root, ABOUT, 1);
  await mkdir(join(kept, "plan.md"), { recursive: true });
  await writeFile(join(kept, "meter.json"), '{"spend":{"us');
  await writeFile(join(kept, "state.md"), Buffer.from([0xff, 0xfe, 0x20, 0x0a]));
  const left = await folders(await carried(root)).readCheckpoint();
  expect(left).toMatchObject({ patch: null, meter: null });
  expect(Object.keys(left?.notes ?? {})).toEqual(["state.md"]);
});

test("whoever is killed while he writes leaves what was there before", async () => {
  const root = await aRoot();
  const work = folders(root);
  const path = join(checkpointFolder(root, ABOUT, 1), "state.md");
  await work.writeNotes({ "state.md": "before" });
  const before = await open(path);
  await work.writeNotes({ "state.md": "after" });
  // The older file itself was not touched: there is no moment at which it is half of either.
  expect(await before.readFile("utf8")).toBe("before");
  await before.close();
  expect(await readFile(path, "utf8")).toBe("after");
});

test("what an engine says of its end is read as far as anybody keeps it", async () => {
  const root = await aRoot();
  const because = "x".repeat(5_000_000);
  await folders(root).writeOutcome({ outcome: "failed", because, code: null, spend: COST });
  const next = await aRoot();
  await rename(join(root, "out", "patch"), join(next, "in"));
  const outcome = await folders(next).readOutcome();
  expect(outcome).toMatchObject({
    outcome: "failed",
    spend: COST,
    because: expect.stringMatching(/^x{7999}…$/),
  });
});

test("a note is kept without what does not show, and not without end", async () => {
  expect(noteOf("a\u202Eb\u200B\u0007c\r\n\td")).toBe("abc\n\td");
  expect(noteOf(" \n\u200B")).toBeNull();
  const root = await aRoot();
  const kept = checkpointFolder(root, ABOUT, 1);
  await mkdir(kept, { recursive: true });
  await writeFile(join(kept, "state.md"), "€".repeat(2_000_000));
  const text = (await folders(await carried(root)).readCheckpoint())?.notes["state.md"] ?? "";
  expect(text.startsWith("€€")).toBe(true);
  expect(text.length).toBeLessThan(MOST_CHARACTERS + 100);
  expect(text).toContain("(cut here)");
});
