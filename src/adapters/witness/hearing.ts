/** One program, up or down, and the time in which it may be asked. Ends it whatever happens. */

import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { type Program, startProgram } from "#adapters/witness/program.ts";
import type { Start } from "#core/policy-file.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import type { Place } from "#ports/workbench.ts";

/** Seconds beyond the time for all questions after which a program ends by itself. */
const RESERVE = 5;

/** Where and as what programs run. */
export type Courtroom = {
  sandbox: () => Promise<Sandbox>;
  /** The folder of a place. */
  placeOf: (place: Place) => string;
  /** HOME of foreign commands. */
  home: string;
  /** PATH of foreign commands. */
  path: string;
  /** Folder for the pictures; made when the first is taken. */
  pictures: string;
  /** Takes every secret we know out of a text. */
  redact: (text: string) => string;
  /** The browser's executable; null: there is none. */
  browser: string | null;
};

export type Hearing = {
  room: Courtroom;
  sandbox: Sandbox;
  program: Program;
  place: Place;
  start: Start;
  /** By `performance.now()`. */
  until: number;
};

/** `down` says why the program did not come up. */
export async function hold<Result>(
  room: Courtroom,
  { place, start, seconds }: { place: Place; start: Start; seconds: number },
  use: (hearing: Hearing, down: string | null) => Promise<Result>,
): Promise<Result> {
  const sandbox = await room.sandbox();
  const until = performance.now() + seconds * 1_000;
  const setting = { ...commandIn(room, place), seconds: seconds + RESERVE };
  const patience = Math.min(start.seconds, seconds);
  const program = await startProgram({ sandbox, start, setting, patience, redact: room.redact });
  try {
    return await use({ room, sandbox, program, place, start, until }, await program.comesUp());
  } finally {
    await program.end();
  }
}

/** As what a foreign command runs in a place. */
export function commandIn({ placeOf, home, path }: Courtroom, place: Place) {
  const directory = placeOf(place);
  return { directory, writable: [directory, home], environment: allowedEnvironment({ path, home }) };
}

/** Seconds until then. */
export function left(until: number): number {
  return Math.max(0, (until - performance.now()) / 1_000);
}
