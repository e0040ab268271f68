/** Tests and suites of JavaScript and TypeScript under the common runners. Never judges what it finds. */

import type { Modifier } from "#core/court/outline.ts";
import { type FoundTest, holds, stands, testAround, wholeFile } from "./facts.ts";
import { type Bindings, partsOf } from "./path.ts";
import { around, child, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

export const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunction",
  "MethodDeclaration",
]);

/** Names that begin a test or a suite, and what they say of it. */
const ROOTS = new Map<string, { suite: boolean; modifier?: Modifier }>([
  ["test", { suite: false }],
  ["it", { suite: false }],
  ["specify", { suite: false }],
  ["xit", { suite: false, modifier: "skip" }],
  ["xtest", { suite: false, modifier: "skip" }],
  ["xspecify", { suite: false, modifier: "skip" }],
  ["fit", { suite: false, modifier: "only" }],
  ["ftest", { suite: false, modifier: "only" }],
  ["describe", { suite: true }],
  ["suite", { suite: true }],
  ["context", { suite: true }],
  ["xdescribe", { suite: true, modifier: "skip" }],
  ["xcontext", { suite: true, modifier: "skip" }],
  ["fdescribe", { suite: true, modifier: "only" }],
]);

const MODIFIERS = new Map<string, Modifier>([
  ["skip", "skip"],
  ["fixme", "skip"],
  ["only", "only"],
  ["todo", "todo"],
  ["fails", "fails"],
  ["failing", "fails"],
  ["fail", "fails"],
  ["expectFailure", "fails"],
  ["retry", "retry"],
  ["retries", "retry"],
  ["skipIf", "conditional"],
  ["runIf", "conditional"],
]);

/** Links of a test's name that say nothing about whether it counts. */
const NEUTRAL = new Set(
  "() each for concurrent sequential serial parallel shuffle extend default strict describe suite test it if".split(
    " ",
  ),
);

/** Links that must be called before a test can be given to them. */
const PREPARING = new Set(["each", "for", "skipIf", "runIf", "extend", "if"]);

/** Links of other functions of the same runner. */
export type TestName = { suite: boolean; modifiers: Modifier[] };

/** What a callee's path makes of a call; null when it begins no test. */
export function testName(parts: string[]): TestName | null {
  const [first, ...others] =
    parts[1] === "test" && /^(t|tap|Deno|QUnit)$/.test(parts[0] ?? "") ? parts.slice(1) : parts;
  const root = ROOTS.get(first ?? "");
  const last = others.at(-1);
  if (!root || (last !== undefined && PREPARING.has(last)) || others[0] === "()") return null;
  if (!others.every((part) => NEUTRAL.has(part) || MODIFIERS.has(part))) return null;
  const said = others.flatMap((part) => MODIFIERS.get(part) ?? []);
  const suite = root.suite || others.includes("describe") || others.includes("suite");
  return { suite, modifiers: root.modifier ? [root.modifier, ...said] : said };
}

const CONDITIONS = new Set(["IfStatement", "ConditionalExpression", "SwitchStatement", "CatchClause"]);

/** All tests and suites of the file, and what their bodies say of them. */
export function findTests(
  source: Source,
  calls: Node[],
  bindings: Bindings,
  named: Map<string, Node>,
): FoundTest[] {
  const found: FoundTest[] = [];
  const byNode = new Map<Node, FoundTest>();
  for (const node of calls) {
    const test = testAt(source, node, calleeParts(source, node, bindings), { named, byNode });
    if (!test) continue;
    found.push(test);
    byNode.set(node, test);
  }
  const file = wholeFile(source);
  for (const node of calls) sayOfTest(source, node, bindings, { byNode, file });
  return file.modifiers.size > 0 ? [file, ...found] : found;
}

/** `(slow ? it.skip : it)("…")` is a test that is skipped by a condition. */
function calleeParts(source: Source, node: Node, bindings: Bindings): string[] {
  const callee = node.children[0];
  const inner = callee?.name === "ParenthesizedExpression" ? callee.children[1] : callee;
  return inner?.name === "ConditionalExpression"
    ? eitherName(source, inner, bindings)
    : partsOf(source, callee, bindings);
}

/** The name of a choice between two ways to begin a test. */
export function eitherName(source: Source, node: Node, bindings: Bindings): string[] {
  const [yes, no] = [node.children[2], node.children[4]].map((side) => partsOf(source, side, bindings));
  const names = [testName(yes ?? []), testName(no ?? [])];
  if (names.every((name) => name === null)) return ["*"];
  return [names.some((name) => name?.suite) ? "describe" : "test", "skipIf", "()"];
}

type Known = { named: Map<string, Node>; byNode: Map<Node, FoundTest> };

function testAt(source: Source, node: Node, parts: string[], known: Known): FoundTest | null {
  const name = testName(subtest(source, node, parts, known.byNode));
  if (!name || known.named.has(parts[0] ?? "")) return null;
  const given = argumentsOf(node);
  const run = functionIn(given) ?? named(source, given, known.named);
  const options = given.flatMap((argument) => optionsOf(source, argument));
  const modifiers = new Set<Modifier>([...name.modifiers, ...options]);
  const titled =
    given[0] &&
    (titleOf(source, given[0]) !== null ||
      given[0].name === "BinaryExpression" ||
      given[0].name === "TemplateString");
  if (!run && !(titled && (!name.suite || modifiers.size > 0))) return null;
  if (!run && given.length === 1 && modifiers.size === 0) modifiers.add("todo");
  return {
    node,
    run,
    statements: run ? statementsOf(run) : given.slice(1),
    title: given[0] ? titleOf(source, given[0]) : null,
    suite: name.suite,
    modifiers,
  };
}

