import { expect, test } from "vitest";
import type { ForgeEvent } from "#rehearsal/seams.ts";
import { aWorld, type World } from "./runner-host.ts";

const JOB = "jobs: { job: { runs-on: x, steps: [{ run: 'true' }] } }";

function workflow(name: string, on: string, rest = JOB): Record<string, string> {
  return {
    [`.github/workflows/${name}.yml`]: `name: ${name}\non: ${on}\n${rest}\n`.replaceAll("%{{", "${{"),
  };
}

/** `name: conclusion` of every run, in the order they began. */
function runsOf(world: World): string[] {
  return world.runs.map(({ name, conclusion }) => `${name}: ${conclusion}`);
}

function aPull(world: World, by: ForgeEvent["by"]): Partial<ForgeEvent> {
  const payload = { pull_request: { base: { ref: "main" }, head: { ref: "feature" } } };
  return {
    event: "pull_request",
    action: "opened",
    ref: "refs/pull/1/merge",
    headSha: world.sha,
    headBranch: "feature",
    by,
    payload,
  };
}

test("branch, tag and path filters decide what a push starts", async () => {
  await using world = await aWorld({
    files: {
      ...workflow("any", "push"),
      ...workflow("other-branch", "{ push: { branches: ['release/**', '!release/old'] } }"),
      ...workflow("not-main", "{ push: { branches-ignore: [main] } }"),
      ...workflow("tags", "{ push: { tags: ['v*'] } }"),
      ...workflow("source", "{ push: { paths: ['src/**'] } }"),
      ...workflow("docs", "{ push: { paths-ignore: ['src/**'] } }"),
    },
  });
  const before = world.sha;
  const after = world.commit({ "src/a.ts": "" });
  world.happen({ payload: { before, after } });
  await world.runner.idle();
  expect(runsOf(world).sort()).toEqual(["any: success", "source: success"]);
  world.happen({ ref: "refs/heads/release/1/x", payload: { before, after } });
  world.happen({ ref: "refs/tags/v1", payload: { before, after } });
  await world.runner.idle();
  expect(runsOf(world).slice(2).sort()).toEqual([
    "any: success",
    "any: success",
    "not-main: success",
    "other-branch: success",
    "source: success",
    "source: success",
    "tags: success",
  ]);
});

test("GITHUB_TOKEN's pull request parks its runs without a job, its push starts nothing, its dispatch runs", async () => {
  await using world = await aWorld({
    files: {
      ...workflow("ci", "[push, pull_request]"),
      ...workflow(
        "night",
        "{ workflow_dispatch: { inputs: { night: { type: string }, dry: { type: boolean } } } }",
        `
jobs: { job: { runs-on: x, steps: [{ run: "test '%{{ inputs.night }} %{{ inputs.dry == true }}' = 'tonight true'" }] } }`,
      ),
      ...workflow("after", "{ workflow_run: { workflows: [ci, night] } }"),
    },
  });
  world.happen(aPull(world, "github-token"));
  world.happen({ by: "github-token" });
  world.happen({ ...aPull(world, "github-token"), action: "closed" });
  await world.runner.idle();
  expect(runsOf(world)).toEqual(["ci: action_required"]);
  expect(world.story()).toEqual([]);
  world.happen({
    event: "workflow_dispatch",
    workflow: "night.yml",
    by: "github-token",
    payload: { inputs: { night: "tonight", dry: "true" } },
  });
  await world.runner.idle();
  expect(runsOf(world).slice(1)).toEqual(["night: success", "after: success"]);
  world.happen(aPull(world, "app"));
  await world.runner.idle();
  expect(runsOf(world).slice(3)).toEqual(["ci: success", "after: success"]);
  expect(world.checks.at(0)?.headSha).toBe(world.sha);
});

test("a schedule starts its one file at the tip of the default branch", async () => {
  await using world = await aWorld({ files: { ...workflow("a", "{ schedule: [{ cron: '17 1 * * *' }] }") } });
  const tip = world.commit(
    workflow(
      "b",
      "{ schedule: [{ cron: '17 1 * * *' }] }",
      `
jobs: { job: { runs-on: x, steps: [{ run: 'test "$GITHUB_SHA" = "$TIP"', env: { TIP: "%{{ github.sha }}" } }] } }`,
    ),
  );
  world.happen({ event: "schedule", workflow: "b.yml", sha: world.sha, payload: {} });
  await world.runner.idle();
  expect(tip).not.toBe(world.sha);
  expect(runsOf(world)).toEqual(["b: success"]);
});

