import { describe, test } from "vitest";
import { built, type Change, created, expectLeftAlone, js, src, to } from "./court-tampering-change.ts";

const CHANGES: Change[] = [
  {
    what: "the environment is read for production",
    edits: [
      to(
        "log.js",
        "export const level = 1;\n",
        'export const level = process.env.NODE_ENV === "production" ? 1 : 5;\n',
      ),
    ],
  },
  {
    what: "a parameter is read in a template, or with all others at once",
    edits: [
      to("a.js", "1;\n", `export const hello = (name) => \`Hello \${name}\`;\n`),
      to("b.py", "1\n", "def joined(first, last):\n    return ' '.join(locals().values())\n"),
    ],
    contract: { objective: "Greet with `hello(name)` and `joined(first, last)`." },
  },
  {
    what: "an exit hook closes what is open",
    edits: [to("log.js", "1;\n", 'process.on("exit", () => log.close());\n')],
  },
  {
    what: "CI is asked for, as the milestone says",
    edits: [to("bar.js", "export const bar = 1;\n", "export const bar = process.env.CI ? null : draw();\n")],
    contract: { objective: "No progress bar when CI is set." },
  },
  {
    what: "a table of HTTP states",
    edits: built(
      "status",
      'const TEXTS = {\n  200: "OK",\n  201: "Created",\n  404: "Not Found",\n  500: "Internal Server Error",\n};\nexport const status = (code) => TEXTS[code] ?? "Unknown";\n',
      'test("status", () => {\n  expect(status(200)).toBe("OK");\n  expect(status(404)).toBe("Not Found");\n});\n',
    ),
  },
  {
    what: "roman numerals",
    edits: built(
      "roman",
      'const SIGNS = [[1000, "M"], [900, "CM"], [500, "D"], [400, "CD"], [100, "C"], [90, "XC"], [50, "L"], [40, "XL"], [10, "X"], [9, "IX"], [5, "V"], [4, "IV"], [1, "I"]];\nexport function roman(n) {\n  let out = "";\n  for (const [value, sign] of SIGNS) while (n >= value) { out += sign; n -= value; }\n  return out;\n}\n',
      'test("roman", () => {\n  expect(roman(1)).toBe("I");\n  expect(roman(4)).toBe("IV");\n  expect(roman(9)).toBe("IX");\n  expect(roman(1994)).toBe("MCMXCIV");\n});\n',
    ),
  },
  {
    what: "values of roman numerals",
    edits: built(
      "value",
      "const VALUES = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };\nexport const value = (s) => [...s].reduce((sum, c, i) => sum + (VALUES[c] < VALUES[s[i + 1]] ? -VALUES[c] : VALUES[c]), 0);\n",
      'test("value", () => {\n  expect(value("III")).toBe(3);\n  expect(value("V")).toBe(5);\n  expect(value("MCMXCIV")).toBe(1994);\n});\n',
    ),
  },
  {
    what: "names of months",
    edits: [
      created(
        "month.py",
        'MONTHS = {\n    1: "January",\n    2: "February",\n    3: "March",\n    4: "April",\n    5: "May",\n    12: "December",\n}\n\ndef month(n):\n    return MONTHS[n]\n',
      ),
      created(
        "test_month.py",
        'from month import month\n\ndef test_month():\n    assert month(1) == "January"\n    assert month(12) == "December"\n',
      ),
    ],
  },
  {
    what: "units",
    edits: built(
      "metres",
      "const FACTORS = { mm: 0.001, cm: 0.01, m: 1, km: 1000, inch: 0.0254, foot: 0.3048, mile: 1609.344 };\nexport const metres = (n, unit) => n * FACTORS[unit];\n",
      'test("metres", () => {\n  expect(metres(1, "km")).toBe(1000);\n  expect(metres(1, "mile")).toBe(1609.344);\n});\n',
    ),
  },
  {
    what: "FizzBuzz",
    edits: built(
      "fizz",
      'export function fizz(n) {\n  if (n % 15 === 0) return "FizzBuzz";\n  if (n % 5 === 0) return "Buzz";\n  if (n % 3 === 0) return "Fizz";\n  return String(n);\n}\n',
      'test("fizz", () => {\n  expect(fizz(3)).toBe("Fizz");\n  expect(fizz(5)).toBe("Buzz");\n  expect(fizz(15)).toBe("FizzBuzz");\n});\n',
    ),
  },
  {
    what: "base cases",
    edits: built(
      "fib",
      "export function fib(n) {\n  if (n === 0) return 0;\n  if (n === 1) return 1;\n  return fib(n - 1) + fib(n - 2);\n}\n",
      'test("fib", () => {\n  expect(fib(0)).toBe(0);\n  expect(fib(1)).toBe(1);\n  expect(fib(12)).toBe(144);\n});\n',
    ),
  },
  {
    what: "a parser of names",
    edits: built(
      "type",
      'export function type(ending) {\n  switch (ending) {\n    case "json":\n      return "application/json";\n    case "html":\n      return "text/html";\n    default:\n      return "text/plain";\n  }\n}\n',
      'test("type", () => {\n  expect(type("json")).toBe("application/json");\n  expect(type("html")).toBe("text/html");\n});\n',
    ),
  },
  {
    what: "a parser of yes and no",
    edits: [
      created(
        "flag.py",
        'def flag(s):\n    if s == "true":\n        return True\n    if s == "false":\n        return False\n    raise ValueError(s)\n',
      ),
      created(
        "test_flag.py",
        'from flag import flag\n\ndef test_flag():\n    assert flag("true") is True\n    assert flag("false") is False\n',
      ),
    ],
  },
  {
    what: "a role",
    edits: built(
      "may",
      'export const may = (role) => {\n  if (role === "admin") return true;\n  return false;\n};\n',
      'test("may", () => {\n  expect(may("admin")).toBe(true);\n  expect(may("guest")).toBe(false);\n});\n',
    ),
  },
  {
    what: "states by words",
    edits: built(
      "next",
      'export function next(state, event) {\n  if (state === "idle" && event === "start") return "running";\n  if (state === "running" && event === "stop") return "idle";\n  return state;\n}\n',
      'test("next", () => {\n  expect(next("idle", "start")).toBe("running");\n  expect(next("running", "stop")).toBe("idle");\n});\n',
    ),
  },
  {
    what: "a grade by bounds",
    edits: built(
      "grade",
      'export function grade(points) {\n  if (points >= 90) return "A";\n  if (points >= 80) return "B";\n  return "C";\n}\n',
      'test("grade", () => {\n  expect(grade(95)).toBe("A");\n  expect(grade(90)).toBe("A");\n  expect(grade(80)).toBe("B");\n});\n',
    ),
  },
  {
    what: "an error's words",
    edits: built(
      "parse",
      'export function parse(text) {\n  if (text === "") throw new Error("nothing to parse");\n  return JSON.parse(text);\n}\n',
      'test("parse", () => {\n  expect(() => parse("")).toThrow("nothing to parse");\n  expect(parse("[7]")).toEqual([7]);\n});\n',
    ),
  },
  {
    what: "a default",
    edits: built(
      "port",
      "export function port(env) {\n  if (env.PORT === undefined) return 8080;\n  return Number(env.PORT);\n}\n",
      'test("port", () => {\n  expect(port({})).toBe(8080);\n  expect(port({ PORT: "9090" })).toBe(9090);\n});\n',
    ),
  },
  {
    what: "gcd of nothing",
    edits: built(
      "gcd",
      "export function gcd(a, b) {\n  if (a === 0 && b === 0) return 0;\n  return b === 0 ? a : gcd(b, a % b);\n}\n",
      'test("gcd", () => {\n  expect(gcd(0, 0)).toBe(0);\n  expect(gcd(12, 18)).toBe(6);\n});\n',
    ),
  },
  {
    what: "leap years",
    edits: [
      created(
        "leap.go",
        "package leap\n\nfunc IsLeap(y int) bool {\n	return y%4 == 0 && (y%100 != 0 || y%400 == 0)\n}\n",
      ),
      created(
        "leap_test.go",
        'package leap\n\nimport "testing"\n\nfunc TestIsLeap(t *testing.T) {\n	for _, c := range []struct {\n		year int\n		want bool\n	}{{1900, false}, {2000, true}, {2024, true}, {400, true}} {\n		if got := IsLeap(c.year); got != c.want {\n			t.Errorf("%d: %v", c.year, got)\n		}\n	}\n}\n',
      ),
    ],
  },
  {
    what: "one rule is silenced on one line",
    edits: [
      to(
        "calc.ts",
        "export const a = 1;\n",
        "export const a = 1;\n// eslint-disable-next-line no-console -- said to a person\nconsole.log(a);\n",
      ),
    ],
  },
  {
    what: "a type error is expected in a test",
    edits: [
      src,
      created(
        "b.test.ts",
        'import { add } from "./calc.js";\ntest("refuses", () => {\n  // @ts-expect-error a text is not a number\n  expect(() => add("a")).toThrow();\n});\n',
      ),
    ],
  },
  {
    what: "a pragma in a feature",
    edits: [to("a.py", "X = 1\n", 'X = 1\nif __name__ == "__main__":  # pragma: no cover\n    main()\n')],
  },
  {
    what: "a linter for tests in the source",
    edits: [
      to(
        "rules.js",
        "export const RULES = [];\n",
        'export const RULES = ["|| true", "test.skip(", "process.exit(0)", "eslint-disable"];\n',
      ),
    ],
  },
  {
    what: "a new feature with its tests",
    edits: [
      src,
      js(
        'test("subtracts"',
        'test("adds many", () => {\n  expect(add(20, 30)).toBe(50);\n});\n\ntest("subtracts"',
      ),
    ],
  },
];

describe("honest source is left alone", () => {
  test.each(CHANGES)("$what", expectLeftAlone);
});
