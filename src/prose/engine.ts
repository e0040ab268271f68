/** What an engine that is a program of its own is told beyond the brief: how it ends. Pure. */

import type { Brief } from "#core/brief.ts";
import { firstMessage, systemPrompt } from "#prose/brief.ts";

/** Before the question, where an engine has words and no exit code to ask by. */
const BLOCKED = "BLOCKED:";

/** Exit code of a command that asks a question: its last line of output is the question. */
export const ASKS = 20;

const HOW = {
  exit:
    "You are a command: there is no `finish` to call. Exit with 0 when it is done. If only a human can resolve what stops" +
    ` you, print one question as the last line of your output and exit with ${ASKS}. Any other exit code means that you failed.`,
  words:
    "Your tools are those of the program you run in, whatever their names, and there is no `finish` to call: end your turn" +
    ` when it is done. If only a human can resolve what stops you, let the last line of your last message be \`${BLOCKED}\`` +
    " and one question that can be answered in a sentence.",
} as const;

/** `exit`: it ends with an exit code. `words`: it ends its turn with a message. */
export type WayToEnd = keyof typeof HOW;

/** The words of the brief for a program: what holds all the time, and the contract. */
export function toldTo(
  brief: Brief,
  instructions: string,
  way: WayToEnd,
): { system: string; opening: string } {
  const system = `${systemPrompt(brief, instructions)}\n\n## How you end\n\nThis replaces what was said of \`finish\` and of tools above. ${HOW[way]}`;
  return { system, opening: firstMessage(brief) };
}

/** The question in the last line of a message, and what was said before it. Null: it asks none. */
export function questionIn(message: string): { because: string; ask: string } | null {
  const lines = message.trimEnd().split("\n");
  const last = lines.pop()?.trim().replaceAll("*", "") ?? "";
  if (!last.startsWith(BLOCKED)) return null;
  const ask = last.slice(BLOCKED.length).trim();
  return ask === "" ? null : { because: lines.join("\n").trim() || ask, ask };
}

/** The last line with something in it. */
export function lastLineOf(output: string): string {
  return output.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

/** What an engine is told that said it was done, and was not. */
export function notDone(report: string): string {
  return `It is not done. ${report}\n\nGo on, and end as before once it is.`;
}
