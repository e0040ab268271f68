/** The history of one conversation: only ever added to, because the service refuses one that changed. Sends nothing. */

import type {
  BetaContentBlock,
  BetaContentBlockParam,
  BetaMessage,
  BetaMessageParam,
  BetaToolResultBlockParam,
  BetaToolUseBlockParam,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { anotherApproach, type Course } from "#adapters/anthropic/course.ts";
import { estimatedTokens } from "#adapters/anthropic/estimate.ts";
import { signOf } from "#adapters/anthropic/signs.ts";
import type { Usage } from "#core/prices.ts";
import type { Verdict } from "#core/stuck.ts";
import type { TranscriptEvent } from "#ports/engine.ts";

export type Conversation = {
  messages(): BetaMessageParam[];
  /** How many tokens the next request will be read as, estimated rather high. */
  tokens(): number;
  /** Adds an answer. */
  heard(message: BetaMessage, usage: Usage): void;
  /** Adds the results of its calls, and a remark if there is one. Words: why it leads nowhere any more. */
  told(results: BetaMessageParam | null, remark: string | null): string | null;
  /** Adds an answer that ended without a call, or was cut, and says what is expected. Words: it was said often enough. */
  nudged(message: BetaMessage, usage: Usage, why: "unfinished" | "cut"): string | null;
};

const NUDGES = {
  unfinished:
    "You ended your turn, but the attempt is not over. Go on with the work, or call the tool that ends this phase.",
  cut: "Your answer was cut off at its longest length, and no tool was run. Go on in smaller steps.",
} as const;

export function openConversation(given: {
  opening: string;
  /** What precedes the messages in every request: system prompt and tools. */
  frame: unknown;
  transcript: (event: TranscriptEvent) => void;
  course: Pick<Course, "see" | "seconds">;
}): Conversation {
  const { opening, frame, transcript, course } = given;
  const messages: BetaMessageParam[] = [];
  let tokens = estimatedTokens(frame);

  function add(message: BetaMessageParam): void {
    messages.push(message);
    tokens += estimatedTokens(message);
  }

  function heard({ content }: BetaMessage, usage: Usage): void {
    const said = sayable(content);
    if (said.length > 0) messages.push({ role: "assistant", content: said });
    tokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens;
  }

  function nudge(why: string, words: string, blocks: BetaContentBlockParam[]): void {
    transcript({ event: "nudge", why });
    add({ role: "user", content: [...blocks, { type: "text", text: words }] });
  }

  /** What the calls of the last answer and their results say of how it goes. */
  function watched(results: readonly BetaToolResultBlockParam[]): Verdict {
    const calls = callsOf(messages.at(-1));
    const verdicts = results.map(({ tool_use_id: id, content: output, is_error }) => {
      const call = calls.find((one) => one.id === id);
      transcript({ event: "tool", id, name: call?.name, output, error: is_error === true });
      return course.see(signOf({ name: call?.name ?? "", input: call?.input, output }));
    });
    return worstOf([course.see({ sign: "answer", at: course.seconds() }), ...verdicts]);
  }

  function told(answer: BetaMessageParam | null, remark: string | null): string | null {
    const results = resultsOf(answer);
    if (results.length === 0) return scold([], "unfinished");
    const verdict = watched(results);
    const remarks: BetaContentBlockParam[] = remark === null ? [] : [{ type: "text", text: remark }];
    if (remark !== null) transcript({ event: "limit", remark });
    if (verdict.says === "park") return verdict.because;
    if (verdict.says === "go on") add({ role: "user", content: [...results, ...remarks] });
    else nudge("stuck", anotherApproach(verdict.because), [...results, ...remarks]);
    return null;
  }

  function scold(blocks: BetaContentBlockParam[], why: keyof typeof NUDGES): string | null {
    const verdict = course.see({ sign: "silence" });
    if (verdict.says === "park") return verdict.because;
    nudge(why, NUDGES[why], blocks);
    return null;
  }

  add({ role: "user", content: opening });
  return {
    messages: () => [...messages],
    tokens: () => tokens,
    heard,
    told,
    nudged(message, usage, why) {
      heard(message, usage);
      const unrun = message.content.filter((block) => block.type === "tool_use").map(({ id }) => notRun(id));
      return scold(unrun, why);
    },
  };
}

/** What an answer may be repeated as. Thinking that was cut before its signature came would be refused. */
function sayable(content: readonly BetaContentBlock[]): BetaContentBlockParam[] {
  const kept = content.filter((block) => block.type !== "thinking" || block.signature !== "");
  return structuredClone(kept) as BetaContentBlockParam[];
}

function notRun(id: string): BetaToolResultBlockParam {
  return {
    type: "tool_result",
    tool_use_id: id,
    content: "Not run: the answer was not complete.",
    is_error: true,
  };
}

function worstOf(verdicts: readonly Verdict[]): Verdict {
  const worst = (["park", "restore", "pivot"] as const)
    .map((says) => verdicts.find((one) => one.says === says))
    .find((one) => one !== undefined);
  return worst ?? { says: "go on" };
}

function resultsOf(message: BetaMessageParam | null): BetaToolResultBlockParam[] {
  return blocksOf(message).filter((block) => block.type === "tool_result");
}

function callsOf(message: BetaMessageParam | undefined): BetaToolUseBlockParam[] {
  return blocksOf(message).filter((block) => block.type === "tool_use");
}

function blocksOf(message: BetaMessageParam | null | undefined): BetaContentBlockParam[] {
  return Array.isArray(message?.content) ? message.content : [];
}
