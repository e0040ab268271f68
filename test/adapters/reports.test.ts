import fc from "fast-check";
import { expect, test } from "vitest";
import { readReport } from "#adapters/reports/reports.ts";
import type { ReportFormat } from "#core/court/runner.ts";

const ROOT = "/place";

function read(format: ReportFormat, report: string | null, output = ""): string[] | null {
  const results = readReport({ format }, { output, report }, ROOT);
  return (
    results?.map(
      ({ file, name, outcome, missing, message }) =>
        `${outcome}${missing ? "!" : ""} ${file}: ${name}${message === "" ? "" : ` (${message})`}`,
    ) ?? null
  );
}

const bomb = `<?xml version="1.0"?><!DOCTYPE x [${Array.from({ length: 20 }, (_none, at) => `<!ENTITY a${at + 1} "&a${at};&a${at};">`).join("")}]><testsuites>&a20;</testsuites>`;

test.each<[string, ReportFormat, string | null]>([
  ["nothing", "junit", null],
  ["an empty file", "junit", ""],
  ["words", "junit", "all 12 tests passed"],
  ["another root", "junit", "<html><testsuite/></html>"],
  ["a document cut off", "junit", '<testsuites><testsuite name="a"><testcase name="b"'],
  ["an entity bomb", "junit", bomb],
  ["a document type", "junit", '<!DOCTYPE testsuites SYSTEM "file:///etc/passwd"><testsuites/>'],
  ["suites without end", "junit", `${"<testsuite>".repeat(5_000)}${"</testsuite>".repeat(5_000)}`],
  ["JSON of another kind", "jest-json", '{"testResults":{}}'],
  ["JSON cut off", "jest-json", '{"testResults":['],
  ["more than can be read", "junit", `<testsuites>${" ".repeat(50_000_001)}</testsuites>`],
  ["an exit code alone", "none", "<testsuites/>"],
])("%s is no report", (_name, format, report) => {
  expect(read(format, report)).toBeNull();
});

test("a report of no test is a report", () => {
  expect(read("junit", "<testsuites></testsuites>")).toEqual([]);
  expect(read("junit", '<?xml version="1.0"?>\n<testsuite name="pytest" tests="0"/>')).toEqual([]);
  expect(read("jest-json", '{"testResults":[]}')).toEqual([]);
  expect(read("tap", null, "TAP version 13\n1..0\n")).toEqual([]);
});

test("whatever the bytes are, reading them never throws", () => {
  const formats: ReportFormat[] = ["junit", "tap", "go-json", "jest-json", "none"];
  const pieces = fc.constantFrom(
    ...[
      "<testsuites>",
      "<testsuite name='a'>",
      "<testcase ",
      "name='\u0000'",
      "/>",
      "</testsuites>",
      "<![CDATA[",
      "&#0;",
      "]]>",
    ],
    ...[
      "ok 1 - a\n",
      "not ok 2\n",
      "    ok 1 - b # SKIP\n",
      "  ---\n",
      "  ...\n",
      "1..3\n",
      "Bail out! x\n",
      "# file: ../../x\n",
    ],
    ...[
      '{"Action":"run","Package":"p","Test":"__proto__"}\n',
      '{"Action":"fail","Package":"p"}\n',
      '{"testResults":[',
      "{}",
      "]}",
    ],
  );
  let read = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...formats),
      fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }),
      (format, parts) => {
        const text = parts.join("");
        const results = readReport({ format }, { output: text, report: text }, ROOT);
        if (results !== null && results.length > 0) read += 1;
        for (const { file, message } of results ?? []) {
          expect(file ?? "").not.toMatch(/^(?:\/|\.\.\/)/);
          expect(message.length).toBeLessThanOrEqual(300);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(20);
});

test("a large report is read in seconds", () => {
  const cases = Array.from(
    { length: 20_000 },
    (_none, at) => `<testcase classname="a.test.js" name="t${at}"/>`,
  );
  const report = `<testsuites><testsuite name="a.test.js">${cases.join("")}</testsuite></testsuites>`;
  expect(read("junit", report)).toHaveLength(20_000);
});

