/** Reads workflow and action files with GitHub's own parser into trees with open holes. Never executes, never reads a disk. */

import {
  convertWorkflowTemplate,
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
import { getActionSchema } from "@actions/workflow-parser/actions/action-schema";
import { ensureStatusFunction } from "@actions/workflow-parser/model/converter/if-condition";
import type { WorkflowTemplate } from "@actions/workflow-parser/model/workflow-template";
import {
  TemplateContext,
  TemplateValidationErrors,
} from "@actions/workflow-parser/templates/template-context";
import { readTemplate } from "@actions/workflow-parser/templates/template-reader";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { YamlObjectReader } from "@actions/workflow-parser/workflows/yaml-object-reader";
import type { Tree } from "./expression.ts";

export type Events = WorkflowTemplate["events"];

export type Parsed = { tree: Map<string, Tree>; events: Events } | { errors: readonly string[] };

/** Everything GitHub's parser says against a workflow file, or its tree. */
export async function readWorkflow(name: string, content: string): Promise<Parsed> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const template = value === undefined ? undefined : await convertWorkflowTemplate(context, value);
  const errors = context.errors.getErrors().map((error) => `${name}: ${error.message}`);
  if (errors.length > 0 || value === undefined || template === undefined)
    return { errors: errors.length > 0 ? errors : [`${name}: empty`] };
  return { tree: asMap(plain(value)), events: template.events };
}

/** An `action.yml`, as strictly as GitHub's runner reads it: less than its editor does. */
export function readAction(
  name: string,
  content: string,
): { tree: Map<string, Tree> } | { errors: readonly string[] } {
  const found = new TemplateValidationErrors();
  const context = new TemplateContext(found, getActionSchema(), new NoOperationTraceWriter());
  const file = context.getFileId(name);
  const reader = new YamlObjectReader(file, content);
  const errors = reader.errors.map((error) => `${name}: ${error.message}`);
  if (errors.length > 0) return { errors };
  const value = readTemplate(context, "action-root", reader, file);
  if (found.count > 0 || value === undefined)
    return { errors: found.getErrors().map((error) => `${name}: ${error.message}`) };
  return { tree: asMap(plain(value)) };
}

export function asMap(tree: Tree | undefined): Map<string, Tree> {
  return tree instanceof Map ? tree : new Map();
}

function plain(token: TemplateToken): Tree {
  if (isMapping(token)) {
    const pairs = Array.from({ length: token.count }, (_, index) => token.get(index));
    return new Map(
      pairs.map(({ key, value }) => {
        const name = key.assertString("key").value;
        return [name, name === "if" && isCondition(value) ? condition(value) : plain(value)];
      }),
    );
  }
  if (isSequence(token)) return Array.from({ length: token.count }, (_, index) => plain(token.get(index)));
  if (isBasicExpression(token)) return { expression: token.expression };
  return isString(token) || isNumber(token) || isBoolean(token) ? token.value : null;
}

/** `if` of a job or a step, and not a variable or an input that is called so: only a condition may ask for the status. */
function isCondition(token: TemplateToken): boolean {
  return token.definitionInfo?.allowedContext.some((name) => name.startsWith("success(")) ?? false;
}

/** An `if` is an expression with or without `${{ }}`, and asks for `success()` unless it asks for a status itself. */
function condition(token: TemplateToken): Tree {
  const source = isBasicExpression(token) ? token.expression : token.assertScalar("if").toString().trim();
  return { expression: source === "" ? "success()" : ensureStatusFunction(source, token.definitionInfo) };
}
