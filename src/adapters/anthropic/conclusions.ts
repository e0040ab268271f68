/** The tools that end a phase or a step with something checked, kept in `state.md`. They change nothing else. */

import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import type { BetaRunnableTool } from "@anthropic-ai/sdk/lib/tools/BetaRunnableTool";
import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import * as z from "zod";
import { type Course, saidOf } from "#adapters/anthropic/course.ts";
import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import type { Shorten } from "#adapters/anthropic/shorten.ts";
import {
  Analysis,
  Findings,
  faultsInAnalysis,
  faultsInPlan,
  faultsInStep,
  nextStep,
  Plan,
  StepReport,
  withAnalysis,
  withFindings,
  withPlan,
  withStep,
} from "#core/course.ts";
import type { Milestone } from "#core/milestone.ts";
import { printSplit } from "#prose/state.ts";

type Given = {
  course: Course;
  milestone: Milestone;
  shorten: Shorten;
  signal: AbortSignal;
  end: (ending: Ending) => void;
  lookInto: LookInto | null;
};

/** Finds several things out at the same time. Words: what came of each. */
export type LookInto = (questions: readonly string[]) => Promise<string>;

export function conclusionTools(given: Given): BetaRunnableTool[] {
  return [analysisTool(given), lookIntoTool(given), researchTool(given), planTool(given), stepTool(given)];
}

function analysisTool({ course, milestone }: Given): BetaRunnableTool {
  return betaZodTool({
    name: "conclude_analysis",
    description: "Ends the phase analyse.",
    inputSchema: Analysis,
    async run(analysis) {
      refuseFor(faultsInAnalysis(analysis, milestone));
      await course.conclude(withAnalysis(course.state, analysis));
      return "Kept in state.md.";
    },
  });
}

/** More at the same time would only stand in each other's way. */
const MOST_QUESTIONS = 4;

function lookIntoTool({ lookInto }: Given): BetaRunnableTool {
  return betaZodTool({
    name: "look_into",
    description:
      "Sends others to find several things out at the same time, by reading the checkout. They know the contract and their question, nothing else, and answer in a few sentences.",
    inputSchema: z.strictObject({
      questions: z.array(z.string().min(1).max(600)).min(1).max(MOST_QUESTIONS),
    }),
    async run({ questions }) {
      if (lookInto === null) throw new ToolError("Nobody can be sent: read yourself.");
      return await lookInto(questions);
    },
  });
}

function researchTool({ course }: Given): BetaRunnableTool {
  return betaZodTool({
    name: "conclude_research",
    description: "Ends the phase research.",
    inputSchema: Findings,
    async run(findings) {
      if (!course.mayLeaveOpen(findings.questions)) {
        const open = findings.questions.map((one) => `- ${one}`).join("\n");
        throw new ToolError(
          `Go on: there is budget left for what is open. Find it out, or decide it and say so.\n${open}`,
        );
      }
      await course.conclude(withFindings(course.state, findings));
      return "Kept in state.md.";
    },
  });
}

function planTool({ course, milestone, end }: Given): BetaRunnableTool {
  return betaZodTool({
    name: "conclude_plan",
    description: "Ends the phase plan: writes plan.md, or proposes to split a milestone that will not fit.",
    inputSchema: Plan,
    async run(plan) {
      refuseFor(faultsInPlan(plan));
      await course.conclude(withPlan(course.state, plan));
      if (plan.split === undefined) return "Kept in plan.md.";
      const because = "parked: the milestone does not fit its limits, and a split is proposed";
      end({ ...exhausted(because), split: printSplit(milestone.id, plan.split) });
      return "The milestone is parked.";
    },
  });
}

function stepTool({ course, shorten, signal, end }: Given): BetaRunnableTool {
  return betaZodTool({
    name: "step_done",
    description:
      "Says that a step of the plan is done. The gate commands run; if they are green, the checkout is kept as a checkpoint.",
    inputSchema: StepReport,
    async run(report) {
      refuseFor(faultsInStep(report, course.state));
      const { green, report: output, verdict } = await course.gates(signal);
      if (verdict.says === "park") end(exhausted(verdict.because));
      if (!green) throw new ToolError((await shorten(output)) + saidOf(verdict));
      const label = `step ${report.number}`;
      await course.checkpoint(label);
      await course.keep(withStep(course.state, report, await course.changedPaths()));
      const next = nextStep(course.state);
      if (next === null) return "Green, and the last step. Check every criterion, then call `finish`.";
      if (course.nextStepFits()) return `Green. Next is step ${next.number}: ${next.step.step}`;
      await course.conclude(course.state);
      return "Green. Another step does not fit beside what is set aside for testing: that comes now.";
    },
  });
}

function refuseFor(faults: readonly string[]): void {
  if (faults.length > 0) throw new ToolError(faults.join("\n"));
}
