/** Tests and assertions of Python under pytest and unittest. Never judges what it finds. */

import type { Modifier } from "#core/court/outline.ts";
import { type FoundAssertion, type FoundTest, holds, stands, testAround, wholeFile } from "./facts.ts";
import { type Bindings, partsOf } from "./path.ts";
import { around, below, child, type Node, type Source, textOf } from "./tree.ts";

/** The last word of a decorator, mark or call, and what it says of a test. */
const MODIFIERS = new Map<string, Modifier>([
  ["skip", "skip"],
  ["skipif", "conditional"],
  ["skipIf", "conditional"],
  ["skipUnless", "conditional"],
  ["xfail", "fails"],
  ["expectedFailure", "fails"],
  ["flaky", "retry"],
  ["retry", "retry"],
]);

/** Calls in a body that leave the test. */
const LEAVING = new Map<string, Modifier>([
  ["pytest.skip", "skip"],
  ["pytest.importorskip", "conditional"],
  ["pytest.xfail", "fails"],
  ["self.skipTest", "skip"],
  ["unittest.SkipTest", "skip"],
]);

const CONDITIONS = new Set(["IfStatement", "MatchStatement", "TryStatement", "ConditionalExpression"]);

/** Exceptions by which a failed assertion is caught. */
const CATCHING = /^(AssertionError|Exception|BaseException)$/;

export function findTests(source: Source, bindings: Bindings): FoundTest[] {
  const found = source.nodes.flatMap((node) => testAt(source, node, bindings) ?? []);
  const byNode = new Map(found.map((test) => [test.node, test]));
  const file = wholeFile(source);
  for (const node of source.nodes) {
    if (node.name === "AssignStatement") markFile(source, node, bindings, file);
    if (node.name !== "CallExpression") continue;
    const parts = partsOf(source, node.children[0], bindings);
    const modifier = LEAVING.get(parts.join("."));
    const test = testAround(node, byNode);
    const outside = ![...around(node)].some(({ name }) => name === "FunctionDefinition");
    const to = test ?? (outside ? file : undefined);
    if (!modifier || !to) continue;
    to.modifiers.add(modifier === "skip" && stands(CONDITIONS, node, to.run) ? "conditional" : modifier);
  }
  return file.modifiers.size > 0 ? [file, ...found] : found;
}

/** `pytestmark = pytest.mark.skip` */
function markFile(source: Source, node: Node, bindings: Bindings, file: FoundTest): void {
  const [target] = node.children;
  if (node.parent !== source.root || !target || textOf(source, target) !== "pytestmark") return;
  for (const inner of below(source, node)) {
    if (inner.name !== "MemberExpression") continue;
    const parts = partsOf(source, inner, bindings);
    const modifier = parts.includes("mark") ? MODIFIERS.get(parts.at(-1) ?? "") : undefined;
    if (modifier) file.modifiers.add(modifier);
  }
}

function testAt(source: Source, node: Node, bindings: Bindings): FoundTest | null {
  if (node.name !== "FunctionDefinition" && node.name !== "ClassDefinition") return null;
  const suite = node.name === "ClassDefinition";
  const title = nameOf(source, node);
  if (title === null || !(suite ? isTestClass(source, node) : isTest(source, node, title))) return null;
  const body = child(node, "Body") ?? null;
  const statements = body ? statementsOf(source, body) : [];
  const whole = node.parent?.name === "DecoratedStatement" ? node.parent : node;
  const modifiers = new Set(decoratorsOf(source, node, bindings));
  return { node: whole, run: body, statements, title, suite, modifiers };
}

export function nameOf(source: Source, node: Node): string | null {
  const name = child(node, "VariableName");
  return name ? textOf(source, name) : null;
}

/** Of a module or of a class of tests; a function inside a function is only a function. */
function isTest(source: Source, node: Node, name: string): boolean {
  const outer = [...around(node)].find(
    ({ name }) => name === "FunctionDefinition" || name === "ClassDefinition",
  );
  if (!outer) return /^test(_|[A-Z0-9]|$)/.test(name) && name !== "test";
  return outer.name === "ClassDefinition" && name.startsWith("test") && isTestClass(source, outer);
}

function isTestClass(source: Source, node: Node): boolean {
  const bases = child(node, "ArgList");
  return (
    /^Test/.test(nameOf(source, node) ?? "") ||
    (bases !== undefined && /TestCase\b/.test(textOf(source, bases)))
  );
}

