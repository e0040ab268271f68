/** Starts the program that was built and looks at it from outside, as a person would. The program runs confined. */

import type { WayOf } from "#core/milestone.ts";
import type { Start } from "#core/policy-file.ts";
import type { Place } from "#ports/workbench.ts";

/** What can only be seen of a program that runs. */
export type DrivenWay = WayOf<"http"> | WayOf<"browser"> | WayOf<"probe">;

/** What was seen. `seen` is a sentence for a human: the status, the step that failed, the console's first error. */
export type Testimony = {
  holds: boolean;
  seen: string;
  /** SHA-256 of everything that was seen: the response, the page's text, the output. */
  digest: string;
  seconds: number;
  /** File names below the evidence folder: screenshots. */
  pictures: string[];
};

export interface Witness {
  /**
   * Starts the program in a place, asks all of it in order, and ends it. One testimony per way. A program that does
   * not come up, or dies, is a testimony that does not hold. Never throws for what the program does.
   */
  hear(place: Place, start: Start, ways: readonly DrivenWay[], seconds: number): Promise<Testimony[]>;
  /** Pictures of a path in light and dark at three widths; empty when no browser can be started. Never blocks. */
  look(place: Place, start: Start, way: WayOf<"look">, name: string, seconds: number): Promise<string[]>;
  /** Why this machine cannot drive a browser, or null. */
  blindness(): string | null;
}
