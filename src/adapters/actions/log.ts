/** The job's log: lines that can never be taken for workflow commands, and annotations with file and line. */

import * as core from "@actions/core";
import type { Diagnostic } from "#core/errors.ts";
import { sayMistake } from "#prose/diagnostic.ts";

/** Writes one line per line. What foreign commands printed may try to command the runner: it is shown, not obeyed. */
export function say(text: string): void {
  for (const line of text.split(/\r\n|\r|\n/))
    core.info(isCommand(line) ? `| ${line.replaceAll("##[", "# #[")}` : line);
}

export function annotate(diagnostic: Diagnostic): void {
  const { file, line, column, code, severity } = diagnostic;
  const properties = { title: code, file, startLine: line, startColumn: column };
  (severity === "error" ? core.error : core.warning)(sayMistake(diagnostic), properties);
}

function isCommand(line: string): boolean {
  return line.trimStart().startsWith("::") || line.includes("##[");
}
