/** Small wrong changes of a program, one at a time and each on one line. Never touches tests, types or imports. */

import type { Language, Lines } from "#core/court/outline.ts";
import type { Mutant } from "#ports/syntax.ts";
import type { Facts } from "./facts.ts";
import { isDocstring } from "./python-tests.ts";
import { after, before, child, type Edit, edited, lineAt, type Node, type Source, textOf } from "./tree.ts";
import { stringValue } from "./values.ts";

/** So many are more than any court has time to try. */
const MOST_MUTANTS = 200;

/** Each operator and what it is mistaken for. A relation turns into its opposite: a boundary alone is often no fault. */
const SWAPS: Record<string, string> = {
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
  "==": "!=",
  "!=": "==",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "//": "*",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "++": "--",
  "--": "++",
  "&&": "||",
  "||": "&&",
  and: "or",
  or: "and",
  in: "not in",
  is: "is not",
};

const OPERATORS = new Set(["ArithOp", "CompareOp", "LogicOp", "UpdateOp", "IncDecOp", "and", "or"]);
const OPERATIONS = new Set([
  "BinaryExpression",
  "BinaryExp",
  "AssignmentExpression",
  "UpdateStatement",
  "Assignment",
  "PostfixExpression",
  "IncDecStatement",
]);

/** What holds no code that runs, or none that may change. */
const CLOSED = new Set([
  "ImportDeclaration",
  "ImportStatement",
  "ImportDecl",
  "DynamicImport",
  "TypeAnnotation",
  "TypeArgList",
  "TypeParamList",
  "TypeAliasDeclaration",
  "InterfaceDeclaration",
  "AmbientDeclaration",
  "LiteralType",
  "UnionType",
  "TypeDef",
  "FieldDecl",
  "Decorator",
]);

type Asked = { lines: readonly Lines[]; parses: (text: string) => boolean };

export function mutantsOf(
  language: Language,
  source: Source,
  facts: Facts,
  { lines, parses }: Asked,
): Mutant[] {
  const tests = new Set(facts.tests.map(({ node }) => node).filter((node) => node !== source.root));
  const edits: Edit[] = [];
  for (let order = 0; order < source.nodes.length; order++) {
    const node = source.nodes[order];
    if (!node) break;
    const runs = isStatement(node) ? (node.children[0] ?? node) : node;
    if (tests.has(runs) || CLOSED.has(node.name) || isRequire(source, runs)) order = node.last;
    else edits.push(...changesOf(language, source, node).filter((edit) => isWanted(source, edit, lines)));
  }
  edits.sort((one, other) => one.from - other.from);
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  for (const edit of edits) {
    const text = edited(source.text, [edit]);
    if (seen.has(key(edit)) || !parses(text)) continue;
    seen.add(key(edit));
    mutants.push({
      line: lineAt(source, edit.from),
      was: source.text.slice(edit.from, edit.to),
      is: edit.is,
      text,
    });
    if (mutants.length === MOST_MUTANTS) break;
  }
  return mutants;
}

function key({ from, to, is }: Edit): string {
  return `${from} ${to} ${is}`;
}

function isWanted(source: Source, edit: Edit, lines: readonly Lines[]): boolean {
  const was = source.text.slice(edit.from, edit.to);
  const line = lineAt(source, edit.from);
  return was !== edit.is && !/[\r\n]/.test(was) && lines.some(({ from, to }) => from <= line && line <= to);
}

function isStatement({ name }: Node): boolean {
  return name === "ExpressionStatement" || name === "ExprStatement";
}

function isRequire(source: Source, node: Node): boolean {
  const callee = node.name === "CallExpression" ? node.children[0] : undefined;
  return callee?.name === "VariableName" && textOf(source, callee) === "require";
}

/** At most one change of a node itself. */
function changesOf(language: Language, source: Source, node: Node): Edit[] {
  const change = operatorOf(source, node) ?? literalOf(source, node) ?? statementOf(language, source, node);
  return change ? [change] : [];
}

function replaced({ from, to }: { from: number; to: number }, is: string): Edit {
  return { from, to, is };
}

function operatorOf(source: Source, node: Node): Edit | null {
  if (/^Unary/.test(node.name)) return withoutNot(source, node);
  const { parent } = node;
  if (!parent || !OPERATIONS.has(parent.name)) return null;
  const text = textOf(source, node);
  const next = after(node);
  if (node.name === "not" && next?.name === "in") return replaced({ from: node.from, to: next.to }, "in");
  if (node.name === "is" && next?.name === "not") return replaced({ from: node.from, to: next.to }, "is");
  const single = (node.name === "in" && before(node)?.name !== "not") || node.name === "is";
  // JavaScript has `in` too, but no `not in`: what does not parse is left out later.
  if (!OPERATORS.has(node.name) && !single) return null;
  const swapped = Object.hasOwn(SWAPS, text) ? SWAPS[text] : undefined;
  return swapped === undefined || joinsStrings(parent, text) ? null : replaced(node, swapped);
}

