/** What local names of a JavaScript file stand for: imports, requires, and simple assignments. Follows no shadowing. */

import { argumentsOf, eitherName, testName } from "./javascript-tests.ts";
import { type Bindings, partsOf } from "./path.ts";
import { child, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

/** Modules that are an assertion function, with its methods. */
const ASSERTING = new Set([
  "assert",
  "node:assert",
  "assert/strict",
  "node:assert/strict",
  "power-assert",
  "uvu/assert",
]);

/** Modules whose own value begins a test. */
const TESTING = new Set([
  "tape",
  "tape-catch",
  "tape-promise/tape",
  "ava",
  "node:test",
  "zora",
  "fresh-tape",
]);

/** Modules whose parts are known by the module's name. */
const PROCESS = new Set(["process", "node:process"]);

export type Imported = { module: string; node: Node };

export function readNames(source: Source): { bindings: Bindings; imports: Imported[] } {
  const bindings: Bindings = new Map();
  const imports: Imported[] = [];
  for (const node of source.nodes) {
    if (node.name === "ImportDeclaration") bindImport(source, node, bindings);
    if (node.name === "VariableDeclaration") bindVariables(source, node, bindings);
    const module = moduleOf(source, node);
    if (module !== null) imports.push({ module, node });
  }
  return { bindings, imports };
}

function moduleOf(source: Source, node: Node): string | null {
  if (node.name === "ImportDeclaration" || node.name === "ExportDeclaration") {
    const from = node.name === "ImportDeclaration" || child(node, "from");
    const string = from ? node.children.findLast(({ name }) => name === "String") : undefined;
    return string ? stringValue(textOf(source, string)) : null;
  }
  if (node.name === "DynamicImport") return textAt(source, node.children[2]);
  return node.name === "CallExpression" && isRequire(source, node)
    ? textAt(source, argumentsOf(node)[0])
    : null;
}

function isRequire(source: Source, node: Node): boolean {
  const callee = node.children[0];
  return callee?.name === "VariableName" && textOf(source, callee) === "require";
}

function textAt(source: Source, node: Node | undefined): string | null {
  const plain = node?.name === "String" || (node?.name === "TemplateString" && !child(node, "Interpolation"));
  return node && plain ? stringValue(textOf(source, node)) : null;
}

/** What the value of a module is called; null where it has no name of its own. */
function moduleValue(module: string): string[] | null {
  if (ASSERTING.has(module)) return ["assert"];
  if (TESTING.has(module)) return ["test"];
  if (module === "tap") return ["tap"];
  return PROCESS.has(module) ? ["process"] : null;
}

function partOf(module: string, name: string): string[] {
  if (name === "default") return moduleValue(module) ?? [name];
  if (ASSERTING.has(module)) return name === "strict" ? ["assert"] : ["assert", name];
  return PROCESS.has(module) ? ["process", name] : [name];
}

function bindImport(source: Source, node: Node, bindings: Bindings): void {
  const module = moduleOf(source, node) ?? "";
  for (const part of node.children) {
    const value = moduleValue(module);
    if (part.name === "VariableDefinition" && value) bindings.set(textOf(source, part), value);
    if (part.name === "ImportGroup") bindGroup(source, part, module, bindings);
  }
}

function bindGroup(source: Source, group: Node, module: string, bindings: Bindings): void {
  group.children.forEach((node, at) => {
    if (node.name !== "VariableDefinition") return;
    const original = group.children[at - 1]?.name === "as" ? group.children[at - 2] : node;
    const name = textOf(source, original ?? node);
    const local = textOf(source, node);
    const parts = partOf(module, name);
    if (parts.length > 1 || parts[0] !== local) bindings.set(local, parts);
  });
}

function bindVariables(source: Source, node: Node, bindings: Bindings): void {
  node.children.forEach((target, at) => {
    const value = node.children[at + 1]?.name === "Equals" ? node.children[at + 2] : undefined;
    if (!value) return;
    const parts = valueParts(source, value, bindings);
    if (target.name === "VariableDefinition" && parts && isWorthNaming(parts))
      bindings.set(textOf(source, target), parts);
    if (target.name === "ObjectPattern") bindPattern(source, target, value, { parts, bindings });
  });
}

function valueParts(source: Source, value: Node, bindings: Bindings): string[] | null {
  if (value.name === "ConditionalExpression") return eitherName(source, value, bindings);
  const required = requiredBy(source, value);
  if (required !== null) return moduleValue(required);
  const parts = partsOf(source, value, bindings);
  const extended = parts.slice(-2).join("") === "extend()" ? parts.slice(0, -2) : parts;
  if (parts[0] !== "require") return extended;
  // require("assert").strict
  const module = requiredBy(source, value.children[0]);
  return module === null ? null : partOf(module, parts.at(-1) ?? "");
}

function requiredBy(source: Source, value: Node | undefined): string | null {
  return value?.name === "CallExpression" && isRequire(source, value)
    ? textAt(source, argumentsOf(value)[0])
    : null;
}

/** Other names stay as they are written: only these change what a file does to its tests. */
function isWorthNaming(parts: string[]): boolean {
  if (["process", "assert", "tap"].includes(parts[0] ?? "")) return !parts.includes("()");
  return (parts[0] === "import" && parts[1] === "meta") || testName(parts) !== null;
}

/** `const { env } = process` */
function bindPattern(
  source: Source,
  pattern: Node,
  value: Node,
  { parts, bindings }: { parts: string[] | null; bindings: Bindings },
): void {
  const module = requiredBy(source, value);
  for (const property of pattern.children) {
    if (property.name !== "PatternProperty") continue;
    const key = child(property, "PropertyName", "VariableDefinition");
    const local = child(property, "VariableDefinition");
    if (!key || !local) continue;
    const name = textOf(source, key);
    const full =
      module === null ? (parts && isWorthNaming(parts) ? [...parts, name] : null) : partOf(module, name);
    if (full && (full.length > 1 || full[0] !== textOf(source, local)))
      bindings.set(textOf(source, local), full);
  }
}
