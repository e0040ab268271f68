/** The parts of the README that the code decides: made here, compared by a test, never written by hand. */

import { RULES } from "#core/court/objection.ts";
import { CATALOGUE, type Code } from "#core/errors.ts";
import { EXPECTED_PART } from "#core/forecast.ts";
import { COURSES, PHASES } from "#core/phases.ts";
import { ceilingOf } from "#core/policy.ts";
import { costOf, PRICES, type Price, priceOf } from "#core/prices.ts";
import { ROADMAP_CATALOGUE, type RoadmapCode } from "#core/roadmap-diagnostics.ts";
import { policyReference } from "#prose/policy.ts";
import { observationOf } from "./observations.ts";
import { FILES, fileAt, isForeign, type Job } from "./workflow-files.ts";

/** What each code means, in words for an owner. A code without a line here does not compile. */
const MEANINGS: Record<Code, string> = {
  INPUT_INVALID: "The workflow hands the action inputs it cannot use; all of them are named.",
  TOKEN_REFUSED: "GitHub does not accept the job's token, or the token may not do what the job needs.",
  PUBLISHING_REFUSED: "GitHub refuses our pull requests. Found out before the first model call.",
  PUSH_REFUSED: "GitHub refuses a push of ours.",
  ROADMAP_MISSING: "The landing branch has no roadmap.",
  POLICY_INVALID: "The policy cannot be read; nothing starts and nothing lands until it can.",
  POLICY_NO_GATE: "No command proves anything: none was given and none was detected.",
  MATRIX_INVALID: "`plan` made a matrix and GitHub did not pass it on.",
  HANDOVER_MISSING: "A job did not find what an earlier one should have left.",
  HANDOVER_INVALID: "A job found something an earlier one of this version would not have left.",
  SANDBOX_UNAVAILABLE: "The sandbox cannot start, or does not confine. Nothing runs without it.",
  BASE_RED: "The landing branch itself is red: what an attempt breaks could not be told apart.",
  SETUP_FAILED: "A command under `setup:` did not exit 0.",
  MODEL_UNKNOWN:
    "The model has no known price, so its cost cannot be capped, or the service does not know it.",
  MODEL_KEY_MISSING: "No key for the model was passed on.",
  MODEL_KEY_REFUSED: "The model's service refuses the key.",
  MODEL_SPENDING_CAP: "The model account has reached its own spending limit.",
  REVERT_CONFLICT: "`daybreak revert`: what landed later stands on what is to be taken back.",
  ENGINE_UNAVAILABLE: "The program that `engine:` names is not on the runner.",
  SUBSCRIPTION_TOKEN_MISSING: "The policy wants a subscription, and no token of one was passed on.",
  SUBSCRIPTION_TOKEN_MISPLACED: "A subscription's token was passed as an API key. It is for `claude` alone.",
  SUBSCRIPTION_WINDOW_CLOSED:
    "The subscription's usage window is used up. The attempt is not counted, and nothing starts before it opens.",
  GIT_FAILED: "Git failed, or nobody answered it.",
  GITHUB_FAILED: "GitHub failed, or did not answer after several tries.",
  LANDING_NEEDS_PULL_REQUEST: "The landing branch may only be changed by pull requests.",
  LANDING_MERGE_QUEUE: "The landing branch has a merge queue.",
  NOT_SETTLED: "A job looked and decided again and again without coming to rest.",
  NODE_TOO_OLD: "`npx github:OWNER/daybreak` runs on an old Node.",
  NOTHING_TO_RESUME: "`daybreak resume` found no interrupted attempt to go on with.",
  USAGE: "The command or one of its options does not exist.",
  REPOSITORY_UNREADABLE: "`--repo` names no git repository with a commit on a branch.",
  SCRIPT_INVALID: "The script of the scripted model is missing or does not fit its format.",
  KEEP_IN_USE: "Another rehearsal is at work in the `--keep` folder.",
  KEEP_UNREADABLE: "The `--keep` folder holds something else, or another kind of rehearsal.",
  REHEARSAL_STALLED: "A rehearsed night came to a halt.",
  REPLAY_UNAVAILABLE:
    "`--replay` names no package with these two versions, or npm cannot fetch them; or there is no such commit.",
  REPLAY_COMMIT_UNFIT: "The commit to replay is a merge, a first commit, or the edge of a shallow clone.",
  REPLAY_WITHOUT_TESTS:
    "The package was published without its tests, or no command tests the commit's parent.",
  REPLAY_WITHOUT_DIFFERENCE: "The two versions, or the commit and its parent, do not differ in code.",
  UNEXPECTED: "A bug: something failed that has no name.",
};

