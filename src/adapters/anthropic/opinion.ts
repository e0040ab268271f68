/** Asks the model for an opinion: one question, one answer, no tools. What is not an answer is told, never guessed at. */

import { setTimeout as sleep } from "node:timers/promises";
import { Anthropic } from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { BetaToolRunnerParams } from "@anthropic-ai/sdk/lib/tools/BetaToolRunner";
import type { BetaMessage } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { ask, type Breakdown } from "#adapters/anthropic/ask.ts";
import { estimatedTokens } from "#adapters/anthropic/estimate.ts";
import { openPurse, type Purse } from "#adapters/anthropic/purse.ts";
import { troubleFrom } from "#adapters/anthropic/trouble.ts";
import { CATALOGUE, type Code } from "#core/errors.ts";
import { type Heard, OpinionAnswer } from "#core/opinion.ts";
import type { Critic } from "#ports/opinion.ts";

/** Milliseconds. `idle`: silence after which a stream is given up. `first`, `longest`: between two tries. `all`: everything. */
export type OpinionWaits = { idle: number; first: number; longest: number; all: number };

const USUAL_WAITS: OpinionWaits = { idle: 120_000, first: 2_000, longest: 60_000, all: 900_000 };
/** Tokens of thought and answer. */
const LONGEST_ANSWER = 16_000;
/** Tries that were refused, and tries that broke: the latter are paid for. */
const MOST_TRIES = { refused: 8, broken: 3 } as const;

type Question = {
  client: Anthropic;
  params: Omit<BetaToolRunnerParams, "max_tokens">;
  /** How many tokens it will be read as, estimated rather high. */
  tokens: number;
  purse: Purse;
  waits: OpinionWaits;
  stop: AbortSignal;
};

/** `baseUrl` null: the service itself. The key is held by the SDK's client alone. */
export function createAnthropicCritic(options: {
  apiKey: string;
  baseUrl: string | null;
  waits?: Partial<OpinionWaits>;
}): Critic {
  const { apiKey, baseUrl } = options;
  const client = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });
  const waits = { ...USUAL_WAITS, ...options.waits };
  return {
    async ask({ model, effort, price, usd }, { system, message }) {
      const limits = { usd, tokens: Number.MAX_SAFE_INTEGER, turns: 1, seconds: waits.all / 1_000 };
      const purse = openPurse({ limits, price });
      // Without its parser: what the answer is worth is decided elsewhere, and by one schema.
      const { type, schema } = zodOutputFormat(OpinionAnswer);
      const params: Question["params"] = {
        model,
        system,
        messages: [{ role: "user", content: message }],
        tools: [],
        thinking: { type: "adaptive" },
        output_config: { effort, format: { type, schema } },
      };
      const stop = AbortSignal.timeout(waits.all);
      const tokens = estimatedTokens([system, message, schema]);
      const heard = await hear({ client, params, tokens, purse, waits, stop });
      return { ...heard, spend: purse.spent() };
    },
  };
}

/** Asks until there is an answer of whatever kind, or no hope of one. */
async function hear(question: Question): Promise<Heard> {
  const { client, params, tokens, purse, waits, stop } = question;
  const tries = { refused: 0, broken: 0 };
  for (;;) {
    const allowance = purse.allowance(tokens);
    if ("because" in allowance) return outage(allowance.because);
    const max_tokens = Math.min(LONGEST_ANSWER, allowance.maxTokens);
    const reply = await ask({ client, params: { ...params, max_tokens }, idle: waits.idle, signal: stop });
    if (!("error" in reply)) {
      purse.book(reply.usage);
      return answerIn(reply.message);
    }
    const heard = await afterTrouble(question, reply, tries);
    if (heard) return heard;
  }
}

/** Null: wait is over, ask again. */
async function afterTrouble(
  { tokens, purse, waits, stop }: Question,
  { error, seen }: Breakdown,
  tries: { refused: number; broken: number },
): Promise<Heard | null> {
  const trouble = troubleFrom(error);
  const unknown = { inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  if (seen) purse.book(seen);
  else if (trouble.means === "ask again" && trouble.billed) purse.book(unknown);
  // It had begun to speak when its time was over. Who never began was not there.
  if (stop.aborted && seen) return { heard: "no answer", because: "its answer came too late" };
  if (stop.aborted) return outage("the model's service did not answer in time");
  if (trouble.means === "end") return ended(trouble.ending);
  tries[trouble.billed ? "broken" : "refused"] += 1;
  const count = tries.refused + tries.broken;
  if (tries.refused >= MOST_TRIES.refused || tries.broken >= MOST_TRIES.broken)
    return outage(`the model's service gave no answer in ${count} tries: ${trouble.because}`);
  const pause = trouble.after ?? Math.min(waits.first * 2 ** (count - 1), waits.longest);
  // Opinions are asked for side by side: they should not all come back at the same moment.
  await sleep(pause * (1 + Math.random() / 4), undefined, { signal: stop }).catch(() => undefined);
  return stop.aborted ? outage(`no time is left to wait for the model's service: ${trouble.because}`) : null;
}

function ended(ending: { outcome: string; because?: string; code?: string | null }): Heard {
  const code = ending.code ?? null;
  return outage(ending.because ?? ending.outcome, code !== null && code in CATALOGUE ? (code as Code) : null);
}

function outage(because: string, code: Code | null = null): Heard {
  return { heard: "outage", because, code };
}

/** Only an answer that ended by itself and holds nothing but words is read. */
function answerIn({ content, stop_reason, stop_details }: BetaMessage): Heard {
  const nothing = (because: string): Heard => ({ heard: "no answer", because });
  if (content.some(({ type }) => type === "tool_use") || stop_reason === "tool_use")
    return nothing("it called a tool instead of answering");
  switch (stop_reason) {
    case "end_turn":
      break;
    case "max_tokens":
      return nothing("its answer was cut off at its longest length");
    case "refusal":
      return nothing(`it refused to answer (${stop_details?.category ?? "no category"})`);
    default:
      return nothing(`it stopped for another reason than being done: ${String(stop_reason)}`);
  }
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
  return text.trim() === "" ? nothing("its answer was empty") : { heard: "answer", text };
}
