/** The tools of an attempt: files confined to the checkout, a shell in the sandbox, and `finish`. Ends nothing by itself. */

import { join } from "node:path";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import type { BetaRunnableTool } from "@anthropic-ai/sdk/lib/tools/BetaRunnableTool";
import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import {
  betaEditTool,
  betaGlobTool,
  betaGrepTool,
  betaReadTool,
  betaWriteTool,
} from "@anthropic-ai/sdk/tools/agent-toolset/node";
import * as z from "zod";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import { Guards } from "#adapters/anthropic/guards.ts";
import { openShortener, type Shorten } from "#adapters/anthropic/shorten.ts";
import type { TranscriptEvent, Workspace } from "#ports/engine.ts";

export type Toolbox = {
  readonly tools: BetaRunnableTool[];
  /** Set once `finish` was accepted or refused for the last time, or a guard ended the attempt. */
  ending(): Ending | null;
};

/** Seconds a command may take unless it asks for another limit. */
const USUAL_TIMEOUT = 120;
/** Seconds no command may exceed. */
const LONGEST_TIMEOUT = 600;
/** How often `finish` may be refused. */
const MOST_REFUSALS = 5;

export function openToolbox(given: {
  workspace: Workspace;
  transcript: (event: TranscriptEvent) => void;
  signal: AbortSignal;
  /** Those of the owner's hooks if there are any; deletions are logged in any case. */
  guards?: Guards;
}): Toolbox {
  const { workspace, transcript, signal } = given;
  const { directory } = workspace;
  const { guards = new Guards({ hooks: null, directory, transcript, signal }) } = given;
  const shorten = openShortener(workspace.spill);
  let ending: Ending | null = null;
  const reach = {
    workdir: workspace.directory,
    allowedRoots: [workspace.spill],
    readOnlyRoots: [workspace.spill, join(workspace.directory, ".git")],
  };
  const files = [betaReadTool, betaWriteTool, betaEditTool, betaGlobTool, betaGrepTool].map((tool) =>
    tool(reach),
  );
  const finish = finishTool({ workspace, shorten, signal, guards }, (as) => {
    ending = as;
  });
  const ended = () => ending ?? guards.ending();
  const inOrder = openQueue(() => ended() !== null);
  const tools = [...files, bashTool(workspace, signal), finish].map((tool) =>
    guarded(tool, { inOrder, shorten, transcript, guards }),
  );
  return { tools, ending: ended };
}

function bashTool(workspace: Workspace, signal: AbortSignal): BetaRunnableTool {
  return betaZodTool({
    name: "bash",
    description: "Runs a bash script from the root of the checkout, in a fresh shell without a terminal.",
    inputSchema: z.strictObject({
      command: z.string().min(1),
      timeout: z
        .int()
        .min(1)
        .max(LONGEST_TIMEOUT)
        .optional()
        .describe(`Seconds, ${USUAL_TIMEOUT} if not given.`),
      description: z
        .string()
        .min(1)
        .max(500)
        .optional()
        .describe(
          "What it is for. Say why when it deletes something: deletions are logged with their reason.",
        ),
    }),
    async run({ command, timeout = USUAL_TIMEOUT }) {
      const { output, exitCode, timedOut } = await workspace.shell(command, timeout, signal);
      const how = timedOut
        ? `stopped after ${timeout} seconds`
        : `exit code ${exitCode ?? "unknown, it was killed"}`;
      return `${output}${output === "" || output.endsWith("\n") ? "" : "\n"}[${how}]`;
    },
  });
}

function finishTool(
  given: { workspace: Workspace; shorten: Shorten; signal: AbortSignal; guards: Guards },
  end: (ending: Ending) => void,
): BetaRunnableTool {
  const { workspace, shorten, signal, guards } = given;
  let refusals = 0;
  const refuse = (why: string): never => {
    refusals += 1;
    if (refusals === MOST_REFUSALS)
      end(exhausted(`it said it was done ${refusals} times, and was not: ${firstLine(why)}`));
    throw new ToolError(why);
  };
  return betaZodTool({
    name: "finish",
    description: "Ends the attempt. With `done` the gate commands run first, and must be green.",
    inputSchema: z.strictObject({
      status: z.enum(["done", "blocked"]),
      summary: z.string().min(1).describe("done: what was changed, and how you know it works. blocked: why."),
      question: z
        .string()
        .min(1)
        .optional()
        .describe("Only for blocked: one question a human can answer in a sentence."),
    }),
    async run({ status, summary, question }) {
      if (status === "blocked") {
        if (question === undefined) return refuse("To be blocked, ask one question.");
        end({ outcome: "blocked", because: summary, ask: question });
        return "The question will be put to a human.";
      }
      if ((await workspace.changedPaths()).length === 0) return refuse("Nothing changed in the checkout.");
      const { green, report } = await workspace.gates(signal);
      if (!green) return refuse(await shorten(report));
      // Not counted among the refusals: hooks have a limit of their own.
      const notYet = await guards.stop(summary);
      if (notYet !== null) throw new ToolError(notYet);
      end({ outcome: "finished", summary });
      return "The gate commands are green.";
    },
  });
}

/** Input is checked before it runs, calls run one after the other between their guards, and long outputs are cut. */
function guarded(
  tool: BetaRunnableTool,
  given: { inOrder: Queue; shorten: Shorten; transcript: (event: TranscriptEvent) => void; guards: Guards },
): BetaRunnableTool {
  if (!("input_schema" in tool)) return tool;
  const { inOrder, shorten, transcript, guards } = given;
  // The SDK's own tools take what they get: a `write` that lacks its content would empty the file.
  const schema = z.fromJSONSchema(tool.input_schema as z.core.JSONSchema.JSONSchema);
  const parse = (input: unknown) => {
    const checked = schema.safeParse(input);
    if (checked.success) return tool.parse(input);
    const because = `Invalid input: ${z.prettifyError(checked.error)}`;
    transcript({ event: "denied", tool: tool.name, because });
    throw new ToolError(because);
  };
  return {
    ...tool,
    parse,
    run: (input, context) =>
      inOrder(async () => {
        const call = { id: context?.toolUse.id ?? null, tool: tool.name, input };
        return await guards.around(call, async (allowed) => {
          // What a hook wrote in its place is checked like what the model wrote.
          const result = await tool.run(allowed === input ? input : parse(allowed), context);
          return await shorten(textOf(result));
        });
      }),
  };
}

/** Our tools answer in words. */
function textOf(result: Awaited<ReturnType<BetaRunnableTool["run"]>>): string {
  return typeof result === "string" ? result : JSON.stringify(result);
}

type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** The SDK starts all calls of one answer at once. The model wrote them in an order, and after the end nothing runs. */
function openQueue(isOver: () => boolean): Queue {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(() => {
      if (isOver()) throw new ToolError("Not run: the attempt is over.");
      return work();
    });
    before = mine.catch(() => undefined);
    return mine;
  };
}

function firstLine(text: string): string {
  return text.trimStart().split("\n", 1)[0] ?? "";
}
