/** Where an attempt stands: what its phases concluded, and what follows. This is what `state.md` holds. Asks nobody. */

import * as z from "zod";
import type { Brief } from "#core/brief.ts";
import { Complexity, criterionName, type Milestone, MilestoneId, Spec } from "#core/milestone.ts";
import { complexityOf, Phase } from "#core/phases.ts";

/** What a model wrote. It is brought onto one line wherever it is printed. */
const Said = z.string().min(1).max(600);
const Sayings = z.array(Said).max(40);

/** How much it matters: `core` does what the milestone asks, `enhanced` does it better, `polish` makes it shine. */
export const Scope = z.enum(["core", "enhanced", "polish"]);

const Features = z.array(z.strictObject({ feature: Said, scope: Scope })).max(40);
const Platforms = z
  .array(
    z.strictObject({
      platform: Said,
      inScope: z.boolean(),
      because: Said.optional().describe("Why it is not."),
    }),
  )
  .max(20);

export const Analysis = z.strictObject({
  aim: Said.describe("The aim in one sentence."),
  features: Features.min(1),
  platforms: Platforms.min(1).describe("Every platform the program runs on, and which of them are in scope."),
  checks: z
    .array(z.strictObject({ criterion: Said.describe("Its name, such as M1/2."), check: Said }))
    .max(100)
    .describe("One for every criterion: how you will check it, or `manual`."),
  questions: Sayings.describe("What you need to find out before you can plan."),
});
export type Analysis = z.infer<typeof Analysis>;

export const Findings = z.strictObject({
  decisions: Sayings.describe("What you found out and decided, each in a sentence that says why."),
  questions: Sayings.describe("What is still open."),
});
export type Findings = z.infer<typeof Findings>;

const Step = z.strictObject({
  step: Said.describe("What is done."),
  files: Sayings,
  scope: Scope,
  dependsOn: z.array(z.int().positive()).max(40).describe("Numbers of earlier steps."),
  gate: Said.describe("The command that shows that the step is green."),
});
export type Step = z.infer<typeof Step>;

export const Plan = z.strictObject({
  steps: z
    .array(Step)
    .min(1)
    .max(40)
    .describe("In their order, from 1. Each leaves the gate commands green."),
  split: z
    .array(z.strictObject({ title: Said, objective: Said, criteria: Sayings.min(1) }))
    .min(2)
    .max(8)
    .optional()
    .describe(
      "Only if the milestone will not fit its limits: the milestones to make of it. The attempt ends then.",
    ),
});
export type Plan = z.infer<typeof Plan>;
export type Split = NonNullable<Plan["split"]>;

export const StepReport = z.strictObject({
  number: z.int().positive().describe("The number of the step in the plan."),
  decisions: Sayings.default([]).describe("What you decided on the way."),
  issues: Sayings.default([]).describe("Everything known to be wrong now; replaces what was said before."),
});
export type StepReport = z.infer<typeof StepReport>;

export const State = z.strictObject({
  version: z.literal(1),
  milestone: MilestoneId,
  spec: Spec,
  complexity: Complexity,
  phase: Phase,
  aim: z.string(),
  features: Features,
  platforms: Platforms,
  checks: Analysis.shape.checks,
  questions: z.array(Said),
  decisions: z.array(Said),
  /** Empty: there is no plan. */
  steps: z.array(Step),
  /** Numbers of the steps that are done. */
  done: z.array(z.int().positive()),
  files: z.array(z.string()),
  issues: z.array(Said),
  /** How often the work was called done and was not. */
  refusals: z.int().nonnegative(),
  /** What the last checkpoint is called. */
  checkpoint: z.string().nullable(),
});
export type State = z.infer<typeof State>;

/** More decisions than this are not carried along: the oldest go first. */
const MOST_DECISIONS = 60;

/** More paths than this are only counted. */
const MOST_FILES = 200;

export function firstState({ milestone }: Pick<Brief, "milestone">): State {
  const { id, spec, objective, title } = milestone;
  return {
    version: 1,
    milestone: id,
    spec,
    complexity: complexityOf(milestone).complexity,
    phase: "analyse",
    aim: objective === "" ? title : objective,
    features: [],
    platforms: [],
    checks: [],
    questions: [],
    decisions: [],
    steps: [],
    done: [],
    files: [],
    issues: [],
    refusals: 0,
    checkpoint: null,
  };
}

/**
 * Where an attempt goes on that was interrupted: with its plan, if it had one for this very contract. `kept`: whether
 * the checkout still holds what was done.
 */
