/** The catalogue of everything that can stop a job: a code, a sentence, a remedy. Words only, no effects. */

/** Every code with its remedy. A remedy begins with a verb and says what the owner does next. */
export const CATALOGUE = {
  INPUT_INVALID: "Fix the inputs named above in the workflow that calls the action.",
  TOKEN_REFUSED:
    "Check that the job's token is passed to the action and has the permissions of the README's table.",
  PUBLISHING_REFUSED:
    "Turn on Settings → Actions → General → “Allow GitHub Actions to create and approve pull requests”, or use an App token.",
  PUSH_REFUSED:
    "Give the job `contents: write`, and allow the token to push `daybreak/**` in the repository's rules.",
  ROADMAP_MISSING:
    "Add a ROADMAP.md to the landing branch; `daybreak lint` checks it, the README shows the dialect.",
  POLICY_INVALID:
    "Fix the lines named above on the default branch: .github/daybreak.yml, your rules beside it, or .claude/settings.json.",
  POLICY_NO_GATE: "Name at least one command under `test:` (or `build:`) in .github/daybreak.yml.",
  MATRIX_INVALID:
    "Look for a secret whose value is part of a milestone's name: GitHub drops an output that contains a masked value.",
  HANDOVER_MISSING:
    "Run the failed jobs again; if it stays, look at the job that should have uploaded the artifact.",
  HANDOVER_INVALID:
    "Run the whole cycle again: an artifact does not fit the version or the milestone it was made for.",
  SANDBOX_UNAVAILABLE:
    "Install bubblewrap on the runner (`sudo apt-get install bubblewrap`) and allow unprivileged user namespaces.",
  BASE_RED:
    "Make the commands named above green on the landing branch; Daybreak begins nothing on a base that is red.",
  SETUP_FAILED: "Fix the command named above under `setup:` in .github/daybreak.yml, or the step it needs.",
  MODEL_UNKNOWN:
    "Choose a model from the README's price table, or add its price under `prices:` in .github/daybreak.yml.",
  MODEL_KEY_MISSING:
    "Add the secret ANTHROPIC_API_KEY to the repository and pass it to the workflow by name.",
  MODEL_KEY_REFUSED: "Replace the secret ANTHROPIC_API_KEY: the model's service refused it.",
  MODEL_SPENDING_CAP: "Raise the spending limit of the model account, or wait until it resets.",
  REVERT_CONFLICT: "Take back first what was built on it, or revert the commit named above by hand.",
  ENGINE_UNAVAILABLE:
    "Install the program named above on the runner, or choose another `engine:` in .github/daybreak.yml.",
  SUBSCRIPTION_TOKEN_MISSING:
    "Run `claude setup-token`, add what it prints as the secret CLAUDE_CODE_OAUTH_TOKEN, and pass it to the workflow by name.",
  SUBSCRIPTION_TOKEN_MISPLACED:
    "Set `engine: { claude: subscription }` and pass the token as `claude-code-oauth-token`, or replace it by an API key.",
  SUBSCRIPTION_WINDOW_CLOSED: "Wait until the window opens again: the next cycle after that carries on.",
  GIT_FAILED: "Read git's message above; run the cycle again once the cause is gone.",
  GITHUB_FAILED:
    "Wait for the next cycle: it looks again and carries on. If it stays, check githubstatus.com.",
  LANDING_NEEDS_PULL_REQUEST:
    "Let Daybreak bypass the rule that demands pull requests, or set `land: pull-request` and merge yourself.",
  LANDING_MERGE_QUEUE:
    "Set `land: pull-request`: a merge queue cannot be driven without merging through pull requests.",
  NOT_SETTLED: "Open an issue with the observation artifact: the cycle kept deciding without coming to rest.",
  NODE_TOO_OLD: "Install Node 22 or newer, or run it through the package's own npm scripts.",
  NOTHING_TO_RESUME:
    "Use the “Run workflow” button to start a cycle that begins something new; the dashboard says where every milestone stands.",
  USAGE: "Run `daybreak --help` for the commands and their options.",
  REPOSITORY_UNREADABLE: "Name a folder that is a git repository with at least one commit.",
  SCRIPT_INVALID: "Fix the script of the scripted model; its format is described in the README.",
  KEEP_IN_USE: "Wait until the other rehearsal on this folder has ended, or name another folder.",
  KEEP_UNREADABLE: "Name an empty folder, or one that an earlier rehearsal left whole.",
  REHEARSAL_STALLED: "Look at the run named above in the --keep folder: a job neither ended nor could start.",
  REPLAY_UNAVAILABLE:
    "Name a published package and two of its versions, as in `--replay minimist@1.2.5..1.2.6`, or a repository and one of its commits, as in `--replay .#HEAD~3`.",
  REPLAY_COMMIT_UNFIT:
    "Choose a commit with exactly one parent: a merge or a first commit is no change of one tree into another.",
  REPLAY_WITHOUT_TESTS:
    "Choose a package whose published files hold its tests, or a commit whose parent has a test command.",
  REPLAY_WITHOUT_DIFFERENCE:
    "Choose versions, or a commit, that differ in more than version, changelog, lock files and protected paths.",
  UNEXPECTED: "Report this as a bug of Daybreak, with the log of the job.",
} as const;

export type Code = keyof typeof CATALOGUE;

/** Where something stands in a file of the owner's. Line and column are 1-based. */
export type Place = { file: string; line: number; column: number };

/** Something wrong in what the owner wrote. A value: everything wrong is reported at once. */
export type Diagnostic = Place & {
  code: string;
  severity: "error" | "warning";
  message: string;
  remedy: string;
};

/** Thrown when a job cannot go on. Anything else that is thrown is a bug. */
export class Failure extends Error {
  readonly code: Code;
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    code: Code,
    message: string,
    rest: { cause?: unknown; diagnostics?: readonly Diagnostic[] } = {},
  ) {
    super(message, rest.cause === undefined ? undefined : { cause: rest.cause });
    this.name = "Failure";
    this.code = code;
    this.diagnostics = rest.diagnostics ?? [];
  }

  get remedy(): string {
    return CATALOGUE[this.code];
  }
}
