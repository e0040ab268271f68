/** What a JavaScript or TypeScript file holds. Reads the tree of one file; resolves no import. */

import type { Call, Reading } from "#core/court/outline.ts";
import { callAt, type Facts, type FoundFunction } from "./facts.ts";
import { findAssertions } from "./javascript-assertions.ts";
import { literalAt } from "./javascript-literals.ts";
import { readNames } from "./javascript-names.ts";
import { argumentsOf, FUNCTIONS, findTests } from "./javascript-tests.ts";
import { type Bindings, partsOf, pathText } from "./path.ts";
import { before, child, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

export function readJavaScript(source: Source): Facts {
  const { bindings, imports } = readNames(source);
  const functions = findFunctions(source);
  const named = new Map(
    functions.flatMap(({ name, node }) => (name === null ? [] : [[name, node] as const])),
  );
  const callNodes = source.nodes.filter(({ name }) => name === "CallExpression");
  const tests = findTests(source, callNodes, bindings, named);
  const asserting = source.nodes.filter(({ name }) => ASSERTING.has(name));
  return {
    tests,
    assertions: findAssertions(source, asserting, tests, bindings),
    functions,
    calls: source.nodes.flatMap((node) => callOf(source, node, bindings)),
    imports: imports.map(({ module, node }) => ({ module, line: lineAt(source, node.from) })),
    literals: source.nodes.map((node) => literalAt(source, node)).filter((literal) => literal !== null),
    readings: source.nodes.flatMap((node) => readingsAt(source, node, bindings)),
    returns: (statement) => returns(source, statement),
  };
}

const ASSERTING = new Set(["CallExpression", "MemberExpression", "ThrowStatement"]);

function callOf(source: Source, node: Node, bindings: Bindings): Call[] {
  if (node.name !== "CallExpression" && node.name !== "NewExpression") return [];
  const callee = node.children[node.name === "NewExpression" ? 1 : 0];
  const name = pathText(partsOf(source, callee, bindings));
  return [callAt(source, node, node.name === "NewExpression" ? `new ${name}` : name, argumentsOf(node))];
}

/** Functions with a body, methods and accessors of objects included. */
function findFunctions(source: Source): FoundFunction[] {
  return source.nodes.flatMap((node) => {
    const method = node.name === "Property" && child(node, "ParamList");
    if (!FUNCTIONS.has(node.name) && !method) return [];
    const body = node.children.at(-1);
    if (!body || (body.name !== "Block" && node.name !== "ArrowFunction")) return [];
    return [{ node, body, name: nameOf(source, node) }];
  });
}

const DEFINITIONS = ["VariableDefinition", "PropertyDefinition", "PrivatePropertyDefinition", "String"];

/** A function's own name, or of what it is assigned to. */
function nameOf(source: Source, node: Node): string | null {
  const own = node.name === "ArrowFunction" ? undefined : child(node, ...DEFINITIONS);
  return own ? stringValue(textOf(source, own)) : assignedName(source, node);
}

/** Values that are one of their operands. */
const CHOICES = new Set(["ParenthesizedExpression", "BinaryExpression", "ConditionalExpression"]);

function assignedName(source: Source, node: Node): string | null {
  let inner = node;
  while (inner.parent && CHOICES.has(inner.parent.name)) inner = inner.parent;
  const outer = inner.parent;
  if (outer?.name === "AssignmentExpression") return partsOf(source, outer.children[0]).at(-1) ?? null;
  const property = outer?.name === "Property" || outer?.name === "PropertyDeclaration";
  const name = property ? child(outer, ...DEFINITIONS) : assignee(outer, inner);
  return name ? stringValue(textOf(source, name)) : null;
}

/** The name before the `=`, and before its type if it has one. */
function assignee(declaration: Node | null, value: Node): Node | undefined {
  if (declaration?.name !== "VariableDeclaration") return undefined;
  let node = before(value);
  while (node && node.name !== "VariableDefinition") node = before(node);
  return node;
}

/** Runners whose presence a program may ask for. */
const RUNNERS = new Set([
  "jest",
  "vi",
  "vitest",
  "it",
  "test",
  "describe",
  "expect",
  "mocha",
  "before",
  "beforeEach",
  "Mocha",
]);

function readingsAt(source: Source, node: Node, bindings: Bindings): Reading[] {
  const line = lineAt(source, node.from);
  if (node.name === "UnaryExpression" && node.children[0]?.name === "typeof") {
    const of = partsOf(source, node.children[1]);
    return of.length === 1 && RUNNERS.has(of[0] ?? "") ? [{ name: `typeof ${of[0]}`, line }] : [];
  }
  if (node.name === "VariableDefinition") return pickedAt(source, node, bindings, line);
  if (node.name !== "MemberExpression" && node.name !== "VariableName") return [];
  if (
    node.parent?.name === "MemberExpression" &&
    node.parent.children[0] === node &&
    !isWhole(source, node, bindings)
  )
    return [];
  const name = pathText(partsOf(source, node, bindings));
  return readingNamed(name) ? [{ name, line }] : [];
}

/** What is read of a whole list stays unsaid: `process.argv.slice(2)` reads `process.argv`. */
function isWhole(source: Source, node: Node, bindings: Bindings): boolean {
  const name = pathText(partsOf(source, node, bindings));
  return /^process\.(argv|execArgv|env\.[^.[(]+)$/.test(name) || name === "import.meta.vitest";
}

function readingNamed(name: string): boolean {
  return (
    /^process\.(env(\.[^.[(]+|\[\])?|argv|execArgv)$/.test(name) ||
    /^import\.meta\.(vitest|jest|env(\.[^.[(]+|\[\])?)$/.test(name) ||
    /^__(vitest|jest|mocha)\w*/i.test(name) ||
    name === "require.main"
  );
}

/** `const { CI } = process.env` */
function pickedAt(source: Source, node: Node, bindings: Bindings, line: number): Reading[] {
  const name = pathText(bindings.get(textOf(source, node)) ?? []);
  return node.parent?.name === "PatternProperty" && readingNamed(name) ? [{ name, line }] : [];
}

/** A return that asserts something is not an early one; `if (true) return` is. */
function returns(source: Source, statement: Node): boolean {
  if (statement.name === "ReturnStatement") return true;
  if (statement.name === "Block") return statement.children.some((inner) => returns(source, inner));
  const [, condition, then] = statement.name === "IfStatement" ? statement.children : [];
  if (!condition || !then || !/^\(\s*(true|1|!0)\s*\)$/.test(textOf(source, condition))) return false;
  return returns(source, then);
}