export function resumedState(earlier: State | null, brief: Pick<Brief, "milestone">, kept: boolean): State {
  const fresh = firstState(brief);
  if (earlier === null || earlier.spec !== fresh.spec) return fresh;
  const { done, files, issues, checkpoint } = kept ? earlier : fresh;
  const state: State = { ...earlier, done, files, issues, checkpoint, refusals: 0 };
  const phase = state.steps.length === 0 ? "analyse" : nextStep(state) === null ? "test" : "execute";
  return { ...state, phase };
}

/** The first step that is not done; null: all are, or there is no plan. */
export function nextStep({ steps, done }: State): { number: number; step: Step } | null {
  const index = steps.findIndex((_, at) => !done.includes(at + 1));
  const step = steps[index];
  return step ? { number: index + 1, step } : null;
}

export function withAnalysis(state: State, analysis: Analysis): State {
  return { ...state, ...analysis };
}

export function withFindings(state: State, { decisions, questions }: Findings): State {
  return { ...withDecisions(state, decisions), questions };
}

export function withPlan(state: State, { steps }: Plan): State {
  return { ...state, steps, done: [] };
}

export function withStep(state: State, { number, decisions, issues }: StepReport, files: string[]): State {
  const done = [...new Set([...state.done, number])].toSorted((one, other) => one - other);
  return { ...withFiles(withDecisions(state, decisions), files), done, issues, checkpoint: `step ${number}` };
}

export function withFiles(state: State, files: readonly string[]): State {
  const rest = files.length - MOST_FILES;
  return { ...state, files: [...files.slice(0, MOST_FILES), ...(rest > 0 ? [`and ${rest} more`] : [])] };
}

function withDecisions(state: State, decisions: readonly string[]): State {
  return { ...state, decisions: [...state.decisions, ...decisions].slice(-MOST_DECISIONS) };
}

/** Every criterion by its name. */
export function criterionNames({ id, criteria }: Pick<Milestone, "id" | "criteria">): string[] {
  return criteria.map((_, index) => criterionName(id, index));
}

/** What is missing from an analysis before anything can be built on it. */
export function faultsInAnalysis({ checks, features }: Analysis, milestone: Milestone): string[] {
  const named = checks.map(({ criterion }) => criterion);
  const names = criterionNames(milestone);
  const missing = names.filter((name) => !named.includes(name));
  const unknown = named.filter((name) => !names.includes(name));
  return [
    ...(missing.length > 0
      ? [`No check is planned for ${missing.join(", ")}; write \`manual\` if none can be.`]
      : []),
    ...(unknown.length > 0 ? [`There is no criterion ${unknown.join(", ")}.`] : []),
    ...(features.some(({ scope }) => scope === "core") ? [] : ["No feature is core."]),
  ];
}

/** What is wrong with the order of a plan: a step rests on earlier ones, and nothing is polished before it works. */
export function faultsInPlan({ steps }: Plan): string[] {
  const lastCore = steps.findLastIndex(({ scope }) => scope === "core");
  return steps.flatMap(({ dependsOn, scope }, index) => {
    const number = index + 1;
    const late = dependsOn.filter((one) => one >= number);
    return [
      ...(late.length > 0
        ? [`Step ${number} cannot depend on ${late.join(", ")}: only on earlier steps.`]
        : []),
      ...(scope === "polish" && index < lastCore
        ? [
            `Step ${number} is polish and comes before core step ${lastCore + 1}: first it works, then it shines.`,
          ]
        : []),
    ];
  });
}

/** What is wrong with a report of a step. */
export function faultsInStep({ number }: StepReport, state: State): string[] {
  const step = state.steps[number - 1];
  if (state.steps.length === 0) return ["There is no plan; call `finish` when the work is done."];
  if (!step) return [`The plan has ${state.steps.length} steps, and no step ${number}.`];
  const missing = step.dependsOn.filter((one) => !state.done.includes(one));
  return missing.length > 0
    ? [`Step ${number} depends on step ${missing.join(", ")}, which is not done.`]
    : [];
}

/** The milestones to make of what is left, once some steps are done and the rest did not fit. Null: there is no such cut. */
export function splitOf(state: State): Split | null {
  const done = state.steps.filter((_, index) => state.done.includes(index + 1));
  const left = state.steps.filter((_, index) => !state.done.includes(index + 1));
  if (done.length === 0 || left.length === 0) return null;
  return [partOf("first part", done, state.aim), partOf("the rest", left, state.aim)];
}

function partOf(name: string, steps: readonly Step[], aim: string): Split[number] {
  return {
    title: `${steps[0]?.step ?? ""} (${name})`,
    objective: aim,
    criteria: steps.map(({ step, gate }) => `${step} (${gate})`),
  };
}
