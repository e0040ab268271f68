/** A workflow file as the runner executes it: jobs and steps with open holes. Never evaluates them. */

import { createHash } from "node:crypto";
import type { Permissions } from "#rehearsal/seams.ts";
import type { Expression, Tree } from "./expression.ts";
import { asMap, type Events, readWorkflow } from "./parser.ts";
import { readPermissions } from "./permissions.ts";

export type Step = {
  /** Unique in its job; made up when the file gives none. */
  id: string;
  name: Tree | undefined;
  if: Expression;
  does: { uses: string; with: Tree } | { run: Tree; shell: Tree | undefined; in: Tree | undefined };
  env: Tree;
  timeoutMinutes: Tree | undefined;
  continueOnError: Tree;
};

export type Call = { uses: string; with: Tree; secrets: "inherit" | Tree };

export type Job = {
  id: string;
  name: Tree;
  needs: readonly string[];
  if: Expression;
  strategy: Tree | undefined;
  permissions: Permissions | undefined;
  concurrency: Tree | undefined;
  does: Call | Work;
};

export type Work = {
  env: Tree;
  outputs: Tree;
  defaults: RunDefaults;
  timeoutMinutes: Tree | undefined;
  continueOnError: Tree;
  steps: readonly Step[];
};

export type RunDefaults = { shell: Tree | undefined; in: Tree | undefined };

export type Parameter = { required: boolean; type: string; default: Tree | undefined };

export type Workflow = {
  path: string;
  name: string;
  events: Events;
  /** Inputs of `workflow_dispatch`. */
  inputs: ReadonlyMap<string, Parameter>;
  called: {
    inputs: ReadonlyMap<string, Parameter>;
    secrets: ReadonlyMap<string, Parameter>;
    outputs: ReadonlyMap<string, Tree>;
  } | null;
  env: Tree;
  permissions: Permissions | undefined;
  concurrency: Tree | undefined;
  jobs: readonly Job[];
};

export type Reading = { workflow: Workflow } | { errors: readonly string[] };

const NEVER: Tree = new Map();
const ON_SUCCESS: Expression = { expression: "success()" };
const REFUSED_IN_JOBS = ["container", "services", "snapshot"];
const REFUSED_IN_STEPS = ["parallel", "background", "wait", "wait-all", "cancel"];

const readings = new Map<string, Promise<Reading>>();

/** Reads one file; the same content is parsed once in the life of the process. */
export function readWorkflowFile(path: string, content: string): Promise<Reading> {
  const key = `${path}\n${createHash("sha256").update(content).digest("hex")}`;
  const known = readings.get(key);
  if (known !== undefined) return known;
  const reading = readFresh(path, content);
  readings.set(key, reading);
  return reading;
}

async function readFresh(path: string, content: string): Promise<Reading> {
  const parsed = await readWorkflow(path, content);
  if ("errors" in parsed) return parsed;
  const { tree, events } = parsed;
  const on = asMap(tree.get("on"));
  const call = asMap(on.get("workflow_call"));
  const jobs = [...asMap(tree.get("jobs"))].map(([id, job]) => ({ id, tree: asMap(job) }));
  const errors = jobs.flatMap(({ id, tree: job }) =>
    refusals(job).map((what) => `${path}: job '${id}': ${what}`),
  );
  if (errors.length > 0) return { errors };
  const defaults = runDefaults(tree);
  return {
    workflow: {
      path,
      name: text(tree.get("name")) ?? path,
      events,
      inputs: parameters(asMap(on.get("workflow_dispatch")).get("inputs")),
      called:
        "workflow_call" in events
          ? {
              inputs: parameters(call.get("inputs")),
              secrets: parameters(call.get("secrets")),
              outputs: new Map(
                [...asMap(call.get("outputs"))].map(([name, output]) => [
                  name,
                  asMap(output).get("value") ?? "",
                ]),
              ),
            }
          : null,
      env: tree.get("env") ?? NEVER,
      permissions: readPermissions(tree.get("permissions")),
      concurrency: tree.get("concurrency"),
      jobs: jobs.map(({ id, tree: job }) => readJob(id, job, defaults)),
    },
  };
}

function refusals(job: Map<string, Tree>): string[] {
  const steps = list(job.get("steps")).map(asMap);
  return [
    ...REFUSED_IN_JOBS.filter((key) => job.has(key)),
    ...REFUSED_IN_STEPS.filter((key) => steps.some((step) => step.has(key))),
  ].map((key) => `\`${key}:\` is not supported by the local runner`);
}

function readJob(id: string, tree: Map<string, Tree>, defaults: RunDefaults): Job {
  const name = tree.get("name");
  const needs = tree.get("needs");
  return {
    id,
    name: name === undefined || name === "" ? id : name,
    needs: (typeof needs === "string" ? [needs] : list(needs)).filter((need) => typeof need === "string"),
    if: condition(tree),
    strategy: tree.get("strategy"),
    permissions: readPermissions(tree.get("permissions")),
    concurrency: tree.get("concurrency"),
    does: tree.has("uses") ? readCall(tree) : readWork(tree, defaults),
  };
}

function readCall(tree: Map<string, Tree>): Call {
  const secrets = tree.get("secrets");
  return {
    uses: text(tree.get("uses")) ?? "",
    with: tree.get("with") ?? NEVER,
    secrets: secrets === "inherit" ? "inherit" : (secrets ?? NEVER),
  };
}

function readWork(tree: Map<string, Tree>, defaults: RunDefaults): Work {
  const own = runDefaults(tree);
  return {
    env: tree.get("env") ?? NEVER,
    outputs: tree.get("outputs") ?? NEVER,
    defaults: { shell: own.shell ?? defaults.shell, in: own.in ?? defaults.in },
    timeoutMinutes: tree.get("timeout-minutes"),
    continueOnError: tree.get("continue-on-error") ?? false,
    steps: readSteps(tree.get("steps")),
  };
}

/** The steps of a job, or of a composite action. */
export function readSteps(tree: Tree | undefined): Step[] {
  return list(tree)
    .map(asMap)
    .map((step, index) => ({
      id: text(step.get("id")) ?? `__${index + 1}`,
      name: step.get("name"),
      if: condition(step),
      does: step.has("uses")
        ? { uses: text(step.get("uses")) ?? "", with: step.get("with") ?? NEVER }
        : { run: step.get("run") ?? "", shell: step.get("shell"), in: step.get("working-directory") },
      env: step.get("env") ?? NEVER,
      timeoutMinutes: step.get("timeout-minutes"),
      continueOnError: step.get("continue-on-error") ?? false,
    }));
}

/** The parameters of a call, a dispatch or an action. */
export function parameters(tree: Tree | undefined): Map<string, Parameter> {
  return new Map(
    [...asMap(tree)].map(([name, definition]) => {
      const given = asMap(definition);
      const required = given.get("required");
      return [
        name,
        {
          required: required === true || required === "true",
          type: text(given.get("type")) ?? "string",
          default: given.get("default"),
        },
      ];
    }),
  );
}

function condition(tree: Map<string, Tree>): Expression {
  const given = tree.get("if");
  return given !== null && typeof given === "object" && "expression" in given ? given : ON_SUCCESS;
}

function runDefaults(tree: Map<string, Tree>): RunDefaults {
  const run = asMap(asMap(tree.get("defaults")).get("run"));
  return { shell: run.get("shell"), in: run.get("working-directory") };
}

function list(tree: Tree | undefined): Tree[] {
  return Array.isArray(tree) ? tree : [];
}

function text(tree: Tree | undefined): string | undefined {
  return typeof tree === "string" ? tree : undefined;
}