/** Statements that do something: no docstring, no `pass`, no `...`. */
export function statementsOf(source: Source, body: Node): Node[] {
  return body.children
    .flatMap((node) => (node.name === "StatementGroup" ? node.children : [node]))
    .filter((node) => !/^(:|;|PassStatement)$/.test(node.name) && !isIdle(source, node));
}

function isIdle(source: Source, node: Node): boolean {
  if (node.name !== "ExpressionStatement") return false;
  return textOf(source, node) === "..." || isDocstring(node);
}

export function isDocstring(node: Node): boolean {
  const value = node.children[0]?.name;
  return (
    node.name === "ExpressionStatement" &&
    (value === "String" || value === "ContinuedString") &&
    node.children.length === 1
  );
}

function decoratorsOf(source: Source, node: Node, bindings: Bindings): Modifier[] {
  if (node.parent?.name !== "DecoratedStatement") return [];
  return node.parent.children
    .filter(({ name }) => name === "Decorator")
    .flatMap((decorator) => {
      const names = decorator.children
        .filter(({ name }) => name === "VariableName")
        .map((part) => textOf(source, part));
      const parts = [...(bindings.get(names[0] ?? "") ?? names.slice(0, 1)), ...names.slice(1)];
      return MODIFIERS.get(parts.findLast((part) => part !== "()") ?? "") ?? [];
    });
}

const RAISING = /^(raises|warns|deprecated_call)$/;

export function findAssertions(source: Source, tests: FoundTest[], bindings: Bindings): FoundAssertion[] {
  const byNode = new Map(tests.map((test) => [test.node, test]));
  return source.nodes.flatMap((node) => {
    if (!isAssertion(source, node, bindings)) return [];
    const test = testAround(node, byNode);
    if (!test) return [];
    const swallowed = isSwallowed(source, node, test.node);
    return [{ node, text: shownOf(source, node), floating: false, swallowed }];
  });
}

function isAssertion(source: Source, node: Node, bindings: Bindings): boolean {
  if (node.name === "AssertStatement") return true;
  if (node.name === "RaiseStatement")
    return (
      [...around(node)].some(({ name }) => name === "IfStatement") &&
      /AssertionError/.test(textOf(source, node))
    );
  if (node.name !== "CallExpression") return false;
  const [root = "", method = "", ...more] = partsOf(source, node.children[0], bindings);
  if (root === "self" && more.length === 0) return /^(assert[A-Z_]|fail([A-Z]|$))/.test(method);
  if (root === "pytest" && more.length === 0) return RAISING.test(method) || method === "fail";
  const last = more.at(-1) ?? method;
  return /^assert_[a-z_]+$/.test(last === "" ? root : last);
}

/** The context of a `with` shows what is expected to fail in it. */
function shownOf(source: Source, node: Node): string {
  return node.parent?.name === "WithStatement"
    ? source.text.slice(node.parent.from, node.parent.to)
    : textOf(source, node);
}

function isSwallowed(source: Source, assertion: Node, test: Node): boolean {
  let inner = assertion;
  for (const outer of around(assertion)) {
    if (outer === test) return false;
    if (outer.name === "TryStatement" && child(outer, "Body") === inner && catches(source, outer))
      return true;
    if (outer.name === "WithStatement" && isSuppressed(source, outer)) return true;
    inner = outer;
  }
  return false;
}

function catches(source: Source, statement: Node): boolean {
  return statement.children.some((node, at) => {
    if (node.name !== "except") return false;
    const rest = statement.children.slice(at + 1);
    const body = rest.find(({ name }) => name === "Body");
    const caught = rest.slice(0, body ? rest.indexOf(body) : 0);
    const broad = caught.length === 0 || caught.some((type) => namesFailure(source, type));
    return broad && body !== undefined && !holds(source, body, (inner) => handsOn(source, inner));
  });
}

function namesFailure(source: Source, type: Node): boolean {
  return holds(source, type, (node) => node.name === "VariableName" && CATCHING.test(textOf(source, node)));
}

function handsOn(source: Source, node: Node): boolean {
  if (node.name === "RaiseStatement") return true;
  return (
    node.name === "CallExpression" &&
    /^(pytest|self)\.fail$/.test(partsOf(source, node.children[0]).join("."))
  );
}

/** `with suppress(AssertionError):` */
function isSuppressed(source: Source, statement: Node): boolean {
  return statement.children.some((node) => {
    const called = node.name === "CallExpression" && partsOf(source, node.children[0]).at(-1) === "suppress";
    return called && namesFailure(source, child(node, "ArgList") ?? node);
  });
}
