/** Holds one conversation: asks the model, runs its tools, asks again, until the phase or the attempt is over. Decides nothing about the work. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Anthropic } from "@anthropic-ai/sdk";
import type { BetaToolRunnerParams } from "@anthropic-ai/sdk/lib/tools/BetaToolRunner";
import { type Answer, ask, type Breakdown } from "#adapters/anthropic/ask.ts";
import type { Conversation } from "#adapters/anthropic/conversation.ts";
import type { Course } from "#adapters/anthropic/course.ts";
import { type Ending, exhausted, failed, unserved } from "#adapters/anthropic/ending.ts";
import type { Guards } from "#adapters/anthropic/guards.ts";
import type { Purse } from "#adapters/anthropic/purse.ts";
import type { Share } from "#adapters/anthropic/shares.ts";
import type { Toolbox } from "#adapters/anthropic/tools.ts";
import { troubleFrom } from "#adapters/anthropic/trouble.ts";
import type { Brief } from "#core/brief.ts";
import type { Usage } from "#core/prices.ts";
import type { TranscriptEvent, Workspace } from "#ports/engine.ts";

/** Milliseconds. `idle`: silence after which a stream is given up. `first`, `longest`: between two tries. */
export type Waits = { idle: number; first: number; longest: number };

/** Refused tries in a row: about twenty minutes of waiting. They cost nothing. */
const MOST_REFUSED = 24;
/** Broken streams in a row. They are paid for. */
const MOST_BROKEN = 6;
/** Tokens beyond which a conversation is worth less than a fresh one that knows where it stands. */
const LONGEST_CONVERSATION = 150_000;

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** What all conversations of an attempt share. */
export type Attempt = {
  brief: Brief;
  workspace: Workspace;
  course: Course;
  /** What stays the same in every request. */
  params: Omit<BetaToolRunnerParams, "messages" | "max_tokens">;
  toolbox: Toolbox;
  guards: Guards;
  purse: Purse;
  transcript: (event: TranscriptEvent) => void;
  client: Anthropic;
  waits: Waits;
  /** Fires at the wall clock's limit (`endsAt`, in milliseconds) or with `outside`, when we are told to stop. */
  stop: AbortSignal;
  outside: AbortSignal;
  endsAt: number;
};

/** How a conversation came to its end. `overflow`: the phase goes on in another one. */
export type Closing =
  | { over: "attempt"; ending: Ending }
  | { over: "phase"; because: "concluded" | "spent" }
  | { over: "stuck"; because: string }
  | { over: "overflow" };

/** One conversation, and the phase's share it lives on. */
type Talk = Attempt & { conversation: Conversation; share: Share; failures: Failures };
type Failures = { refused: number; broken: number; answers: number };

/** The loop. Every request passes the limits first, also the one that repeats a failed one. */
export async function converse(attempt: Attempt, conversation: Conversation, share: Share): Promise<Closing> {
  const { purse, client, waits, stop, transcript, course } = attempt;
  const talk: Talk = { ...attempt, conversation, share, failures: { refused: 0, broken: 0, answers: 0 } };
  for (;;) {
    const contextTokens = conversation.tokens();
    const allowance = purse.allowance(contextTokens);
    if (stop.aborted) return attemptOver(stopped(attempt));
    if ("because" in allowance) return attemptOver(exhausted(allowance.because));
    if (course.phase !== "test" && !share.allows(contextTokens)) return { over: "phase", because: "spent" };
    if (contextTokens > LONGEST_CONVERSATION && talk.failures.answers > 0) return { over: "overflow" };
    const messages = conversation.messages();
    const { maxTokens: max_tokens } = allowance;
    transcript({ event: "request", messages: messages.length, contextTokens, max_tokens });
    const params = { ...attempt.params, messages, max_tokens };
    const reply = await ask({ client, params, idle: waits.idle, signal: stop });
    const closing =
      "error" in reply ? await askAgain(talk, reply, contextTokens) : await respond(talk, reply);
    if (closing) return closing;
  }
}

