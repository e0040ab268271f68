/** Plays a script: one request in, one reply out, with the service's own refusals. Knows no HTTP connection. */

import { type Answer, answerFrom, refusalOf } from "#rehearsal/model/answer.ts";
import { castFor, turnOf } from "#rehearsal/model/cast.ts";
import { brokenBinding, type Prefix, prefixOf, signatureFor, throughCache } from "#rehearsal/model/prefix.ts";
import { MessagesRequest, objectionTo, turnsPlayed } from "#rehearsal/model/request.ts";
import type { Fault, Script } from "#rehearsal/model/script.ts";

/** What goes wrong while an answer is on its way, rather than instead of it. */
export type Mishap = Extract<Fault, { cut: unknown } | { stall: unknown } | { error: unknown }>;

export type Reply =
  | {
      reply: "refused";
      status: number;
      type: string;
      message: string;
      code?: string;
      retryAfter?: number;
      headers?: Readonly<Record<string, string>>;
    }
  | { reply: "counted"; tokens: number }
  | { reply: "answered"; answer: Answer; mishap: Mishap | null; streamed: boolean; about: object };

export type Player = { messages(body: unknown): Reply; count(body: unknown): Reply };

export function openPlayer(script: Script): Player {
  const cache = new Set<string>();
  const faultsPlayed = new Map<string, number>();

  function nextFault(faults: readonly Fault[], { digest }: Prefix): Fault | null {
    const already = faultsPlayed.get(digest) ?? 0;
    faultsPlayed.set(digest, already + 1);
    return faults[already] ?? null;
  }

  function play(request: MessagesRequest, prefix: Prefix): Reply {
    const cast = castFor(script, request);
    const number = turnsPlayed(request);
    const turn = turnOf(cast, number);
    if (endsWithAnswer(request) && turnOf(cast, number - 1).stopReason !== "pause_turn") return PREFILLED;
    const fault = nextFault(turn.faults, prefix);
    if (fault && "status" in fault) return refusedBy(fault);
    const signed = request.thinking || turn.thinking !== undefined;
    const answer = answerFrom(turn, {
      id: `msg_${prefix.digest.slice(0, 24)}`,
      model: request.model,
      signature: signed ? signatureFor(prefix.digest) : null,
      maxTokens: request.max_tokens ?? 1,
      input: throughCache(prefix, cache),
    });
    const about = { ...cast.name, turn: number, maxTokens: request.max_tokens, fault, usage: answer.usage };
    const streamed = request.stream === true;
    return fault && "refusal" in fault
      ? { reply: "answered", answer: refusalOf(answer, fault.refusal), mishap: null, streamed, about }
      : { reply: "answered", answer, mishap: fault, streamed, about };
  }

  return {
    messages(body) {
      const read = readRequest(body);
      if ("reply" in read) return read;
      return objected(script, read.request, read.prefix) ?? play(read.request, read.prefix);
    },
    count(body) {
      const read = readRequest(body);
      return "reply" in read ? read : { reply: "counted", tokens: read.prefix.tokens };
    },
  };
}

const PREFILLED = invalid("messages: the conversation must end with a user message");

function endsWithAnswer({ messages }: MessagesRequest): boolean {
  return messages.at(-1)?.role === "assistant";
}

function objected(script: Script, request: MessagesRequest, prefix: Prefix): Reply | null {
  const objection = objectionTo(request) ?? brokenBinding(request, prefix);
  if (objection) return invalid(objection);
  return script.models && !script.models.includes(request.model) ? notFound(`model: ${request.model}`) : null;
}

function readRequest(body: unknown): Reply | { request: MessagesRequest; prefix: Prefix } {
  const { data: request, error } = MessagesRequest.safeParse(body);
  if (request) return { request, prefix: prefixOf(request) };
  const [issue] = error.issues;
  return invalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a request"}`);
}

function refusedBy(fault: Extract<Fault, { status: number }>): Reply {
  const { status, type, message = "scripted", code, retryAfter, headers } = fault;
  return {
    reply: "refused",
    status,
    type,
    message,
    ...(code === undefined ? {} : { code }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function invalid(message: string): Reply {
  return { reply: "refused", status: 400, type: "invalid_request_error", message };
}

export function notFound(what: string): Reply {
  return { reply: "refused", status: 404, type: "not_found_error", message: what };
}
