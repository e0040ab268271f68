import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { aWorld, onPush, settled } from "./runner-host.ts";

const rubbish: string[] = [];

afterAll(() => {
  for (const folder of rubbish) rmSync(folder, { recursive: true, force: true });
});

/** A directory that stands for `acme/tool`. */
function aPackage(files: Record<string, string>): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "daybreak-package-"));
  rubbish.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text.replaceAll("%{{", "${{"));
  }
  return { "Acme/Tool": folder };
}

const ACTION = `
name: tool
inputs:
  job: { required: true }
  github-token: { default: "%{{ github.token }}" }
  needed: { required: true }
outputs: { said: { description: what } }
runs: { using: node24, main: main.cjs, post: post.cjs, post-if: success() }
`;

const MAIN = `
const { appendFileSync } = require("node:fs");
const names = Object.keys(process.env).filter((name) => /^(ACTIONS_|INPUT_)/.test(name)).sort();
console.log(names.join(" "));
appendFileSync(process.env.GITHUB_OUTPUT, "said=" + process.env.INPUT_JOB + " " + process.env.GITHUB_ACTION_REPOSITORY + "\\n");
appendFileSync(process.env.GITHUB_STATE, "kept=for later\\n");
`;

test("JavaScript actions of a package: inputs, defaults, outputs, state and post, also through `$/` and a composite action", async () => {
  const packages = aPackage({
    "action.yml": ACTION,
    "main.cjs": MAIN,
    "post.cjs": `console.log("post has " + process.env.STATE_kept);`,
    ".github/workflows/reusable.yml": `
on: { workflow_call: { outputs: { said: { value: "%{{ jobs.inner.outputs.said }}" } } } }
jobs:
  inner:
    runs-on: x
    outputs: { said: "%{{ steps.act.outputs.said }}" }
    steps:
      - id: act
        uses: $/
        with: { job: plan, needed: yes }
`,
  });
  await using world = await aWorld({
    packages,
    files: {
      ".github/actions/setup/action.yml": `
name: setup
inputs: { word: { default: hello } }
outputs: { word: { value: "\${{ steps.a.outputs.word }}" } }
runs:
  using: composite
  steps:
    - id: a
      shell: bash
      run: echo "word=$WORD" >> "$GITHUB_OUTPUT"; test -f "$GITHUB_ACTION_PATH/action.yml"
      env: { WORD: "\${{ inputs.word }}" }
    - if: failure()
      shell: bash
      run: exit 7
`,
      ".github/actions/slow/action.yml": `
runs:
  using: composite
  steps:
    - { shell: bash, run: exec sleep 60 }
    - { shell: bash, run: echo never }
`,
      ...onPush(`
  direct:
    runs-on: x
    steps:
      - uses: actions/checkout@v7
      - uses: acme/tool@v1
        with: { job: work }
      - id: setup
        uses: ./.github/actions/setup
      - run: test '%{{ steps.setup.outputs.word }}' = hello
      - { id: slow, uses: ./.github/actions/slow, timeout-minutes: 0.003, continue-on-error: true }
      - run: test '%{{ steps.slow.outcome }}' = failure
  call: { uses: acme/tool/.github/workflows/reusable.yml@v1 }
  after:
    needs: call
    runs-on: x
    steps: [{ run: "test '%{{ needs.call.outputs.said }}' = 'plan Acme/Tool'" }]
`),
    },
  });
  expect(await settled(world)).toEqual(["after: success", "call / inner: success", "direct: success"]);
  const log = world.log(1, "direct");
  expect(log).toContain("warning: Input required and not supplied: needed");
  expect(log).toContain(
    "ACTIONS_CACHE_URL ACTIONS_RESULTS_URL ACTIONS_RUNTIME_TOKEN INPUT_GITHUB-TOKEN INPUT_JOB",
  );
  expect(log).toContain("post has for later");
  expect(log).not.toContain("never");
});

