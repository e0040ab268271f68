/** Asks the model once and listens until it has spoken, broken off or fallen silent. Never asks again, never runs a tool by itself. */

import type { Anthropic } from "@anthropic-ai/sdk";
import { AnthropicError } from "@anthropic-ai/sdk/error";
import type { BetaMessageStream } from "@anthropic-ai/sdk/lib/BetaMessageStream";
import type { BetaToolRunnerParams } from "@anthropic-ai/sdk/lib/tools/BetaToolRunner";
import type { BetaMessage, BetaMessageParam } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { estimatedTokens } from "#adapters/anthropic/estimate.ts";
import type { Usage } from "#core/prices.ts";

export type Answer = {
  message: BetaMessage;
  usage: Usage;
  /** Runs the tools the answer calls, and words their results as the next message. Null if it calls none. */
  runTools(): Promise<BetaMessageParam | null>;
};

/** What went wrong, and what it had used up to then. Null usage: nothing that anyone could know of. */
export type Breakdown = { error: AnthropicError; seen: Usage | null };

type Question = {
  client: Anthropic;
  params: BetaToolRunnerParams;
  /** Milliseconds without a word after which the connection is given up. A ping is not a word. */
  idle: number;
  signal: AbortSignal;
};

/**
 * One request on the SDK's tool runner. It is a fresh runner every time: the history is ours, only ever added to, and
 * an error leaves a runner unusable.
 */
export async function ask({ client, params, idle, signal }: Question): Promise<Answer | Breakdown> {
  const runner = client.beta.messages.toolRunner({ ...params, thread: false, stream: true }, { signal });
  for await (const stream of runner) {
    const watchdog = setTimeout(() => stream.abort(), idle);
    stream.on("streamEvent", () => watchdog.refresh());
    try {
      const message = await stream.finalMessage();
      return { message, usage: usageOf(message), runTools: () => runner.generateToolResponse(signal) };
    } catch (error) {
      if (error instanceof AnthropicError) return { error, seen: seenOn(stream) };
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }
  return { error: new AnthropicError("the model was not asked"), seen: null };
}

/** A broken stream is billed for what it said, although its own count never came. */
function seenOn(stream: BetaMessageStream): Usage | null {
  const message = stream.currentMessage;
  if (!message) return null;
  const usage = usageOf(message);
  return { ...usage, outputTokens: Math.max(usage.outputTokens, estimatedTokens(message.content)) };
}

function usageOf({ usage }: BetaMessage): Usage {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
  };
}
