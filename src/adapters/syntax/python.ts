/** What a Python file holds. Reads the tree of one file; resolves no import. */

import type { Call, Reading } from "#core/court/outline.ts";
import { callAt, type Facts, type FoundFunction } from "./facts.ts";
import { type Bindings, partsOf, pathText } from "./path.ts";
import { literalAt } from "./python-literals.ts";
import { findAssertions, findTests, nameOf } from "./python-tests.ts";
import { child, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

type Imported = { module: string; line: number };

export function readPython(source: Source): Facts {
  const bindings: Bindings = new Map();
  const imports = source.nodes.flatMap((node) => importsAt(source, node, bindings));
  for (const node of source.root.children) bindAssigned(source, node, bindings);
  const tests = findTests(source, bindings);
  return {
    tests,
    assertions: findAssertions(source, tests, bindings),
    functions: findFunctions(source),
    calls: source.nodes.flatMap((node) => callOf(source, node, bindings)),
    imports,
    literals: source.nodes.map((node) => literalAt(source, node)).filter((literal) => literal !== null),
    readings: source.nodes.flatMap((node) => readingAt(source, node, bindings)),
    returns: (statement) => returns(source, statement),
  };
}

/** `from a import b` reads `a`, and `a.b` if that is a module. */
function importsAt(source: Source, node: Node, bindings: Bindings): Imported[] {
  if (node.name !== "ImportStatement") return [];
  const line = lineAt(source, node.from);
  const words = node.children.map((part) => textOf(source, part));
  const from = words[0] === "from" ? words.indexOf("import") : 0;
  const module = words.slice(1, Math.max(1, from)).join("");
  const names = words
    .slice(from + 1)
    .join(" ")
    .replace(/[()]/g, "")
    .split(",");
  const imported = names.flatMap((name) => {
    const [path = "", alias] = name.replace(/ \. /g, ".").trim().split(" as ");
    if (path === "" || path === "*") return [];
    const full = from > 0 ? `${module}${module.endsWith(".") ? "" : "."}${path}` : path;
    const local = alias?.trim() ?? (from > 0 ? path : undefined);
    if (local !== undefined) bindings.set(local, full.split("."));
    return [{ module: full, line }];
  });
  return from > 0 ? [{ module, line }, ...imported] : imported;
}

/** `slow = pytest.mark.skipif(…)` is a name for the mark. */
function bindAssigned(source: Source, node: Node, bindings: Bindings): void {
  const [target, , value] = node.name === "AssignStatement" ? node.children : [];
  if (target?.name !== "VariableName" || !value) return;
  const parts = partsOf(source, value, bindings);
  if (/^(pytest|unittest|os|sys)$/.test(parts[0] ?? "")) bindings.set(textOf(source, target), parts);
}

function findFunctions(source: Source): FoundFunction[] {
  return source.nodes.flatMap((node) => {
    const body = node.name === "FunctionDefinition" ? child(node, "Body") : undefined;
    return body ? [{ node, body, name: nameOf(source, node) }] : [];
  });
}

function callOf(source: Source, node: Node, bindings: Bindings): Call[] {
  if (node.name !== "CallExpression") return [];
  const list = child(node, "ArgList");
  return [
    callAt(
      source,
      node,
      pathText(partsOf(source, node.children[0], bindings)),
      list ? argumentsOf(list) : [],
    ),
  ];
}

/** Each argument as one node; a keyword argument is shown with its name. */
function argumentsOf(list: Node): Node[] {
  const given: Node[] = [];
  let begun: Node | undefined;
  for (const node of list.children) {
    if (node.name === "(") continue;
    if (node.name === "," || node.name === ")") {
      if (begun) given.push(begun);
      begun = undefined;
    } else begun = begun ? { ...begun, to: node.to } : node;
  }
  return begun ? [...given, begun] : given;
}

const READ = /^(sys\.(argv|modules|_getframe|gettrace)|inspect\.(stack|currentframe))$/;

function readingAt(source: Source, node: Node, bindings: Bindings): Reading[] {
  const line = lineAt(source, node.from);
  if (node.name !== "MemberExpression" && node.name !== "CallExpression" && node.name !== "VariableName")
    return [];
  const callee = node.name === "CallExpression" ? node.children[0] : node;
  const path = partsOf(source, callee, bindings).join(".");
  if (node.name === "CallExpression") {
    if (!/^os\.(getenv|environ\.(get|pop|setdefault))$/.test(path)) return [];
    const first = child(node, "ArgList")?.children[1];
    return [{ name: environment(source, first), line }];
  }
  if (READ.test(path)) return node.parent?.name === "ImportStatement" ? [] : [{ name: path, line }];
  if (path === "os.environ" && node.parent?.name === "BinaryExpression")
    return [{ name: environment(source, node.parent.children[0]), line }];
  const isIndex = node.name === "MemberExpression" && node.children.at(-1)?.name === "]";
  const environ = isIndex && partsOf(source, node.children[0], bindings).join(".") === "os.environ";
  return environ ? [{ name: environment(source, node.children.at(-2)), line }] : [];
}

function environment(source: Source, key: Node | undefined): string {
  return key?.name === "String" ? `os.environ["${stringValue(textOf(source, key))}"]` : "os.environ";
}

function returns(source: Source, statement: Node): boolean {
  if (statement.name === "ReturnStatement") return true;
  const [, condition, body] = statement.name === "IfStatement" ? statement.children : [];
  if (!condition || !body || !/^(True|1)$/.test(textOf(source, condition))) return false;
  return body.children.some((inner) => returns(source, inner));
}
