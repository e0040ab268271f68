/** The member path by which a thing is named in code: `vi.mock`, `expect().not.toBe`. Never guesses at computed names. */

import { type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

/** What a local name stands for, as it was imported or assigned: `eq` → `assert.equal`. */
export type Bindings = Map<string, string[]>;

/** Links after which a chain is not followed: no name in honest code is longer. */
const MOST_LINKS = 64;

const NAMES = new Set(["VariableName", "TypeName", "this", "super", "make", "new"]);
const PROPERTIES = new Set(["PropertyName", "PrivatePropertyName", "FieldName"]);
const CALLS = new Set(["CallExpression", "CallExpr", "TaggedTemplateExpression"]);

/** Around an expression without changing what it names; the value is where the expression stands. */
const WRAPPERS: Record<string, (node: Node) => Node | undefined> = {
  ParenthesizedExpression: (node) => node.children[1],
  ParenthesizedExpr: (node) => node.children[1],
  SequenceExpression: (node) => node.children.at(-1),
  AwaitExpression: (node) => node.children.at(-1),
  PostfixExpression: (node) => node.children[0],
  InstantiationExpression: (node) => node.children[0],
  ParameterizedExpr: (node) => node.children[0],
  NewExpression: (node) => node.children[1],
  // The grammar of Go binds `a || b.c()` as if it were `(a || b).c()`.
  BinaryExp: (node) => node.children.at(-1),
  UnaryExp: (node) => node.children.at(-1),
};

/** From the outermost object to the last property; `()` stands for a call, `[]` for a computed name, `*` for any other value. */
export function partsOf(source: Source, from: Node | undefined, bindings?: Bindings): string[] {
  const parts: string[] = [];
  let node = from;
  for (let links = 0; node && links < MOST_LINKS; links++) {
    if (NAMES.has(node.name)) return [...rooted(textOf(source, node), bindings), ...parts.reverse()];
    if (node.name === "ImportMeta") return ["import", "meta", ...parts.reverse()];
    const wrapped: Node | undefined = WRAPPERS[node.name]?.(node);
    if (node.name === "MemberExpression" || node.name === "SelectorExpr")
      parts.push(propertyOf(source, node));
    else if (CALLS.has(node.name)) parts.push("()");
    else if (!wrapped) break;
    node = wrapped ?? node.children[0];
  }
  return ["*", ...parts.reverse()];
}

function rooted(name: string, bindings: Bindings | undefined): string[] {
  return bindings?.get(name) ?? [name];
}

function propertyOf(source: Source, node: Node): string {
  const last = node.children.at(-1);
  if (last && PROPERTIES.has(last.name)) return textOf(source, last);
  const index = node.children.at(-2);
  return index?.name === "String" ? stringValue(textOf(source, index)) : "[]";
}

/** Names under which everything global can be reached, which change nothing. */
const GLOBALS = new Set(["globalThis", "global", "window"]);

export function pathText(parts: string[]): string {
  const own = parts.length > 1 && GLOBALS.has(parts[0] ?? "") && parts[1] !== "()" ? parts.slice(1) : parts;
  return own.reduce(
    (path, part) => (part === "()" || part === "[]" || path === "" ? path + part : `${path}.${part}`),
    "",
  );
}
