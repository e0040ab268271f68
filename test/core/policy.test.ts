import fc from "fast-check";
import { expect, test } from "vitest";
import { ceilingOf, gateCommands, policyFrom, protectedGlobs } from "#core/policy.ts";
import { PolicyFile, policyKeys, policySchema } from "#core/policy-file.ts";

const NOTHING_GIVEN = PolicyFile.parse({});
const DETECTED = { defaultBranch: "trunk", setup: ["npm ci"], build: ["tsc"], test: ["npm test"] };

test("the defaults are the ones the first night is promised", () => {
  const { land, attempts, budget, minutes, milestones, parallel, night, wait } = NOTHING_GIVEN;
  expect({ land, attempts, budget, minutes, milestones, parallel, night, wait }).toEqual({
    land: "next",
    attempts: 2,
    budget: {
      milestone: 5,
      night: 10,
      month: 100,
      tokens: { night: 100_000_000, month: 1_000_000_000 },
      minutes: { night: 600, month: 10_000 },
      "runner-minutes": { night: 1_500, month: 20_000 },
    },
    minutes: 60,
    milestones: 5,
    parallel: 2,
    night: { from: "22:00", to: "06:00", timezone: "UTC" },
    wait: 0,
  });
});

test("what is detected fills what was not given, and nothing else", () => {
  expect(policyFrom(NOTHING_GIVEN, DETECTED)).toMatchObject({
    branch: "daybreak/next",
    "needs-human": "land",
    setup: ["npm ci"],
    test: ["npm test"],
  });
  const trunk = policyFrom(PolicyFile.parse({ land: "main" }), DETECTED);
  expect(trunk).toMatchObject({ branch: "trunk", "needs-human": "hold" });
  const given = PolicyFile.parse({ land: "main", branch: "release", setup: [], test: "make check" });
  expect(policyFrom(given, DETECTED)).toMatchObject({
    branch: "release",
    setup: [],
    build: ["tsc"],
    test: ["make check"],
  });
});

test("the gate builds before it tests, and without commands there is none", () => {
  expect(gateCommands(policyFrom(NOTHING_GIVEN, DETECTED))).toEqual(["tsc", "npm test"]);
  expect(gateCommands({ build: [], test: [] })).toEqual([]);
});

test("workflows, agent instructions, the roadmap, a changelog asked for, and what the owner adds are protected", () => {
  const own = protectedGlobs(PolicyFile.parse({ roadmap: "docs/ROADMAP.md", protected: ["infra/**"] }));
  for (const glob of [".github/**", "**/AGENTS.md", "docs/ROADMAP.md", "infra/**"])
    expect(own).toContain(glob);
  expect(protectedGlobs(PolicyFile.parse({ changelog: "HISTORY.md" }))).toContain("HISTORY.md");
  expect(protectedGlobs(PolicyFile.parse({ changelog: true }))).toContain("CHANGELOG.md");
  expect(protectedGlobs(PolicyFile.parse({ changelog: false }))).not.toContain("CHANGELOG.md");
});

test.each([
  ["ROADMAP.md", true],
  ["docs/plan/ROADMAP.md", true],
  [".roadmap/..a", true],
  ["../ROADMAP.md", false],
  ["docs/../ROADMAP.md", false],
  ["./ROADMAP.md", false],
  ["/etc/passwd", false],
  ["docs/..", false],
  ["", false],
])("a path inside the repository: %j is %s", (roadmap, expected) => {
  expect(PolicyFile.safeParse({ roadmap }).success).toBe(expected);
});

test("the ceilings of all attempts never add up to more than the milestone's budget", () => {
  const cents = fc.integer({ min: 1, max: 10_000_000 }).map((amount) => amount / 100);
  fc.assert(
    fc.property(cents, fc.integer({ min: 1, max: 20 }), (milestone, attempts) => {
      const ceiling = ceilingOf({ budget: { ...NOTHING_GIVEN.budget, milestone }, attempts });
      expect(ceiling * attempts).toBeLessThanOrEqual(milestone + 1e-9);
      expect(ceiling * attempts).toBeGreaterThan(milestone - 0.01 * attempts - 1e-9);
    }),
  );
});

test("every key says what it means, and its default is one the file accepts", () => {
  for (const { key, default: initial, meaning } of policyKeys()) {
    expect(meaning, key).toMatch(/\.$/);
    if (initial === undefined || /^(?:start|opinion)\./.test(key)) continue;
    const written = key.split(".").reduceRight<unknown>((value, name) => ({ [name]: value }), initial);
    expect(PolicyFile.parse(written), key).toEqual(NOTHING_GIVEN);
  }
});

test("what starts the program is a command, and the rest has the defaults it is said to have", () => {
  const said = policyKeys().flatMap(({ key, default: initial }) =>
    key.startsWith("start.") && initial !== undefined ? [[key.slice("start.".length), initial]] : [],
  );
  expect(said.length).toBe(3);
  const { start } = PolicyFile.parse({ start: "npm start" });
  expect(start).toEqual({ command: "npm start", ...Object.fromEntries(said) });
  expect(PolicyFile.parse({ start })).toEqual({ ...NOTHING_GIVEN, start });
});

test("the schema describes the file as it is written, not as it is read", () => {
  expect(policySchema()).toMatchObject({
    additionalProperties: false,
    properties: {
      test: { anyOf: [{}, {}] },
      start: { anyOf: [{ type: "string" }, { required: ["command"], additionalProperties: false }] },
    },
  });
  expect(policySchema().required).toBeUndefined();
});

test.each([
  ["anthropic", { by: "anthropic" }],
  ["claude", { by: "claude", account: "key" }],
  [{ claude: "key" }, { by: "claude", account: "key" }],
  [{ claude: "subscription" }, { by: "claude", account: "subscription" }],
  [{ acp: "claude-agent-acp" }, { by: "acp", command: "claude-agent-acp" }],
  [{ command: "make it" }, { by: "command", command: "make it" }],
  ["codex", null],
  [{ claude: "password" }, null],
  [{ command: "" }, null],
  [{ acp: "one", command: "two" }, null],
  [{}, null],
])("the engine %j is read as %j", (engine, read) => {
  expect(PolicyFile.safeParse({ engine }).data?.engine ?? null).toEqual(read);
});

test("attempts paid by a subscription go one at a time", () => {
  const detected = { defaultBranch: "main", setup: [], build: [], test: [] };
  const parallel = (engine: unknown) =>
    policyFrom(PolicyFile.parse({ engine, parallel: 4 }), detected).parallel;
  expect(parallel("claude")).toBe(4);
  expect(parallel({ claude: "subscription" })).toBe(1);
});
