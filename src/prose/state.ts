/** `state.md` and `plan.md`: where an attempt stands, for whoever goes on with it. Says nothing that depends on the hour. */

import { nextStep, type Split, State, type Step } from "#core/course.ts";

const MARKER = "<!-- daybreak:state ";

/** In words, for humans and for the engine. */
export function printState(state: State): string {
  const { milestone, aim, phase, features, platforms, checks } = state;
  const scope = [
    ...features.map(({ feature, scope }) => `${scope}: ${feature}`),
    ...platforms.map(
      ({ platform, inScope, because }) =>
        `${inScope ? "on" : "not on"} ${platform}${because === undefined ? "" : `, because ${because}`}`,
    ),
  ];
  return [
    `# Where ${milestone} stands`,
    `Aim: ${oneLine(aim)}`,
    `Phase: ${phase}\nStep: ${stepSaid(state)}`,
    ...section("Scope", scope),
    ...section(
      "How each criterion is checked",
      checks.map(({ criterion, check }) => `${criterion}: ${check}`),
    ),
    ...(state.steps.length === 0 ? [] : [`## Plan\n\n${numbered(state)}`]),
    ...section("Decisions", state.decisions),
    ...section("Open questions", state.questions),
    ...section("Files changed so far", state.files),
    ...section("Known issues", state.issues),
  ].join("\n\n");
}

/** The whole file: the words, and below them the same for the machine that reads it back. */
export function printStateFile(state: State): string {
  // No text of a model's can end the comment, or pass for its beginning.
  const json = JSON.stringify(state).replaceAll("<", String.raw`\u003c`).replaceAll(">", String.raw`\u003e`);
  return `${printState(state)}\n\n${MARKER}${json} -->\n`;
}

/** Reads a state back from its file. Null: there is none in it, or not of this version. */
export function parseState(file: string): State | null {
  const begin = file.lastIndexOf(MARKER);
  const end = file.lastIndexOf(" -->");
  if (begin < 0 || end < begin) return null;
  const json = file.slice(begin + MARKER.length, end);
  try {
    return State.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

/** The plan as a file: numbered steps, each with its files, scope, dependencies and gate. */
export function printPlan({ milestone, aim, steps }: State): string {
  return [
    `# Plan for ${milestone}`,
    oneLine(aim),
    ...steps.map((step, index) => planned(step, index + 1)),
    "",
  ].join("\n\n");
}

function planned({ step, files, scope, dependsOn, gate }: Step, number: number): string {
  return [
    `${number}. **${oneLine(step)}**`,
    `   - Files: ${files.map(oneLine).join(", ") || "none"}`,
    `   - Scope: ${scope}`,
    `   - Depends on: ${dependsOn.map((one) => `step ${one}`).join(", ") || "nothing"}`,
    `   - Gate: ${oneLine(gate)}`,
  ].join("\n");
}

/** The milestones to make of one that did not fit, in the words of a roadmap. */
export function printSplit(milestone: string, split: Split): string {
  const parts = split.map(({ title, objective, criteria }, index) =>
    [
      `### ${milestone}.${index + 1} — ${oneLine(title)} 📝`,
      `**Objective:** ${oneLine(objective)}`,
      ...(index === 0 ? [] : [`**Depends on:** ${milestone}.${index}`]),
      "**Acceptance criteria:**",
      ...criteria.map((one) => `- ${oneLine(one)}`),
    ].join("\n"),
  );
  return parts.join("\n\n");
}

function stepSaid(state: State): string {
  if (state.steps.length === 0) return "there is no plan yet";
  const next = nextStep(state);
  return next === null ? "all steps are done" : `${next.number} of ${state.steps.length}`;
}

function numbered({ steps, done }: State): string {
  return steps
    .map(({ step, scope, gate }, index) => {
      const mark = done.includes(index + 1) ? "[done] " : "";
      return `${index + 1}. ${mark}${oneLine(step)} (${scope}; gate: ${oneLine(gate)})`;
    })
    .join("\n");
}

function section(title: string, entries: readonly string[]): string[] {
  return entries.length === 0
    ? []
    : [`## ${title}\n\n${entries.map((one) => `- ${oneLine(one)}`).join("\n")}`];
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
