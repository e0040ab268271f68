/** The built-in engine: asks the model, runs its tools, asks again, until it finishes or meets a limit. Decides nothing about its work. */

import { setTimeout as sleep } from "node:timers/promises";
import { Anthropic } from "@anthropic-ai/sdk";
import type { BetaToolRunnerParams } from "@anthropic-ai/sdk/lib/tools/BetaToolRunner";
import { type Answer, ask, type Breakdown } from "#adapters/anthropic/ask.ts";
import { type Conversation, openConversation } from "#adapters/anthropic/conversation.ts";
import { type Ending, exhausted, failed } from "#adapters/anthropic/ending.ts";
import { Guards } from "#adapters/anthropic/guards.ts";
import { openPurse, type Purse } from "#adapters/anthropic/purse.ts";
import { openToolbox, type Toolbox } from "#adapters/anthropic/tools.ts";
import { troubleFrom } from "#adapters/anthropic/trouble.ts";
import type { Brief } from "#core/brief.ts";
import type { Usage } from "#core/prices.ts";
import type { Engine, TranscriptEvent, Workspace } from "#ports/engine.ts";
import type { Hooks } from "#ports/hooks.ts";
import { firstMessage, systemPrompt } from "#prose/brief.ts";

/** Milliseconds. `idle`: silence after which a stream is given up. `first`, `longest`: between two tries. */
export type Waits = { idle: number; first: number; longest: number };

const USUAL_WAITS: Waits = { idle: 300_000, first: 2_000, longest: 60_000 };
/** Refused tries in a row: about twenty minutes of waiting. They cost nothing. */
const MOST_REFUSED = 24;
/** Broken streams in a row. They are paid for. */
const MOST_BROKEN = 6;

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

type Attempt = {
  brief: Brief;
  conversation: Conversation;
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

/**
 * `baseUrl` null: the service itself. The key is held by the SDK's client alone. `hooks` opens the owner's for one
 * attempt: null when there are none.
 */
export function createAnthropicEngine(options: {
  apiKey: string;
  baseUrl: string | null;
  waits?: Partial<Waits>;
  hooks?: (brief: Brief, workspace: Workspace) => Promise<Hooks | null>;
}): Engine {
  const { apiKey, baseUrl } = options;
  // One owner of retries, and it is `askAgain`: the SDK would retry a spending limit, not a broken stream, and book neither.
  const client = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });
  const waits = { ...USUAL_WAITS, ...options.waits };
  return {
    name: "anthropic",
    async attempt(brief, workspace, transcript, signal) {
      const hooks = (await options.hooks?.(brief, workspace)) ?? null;
      const attempt = await begin({ brief, workspace, transcript, signal, client, waits, hooks });
      const ending = attempt.guards.ending() ?? (await converse(attempt));
      await attempt.guards.end();
      const spend = attempt.purse.spent();
      transcript({ event: "end", ...ending, spend });
      return { ...ending, spend };
    },
  };
}

async function begin(given: {
  brief: Brief;
  workspace: Workspace;
  transcript: (event: TranscriptEvent) => void;
  signal: AbortSignal;
  client: Anthropic;
  waits: Waits;
  hooks: Hooks | null;
}): Promise<Attempt> {
  const { brief, workspace, transcript, signal, client, waits, hooks } = given;
  const milliseconds = brief.limits.seconds * 1_000;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  const guards = new Guards({ hooks, directory: workspace.directory, transcript, signal: stop });
  const toolbox = openToolbox({ workspace, transcript, signal: stop, guards });
  const params = paramsFor(brief, workspace.instructions, toolbox);
  const opening = await guards.begin(firstMessage(brief), brief.model);
  const { system, tools } = params;
  const conversation = openConversation({ opening, frame: { system, tools }, transcript });
  const names = tools.map((tool) => ("name" in tool ? tool.name : tool.type));
  transcript({ event: "begin", ...params, tools: names, opening });
  const purse = openPurse(brief);
  const endsAt = Date.now() + milliseconds;
  return {
    brief,
    conversation,
    params,
    toolbox,
    guards,
    purse,
    transcript,
    client,
    waits,
    stop,
    outside: signal,
    endsAt,
  };
}

