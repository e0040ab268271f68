/** One answer of the scripted model as the Messages API words it: one JSON document, or the events of a stream. Sends nothing. */

import type { InputUsage } from "#rehearsal/model/prefix.ts";
import type { Turn } from "#rehearsal/model/script.ts";

/** A content block, and the pieces it is streamed in. */
type Piece = {
  block: Record<string, unknown>;
  start: Record<string, unknown>;
  deltas: Record<string, unknown>[];
};

export type Answer = {
  id: string;
  model: string;
  pieces: Piece[];
  stopReason: string;
  stopDetails: Record<string, unknown> | null;
  usage: InputUsage & { outputTokens: number };
};

/** One server-sent event. `midTool` and `afterTool` mark where a scripted cut falls. */
export type Frame = { text: string; mark: "midTool" | "afterTool" | null };

/** Input of a tool is streamed in pieces of this many characters, text and thinking alike. */
const PIECE = 1_024;

export function answerFrom(
  turn: Turn,
  given: { id: string; model: string; signature: string | null; maxTokens: number; input: InputUsage },
): Answer {
  const natural = turn.stopReason ?? (turn.tools.length > 0 ? "tool_use" : "end_turn");
  const tokens = turn.usage.outputTokens ?? Math.max(1, Math.ceil(lengthOf(turn) / 4));
  const cut = natural === "max_tokens" || tokens > given.maxTokens;
  return {
    id: given.id,
    model: given.model,
    pieces: piecesOf(turn, given, cut),
    stopReason: cut ? "max_tokens" : natural,
    stopDetails: null,
    usage: {
      inputTokens: turn.usage.inputTokens ?? given.input.inputTokens,
      cacheReadTokens: turn.usage.cacheReadTokens ?? given.input.cacheReadTokens,
      cacheWriteTokens: turn.usage.cacheWriteTokens ?? given.input.cacheWriteTokens,
      outputTokens: Math.min(tokens, given.maxTokens),
    },
  };
}

/** A refusal resolves like any answer: no content, and the category in its details. */
export function refusalOf(answer: Answer, category: string): Answer {
  const stopDetails = { type: "refusal", category, explanation: "The scripted model refused." };
  return {
    ...answer,
    pieces: [],
    stopReason: "refusal",
    stopDetails,
    usage: { ...answer.usage, outputTokens: 1 },
  };
}

export function documentOf(answer: Answer): Record<string, unknown> {
  return {
    ...envelope(answer),
    content: answer.pieces.map(({ block }) => block),
    stop_reason: answer.stopReason,
    stop_details: answer.stopDetails,
    usage: usageOf(answer.usage),
  };
}

export function framesOf(answer: Answer): Frame[] {
  const { outputTokens: _, ...input } = answer.usage;
  const message = {
    ...envelope(answer),
    content: [],
    stop_reason: null,
    stop_details: null,
    usage: usageOf({ ...input, outputTokens: 1 }),
  };
  return [
    frame("message_start", { message }),
    pingFrame(),
    ...answer.pieces.flatMap(blockFrames),
    frame("message_delta", {
      delta: { stop_reason: answer.stopReason, stop_sequence: null, stop_details: answer.stopDetails },
      usage: { output_tokens: answer.usage.outputTokens },
    }),
    frame("message_stop", {}),
  ];
}

export function pingFrame(): Frame {
  return frame("ping", {});
}

export function errorFrame(type: string, message: string): Frame {
  return frame("error", { error: { type, message } });
}

function piecesOf(
  turn: Turn,
  { id, signature }: { id: string; signature: string | null },
  cut: boolean,
): Piece[] {
  const pieces: Piece[] = [];
  // Thinking that fills the whole answer is cut before its signature.
  const unsigned = cut && turn.text === undefined && turn.tools.length === 0;
  if (signature !== null) pieces.push(thinkingPiece(turn.thinking ?? "", unsigned ? "" : signature));
  if (turn.text !== undefined) pieces.push(textPiece(turn.text));
  for (const [index, { name, input }] of turn.tools.entries()) {
    const half = cut && index === turn.tools.length - 1;
    pieces.push(toolPiece(`toolu_${id.slice(4)}_${index}`, name, input, half));
  }
  return pieces;
}

function thinkingPiece(thinking: string, signature: string): Piece {
  return {
    block: { type: "thinking", thinking, signature },
    start: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...chunks(thinking).map((part) => ({ type: "thinking_delta", thinking: part })),
      { type: "signature_delta", signature },
    ],
  };
}

function textPiece(text: string): Piece {
  return {
    block: { type: "text", text },
    start: { type: "text", text: "" },
    deltas: chunks(text).map((part) => ({ type: "text_delta", text: part })),
  };
}

function toolPiece(id: string, name: string, input: Record<string, unknown>, half: boolean): Piece {
  const start = { type: "tool_use", id, name, input: {} };
  const json = JSON.stringify(input);
  const sent = half ? json.slice(0, Math.ceil(json.length / 2)) : json;
  return {
    block: { ...start, input: half ? {} : input },
    start,
    deltas: chunks(sent).map((part) => ({ type: "input_json_delta", partial_json: part })),
  };
}

function blockFrames({ start, deltas }: Piece, index: number): Frame[] {
  const isTool = start.type === "tool_use";
  return [
    frame("content_block_start", { index, content_block: start }),
    ...deltas.map((delta, at) =>
      frame(
        "content_block_delta",
        { index, delta },
        isTool && at === Math.floor(deltas.length / 2) ? "midTool" : null,
      ),
    ),
    frame("content_block_stop", { index }, isTool ? "afterTool" : null),
  ];
}

function frame(type: string, body: Record<string, unknown>, mark: Frame["mark"] = null): Frame {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`, mark };
}

function envelope({ id, model }: Answer): Record<string, unknown> {
  return { id, type: "message", role: "assistant", model, stop_sequence: null };
}

function usageOf(usage: Answer["usage"]): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
    service_tier: "standard",
  };
}

function lengthOf({ thinking = "", text = "", tools }: Turn): number {
  return thinking.length + text.length + tools.reduce((sum, tool) => sum + JSON.stringify(tool).length, 0);
}

/** Two pieces at the least, so that a cut in the middle of a tool is in the middle of its input. */
function chunks(text: string): string[] {
  const size = Math.max(1, Math.min(PIECE, Math.ceil(text.length / 2)));
  return text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [];
}
