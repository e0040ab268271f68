/** Literals of JavaScript and what they are used for. Types, imports and directives hold none. */

import type { Literal } from "#core/court/outline.ts";
import { partsOf } from "./path.ts";
import { type Role, roleAmong, type Surroundings } from "./roles.ts";
import { child, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { numberValue, stringValue } from "./values.ts";

const EQUALITIES = new Set(["==", "===", "!=", "!==", "in"]);
const MEMBERSHIP = new Set(["includes", "indexOf", "lastIndexOf"]);
/** Nodes in which a string is no value of the program. */
const NO_VALUES = new Set([
  "ImportDeclaration",
  "ExportDeclaration",
  "DynamicImport",
  "LiteralType",
  "ImportType",
  "ExpressionStatement",
  "ImportGroup",
]);

export function literalAt(source: Source, node: Node): Literal | null {
  const text = textOf(source, node);
  const line = lineAt(source, node.from);
  if (node.name === "Number") {
    const minus = node.parent?.name === "UnaryExpression" && textOf(source, node.parent).startsWith("-");
    const value = minus ? `-${numberValue(text)}` : numberValue(text);
    return NO_VALUES.has(node.parent?.name ?? "")
      ? null
      : { value, line, kind: "number", role: roleOf(source, node) };
  }
  const plain = node.name === "TemplateString" && !child(node, "Interpolation");
  if (node.name !== "String" && !plain && node.name !== "JSXAttributeValue") return null;
  if (NO_VALUES.has(node.parent?.name ?? "") || node.parent?.name === "TaggedTemplateExpression") return null;
  if (isRequired(source, node)) return null;
  return { value: stringValue(text), line, kind: "string", role: roleOf(source, node) };
}

function isRequired(source: Source, node: Node): boolean {
  const call = node.parent?.name === "ArgList" ? node.parent.parent : null;
  return call?.name === "CallExpression" && textOf(source, call.children[0] ?? call) === "require";
}

const SURROUNDINGS: Surroundings = {
  transparent: new Set(["ParenthesizedExpression", "UnaryExpression", "AwaitExpression", "PrefixCast"]),
  roleIn,
  holds: ({ name }) => /^(?:ArrayExpression|ObjectExpression|Property)$/.test(name),
  chooses: (source, outer, inner) =>
    (outer.name === "ConditionalExpression" && outer.children[0] !== inner) ||
    (outer.name === "BinaryExpression" && /^(\|\||\?\?|&&|as|satisfies)$/.test(operator(source, outer))),
};

function roleOf(source: Source, literal: Node): Role {
  return roleAmong(source, literal, SURROUNDINGS);
}

function roleIn(source: Source, outer: Node, inner: Node, nested: boolean): Role | null {
  switch (outer.name) {
    case "CaseLabel":
      return "compared";
    case "ReturnStatement":
      return "returned";
    case "ArrowFunction":
      return outer.children.at(-1) === inner ? "returned" : "other";
    case "ArgList":
      return nested ? "other" : "argument";
    case "BinaryExpression":
      return EQUALITIES.has(operator(source, outer)) ? "compared" : null;
    case "Property":
      return isKey(outer, inner) ? "key" : null;
    case "ArrayExpression":
      return isEntry(source, outer, inner) ? "key" : null;
    case "MemberExpression":
      return roleInMember(source, outer, inner);
    default:
      return null;
  }
}

function operator(source: Source, binary: Node): string {
  const [, sign] = binary.children;
  return sign ? textOf(source, sign) : "";
}

function isKey(property: Node, inner: Node): boolean {
  const colon = property.children.findIndex(({ name }) => name === ":");
  return colon === -1 ? property.children[0] === inner : inner.at < colon;
}

/** The first of a pair in `new Map([[key, value]])`. */
function isEntry(source: Source, pair: Node, inner: Node): boolean {
  const made = pair.parent?.parent?.parent;
  return (
    pair.children[1] === inner &&
    pair.parent?.name === "ArrayExpression" &&
    made?.name === "NewExpression" &&
    partsOf(source, made)[0] === "Map"
  );
}

/** `["a", "b"].includes(x)` compares; `answers["a"] = 1` chooses by a key. */
function roleInMember(source: Source, member: Node, inner: Node): Role | null {
  const property = member.children.at(-1);
  if (member.children[0] === inner) {
    const compares = inner.name === "ArrayExpression" && property && MEMBERSHIP.has(textOf(source, property));
    return compares ? "compared" : "other";
  }
  return member.parent?.name === "AssignmentExpression" && member.parent.children[0] === member
    ? "key"
    : "other";
}
