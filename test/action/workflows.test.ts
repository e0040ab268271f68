import { describe, expect, test } from "vitest";
import {
  actionOf,
  duty,
  examplesOf,
  expectEachToHold,
  FILES,
  fileAt,
  hole,
  isForeign,
  jobsOf,
  type Rule,
  type Step,
  type WorkflowFile,
} from "../support/workflow-files.ts";

const NIGHT = ".github/workflows/night.yml";
const MILESTONE = ".github/workflows/milestone.yml";
const LANDING = ".github/workflows/landing.yml";
const CI = ".github/workflows/ci.yml";
const NIGHTLY = "workflows-examples/nightly.yml";

test("the cycle and the two workflows it calls have the shape of the night", () => {
  const shape = jobsOf([NIGHT, MILESTONE, LANDING].map((path) => fileAt(FILES, path))).map(({ at, job }) =>
    [
      at,
      job.needs.length > 0 ? `after ${job.needs.join(", ")}` : "",
      job.strategy ? "as a matrix" : "",
      job.uses ? `calls ${job.uses}` : "",
      job.if ? `if ${job.if}` : "",
    ]
      .filter((part) => part !== "")
      .join(" | "),
  );
  expect(shape.join("\n")).toMatchInlineSnapshot(`
    "night.yml plan
    night.yml baseline | after plan | if needs.plan.outputs.unknown-base == 'true'
    night.yml milestone | after plan, baseline | as a matrix | calls ./.github/workflows/milestone.yml | if \${{ !cancelled() && needs.plan.result == 'success' && needs.plan.outputs.count != '0' }}
    night.yml landing | after plan, milestone | calls ./.github/workflows/landing.yml | if \${{ !cancelled() && needs.plan.outputs.idle != 'true' }}
    night.yml report | after plan, milestone, landing | if \${{ always() && needs.plan.outputs.idle != 'true' && (cancelled() || (needs.landing.result != 'cancelled' && needs.landing.outputs.continued != 'true')) }}
    milestone.yml work
    milestone.yml verify | after work | if \${{ !cancelled() }}
    milestone.yml publish | after work, verify | if always()
    landing.yml review
    landing.yml verify | after review | as a matrix | if needs.review.outputs.count != '0'
    landing.yml opinion | after review, verify | as a matrix | if \${{ !cancelled() && needs.review.result == 'success' && needs.review.outputs.opinion-count != '0' }}
    landing.yml land | after review, verify, opinion | if \${{ !cancelled() && needs.review.result == 'success' && (needs.review.outputs.train != '[]' || needs.review.outputs.count != '0' || needs.review.outputs.acted == 'true') }}"
  `);
});

/** Expands one field of a cron line: numbers, lists and `*`. */
function cronField(field: string, size: number): number[] {
  return field === "*" ? Array.from({ length: size }, (_, value) => value) : field.split(",").map(Number);
}

/** When a file starts by itself in a day. */
function startsOf({ workflow }: WorkflowFile): { hour: number; minute: number }[] {
  return workflow.on.schedule.flatMap(({ cron }) => {
    const [minutes = "", hours = ""] = cron.split(" ");
    return cronField(hours, 24).flatMap((hour) => cronField(minutes, 60).map((minute) => ({ hour, minute })));
  });
}

