import { describe, expect, test } from "vitest";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { PolicyFile } from "#core/policy-file.ts";

const DEFAULTS = PolicyFile.parse({});

/** One line per diagnostic: `line:column CODE message → remedy`. */
function read(text: string): string {
  const { policy, given, diagnostics } = readPolicyFile(text, ".github/daybreak.yml");
  if (diagnostics.length > 0) expect({ policy, given }).toEqual({ policy: DEFAULTS, given: new Set() });
  return diagnostics
    .map(({ line, column, code, message, remedy }) => `${line}:${column} ${code} ${message} → ${remedy}`)
    .join("\n");
}

test.each([
  ["no file", null],
  ["an empty file", ""],
  ["a file of comments", "# later\n"],
  ["an empty mapping", "{}\n"],
])("%s means every default", (_, text) => {
  const { policy, given, diagnostics } = readPolicyFile(text, "daybreak.yml");
  expect({ policy, given, diagnostics }).toEqual({ policy: DEFAULTS, given: new Set(), diagnostics: [] });
});

test("what is given replaces the default, and only that", () => {
  const text =
    "\uFEFFland: pull-request\r\nbudget:\r\n  night: 20\r\ntest: npm test\r\nnight: {from: 23:00}\r\n";
  const { policy, given, diagnostics } = readPolicyFile(text, "daybreak.yml");
  expect(diagnostics).toEqual([]);
  expect([...given]).toEqual(["land", "budget", "test", "night"]);
  expect(policy).toEqual({
    ...DEFAULTS,
    land: "pull-request",
    budget: { ...DEFAULTS.budget, night: 20 },
    test: ["npm test"],
    night: { from: "23:00", to: "06:00", timezone: "UTC" },
  });
});

test("everything wrong is said at once, at its place, in the order of the file", () => {
  const text = `land: nowhere
atempts: 3
budget:
  night: lots
  yearly: 5
night: {from: 25:00, timezone: Mars/Olympus}
parallel: 1.5
milestones: 0
attempts: 21
roadmap: ../ROADMAP.md
test: [npm test, 7]
build: ""
limits:
prices: {own-model: {input: 1}}
`;
  expect(read(text)).toMatchInlineSnapshot(`
    "1:7 POLICY_VALUE \`land\` must be \`next\` or \`main\` or \`pull-request\`, not "nowhere" → Change it, or remove it: the default is \`next\`.
    2:1 POLICY_UNKNOWN_KEY there is no \`atempts\`; did you mean \`attempts\`? → Write \`attempts\`, or remove it.
    4:10 POLICY_VALUE \`budget.night\` must be a number, not "lots" → Change it, or remove it: the default is \`10\`.
    5:3 POLICY_UNKNOWN_KEY there is no \`budget.yearly\` → Remove it; the README's policy reference lists every key.
    6:15 POLICY_VALUE \`night.from\` must be a time of day such as 22:00, not "25:00" → Change it, or remove it: the default is \`22:00\`.
    6:32 POLICY_VALUE \`night.timezone\` must be the name of a time zone, such as Europe/Vienna, not "Mars/Olympus" → Change it, or remove it: the default is \`UTC\`.
    7:11 POLICY_VALUE \`parallel\` must be a whole number, not 1.5 → Change it, or remove it: the default is \`2\`.
    8:13 POLICY_VALUE \`milestones\` must be at least 1, not 0 → Change it, or remove it: the default is \`5\`.
    9:11 POLICY_VALUE \`attempts\` must be at most 20, not 21 → Change it, or remove it: the default is \`2\`.
    10:10 POLICY_VALUE \`roadmap\` must be a path inside the repository, such as docs/ROADMAP.md, not "../ROADMAP.md" → Change it, or remove it: the default is \`ROADMAP.md\`.
    11:7 POLICY_VALUE \`test\` must be a command, or a list of commands, not ["npm test",7] → Change it, or remove it.
    12:8 POLICY_VALUE \`build\` must be more than nothing, not "" → Change it, or remove it.
    13:8 POLICY_VALUE \`limits\` must be a mapping of keys to values, and is empty → Change it, or remove it.
    14:21 POLICY_VALUE \`prices.own-model.output\` must be a number, and is missing → Change it, or remove it.
    14:21 POLICY_VALUE \`prices.own-model.cache-write\` must be a number, and is missing → Change it, or remove it.
    14:21 POLICY_VALUE \`prices.own-model.cache-read\` must be a number, and is missing → Change it, or remove it."
  `);
});

