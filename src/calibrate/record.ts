/** What was found out about commits, one JSON line each, so that an interrupted calibration goes on. Judges nothing. */

import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { BuiltCommit, JudgedCommit } from "#core/calibration.ts";
import { digestOf } from "#core/hash.ts";

const Line = z.union([
  z.strictObject({ key: z.string(), judged: JudgedCommit }),
  z.strictObject({ key: z.string(), built: BuiltCommit }),
]);
type Line = z.infer<typeof Line>;

export type Records = {
  judged(key: string): JudgedCommit | null;
  built(key: string): BuiltCommit | null;
  add(line: Line): Promise<void>;
};

const FILE = "results.jsonl";

/** Whatever decides about a result is part of its key. */
export function keyOf(parts: readonly unknown[]): string {
  return digestOf(JSON.stringify(parts)).slice(0, 32);
}

/** Lines that cannot be read are as good as absent: a killed run leaves half of one, and another version others. */
export async function openRecords(directory: string): Promise<Records> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, FILE);
  const text = await readFile(file, "utf8").catch(() => "");
  const known = new Map<string, Line>();
  for (const line of text.split("\n").flatMap(lineFrom)) known.set(line.key, line);
  let torn = text !== "" && !text.endsWith("\n");
  return {
    judged(key) {
      const line = known.get(key);
      return line && "judged" in line ? line.judged : null;
    },
    built(key) {
      const line = known.get(key);
      return line && "built" in line ? line.built : null;
    },
    async add(line) {
      known.set(line.key, line);
      await appendFile(file, `${torn ? "\n" : ""}${JSON.stringify(line)}\n`);
      torn = false;
    },
  };
}

function lineFrom(text: string): Line[] {
  try {
    return [Line.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}
