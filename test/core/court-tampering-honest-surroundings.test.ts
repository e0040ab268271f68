import { describe, test } from "vitest";
import { type Change, created, expectLeftAlone, src, to } from "./court-tampering-change.ts";

const CHANGES: Change[] = [
  {
    what: "a collaborator is mocked",
    edits: [
      to("ui.js", "a", "b"),
      created(
        "ui.test.js",
        'import { vi, test, expect } from "vitest";\nimport { load } from "./api.js";\nimport { render } from "./ui.js";\nvi.mock("./api.js");\ntest("shows", async () => {\n  load.mockResolvedValue("Ada");\n  expect(await render()).toBe("<b>Ada</b>");\n});\n',
      ),
    ],
  },
  {
    what: "a changed collaborator is mocked",
    edits: [
      to("ui.js", "export const render = 1", "export const render = 2"),
      to("api.js", "export const load = 1", "export const load = 2"),
      created(
        "ui.test.js",
        'import { render } from "./ui.js";\nvi.mock("./api.js", () => ({ load: () => "Ada" }));\ntest("shows", () => {\n  expect(render()).toBe("<b>Ada</b>");\n});\n',
      ),
    ],
  },
  {
    what: "a package is mocked",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\nvi.mock("node:fs");\ntest("adds", () => {\n  expect(add(2, 3)).toBe(5);\n});\n',
      ),
    ],
  },
  {
    what: "process.exit is watched",
    edits: [
      src,
      created(
        "b.test.js",
        'import { main } from "./main.js";\ntest("ends", () => {\n  const exit = vi.spyOn(process, "exit").mockImplementation(() => {});\n  main(["--help"]);\n  expect(exit).toHaveBeenCalledWith(0);\n});\n',
      ),
    ],
  },
  {
    what: "requests are patched in Python",
    edits: [
      created("api.py", "import requests\n\ndef load(url):\n    return requests.get(url).json()\n"),
      created(
        "test_api.py",
        'import api\n\ndef test_load(monkeypatch):\n    monkeypatch.setattr(api.requests, "get", lambda url: Fake({"a": 7}))\n    assert api.load("x") == {"a": 7}\n',
      ),
    ],
  },
  {
    what: "a threshold rises",
    edits: [
      to(
        "vitest.config.ts",
        "export default {\n  test: {\n    coverage: {\n      thresholds: {\n        lines: 80,\n      },\n    },\n  },\n};\n",
        "export default {\n  test: {\n    coverage: {\n      thresholds: {\n        lines: 95,\n      },\n    },\n  },\n};\n",
      ),
    ],
  },
  {
    what: "fail_under rises",
    edits: [
      to(
        "pyproject.toml",
        "[tool.coverage.report]\nfail_under = 80\n",
        "[tool.coverage.report]\nfail_under = 90\n",
      ),
    ],
  },
  {
    what: "a time limit rises, as declared",
    edits: [
      to(
        "vitest.config.ts",
        "export default { test: { testTimeout: 5000 } };\n",
        "export default { test: { testTimeout: 30000 } };\n",
      ),
    ],
    contract: { allows: ["vitest.config.ts"] },
  },
  {
    what: "a declared change of the configuration",
    edits: [
      to(
        "vitest.config.ts",
        "export default { test: {} };\n",
        'export default { test: { environment: "jsdom" } };\n',
      ),
    ],
    contract: { allows: ["vitest.config.ts"] },
  },
  {
    what: "a dependency and a version",
    edits: [
      to(
        "package.json",
        '{\n  "version": "1.0.0",\n  "scripts": { "test": "vitest run" },\n  "dependencies": {}\n}\n',
        '{\n  "version": "1.1.0",\n  "scripts": { "test": "vitest run", "start": "node main.js" },\n  "dependencies": { "zod": "4.0.0" }\n}\n',
      ),
    ],
  },
  {
    what: "the first test script",
    edits: [
      to(
        "package.json",
        '{ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }',
        '{ "scripts": { "test": "node --test" } }',
      ),
    ],
  },
  {
    what: "the runner is set up as asked",
    edits: [created("vitest.config.ts", "export default { test: { include: ['test/**'] } };\n")],
    contract: { objective: "Set up Vitest." },
  },
  {
    what: "fixtures in a conftest",
    edits: [
      to(
        "conftest.py",
        "import pytest\n",
        "import pytest\n\n@pytest.fixture\ndef user():\n    return {'name': 'Ada'}\n",
      ),
    ],
  },
  {
    what: "another target in a Makefile",
    edits: [
      to("Makefile", "test:\n	go test ./...\n", "test:\n	go test ./...\n\nclean:\n	-rm -rf build\n"),
    ],
  },
  {
    what: "tidying up may fail",
    edits: [to("scripts/deploy.sh", "set -e\n", "set -e\ndocker rm -f old || true\n")],
  },
  {
    what: "an exit code is kept",
    edits: [
      to("scripts/test.sh", "set -e\npytest\n", "set +e\npytest\ncode=$?\ndocker stop db\nexit $code\n"),
    ],
  },
  {
    what: "TestMain passes the code on",
    edits: [
      created(
        "main_test.go",
        'package a\n\nimport (\n	"os"\n	"testing"\n)\n\nfunc TestMain(m *testing.M) {\n	start()\n	code := m.Run()\n	stop()\n	os.Exit(code)\n}\n',
      ),
    ],
  },
  {
    what: "a Go helper process",
    edits: [
      created(
        "exec_test.go",
        'package a\n\nimport (\n	"os"\n	"testing"\n)\n\nfunc TestRun(t *testing.T) {\n	if os.Getenv("GO_WANT_HELPER_PROCESS") == "1" {\n		os.Exit(0)\n	}\n	if got := Run(7); got != 8 {\n		t.Fatal(got)\n	}\n}\n',
      ),
    ],
  },
  {
    what: "a folder is removed at the end",
    edits: [
      src,
      created(
        "b.test.js",
        'import { add } from "./calc.js";\nprocess.on("exit", () => fs.rmSync(folder, { recursive: true }));\ntest("adds", () => {\n  expect(add(2, 3)).toBe(5);\n});\n',
      ),
    ],
  },
  {
    what: "a script of tests ends red",
    edits: [
      src,
      created(
        "test/plain.js",
        'import { add } from "../calc.js";\nif (add(2, 3) !== 5) {\n  console.error("wrong");\n  process.exit(1);\n}\n',
      ),
    ],
  },
  {
    what: "unittest's main",
    edits: [
      created(
        "test_a.py",
        'import sys\nimport unittest\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(3), 7)\n\nif __name__ == "__main__":\n    sys.exit(unittest.main())\n',
      ),
    ],
  },
  {
    what: "a matcher is added",
    edits: [
      created(
        "test/setup.js",
        "expect.extend({ toBeWithin(n, a, b) { return { pass: n >= a && n <= b, message: () => String(n) }; } });\n",
      ),
    ],
  },
  {
    what: "a program that ends itself",
    edits: [
      created(
        "cli.js",
        'if (process.argv.includes("--help")) {\n  console.log("usage");\n  process.exit(0);\n}\n',
      ),
    ],
  },
];

describe("an honest change around tests is left alone", () => {
  test.each(CHANGES)("$what", expectLeftAlone);
});
