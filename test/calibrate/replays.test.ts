/** Published changes before the real court: what their own tests prove lands, and no half of them does. */

import { expect, test } from "vitest";
import { type FileTree, fileTree, textFile } from "#rehearsal/replay/file-tree.ts";
import { needs } from "../support/requirements.ts";
import { judged, type Published, published, type Variant } from "./replay-case.ts";

const PATIENCE = 300_000;

const TINY = { name: "tiny-sum", older: "1.0.0", newer: "1.1.0" };

function version(number: string, source: string, ...cases: readonly string[]): FileTree {
  const tests = cases.map(
    (given) =>
      `test("adds ${given}", () => {\n  assert.equal(sum(${given}), 6);\n  assert.ok(sum(${given}));\n});\n`,
  );
  const head =
    'const test = require("node:test");\nconst assert = require("node:assert");\nconst sum = require("..");\n';
  const manifest = { name: "tiny-sum", version: number, scripts: { test: "node --test" } };
  return fileTree([
    ["package.json", textFile(JSON.stringify(manifest))],
    ["index.js", textFile(source)],
    ["test/sum.test.js", textFile([head, ...tests].join(""))],
  ]);
}

const PAIR = "module.exports = function sum(a, b) {\n  return a + b;\n};\n";
const ALL = "module.exports = function sum(...all) {\n  return all.reduce((a, b) => a + b);\n};\n";
const tiny: Published = {
  older: version("1.0.0", PAIR, "2, 4"),
  newer: version("1.1.0", ALL, "2, 4", "1, 2, 3"),
};

const halves: [Variant, RegExp][] = [
  ["tests only", /^`node --test` exited 1$/],
  ["source only", /^unproven: .*no test was added or changed/],
  ["weakened test", /^weakened test: test\/sum\.test\.js/],
];

test("a made package's change is proven by its own test, red before and green after", {
  timeout: PATIENCE,
}, async () => {
  const { says, because, evidence } = await judged(TINY, tiny);
  expect({ says, because }).toEqual({ says: "proven", because: [] });
  expect(evidence?.proofs).toMatchObject([
    { file: "test/sum.test.js", onBase: "failed", onHead: "passed", missing: false, steady: true },
  ]);
});

test.each(halves)(
  "of a made package's change, %s is refused",
  { timeout: PATIENCE },
  async (variant, because) => {
    const judgement = await judged(TINY, tiny, { variant, kind: "fix" });
    expect(judgement.says).toBe("refused");
    expect(judgement.because.join("\n")).toMatch(new RegExp(because, "m"));
  },
);

test("a test that passes on the older source as well proves nothing", { timeout: PATIENCE }, async () => {
  const newer = version("1.1.0", ALL, "2, 4", "3, 3");
  const { says, because } = await judged(TINY, { ...tiny, newer });
  expect(says).toBe("refused");
  expect(because.join("\n")).toMatch(/unproven: red → green is not shown: .* on the old source/);
});

const MINIMIST = { name: "minimist", older: "1.2.5", newer: "1.2.6" };
const STRINGIFY = "json-stable-stringify";
const registry = needs("the time of a CI run");

registry(
  "minimist 1.2.6 is proven red → green by the test that came with it",
  async () => {
    const { says, because, evidence } = await judged(MINIMIST, published(MINIMIST));
    expect({ says, because }).toEqual({ says: "proven", because: [] });
    expect(evidence?.proofs.some(({ onBase, onHead }) => onBase === "failed" && onHead === "passed")).toBe(
      true,
    );
  },
  PATIENCE,
);

registry(
  "minimist 1.2.6 without its source, without its test, or with a test that says less is refused",
  async () => {
    const trees = published(MINIMIST);
    for (const variant of ["tests only", "source only", "weakened test"] as const) {
      const { says, because } = await judged(MINIMIST, trees, { variant, kind: "fix" });
      expect([variant, says, because.length > 0]).toEqual([variant, "refused", true]);
    }
  },
  PATIENCE,
);

registry(
  "json-stable-stringify 1.1.0 is proven by the test that came with it",
  async () => {
    const versions = { name: STRINGIFY, older: "1.0.2", newer: "1.1.0" };
    const { says, because } = await judged(versions, published(versions));
    expect({ says, because }).toEqual({ says: "proven", because: [] });
  },
  PATIENCE,
);

registry(
  "json-stable-stringify 1.2.1 is refused as unproven: its changed test passes on the older source as well",
  async () => {
    const versions = { name: STRINGIFY, older: "1.2.0", newer: "1.2.1" };
    const { says, because } = await judged(versions, published(versions));
    expect(says).toBe("refused");
    expect(because.join("\n")).toMatch(/unproven: red → green is not shown/);
  },
  PATIENCE,
);
