/** One issue, one question: what happened, what was tried, how to answer. Printed and read back side by side. */

import type { MilestoneId } from "#core/milestone.ts";
import { Blocker } from "#core/observation.ts";
import { fenced, plain } from "#prose/hostile.ts";
import { bullets, cut, section, sentence } from "#prose/markdown.ts";

/** What the marker of a blocker carries: enough to recognise the question without reading the words for humans. */
type Question = Pick<Blocker, "key" | "milestone" | "because" | "ask">;

const Question = Blocker.pick({ key: true, milestone: true, because: true, ask: true });

type Asked = {
  milestone: { id: MilestoneId; title: string } | null;
  key: string;
  because: string;
  ask: string;
  tried: readonly { attempt: number; because: readonly string[] }[];
};

/** Characters of `because` and `ask` that the marker carries unchanged. What is longer ends in an ellipsis. */
export const MOST_IN_MARKER = 2_000;

/** Characters of what a question proposes, below its first line. */
const MOST_PROPOSED = 8_000;

const MOST_TRIED = 20;

export function blockerTitle({ milestone, because }: Pick<Asked, "milestone" | "because">): string {
  const subject = milestone === null ? "Daybreak" : milestone.id;
  return plain(`${subject} needs an answer: ${because}`, 120);
}

export function blockerBody({ milestone, key, because, ask, tried }: Asked): string {
  const about = referenceIn(because);
  return [
    milestone === null
      ? "**This holds up the whole night.**"
      : `**${plain(milestone.id, 64)}: ${plain(milestone.title, 200)}** cannot go on without you.`,
    section("The question", question(ask)),
    section(
      "What happened",
      `${sentence(plain(because, MOST_IN_MARKER))}${about === null ? "" : ` See ${about}.`}`,
    ),
    ...(tried.length === 0 ? [] : [section("What was tried", bullets(attempts(tried)))]),
    section("How to answer", howToAnswer(milestone !== null)),
    printMarker({ key, milestone: milestone?.id ?? null, because, ask }),
  ].join("\n\n");
}

/** Its first line asks; what stands below is text to take over as it is, such as a proposed split. */
function question(ask: string): string {
  const [first = "", ...rest] = ask.trim().split("\n");
  const proposed = rest.join("\n").trim();
  const asked = plain(first, MOST_IN_MARKER);
  return proposed === "" ? asked : `${asked}\n\n${fenced(proposed, MOST_PROPOSED)}`;
}

/** What the marker of a body says, or null if it has none that can be read. Whose issue it is, is for the caller to check. */
export function parseBlocker(body: string): Question | null {
  const marker = /^<!-- daybreak:blocker (\{.*\}) -->\r?$/mu.exec(body)?.[1];
  if (marker === undefined) return null;
  try {
    return Question.safeParse(JSON.parse(marker)).data ?? null;
  } catch {
    return null;
  }
}

/** The pull request or issue our own sentences begin with, as a live reference. */
export function referenceIn(because: string): string | null {
  return /^#\d{1,9}\b/u.exec(because)?.[0] ?? null;
}

/** JSON in which every character that means something to HTML or Markdown, or is not ASCII, is written as its code. */
function printMarker({ key, milestone, because, ask }: Question): string {
  const json = JSON.stringify({ key, milestone, because: carried(because), ask: carried(ask) });
  const ascii = json.replace(
    /[^\w ",.:{}\\]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `<!-- daybreak:blocker ${ascii} -->`;
}

function carried(text: string): string {
  return text.length <= MOST_IN_MARKER ? text : `${text.slice(0, MOST_IN_MARKER - 1)}…`;
}

function attempts(tried: Asked["tried"]): string[] {
  const told = tried.map(({ attempt, because }) => `Attempt ${attempt}: ${plain(because.join("; "), 600)}`);
  return cut(told, MOST_TRIED, "attempts");
}

function howToAnswer(isAboutMilestone: boolean): string {
  const readInRoadmap =
    "What the next attempt has to know belongs into the milestone in the roadmap: comments here are not read.";
  return `Do what the question asks, then close this issue. ${isAboutMilestone ? readInRoadmap : "Comments here are not read."}`;
}
