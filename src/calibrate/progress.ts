/** Tells how a calibration goes on: on a terminal the line of the commit at hand gives way to its result. Decides nothing. */

import { beganSaid, builtSaid, judgedSaid, skippedSaid } from "#prose/calibration.ts";
import { dollars } from "#prose/figures.ts";
import type { CalibrationEvent, OnProgress } from "#src/calibrate/world.ts";

/** As much of a stream as is needed to tell something on it. */
type Stream = { write(text: string): unknown; isTTY?: boolean };

/** Back to the beginning of the line, and nothing left of it: ECMA-48's EL. */
const AFRESH = "\r\u001B[K";

export function progressOn(stream: Stream): OnProgress {
  return (event) => {
    const { line, passing } = saying(event);
    if (!stream.isTTY) return void (passing || stream.write(`${line}\n`));
    stream.write(passing ? `${AFRESH}${line} …` : `${AFRESH}${line}\n`);
  };
}

/** `passing`: what is said next takes its place. */
function saying(event: CalibrationEvent): { line: string; passing: boolean } {
  switch (event.kind) {
    case "started":
      return { line: `sandbox: ${event.sandbox} · results are kept in ${event.keep}`, passing: false };
    case "judging":
    case "building":
      return { line: `[${event.at}/${event.of}] ${beganSaid(event)}`, passing: true };
    case "judged":
      return { line: `[${event.at}/${event.of}] ${judgedSaid(event.judged)}${again(event)}`, passing: false };
    case "built":
      return { line: `[${event.at}/${event.of}] ${builtSaid(event.built)}${again(event)}`, passing: false };
    case "skipped":
      return { line: skippedSaid(event.skipped), passing: false };
    case "capped": {
      const { commits, budget, each } = event;
      return {
        line: `At most ${dollars(budget)} for ${commits} builds, ${dollars(each)} each.`,
        passing: false,
      };
    }
  }
}

function again({ known }: { known: boolean }): string {
  return known ? " (known)" : "";
}
