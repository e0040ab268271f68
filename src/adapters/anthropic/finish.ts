/** The tool that ends an attempt: done once the gate commands are green, or blocked with one question. */

import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import type { BetaRunnableTool } from "@anthropic-ai/sdk/lib/tools/BetaRunnableTool";
import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import * as z from "zod";
import { type Course, saidOf } from "#adapters/anthropic/course.ts";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import type { Guards } from "#adapters/anthropic/guards.ts";
import type { Shorten } from "#adapters/anthropic/shorten.ts";
import { COURSES, isReading } from "#core/phases.ts";

export function finishTool(given: {
  course: Course;
  shorten: Shorten;
  signal: AbortSignal;
  guards: Guards;
  end: (ending: Ending) => void;
}): BetaRunnableTool {
  const { course, shorten, signal, guards, end } = given;
  const refuse = async (why: string): Promise<never> => {
    const refusals = course.state.refusals + 1;
    const issues = [firstLine(why).slice(0, 600) || "A gate command is red."];
    await course.keep({ ...course.state, refusals, issues });
    if (refusals >= COURSES[course.state.complexity].iterations)
      end(exhausted(`it said it was done ${refusals} times, and was not: ${firstLine(why)}`));
    throw new ToolError(why);
  };
  const judge = async (): Promise<void> => {
    if ((await course.changedPaths()).length === 0) return await refuse("Nothing changed in the checkout.");
    const { green, report, verdict } = await course.gates(signal);
    if (green) return;
    if (verdict.says === "park") end(exhausted(verdict.because));
    await refuse((await shorten(report)) + saidOf(verdict));
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
        if (question === undefined) return await refuse("To be blocked, ask one question.");
        end({ outcome: "blocked", because: summary, ask: question });
        return "The question will be put to a human.";
      }
      if (isReading(course.phase))
        throw new ToolError(`Nothing is done yet: this is the phase ${course.phase}.`);
      await judge();
      // Not counted among the refusals: hooks have a limit of their own.
      const notYet = await guards.stop(summary);
      if (notYet !== null) throw new ToolError(notYet);
      end({ outcome: "finished", summary });
      return "The gate commands are green.";
    },
  });
}

function firstLine(text: string): string {
  return text.trimStart().split("\n", 1)[0] ?? "";
}
