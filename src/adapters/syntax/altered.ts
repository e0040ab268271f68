/** Makes functions of a file answer something else of the same type; those without an answer do nothing. Runs nothing. */

import type { Language } from "#core/court/outline.ts";
import type { FoundFunction } from "./facts.ts";
import { isDocstring } from "./python-tests.ts";
import { before, below, child, type Edit, type Node, type Source, textOf } from "./tree.ts";

/** Null where the function answers nothing that could be another answer: then it is to do nothing. */
export function alteredFunction(language: Language, source: Source, found: FoundFunction): Edit[] | null {
  if (language === "javascript") return alteredJavaScript(source, found);
  return language === "python" ? alteredPython(source, found) : alteredGo(source, found);
}

/** What the altered functions call, and where it stands. Go needs nothing. */
export function alteringHelper(language: Language, source: Source): Edit[] {
  if (language === "javascript") return [{ from: source.text.length, to: source.text.length, is: SCRIPT }];
  if (language === "go") return [];
  const first = source.root.children.find((node) => !isDocstring(node) && !isFuture(source, node));
  const at = first?.from ?? source.text.length;
  return [{ from: at, to: at, is: MODULE }];
}

function isFuture(source: Source, node: Node): boolean {
  return node.name === "ImportStatement" && /^from\s+__future__\b/.test(textOf(source, node));
}

/** Whether the function itself, and none inside it, gives something back. */
function answers(source: Source, body: Node): boolean {
  const inner = new Set<Node>();
  for (const node of below(source, body)) {
    if (node !== body && /^(?:Function|Arrow|Method|Lambda|Class)/.test(node.name)) inner.add(node);
    const gives = node.name === "YieldStatement" || node.name === "yield";
    const values =
      node.name === "ReturnStatement" && node.children.some(({ name }) => !/^(?:return|;)$/.test(name));
    if (!gives && !values) continue;
    if (![...inner].some(({ order, last }) => order <= node.order && node.order <= last)) return true;
  }
  return false;
}

function alteredJavaScript(source: Source, { node, body, name }: FoundFunction): Edit[] | null {
  if (name === "constructor" || child(node, "Star")) return null;
  const wait = child(node, "async") ? "async " : "";
  if (body.name !== "Block")
    return [
      { from: body.from, to: body.from, is: `daybreakAltered(${wait}() => (` },
      { from: body.to, to: body.to, is: "))" },
    ];
  if (!answers(source, body)) return null;
  return [
    { from: body.from + 1, to: body.from + 1, is: ` return daybreakAltered(${wait}() => {` },
    { from: body.to - 1, to: body.to - 1, is: "});" },
  ];
}

/** Numbers grow, truth turns, text keeps its length alone, what is thrown is returned; objects of a class are of it still, and hold nothing. */
const SCRIPT = `
;function daybreakAltered(body) {
  const other = (value, depth) => {
    if (value === null || value === undefined) return "altered";
    if (typeof value === "number") return Number.isFinite(value) ? value + 1 : 0;
    if (typeof value === "bigint") return value + BigInt(1);
    if (typeof value === "boolean") return !value;
    if (typeof value === "string") return "~" + value.replace(/[^\\s]/g, "x");
    if (typeof value === "function")
      return function () { return daybreakAltered(() => value.apply(this, arguments)); };
    if (typeof value !== "object" || depth > 3) return value;
    if (typeof value.then === "function") return value.then((one) => other(one, depth), () => "altered");
    if (Array.isArray(value)) return [...value.slice(0, 99), value.at(-1)].map((one) => other(one, depth + 1));
    if (value instanceof Date) return new Date(value.getTime() + 1);
    if (value instanceof Set) return new Set(other([...value], depth));
    if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, other(one, depth + 1)]));
    const kind = Object.getPrototypeOf(value);
    if (kind !== null && Object.getPrototypeOf(kind) !== null) return Object.create(kind);
    return Object.fromEntries(Object.entries(value).slice(0, 99).map(([key, one]) => [key, other(one, depth + 1)]));
  };
  try {
    return other(body(), 0);
  } catch {
    return "altered";
  }
}
`;

