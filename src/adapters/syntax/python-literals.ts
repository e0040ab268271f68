/** Literals of Python and what they are used for. Docstrings are no literals. */

import type { Literal } from "#core/court/outline.ts";
import { isDocstring } from "./python-tests.ts";
import { after, around, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { numberValue, stringValue } from "./values.ts";

const TRANSPARENT = new Set([
  "ParenthesizedExpression",
  "UnaryExpression",
  "AwaitExpression",
  "ContinuedString",
]);
const PATTERNS = new Set([
  "LiteralPattern",
  "OrPattern",
  "SequencePattern",
  "MappingPattern",
  "ClassPattern",
  "MatchClause",
]);
const GROUPS = new Set(["TupleExpression", "ArrayExpression", "SetExpression"]);

export function literalAt(source: Source, node: Node): Literal | null {
  const line = lineAt(source, node.from);
  if (node.name === "Number") {
    const minus =
      /^(UnaryExpression|LiteralPattern)$/.test(node.parent?.name ?? "") && startsWithMinus(source, node);
    const value = numberValue(textOf(source, node));
    return { value: minus ? `-${value}` : value, line, kind: "number", role: roleOf(source, node) };
  }
  const value = textValue(source, node);
  return value === null ? null : { value, line, kind: "string", role: roleOf(source, node) };
}

/** Strings that stand side by side are one. */
function textValue(source: Source, node: Node): string | null {
  const { parent } = node;
  if (parent && (isDocstring(parent) || parent.name === "TypeDef")) return null;
  if (node.name === "String")
    return parent?.name === "ContinuedString" ? null : stringValue(textOf(source, node));
  if (node.name !== "ContinuedString" || node.children.some(({ name }) => name !== "String")) return null;
  return node.children.map((part) => stringValue(textOf(source, part))).join("");
}

function startsWithMinus(source: Source, { parent }: Node): boolean {
  return parent !== null && source.text[parent.from] === "-";
}

function roleOf(source: Source, literal: Node): Literal["role"] {
  let inner = literal;
  let nested = false;
  for (const outer of around(literal)) {
    if (TRANSPARENT.has(outer.name)) {
      inner = outer;
      continue;
    }
    if (PATTERNS.has(outer.name)) return "compared";
    const role = roleIn(source, outer, inner, nested);
    if (role) return role;
    const passes = GROUPS.has(outer.name) || outer.name === "DictionaryExpression";
    const either = outer.name === "ConditionalExpression" && outer.children[2] !== inner;
    const joined = outer.name === "BinaryExpression" && /^(and|or)$/.test(outer.children[1]?.name ?? "");
    if (!passes && !either && !joined) return "other";
    nested ||= passes;
    inner = outer;
  }
  return "other";
}

function roleIn(source: Source, outer: Node, inner: Node, nested: boolean): Literal["role"] | null {
  switch (outer.name) {
    case "ReturnStatement":
      return "returned";
    case "LambdaExpression":
      return "returned";
    case "ArgList":
      return nested ? "other" : "argument";
    case "BinaryExpression":
      return isComparison(source, outer) ? "compared" : null;
    case "DictionaryExpression":
      return after(inner)?.name === ":" ? "key" : null;
    case "MemberExpression":
      return outer.parent?.name === "AssignStatement" && outer.parent.children[0] === outer ? "key" : "other";
    default:
      return null;
  }
}

function isComparison(source: Source, binary: Node): boolean {
  const [, sign] = binary.children;
  return sign !== undefined && /^(==|!=|in|not|is)$/.test(textOf(source, sign));
}