function attemptOver(ending: Ending): Closing {
  return { over: "attempt", ending };
}

/** Null: wait is over, ask again. */
async function askAgain(
  talk: Talk,
  { error, seen }: Breakdown,
  contextTokens: number,
): Promise<Closing | null> {
  const { purse, stop, transcript, waits, endsAt, failures } = talk;
  const trouble = troubleFrom(error);
  transcript({ event: "error", because: error.message, seen });
  if (seen) purse.book(seen);
  if (trouble.means === "end") return attemptOver(trouble.ending);
  if (trouble.billed && !seen) purse.book({ ...NO_USAGE, inputTokens: contextTokens });
  if (stop.aborted) return attemptOver(stopped(talk));
  failures[trouble.billed ? "broken" : "refused"] += 1;
  const tries = failures.refused + failures.broken;
  if (failures.refused >= MOST_REFUSED || failures.broken >= MOST_BROKEN) {
    const because = `the model's service gave no answer in ${tries} tries: ${trouble.because}`;
    return attemptOver(trouble.billed ? failed(because) : unserved(because));
  }
  const pause = trouble.after ?? Math.min(waits.first * 2 ** (tries - 1), waits.longest);
  // Attempts run side by side: they should not all come back at the same moment.
  const milliseconds = Math.ceil(pause * (1 + Math.random() / 4));
  transcript({ event: "retry", tries, milliseconds, because: trouble.because, spend: purse.spent() });
  if (Date.now() + milliseconds > endsAt) {
    return attemptOver(unserved(`no time is left to wait for the model's service: ${trouble.because}`));
  }
  await sleep(milliseconds, undefined, { signal: stop }).catch(() => undefined);
  return null;
}

/** Null: go on. */
async function respond(talk: Talk, answer: Answer): Promise<Closing | null> {
  const { conversation, purse, transcript, failures } = talk;
  const { message, usage } = answer;
  Object.assign(failures, { refused: 0, broken: 0, answers: failures.answers + 1 });
  purse.book(usage);
  purse.answered();
  const { content, stop_reason } = message;
  transcript({ event: "assistant", content, stop_reason, usage, spend: purse.spent() });
  switch (stop_reason) {
    case "tool_use":
      return await runTools(talk, answer);
    case "pause_turn":
      conversation.heard(message, usage);
      return null;
    case "end_turn":
    case "stop_sequence":
      return stuckIf(conversation.nudged(message, usage, "unfinished"));
    case "max_tokens":
      return stuckIf(conversation.nudged(message, usage, "cut"));
    case "model_context_window_exceeded":
      return failures.answers > 1
        ? { over: "overflow" }
        : attemptOver(exhausted("the conversation outgrew the model"));
    case "refusal":
      return attemptOver(failed(`the model refused (${message.stop_details?.category ?? "no category"})`));
    default:
      return attemptOver(failed(`the model stopped for a reason we do not know: ${String(stop_reason)}`));
  }
}

async function runTools(talk: Talk, answer: Answer): Promise<Closing | null> {
  const { conversation, purse, toolbox, stop, course, share } = talk;
  conversation.heard(answer.message, answer.usage);
  const results = await answer.runTools();
  const remark = purse.warning(conversation.tokens()) ?? share.warning();
  const stuck = conversation.told(results, remark);
  const ending = toolbox.ending() ?? (stop.aborted ? stopped(talk) : null);
  if (ending) return attemptOver(ending);
  if (course.concluded) return { over: "phase", because: "concluded" };
  return stuckIf(stuck);
}

function stuckIf(because: string | null): Closing | null {
  return because === null ? null : { over: "stuck", because };
}

function stopped({ brief, outside }: Attempt): Ending {
  return exhausted(
    outside.aborted
      ? "it was stopped from outside"
      : `the limit of ${brief.limits.seconds} seconds is reached`,
  );
}
