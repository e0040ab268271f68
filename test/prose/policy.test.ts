import { expect, test } from "vitest";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { policyFrom } from "#core/policy.ts";
import { policyReference, sayPolicy } from "#prose/policy.ts";

const DETECTED = { defaultBranch: "main", setup: ["npm ci"], build: [], test: ["npm test"] };

function said(text: string | null): string {
  const { policy, given, diagnostics } = readPolicyFile(text, "daybreak.yml");
  expect(diagnostics).toEqual([]);
  return sayPolicy(policyFrom(policy, DETECTED), given).join("\n");
}

test("a cycle begins by saying every rule in force, and whose it is", () => {
  expect(said(null)).toMatchInlineSnapshot(`
    "land: next (default)
    branch: daybreak/next (detected)
    roadmap: ROADMAP.md (default)
    attempts: 2 (default)
    budget: milestone $5, night $10, month $100, tokens (night 100000000, month 1000000000), minutes (night 600, month 10000), runner-minutes (night 1500, month 20000) (default)
    minutes: 60 (default)
    tokens: 4000000 (default)
    turns: 150 (default)
    milestones: 5 (default)
    parallel: 2 (default)
    night: from 22:00, to 06:00, timezone UTC (default)
    setup: \`npm ci\` (detected)
    build: none (detected)
    test: \`npm test\` (detected)
    tests: \`**/test/**\`, \`**/tests/**\`, \`**/__tests__/**\`, \`**/__snapshots__/**\`, \`**/testdata/**\`, \`**/spec/**\`, \`**/*.test.*\`, \`**/*.spec.*\`, \`**/test.*\`, \`**/test_*.py\`, \`**/*_test.py\`, \`**/*_test.go\` (default)
    start: none (default)
    flakes: none (default)
    hold-outs: none (default)
    checks: none (default)
    wait: 0 (default)
    after-landing: none (default)
    stuck: 60 (default)
    protected: none (default)
    limits: files 100, lines 5000, bytes 4000000 (default)
    needs-human: land (default)
    changelog: CHANGELOG.md, if it exists (detected)
    conventions: CONVENTIONS.md (default)
    engine: anthropic (default)
    model: claude-opus-5-5 (default)
    effort: medium (default)
    prices: none (default)
    verify: minutes 20 (default)
    opinion: false (default)
    review-minutes: 30 (default)
    message: \`{id}: {title}\` (default)"
  `);
});

test("what the owner wrote is not marked", () => {
  const text =
    "test: [npm test, npm run lint]\nbudget: {night: 12.5}\nchangelog: false\nmessage: 'feat: {title}'\n" +
    "prices: {own: {input: 1, output: 2, cache-write: 0, cache-read: 0}}\n";
  const unmarked = said(text)
    .split("\n")
    .filter((line) => !line.endsWith(")") || line.startsWith("prices"));
  expect(unmarked.join("\n")).toMatchInlineSnapshot(`
    "test: \`npm test\`, \`npm run lint\`
    changelog: false
    prices: own (input 1, output 2, cache-write 0, cache-read 0)
    message: \`feat: {title}\`"
  `);
});

test("a command of several lines is said in one", () => {
  expect(said("setup: |\n  cd app\n  npm ci\n")).toContain("\nsetup: `cd app ⏎ npm ci`\n");
});

