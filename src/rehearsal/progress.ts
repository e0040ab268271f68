/** One line per job while a rehearsal runs. The same lines on a terminal and in a pipe. */

import type { ProgressEvent } from "#rehearsal/runner/machine.ts";

/** Null for what is not worth a line: skipped jobs, and runs that did what their jobs say. */
export function tellProgress(event: ProgressEvent): string | null {
  if (event.kind === "run")
    return event.state === "finished" && event.because !== undefined
      ? line(event.run, event.workflow, event.conclusion, event.seconds, event.because)
      : null;
  if (event.state !== "finished" || event.conclusion === "skipped") return null;
  return line(event.run, `${event.workflow}: ${event.job}`, event.conclusion, event.seconds);
}

function line(run: number, what: string, conclusion: string, seconds: number, because?: string): string {
  const shown = what.length > 62 ? `${what.slice(0, 61)}…` : what;
  const end = conclusion === "success" ? "" : `  ${conclusion}`;
  return `  ${String(run).padStart(5)}  ${shown.padEnd(62)} ${seconds.toFixed(1).padStart(5)} s${end}${because ? `: ${because}` : ""}`;
}
