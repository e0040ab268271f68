import { describe, test } from "vitest";
import { type Cheat, expectNamed, fresh, go, PY_TEST, SOURCE, src } from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  {
    what: "a runner excludes",
    edits: [
      [
        "vitest.config.ts",
        "export default { test: {} };\n",
        'export default { test: { exclude: ["**/calc*"] } };\n',
      ],
    ],
    rule: "runner configuration",
    line: 1,
  },
  {
    what: "a new runner configuration",
    edits: [["jest.config.js", null, 'module.exports = { testPathIgnorePatterns: ["calc"] };\n']],
    rule: "runner configuration",
    line: 1,
  },
  {
    what: "the test script names one file",
    edits: [
      [
        "package.json",
        '{\n  "scripts": { "test": "vitest run" }\n}\n',
        '{\n  "scripts": { "test": "vitest run other.test.js" }\n}\n',
      ],
    ],
    rule: "runner configuration",
    line: 2,
  },
  {
    what: "pytest options",
    edits: [
      [
        "pyproject.toml",
        '[tool.pytest.ini_options]\naddopts = ""\n',
        '[tool.pytest.ini_options]\naddopts = "-k not_add"\n',
      ],
    ],
    rule: "runner configuration",
    line: 2,
  },
  {
    what: "a conftest that leaves tests out",
    edits: [["conftest.py", null, 'collect_ignore = ["test_calc.py"]\n']],
    rule: "runner configuration",
    line: 1,
  },
  {
    what: "a build tag",
    edits: [go("package calc", "//go:build ignore\n\npackage calc")],
    rule: "runner configuration",
    line: 1,
  },
  {
    what: "a recipe that tests less",
    edits: [["Makefile", "test:\n	go test ./...\n", "test:\n	go test ./other\n"]],
    rule: "runner configuration",
    line: 2,
  },
  {
    what: "the type checker leaves tests out",
    edits: [["tsconfig.json", '{\n  "exclude": []\n}\n', '{\n  "exclude": ["**/*.test.ts"]\n}\n']],
    rule: "runner configuration",
    line: 2,
  },
  {
    what: "process.exit in a set-up",
    edits: [["vitest.setup.js", null, "process.exit(0);\n"]],
    rule: "report forged",
    line: 1,
  },
  {
    what: "an exit hook in a test",
    edits: [
      src,
      fresh(
        'process.on("exit", () => { process.exitCode = 0; });\ntest("adds", () => { expect(add(2, 3)).toBe(5); });',
      ),
    ],
    rule: "report forged",
    line: 3,
  },
  {
    what: "os._exit in a conftest",
    edits: [
      ["conftest.py", null, "import os\n\ndef pytest_sessionfinish(session, exitstatus):\n    os._exit(0)\n"],
    ],
    rule: "report forged",
    line: 3,
  },
  {
    what: "pytest_runtest_makereport",
    edits: [
      [
        "conftest.py",
        null,
        'import pytest\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    rep = outcome.get_result()\n    rep.outcome = "passed"\n',
      ],
    ],
    rule: "report forged",
    line: 4,
  },
  {
    what: "TestMain ignores the code",
    edits: [
      [
        "main_test.go",
        null,
        'package calc\n\nimport (\n	"os"\n	"testing"\n)\n\nfunc TestMain(m *testing.M) {\n	m.Run()\n	os.Exit(0)\n}\n',
      ],
    ],
    rule: "report forged",
    line: 10,
  },
  {
    what: "chai is patched",
    edits: [
      ["test/setup.js", null, 'import * as chai from "chai";\nchai.Assertion.prototype.assert = () => {};\n'],
    ],
    rule: "report forged",
    line: 2,
  },
  {
    what: "assert is patched in the source",
    edits: [["calc.js", SOURCE, `import assert from "node:assert";\nassert.equal = () => {};\n${SOURCE}`]],
    rule: "report forged",
    line: 2,
  },
  {
    what: "matchers are replaced",
    edits: [["test/setup.js", null, "expect.extend({ toBe() { return { pass: true }; } });\n"]],
    rule: "report forged",
    line: 1,
  },
  {
    what: "the report is written",
    edits: [
      [
        "test/setup.js",
        null,
        'import { writeFileSync } from "node:fs";\nconst out = process.argv.find((a) => a.startsWith("--outputFile"));\nwriteFileSync(out, "{}");\n',
      ],
    ],
    rule: "report forged",
    line: 2,
  },
  {
    what: "unittest is patched",
    edits: [
      [
        "test_calc.py",
        PY_TEST,
        `import unittest\nunittest.TestCase.assertEqual = lambda *a: None\n${PY_TEST}`,
      ],
    ],
    rule: "report forged",
    line: 2,
  },
];

describe("what runs and judges the tests is not to be touched", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
