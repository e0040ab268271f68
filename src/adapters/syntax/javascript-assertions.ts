/** Assertions of JavaScript and TypeScript, and how they are kept from failing a test. Never judges their worth. */

import { type FoundAssertion, type FoundTest, holds, testAround } from "./facts.ts";
import { argumentsOf, FUNCTIONS, firstParameter } from "./javascript-tests.ts";
import { type Bindings, partsOf } from "./path.ts";
import { around, below, child, type Node, type Source, textOf } from "./tree.ts";

/** Methods of the `t` that tape, tap, ava and node:test hand to a test, but for those that steer it. */
const METHODS = new Set(
  `ok notOk notok true false truthy falsy assert is isNot not isEqual equal equals notEqual notEquals strictEqual
  strictEquals notStrictEqual notStrictEquals isNotEqual doesNotEqual isInequal looseEqual looseEquals notLooseEqual
  deepEqual deepEquals notDeepEqual notDeepEquals deepStrictEqual notDeepStrictEqual deepLooseEqual notDeepLooseEqual
  partialDeepStrictEqual isEquivalent isNotEquivalent same notSame strictSame strictNotSame has hasStrict hasProp match
  notMatch doesNotMatch matches like regex notRegex throws throwsAsync doesNotThrow notThrows notThrowsAsync rejects
  doesNotReject resolves resolveMatch error ifError ifErr iferror pass fail emits type snapshot matchSnapshot
  fileSnapshot matchOnly expectUncaughtException unreachable`.split(/\s+/),
);

/** Methods of `expect` that assert nothing by themselves. */
const PREPARATIONS = new Set([
  "assertions",
  "hasAssertions",
  "requireAssertions",
  "extend",
  "addSnapshotSerializer",
  "configure",
]);

/** Methods that return a promise which nobody may leave alone. */
const PROMISED = new Set(["resolves", "rejects", "doesNotReject", "throwsAsync", "notThrowsAsync"]);

/** Methods that fail at once, and so are meant to be caught. */
const FAILURES = new Set(["fail", "unreachable"]);

/** Functions by which a caught error is handed on. */
const HANDING_ON = new Set([
  "done",
  "reject",
  "fail",
  "next",
  "callback",
  "cb",
  "end",
  "error",
  "ifError",
  "exit",
]);

export function findAssertions(
  source: Source,
  nodes: Node[],
  tests: FoundTest[],
  bindings: Bindings,
): FoundAssertion[] {
  const byNode = new Map(tests.map((test) => [test.node, test]));
  const seen = new Set<Node>();
  const found: FoundAssertion[] = [];
  for (const node of nodes) {
    const test = testAround(node, byNode);
    if (!test) continue;
    const parameter = test.run ? firstParameter(source, test.run) : null;
    const top = node.name === "ThrowStatement" ? node : chainAt(source, node, bindings, parameter);
    if (!top || seen.has(top)) continue;
    const text =
      node.name === "ThrowStatement" ? thrown(source, node, test.run) : textOf(source, wholeExpression(top));
    if (text === null) continue;
    seen.add(top);
    found.push({
      node: top,
      text,
      floating: isFloating(source, top),
      swallowed: isSwallowed(source, top, test.node),
    });
  }
  return found;
}

/** A throw counts where a condition decides on it. */
function thrown(source: Source, node: Node, outer: Node | null): string | null {
  for (const next of around(node)) {
    if (next === outer || FUNCTIONS.has(next.name) || next.name === "CatchClause") return null;
    if (next.name === "IfStatement")
      return `if ${textOf(source, next.children[1] ?? next)} ${textOf(source, node)}`;
  }
  return null;
}

/** The top of the chain of members and calls an assertion is made of; null where the node begins none. */
function chainAt(source: Source, node: Node, bindings: Bindings, parameter: string | null): Node | null {
  if (node.name === "MemberExpression") {
    const property = node.children.at(-1);
    const called =
      property && (textOf(source, property) === "should" || isFluentExpect(source, node, property));
    return called && topOf(node) !== node ? topOf(node) : null;
  }
  const parts = partsOf(source, node.children[0], bindings);
  const root = parts[0] === parameter && parts.length > 1 ? parts[1] : parts[0];
  if (isExpect(parts, root ?? "", parameter)) {
    const top = topOf(node);
    return top === node && !FAILURES.has(parts[1] ?? "") ? null : top;
  }
  return isAssert(parts, parameter) ? topOf(node) : null;
}

