/** The engine that is `claude -p`: one process for one attempt, with our settings only, its tools within our sandbox. */

import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { failed } from "#adapters/anthropic/ending.ts";
import {
  createProgramEngine,
  type Reply,
  type Reported,
  type Session,
  type Stage,
} from "#adapters/engines/attempt.ts";
import { refusalIn, replyFrom, spendIn } from "#adapters/engines/claude-endings.ts";
import { type ClaudeEvent, type ClaudeResult, readEvent } from "#adapters/engines/claude-events.ts";
import type { Inside } from "#adapters/engines/inside.ts";
import { type Surroundings, startProgram } from "#adapters/engines/surroundings.ts";
import { quoted } from "#core/court/shell-words.ts";
import type { Engine } from "#ports/engine.ts";
import { lastLineOf } from "#prose/engine.ts";

const TOOLS = ["Bash", "Read", "Edit", "Write", "Glob", "Grep"];

/** How the account is named to it, and what keeps the checkout's own settings, hooks and servers out. */
const BY_ACCOUNT = {
  key: { pass: "ANTHROPIC_API_KEY", options: ["--bare"] },
  // It must find the token in its own way: `--bare` looks for a key only.
  subscription: {
    pass: "CLAUDE_CODE_OAUTH_TOKEN",
    options: ["--setting-sources", "", "--settings", "{}", "--strict-mcp-config"],
  },
} as const;

const FILE = "system-prompt.md";

/** `binary`: absolute path of the program, and of the folder that must be readable for it to start. */
export function createClaudeEngine(
  account: keyof typeof BY_ACCOUNT,
  binary: { path: string; folder: string },
  surroundings: Surroundings,
): Engine {
  return createProgramEngine({
    name: "claude",
    way: "words",
    books: surroundings.model?.books ?? null,
    open: async (stage) => {
      const { pass, options } = BY_ACCOUNT[account];
      const script = `exec ${[binary.path, ...optionsFor(stage), ...options].map(quoted).join(" ")} --append-system-prompt-file "$DAYBREAK_FILES/${FILE}"`;
      const files = { [FILE]: stage.system };
      const inside = await startProgram(surroundings, stage, {
        script,
        files,
        pass,
        readable: [binary.folder],
      });
      return new ClaudeSession(stage, inside);
    },
  });
}

function optionsFor({ brief }: Stage): string[] {
  return [
    ...["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"],
    ...["--model", brief.model, "--effort", brief.effort, "--max-turns", String(brief.limits.turns)],
    // What is not allowed beforehand is refused: nobody is there to be asked.
    ...["--permission-mode", "dontAsk", "--tools", TOOLS.join(","), "--allowedTools", ...TOOLS],
    "--no-session-persistence",
  ];
}

class ClaudeSession implements Session {
  readonly #stage: Stage;
  readonly #inside: Inside;
  readonly #results: AsyncGenerator<Reply, void>;
  #streams: Socket | null = null;
  #last: ClaudeResult | null = null;
  #limit: Parameters<typeof replyFrom>[1] = null;

  constructor(stage: Stage, inside: Inside) {
    this.#stage = stage;
    this.#inside = inside;
    this.#results = this.#listen();
  }

  async say(text: string): Promise<Reply> {
    this.#streams ??= await this.#inside.streams.catch(() => null);
    this.#streams?.write(`${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
    const next = await this.#results.next();
    return next.value ?? { ending: failed("claude has ended") };
  }

  reported(): Reported | null {
    return this.#last && { spend: spendIn(this.#last, this.#stage.brief.price), basis: "reported" };
  }

  async close(): Promise<void> {
    await this.#inside.stop();
  }

  /** One reply for every turn, and a last one when it ends without a word. */
  async *#listen(): AsyncGenerator<Reply, void> {
    for await (const line of this.#lines()) {
      const event = readEvent(line);
      if (event === null) continue;
      await this.#record(event);
      const refusal = refusalIn(event);
      if (refusal) return yield { ending: refusal };
      if (event.type === "rate_limit_event") this.#limit = event.rate_limit_info;
      if (event.type !== "result") continue;
      this.#last = event;
      yield replyFrom(event, this.#limit);
    }
    const { exitCode, output } = await this.#inside.ended;
    const how = exitCode === null ? "was stopped" : `exited ${exitCode}`;
    yield { ending: failed(`claude ${how} without a result: ${lastLineOf(output) || "it said nothing"}`) };
  }

  async *#lines(): AsyncGenerator<string> {
    if (this.#streams === null) return;
    try {
      yield* createInterface({ input: this.#streams });
    } catch {
      // It was stopped.
    }
  }

  async #record(event: ClaudeEvent): Promise<void> {
    const { transcript, shorten } = this.#stage;
    if (event.type === "assistant")
      transcript({ event: "assistant", id: event.message.id, content: event.message.content });
    if (event.type === "system")
      transcript({ event: "retry", because: event.error, status: event.error_status });
    if (event.type !== "user" || typeof event.message.content === "string") return;
    for (const block of event.message.content) {
      if (block.type !== "tool_result") continue;
      const { tool_use_id: id, content, is_error: error } = block;
      const output = await shorten(typeof content === "string" ? content : JSON.stringify(content ?? ""));
      transcript({ event: "tool", id, output, error: error === true });
    }
  }
}