const CALLERS: Rule[] = [
  {
    rule: "a caller file has at most 20 lines",
    judge: (files) =>
      examplesOf(files).flatMap(({ path, text }) => {
        const lines = text.trimEnd().split("\n").length;
        return lines > 20 ? [`${path} has ${lines} lines`] : [];
      }),
    planted: { path: NIGHTLY, from: /$/, to: "# one more line\n".repeat(20) },
    says: "workflows-examples/nightly.yml has",
  },
  {
    rule: "a caller starts off the hour, inside the night, and at least twice",
    judge: (files) =>
      examplesOf(files).flatMap((file) => {
        const starts = startsOf(file);
        return [
          ...(starts.length < 2 ? [`${file.path} starts ${starts.length} times a night`] : []),
          ...(starts.some(({ minute }) => minute % 15 === 0)
            ? [`${file.path} starts with everyone else`]
            : []),
          ...(starts.some(({ hour }) => hour >= 6 && hour < 22)
            ? [`${file.path} starts in the daytime`]
            : []),
        ];
      }),
    planted: { path: NIGHTLY, from: "17 22", to: "0 22" },
    says: "workflows-examples/nightly.yml starts with everyone else",
  },
  {
    rule: "a caller has a button that asks for the night alone, and passes it on",
    judge: (files) =>
      examplesOf(files).flatMap(({ path, workflow: { on, jobs } }) => {
        const asks = Object.entries(on.workflow_dispatch?.inputs ?? {});
        const isRight =
          asks.length === 1 &&
          asks.every(([name, input]) => name === "night" && input.default === "" && !input.required) &&
          Object.values(jobs).every((job) => job.with.night === hole("inputs.night"));
        return isRight ? [] : [`${path} does not pass the night on`];
      }),
    planted: { path: NIGHTLY, from: `night: ${hole("inputs.night")}`, to: "runner: ubuntu-24.04" },
    says: "workflows-examples/nightly.yml does not pass the night on",
  },
  {
    rule: "a calling job passes secrets by name, each under its own",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job }) =>
        job.uses && (job.secrets === "inherit" || !Object.values(job.secrets).every(isSecret))
          ? [`${at} passes ${JSON.stringify(job.secrets)}`]
          : [],
      ),
    planted: { path: NIGHTLY, from: /secrets:\n.*\n/, to: "secrets: inherit\n" },
    says: 'nightly.yml night passes "inherit"',
  },
];

function isSecret(value: unknown): boolean {
  return /^\$\{\{ secrets\.[A-Za-z_-]+ \}\}$/.test(String(value));
}

describe("the examples", () => {
  expectEachToHold(CALLERS);

  test("the loop starts in every hour of the night", () => {
    const hours = new Set(startsOf(fileAt(FILES, "workflows-examples/loop.yml")).map(({ hour }) => hour));
    expect([...hours]).toEqual([22, 23, 0, 1, 2, 3, 4, 5]);
  });
});

/** A rule about single steps: what is wrong with one, in words that follow the job's name. */
function everyStep(wrong: (step: Step) => string | null): Rule["judge"] {
  return (files) =>
    jobsOf(files).flatMap(({ at, job }) =>
      job.steps.flatMap((step) => {
        const because = wrong(step);
        return because === null ? [] : [`${at} › ${step.name}: ${because}`];
      }),
    );
}

const ARTIFACT =
  /^(?<kind>brief|baseline|opinion|patch|checkpoint|transcript|evidence|train)-(?:(?:cycle|train)-0|\$\{\{ (?:inputs|matrix)\.slug \}\}-\$\{\{ (?:inputs|matrix)\.attempt \}\})-\$\{\{ github\.run_attempt \}\}$/;

const STEPS: Rule[] = [
  {
    rule: "no expression stands inside a script",
    judge: everyStep(({ run }) => (run?.includes("${{") ? "an expression inside `run`" : null)),
    planted: { path: CI, from: "run: npm ci", to: `run: npm ci ${hole("github.head_ref")}` },
    says: "ci.yml verify › Install: an expression inside `run`",
  },
  {
    rule: "a checkout leaves no credentials behind",
    judge: everyStep((step) =>
      actionOf(step) === "actions/checkout" && step.with["persist-credentials"] !== false
        ? "keeps its credentials"
        : null,
    ),
    planted: { path: MILESTONE, from: /\n +persist-credentials: false/, to: "" },
    says: "milestone.yml work › Check out the base: keeps its credentials",
  },
  {
    rule: "nothing is cached anywhere",
    judge: everyStep((step) => {
      const action = actionOf(step);
      if (action.startsWith("actions/cache")) return "uses a cache";
      if (!action.startsWith("actions/setup-")) return null;
      return "cache" in step.with || step.with["package-manager-cache"] !== false ? "may use a cache" : null;
    }),
    planted: { path: CI, from: "package-manager-cache: false", to: "cache: npm" },
    says: "ci.yml verify › Node 24: may use a cache",
  },
  {
    rule: "an uploaded artifact is named <kind>-<slug>-<attempt>-<run_attempt>",
    judge: everyStep((step) =>
      actionOf(step) === "actions/upload-artifact" && !ARTIFACT.test(String(step.with.name))
        ? `is named ${step.with.name}`
        : null,
    ),
    planted: { path: NIGHT, from: `brief-cycle-0-${hole("github.run_attempt")}`, to: "brief" },
    says: "night.yml plan › Hand over the briefs: is named brief",
  },
  {
    rule: "a download keeps each artifact's own folder, however many match",
    judge: everyStep((step) =>
      actionOf(step) === "actions/download-artifact" &&
      !(step.with["merge-multiple"] === true && String(step.with.pattern).endsWith("-*"))
        ? "unpacks one artifact otherwise than two"
        : null,
    ),
    planted: { path: LANDING, from: /\n +merge-multiple: true/, to: "" },
    says: "landing.yml review › Take the evidence: unpacks one artifact otherwise than two",
  },
  {
    rule: "the reusable workflows use their own action at their own commit",
    judge: everyStep(({ uses = "" }) =>
      /^(\.|\$\/.|OWNER\/daybreak)/.test(uses) ? `uses ${uses} instead of $/` : null,
    ),
    planted: { path: NIGHT, from: "uses: $/\n", to: "uses: ./\n" },
    says: "night.yml plan › Plan: uses ./ instead of $/",
  },
];

