/** The history of an attempt: only ever added to, because the service refuses one that changed. Sends nothing. */

import type {
  BetaContentBlock,
  BetaContentBlockParam,
  BetaMessage,
  BetaMessageParam,
  BetaToolResultBlockParam,
  BetaToolUseBlockParam,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import { estimatedTokens } from "#adapters/anthropic/estimate.ts";
import { openRepetition } from "#adapters/anthropic/repetition.ts";
import type { Usage } from "#core/prices.ts";
import type { TranscriptEvent } from "#ports/engine.ts";

export type Conversation = {
  messages(): BetaMessageParam[];
  /** How many tokens the next request will be read as, estimated rather high. */
  tokens(): number;
  /** Adds an answer. */
  heard(message: BetaMessage, usage: Usage): void;
  /** Adds the results of its calls, and a remark if there is one. An ending: it only repeats itself. */
  told(results: BetaMessageParam | null, remark: string | null): Ending | null;
  /** Adds an answer that ended without a call, or was cut, and says what is expected. An ending: said often enough. */
  nudged(message: BetaMessage, usage: Usage, why: "unfinished" | "cut"): Ending | null;
};

const NUDGES = {
  unfinished:
    "You ended your turn, but the attempt is not over. Go on with the work, or call `finish` if it is done or blocked.",
  cut: "Your answer was cut off at its longest length, and no tool was run. Go on in smaller steps.",
  repeating: "You have made the same call three times with the same result. Try another approach.",
} as const;
/** Nudges in a row without a call in between. */
const MOST_NUDGES = 3;
/** The same call with the same result: at the first count a nudge, at the second the end. */
const REPEATED = { nudge: 3, end: 4 } as const;

export function openConversation(given: {
  opening: string;
  /** What precedes the messages in every request: system prompt and tools. */
  frame: unknown;
  transcript: (event: TranscriptEvent) => void;
}): Conversation {
  const { opening, frame, transcript } = given;
  const messages: BetaMessageParam[] = [];
  const repeated = openRepetition();
  let tokens = estimatedTokens(frame);
  let nudges = 0;

  function add(message: BetaMessageParam): void {
    messages.push(message);
    tokens += estimatedTokens(message);
  }

  function heard({ content }: BetaMessage, usage: Usage): void {
    const said = sayable(content);
    if (said.length > 0) messages.push({ role: "assistant", content: said });
    tokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens;
  }

  function nudge(why: keyof typeof NUDGES, blocks: BetaContentBlockParam[]): void {
    transcript({ event: "nudge", why });
    add({ role: "user", content: [...blocks, { type: "text", text: NUDGES[why] }] });
  }

  /** How often in a row the last call was made, by the calls of the last answer and their results. */
  function repetitions(results: readonly BetaToolResultBlockParam[]): number {
    const calls = callsOf(messages.at(-1));
    const counts = results.map(({ tool_use_id, content, is_error }) => {
      const call = calls.find(({ id }) => id === tool_use_id);
      transcript({
        event: "tool",
        id: tool_use_id,
        name: call?.name,
        output: content,
        error: is_error === true,
      });
      return repeated({ name: call?.name ?? "", input: call?.input, output: content });
    });
    return Math.max(0, ...counts);
  }

  function told(answer: BetaMessageParam | null, remark: string | null): Ending | null {
    const results = resultsOf(answer);
    if (results.length === 0) return scold([], "unfinished");
    nudges = 0;
    const times = repetitions(results);
    const remarks: BetaContentBlockParam[] = remark === null ? [] : [{ type: "text", text: remark }];
    if (remark !== null) transcript({ event: "limit", remark });
    if (times >= REPEATED.end)
      return exhausted("stuck: it made the same call again and again, with the same result");
    if (times === REPEATED.nudge) nudge("repeating", [...results, ...remarks]);
    else add({ role: "user", content: [...results, ...remarks] });
    return null;
  }

  function scold(blocks: BetaContentBlockParam[], why: "unfinished" | "cut"): Ending | null {
    nudges += 1;
    if (nudges > MOST_NUDGES) {
      return exhausted(`it ended its turn ${nudges} times in a row without finishing`);
    }
    nudge(why, blocks);
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

function resultsOf(message: BetaMessageParam | null): BetaToolResultBlockParam[] {
  return blocksOf(message).filter((block) => block.type === "tool_result");
}

function callsOf(message: BetaMessageParam | undefined): BetaToolUseBlockParam[] {
  return blocksOf(message).filter((block) => block.type === "tool_use");
}

function blocksOf(message: BetaMessageParam | null | undefined): BetaContentBlockParam[] {
  return Array.isArray(message?.content) ? message.content : [];
}
