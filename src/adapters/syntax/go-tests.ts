/** Tests and assertions of Go, with testify. Never judges what it finds. */

import type { Modifier } from "#core/court/outline.ts";
import { type FoundAssertion, type FoundTest, stands, testAround } from "./facts.ts";
import { type Bindings, partsOf } from "./path.ts";
import { around, child, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

const FAILING = new Set(["Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"]);
const SKIPPING = new Set(["Skip", "Skipf", "SkipNow"]);
const CONDITIONS = new Set(["IfStatement", "SwitchStatement", "TypeSwitchStatement", "SelectStatement"]);

/** Packages whose calls assert. */
const ASSERTING = new Set(["assert", "require", "is", "qt", "should", "must"]);

/** What may be called on a package of assertions without asserting anything. */
const MAKING = new Set(["New", "()", "[]"]);

/** Which names are a `*testing.T`, and which an object of assertions. */
export type Hands = { testing: Set<string>; asserting: Set<string> };

export function findHands(source: Source, bindings: Bindings): Hands {
  const parameters = source.nodes.filter(({ name }) => name === "Parameter");
  const tested = parameters.filter((node) => isTestingType(source, node.children.at(-1), bindings));
  const names = tested.flatMap(({ children }) => children.filter(({ name }) => name === "DefName"));
  const made = source.nodes.filter((node) => makesAssertions(source, node, bindings));
  return {
    testing: new Set(names.map((name) => textOf(source, name))),
    asserting: new Set(made.flatMap(({ children }) => (children[0] ? [textOf(source, children[0])] : []))),
  };
}

/** `is := assert.New(t)` */
function makesAssertions(source: Source, node: Node, bindings: Bindings): boolean {
  const value = node.name === "VarDecl" ? node.children[2] : undefined;
  const [root = "", method] = value ? partsOf(source, value, bindings) : [];
  return method === "New" && ASSERTING.has(root);
}

/** `*testing.T`, `*testing.F`, `testing.TB` */
function isTestingType(source: Source, type: Node | undefined, bindings: Bindings): boolean {
  const qualified = type?.name === "PointerType" ? type.children.at(-1) : type;
  if (qualified?.name !== "QualifiedType") return false;
  const [root = "", name = ""] = textOf(source, qualified).split(".");
  return (bindings.get(root) ?? [root])[0] === "testing" && /^(T|F|B|TB)$/.test(name);
}

export function findTests(source: Source, bindings: Bindings, hands: Hands): FoundTest[] {
  const found = source.nodes.flatMap((node) => testAt(source, node, bindings, hands) ?? []);
  const byNode = new Map(found.map((test) => [test.node, test]));
  for (const node of source.nodes) {
    if (node.name !== "CallExpr") continue;
    const parts = partsOf(source, node.children[0], bindings);
    if (!isHand(parts, hands) || !SKIPPING.has(parts.at(-1) ?? "")) continue;
    const test = testAround(node, byNode);
    const said: Modifier = test && stands(CONDITIONS, node, test.run) ? "conditional" : "skip";
    test?.modifiers.add(said);
  }
  return found;
}

/** `t.…`, or the `s.T().…` of a testify suite. */
function isHand(parts: string[], hands: Hands): boolean {
  if (parts.length === 2) return hands.testing.has(parts[0] ?? "");
  return parts.length === 4 && parts[1] === "T" && parts[2] === "()";
}

function testAt(source: Source, node: Node, bindings: Bindings, hands: Hands): FoundTest | null {
  const declared =
    node.name === "FunctionDecl" ? isTestFunction(source, node, bindings) : isSuiteMethod(source, node);
  if (declared) {
    const name = child(node, "DefName", "FieldName");
    return foundTest(node, child(node, "Block"), name ? textOf(source, name) : null);
  }
  if (node.name !== "CallExpr") return null;
  const parts = partsOf(source, node.children[0], bindings);
  const [first, run] = argumentsOf(node);
  if (
    parts.length !== 2 ||
    parts[1] !== "Run" ||
    run?.name !== "FunctionLiteral" ||
    !hands.testing.has(parts[0] ?? "")
  )
    return null;
  return foundTest(
    node,
    child(run, "Block"),
    first?.name === "String" ? stringValue(textOf(source, first)) : null,
  );
}

function foundTest(node: Node, block: Node | undefined, title: string | null): FoundTest {
  const statements = block?.children.filter(({ name }) => !"{};".includes(name)) ?? [];
  return { node, run: block ?? null, statements, title, suite: false, modifiers: new Set() };
}

function isTestFunction(source: Source, node: Node, bindings: Bindings): boolean {
  const name = child(node, "DefName");
  const parameter = child(child(node, "Parameters"), "Parameter");
  if (!name || !/^(Test|Fuzz)(?![a-z])/.test(textOf(source, name))) return false;
  return isTestingType(source, parameter?.children.at(-1), bindings);
}

/** `func (s *Suite) TestX()` */
function isSuiteMethod(source: Source, node: Node): boolean {
  if (node.name !== "MethodDecl") return false;
  const name = child(node, "FieldName");
  const [, given] = node.children.filter(({ name }) => name === "Parameters");
  return name !== undefined && /^Test(?![a-z])/.test(textOf(source, name)) && !child(given, "Parameter");
}

export function argumentsOf(call: Node): Node[] {
  return child(call, "Arguments")?.children.filter(({ name }) => !/^([(),]|\.\.\.)$/.test(name)) ?? [];
}

export function findAssertions(
  source: Source,
  tests: FoundTest[],
  bindings: Bindings,
  hands: Hands,
): FoundAssertion[] {
  const byNode = new Map(tests.map((test) => [test.node, test]));
  return source.nodes.flatMap((node) => {
    if (node.name !== "CallExpr") return [];
    const parts = partsOf(source, node.children[0], bindings);
    const test = testAround(node, byNode);
    if (!test) return [];
    const fails = (isHand(parts, hands) && FAILING.has(parts.at(-1) ?? "")) || parts.join() === "panic";
    if (!fails && !isAssert(parts, hands)) return [];
    const condition = fails ? conditionOf(node, test.node) : undefined;
    if (parts.join() === "panic" && !condition) return [];
    return [{ node, text: guarded(source, condition, node), floating: false, swallowed: false }];
  });
}

function isAssert(parts: string[], hands: Hands): boolean {
  const [root = "", second = "", third = ""] = parts;
  if (ASSERTING.has(root) || hands.asserting.has(root)) return parts.length === 2 && !MAKING.has(second);
  if (third === "()" && /^(Require|Assert)$/.test(second)) return parts.length === 4;
  return parts.length === 2 && root.length <= 2 && TESTIFY.test(second);
}

/** Assertions of a testify suite, called on the suite itself. */
const TESTIFY =
  /^(Equal|NotEqual|True|False|Nil|NotNil|NoError|ErrorIs|ErrorAs|Contains|Len|Empty|NotEmpty|Zero|EqualValues|ElementsMatch|Panics|JSONEq)f?$/;

/** What must hold for a failure to be reported. */
function conditionOf(node: Node, outer: Node): Node | undefined {
  for (const next of around(node)) {
    if (next === outer) return undefined;
    if (next.name !== "IfStatement") continue;
    const block = next.children.findIndex(({ name }) => name === "Block");
    const [first] = next.children.slice(1);
    const last = next.children[block - 1];
    return first && last ? { ...first, to: last.to } : undefined;
  }
  return undefined;
}

function guarded(source: Source, condition: Node | undefined, call: Node): string {
  const text = textOf(source, call);
  return condition ? `if ${textOf(source, condition)} { ${text} }` : text;
}