describe("how the program is started", () => {
  test.each([
    ["start: npm start", { command: "npm start", port: 8080, ready: "/", seconds: 60 }],
    ["start: {command: npm start}", { command: "npm start", port: 8080, ready: "/", seconds: 60 }],
    [
      "start:\n  command: npm start\n  port: 3000\n  ready: /health\n  seconds: 9\n",
      { command: "npm start", port: 3000, ready: "/health", seconds: 9 },
    ],
  ])("%j", (text, start) => {
    const { policy, diagnostics } = readPolicyFile(text, "daybreak.yml");
    expect({ start: policy.start, diagnostics }).toEqual({ start, diagnostics: [] });
  });

  test("every mistake in it is said at its own place", () => {
    const text =
      "start:\n  port: http\n  ready: health\n  seconds: 0\n  prot: 1\nflakes: [7]\nhold-outs: ''\n";
    expect([text, "start: [a]", "start:", "start: ''"].map(read).join("\n")).toMatchInlineSnapshot(`
      "2:3 POLICY_VALUE \`start.command\` must be text, and is missing → Change it, or remove it.
      2:9 POLICY_VALUE \`start.port\` must be a number, not "http" → Change it, or remove it: the default is \`8080\`.
      3:10 POLICY_VALUE \`start.ready\` must be a path such as /health, not "health" → Change it, or remove it: the default is \`/\`.
      4:12 POLICY_VALUE \`start.seconds\` must be at least 1, not 0 → Change it, or remove it: the default is \`60\`.
      5:3 POLICY_UNKNOWN_KEY there is no \`start.prot\` → Remove it; the README's policy reference lists every key.
      6:10 POLICY_VALUE \`flakes.0\` must be text, not 7 → Change it, or remove it.
      7:12 POLICY_VALUE \`hold-outs\` must be more than nothing, not "" → Change it, or remove it.
      1:8 POLICY_VALUE \`start\` must be a command, or a mapping with a command, port, ready and seconds, not ["a"] → Change it, or remove it.
      1:7 POLICY_VALUE \`start\` must be a command, or a mapping with a command, port, ready and seconds, and is empty → Change it, or remove it.
      1:8 POLICY_VALUE \`start\` must be more than nothing, not "" → Change it, or remove it."
    `);
  });
});

describe("a key that does not exist", () => {
  test.each([
    ["timezone: UTC", "night.timezone"],
    ["needs_human: hold", "needs-human"],
    ["reviewMinutes: 3", "review-minutes"],
    ["budgets: {night: 3}", "budget"],
    ["budget: {moth: 3}", "budget.month"],
    ["nigth: {from: 21:00}", "night"],
    ["start: {command: a, second: 3}", "start.seconds"],
    ["holdouts: secret", "hold-outs"],
  ])("%s leads to `%s`", (text, meant) => {
    expect(read(text)).toContain(`did you mean \`${meant}\`?`);
  });

  test("that resembles nothing is sent to the reference", () => {
    expect(read("colour: red\n__proto__: 1")).toMatchInlineSnapshot(`
      "1:1 POLICY_UNKNOWN_KEY there is no \`colour\` → Remove it; the README's policy reference lists every key.
      2:1 POLICY_UNKNOWN_KEY there is no \`__proto__\` → Remove it; the README's policy reference lists every key."
    `);
  });
});

test("what comes later says so", () => {
  expect(read("opinion: on\nplatforms: {}")).toMatchInlineSnapshot(`
    "1:10 POLICY_VALUE \`opinion\` must be false, or a mapping with model and budget, not "on" → Change it, or remove it.
    2:1 POLICY_UNKNOWN_KEY \`platforms\` comes with a later version of Daybreak → Remove it until then."
  `);
});

test("a branch of one's own and the rolling one exclude each other", () => {
  expect(read("land: next\nbranch: develop")).toMatchInlineSnapshot(
    `"2:9 POLICY_VALUE \`branch\` must be left out beside \`land: next\`, which has a branch of its own (\`land: main\` lands on it), not "develop" → Change it, or remove it."`,
  );
  expect(read("branch: develop")).toContain("land: main");
  expect(read("land: main\nbranch: develop")).toBe("");
});

describe("text that is not a policy", () => {
  test.each([
    ["a list", "- land: main", "1:1 POLICY_VALUE the policy must be a mapping"],
    ["a word", "main", "1:1 POLICY_VALUE the policy must be a mapping"],
    ["two documents", "land: main\n---\nland: main", "2:1 POLICY_YAML"],
    ["a tab", "budget:\n\tnight: 3", "2:1 POLICY_YAML Tabs are not allowed"],
    ["an open bracket", "test: [npm test", "1:16 POLICY_YAML"],
    ["an unknown tag", "test: !!js/function 'x'", "1:7 POLICY_YAML Unresolved tag"],
    ["an alias without an anchor", "test: *nowhere", "1:7 POLICY_YAML `*nowhere` is an alias"],
  ])("%s is refused at its place", (_, text, expected) => {
    expect(read(text).slice(0, expected.length)).toBe(expected);
  });

  test("aliases are refused before they multiply", () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `k${level + 1}: &a${level + 1} [*a${level}, *a${level}]`,
    );
    expect(read(["k0: &a0 [x]", ...levels].join("\n")).split("\n")[0]).toBe(
      "2:10 POLICY_YAML `*a0` is an alias, and a policy has none → Write the value itself.",
    );
  });

  test("brackets without end are refused, not followed", () => {
    expect(read("[".repeat(100_000))).toContain("POLICY_YAML");
  });

  test("a key that stands twice does not hide what else is wrong", () => {
    expect(read("land: main\nland: main\nattempts: many")).toMatchInlineSnapshot(`
      "2:1 POLICY_VALUE \`land\` stands here a second time → Keep one of the two.
      3:11 POLICY_VALUE \`attempts\` must be a number, not "many" → Change it, or remove it: the default is \`2\`."
    `);
  });
});
