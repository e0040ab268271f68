/** What goes into one command and what comes out of it, in a folder of its own. Follows no link of foreign code's. */

import { constants } from "node:fs";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Writes } from "#ports/workbench.ts";

/** Reports larger than this, in bytes, are not read. */
const LARGEST_REPORT = 50_000_000;

export type Tray = {
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** The command, after it was given its files. */
  script(command: string): string;
  /** What the command left as its report; null if nothing, or no ordinary file. */
  report(): Promise<string | null>;
  clear(): Promise<void>;
};

export async function openTray(trays: string, writes: Writes): Promise<Tray> {
  await mkdir(trays, { recursive: true });
  const folder = await mkdtemp(join(trays, "t-"));
  const report = join(folder, "report");
  const given = Object.entries(writes);
  for (const [index, [, text]] of given.entries()) await writeFile(join(folder, String(index)), text);
  return {
    folder,
    environment: { DAYBREAK_REPORT: report },
    script(command) {
      // Inside the sandbox: what foreign code made of the place's folders can lead nowhere from there.
      const copies = given.map(
        ([path], index) =>
          `mkdir -p "$(dirname ${quoted(`./${path}`)})" && cp --remove-destination ${quoted(join(folder, String(index)))} ${quoted(`./${path}`)}`,
      );
      return [...copies, command].join("\n");
    },
    report: async () => await readOrdinary(report),
    clear: async () => await rm(folder, { recursive: true, force: true }),
  };
}

async function readOrdinary(path: string): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      return stat.isFile() && stat.size <= LARGEST_REPORT ? await file.readFile("utf8") : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
