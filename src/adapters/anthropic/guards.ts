/** What stands around the calls of an attempt: the owner's hooks, and the log of deletions. Runs no tool by itself. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import { claudeResponse, fromClaude, type Input, toClaude } from "#adapters/anthropic/claude-tools.ts";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import { deletionIn } from "#core/deletions.ts";
import type { HookRuling } from "#core/hook-ruling.ts";
import type { HookEvent } from "#core/hooks.ts";
import type { TranscriptEvent } from "#ports/engine.ts";
import type { Hooks } from "#ports/hooks.ts";

/** One call of the model's. `id` is null where the SDK named none. */
export type Call = { id: string | null; tool: string; input: Input };

type Terms = {
  /** Null: the owner has none. */
  hooks: Hooks | null;
  /** Absolute path of the checkout. */
  directory: string;
  transcript: (event: TranscriptEvent) => void;
  signal: AbortSignal;
};

/** How often in a row Stop hooks may send the engine back: Claude Code overrides them after as many (documented). */
const MOST_STOPS = 8;

/** A command of ours that failed says so in its last line; Claude Code counts it as a failed call. */
const RED = /\[(?:exit code (?!0\])|stopped after )[^\]\n]*\]$/;

const SAY_WHY = "[Deletions are logged with a reason: say it in `description`.]";

export class Guards {
  readonly #terms: Terms;
  #ending: Ending | null = null;
  #stops = 0;
  /** What hooks added when the session began. */
  #added: string[] | null = null;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** Set once a hook ended the attempt. */
  ending(): Ending | null {
    return this.#ending;
  }

  /**
   * The first message of a conversation as it is sent, with what hooks add. The session begins with the first of them;
   * one that is refused sets the ending.
   */
  async begin(prompt: string, model: string): Promise<string> {
    this.#added ??= await this.#begin(prompt, model);
    return [prompt, ...this.#added].join("\n\n");
  }

  async #begin(prompt: string, model: string): Promise<string[]> {
    const started = await this.#fire("SessionStart", "startup", { source: "startup", model });
    const submitted = await this.#fire("UserPromptSubmit", null, { prompt });
    if (submitted?.denied) this.#end(`refused to begin: ${submitted.denied}`);
    return [...(started?.told ?? []), ...(submitted?.told ?? [])];
  }

  /** Makes one call between its guards. @throws ToolError when it is not to be made, or failed. */
  async around(call: Call, make: (input: Input) => Promise<string>): Promise<string> {
    const theirs = toClaude(call.tool, call.input, this.#terms.directory);
    if (theirs === null) return await make(call.input);
    const asked = await this.#ask(call, theirs);
    const allowed = { ...call, input: asked?.input ? fromClaude(call.tool, asked.input) : call.input };
    const remark = this.#recordDeletion(allowed);
    const output = await this.#make(allowed, make);
    return withWords(output, [...(asked?.told ?? []), ...remark]);
  }

  /** Why the work may not be called done yet; null: nothing stands against it. */
  async stop(summary: string): Promise<string | null> {
    const fields = { stop_hook_active: this.#stops > 0, last_assistant_message: summary };
    const ruling = await this.#fire("Stop", null, fields);
    if (!ruling?.denied || this.#stops >= MOST_STOPS) return null;
    this.#stops += 1;
    return withWords(`A hook of the owner's says it is not done: ${ruling.denied}`, ruling.told);
  }

  /** A conversation grew too long, and another goes on from what is on disk. Nobody can prevent it. */
  async compact(): Promise<void> {
    await this.#fire("PreCompact", "auto", { trigger: "auto", custom_instructions: "" });
  }

  /** Somebody who was sent came back with these words. */
  async cameBack(words: string): Promise<void> {
    await this.#fire("SubagentStop", null, { stop_hook_active: false, last_assistant_message: words });
  }

  /** Says goodbye, also after the signal: these hooks are given a moment, and no more. */
  async end(): Promise<void> {
    await this.#fire("SessionEnd", "other", { reason: "other" }, new AbortController().signal);
    await this.#terms.hooks?.close();
  }

  async #fire(
    event: HookEvent,
    subject: string | null,
    fields: Input,
    signal = this.#terms.signal,
  ): Promise<HookRuling | null> {
    const ruling = (await this.#terms.hooks?.fire(event, subject, fields, signal)) ?? null;
    if (ruling === null) return null;
    this.#terms.transcript({ event: "hook", on: event, subject, ruling });
    if (ruling.stop !== null) this.#end(`ended it: ${ruling.stop}`);
    return ruling;
  }

  #end(because: string): void {
    this.#ending ??= exhausted(`a hook of the owner's ${because}`);
  }

  #refuse(tool: string, because: string): never {
    this.#terms.transcript({ event: "denied", tool, because });
    throw new ToolError(because);
  }

  async #ask(
    { id, tool }: Call,
    { name, input }: { name: string; input: Input },
  ): Promise<HookRuling | null> {
    const fields = { tool_name: name, tool_input: input, tool_use_id: id };
    const ruling = await this.#fire("PreToolUse", name, fields);
    const against = ruling?.denied ?? ruling?.stop ?? null;
    if (against !== null) this.#refuse(tool, `A hook of the owner's refused this call: ${against}`);
    return ruling;
  }