const JOBS: Rule[] = [
  {
    rule: "every job with steps has a timeout",
    judge: (files) =>
      jobsOf(files)
        .filter(({ job }) => job.uses === undefined && job["timeout-minutes"] === undefined)
        .map(({ at }) => `${at} may run for six hours`),
    planted: { path: MILESTONE, from: /\n +timeout-minutes: 10/, to: "" },
    says: "milestone.yml publish may run for six hours",
  },
  {
    rule: "every runner is pinned; only foreign code runs where the owner says",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job, file }) => {
        const runner = job["runs-on"];
        if (job.uses !== undefined || (runner && /^[a-z]+-\d[\d.]*$/.test(runner))) return [];
        const fallback = file.workflow.on.workflow_call?.inputs.runner?.default;
        const isOwners = runner === hole("inputs.runner") && fallback === "ubuntu-24.04";
        return isOwners && job.steps.some(isForeign) ? [] : [`${at} runs on ${runner}`];
      }),
    planted: { path: NIGHT, from: "runs-on: ubuntu-24.04", to: "runs-on: ubuntu-latest" },
    says: "night.yml plan runs on ubuntu-latest",
  },
  {
    rule: "one leg of a matrix that fails does not end the others, and a leg says nothing in outputs",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job }) =>
        job.strategy && (job.strategy["fail-fast"] !== false || job.outputs)
          ? [`${at} ties its legs together`]
          : [],
      ),
    planted: { path: LANDING, from: "fail-fast: false", to: "fail-fast: true" },
    says: "landing.yml verify ties its legs together",
  },
  {
    rule: "what is done with a milestone is set up first, in a step of its own, unless there is nothing to set up",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job: { steps } }) => {
        const doing = steps.findIndex((step) => ["work", "verify"].includes(duty(step) ?? ""));
        const setup = steps.findIndex(
          (step) => duty(step) === "setup" && /set-up != 'false'$/.test(step.if ?? ""),
        );
        return doing >= 0 && (setup < 0 || setup > doing) ? [`${at} is not set up first`] : [];
      }),
    planted: { path: MILESTONE, from: "job: setup", to: "job: verify" },
    says: "milestone.yml work is not set up first",
  },
  {
    rule: "the step with the model's key is the last of its job that runs foreign code",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job: { steps } }) => {
        const withKey = steps.findIndex((step) => JSON.stringify(step).includes("anthropic-api-key"));
        return withKey >= 0 && steps.findLastIndex(isForeign) > withKey
          ? [`${at} runs on after the key`]
          : [];
      }),
    planted: {
      path: MILESTONE,
      from: "      - name: Hand over the patch",
      to: "      - run: env\n      - name: Hand over the patch",
    },
    says: "milestone.yml work runs on after the key",
  },
  {
    rule: "only the call of the landing has a concurrency group, in which the newest of those who wait goes next",
    judge: (files) =>
      jobsOf(files).flatMap(({ at, job }) => {
        const given = job.concurrency
          ? `${job.concurrency.group}, ${job.concurrency.queue ?? "single"}`
          : "none";
        const wanted = at === "night.yml landing" ? "daybreak-landing, single" : "none";
        return given === wanted ? [] : [`${at} has the concurrency group ${given}`];
      }),
    planted: {
      path: LANDING,
      from: "  land:\n",
      to: "  land:\n    concurrency: { group: daybreak-landing }\n",
    },
    says: "landing.yml land has the concurrency group daybreak-landing, single",
  },
];

describe("every step", () => expectEachToHold(STEPS));
describe("every job", () => expectEachToHold(JOBS));
