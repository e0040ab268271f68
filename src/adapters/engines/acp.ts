/** The engine that is any agent speaking the Agent Client Protocol (version 1) on its standard streams. Lends it no file and no terminal of ours. */

import { isAbsolute, relative } from "node:path";
import { Readable, Writable } from "node:stream";
import {
  type ClientConnection,
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type PromptResponse,
  RequestError,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from "@agentclientprotocol/sdk";
import * as z from "zod";
import { type Ending, exhausted, failed } from "#adapters/anthropic/ending.ts";
import { estimatedTokens } from "#adapters/anthropic/estimate.ts";
import {
  createProgramEngine,
  type Reply,
  type Reported,
  type Session,
  type Stage,
} from "#adapters/engines/attempt.ts";
import type { Inside } from "#adapters/engines/inside.ts";
import { NOT_FOUND, type Surroundings, startProgram } from "#adapters/engines/surroundings.ts";
import { addSpend, NOTHING_SPENT } from "#core/outcome.ts";
import { costOf } from "#core/prices.ts";
import type { Engine } from "#ports/engine.ts";
import { lastLineOf } from "#prose/engine.ts";

/** Not part of the stable protocol; some agents send it. */
const TurnUsage = z.looseObject({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cachedReadTokens: z.int().nonnegative().nullish(),
  cachedWriteTokens: z.int().nonnegative().nullish(),
});

/** JSON-RPC code of an agent that wants a login: nobody is there to log in. */
const AUTH_REQUIRED = -32_000;

/** Milliseconds a cancelled turn is given to end by itself. */
const PATIENCE = 1_000;

export function createAcpEngine(command: string, surroundings: Surroundings): Engine {
  return createProgramEngine({
    name: "acp",
    way: "words",
    books: surroundings.model?.books ?? null,
    open: async (stage) =>
      new AcpSession(stage, await startProgram(surroundings, stage, { script: command })),
  });
}

class AcpSession implements Session {
  readonly #stage: Stage;
  readonly #inside: Inside;
  #opened: { connection: ClientConnection; id: string } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Of its last message; what it says after a tool call is another one. */
  #message = "";
  #heard = 0;
  #reported: Reported | null = null;

  constructor(stage: Stage, inside: Inside) {
    this.#stage = stage;
    this.#inside = inside;
  }

  async say(text: string): Promise<Reply> {
    try {
      // The protocol knows no system prompt.
      const texts = this.#opened === null ? [this.#stage.system, text] : [text];
      this.#opened ??= await this.#open();
      const { connection, id: sessionId } = this.#opened;
      const prompt = texts.map((each) => ({ type: "text" as const, text: each }));
      const turn = connection.agent.request<PromptResponse>(methods.agent.session.prompt, {
        sessionId,
        prompt,
      });
      this.#turn = turn.catch(() => undefined);
      const response = await turn;
      this.#report(response, texts);
      const said = this.#endMessage();
      return endingFor(response) ?? { said };
    } catch (error) {
      return { ending: await this.#failure(error) };
    }
  }

  reported(): Reported | null {
    return this.#reported;
  }

  async close(): Promise<void> {
    if (this.#opened !== null) {
      const { connection, id: sessionId } = this.#opened;
      await connection.agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
      await Promise.race([this.#turn, new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())]);
      connection.close();
    }
    await this.#inside.stop();
  }

  async #open(): Promise<{ connection: ClientConnection; id: string }> {
    const { directory: cwd } = this.#stage.workspace;
    const streams = await this.#inside.streams;
    const output = Writable.toWeb(streams);
    const input = Readable.toWeb(streams) as ReadableStream<Uint8Array>;
    const connection = client({ name: "daybreak" })
      .onRequest(methods.client.session.requestPermission, ({ params }) => this.#rule(params))
      .onNotification(methods.client.session.update, ({ params }) => this.#hear(params.update))
      .connect(ndJsonStream(output, input));
    await connection.agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: {},
      clientInfo: { name: "daybreak", version: "1" },
    });
    const { sessionId: id } = await connection.agent.request(methods.agent.session.new, {
      cwd,
      mcpServers: [],
    });
    return { connection, id };
  }

  #rule({ toolCall, options }: RequestPermissionRequest): RequestPermissionResponse {
    const outside = pathsOf(toolCall).filter((path) => !isWithin(path, this.#stage.workspace.directory));
    const wanted = outside.length === 0 ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
    const option = wanted.flatMap((kind) => options.find((one) => one.kind === kind) ?? [])[0];
    if (outside.length > 0) {
      const because = `outside of the checkout: ${outside.join(", ")}`;
      this.#stage.transcript({ event: "denied", tool: toolCall.title ?? toolCall.toolCallId, because });
    }
    return {
      outcome: option ? { outcome: "selected", optionId: option.optionId } : { outcome: "cancelled" },
    };
  }

  async #hear(update: SessionUpdate): Promise<void> {
    this.#heard += estimatedTokens(update);
    if (update.sessionUpdate === "agent_message_chunk") {
      if (update.content.type === "text") this.#message += update.content.text;
    } else if (update.sessionUpdate === "tool_call") {
      this.#endMessage();
      const { toolCallId: id, title, rawInput: input } = update;
      this.#stage.transcript({ event: "assistant", content: [{ type: "tool_use", id, name: title, input }] });
    } else if (update.sessionUpdate === "tool_call_update" && isOver(update.status)) {
      const output = await this.#stage.shorten(JSON.stringify(update.rawOutput ?? update.content ?? ""));
      this.#stage.transcript({
        event: "tool",
        id: update.toolCallId,
        output,
        error: update.status === "failed",
      });
    }
  }

  #endMessage(): string {
    const text = this.#message;
    this.#message = "";
    if (text !== "") this.#stage.transcript({ event: "assistant", content: [{ type: "text", text }] });
    return text;
  }

  /** By the agent's own count, else by the length of what was said: each turn is read from the beginning, so that is too little. */
  #report(response: PromptResponse, told: readonly string[]): void {
    const given = TurnUsage.safeParse("usage" in response ? response.usage : null).data;
    const usage = {
      inputTokens: given?.inputTokens ?? estimatedTokens(told),
      outputTokens: given?.outputTokens ?? this.#heard,
      cacheReadTokens: given?.cachedReadTokens ?? 0,
      cacheWriteTokens: given?.cachedWriteTokens ?? 0,
    };
    this.#heard = 0;
    const spend = { ...usage, usd: costOf(usage, this.#stage.brief.price) };
    const before = this.#reported ?? { spend: NOTHING_SPENT, basis: "reported" };
    const basis = given === undefined ? "estimated" : before.basis;
    this.#reported = { spend: addSpend(before.spend, spend), basis };
  }

  async #failure(error: unknown): Promise<Ending> {
    const words = error instanceof Error ? error.message : String(error);
    this.#stage.transcript({ event: "error", because: words });
    if (error instanceof RequestError) {
      const code = error.code === AUTH_REQUIRED ? "MODEL_KEY_REFUSED" : null;
      return failed(`the agent answered with an error: ${words}`, code);
    }
    await this.#inside.stop();
    const { exitCode, output } = await this.#inside.ended;
    const how = exitCode === null ? "does not speak the protocol" : `exited ${exitCode}`;
    const because = `the agent ${how}: ${lastLineOf(output) || words}`;
    return failed(because, exitCode === NOT_FOUND ? "ENGINE_UNAVAILABLE" : null);
  }
}