  /** What a script would delete goes on record before it runs, whatever becomes of it. Remarks for the model. */
  #recordDeletion({ tool, input }: Call): string[] {
    const deletion = tool === "bash" ? deletionIn(String(input.command), this.#terms.directory) : null;
    if (deletion === null) return [];
    const { commands, outside } = deletion;
    if (outside.length > 0)
      this.#refuse(tool, `Not run: it would delete outside of the checkout: ${outside.join(", ")}`);
    this.#terms.transcript({ event: "deletion", commands, because: input.description ?? null });
    return input.description === undefined ? [SAY_WHY] : [];
  }

  async #make(call: Call, make: (input: Input) => Promise<string>): Promise<string> {
    const file = writtenBy(call, this.#terms.directory);
    const event = file !== null && existsSync(file) ? "change" : "add";
    let output: string;
    try {
      output = await make(call.input);
    } catch (error) {
      throw await this.#failed(call, error);
    }
    const shown = await this.#succeeded(call, output);
    if (file !== null) await this.#fire("FileChanged", basename(file), { file_path: file, event });
    return shown;
  }

  async #succeeded(call: Call, output: string): Promise<string> {
    const { name, ...about } = this.#about(call);
    if (call.tool === "bash" && RED.test(output)) {
      const fields = { ...about, error: output, is_interrupt: false };
      return withWords(output, (await this.#fire("PostToolUseFailure", name, fields))?.told);
    }
    const fields = { ...about, tool_response: claudeResponse(name, about.tool_input, output) };
    const ruling = await this.#fire("PostToolUse", name, fields);
    return withWords(typeof ruling?.output === "string" ? ruling.output : output, ruling?.told);
  }

  async #failed(call: Call, error: unknown): Promise<unknown> {
    const { name, ...about } = this.#about(call);
    const words = error instanceof Error ? error.message : String(error);
    const fields = { ...about, error: words, is_interrupt: this.#terms.signal.aborted };
    const told = (await this.#fire("PostToolUseFailure", name, fields))?.told ?? [];
    return told.length === 0 ? error : new ToolError(withWords(words, told));
  }

  #about({ id, tool, input }: Call) {
    const { name, input: theirs } = toClaude(tool, input, this.#terms.directory) ?? { name: tool, input };
    return { name, tool_name: name, tool_input: theirs, tool_use_id: id };
  }
}

/** The absolute path of the file a call writes, or null. */
function writtenBy({ tool, input }: Call, directory: string): string | null {
  if (tool !== "write" && tool !== "edit") return null;
  const file = toClaude(tool, input, directory)?.input.file_path;
  return typeof file === "string" ? file : null;
}

function withWords(shown: string, words: readonly string[] = []): string {
  return words.length === 0 ? shown : `${shown}\n\n${words.join("\n")}`;
}
