/** Which functions run while a module loads, and so cannot be replaced without breaking every import of it. */

import type { Facts, FoundFunction } from "./facts.ts";
import { partsOf } from "./path.ts";
import { child, type Node, type Source, textOf } from "./tree.ts";

const CALLS = new Set(["CallExpression", "CallExpr", "NewExpression", "TaggedTemplateExpression"]);
const LISTS = new Set(["ArgList", "Arguments"]);

/** Methods that a call of their class, or the making of the class itself, runs. */
const MAKING = new Set(["constructor", "__init__", "__new__", "__post_init__"]);
const HOOKS = new Set(["__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__"]);

/** Functions the module itself calls, directly or through another of them. */
export function runAtLoad(source: Source, facts: Facts): Set<FoundFunction> {
  const byName = namesOf(source, facts.functions);
  const closed = closedTo(source, facts);
  const running = new Set(facts.functions.filter(isHook));
  const regions: Node[] = [source.root, ...[...running].map(({ body }) => body)];
  for (let region = regions.pop(); region; region = regions.pop()) {
    for (const found of runBy(source, region, byName, closed)) {
      if (running.has(found)) continue;
      running.add(found);
      regions.push(found.body);
    }
  }
  return running;
}

/** What does not run where it stands: bodies of functions, with their function, and tests. */
function closedTo(source: Source, facts: Facts): Map<Node, FoundFunction | null> {
  const tests = facts.tests.filter(({ node }) => node !== source.root);
  return new Map<Node, FoundFunction | null>([
    ...facts.functions.map((found) => [found.body, found] as const),
    ...tests.map(({ node }) => [node, null] as const),
  ]);
}

/** Functions that run when this region of the file does. */
function runBy(
  source: Source,
  region: Node,
  byName: Map<string, FoundFunction[]>,
  closed: Map<Node, FoundFunction | null>,
): FoundFunction[] {
  const run: FoundFunction[] = [];
  for (let order = region.order; order <= region.last; order++) {
    const node = source.nodes[order];
    const shut = node && node !== region ? closed.get(node) : undefined;
    if (!node) break;
    if (shut && isGiven(shut.node)) run.push(shut);
    if (shut !== undefined || isMainGuard(source, node)) order = node.last;
    else run.push(...(byName.get(calledBy(source, node) ?? "") ?? []));
  }
  return run;
}

function isHook({ node, name }: FoundFunction): boolean {
  return (node.name === "FunctionDecl" && name === "init") || HOOKS.has(name ?? "");
}

/** Functions by their name; what makes an object, by the name of its class. */
function namesOf(source: Source, functions: FoundFunction[]): Map<string, FoundFunction[]> {
  const names = new Map<string, FoundFunction[]>();
  for (const found of functions) {
    const type = MAKING.has(found.name ?? "") ? classAround(found.node) : undefined;
    const named = type ? child(type, "VariableDefinition", "VariableName") : undefined;
    const name = named ? textOf(source, named) : found.name;
    if (name !== null) names.set(name, names.get(name) ?? []);
    if (name !== null) names.get(name)?.push(found);
  }
  return names;
}

function classAround(node: Node): Node | undefined {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (/^Class(Declaration|Expression|Definition)$/.test(outer.name)) return outer;
  }
  return undefined;
}

/** A function that is called where it stands, or handed to a call. */
function isGiven(node: Node): boolean {
  let { parent } = node;
  while (parent && /^Parenthesized/.test(parent.name)) parent = parent.parent;
  return parent !== null && (CALLS.has(parent.name) || LISTS.has(parent.name) || isBound(parent));
}

/** `(function () { … }).call(this)` */
function isBound(parent: Node): boolean {
  return parent.name === "MemberExpression" && parent.parent !== null && CALLS.has(parent.parent.name);
}

function calledBy(source: Source, node: Node): string | undefined {
  const callee = CALLS.has(node.name) ? node.children[node.name === "NewExpression" ? 1 : 0] : undefined;
  const named = node.name === "Decorator" ? node.children[1] : callee;
  const parts = named ? partsOf(source, named) : [];
  return parts.length === 1 ? parts[0] : undefined;
}

/** `if __name__ == "__main__":` */
function isMainGuard(source: Source, node: Node): boolean {
  const condition = node.name === "IfStatement" ? node.children[1] : undefined;
  return condition?.name === "BinaryExpression" && textOf(source, condition).includes("__name__");
}
