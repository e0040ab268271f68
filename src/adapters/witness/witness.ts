/** Hears what a running program has to say for itself: one program, all questions in order. Believes none of its words. */

import { existsSync } from "node:fs";
import { findBrowser } from "#adapters/witness/confined-browser.ts";
import { type Courtroom, type Hearing, hold, left } from "#adapters/witness/hearing.ts";
import { NO_BROWSER, type Sight, see, sit } from "#adapters/witness/sight.ts";
import { Failure } from "#core/errors.ts";
import { digestOf } from "#core/hash.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import type { DrivenWay, Testimony, Witness } from "#ports/witness.ts";

/** `browser`: its executable; null: there is none; left out: the first that is installed. */
export type WitnessOptions = Omit<Courtroom, "browser"> & { browser?: string | null };

export function createWitness(options: WitnessOptions): Witness {
  const { browser = findBrowser(), ...rest } = options;
  let sandbox: Promise<Sandbox> | null = null;
  const room: Courtroom = {
    ...rest,
    browser,
    sandbox() {
      sandbox ??= options.sandbox();
      return sandbox;
    },
  };
  return {
    async hear(place, start, ways, seconds) {
      return await hold(room, { place, start, seconds }, (hearing, down) => hearAll(hearing, down, ways));
    },
    async look(place, start, { path }, name, seconds) {
      if (browser === null) return [];
      return await hold(room, { place, start, seconds }, async (hearing, down) => {
        if (down !== null) return [];
        const { photograph } = await import("#adapters/witness/browser.ts");
        const pictures = { folder: room.pictures, name };
        return await sit(hearing, (sitting) => photograph(sitting, path, pictures)).catch(() => []);
      });
    },
    blindness() {
      if (browser === null) return NO_BROWSER;
      return existsSync(browser) ? null : `${browser} is not there, so no page can be looked at.`;
    },
  };
}

/** Whoever is down is asked nothing; whoever falls over is asked nothing more. */
async function hearAll(
  hearing: Hearing,
  down: string | null,
  ways: readonly DrivenWay[],
): Promise<Testimony[]> {
  const testimonies: Testimony[] = [];
  let silent = down;
  for (const [index, way] of ways.entries()) {
    const begun = performance.now();
    const sight = silent === null ? await seeOrSay(hearing, way, index + 1) : unseen(silent);
    const death = silent === null ? await hearing.program.death() : null;
    if (death !== null) silent = `It could not be asked any more: ${death}`;
    const sworn = death === null ? sight : { ...sight, holds: false, seen: `${sight.seen}; then ${death}` };
    testimonies.push(testimonyOf(sworn, begun, hearing.room.redact));
  }
  return testimonies;
}

/** What goes wrong on this side of the glass is a testimony that does not hold, too: nothing was seen. */
async function seeOrSay(hearing: Hearing, way: DrivenWay, number: number): Promise<Sight> {
  if (left(hearing.until) <= 0) return unseen("The time was over before it was asked.");
  try {
    return await see(hearing, way, number);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    return unseen(cause instanceof Error ? cause.message : String(cause));
  }
}

function unseen(because: string): Sight {
  return { holds: false, seen: because, all: because };
}

function testimonyOf(
  { holds, seen, all, pictures = [] }: Sight,
  begun: number,
  redact: (text: string) => string,
): Testimony {
  const seconds = (performance.now() - begun) / 1_000;
  return { holds, seen: redact(seen), digest: digestOf(all), seconds, pictures };
}
