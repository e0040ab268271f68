/** The rules of a night as data: one sentence each, the failure behind it, and what enforces it. Reads no file. */

import * as z from "zod";
import type { Diagnostic } from "#core/errors.ts";

/**
 * `prompt`: the engine is told, and nothing else holds it · `hook`: a guard around its calls · `gate`: what is judged
 * before anything lands · `budget`: a limit checked before the spending.
 */
const Enforcement = z.enum(["prompt", "hook", "gate", "budget"]);

/** One line, so that a sentence cannot end the list it is printed in. */
const OneLine = z
  .string()
  .min(1)
  .max(400)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "must be one line");

export const Rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by hyphens"),
  sentence: OneLine,
  /** What went wrong where the rule was missing. */
  postmortem: z.string().min(1).max(2_000),
  enforcement: Enforcement,
  /** The test that shows it firing. */
  test: z
    .strictObject({ path: z.string().min(1), title: z.string().min(1) })
    .nullable()
    .default(null),
});
export type Rule = z.infer<typeof Rule>;

/** What the brief carries of a rule: no engine needs the story behind it. */
export const ToldRule = Rule.pick({ id: true, sentence: true, enforcement: true });
export type ToldRule = z.infer<typeof ToldRule>;

/** A rule of the owner's, and where it stands. */
export type WrittenRule = { rule: Rule; file: string };

/** More rules than this are no rules any more: an engine that is told everything minds nothing. */
const MOST_RULES = 50;

/**
 * The rules in force, in their order: ours, then the owner's. An owner's rule with the id of one that only the prompt
 * enforces takes its place. `proven`: whether a test of the rule's was found.
 */
export function joinRules(
  shipped: readonly Rule[],
  owners: readonly WrittenRule[],
  proven: (test: NonNullable<Rule["test"]>) => boolean,
): { rules: Rule[]; diagnostics: Diagnostic[] } {
  const diagnostics = owners.flatMap((written, index) => [
    ...refusals(written, index, shipped, owners),
    ...doubts(written, proven),
  ]);
  const refused = new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ file }) => file));
  const good = owners.filter(({ file }) => !refused.has(file)).map(({ rule }) => rule);
  const replacement = (id: string): Rule | undefined => good.find((rule) => rule.id === id);
  const added = good.filter(({ id }) => !shipped.some((rule) => rule.id === id));
  return { rules: [...shipped.map((rule) => replacement(rule.id) ?? rule), ...added], diagnostics };
}

/** What is told of the rules to an engine. */
export function toldRules(rules: readonly Rule[]): ToldRule[] {
  return rules.map(({ id, sentence, enforcement }) => ({ id, sentence, enforcement }));
}

function refusals(
  { rule, file }: WrittenRule,
  index: number,
  shipped: readonly Rule[],
  owners: readonly WrittenRule[],
): Diagnostic[] {
  const twin = owners.slice(0, index).find((one) => one.rule.id === rule.id);
  if (twin)
    return [wrongRule(file, 1, `the id \`${rule.id}\` is that of ${twin.file}`, "Choose another id.")];
  const ours = shipped.find(({ id }) => id === rule.id);
  if (ours && ours.enforcement !== "prompt") {
    const because = `\`${rule.id}\` is enforced by Daybreak itself, and no file changes that`;
    return [wrongRule(file, 1, because, "Choose another id, or remove the file.")];
  }
  if (index >= MOST_RULES)
    return [wrongRule(file, 1, `there are more than ${MOST_RULES} rules`, "Merge some of them.")];
  return [];
}

/** A rule that holds only as long as a model minds it is worth a warning, and so is one that says otherwise unshown. */
function doubts(
  { rule, file }: WrittenRule,
  proven: (test: NonNullable<Rule["test"]>) => boolean,
): Diagnostic[] {
  const place = { file, line: 1, column: 1, severity: "warning" } as const;
  if (rule.enforcement === "prompt") {
    const message = `\`${rule.id}\` is enforced by the prompt only`;
    const remedy = "Add a hook or a gate command that refuses what the rule forbids, if it must always hold.";
    return [{ ...place, code: "RULE_PROMPT_ONLY", message, remedy }];
  }
  if (rule.test !== null && proven(rule.test)) return [];
  const message = `nothing shows that a ${rule.enforcement} enforces \`${rule.id}\``;
  const remedy = "Name under `test:` the path and the title of a test that shows it firing.";
  return [{ ...place, code: "RULE_UNPROVEN", message, remedy }];
}

/** An error of the owner's rules counts as one of the policy: nothing starts without a rule he wrote down. */
export function wrongRule(
  file: string,
  line: number,
  message: string,
  remedy: string,
  column = 1,
): Diagnostic {
  return { file, line, column, code: "POLICY_RULE", severity: "error", message, remedy };
}