test("a workflow file that does not parse is a failed run with GitHub's words, and never runs for ever", async () => {
  await using world = await aWorld({
    files: {
      ...workflow(
        "broken",
        "push",
        "jobs: { job: { runs-on: x, needs: nobody, steps: [{ run: '%{{ nope.x }}' }] } }",
      ),
      ...workflow(
        "boxed",
        "push",
        "jobs: { job: { runs-on: x, container: alpine, steps: [{ run: 'true' }] } }",
      ),
    },
  });
  world.happen({});
  await world.runner.idle();
  expect(runsOf(world).sort()).toEqual([
    ".github/workflows/boxed.yml: failure",
    ".github/workflows/broken.yml: failure",
  ]);
  const [boxed, broken] = ["boxed", "broken"].map(
    (name) => world.runs.find(({ path }) => path.includes(name))?.id ?? 0,
  );
  expect(world.log(broken ?? 0, "run")).toContain("Unrecognized named-value: 'nope'");
  expect(world.log(boxed ?? 0, "run")).toContain("`container:` is not supported by the local runner");
  expect(
    world.progress.filter((event) => event.kind === "run" && event.state === "finished" && event.because),
  ).toHaveLength(2);
});

const SLOW = (group: string) => `
concurrency: ${group}
jobs: { job: { runs-on: x, steps: [{ run: sleep 0.3 }] } }`;

test("a concurrency group runs one, keeps the newest waiting and cancels the older; `queue: max` keeps all", async () => {
  await using world = await aWorld({
    files: {
      ...workflow("single", "{ push: { branches: [main] } }", SLOW("{ group: 'A-%{{ github.ref }}' }")),
      ...workflow("max", "{ push: { branches: [main] } }", SLOW("{ group: b, queue: max }")),
    },
  });
  for (const _ of [1, 2, 3]) world.happen({});
  await world.runner.idle();
  const of = (name: string) =>
    world.runs.filter((run) => run.name === name).map(({ conclusion }) => conclusion);
  expect(of("single")).toEqual(["success", "cancelled", "success"]);
  expect(of("max")).toEqual(["success", "success", "success"]);
});

test("cancel-in-progress ends what runs; a group of a job holds across runs", async () => {
  await using world = await aWorld({
    files: workflow(
      "ci",
      "push",
      `
jobs:
  job:
    concurrency: { group: one, cancel-in-progress: true }
    runs-on: x
    steps: [{ run: exec sleep "$(test $GITHUB_RUN_NUMBER = 1 && echo 60 || echo 0)" }]`,
    ),
  });
  world.happen({});
  await expect.poll(() => world.alive.size).toBe(1);
  world.happen({});
  await world.runner.idle();
  expect(runsOf(world)).toEqual(["ci: cancelled", "ci: success"]);
});

test("a run that is cancelled at the forge ends here: what runs is interrupted, always() still has its turn", async () => {
  await using world = await aWorld({
    files: workflow(
      "ci",
      "push",
      `
jobs:
  job:
    runs-on: x
    steps: [{ run: exec sleep 60 }, { if: cancelled(), run: echo tidy }]
  plain: { needs: job, runs-on: x, steps: [{ run: "true" }] }
  report: { needs: job, if: always(), runs-on: x, steps: [{ run: "test %{{ needs.job.result }} = cancelled" }] }`,
    ),
  });
  world.happen({});
  await expect.poll(() => world.alive.size).toBe(1);
  await world.cancel(1);
  await world.runner.idle();
  expect(world.story()).toEqual(["job: cancelled", "plain: skipped", "report: success"]);
  expect(world.log(1, "job")).toContain("tidy");
});

test("a job that waits for the group its own caller holds is named as stalled", async () => {
  await using world = await aWorld({
    files: {
      ...workflow(
        "ci",
        "push",
        "jobs: { call: { concurrency: landing, uses: ./.github/workflows/inner.yml } }",
      ),
      ...workflow(
        "inner",
        "workflow_call",
        "jobs: { job: { concurrency: landing, runs-on: x, steps: [{ run: 'true' }] } }",
      ),
    },
  });
  world.happen({});
  await expect(world.runner.idle()).rejects.toMatchObject({
    code: "REHEARSAL_STALLED",
    message: expect.stringContaining("landing"),
  });
});
