/** Fills the holes of a workflow file: evaluates `${{ }}` by GitHub's own evaluator, and never runs anything. */

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

type Token = ReturnType<Lexer["lex"]>["tokens"][number];

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Scope = Readonly<Record<string, Json>>;

/** A hole: what stands between `${{` and `}}`. */
export type Expression = { readonly expression: string };

/** A part of a workflow or action file whose holes are still open. */
export type Tree = string | number | boolean | null | Expression | Tree[] | Map<string, Tree>;

export type StatusName = "success" | "failure" | "cancelled" | "always";

/** What only the place of evaluation knows: the four status functions (with the job ids they name) and hashed files. */
export type Functions = {
  status?: (name: StatusName, ids: readonly string[]) => boolean;
  hashFiles?: (patterns: readonly string[]) => string;
};

const STATUS: readonly StatusName[] = ["success", "failure", "cancelled", "always"];
const MANY = 255;

/** Evaluates one expression, without its `${{ }}`. Throws GitHub's own words for unknown names and bad JSON. */
export function evaluate(source: string, scope: Scope, functions: Functions = {}): Json {
  const { status, hashFiles } = functions;
  const definitions = [
    ...STATUS.map((name) => ({
      name,
      minArgs: 0,
      maxArgs: MANY,
      call: (...ids: data.ExpressionData[]) =>
        new data.BooleanData(
          name === "always" ||
            (status?.(
              name,
              ids.map((id) => id.coerceString()),
            ) ??
              false),
        ),
    })),
    {
      name: "hashFiles",
      minArgs: 1,
      maxArgs: MANY,
      call: (...patterns: data.ExpressionData[]) =>
        new data.StringData(hashFiles?.(patterns.map((pattern) => pattern.coerceString())) ?? ""),
    },
  ];
  const tokens = new Lexer(source).lex().tokens.map(unquoted);
  const ast = new Parser(tokens, Object.keys(scope), definitions).parse();
  const mentioned = Object.entries(scope).filter(([name]) => new RegExp(`\\b${name}\\b`, "i").test(source));
  const world = new data.Dictionary(...mentioned.map(([key, value]) => ({ key, value: toData(value) })));
  const named = new Map(definitions.map((definition) => [definition.name.toLowerCase(), definition]));
  return toJson(new Evaluator(ast, world, named).evaluate());
}

/** Evaluates every hole of a tree. */
export function fill(tree: Tree, scope: Scope, functions: Functions = {}): Json {
  if (tree === null || typeof tree !== "object") return tree;
  if (Array.isArray(tree)) return tree.map((item) => fill(item, scope, functions));
  if (tree instanceof Map)
    return Object.fromEntries([...tree].map(([key, value]) => [key, fill(value, scope, functions)]));
  return evaluate(tree.expression, scope, functions);
}

/** Evaluates a tree that is a mapping of scalars, such as `env:` or `with:`. */
export function fillTexts(tree: Tree, scope: Scope, functions: Functions = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asRecord(fill(tree, scope, functions))).map(([key, value]) => [key, asText(value)]),
  );
}

/** How GitHub writes a value into text. */
export function asText(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return "Array";
  return typeof value === "object" ? "Object" : String(value);
}

export function asRecord(value: Json | undefined): { [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function isTrue(value: Json): boolean {
  return value !== null && value !== false && value !== 0 && value !== "" && !Number.isNaN(value);
}

export function isExpression(tree: Tree | undefined): tree is Expression {
  return tree !== null && typeof tree === "object" && "expression" in tree;
}

/** The lexer undoubles only the first quote of a text; the parser doubles all of a `run:` that has a hole. */
function unquoted(token: Token): Token {
  if (typeof token.value !== "string") return token;
  return { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") };
}

function toData(value: Json): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "string") return new data.StringData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));
}

function toJson(value: data.ExpressionData): Json {
  return JSON.parse(JSON.stringify(value, data.replacer)) as Json;
}
