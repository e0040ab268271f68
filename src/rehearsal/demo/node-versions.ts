/** M1.5: does more than code. Its workflow file is protected, so a human must decide about it. */

import { bash, done, type Plot, read, turn, write } from "./plot.ts";
import { ciOn } from "./project.ts";

const VERSION = `import { readFileSync } from "node:fs";

export const usage = "version";

const MANIFEST = new URL("../../package.json", import.meta.url);

export function run() {
  const { name, version, engines } = JSON.parse(readFileSync(MANIFEST, "utf8"));
  return name + " " + version + ", Node " + engines.node;
}
`;

const TEST = String.raw`import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/version.js";

test("the version names the Node it needs", () => {
  assert.match(run(), /^notes \d+\.\d+\.\d+, Node >=20$/);
});
`;

export const NODE_VERSIONS: Plot = {
  id: "M1.5",
  section: `### M1.5 — Every supported Node is tested 📝
**Objective:** Say which Node the program needs, and prove it in CI on each of them.
**Acceptance criteria:**
- \`node cli.js version\` prints "Node >=20"
- CI runs on all of them (file: .github/workflows/ci.yml contains "node: [20, 22, 24]")
`,
  attempts: [
    [
      turn(
        "The supported range stands in package.json; CI tests its lower end only.",
        read("package.json"),
        read(".github/workflows/ci.yml"),
      ),
      turn(
        "A version command for people, and a matrix for CI.",
        write("src/commands/version.js", VERSION),
        write("test/version.test.js", TEST),
        write(".github/workflows/ci.yml", ciOn([20, 22, 24])),
        bash("node test/version.test.js"),
      ),
      turn(
        "Green here. CI itself can only be seen once the workflow is in place.",
        done("`version` says which Node is needed, and CI runs the tests on Node 20, 22 and 24."),
      ),
    ],
  ],
};