const ROADMAP_MEANINGS: Record<RoadmapCode, string> = {
  ROADMAP_TOO_LARGE: "The file is too large to be read.",
  ROADMAP_UNCLOSED: "A code fence or a comment never ends.",
  ROADMAP_HIDDEN_TEXT: "A milestone holds characters that do not show.",
  ROADMAP_ID_UNREADABLE: "A heading looks like a milestone, and its id is not plain ASCII.",
  ROADMAP_DUPLICATE_ID: "Two milestones have one id.",
  ROADMAP_SLUG_COLLISION: "Two ids differ only in case; as branches they would be one.",
  ROADMAP_UNMARKED: "A milestone has no status.",
  ROADMAP_STATUS_UNREADABLE: "A status line holds no known status.",
  ROADMAP_STATUS_CONFLICT: "A milestone has two different statuses.",
  ROADMAP_FIELD_CONTRADICTS: "A field stands twice and says two things.",
  ROADMAP_FIELD_AMBIGUOUS: "A bullet among the criteria may be a criterion or another field.",
  ROADMAP_NO_OBJECTIVE: "A planned milestone does not say what for.",
  ROADMAP_NO_CRITERIA: "A planned milestone does not say when it is done.",
  ROADMAP_NOTHING_CHECKABLE: "All its criteria are `(manual)` or `(look:)`.",
  ROADMAP_WAY_UNREADABLE: "A bracket such as `(run: …)` cannot be read.",
  ROADMAP_WAY_AMBIGUOUS: "A criterion names two ways of checking.",
  ROADMAP_WAY_NOT_READ: "A criterion holds a command's claim, and says more than the command proves.",
  ROADMAP_UNDRIVABLE: "A criterion wants the program driven, and the policy does not say how to start it.",
  ROADMAP_KIND_UNREADABLE: "`Kind:` names no kind of milestone.",
  ROADMAP_METRIC_UNREADABLE: "`Metric:` is not one command in backticks.",
  ROADMAP_COMPLEXITY_UNREADABLE: "`Complexity:` is not simple, medium or complex.",
  ROADMAP_PATHS_UNREADABLE: "`Touches:` or `Allows:` holds no path, or one outside the repository.",
  ROADMAP_UNKNOWN_DEPENDENCY: "A milestone depends on one that is not there.",
  ROADMAP_SELF_DEPENDENCY: "A milestone depends on itself.",
  ROADMAP_DEPENDENCY_CYCLE: "Milestones wait for each other in a circle.",
};

/** Codes of the policy file. Their remedies name the key and its default, so that no table can hold them. */
export const POLICY_MEANINGS: Readonly<Record<string, string>> = {
  POLICY_YAML: "The file is not plain YAML, or uses an alias.",
  POLICY_VALUE: "A key has a value it cannot have, or stands twice.",
  POLICY_UNKNOWN_KEY: "There is no such key. A close one is named.",
  POLICY_BRANCH: "The landing branch does not exist.",
  POLICY_RULE: "A rule of yours in `.github/daybreak/rules/` cannot be read.",
  POLICY_HOOKS: "A guard in `.claude/settings.json` cannot be read: nothing starts unguarded.",
};

/** Every part between `<!-- generated: NAME -->` and `<!-- end: NAME -->`, by its name. */
function generatedParts(): Record<string, string> {
  return {
    ceiling: ceiling(),
    prices: prices(),
    policy: policyReference(),
    jobs: jobs(),
    rules: table(
      ["Rule", "What it refuses"],
      Object.entries(RULES).map(([rule, meaning]) => [rule, meaning]),
    ),
    phases: table(
      ["", ...PHASES, "buffer", "iterations"],
      Object.entries(COURSES).map(([complexity, { shares, buffer, iterations }]) => [
        complexity,
        ...[...PHASES.map((phase) => shares[phase]), buffer].map((percent) => `${percent} %`),
        String(iterations),
      ]),
    ),
    errors: table(
      ["Code", "Meaning", "What to do"],
      Object.entries(MEANINGS).map(([code, meaning]) => [`\`${code}\``, meaning, CATALOGUE[code as Code]]),
    ),
    "roadmap-errors": table(
      ["Code", "Severity", "Meaning", "What to do"],
      Object.entries(ROADMAP_MEANINGS).map(([code, meaning]) => {
        const [severity, remedy] = ROADMAP_CATALOGUE[code as RoadmapCode];
        return [`\`${code}\``, severity, meaning, remedy];
      }),
    ),
    "policy-errors": table(
      ["Code", "Meaning"],
      Object.entries(POLICY_MEANINGS).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  };
}

/** The README with every generated part as the code has it now. */
export function withGenerated(readme: string): string {
  return Object.entries(generatedParts()).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    if (text.split(begin).length !== 2 || text.split(end).length !== 2)
      throw new Error(`the README must have ${begin} and ${end} once each`);
    const [before = "", rest = ""] = text.split(begin);
    return `${before}${begin}\n\n${part.trim()}\n\n${end}${rest.split(end)[1] ?? ""}`;
  }, readme);
}

