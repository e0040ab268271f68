/** What a Go file holds. Reads the tree of one file; resolves no import. */

import type { Literal, Reading } from "#core/court/outline.ts";
import { callAt, type Facts, type FoundFunction } from "./facts.ts";
import { argumentsOf, findAssertions, findHands, findTests } from "./go-tests.ts";
import { type Bindings, partsOf, pathText } from "./path.ts";
import { around, child, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { numberValue, stringValue } from "./values.ts";

export function readGo(source: Source): Facts {
  const bindings: Bindings = new Map();
  const imports = source.nodes.flatMap((node) => importAt(source, node, bindings));
  const hands = findHands(source, bindings);
  const tests = findTests(source, bindings, hands);
  const calls = source.nodes.filter(({ name }) => name === "CallExpr");
  return {
    tests,
    assertions: findAssertions(source, tests, bindings, hands),
    functions: findFunctions(source),
    calls: calls.map((node) =>
      callAt(source, node, pathText(partsOf(source, node.children[0], bindings)), argumentsOf(node)),
    ),
    imports,
    literals: source.nodes.map((node) => literalAt(source, node)).filter((literal) => literal !== null),
    readings: source.nodes.flatMap((node) => readingAt(source, node, bindings)),
    returns: (statement) => returns(source, statement),
  };
}

function importAt(source: Source, node: Node, bindings: Bindings): { module: string; line: number }[] {
  const path = node.name === "ImportSpec" ? child(node, "String") : undefined;
  if (!path) return [];
  const module = stringValue(textOf(source, path));
  const alias = child(node, "DefName");
  if (alias) bindings.set(textOf(source, alias), [module.split("/").at(-1) ?? module]);
  return [{ module, line: lineAt(source, node.from) }];
}

function findFunctions(source: Source): FoundFunction[] {
  return source.nodes.flatMap((node) => {
    if (!/^(FunctionDecl|MethodDecl|FunctionLiteral)$/.test(node.name)) return [];
    const body = child(node, "Block");
    return body ? [{ node, body, name: nameOf(source, node) }] : [];
  });
}

function nameOf(source: Source, node: Node): string | null {
  const variable =
    node.name === "FunctionLiteral" && /^(VarDecl|VarSpec|Assignment)$/.test(node.parent?.name ?? "");
  const name = variable ? node.parent?.children[0] : child(node, "DefName", "FieldName");
  return name ? textOf(source, name) : null;
}

const READ = new Set([
  "os.Args",
  "testing.Testing",
  "flag.Lookup",
  "runtime.Caller",
  "runtime.Callers",
  "os.Executable",
]);

function readingAt(source: Source, node: Node, bindings: Bindings): Reading[] {
  if (node.name !== "SelectorExpr") return [];
  const line = lineAt(source, node.from);
  const name = partsOf(source, node, bindings).join(".");
  if (READ.has(name)) return [{ name, line }];
  if (!/^os\.(Getenv|LookupEnv|Environ)$/.test(name)) return [];
  const [key] = node.parent?.name === "CallExpr" ? argumentsOf(node.parent) : [];
  return [{ name: key ? `${name}(${textOf(source, key)})` : name, line }];
}

const TRANSPARENT = new Set(["ParenthesizedExpr", "UnaryExp"]);
const VALUES = new Set(["LiteralValue", "Element", "TypedLiteral"]);

function literalAt(source: Source, node: Node): Literal | null {
  const text = textOf(source, node);
  const line = lineAt(source, node.from);
  if (node.name === "Number") {
    const minus = node.parent?.name === "UnaryExp" && source.text[node.parent.from] === "-";
    const value = minus ? `-${numberValue(text)}` : numberValue(text);
    return { value, line, kind: "number", role: roleOf(source, node) };
  }
  if (node.name !== "String" || /^(ImportSpec|FieldDecl)$/.test(node.parent?.name ?? "")) return null;
  const value = text.startsWith("`") ? text.slice(1, -1) : stringValue(text);
  return { value, line, kind: "string", role: roleOf(source, node) };
}

function roleOf(source: Source, literal: Node): Literal["role"] {
  let inner = literal;
  for (const outer of around(literal)) {
    const role = roleIn(source, outer, inner);
    if (role) return role;
    if (!TRANSPARENT.has(outer.name) && !VALUES.has(outer.name)) return "other";
    inner = outer;
  }
  return "other";
}

function roleIn(source: Source, outer: Node, inner: Node): Literal["role"] | null {
  if (outer.name === "Key") return "key";
  if (outer.name === "Case") return "compared";
  if (outer.name === "ReturnStatement") return "returned";
  if (outer.name === "Arguments") return VALUES.has(inner.name) ? "other" : "argument";
  if (outer.name === "BinaryExp") {
    const sign = outer.children[1];
    return sign && /^[=!]=$/.test(textOf(source, sign)) ? "compared" : "other";
  }
  if (outer.name !== "IndexExpr") return null;
  const target = outer.parent?.name === "Assignment" && outer.parent.children[0] === outer;
  return target ? "key" : "other";
}

function returns(source: Source, statement: Node): boolean {
  if (statement.name === "ReturnStatement") return true;
  if (statement.name === "Block") return statement.children.some((inner) => returns(source, inner));
  const [, condition, block] = statement.name === "IfStatement" ? statement.children : [];
  return (
    condition !== undefined &&
    block !== undefined &&
    textOf(source, condition) === "true" &&
    returns(source, block)
  );
}
