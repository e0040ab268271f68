import { describe, expect, test } from "vitest";
import {
  actionOf,
  calledBy,
  duty,
  expectEachToHold,
  FILES,
  fileAt,
  hole,
  type Job,
  jobsOf,
  type Permissions,
  type Rule,
  type Standing,
  type WorkflowFile,
} from "../support/workflow-files.ts";

const NIGHT = ".github/workflows/night.yml";
const MILESTONE = ".github/workflows/milestone.yml";
const LANDING = ".github/workflows/landing.yml";

/** What each job may do: the table of the design. Whatever is not named is `none`. */
const TABLE: Record<string, Permissions> = {
  "night.yml plan": {
    contents: "write",
    "pull-requests": "write",
    issues: "read",
    checks: "read",
    statuses: "read",
    actions: "read",
  },
  "night.yml baseline": { contents: "read" },
  "milestone.yml work": { contents: "read" },
  "milestone.yml verify": { contents: "read" },
  "milestone.yml publish": {
    contents: "write",
    "pull-requests": "write",
    issues: "write",
    statuses: "write",
    actions: "write",
  },
  "landing.yml review": {
    contents: "write",
    "pull-requests": "write",
    issues: "write",
    statuses: "write",
    checks: "read",
    actions: "read",
  },
  "landing.yml verify": { contents: "read" },
  "landing.yml opinion": { contents: "read" },
  "landing.yml land": {
    contents: "write",
    "pull-requests": "write",
    issues: "write",
    statuses: "write",
    actions: "write",
    checks: "read",
  },
  "night.yml report": {
    issues: "write",
    contents: "write",
    "pull-requests": "read",
    checks: "read",
    statuses: "read",
    actions: "read",
  },
  "ci.yml verify": { contents: "read" },
};

/** Jobs that may hold the App's private key, for the token they mint. */
const WITH_APP_KEY = ["plan", "publish", "review", "land"];

/** Jobs that may speak to a model; neither holds a write permission. */
const WITH_MODEL_KEY = ["milestone.yml work", "landing.yml opinion"];

const RANK = { none: 0, read: 1, write: 2 } as const;

/** The greatest of each permission. */
function union(all: readonly Permissions[]): Permissions {
  const most: Permissions = {};
  for (const [scope, level] of all.flatMap((one) => Object.entries(one)))
    if (RANK[level] > RANK[most[scope] ?? "none"]) most[scope] = level;
  return most;
}

/** What a job needs: its own permissions, or those of all jobs of the workflow it calls. */
function needed(job: Job, files: readonly WorkflowFile[]): Permissions {
  const called = calledBy(job);
  if (called === null) return job.permissions ?? {};
  return union(Object.values(fileAt(files, called).workflow.jobs).map((inner) => needed(inner, files)));
}

