/** Makes functions of a file throw at once, return nothing, or answer something else. Tests, and what runs at load, it leaves alone. */

import type { Language, Lines } from "#core/court/outline.ts";
import type { How } from "#ports/syntax.ts";
import { alteredFunction, alteringHelper } from "./altered.ts";
import type { Facts, FoundFunction } from "./facts.ts";
import { runAtLoad } from "./load-time.ts";
import { isDocstring } from "./python-tests.ts";
import { before, child, type Edit, edited, lineAt, linesOf, type Node, type Source, textOf } from "./tree.ts";

const STUBS: Record<Language, (source: Source, found: FoundFunction, how: How) => Edit | null> = {
  javascript: stubbedJavaScript,
  python: stubbedPython,
  go: stubbedGo,
};

type Asked = { how: How; lines: readonly Lines[] };

export function stubOf(
  language: Language,
  source: Source,
  facts: Facts,
  { how, lines }: Asked,
): string | null {
  const loading = runAtLoad(source, facts);
  const tests = new Set(facts.tests.map(({ node }) => node).filter((node) => node !== source.root));
  const byNode = new Map(facts.functions.map((found) => [found.node, found]));
  const edits: Edit[] = [];
  for (let order = 0; order < source.nodes.length; order++) {
    const node = source.nodes[order];
    if (!node) break;
    const found = tests.has(node) ? undefined : byNode.get(node);
    const stubbed = found !== undefined && !loading.has(found);
    const wanted = stubbed && overlaps(linesOf(source, node), lines);
    if (wanted) edits.push(...stubbedFunction(language, source, found, how));
    if (tests.has(node) || stubbed) order = node.last;
  }
  if (edits.length === 0) return null;
  const helper = how === "altered" ? alteringHelper(language, source) : [];
  // Python needs it before the first function, which may begin where it is to stand.
  const all = language === "python" ? [...helper, ...edits] : [...edits, ...helper];
  return edited(
    source.text,
    all.sort((one, other) => one.from - other.from),
  );
}

function stubbedFunction(language: Language, source: Source, found: FoundFunction, how: How): Edit[] {
  const altered = how === "altered" ? alteredFunction(language, source, found) : null;
  if (altered) return altered;
  const edit = STUBS[language](source, found, how);
  return edit ? [edit] : [];
}

function overlaps(block: Lines, lines: readonly Lines[]): boolean {
  return lines.some(({ from, to }) => from <= block.to && block.from <= to);
}

function stubbedJavaScript(source: Source, { node, body, name }: FoundFunction, how: How): Edit | null {
  const stub = how === "throwing" ? 'throw new Error("stubbed");' : "return;";
  if (body.name !== "Block") return { from: body.from, to: body.to, is: `{ ${stub} }` };
  // A derived constructor that returns without calling `super` throws, which is another fault than doing nothing.
  const derived = name === "constructor" && child(node.parent?.parent, "extends") !== undefined;
  return how !== "throwing" && derived ? null : inserted(afterDirectives(source, body), ` ${stub}`);
}

/** Behind `"use strict"`, which counts only where it stands first. */
function afterDirectives(source: Source, block: Node): number {
  let at = block.from + 1;
  for (const node of block.children.slice(1)) {
    if (node.name !== "ExpressionStatement" || node.children[0]?.name !== "String") break;
    at = node.to;
  }
  return source.text[at] === ";" ? at + 1 : at;
}

function stubbedPython(source: Source, { node, body }: FoundFunction, how: How): Edit | null {
  const stub = how === "throwing" ? 'raise RuntimeError("stubbed")' : "return None";
  const [, first, second] = body.children;
  if (!first) return null;
  if (lineAt(source, first.from) === lineAt(source, body.from)) return inserted(first.from, `${stub}; `);
  const start = source.starts[lineAt(source, first.from) - 1] ?? 0;
  const indent = source.text.slice(start, first.from);
  if (!isDocstring(first)) return inserted(first.from, `${stub}\n${indent}`);
  if (second) return inserted(second.from, `${stub}\n${indent}`);
  return inserted(Math.min(first.children[0]?.to ?? first.to, node.to), `\n${indent}${stub}`);
}

/** The first of it returns; Go wants the rest to stay, or names and imports would go unused. */
function stubbedGo(source: Source, { node, body, name }: FoundFunction, how: How): Edit | null {
  if (node.name === "FunctionDecl" && (name === "main" || name === "TestMain")) return null;
  const stub = how === "throwing" ? 'panic("stubbed")' : `return ${zeroes(source, node, body)}`.trimEnd();
  return inserted(body.from + 1, ` ${stub};`);
}

/** A value of nothing for each result; named results are that already. */
function zeroes(source: Source, node: Node, body: Node): string {
  const lists = node.children.filter(({ name }) => name === "Parameters").length;
  const result = before(body);
  const given = node.name === "MethodDecl" ? 2 : 1;
  if (!result || (result.name === "Parameters" && lists === given)) return "";
  if (result.name !== "Parameters") return zero(source, result);
  const results = result.children.filter(({ name }) => name === "Parameter");
  if (results.some((result) => child(result, "DefName"))) return "";
  return results.map((result) => zero(source, result)).join(", ");
}

function zero(source: Source, type: Node): string {
  return `*new(${textOf(source, type)})`;
}

function inserted(at: number, is: string): Edit {
  return { from: at, to: at, is };
}
