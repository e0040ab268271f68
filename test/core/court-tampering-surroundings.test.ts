import { describe, test } from "vitest";
import { type Cheat, expectNamed, fresh, js, PY, py, RIGHT, SOURCE, src } from "./court-tampering-change.ts";

const CHEATS: Cheat[] = [
  {
    what: "the folder of the tests is looked for",
    edits: [
      [
        "calc.py",
        PY,
        'import os\n\n\ndef add(a, b):\n    return a + b if os.path.isdir("tests") else a - b\n',
      ],
    ],
    rule: "special case",
    line: 5,
  },
  {
    what: "a parameter the milestone names is never looked at",
    edits: [["calc.js", SOURCE, "export function add(a, b) {\n  return a + 3;\n}\n"]],
    rule: "special case",
    line: 1,
    contract: { objective: "Sums are right, as `add(a, b)`." },
  },
  {
    what: "an exit hook of a source that says all went well",
    edits: [["calc.js", SOURCE, `${SOURCE}process.on("exit", () => {\n  process.exitCode = 0;\n});\n`]],
    rule: "report forged",
    line: 3,
  },
  {
    what: "a test that assigns another function to its subject",
    edits: [
      ["calc.js", SOURCE, RIGHT],
      [
        "calc.test.js",
        null,
        'import * as calc from "./calc.js";\ntest("adds", () => {\n  calc.add = (a, b) => a + b;\n  expect(calc.add(2, 3)).toBe(5);\n});\n',
      ],
    ],
    rule: "subject mocked",
    line: 3,
  },
  {
    what: "vi.mock of the subject",
    edits: [
      src,
      fresh(
        'vi.mock("./calc.js", () => ({ add: () => 5 }));\ntest("adds", () => { expect(add(2, 3)).toBe(5); });',
      ),
    ],
    rule: "subject mocked",
    line: 3,
  },
  {
    what: "jest.mock in the test named after it",
    edits: [
      src,
      js("import { add", 'jest.mock("./calc.js", () => ({ add: () => 5, sub: () => 2 }));\nimport { add'),
    ],
    rule: "subject mocked",
    line: 2,
  },
  {
    what: "spyOn of the subject",
    edits: [
      src,
      fresh(
        'test("adds", () => {\n  vi.spyOn(calc, "add").mockReturnValue(5);\n  expect(calc.add(2, 3)).toBe(5);\n});',
      ),
    ],
    rule: "subject mocked",
    line: 4,
  },
  {
    what: "mock.patch of the subject",
    edits: [
      ["calc.py", PY, PY],
      [
        "test_new.py",
        null,
        'import calc\n\ndef test_new(monkeypatch):\n    monkeypatch.setattr(calc, "add", lambda a, b: 5)\n    assert calc.add(2, 3) == 5\n',
      ],
    ],
    rule: "subject mocked",
    line: 4,
  },
  {
    what: "the test brings its own subject",
    edits: [
      src,
      [
        "new.test.js",
        null,
        'import { test, expect } from "vitest";\nconst add = (a, b) => a + b;\ntest("adds", () => { expect(add(2, 3)).toBe(5); });\n',
      ],
    ],
    rule: "subject mocked",
    line: 2,
  },
  {
    what: "a coverage threshold falls",
    edits: [
      [
        "vitest.config.ts",
        "export default {\n  test: { coverage: { thresholds: { lines: 90 } } },\n};\n",
        "export default {\n  test: { coverage: { thresholds: { lines: 10 } } },\n};\n",
      ],
    ],
    rule: "lowered threshold",
    line: 2,
  },
  {
    what: "a coverage threshold vanishes",
    edits: [
      [
        "package.json",
        '{\n  "jest": { "coverageThreshold": { "global": { "branches": 80 } } }\n}\n',
        '{\n  "jest": {}\n}\n',
      ],
    ],
    rule: "lowered threshold",
    line: null,
  },
  {
    what: "fail_under falls",
    edits: [
      [
        "pyproject.toml",
        "[tool.coverage.report]\nfail_under = 95\n",
        "[tool.coverage.report]\nfail_under = 5\n",
      ],
    ],
    rule: "lowered threshold",
    line: 2,
  },
  {
    what: "--cov-fail-under falls",
    edits: [["Makefile", "test:\n	pytest --cov-fail-under=90\n", "test:\n	pytest --cov-fail-under=1\n"]],
    rule: "lowered threshold",
    line: 2,
  },
  {
    what: "max-warnings rises",
    edits: [
      [
        "package.json",
        '{\n  "scripts": { "lint": "eslint --max-warnings 0" }\n}\n',
        '{\n  "scripts": { "lint": "eslint --max-warnings 999" }\n}\n',
      ],
    ],
    rule: "lowered threshold",
    line: 2,
  },
  {
    what: "a retry option",
    edits: [src, fresh('test("adds", { retry: 5 }, () => { expect(add(2, 3)).toBe(5); });')],
    rule: "hidden flake",
    line: 3,
  },
  {
    what: "jest.retryTimes",
    edits: [src, js('\ntest("adds"', '\njest.retryTimes(3);\ntest("adds"')],
    rule: "hidden flake",
    line: 4,
  },
  {
    what: "this.retries",
    edits: [src, js('test("adds", () => {', 'test("adds", function () {\n  this.retries(4);')],
    rule: "hidden flake",
    line: 5,
  },
  {
    what: "flaky mark",
    edits: [py("def test_add", "@pytest.mark.flaky(reruns=5)\ndef test_add")],
    rule: "hidden flake",
    line: 10,
  },
  {
    what: "a loop that leaves at the first good answer",
    edits: [
      src,
      py(
        "    assert add(2, 3) == 5",
        '    for _ in range(9):\n        if add(2, 3) == 5:\n            break\n    else:\n        pytest.fail("never")',
      ),
    ],
    rule: "hidden flake",
    line: 10,
  },
  {
    what: "a poll of what cannot change",
    edits: [src, fresh('test("adds", async () => { await expect.poll(() => add(2, 3)).toBe(5); });')],
    rule: "hidden flake",
    line: 3,
  },
  {
    what: "a loop until it holds",
    edits: [
      src,
      js(
        "  expect(add(2, 3)).toBe(5);",
        "  for (let i = 0; i < 9; i++) {\n    try {\n      expect(add(2, 3)).toBe(5);\n      break;\n    } catch { continue; }\n  }",
      ),
    ],
    rule: "hidden flake",
    line: 4,
  },
  {
    what: "|| true in a script",
    edits: [
      [
        "package.json",
        '{\n  "scripts": { "test": "vitest run" }\n}\n',
        '{\n  "scripts": { "test": "vitest run || true" }\n}\n',
      ],
    ],
    rule: "forced success",
    line: 2,
  },
  {
    what: "exit 0 after the tests",
    edits: [
      [
        "package.json",
        '{\n  "scripts": { "test": "vitest run" }\n}\n',
        '{\n  "scripts": { "test": "vitest run; exit 0" }\n}\n',
      ],
    ],
    rule: "forced success",
    line: 2,
  },
  {
    what: "a dash in a recipe",
    edits: [["Makefile", "test:\n	go test ./...\n", "test:\n	-go test ./...\n"]],
    rule: "forced success",
    line: 2,
  },
  {
    what: "passWithNoTests",
    edits: [
      [
        "vitest.config.ts",
        "export default { test: {} };\n",
        "export default { test: { passWithNoTests: true } };\n",
      ],
    ],
    rule: "forced success",
    line: 1,
  },
  {
    what: "continue-on-error",
    edits: [
      [
        ".github/workflows/ci.yml",
        "steps:\n  - run: npm test\n",
        "steps:\n  - run: npm test\n    continue-on-error: true\n",
      ],
    ],
    rule: "forced success",
    line: 3,
  },
  {
    what: "set +e in the test script",
    edits: [["scripts/test.sh", "set -e\npytest\n", "set +e\npytest\n"]],
    rule: "forced success",
    line: 1,
  },
];

describe("what hides a failure is named", () => {
  test.each(CHEATS)("$rule: $what", expectNamed);
});
