/** Puts a failure before each assertion of a test file: a test that still passes reaches none of them. Runs nothing. */

import type { Language } from "#core/court/outline.ts";
import type { Failing } from "#ports/syntax.ts";
import type { Facts, FoundAssertion, FoundTest } from "./facts.ts";
import { partsOf } from "./path.ts";
import { around, child, contains, type Edit, edited, type Node, type Source, textOf } from "./tree.ts";

/** What is inserted fails as an assertion does, so that who swallows assertions swallows it as well. */
const FAILURES: Record<Language, string> = {
  javascript: 'throw new Error("reached");',
  python: 'raise AssertionError("reached")',
  go: 'panic("reached")',
};

const FAILING = /^(?:fail|unreachable|Error|Errorf|Fatal|Fatalf|Fail|FailNow|panic)$/;

export function failingOf(language: Language, source: Source, facts: Facts): Failing | null {
  const tests = facts.tests.filter(
    ({ suite, modifiers }) => !suite && !/skip|todo/.test([...modifiers].join()),
  );
  const made = tests.map((test) => ({ test, edits: editsIn(language, source, facts, test) }));
  const reached = made.filter(({ edits }) => edits !== null && edits.length > 0);
  const others = new Set(made.filter((one) => !reached.includes(one)).map(({ test }) => test.title));
  const edits = new Map(
    made.flatMap(({ edits }) => edits ?? []).map((edit) => [`${edit.from} ${edit.is}`, edit]),
  );
  if (reached.length === 0) return null;
  return {
    text: edited(
      source.text,
      [...edits.values()].sort((one, other) => one.from - other.from),
    ),
    titles: reached.flatMap(({ test: { title } }) => (title === null || others.has(title) ? [] : [title])),
    all: reached.length === tests.length,
  };
}

/** Null where an assertion is only there to be never reached. */
function editsIn(language: Language, source: Source, facts: Facts, test: FoundTest): Edit[] | null {
  const own = facts.assertions.filter(({ node }) => contains(test.node, node));
  const edits = own.map((assertion) => before(language, source, test, assertion));
  return edits.every((edit) => edit !== null) ? edits.flat() : null;
}

function before(
  language: Language,
  source: Source,
  test: FoundTest,
  { node }: FoundAssertion,
): Edit[] | null {
  const fails =
    /^(?:Throw|Raise)Statement$/.test(node.name) ||
    FAILING.test(partsOf(source, node.children[0]).at(-1) ?? "");
  const guard = fails ? guardOf(node, test.node) : node;
  const place = guard && placeOf(guard, test.node);
  if (!place) return null;
  return INSERTED[language](source, place, node);
}

/** The condition under which a failure is reported, with what its `else` belongs to. */
function guardOf(node: Node, outer: Node): Node | null {
  let guard: Node | null = null;
  for (const next of around(node)) {
    if (next === outer || /Function/.test(next.name)) return guard;
    if (next.name === "IfStatement") guard = next;
    else if (guard) return guard;
  }
  return guard;
}

const BLOCKS = /^(?:Block|Body|Script|SourceFile|StatementGroup|Case|SwitchBody)$/;

/** The statement a thing stands in, or the one expression of an arrow. */
function placeOf(from: Node, outer: Node): Node | null {
  let place = from;
  for (const next of around(from)) {
    const single = next.name === "ArrowFunction" && next.children.at(-1) === place;
    if (BLOCKS.test(next.name) || single || isBranch(next, place)) return place;
    if (next === outer) return null;
    place = next;
  }
  return null;
}

function isBranch({ name }: Node, place: Node): boolean {
  return /^(?:If|For|While|Do)Statement$/.test(name) && /Statement$/.test(place.name);
}

const INSERTED: Record<Language, (source: Source, place: Node, assertion: Node) => Edit[] | null> = {
  javascript(_, place) {
    if (place.parent?.name === "ArrowFunction")
      return [
        { from: place.from, to: place.from, is: `((() => { ${FAILURES.javascript} })(), ` },
        { from: place.to, to: place.to, is: ")" },
      ];
    if (BLOCKS.test(place.parent?.name ?? ""))
      return [{ from: place.from, to: place.from, is: `${FAILURES.javascript} ` }];
    return [
      { from: place.from, to: place.from, is: `{ ${FAILURES.javascript} ` },
      { from: place.to, to: place.to, is: " }" },
    ];
  },
  python(source, place) {
    const start = source.text.lastIndexOf("\n", place.from - 1) + 1;
    const lead = source.text.slice(start, place.from);
    const is = /\S/.test(lead) ? `${FAILURES.python}; ` : `${FAILURES.python}\n${lead}`;
    return [{ from: place.from, to: place.from, is }];
  },
  go(source, place, assertion) {
    const callee = child(assertion, "SelectorExpr")?.children[0];
    const first = child(assertion, "Arguments")?.children[1];
    const hand = [callee, first].find(
      (one) => one?.name === "VariableName" && /^[tb]$/.test(textOf(source, one)),
    );
    const failure = hand ? `${textOf(source, hand)}.Fatal("reached")` : FAILURES.go;
    return [{ from: place.from, to: place.from, is: `${failure}; ` }];
  },
};