test("an action that is neither built in nor a package is refused by name", async () => {
  await using world = await aWorld({
    files: onPush(
      "  build: { runs-on: x, steps: [{ uses: actions/cache@v4 }, { if: always(), uses: docker://alpine }] }",
    ),
  });
  expect(await settled(world)).toEqual(["build: failure"]);
  expect(world.log(1, "build")).toContain("actions/cache@v4: this action is not known to the local runner");
  expect(world.log(1, "build")).toContain("docker://alpine");
});

test("reusable workflows nest, get secrets by name only, and lower what their caller granted", async () => {
  const packages = aPackage({
    ".github/workflows/outer.yml": `
on:
  workflow_call:
    inputs: { size: { type: number, default: 3 }, loud: { type: boolean, default: true } }
    secrets: { KEY: { required: true } }
    outputs: { seen: { value: "%{{ jobs.middle.outputs.seen }}" } }
permissions: { contents: read }
jobs:
  middle:
    strategy: { matrix: { leg: [a] } }
    uses: ./.github/workflows/inner.yml
    with: { text: "%{{ inputs.size + 0 == 3 && inputs.loud && matrix.leg }}" }
    secrets: inherit
`.replace(" + 0", ""),
    ".github/workflows/inner.yml": `
on:
  workflow_call:
    inputs: { text: { type: string, required: true } }
    outputs: { seen: { value: "%{{ jobs.deep.outputs.seen }}" } }
jobs:
  deep:
    runs-on: x
    permissions: {}
    outputs: { seen: "%{{ steps.look.outputs.seen }}" }
    steps:
      - id: look
        env: { KEY: "%{{ secrets.KEY }}", OTHER: "%{{ secrets.OTHER }}", TOP: "%{{ env.TOP }}" }
        run: echo "seen=\${#KEY} \${#OTHER} \${#TOP} %{{ inputs.text }} %{{ github.workflow }}" >> "$GITHUB_OUTPUT"
  plain: { runs-on: x, steps: [{ run: "true" }] }
`,
  });
  await using world = await aWorld({
    packages,
    secrets: { REAL: "12345", OTHER: "not for you" },
    files: onPush(
      `
  caller:
    permissions: { contents: write, issues: read }
    uses: ACME/tool/.github/workflows/outer.yml@main
    secrets: { KEY: "%{{ secrets.REAL }}" }
  after:
    needs: caller
    runs-on: x
    steps: [{ run: "test '%{{ needs.caller.outputs.seen }}' = '5 0 0 a CI'" }]
`,
      "env: { TOP: up }",
    ),
  });
  const granted: unknown[] = [];
  const set = world.tokens.set.bind(world.tokens);
  world.tokens.set = (token, grant) => {
    if (grant.kind === "github-token") granted.push(grant.permissions);
    return set(token, grant);
  };
  expect(await settled(world)).toEqual([
    "after: success",
    "caller / middle (a) / deep: success",
    "caller / middle (a) / plain: success",
  ]);
  expect(granted).toEqual([{}, { contents: "read" }, { contents: "read", packages: "read" }]);
});

test("a called workflow that asks for more than its caller has stops the run before any job", async () => {
  const packages = aPackage({
    ".github/workflows/greedy.yml": `
on: { workflow_call: { secrets: { KEY: { required: true } } } }
jobs: { take: { permissions: { contents: write }, runs-on: x, steps: [{ run: "true" }] } }
`,
  });
  await using world = await aWorld({
    packages,
    files: onPush(`
  first: { runs-on: x, steps: [{ run: "true" }] }
  call: { permissions: { contents: read }, uses: acme/tool/.github/workflows/greedy.yml@v1, with: { odd: 1 } }
`),
  });
  expect(await settled(world)).toEqual([]);
  expect(world.runs[0]).toMatchObject({ status: "completed", conclusion: "failure" });
  const log = world.log(1, "run");
  expect(log).toContain(
    "The nested job 'take' is requesting 'contents: write', but is only allowed 'contents: read'",
  );
  expect(log).toContain("secret KEY is required, but not provided while calling");
  expect(log).toContain("Invalid input, odd is not defined in the referenced workflow");
});