test("TAP with subtests, directives, escapes and a wrong plan", () => {
  const output = `a line of the program's own
TAP version 14
# Subtest: outer
    # Subtest: inner
        ok 1 - deep \\# hash # time=3ms
        1..1
    ok 1 - inner
    not ok 2 - wrong
      ---
      error: |-
        one is not two
      ...
    1..2
not ok 1 - outer
ok 2 - later # skip no network
not ok 3 - planned # TODO
ok 4 - todo list of # things
1..6
`;
  expect(read("tap", null, output)).toEqual([
    "passed null: outer > inner > deep # hash",
    "failed null: outer > wrong (one is not two)",
    "skipped null: later (no network)",
    "skipped null: planned",
    "passed null: todo list of # things",
    "error null: the end of the report (planned 6 tests, saw 4)",
  ]);
});

test.each([
  [
    "it bails out",
    "TAP version 13\nok 1 - a\nBail out! no database\n",
    "error null: Bail out! (no database)",
  ],
  [
    "it ends within a test",
    "TAP version 13\n# adds\nok 1 a\n",
    "failed null: adds (the report ends before its plan)",
  ],
  [
    "it ends before any",
    "TAP version 13\n",
    "error null: the end of the report (the report ends before its plan)",
  ],
])("TAP is not green when %s", (_name, output, line) => {
  expect(read("tap", null, output)).toContain(line);
});

test("go's older words for a package that does not compile, for one that panics, and for one that ends itself", () => {
  const output = `# example.com/m/calc [example.com/m/calc.test]
calc/calc_test.go:7:2: undefined: Multiply
FAIL	example.com/m/calc [build failed]
{"Action":"output","Package":"example.com/m/calc","Output":"FAIL\\texample.com/m/calc [build failed]\\n"}
{"Action":"fail","Package":"example.com/m/calc","Elapsed":0}
{"Action":"run","Package":"example.com/m/b","Test":"TestB"}
{"Action":"output","Package":"example.com/m/b","Test":"TestB","Output":"panic: runtime error: index out of range\\n"}
{"Action":"fail","Package":"example.com/m/b","Test":"TestB"}
{"Action":"fail","Package":"example.com/m/b"}
{"Action":"run","Package":"example.com/m/c","Test":"TestC"}
{"Action":"output","Package":"example.com/m/c","Output":"exit status 3\\n"}
{"Action":"fail","Package":"example.com/m/c"}
`;
  expect(read("go-json", null, output)).toEqual([
    "error! calc/calc_test.go: example.com/m/calc (calc/calc_test.go:7:2: undefined: Multiply)",
    "failed null: example.com/m/b > TestB (panic: runtime error: index out of range)",
    "failed null: example.com/m/c > TestC (it did not end)",
  ]);
  expect(read("go-json", null, "go: cannot find main module")).toBeNull();
});

test("a path outside the checkout is no file of it", () => {
  const report = `<testsuites><testcase classname="x" name="a" file="/etc/passwd"/><testcase classname="x" name="b" file="${ROOT}/a/../test/b.js"/></testsuites>`;
  expect(read("junit", report)).toEqual(["passed null: x > a", "passed test/b.js: x > b"]);
});

/** Read in time that grows with their square, or worse, these would take minutes. */
test.each<[string, ReportFormat, string | null, string]>([
  ["comments without end", "junit", `${"<!---->".repeat(2_000)}x`, ""],
  [
    "a path of very many parts",
    "junit",
    `<testsuites><testcase classname="b" name="x" file="${"a.".repeat(100_000)}py"/></testsuites>`,
    "",
  ],
  ["a title of spaces", "tap", null, `ok 1 a${" ".repeat(150_000)}b\n`],
  ["details without end", "tap", null, "ok\n  ---\n".repeat(60_000)],
  ["very many subtests", "tap", null, `${"    ok 1 - a\n".repeat(100_000)}ok 1 - all\n`],
  [
    "very many words of a compiler",
    "go-json",
    null,
    `{"Action":"pass","Package":"p","Test":"t"}\n${"x\n".repeat(200_000)}`,
  ],
])(
  "%s: read in seconds",
  (_name, format, report, output) => {
    const begun = performance.now();
    readReport({ format }, { output, report }, ROOT);
    expect(performance.now() - begun).toBeLessThan(5_000);
  },
  30_000,
);
