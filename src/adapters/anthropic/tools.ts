/** The tools of an attempt, the same in all of its phases: files confined to the checkout, a shell, and what ends a phase. Ends nothing by itself. */

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
import { conclusionTools, type LookInto } from "#adapters/anthropic/conclusions.ts";
import type { Course } from "#adapters/anthropic/course.ts";
import type { Ending } from "#adapters/anthropic/ending.ts";
import { finishTool } from "#adapters/anthropic/finish.ts";
import { Guards } from "#adapters/anthropic/guards.ts";
import { openShortener, type Shorten } from "#adapters/anthropic/shorten.ts";
import { changeBy } from "#adapters/anthropic/signs.ts";
import type { Milestone } from "#core/milestone.ts";
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

export function openToolbox(given: {
  workspace: Workspace;
  milestone: Milestone;
  course: Course;
  transcript: (event: TranscriptEvent) => void;
  signal: AbortSignal;
  /** Not given: nobody can be sent. */
  lookInto?: LookInto;
  /** Those of the owner's hooks if there are any; deletions are logged in any case. */
  guards?: Guards;
}): Toolbox {
  const { workspace, transcript, signal, course, milestone, lookInto = null } = given;
  const { directory } = workspace;
  const { guards = new Guards({ hooks: null, directory, transcript, signal }) } = given;
  const shorten = openShortener(workspace.spill);
  let ending: Ending | null = null;
  const reach = {
    workdir: workspace.directory,
    allowedRoots: [workspace.spill, workspace.notes],
    readOnlyRoots: [workspace.spill, workspace.notes, join(workspace.directory, ".git")],
  };
  const files = [betaReadTool, betaWriteTool, betaEditTool, betaGlobTool, betaGrepTool].map((tool) =>
    tool(reach),
  );
  const end = (as: Ending) => {
    ending ??= as;
  };
  const closing = { course, milestone, shorten, signal, guards, end, lookInto };
  const ended = () => ending ?? guards.ending();
  const inOrder = openQueue(() => ended() !== null || course.concluded);
  const ours = [bashTool(workspace, signal), ...conclusionTools(closing), finishTool(closing)];
  const tools = [...files, ...ours].map((tool) =>
    guarded(tool, { inOrder, shorten, transcript, guards, course }),
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

/** Phase and input are checked before it runs, calls run one after the other between their guards, and long outputs are cut. */
function guarded(
  tool: BetaRunnableTool,
  given: {
    inOrder: Queue;
    shorten: Shorten;
    transcript: (event: TranscriptEvent) => void;
    guards: Guards;
    course: Course;
  },
): BetaRunnableTool {
  if (!("input_schema" in tool)) return tool;
  const { inOrder, shorten, transcript, guards, course } = given;
  // The SDK's own tools take what they get: a `write` that lacks its content would empty the file.
  const schema = z.fromJSONSchema(tool.input_schema as z.core.JSONSchema.JSONSchema);
  const parse = (input: unknown) => {
    const checked = schema.safeParse(input);
    const because =
      course.refusalOf(tool.name) ??
      (checked.success ? null : `Invalid input: ${z.prettifyError(checked.error)}`);
    if (because === null) return tool.parse(input);
    transcript({ event: "denied", tool: tool.name, because });
    throw new ToolError(because);
  };
  return {
    ...tool,
    parse,
    run: (input, context) =>
      inOrder(async () => {
        course.see(changeBy(input));
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
      if (isOver()) throw new ToolError("Not run: this is over.");
      return work();
    });
    before = mine.catch(() => undefined);
    return mine;
  };
}