/** In one order, so that two can be compared as text. */
function told(permissions: Permissions | undefined): string {
  if (permissions === undefined) return "whatever the repository grants";
  const parts = Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`);
  return parts.toSorted().join(", ") || "nothing";
}

function mayWrite({ job }: Standing): boolean {
  return Object.values(job.permissions ?? {}).includes("write");
}

function mentions(job: Job, what: RegExp): boolean {
  return what.test(JSON.stringify(job.steps));
}

const GRANTS: Rule[] = [
  {
    rule: "a workflow grants nothing by itself",
    judge: (files) =>
      files.flatMap(({ path, workflow: { permissions } }) =>
        told(permissions) === "nothing" ? [] : [`${path} grants ${told(permissions)}`],
      ),
    planted: { path: NIGHT, from: "permissions: {}\n", to: "" },
    says: "night.yml grants whatever the repository grants",
  },
  {
    rule: "a job may do exactly what the table says",
    judge: (files) => {
      const standing = jobsOf(files).filter(({ job }) => !job.uses);
      return [
        ...standing
          .filter(({ at, job }) => told(job.permissions) !== told(TABLE[at]))
          .map(({ at, job }) => `${at} may ${told(job.permissions)}`),
        ...Object.keys(TABLE)
          .filter((at) => !standing.some((one) => one.at === at))
          .map((at) => `${at} is missing`),
      ];
    },
    planted: { path: LANDING, from: "contents: read", to: "contents: write" },
    says: "landing.yml verify may contents: write",
  },
  {
    rule: "a calling job grants exactly what the jobs it calls need together",
    judge: (files) =>
      jobsOf(files)
        .filter(({ job }) => job.uses && told(job.permissions) !== told(needed(job, files)))
        .map(
          ({ at, job }) =>
            `${at} grants ${told(job.permissions)} where ${told(needed(job, files))} is needed`,
        ),
    planted: { path: "workflows-examples/loop.yml", from: "checks: read", to: "checks: write" },
    says: "loop.yml night grants actions: write, checks: write",
  },
  {
    rule: "every calling job calls a workflow that stands here",
    judge: (files) =>
      jobsOf(files)
        .filter(({ job }) => job.uses && calledBy(job) === null)
        .map(({ at, job }) => `${at} calls ${job.uses}`),
    planted: { path: NIGHT, from: "./.github/workflows/landing.yml", to: "a/b/.github/workflows/c.yml@v1" },
    says: "night.yml landing calls a/b/.github/workflows/c.yml@v1",
  },
  {
    rule: "nobody can mint an identity",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job }) =>
        "id-token" in (job.permissions ?? {}) ? [`${at} has id-token`] : [],
      ),
    planted: { path: MILESTONE, from: "contents: read", to: "id-token: write" },
    says: "milestone.yml work has id-token",
  },
];

const WALLS: Rule[] = [
  {
    rule: "a job that may write anything runs no foreign code and checks nothing out",
    judge: (files) =>
      jobsOf(files)
        .filter(mayWrite)
        .flatMap(({ at, job }) =>
          job.steps
            .filter(
              (step) =>
                !["plan", "publish", "review", "land", "report"].includes(duty(step) ?? "") &&
                !/^actions\/(create-github-app-token|(up|down)load-artifact)$/.test(actionOf(step)),
            )
            .map((step) => `${at} may write, and runs ${step.run ?? duty(step) ?? actionOf(step)}`),
        ),
    planted: { path: NIGHT, from: "job: report", to: "job: verify" },
    says: "night.yml report may write, and runs verify",
  },
  {
    rule: "foreign code is handed no token",
    judge: (files) =>
      jobsOf(files)
        .filter((standing) => !mayWrite(standing))
        .filter(({ job }) =>
          mentions(
            job,
            /(?<!claude-code-oauth-)token"|github\.token|secrets\.(?!(?:anthropic-api-key|claude-code-oauth-token)\b)|create-github-app-token/i,
          ),
        )
        .map(({ at }) => `${at} is handed a token`),
    planted: {
      path: MILESTONE,
      from: "          job: verify\n",
      to: `          job: verify\n          token: ${hole("github.token")}\n`,
    },
    says: "milestone.yml verify is handed a token",
  },
  {
    rule: "only `work` and `opinion` see the model's key",
    judge: (files) =>
      jobsOf(files)
        .filter(({ at, job }) => !WITH_MODEL_KEY.includes(at) && mentions(job, /anthropic/i))
        .map(({ at }) => `${at} sees the model's key`),
    planted: {
      path: LANDING,
      from: "          job: verify\n",
      to: `          job: verify\n          anthropic-api-key: ${hole("secrets.anthropic-api-key")}\n`,
    },
    says: "landing.yml verify sees the model's key",
  },
  {
    rule: "only `work` sees the token of a subscription",
    judge: (files) =>
      jobsOf(files)
        .filter(({ at, job }) => at !== "milestone.yml work" && mentions(job, /claude-code-oauth/i))
        .map(({ at }) => `${at} sees the token of a subscription`),
    planted: {
      path: LANDING,
      from: "          job: opinion\n",
      to: `          job: opinion\n          claude-code-oauth-token: ${hole("secrets.claude-code-oauth-token")}\n`,
    },
    says: "landing.yml opinion sees the token of a subscription",
  },
  {
    rule: "only jobs that act as the App see its private key",
    judge: (files) =>
      jobsOf(files)
        .filter(({ id, job }) => !WITH_APP_KEY.includes(id) && mentions(job, /private-key/i))
        .map(({ at }) => `${at} sees the App's private key`),
    planted: {
      path: NIGHT,
      from: "          job: report\n",
      to: `          job: report\n          app-token: ${hole("secrets.app-private-key")}\n`,
    },
    says: "night.yml report sees the App's private key",
  },
  {
    rule: "the App's token may do no more than the job's own, and says what",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job }) =>
        job.steps
          .filter((step) => actionOf(step) === "actions/create-github-app-token")
          .flatMap((step) => {
            const asked = Object.entries(step.with).flatMap(([name, level]) =>
              name.startsWith("permission-") ? [`${name.slice("permission-".length)}: ${level}`] : [],
            );
            const granted = told(job.permissions).split(", ");
            const excess = asked.filter((one) => !granted.includes(one));
            if (asked.length === 0) return [`${at} mints a token that may do everything`];
            return excess.map((one) => `${at} mints a token with ${one}`);
          }),
      ),
    planted: { path: NIGHT, from: "permission-contents: write", to: "permission-workflows: write" },
    says: "night.yml plan mints a token with workflows: write",
  },
];

describe("permissions", () => expectEachToHold(GRANTS));
describe("the walls between the jobs", () => expectEachToHold(WALLS));

test("the walls are about jobs that exist: some write, some run foreign code", () => {
  const writing = jobsOf(FILES).filter((standing) => !standing.job.uses && mayWrite(standing));
  expect(writing.map(({ id }) => id).toSorted()).toEqual(["land", "plan", "publish", "report", "review"]);
});
