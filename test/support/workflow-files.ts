/** The shipped workflow files as values, and rules about them that have been seen to refuse. Never writes one. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

export const ROOT = join(import.meta.dirname, "../..");

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Scalars = z.record(z.string(), Scalar);

const Permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
export type Permissions = z.infer<typeof Permissions>;

const Step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: Scalars.default({}),
  env: Scalars.default({}),
});
export type Step = z.infer<typeof Step>;

/** Strict, so that a file cannot use a feature (`container`, `services`, `environment` …) that no rule looks at. */
const Job = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  if: z.string().optional(),
  strategy: z
    .strictObject({
      "fail-fast": z.boolean().optional(),
      "max-parallel": Scalar.optional(),
      matrix: z.unknown(),
    })
    .optional(),
  concurrency: z.strictObject({ group: z.string(), queue: z.string().optional() }).optional(),
  permissions: Permissions.optional(),
  "runs-on": z.string().optional(),
  "timeout-minutes": z.number().optional(),
  outputs: Scalars.optional(),
  steps: z.array(Step).default([]),
  uses: z.string().optional(),
  with: Scalars.default({}),
  secrets: z.union([z.literal("inherit"), Scalars]).default({}),
});
export type Job = z.infer<typeof Job>;

const Parameters = z.record(
  z.string(),
  z.strictObject({
    description: z.string().optional(),
    type: z.string().optional(),
    required: z.boolean().optional(),
    default: Scalar.optional(),
  }),
);

const Workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    push: z.unknown().optional(),
    pull_request: z.unknown().optional(),
    schedule: z.array(z.strictObject({ cron: z.string() })).default([]),
    workflow_dispatch: z.strictObject({ inputs: Parameters.default({}) }).optional(),
    workflow_run: z.strictObject({ workflows: z.array(z.string()), types: z.array(z.string()) }).optional(),
    workflow_call: z
      .strictObject({
        inputs: Parameters.default({}),
        secrets: Parameters.default({}),
        outputs: z.record(z.string(), z.strictObject({ value: z.string() })).default({}),
      })
      .optional(),
  }),
  permissions: Permissions.optional(),
  jobs: z.record(z.string(), Job),
});

export type WorkflowFile = { path: string; text: string; workflow: z.infer<typeof Workflow> };

/** One job where it stands; `at` names it for a human, such as `night.yml plan`. */
export type Standing = { at: string; id: string; job: Job; file: WorkflowFile };

/** A rule about the files, and one change of a file that breaks it. */
export type Rule = {
  rule: string;
  /** One sentence per breach. */
  judge: (files: readonly WorkflowFile[]) => string[];
  planted: { path: string; from: string | RegExp; to: string };
  says: string;
};

const FOLDERS = [".github/workflows", "workflows-examples"] as const;

export const FILES: readonly WorkflowFile[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .toSorted()
    .map((name) => fileOf(`${folder}/${name}`, readFileSync(join(ROOT, folder, name), "utf8"))),
);

/** The caller files a user copies. */
export function examplesOf(files: readonly WorkflowFile[]): WorkflowFile[] {
  return files.filter(({ path }) => path.startsWith("workflows-examples/"));
}

export function fileAt(files: readonly WorkflowFile[], path: string): WorkflowFile {
  const found = files.find((file) => file.path === path);
  if (!found) throw new Error(`there is no ${path}`);
  return found;
}

export function jobsOf(files: readonly WorkflowFile[]): Standing[] {
  return files.flatMap((file) =>
    Object.entries(file.workflow.jobs).map(([id, job]) => ({
      at: `${file.path.split("/").at(-1)} ${id}`,
      id,
      job,
      file,
    })),
  );
}

/** Which of Daybreak's jobs a step does; null when it does none. */
export function duty(step: Step): string | null {
  return step.uses === "$/" ? String(step.with.job) : null;
}

/** The action a step uses, without its version. */
export function actionOf(step: Step): string {
  return step.uses?.split("@")[0] ?? "";
}

/** Does this step run code that Daybreak's authors did not write? */
export function isForeign(step: Step): boolean {
  return step.run !== undefined || ["setup", "work", "verify"].includes(duty(step) ?? "");
}

/** The path here of the workflow that a job calls; null for a job with steps. */
export function calledBy({ uses }: Job): string | null {
  const path = uses?.match(/^(?:\.|OWNER\/daybreak)\/(\.github\/workflows\/[^@]+)(?:@.+)?$/)?.[1];
  return path ?? null;
}

/** An expression as a workflow file writes it. */
export function hole(expression: string): string {
  return `\${{ ${expression} }}`;
}

/** The files with one change in one of them. A change that changes nothing is a mistake in the test. */
export function plant(
  files: readonly WorkflowFile[],
  { path, from, to }: Rule["planted"],
): readonly WorkflowFile[] {
  const { text } = fileAt(files, path);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${path} has no ${from} to change`);
  return files.map((file) => (file.path === path ? fileOf(path, changed) : file));
}

/** One test per rule: it holds for what ships, and refuses what was planted. */
export function expectEachToHold(rules: readonly Rule[]): void {
  for (const { rule, judge, planted, says } of rules)
    test(rule, () => {
      expect(judge(FILES)).toEqual([]);
      expect(judge(plant(FILES, planted))).toContainEqual(expect.stringContaining(says));
    });
}

function fileOf(path: string, text: string): WorkflowFile {
  const parsed = Workflow.safeParse(parse(text));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return { path, text, workflow: parsed.data };
}
