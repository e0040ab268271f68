/** Literals of Python and what they are used for. Docstrings are no literals. */

import type { Literal } from "#core/court/outline.ts";
import { isDocstring } from "./python-tests.ts";
import { type Role, roleAmong, type Surroundings } from "./roles.ts";
import { after, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { numberValue, stringValue } from "./values.ts";

const PATTERNS = new Set([
  "LiteralPattern",
  "OrPattern",
  "SequencePattern",
  "MappingPattern",
  "ClassPattern",
  "MatchClause",
]);
const GROUPS = new Set(["TupleExpression", "ArrayExpression", "SetExpression", "DictionaryExpression"]);

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

const SURROUNDINGS: Surroundings = {
  transparent: new Set(["ParenthesizedExpression", "UnaryExpression", "AwaitExpression", "ContinuedString"]),
  roleIn,
  holds: ({ name }) => GROUPS.has(name),
  chooses: (_source, outer, inner) =>
    (outer.name === "ConditionalExpression" && outer.children[2] !== inner) ||
    (outer.name === "BinaryExpression" && /^(and|or)$/.test(outer.children[1]?.name ?? "")),
};

function roleOf(source: Source, literal: Node): Role {
  return roleAmong(source, literal, SURROUNDINGS);
}

function roleIn(source: Source, outer: Node, inner: Node, nested: boolean): Role | null {
  if (PATTERNS.has(outer.name)) return "compared";
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