/** `t.test("…")` inside a test, whatever the parameter is called. */
function subtest(source: Source, node: Node, parts: string[], byNode: Map<Node, FoundTest>): string[] {
  if (parts.length < 2 || parts[1] !== "test") return parts;
  const outer = testAround(node, byNode);
  return outer?.run && firstParameter(source, outer.run) === parts[0] ? parts.slice(1) : parts;
}

export function argumentsOf(node: Node): Node[] {
  const list = child(node, "ArgList");
  return list ? list.children.filter(({ name }) => !"(),".includes(name) && name !== "Spread") : [];
}

/** The test's own function: given as it is, or wrapped in one call. */
function functionIn(given: Node[]): Node | null {
  const direct = given.find(({ name }) => FUNCTIONS.has(name));
  if (direct) return direct;
  for (const argument of given.slice(1)) {
    if (argument.name !== "CallExpression") continue;
    const inner = argumentsOf(argument).find(({ name }) => FUNCTIONS.has(name));
    if (inner) return inner;
  }
  return null;
}

function named(source: Source, given: Node[], functions: Map<string, Node>): Node | null {
  const last = given.length > 1 ? given.at(-1) : undefined;
  return last?.name === "VariableName" ? (functions.get(textOf(source, last)) ?? null) : null;
}

export function firstParameter(source: Source, run: Node): string | null {
  const first = child(run, "ParamList")?.children.find(({ name }) => name !== "(");
  return first?.name === "VariableDefinition" ? textOf(source, first) : null;
}

/** Statements of a function's block; the one expression of an arrow without. */
export function statementsOf(run: Node): Node[] {
  const body = run.children.at(-1);
  if (body?.name !== "Block") return body ? [body] : [];
  return body.children.filter(({ name }) => !"{};".includes(name));
}

export function titleOf(source: Source, node: Node): string | null {
  if (node.name === "String") return stringValue(textOf(source, node));
  return node.name === "TemplateString" && !child(node, "Interpolation")
    ? stringValue(textOf(source, node))
    : null;
}

/** What an object of options says: `{ skip: true }`. What is computed may be true some day. */
function optionsOf(source: Source, node: Node): Modifier[] {
  if (node.name !== "ObjectExpression") return [];
  return node.children.flatMap((property) => {
    const [key, colon, value] = property.children;
    if (property.name !== "Property" || !key) return [];
    const modifier = MODIFIERS.get(stringValue(textOf(source, key)));
    if (!modifier || (colon && value && isOff(source, value))) return [];
    const computed = !value || !/^(BooleanLiteral|String|TemplateString|Number)$/.test(value.name);
    return [modifier === "skip" && computed ? "conditional" : modifier];
  });
}

function isOff(source: Source, value: Node): boolean {
  return /^(false|0|null|undefined|""|'')$/.test(textOf(source, value));
}

/** `this.skip()`, `t.skip(…)`, `test.skip(condition)`, `jest.retryTimes(2)`: said in a body of the test around it. */
function sayOfTest(
  source: Source,
  node: Node,
  bindings: Bindings,
  { byNode, file }: { byNode: Map<Node, FoundTest>; file: FoundTest },
): void {
  if (byNode.has(node)) return;
  const parts = partsOf(source, node.children[0], bindings);
  const test = testAround(node, byNode);
  const modifier = saidBy(parts, test?.run ? firstParameter(source, test.run) : null);
  if (!modifier) return;
  const given = argumentsOf(node);
  if (modifier === "retry" && given[0] && isOff(source, given[0])) return;
  const to =
    parts[0] === "test" && functionIn(given)
      ? undefined
      : (test ?? (modifier === "retry" ? file : undefined));
  if (!to) return;
  const chosen = parts[0] === "test" && given[0] !== undefined && titleOf(source, given[0]) === null;
  const sometimes = chosen || stands(CONDITIONS, node, to.run) || isShortCircuited(source, node, to.run);
  to.modifiers.add(modifier === "skip" && sometimes ? "conditional" : modifier);
}

function saidBy(parts: string[], parameter: string | null): Modifier | undefined {
  const [root = "", said = ""] = parts;
  if (parts.length !== 2) return undefined;
  if (root === "jest" && said === "retryTimes") return "retry";
  const modifier = MODIFIERS.get(said);
  if (root === "this") return modifier === "skip" || modifier === "retry" ? modifier : undefined;
  if (root !== parameter && root !== "test" && root !== "t") return undefined;
  return said === "fail" && root !== "test" ? undefined : modifier;
}

/** `slow && t.skip()` */
function isShortCircuited(source: Source, node: Node, outer: Node | null): boolean {
  for (const next of around(node)) {
    if (next === outer || next.name === "Block") return false;
    if (next.name === "BinaryExpression" && holds(source, next, ({ name }) => name === "LogicOp"))
      return true;
  }
  return false;
}