/** Text cannot be taken away from text: that would be no wrong program but none at all. */
function joinsStrings(operation: Node, sign: string): boolean {
  return /^\+=?$/.test(sign) && operation.children.some(({ name }) => /String$/.test(name));
}

function withoutNot(source: Source, node: Node): Edit | null {
  const [sign, operand] = node.children;
  const negates = sign && operand && /^(!|not)$/.test(textOf(source, sign));
  return negates ? replaced(node, textOf(source, operand)) : null;
}

const OPPOSITES: Record<string, string> = { true: "false", false: "true", True: "False", False: "True" };

function literalOf(source: Source, node: Node): Edit | null {
  const text = textOf(source, node);
  if (/^Bool/.test(node.name))
    return Object.hasOwn(OPPOSITES, text) ? replaced(node, OPPOSITES[text] ?? text) : null;
  if (isKey(node)) return null;
  if (node.name === "Number") return replaced(node, successor(text));
  const plain = node.name === "String" || (node.name === "TemplateString" && !child(node, "Interpolation"));
  const alone =
    node.parent?.name === "ExpressionStatement" || (node.parent !== null && isDocstring(node.parent));
  if (!plain || alone || node.parent?.name === "TaggedTemplateExpression" || stringValue(text) === "")
    return null;
  const bytes = /^[bB](?=["'])/.exec(text)?.[0] ?? "";
  return replaced(node, `${bytes}"mutated"`);
}

/** The number after it; another spelling of one that is no plain decimal. */
function successor(text: string): string {
  const plain = text.replaceAll("_", "");
  if (/^\d{1,15}$/.test(plain)) return String(Number(plain) + 1);
  if (/^\d+n$/.test(plain)) return `${BigInt(plain.slice(0, -1)) + 1n}n`;
  const value = Number(plain);
  return Number.isFinite(value) ? String(value + 1) : text;
}

function isKey(node: Node): boolean {
  const { parent } = node;
  if (parent?.name === "Key") return true;
  if (parent?.name === "PropertyDeclaration" || parent?.name === "MethodDeclaration")
    return parent.children[0] === node;
  if (
    parent?.name !== "Property" &&
    parent?.name !== "DictionaryExpression" &&
    parent?.name !== "PatternProperty"
  )
    return false;
  return after(node)?.name === ":" || parent.children.length === 1;
}

function statementOf(language: Language, source: Source, node: Node): Edit | null {
  if (node.name === "IfStatement") return decided(language, source, node);
  if (isStatement(node)) return removed(language, source, node);
  return language === "go" ? null : returning(language, source, node);
}

/** A branch that is never taken, or always where it never was. */
function decided(language: Language, source: Source, node: Node): Edit | null {
  const body = node.children.findIndex(({ name }, at) => at > 1 && (name === "Block" || name === "Body"));
  const condition = node.children[language === "go" ? body - 1 : 1];
  if (!condition) return null;
  const text = textOf(source, condition);
  // Go refuses names that nobody uses.
  if (language === "go") return replaced(condition, `(${text}) && false`);
  if (language === "python") return replaced(condition, text === "False" ? "True" : "False");
  return replaced(condition, /^\(\s*false\s*\)$/.test(text) ? "(true)" : "(false)");
}

function removed(language: Language, source: Source, node: Node): Edit | null {
  const [first] = node.children;
  const called = first?.name === "AwaitExpression" ? first.children.at(-1) : first;
  if (!called || !/^Call/.test(called.name) || called.children[0]?.name === "super") return null;
  if (language === "python") return replaced(node, "pass");
  return replaced(node, language === "go" ? `if false { ${textOf(source, node)} }` : ";");
}

function returning(language: Language, source: Source, node: Node): Edit | null {
  const nothing = language === "python" ? "None" : "undefined";
  if (node.name === "ArrowFunction") {
    const body = node.children.at(-1);
    return body && body.name !== "Block" ? unlessNothing(source, body, nothing) : null;
  }
  if (node.name !== "ReturnStatement") return null;
  const values = node.children.slice(1).filter(({ name }) => name !== ";");
  const [first] = values;
  const last = values.at(-1);
  return first && last ? unlessNothing(source, { from: first.from, to: last.to }, nothing) : null;
}

function unlessNothing(source: Source, value: { from: number; to: number }, nothing: string): Edit | null {
  const text = source.text.slice(value.from, value.to);
  return /^(null|undefined|None|void 0)$/.test(text) ? null : replaced(value, nothing);
}