/** Methods whose answer Python itself wants as it is. */
const FIXED =
  /^__(?:init|new|post_init|enter|exit|aenter|aexit|iter|aiter|hash|del|init_subclass|set_name|len|index|int)__$/;

function alteredPython(source: Source, { node, body, name }: FoundFunction): Edit[] | null {
  if (FIXED.test(name ?? "") || !answers(source, body)) return null;
  const start = source.text.lastIndexOf("\n", node.from - 1) + 1;
  const indent = source.text.slice(start, node.from);
  return [{ from: node.from, to: node.from, is: `@_daybreak_altered\n${indent}` }];
}

const MODULE = `def _daybreak_altered(function):
    import copy, functools, inspect, os
    def other(value, depth=0):
        if value is None: return "altered"
        if isinstance(value, bool): return not value
        if isinstance(value, (int, float, complex)): return value + 1 if value - value == 0 else 0
        if isinstance(value, str): return "~" + "x" * len(value)
        if isinstance(value, bytes): return b"~" + b"x" * len(value)
        if depth > 3: return value
        if type(value) is dict: return {key: other(one, depth + 1) for key, one in value.items()}
        if type(value) in (list, tuple, set, frozenset):
            return type(value)([other(one, depth + 1) for one in [*value, *list(value)[-1:]]] or ["altered"])
        try:
            if isinstance(value, os.PathLike): return type(value)(str(value) + "~")
            twin = copy.copy(value)
            for key, one in list(vars(twin).items()): object.__setattr__(twin, key, other(one, depth + 1))
            return twin
        except Exception:
            return value
    if inspect.isasyncgenfunction(function): return function
    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def altered(*args, **named):
            try: return other(await function(*args, **named))
            except Exception: return "altered"
    elif inspect.isgeneratorfunction(function):
        @functools.wraps(function)
        def altered(*args, **named):
            for one in function(*args, **named): yield other(one)
    else:
        @functools.wraps(function)
        def altered(*args, **named):
            try: return other(function(*args, **named))
            except Exception: return "altered"
    return altered


`;

const NUMBERS =
  /^(?:u?int(?:8|16|32|64)?|uintptr|byte|rune|float(?:32|64)|complex(?:64|128)|time\.Duration)$/;

function alteredGo(source: Source, { node, body, name }: FoundFunction): Edit[] | null {
  if (node.name === "FunctionLiteral" || name === "main" || name === "init") return null;
  const types = resultsOf(source, node, body);
  if (types.length === 0) return null;
  const result = before(body);
  const names = types.map((_, index) => `altered${index}`);
  const given = types.map((type, index) => otherGo(type, names[index] ?? "_"));
  return [
    {
      from: body.from + 1,
      to: body.from + 1,
      is: ` ${names.join(", ")} := func() ${result ? textOf(source, result) : ""} {`,
    },
    {
      from: body.to - 1,
      to: body.to - 1,
      is: `}(); ${names.map((one) => `_ = ${one}; `).join("")}return ${given.join(", ")} `,
    },
  ];
}

/** The type of each result, as written. */
function resultsOf(source: Source, node: Node, body: Node): string[] {
  const lists = node.children.filter(({ name }) => name === "Parameters").length;
  const result = before(body);
  if (!result || (result.name === "Parameters" && lists === (node.name === "MethodDecl" ? 2 : 1))) return [];
  if (result.name !== "Parameters") return [textOf(source, result)];
  return result.children
    .filter(({ name }) => name === "Parameter")
    .flatMap((parameter) => {
      const names = parameter.children.filter(({ name }) => name === "DefName").length;
      const type = parameter.children.at(-1);
      return type ? Array.from({ length: Math.max(1, names) }, () => textOf(source, type)) : [];
    });
}

/** An error becomes none; what may be nil stays, for a panic would say nothing of what was asserted. */
function otherGo(type: string, name: string): string {
  if (type === "error") return "nil";
  if (type === "bool") return `!${name}`;
  if (type === "string") return '"altered"';
  if (NUMBERS.test(type)) return `${name} + 1`;
  if (/^\[\]/.test(type)) return `make(${type}, len(${name})+1)`;
  return /^[A-Z]\w*$/.test(type) ? `*new(${type})` : name;
}
