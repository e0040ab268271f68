/** Conversations beside the one of research, each with one question: they run at the same time, read, and change nothing. */

import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openConversation } from "#adapters/anthropic/conversation.ts";
import { type Attempt, converse } from "#adapters/anthropic/converse.ts";
import { Course } from "#adapters/anthropic/course.ts";
import type { Purse } from "#adapters/anthropic/purse.ts";
import type { Share } from "#adapters/anthropic/shares.ts";
import { openToolbox } from "#adapters/anthropic/tools.ts";
import type { TranscriptEvent } from "#ports/engine.ts";
import { scoutMessage } from "#prose/brief.ts";

/** No shell: two of them in one checkout would see each other's files. */
const SCOUTS_TOOLS = ["read", "glob", "grep", "conclude_research"];

/** What came of each question, in words. They live on the share of the phase, and on one purse together. */
export async function sendScouts(attempt: Attempt, questions: readonly string[]): Promise<string> {
  const { share } = attempt.course;
  if (share === null) return "Nobody could be sent.";
  const sent = questions.map((question, index) =>
    scout({ ...attempt, purse: partOfPurse(attempt.purse, questions.length) }, share, {
      question,
      number: index + 1,
    }),
  );
  return (await Promise.all(sent)).join("\n\n");
}

async function scout(
  attempt: Attempt,
  share: Share,
  { question, number }: { question: string; number: number },
): Promise<string> {
  const { brief, workspace, guards, params, stop } = attempt;
  const transcript = (event: TranscriptEvent) => attempt.transcript({ ...event, scout: number });
  const notes = await mkdtemp(join(workspace.spill, "scout-"));
  const course = new Course({
    state: { ...attempt.course.state, decisions: [], questions: [] },
    workspace: { ...workspace, notes },
    transcript,
    seconds: () => attempt.course.seconds(),
    only: SCOUTS_TOOLS,
  });
  const { milestone } = brief;
  const toolbox = openToolbox({ workspace, milestone, course, transcript, signal: stop, guards });
  const opening = scoutMessage(brief, { question, number });
  transcript({ event: "opening", phase: "scout", part: number, opening });
  const frame = { system: params.system, tools: params.tools };
  const conversation = openConversation({ opening, frame, transcript, course });
  const own = { ...attempt, course, toolbox, transcript, params: { ...params, tools: toolbox.tools } };
  const closing = await converse(own, conversation, share);
  const { decisions, questions } = course.state;
  const words = [
    question,
    ...decisions.map((one) => `- ${one}`),
    ...questions.map((one) => `- Still open: ${one}`),
    ...(course.concluded ? [] : [`- It was not found out: ${closing.over}.`]),
  ].join("\n");
  await guards.cameBack(words);
  return words;
}

/** Of what is left each of them may ask for an equal part: they ask at the same time, and no cap knows of the others. */
function partOfPurse(purse: Purse, parts: number): Purse {
  return {
    ...purse,
    allowance(contextTokens) {
      const all = purse.allowance(contextTokens * parts);
      return "because" in all ? all : { maxTokens: Math.max(1, Math.floor(all.maxTokens / parts)) };
    },
  };
}
