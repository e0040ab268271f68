/** The built-in engine: one attempt, from an empty conversation to its outcome. Decides nothing about its work. */

import { Anthropic } from "@anthropic-ai/sdk";
import type { Attempt, Waits } from "#adapters/anthropic/converse.ts";
import { Course } from "#adapters/anthropic/course.ts";
import { Guards } from "#adapters/anthropic/guards.ts";
import { drive } from "#adapters/anthropic/phases.ts";
import { openPurse } from "#adapters/anthropic/purse.ts";
import { sendScouts } from "#adapters/anthropic/scouts.ts";
import { openToolbox, type Toolbox } from "#adapters/anthropic/tools.ts";
import type { Brief } from "#core/brief.ts";
import { resumedState, type State } from "#core/course.ts";
import type { Engine, TranscriptEvent, Workspace } from "#ports/engine.ts";
import type { Hooks } from "#ports/hooks.ts";
import { systemPrompt } from "#prose/brief.ts";
import { parseState } from "#prose/state.ts";

const USUAL_WAITS: Waits = { idle: 300_000, first: 2_000, longest: 60_000 };
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
      const ending = await drive(attempt);
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
  const begun = Date.now();
  const course = new Course({
    state: await stateFor(brief, workspace),
    workspace,
    transcript,
    seconds: () => (Date.now() - begun) / 1_000,
  });
  const { milestone } = brief;
  const lookInto = async (questions: readonly string[]) => await sendScouts(attempt, questions);
  const toolbox = openToolbox({ workspace, milestone, course, transcript, signal: stop, guards, lookInto });
  const params = paramsFor(brief, workspace.instructions, toolbox);
  const names = params.tools.map((tool) => ("name" in tool ? tool.name : tool.type));
  transcript({ event: "begin", ...params, tools: names });
  const endsAt = begun + milliseconds;
  const shared = { brief, workspace, transcript, client, waits, guards, stop, outside: signal };
  const attempt = { ...shared, course, params, toolbox, purse: openPurse(brief), endsAt };
  return attempt;
}

/** Where the attempt begins: at its beginning, or with the plan of one that was interrupted. */
async function stateFor(brief: Brief, workspace: Workspace): Promise<State> {
  const earlier = workspace.memory === null ? null : parseState(workspace.memory);
  const kept = earlier !== null && (await workspace.changedPaths()).length > 0;
  return resumedState(earlier, brief, kept);
}

/** What stays the same in every request of an attempt. */
function paramsFor(brief: Brief, instructions: string, { tools }: Toolbox): Attempt["params"] {
  const ephemeral = { type: "ephemeral" } as const;
  return {
    model: brief.model,
    // A breakpoint of its own: one answer with many calls is longer than the cache looks back from the last block.
    system: [{ type: "text", text: systemPrompt(brief, instructions, true), cache_control: ephemeral }],
    tools,
    cache_control: ephemeral,
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: brief.effort },
  };
}