/** Null: its turn ended by itself. */
function endingFor({ stopReason }: PromptResponse): Reply | null {
  switch (stopReason) {
    case "end_turn":
      return null;
    case "refusal":
      return { ending: failed("the model refused") };
    case "max_turn_requests":
      return { ending: exhausted("the agent's own limit on turns is reached") };
    case "max_tokens":
      return { ending: exhausted("the agent's own limit on tokens is reached") };
    default:
      return { ending: exhausted(`the agent stopped: ${stopReason}`) };
  }
}

function isOver(status: string | null | undefined): boolean {
  return status === "completed" || status === "failed";
}

/** What a call says it is about. A command names no paths: the sandbox confines that. */
function pathsOf({ locations, rawInput }: RequestPermissionRequest["toolCall"]): string[] {
  const input = z
    .looseObject({ file_path: z.string().optional(), path: z.string().optional() })
    .safeParse(rawInput).data;
  const named = [...(locations ?? []).map(({ path }) => path), input?.file_path, input?.path];
  return named.filter((path) => path !== undefined);
}

function isWithin(path: string, folder: string): boolean {
  if (!isAbsolute(path)) return !path.split("/").includes("..");
  const way = relative(folder, path);
  return way.split("/")[0] !== ".." && !isAbsolute(way);
}
