/** Reads and rewrites JavaScript, TypeScript, Python and Go with the Lezer parsers. Never runs what it reads. */

import type { Parser } from "@lezer/common";
import { parser as go } from "@lezer/go";
import { parser as javascript } from "@lezer/javascript";
import { parser as python } from "@lezer/python";
import type { Language, Outline } from "#core/court/outline.ts";
import type { Syntax } from "#ports/syntax.ts";
import { type Facts, functionBlock, testBlocks } from "./facts.ts";
import { failingOf } from "./failing.ts";
import { readGo } from "./go.ts";
import { readJavaScript } from "./javascript.ts";
import { mutantsOf } from "./mutants.ts";
import { readPython } from "./python.ts";
import { stubOf } from "./stub.ts";
import { lineAt, readSource, type Source, textOf, unreadable } from "./tree.ts";

type Grammar = {
  language: Language;
  parser: Parser;
  gaps?: readonly RegExp[];
  read: (source: Source) => Facts;
};

/** Right code which the grammar of JavaScript takes for wrong. */
const GAPS = [
  // (x): x is Y =>
  /(?<=\)\s*:\s*)(?:asserts\s+)?[\w$]+\s+is\s+/g,
  // typeof import("x")
  /\btypeof\s+(?=import\()/g,
  // [first: A, second?: B]
  /(?<=[[,]\s*[\w$]+)\?(?=:\s)/g,
  // ({ a } = {}) =>
  /(?<=\(\s*[{[][^()]{0,300}[}\]]\s*)=\s*(?:\{\s*\}|\[\s*\])(?=\s*\)\s*(?::[^()=]{0,80})?=>)/g,
];

/** Right code which the grammar of Python takes for wrong. */
const PYTHON_GAPS = [
  // with (a as b, c as d):
  /(?<=\bwith\s*\((?:[^()]|\((?:[^()]|\([^()]*\)){0,200}\)){0,400})\bas\s+[\w.]+(?=\s*[,)])/g,
  // with a as (b, c):, with a as b.c:, with a as b[0]:
  /(?<=\bwith\b[^\n]{0,300})\bas\s*(?:\([^()\n]*\)|\w+(?:\.\w+|\[[^\]\n]*\])+)(?=\s*[,:])/g,
  // lambda a, /: a
  /,\s*\/(?=\s*[,:])/g,
  // a[*b]
  /(?<=[\w\])]\[\s*)\*(?=\w)/g,
  // @a[0](b), @(a)
  /(?<=^[ \t]*)@(?:[\w.]*\[[^\]\n]*\][^\n]*|\([^\n]*)(?=\n)/gm,
];

const SCRIPT: Grammar = {
  language: "javascript",
  parser: javascript.configure({ dialect: "jsx" }),
  gaps: GAPS,
  read: readJavaScript,
};
const TYPED: Grammar = { ...SCRIPT, parser: javascript.configure({ dialect: "ts" }) };
const TYPED_JSX: Grammar = { ...SCRIPT, parser: javascript.configure({ dialect: "ts jsx" }) };

const GRAMMARS: Record<string, Grammar> = {
  js: SCRIPT,
  mjs: SCRIPT,
  cjs: SCRIPT,
  jsx: SCRIPT,
  ts: TYPED,
  mts: TYPED,
  cts: TYPED,
  tsx: TYPED_JSX,
  py: { language: "python", parser: python, gaps: PYTHON_GAPS, read: readPython },
  go: { language: "go", parser: go, read: readGo },
};

export function createSyntax(): Syntax {
  return {
    outline(path, text) {
      const grammar = grammarOf(path);
      return grammar ? orElse(() => outlineOf(grammar, text), unread(grammar, text)) : null;
    },
    stub(path, text, how, lines) {
      const grammar = grammarOf(path);
      return grammar
        ? orElse(
            () =>
              rewritten(grammar, text, (source, facts) =>
                stubOf(grammar.language, source, facts, { how, lines }),
              ),
            null,
          )
        : null;
    },
    fail(path, text) {
      const grammar = grammarOf(path);
      return grammar
        ? orElse(
            () => rewritten(grammar, text, (source, facts) => failingOf(grammar.language, source, facts)),
            null,
          )
        : null;
    },
    mutants(path, text, lines) {
      const grammar = grammarOf(path);
      if (!grammar) return [];
      const parses = (candidate: string) => readSource(grammar.parser, candidate, grammar.gaps).sound;
      const made = orElse(
        () =>
          rewritten(grammar, text, (source, facts) =>
            mutantsOf(grammar.language, source, facts, { lines, parses }),
          ),
        null,
      );
      return made ?? [];
    },
  };
}

function grammarOf(path: string): Grammar | undefined {
  const extension = /\.([a-z]+)$/.exec(path)?.[1];
  return extension !== undefined && Object.hasOwn(GRAMMARS, extension) ? GRAMMARS[extension] : undefined;
}

/** Text nested deeper than the stack is the one thing that makes a parser throw; then nothing is known of it. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError) return otherwise;
    throw cause;
  }
}

function outlineOf(grammar: Grammar, text: string): Outline {
  const source = readSource(grammar.parser, text, grammar.gaps);
  return outlined(grammar, source, grammar.read(source));
}

function unread(grammar: Grammar, text: string): Outline {
  const source = unreadable(text);
  return outlined(grammar, source, grammar.read(source));
}

function outlined({ language }: Grammar, source: Source, facts: Facts): Outline {
  return {
    language,
    sound: source.sound,
    tests: testBlocks(source, facts),
    functions: facts.functions.map((found) => functionBlock(source, found)),
    calls: facts.calls,
    imports: facts.imports,
    literals: facts.literals,
    readings: facts.readings,
    comments: source.comments.map((node) => ({
      text: textOf(source, node),
      line: lineAt(source, node.from),
    })),
  };
}

/** Only a sound file is rewritten: of another nobody can say what the change means. */
function rewritten<T>(
  grammar: Grammar,
  text: string,
  rewrite: (source: Source, facts: Facts) => T,
): T | null {
  const source = readSource(grammar.parser, text, grammar.gaps);
  return source.sound ? rewrite(source, grammar.read(source)) : null;
}