/** What stays the same in every request of an attempt. */
function paramsFor(brief: Brief, instructions: string, { tools }: Toolbox): Attempt["params"] {
  const ephemeral = { type: "ephemeral" } as const;
  return {
    model: brief.model,
    // A breakpoint of its own: one answer with many calls is longer than the cache looks back from the last block.
    system: [{ type: "text", text: systemPrompt(brief, instructions), cache_control: ephemeral }],
    tools,
    cache_control: ephemeral,
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: brief.effort },
  };
}

/** The loop. Every request passes the limits first, also the one that repeats a failed one. */
async function converse(attempt: Attempt): Promise<Ending> {
  const { conversation, purse, client, waits, stop, transcript } = attempt;
  const failures = { refused: 0, broken: 0 };
  for (;;) {
    const contextTokens = conversation.tokens();
    const allowance = purse.allowance(contextTokens);
    if (stop.aborted) return stopped(attempt);
    if ("because" in allowance) return exhausted(allowance.because);
    const messages = conversation.messages();
    transcript({
      event: "request",
      messages: messages.length,
      contextTokens,
      max_tokens: allowance.maxTokens,
    });
    const params = { ...attempt.params, messages, max_tokens: allowance.maxTokens };
    const reply = await ask({ client, params, idle: waits.idle, signal: stop });
    const ending =
      "error" in reply
        ? await askAgain(attempt, reply, failures, contextTokens)
        : await respond(attempt, reply, failures);
    if (ending) return ending;
  }
}

/** Null: wait is over, ask again. */
async function askAgain(
  attempt: Attempt,
  { error, seen }: Breakdown,
  failures: { refused: number; broken: number },
  contextTokens: number,
): Promise<Ending | null> {
  const { purse, stop, transcript, waits, endsAt } = attempt;
  const trouble = troubleFrom(error);
  transcript({ event: "error", because: error.message, seen });
  if (seen) purse.book(seen);
  if (trouble.means === "end") return trouble.ending;
  if (trouble.billed && !seen) purse.book({ ...NO_USAGE, inputTokens: contextTokens });
  if (stop.aborted) return stopped(attempt);
  failures[trouble.billed ? "broken" : "refused"] += 1;
  const tries = failures.refused + failures.broken;
  if (failures.refused >= MOST_REFUSED || failures.broken >= MOST_BROKEN) {
    return failed(`the model's service gave no answer in ${tries} tries: ${trouble.because}`);
  }
  const pause = trouble.after ?? Math.min(waits.first * 2 ** (tries - 1), waits.longest);
  // Attempts run side by side: they should not all come back at the same moment.
  const milliseconds = Math.ceil(pause * (1 + Math.random() / 4));
  transcript({ event: "retry", tries, milliseconds, because: trouble.because });
  if (Date.now() + milliseconds > endsAt) {
    return exhausted(`no time is left to wait for the model's service: ${trouble.because}`);
  }
  await sleep(milliseconds, undefined, { signal: stop }).catch(() => undefined);
  return null;
}

/** Null: go on. */
async function respond(
  attempt: Attempt,
  answer: Answer,
  failures: { refused: number; broken: number },
): Promise<Ending | null> {
  const { conversation, purse, transcript, toolbox, stop } = attempt;
  const { message, usage } = answer;
  Object.assign(failures, { refused: 0, broken: 0 });
  purse.book(usage);
  purse.answered();
  const { content, stop_reason } = message;
  transcript({ event: "assistant", content, stop_reason, usage, spend: purse.spent() });
  switch (stop_reason) {
    case "tool_use": {
      conversation.heard(message, usage);
      const stuck = conversation.told(await answer.runTools(), purse.warning(conversation.tokens()));
      return toolbox.ending() ?? (stop.aborted ? stopped(attempt) : stuck);
    }
    case "pause_turn":
      conversation.heard(message, usage);
      return null;
    case "end_turn":
    case "stop_sequence":
      return conversation.nudged(message, usage, "unfinished");
    case "max_tokens":
      return conversation.nudged(message, usage, "cut");
    case "model_context_window_exceeded":
      return exhausted("the conversation outgrew the model");
    case "refusal":
      return failed(`the model refused (${message.stop_details?.category ?? "no category"})`);
    default:
      return failed(`the model stopped for a reason we do not know: ${String(stop_reason)}`);
  }
}

function stopped({ brief, outside }: Attempt): Ending {
  return exhausted(
    outside.aborted
      ? "it was stopped from outside"
      : `the limit of ${brief.limits.seconds} seconds is reached`,
  );
}