/** What the default ceiling of an attempt buys of the default model, counted back by the product's own arithmetic. */
function ceiling(): string {
  const { policy } = observationOf();
  const price = priceOf(policy.model, policy.prices);
  if (price === null) throw new Error(`${policy.model} has no price`);
  const usd = ceilingOf(policy);
  const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const most = (kind: keyof typeof none) => {
    const million = costOf({ ...none, [kind]: 1_000_000 }, price);
    return Math.floor((usd / million) * 1_000_000).toLocaleString("en-US");
  };
  const minutes = policy.minutes / policy.attempts;
  return (
    `An attempt may cost at most **$${usd.toFixed(2)}** and ${minutes} minutes of work ($${policy.budget.milestone} and ` +
    `${policy.minutes} minutes per milestone, shared by ${policy.attempts} attempts); a night at most $${policy.budget.night}, ` +
    `a month $${policy.budget.month}. With \`${policy.model}\`, $${usd.toFixed(2)} is ${most("outputTokens")} tokens of ` +
    `output, or ${most("inputTokens")} tokens of input that no cache holds; and an attempt reads and writes at most ` +
    `${policy.tokens.toLocaleString("en-US")} tokens in all, cached ones included. While fewer than three attempts have ended in a ` +
    `repository, one is expected to use this part of its share: ${expected()}.`
  );
}

function expected(): string {
  return Object.entries(EXPECTED_PART)
    .map(([kind, part]) => `${kind} ${Math.round(part * 100)} %`)
    .join(", ");
}

function prices(): string {
  return table(
    ["Model", "Input", "Output", "Cache write", "Cache read", "Known since", "Source"],
    PRICES.flatMap(({ model, long, since, source, ...rates }) => [
      [`\`${model}\``, ...figures(rates), since, source],
      ...(long
        ? [[`… prompts above ${long.above.toLocaleString("en-US")} tokens`, ...figures(long), since, source]]
        : []),
    ]),
  );
}

function figures({ input, output, cacheWrite, cacheRead }: Omit<Price, "long">): string[] {
  return [input, output, cacheWrite, cacheRead].map(String);
}

/** Jobs in the order of a night. */
const JOBS = [
  ["night.yml", "plan"],
  ["milestone.yml", "work"],
  ["milestone.yml", "verify"],
  ["milestone.yml", "publish"],
  ["landing.yml", "review"],
  ["landing.yml", "verify"],
  ["landing.yml", "land"],
  ["night.yml", "report"],
] as const;

function jobs(): string {
  const rows = JOBS.map(([file, id]) => {
    const job = fileAt(FILES, `.github/workflows/${file}`).workflow.jobs[id];
    if (!job) throw new Error(`${file} has no job ${id}`);
    const foreign = job.steps.some(isForeign) ? "**yes**" : "no";
    return [`\`${id}\``, `\`${file}\``, granted(job), keysOf(job), foreign];
  });
  return table(["Job", "In", "Permissions", "Tokens and secrets", "Runs foreign code"], rows);
}

function granted({ permissions = {} }: Job): string {
  const scopes = (level: string) => Object.keys(permissions).filter((scope) => permissions[scope] === level);
  return ["write", "read"]
    .filter((level) => scopes(level).length > 0)
    .map((level) => `${level}: ${scopes(level).join(", ")}`)
    .join("; ");
}

function keysOf({ steps }: Job): string {
  const text = JSON.stringify(steps);
  const names = [
    ["github.token", "GITHUB_TOKEN"],
    ["secrets.app-private-key", "the App's key"],
    ["secrets.anthropic-api-key", "the model's key"],
    ["secrets.claude-code-oauth-token", "a subscription's token"],
  ] as const;
  return (
    names
      .filter(([mention]) => text.includes(mention))
      .map(([, name]) => name)
      .join(", ") || "none"
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
