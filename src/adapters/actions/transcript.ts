/** The transcript of an attempt on disk, one JSON line an event, without secrets. Holds up nobody who writes to it. */

import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { TranscriptEvent } from "#ports/engine.ts";

export type Transcript = {
  hear(event: TranscriptEvent): void;
  /** Rejects if any of it could not be written. */
  written(): Promise<void>;
};

export async function openTranscript(path: string, redact: (text: string) => string): Promise<Transcript> {
  await mkdir(dirname(path), { recursive: true });
  let written = Promise.resolve();
  return {
    hear(event) {
      written = written.then(async () => await appendFile(path, `${redact(JSON.stringify(event))}\n`));
      // A full disk must not end the process in the middle of the work: it is told at the end.
      written.catch(() => undefined);
    },
    written: async () => await written,
  };
}
