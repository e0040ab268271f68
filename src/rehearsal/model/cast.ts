/** Which part of the script a conversation plays: by milestone, attempt and phase, never by the order of calls. */

import { type Headline, parseHeadline } from "#prose/brief.ts";
import { type MessagesRequest, openingOf } from "#rehearsal/model/request.ts";
import { aTurn, type Script, type Turn } from "#rehearsal/model/script.ts";

export type Cast = { name: Headline | null; turns: readonly Turn[] };

/** The entry with the greatest attempt not above the actual one, else what the script says for others. */
export function castFor(script: Script, request: MessagesRequest): Cast {
  const name = parseHeadline(openingOf(request));
  const entry = script.milestones
    .filter(
      (one) =>
        name && one.milestone === name.milestone && one.phase === name.phase && one.attempt <= name.attempt,
    )
    .reduce<Script["milestones"][number] | null>(
      (best, one) => (best && best.attempt > one.attempt ? best : one),
      null,
    );
  return { name, turns: entry?.turns ?? script.otherwise?.turns ?? [asksForAnEntry(name)] };
}

/** A turn beyond the end of the script: a short text, and the end. */
export function turnOf({ turns }: Cast, index: number): Turn {
  return turns[index] ?? aTurn({ text: "The script has nothing more to say here." });
}

function asksForAnEntry(name: Headline | null): Turn {
  const who = name
    ? `milestone ${name.milestone}, attempt ${name.attempt}, phase ${name.phase}`
    : "this conversation";
  return aTurn({
    tools: [
      {
        name: "finish",
        input: {
          status: "blocked",
          summary: `The script of the scripted model has no entry for ${who}.`,
          question: `What should the script say for ${who}?`,
        },
      },
    ],
  });
}
