/** The facts of a file and how they are gathered alike in all languages. Knows no language's words. */

import type {
  Assertion,
  Call,
  FunctionBlock,
  Literal,
  Modifier,
  Reading,
  TestBlock,
} from "#core/court/outline.ts";
import { around, below, lineAt, linesOf, type Node, type Source, squeezed } from "./tree.ts";

/** A test or suite as found, before its parts are measured. */
export type FoundTest = {
  node: Node;
  /** The function that is run; null where it stands elsewhere. */
  run: Node | null;
  /** The statements of it, or its one expression. */
  statements: Node[];
  title: string | null;
  suite: boolean;
  modifiers: Set<Modifier>;
};

/** An assertion as found: what of it is shown, and how it is kept from failing. */
export type FoundAssertion = { node: Node; text: string; floating: boolean; swallowed: boolean };

export type Facts = {
  tests: FoundTest[];
  assertions: FoundAssertion[];
  functions: FoundFunction[];
  calls: Call[];
  imports: { module: string; line: number }[];
  literals: Literal[];
  readings: Reading[];
  /** Is this statement a return that is always reached? Asked of the statements of a test's body. */
  returns(statement: Node): boolean;
};

/** A function with what can be replaced of it. */
export type FoundFunction = { node: Node; body: Node; name: string | null };

/** Longest source of an argument that is kept. */
const ARGUMENT_LENGTH = 200;

/** Longest source of an assertion that is kept. */
const ASSERTION_LENGTH = 300;

export function callAt(source: Source, node: Node, name: string, given: Node[]): Call {
  const sources = given.map((argument) =>
    source.text.slice(argument.from, argument.to).slice(0, ARGUMENT_LENGTH),
  );
  return { name, line: lineAt(source, node.from), arguments: sources };
}

export function functionBlock(source: Source, { node, name }: FoundFunction): FunctionBlock {
  return { name, ...linesOf(source, node) };
}

/** Tests and the suites that were modified, measured. What happens in a test inside a test counts for both. */
export function testBlocks(source: Source, facts: Facts): TestBlock[] {
  const named = facts.tests.filter(({ node }) => node !== source.root);
  const byNode = new Map(named.map((test) => [test.node, test]));
  const made = new Map<FoundTest, FoundAssertion[]>();
  for (const assertion of facts.assertions) {
    for (const outer of around(assertion.node)) {
      const test = byNode.get(outer);
      if (!test) continue;
      const own = made.get(test) ?? [];
      own.push(assertion);
      made.set(test, own);
    }
  }
  return facts.tests
    .filter((test) => !test.suite || test.modifiers.size > 0)
    .map((test) => testBlock(source, facts, test, byNode, made.get(test) ?? []));
}

function testBlock(
  source: Source,
  facts: Facts,
  test: FoundTest,
  byNode: Map<Node, FoundTest>,
  own: FoundAssertion[],
): TestBlock {
  const first = own[0];
  const leaves = test.statements.find((statement) => facts.returns(statement));
  const ends = test.statements.at(-1)?.to;
  const starts = test.statements[0]?.from;
  return {
    ...linesOf(source, test.node),
    title: test.title,
    within: [...around(test.node)]
      .flatMap((node) => byNode.get(node) ?? [])
      .map(({ title }) => title ?? "")
      .reverse(),
    modifiers: [...test.modifiers],
    assertions: own.map((assertion) => shown(source, assertion)),
    statements: test.statements.length,
    returnsEarly: first !== undefined && leaves !== undefined && leaves.to <= first.node.from,
    swallows: own.some(({ swallowed }) => swallowed),
    floating: own.filter(({ floating }) => floating).length,
    suite: test.suite,
    body: starts === undefined || ends === undefined ? "" : evened(source.text.slice(starts, ends)),
  };
}

function shown(source: Source, { node, text }: FoundAssertion): Assertion {
  return { line: lineAt(source, node.from), text: squeezed(text, ASSERTION_LENGTH) };
}

function evened(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The nearest test or suite a node stands in. */
export function testAround(node: Node, byNode: Map<Node, FoundTest>): FoundTest | undefined {
  for (const outer of around(node)) {
    const test = byNode.get(outer);
    if (test) return test;
  }
  return undefined;
}

/** The whole file as a suite, for what is said of all its tests at once. */
export function wholeFile(source: Source): FoundTest {
  return {
    node: source.root,
    run: source.root,
    statements: source.root.children,
    title: null,
    suite: true,
    modifiers: new Set(),
  };
}

/** Does a node of these names stand between the two? */
export function stands(names: Set<string>, inner: Node, outer: Node | null): boolean {
  for (const node of around(inner)) {
    if (node === outer) return false;
    if (names.has(node.name)) return true;
  }
  return false;
}

export function holds(source: Source, node: Node, matches: (node: Node) => boolean): boolean {
  for (const inner of below(source, node)) if (matches(inner)) return true;
  return false;
}
