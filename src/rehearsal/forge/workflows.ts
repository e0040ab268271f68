/** The workflow files of a commit, as far as the forge must read them: name, triggers, dispatch inputs. Runs nothing. */

import { createHash } from "node:crypto";
import { parse } from "yaml";
import type { Git } from "#rehearsal/forge/git.ts";

export type DispatchInput = {
  required: boolean;
  default: string | undefined;
  /** Only for inputs of type choice. */
  options: readonly string[] | null;
};

export type Workflow = {
  id: number;
  /** `.github/workflows/ci.yml` */
  path: string;
  name: string;
  /** Null without a `workflow_dispatch` trigger. */
  inputs: ReadonlyMap<string, DispatchInput> | null;
};

/** A file that is no YAML is a workflow without triggers named by its path, as on GitHub. */
export async function workflowsAt(git: Git, commit: string): Promise<Workflow[]> {
  const listed = await git.try(["ls-tree", "-z", "--name-only", commit, ".github/workflows/"]);
  const paths = listed.output
    .toString()
    .split("\0")
    .filter((path) => /\.ya?ml$/.test(path));
  const found: Workflow[] = [];
  for (const path of paths) {
    const { output } = await git.try(["cat-file", "blob", `${commit}:${path}`]);
    found.push(readWorkflow(path, output.toString()));
  }
  return found;
}

export function workflowId(path: string): number {
  return createHash("sha256").update(path).digest().readUInt32BE(0);
}

function readWorkflow(path: string, text: string): Workflow {
  const file = mapping(parsed(text));
  const name = typeof file.name === "string" ? file.name : path;
  return { id: workflowId(path), path, name, inputs: dispatchInputs(file.on) };
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function dispatchInputs(on: unknown): Workflow["inputs"] {
  if (on === "workflow_dispatch") return new Map();
  if (Array.isArray(on)) return on.includes("workflow_dispatch") ? new Map() : null;
  const triggers = mapping(on);
  if (!Object.hasOwn(triggers, "workflow_dispatch")) return null;
  const inputs = Object.entries(mapping(mapping(triggers.workflow_dispatch).inputs));
  return new Map(inputs.map(([name, input]) => [name, readInput(mapping(input))]));
}

function readInput(input: Record<string, unknown>): DispatchInput {
  const fallback = input.default;
  return {
    required: input.required === true,
    default: fallback === undefined || fallback === null ? undefined : String(fallback),
    options: Array.isArray(input.options) ? input.options.map(String) : null,
  };
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
