/** Which part of the script a conversation plays: by milestone, attempt and phase, never by the order of calls. */

import type { Analysis, Findings, Plan } from "#core/course.ts";
import { PHASES, Phase } from "#core/phases.ts";
import { type Headline, parseHeadline } from "#prose/brief.ts";
import { type MessagesRequest, openingOf } from "#rehearsal/model/request.ts";
import { aTurn, type Script, type Turn } from "#rehearsal/model/script.ts";

export type Cast = { name: Headline | null; turns: readonly Turn[] };

type Entry = Script["milestones"][number];

/** What the script says for this conversation, else for others, else what its phase needs to be over. */
export function castFor(script: Script, request: MessagesRequest): Cast {
  const opening = openingOf(request).join("\n");
  const name = headlineIn(opening);
  const turns = name === null ? script.otherwise?.turns : turnsFor(script, name, opening);
  return { name, turns: turns ?? [asksForAnEntry(name)] };
}

function turnsFor(script: Script, name: Headline, opening: string): readonly Turn[] | null {
  const others = script.otherwise?.turns ?? null;
  const played = name.phase === "execute" ? ["execute", "work"] : [name.phase];
  const own = entryFor(script, name, played)?.turns;
  const phase = Phase.safeParse(name.phase.replace(/-\d+$/u, "").replace("scout", "research")).data;
  if (own || phase === undefined || name.phase === "execute") return own ?? others;
  const known = others !== null || entryFor(script, name, ["work", ...PHASES]) !== null;
  return [
    known
      ? aTurn({ tools: [conclusionOf(phase, name, opening)] })
      : asksForAnEntry({ ...name, phase: "work" }),
  ];
}

/** The entry with the greatest attempt not above the actual one, in the first of these phases that has it. */
function entryFor({ milestones }: Script, name: Headline, phases: readonly string[]): Entry | null {
  const rank = (one: Entry) => one.attempt - phases.indexOf(one.phase) / phases.length;
  return milestones
    .filter(
      (one) => one.milestone === name.milestone && phases.includes(one.phase) && one.attempt <= name.attempt,
    )
    .reduce<Entry | null>((best, one) => (best && rank(best) > rank(one) ? best : one), null);
}

/** The least a phase can be concluded with: it says nothing that the contract does not. */
function conclusionOf(phase: Phase, { milestone }: Headline, opening: string): Turn["tools"][number] {
  switch (phase) {
    case "analyse": {
      const analysis: Analysis = {
        aim: "What the milestone asks for.",
        features: [{ feature: "What the milestone asks for", scope: "core" }],
        platforms: [{ platform: "the one the gate commands run on", inScope: true }],
        checks: namesIn(opening, milestone).map((criterion) => ({
          criterion,
          check: "as the contract says",
        })),
        questions: [],
      };
      return { name: "conclude_analysis", input: analysis };
    }
    case "research":
      return { name: "conclude_research", input: { decisions: [], questions: [] } satisfies Findings };
    case "plan": {
      const step = {
        step: "What the milestone asks for",
        files: [],
        dependsOn: [],
        gate: "the gate commands",
      };
      return { name: "conclude_plan", input: { steps: [{ ...step, scope: "core" }] } satisfies Plan };
    }
    case "execute":
    case "test":
      return { name: "finish", input: { status: "done", summary: "The script has nothing more to say." } };
  }
}

/** The criteria the first message lists, by their names. */
function namesIn(opening: string, milestone: string): string[] {
  const lines = opening.split("\n").filter((line) => line.startsWith(`- ${milestone}/`));
  return lines
    .flatMap((line) => /^\/\d+(?= )/u.exec(line.slice(milestone.length + 2)) ?? [])
    .map((end) => milestone + end);
}

/** A program may put all it was told into one text, with what holds all the time before the contract. */
function headlineIn(opening: string): Headline | null {
  return (
    opening
      .split("\n")
      .map(parseHeadline)
      .find((name) => name !== null) ?? null
  );
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
