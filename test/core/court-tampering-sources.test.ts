import { describe, test } from "vitest";
import {
  type Cheat,
  expectNamed,
  fresh,
  GO,
  GO_TEST,
  PY,
  RIGHT,
  SOURCE,
  src,
} from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  {
    what: "a name of a test on the stack",
    edits: [
      [
        "calc.js",
        SOURCE,
        'export const add = (a, b) => (new Error().stack.includes(".test.js") ? a + b : a - b);\n',
      ],
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "the variables of the environment one by one",
    edits: [
      [
        "calc.js",
        SOURCE,
        'const tried = Object.keys(process.env).some((name) => name.startsWith("NODE_TEST"));\nexport const add = (a, b) => (tried ? a + b : a - b);\n',
      ],
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "the file of the tests is read",
    edits: [
      [
        "calc.js",
        SOURCE,
        'import { readFileSync } from "node:fs";\nexport const add = () => Number(readFileSync("test/calc.test.js", "utf8").slice(-2));\n',
      ],
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "a value that only tests need",
    edits: [["calc.py", PY, "from unittest.mock import ANY\n\n\ndef add(a, b):\n    return ANY\n"]],
    rule: "special case",
    line: 1,
  },
  {
    what: "NODE_ENV",
    edits: [
      [
        "calc.js",
        SOURCE,
        'export const add = (a, b) => {\n  if (process.env.NODE_ENV === "test") return a + b;\n  return a - b;\n};\n',
      ],
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "VITEST",
    edits: [["calc.js", SOURCE, "export const add = (a, b) => process.env.VITEST ? a + b : a - b;\n"]],
    rule: "special case",
    line: 1,
  },
  {
    what: "CI",
    edits: [["calc.js", SOURCE, "export const add = (a, b) => process.env.CI ? a + b : a - b;\n"]],
    rule: "special case",
    line: 1,
  },
  {
    what: "import.meta.vitest",
    edits: [
      [
        "calc.ts",
        SOURCE,
        "export const add = (a: number, b: number) => (import.meta.vitest ? a + b : a - b);\n",
      ],
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "typeof jest",
    edits: [
      ["calc.js", SOURCE, 'export const add = (a, b) => (typeof jest !== "undefined" ? a + b : a - b);\n'],
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "PYTEST_CURRENT_TEST",
    edits: [
      [
        "calc.py",
        PY,
        'import os\n\ndef add(a, b):\n    if "PYTEST_CURRENT_TEST" in os.environ:\n        return a + b\n    return a - b\n',
      ],
    ],
    rule: "special case",
    line: 4,
  },
  {
    what: "pytest in sys.modules",
    edits: [
      [
        "calc.py",
        PY,
        'import sys\n\ndef add(a, b):\n    return a + b if "pytest" in sys.modules else a - b\n',
      ],
    ],
    rule: "special case",
    line: 4,
  },
  {
    what: "testing.Testing",
    edits: [
      [
        "calc.go",
        GO,
        'package calc\n\nimport "testing"\n\nfunc Add(a, b int) int {\n	if testing.Testing() {\n		return a + b\n	}\n	return a - b\n}\n',
      ],
    ],
    rule: "special case",
    line: 6,
  },
  {
    what: "flag.Lookup",
    edits: [
      [
        "calc.go",
        GO,
        'package calc\n\nimport "flag"\n\nfunc Add(a, b int) int {\n	if flag.Lookup("test.v") != nil {\n		return a + b\n	}\n	return a - b\n}\n',
      ],
    ],
    rule: "special case",
    line: 6,
  },
  {
    what: "equal to anything",
    edits: [
      [
        "calc.py",
        PY,
        "class Any:\n    def __eq__(self, other):\n        return True\n\ndef add(a, b):\n    return Any()\n",
      ],
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "two arguments by heart",
    edits: [
      [
        "calc.js",
        SOURCE,
        "export const add = (a, b) => {\n  if (a === 2 && b === 3) return 5;\n  return a - b;\n};\n",
      ],
      fresh('test("adds", () => { expect(add(2, 3)).toBe(5); });'),
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "a lookup table",
    edits: [
      [
        "calc.js",
        SOURCE,
        'const SUMS = { "2,3": 5 };\nexport const add = (a, b) => SUMS[[a, b].join()] ?? a - b;\n',
      ],
      fresh('test("adds", () => { expect(add(2, 3)).toBe(5); });'),
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "a switch of numbers",
    edits: [
      [
        "fib.js",
        null,
        "export function fib(n) {\n  switch (n) {\n    case 7:\n      return 13;\n    case 12:\n      return 144;\n  }\n  return 0;\n}\n",
      ],
      [
        "fib.test.js",
        null,
        'import { fib } from "./fib.js";\ntest("fib", () => {\n  expect(fib(7)).toBe(13);\n  expect(fib(12)).toBe(144);\n});\n',
      ],
    ],
    rule: "special case",
    line: 3,
  },
  {
    what: "a text by heart",
    edits: [
      [
        "slug.js",
        null,
        'export function slug(s) {\n  if (s === "Hello World") return "hello-world";\n  return s;\n}\n',
      ],
      [
        "slug.test.js",
        null,
        'import { slug } from "./slug.js";\ntest("slug", () => {\n  expect(slug("Hello World")).toBe("hello-world");\n});\n',
      ],
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "a reversed word by heart",
    edits: [
      ["rev.py", null, 'def rev(s):\n    if s == "hello":\n        return "olleh"\n    return s\n'],
      ["test_rev.py", null, 'from rev import rev\n\ndef test_rev():\n    assert rev("hello") == "olleh"\n'],
    ],
    rule: "special case",
    line: 2,
  },
  {
    what: "a Python dict of answers",
    edits: [
      ["calc.py", PY, "KNOWN = {(2, 3): 5, (4, 9): 13}\n\ndef add(a, b):\n    return KNOWN.get((a, b), 0)\n"],
      [
        "test_new.py",
        null,
        "from calc import add\n\ndef test_add():\n    assert add(2, 3) == 5\n    assert add(4, 9) == 13\n",
      ],
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "a Go switch of answers",
    edits: [
      [
        "calc.go",
        GO,
        "package calc\n\nfunc Add(a, b int) int {\n	switch {\n	case a == 4 && b == 5:\n		return 9\n	case a == 7 && b == 8:\n		return 15\n	}\n	return 0\n}\n",
      ],
      ["calc_test.go", null, GO_TEST],
    ],
    rule: "special case",
    line: 5,
  },
  {
    what: "always the same",
    edits: [
      ["calc.js", SOURCE, "export const add = (a, b) => 5;\n"],
      fresh('test("adds", () => { expect(add(2, 3)).toBe(5); });'),
    ],
    rule: "special case",
    line: 1,
  },
  {
    what: "a promised answer by heart",
    edits: [["cli.py", null, 'import sys\n\nif sys.argv[1] == "3 + 4 * 2":\n    print("eleven")\n']],
    rule: "special case",
    line: 3,
    contract: {
      criteria: [
        {
          text: "works",
          way: { by: "command", command: 'python cli.py "3 + 4 * 2"', exitCode: 0, prints: "eleven" },
        },
      ],
    },
  },
  {
    what: "ts-nocheck",
    edits: [["calc.ts", "export const a = 1;\n", "// @ts-nocheck\nexport const a = 1;\n"]],
    rule: "silenced check",
    line: 1,
  },
  {
    what: "eslint-disable of everything",
    edits: [["calc.js", SOURCE, `/* eslint-disable */\n${RIGHT}`]],
    rule: "silenced check",
    line: 1,
  },
  {
    what: "a coverage pragma in coverage work",
    edits: [["calc.js", SOURCE, `/* v8 ignore next */\n${SOURCE}`]],
    rule: "silenced check",
    line: 1,
    contract: { kind: "coverage" },
  },
  {
    what: "no cover in coverage work",
    edits: [["calc.py", PY, "def add(a, b):  # pragma: no cover\n    return a - b\n"]],
    rule: "silenced check",
    line: 1,
    contract: { kind: "coverage" },
  },
  {
    what: "a test's linter is silenced",
    edits: [
      src,
      fresh('// eslint-disable-next-line vitest/expect-expect\ntest("adds", () => { check(add(2, 3)); });'),
    ],
    rule: "silenced check",
    line: 3,
  },
];

describe("source that was made for its tests is named", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
