/** How one mistake in the owner's files is told: where, what, and what to do. */

import type { Diagnostic } from "#core/errors.ts";

/** `ROADMAP.md:3:17 error ROADMAP_… sentence. Remedy.` */
export function sayDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code } = diagnostic;
  return `${file}:${line}:${column} ${severity} ${code} ${sayMistake(diagnostic)}`;
}

/** The sentence and the remedy, however the sentence ends. */
export function sayMistake({ message, remedy }: Pick<Diagnostic, "message" | "remedy">): string {
  return `${message.replace(/\.$/, "")}. ${remedy}`;
}