/** `request(app).get("/").expect(200)` */
function isFluentExpect(source: Source, node: Node, property: Node): boolean {
  return (
    textOf(source, property) === "expect" &&
    node.children[0]?.name === "CallExpression" &&
    node.parent?.name === "CallExpression"
  );
}

function isExpect(parts: string[], root: string, parameter: string | null): boolean {
  if (root !== "expect" && root !== "expectTypeOf" && root !== "assertType") return false;
  const rest = parts.slice(parts[0] === parameter && parts[0] !== "expect" ? 2 : 1);
  return (
    rest.length === 0 ||
    (rest.length === 1 &&
      (FAILURES.has(rest[0] ?? "") || ["soft", "poll", "element"].includes(rest[0] ?? "")))
  );
}

function isAssert(parts: string[], parameter: string | null): boolean {
  if (parts.includes("()") || parts.includes("[]")) return false;
  const [root = "", second = ""] = parts;
  const asserts =
    root === "assert" || root === "should" || (/^(sinon|fc)$/.test(root) && second === "assert");
  if (asserts && root !== parameter) return !PREPARATIONS.has(second);
  if (root !== parameter && root !== "t" && root !== "QUnit") return false;
  return (second === "assert" && parts.length > 2) || (parts.length === 2 && METHODS.has(second));
}

/** Up from an object to what is read of it, and from a callee to its call. */
function topOf(node: Node): Node {
  let top = node;
  for (const next of around(node)) {
    if ((next.name !== "MemberExpression" && next.name !== "CallExpression") || next.children[0] !== top)
      break;
    top = next;
  }
  return top;
}

const LEADING = new Set(["AwaitExpression", "ParenthesizedExpression", "UnaryExpression"]);

function wholeExpression(node: Node): Node {
  let whole = node;
  for (const next of around(node)) {
    if (!LEADING.has(next.name)) break;
    whole = next;
  }
  return whole;
}

function isFloating(source: Source, top: Node): boolean {
  let outer = top.parent;
  while (
    outer?.name === "ParenthesizedExpression" ||
    (outer?.name === "UnaryExpression" && child(outer, "void"))
  )
    outer = outer.parent;
  if (outer?.name !== "ExpressionStatement") return false;
  for (let node: Node | undefined = top; node && node.name !== "VariableName"; node = node.children[0]) {
    const property = node.name === "MemberExpression" ? node.children.at(-1) : undefined;
    if (property && PROMISED.has(textOf(source, property))) return true;
  }
  return false;
}

function isSwallowed(source: Source, top: Node, test: Node): boolean {
  let inner = top;
  if (hasSilentCatch(source, top)) return true;
  for (const next of around(top)) {
    if (next === test) return false;
    if (next.name === "TryStatement" && next.children[1] === inner && catches(source, next, top)) return true;
    if (next.name === "CallExpression" && next.children[0] === inner && hasSilentCatch(source, next))
      return true;
    inner = next;
  }
  return false;
}

/** Is an assertion's failure in this `try` lost? One that says "must have thrown" may be, if the error is looked at. */
function catches(source: Source, statement: Node, assertion: Node): boolean {
  const clause = child(statement, "CatchClause");
  if (!clause || handsOn(source, clause)) return false;
  const called = partsOf(source, assertion.name === "CallExpression" ? assertion.children[0] : undefined);
  const looks = holds(source, clause, ({ name, parent }) => name === "ArgList" && isLook(source, parent));
  return !(looks && FAILURES.has(called.at(-1) ?? ""));
}

function isLook(source: Source, call: Node | null): boolean {
  const parts = partsOf(source, call?.children[0]);
  return ["assert", "expect", "should"].includes(parts[0] ?? "") || METHODS.has(parts.at(-1) ?? "");
}

/** Does what is caught go on: thrown again, or handed to who fails the test? */
function handsOn(source: Source, handler: Node): boolean {
  for (const node of below(source, handler)) {
    if (node.name === "ThrowStatement") return true;
    if (node.name !== "CallExpression") continue;
    const parts = partsOf(source, node.children[0]);
    if (parts[0] !== "console" && HANDING_ON.has(parts.at(-1) ?? "") && argumentsOf(node).length > 0)
      return true;
  }
  return false;
}

/** `.catch(() => {})` */
function hasSilentCatch(source: Source, top: Node): boolean {
  for (let node: Node | undefined = top; node; node = node.children[0]) {
    if (node.name !== "CallExpression" || partsOf(source, node.children[0]).at(-1) !== "catch") continue;
    const [handler] = argumentsOf(node);
    if (handler && FUNCTIONS.has(handler.name) && !handsOn(source, handler)) return true;
  }
  return false;
}