test("the reference has a line for every key", () => {
  expect(policyReference()).toMatchInlineSnapshot(`
    "| Key | Default | Meaning |
    | --- | --- | --- |
    | \`land\` | \`next\` | \`next\` lands proven milestones on \`daybreak/next\` and keeps one promotion pull request for you; \`main\` lands them on the landing branch; \`pull-request\` merges nothing. |
    | \`branch\` |  | The landing branch, if it is not the default branch. Not with \`land: next\`. |
    | \`roadmap\` | \`ROADMAP.md\` | Path of the roadmap. |
    | \`attempts\` | \`2\` | Attempts per milestone before a human is asked. |
    | \`budget\` |  | Hard ceilings, in US dollars where no unit is named. Set aside before work starts. |
    | \`budget.milestone\` | \`5\` | US dollars per milestone, over all its attempts. |
    | \`budget.night\` | \`10\` | US dollars per night. |
    | \`budget.month\` | \`100\` | US dollars per calendar month. |
    | \`budget.tokens\` |  | Hard ceilings in tokens, read and written. |
    | \`budget.tokens.milestone\` |  | Model tokens per milestone, over all its attempts. As many as they may use, if not given. |
    | \`budget.tokens.night\` | \`100000000\` | Model tokens per night. |
    | \`budget.tokens.month\` | \`1000000000\` | Model tokens per calendar month. |
    | \`budget.minutes\` |  | Hard ceilings in minutes of work. |
    | \`budget.minutes.night\` | \`600\` | Minutes of work, of all attempts together, per night. |
    | \`budget.minutes.month\` | \`10000\` | Minutes of work, of all attempts together, per calendar month. |
    | \`budget.runner-minutes\` |  | Hard ceilings in minutes of runners: work, verification, landing and report. |
    | \`budget.runner-minutes.night\` | \`1500\` | Minutes of runners per night. |
    | \`budget.runner-minutes.month\` | \`20000\` | Minutes of runners per calendar month. |
    | \`minutes\` | \`60\` | Minutes of work per milestone, over all its attempts. |
    | \`tokens\` | \`4000000\` | Model tokens per attempt, read and written. |
    | \`turns\` | \`150\` | Model turns per attempt. |
    | \`milestones\` | \`5\` | Milestones started per night. |
    | \`parallel\` | \`2\` | Attempts at the same time. One while the roadmap declares no dependency at all. |
    | \`night\` |  | The hours in which paid work may start. |
    | \`night.from\` | \`"22:00"\` | When a night begins. |
    | \`night.to\` | \`"06:00"\` | When it ends. The same time as \`from\`: a night lasts all day. |
    | \`night.timezone\` | \`UTC\` | An IANA name such as Europe/Vienna. |
    | \`setup\` |  | Commands that prepare a checkout, with network. Detected if not given. |
    | \`build\` |  | Gate commands that build. Detected if not given. |
    | \`test\` |  | Gate commands that test. Detected if not given. |
    | \`tests\` | \`["**/test/**","**/tests/**","**/__tests__/**","**/__snapshots__/**","**/testdata/**","**/spec/**","**/*.test.*","**/*.spec.*","**/test.*","**/test_*.py","**/*_test.py","**/*_test.go"]\` | Globs of test files. |
    | \`start\` |  | How to start the program that criteria drive. Left out: nothing can be driven. |
    | \`start.command\` |  | Starts the program and stays. \`PORT\` tells it where to listen. |
    | \`start.port\` | \`8080\` | Where it listens. |
    | \`start.ready\` | \`/\` | The path that answers once it is up. |
    | \`start.seconds\` | \`60\` | How long it may take to come up. |
    | \`flakes\` | \`[]\` | Tests known to be unstable, by full name or by part of it: they prove nothing and break nothing. |
    | \`hold-outs\` |  | A branch whose files are laid over the checkout for checks that the engine never sees. |
    | \`checks\` | \`[]\` | Required checks beyond the repository's rules. |
    | \`wait\` | \`0\` | Minutes \`land\` waits for running checks, 0 on private repositories. What runs longer belongs to the next cycle. |
    | \`after-landing\` | \`[]\` | Workflow files that \`land\` starts on the landing branch after a landing, where GITHUB_TOKEN is all it has. Red ones stop landing. |
    | \`stuck\` | \`60\` | Minutes after which a required check that has not ended is called stuck. |
    | \`protected\` | \`[]\` | Further globs no milestone may change. |
    | \`limits\` |  | The largest change a milestone may make. |
    | \`limits.files\` | \`100\` | Changed files per milestone. |
    | \`limits.lines\` | \`5000\` | Changed lines per milestone. |
    | \`limits.bytes\` | \`4000000\` | Bytes of changed files per milestone. |
    | \`needs-human\` |  | What becomes of a proven patch with a criterion no machine can check. \`land\` with \`land: next\`, else \`hold\`, if not given. |
    | \`changelog\` |  | The changelog to keep: true, false or its path. Kept if CHANGELOG.md exists. |
    | \`conventions\` | \`CONVENTIONS.md\` | A file of conventions for the engine, if it exists. |
    | \`engine\` |  | What works on a milestone: \`anthropic\` (the built-in loop), \`claude\` (\`claude -p\`), or one of the keys below. |
    | \`engine.claude\` |  | \`claude -p\`: by your API key, as \`engine: claude\` says too, or by your subscription. That one has no dollars: tokens and minutes cap it, and attempts go one at a time. |
    | \`engine.acp\` |  | Command line of an agent that speaks the Agent Client Protocol, such as \`claude-agent-acp\`. |
    | \`engine.command\` |  | Any command line: the brief comes on standard input, the checkout is its folder. Exit code 0: it is done; 20: its last line is a question to you. |
    | \`model\` | \`claude-opus-5-5\` | The engine's model. |
    | \`effort\` | \`medium\` | How hard the model thinks before it acts. |
    | \`prices\` | \`{}\` | US dollars per million tokens, for models the built-in table does not know. |
    | \`verify\` |  | The most \`verify\` may take. |
    | \`verify.minutes\` | \`20\` | Minutes for all of its commands together. |
    | \`opinion\` |  | A model's second look at contract, change and evidence before a landing. It can only veto. |
    | \`opinion.model\` |  | The model that is asked. The engine's own if not given. |
    | \`opinion.budget\` | \`1\` | US dollars for one opinion. |
    | \`review-minutes\` | \`30\` | Nothing new starts while more estimated review minutes than this wait for the owner. |
    | \`message\` | \`"{id}: {title}"\` | First line of a milestone's commit; {id} and {title} are filled in. |
    "
  `);
});
