import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { aWorld, CI, onPush, settled, type World } from "./runner-host.ts";

test("a push runs the pushed workflow file: checkout over HTTP, outputs to the next job, one check per job", async () => {
  await using world = await aWorld({
    files: {
      "hello.txt": "hello",
      ...onPush(`
  build:
    runs-on: ubuntu-24.04
    outputs: { text: "%{{ steps.say.outputs.text }}" }
    steps:
      - uses: actions/checkout@v7
      - id: say
        run: echo "text=$(cat hello.txt) from $GITHUB_REPOSITORY" >> "$GITHUB_OUTPUT"
  after:
    needs: build
    runs-on: ubuntu-24.04
    steps:
      - run: test "$TEXT" = "hello from owner/project"
        env: { TEXT: "%{{ needs.build.outputs.text }}" }
`),
    },
  });
  expect(await settled(world)).toEqual(["after: success", "build: success"]);
  expect(world.runs).toMatchObject([{ name: "CI", path: CI, status: "completed", conclusion: "success" }]);
  expect(world.handled).toContain(1);
  expect(world.tokens.size, "every job's token is revoked").toBe(0);
  expect(world.alive.size).toBe(0);
});

test("a dynamic matrix runs at most max-parallel legs, and without fail-fast one red leg stops no other", async () => {
  await using world = await aWorld({
    files: onPush(`
  plan:
    runs-on: x
    outputs: { legs: "%{{ steps.plan.outputs.legs }}" }
    steps:
      - id: plan
        run: echo 'legs={"leg":["a","b","c","d"],"exclude":[{"leg":"d"}],"include":[{"leg":"a","extra":"more"}]}' >> "$GITHUB_OUTPUT"
  work:
    needs: plan
    strategy:
      fail-fast: false
      max-parallel: 2
      matrix: "%{{ fromJSON(needs.plan.outputs.legs) }}"
    runs-on: x
    outputs: { last: "%{{ matrix.leg }}" }
    steps:
      - run: sleep 0.1; test "$LEG" != a
        env: { LEG: "%{{ matrix.leg }}" }
  review:
    needs: work
    if: "!cancelled() && contains(needs.*.result, 'failure')"
    runs-on: x
    steps: [{ run: "test '%{{ needs.work.outputs.last }}' = c" }]
  dependent:
    needs: work
    runs-on: x
    steps: [{ run: exit 9 }]
`),
  });
  expect(await settled(world)).toEqual([
    "dependent: skipped",
    "plan: success",
    "review: success",
    "work (a, more): failure",
    "work (b): success",
    "work (c): success",
  ]);
  expect(mostAtOnce(world, "work")).toBe(2);
  expect(world.runs[0]?.conclusion).toBe("failure");
});

test("with fail-fast a red leg cancels the legs that still run or wait", async () => {
  await using world = await aWorld({
    files: onPush(`
  work:
    strategy: { matrix: { leg: [red, slow, later] }, max-parallel: 2 }
    runs-on: x
    steps: [{ run: "if [ $LEG = red ]; then sleep 0.2; exit 1; fi; exec sleep 30", env: { LEG: "%{{ matrix.leg }}" } }]
`),
  });
  expect(await settled(world)).toEqual([
    "work (later): cancelled",
    "work (red): failure",
    "work (slow): cancelled",
  ]);
});

test("a skipped job skips what depends on it, also through a job that ran anyway", async () => {
  await using world = await aWorld({
    files: onPush(`
  never: { if: "false", runs-on: x, steps: [{ run: "true" }] }
  anyway: { needs: never, if: always(), runs-on: x, steps: [{ run: "true" }] }
  plain: { needs: anyway, runs-on: x, steps: [{ run: "true" }] }
  asked: { needs: anyway, if: "!failure() && needs.anyway.result == 'success'", runs-on: x, steps: [{ run: "true" }] }
  tolerated: { continue-on-error: true, runs-on: x, steps: [{ run: exit 1 }] }
  after: { needs: tolerated, runs-on: x, steps: [{ run: "true" }] }
`),
  });
  expect(await settled(world)).toEqual([
    "after: success",
    "anyway: success",
    "asked: success",
    "never: skipped",
    "plain: skipped",
    "tolerated: failure",
  ]);
  expect(world.runs[0]?.conclusion).toBe("success");
});

test("an empty matrix fails its job and says why", async () => {
  await using world = await aWorld({
    files: onPush(`
  work: { strategy: { matrix: "%{{ fromJSON('{\\"leg\\":[]}') }}" }, runs-on: x, steps: [{ run: "true" }] }
`),
  });
  expect(await settled(world)).toEqual(["work: failure"]);
  expect(world.log(1, "work")).toContain("Matrix vector 'leg' does not contain any values");
});

test("an output that contains a masked value is dropped with a warning, and logs show stars", async () => {
  await using world = await aWorld({
    secrets: { KEY: "s3cret" },
    files: onPush(`
  build:
    runs-on: x
    outputs: { dropped: "%{{ steps.say.outputs.dropped }}", kept: "%{{ steps.say.outputs.kept }}" }
    steps:
      - id: say
        env: { KEY: "%{{ secrets.KEY }}" }
        run: |
          echo "::add-mask::milestone"
          printf 'dropped=my-milestone\\nkept=fine\\n' >> "$GITHUB_OUTPUT"
          echo "the key is $KEY, in base64 $(printf %s "$KEY" | base64)"
  after:
    needs: build
    runs-on: x
    steps: [{ run: "test '%{{ needs.build.outputs.dropped }}%{{ needs.build.outputs.kept }}' = fine" }]
`),
  });
  expect(await settled(world)).toEqual(["after: success", "build: success"]);
  expect(world.log(1, "build")).toContain("warning: Skip output 'dropped' since it may contain secret.");
  expect(world.log(1, "build")).toContain("the key is ***, in base64 ***");
});

test("environment files carry pairs and blocks to later steps; NODE_OPTIONS is refused", async () => {
  await using world = await aWorld({
    files: onPush(`
  build:
    runs-on: x
    steps:
      - id: write
        run: |
          mkdir "$RUNNER_TEMP/bin"; printf '#!/bin/sh\\necho found' > "$RUNNER_TEMP/bin/tool"; chmod +x "$RUNNER_TEMP/bin/tool"
          echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
          printf 'ONE=1=one\\nTWO<<END\\nfirst\\nsecond\\nEND\\n' >> "$GITHUB_ENV"
          printf 'text<<X\\na\\n\\nb\\nX\\n' >> "$GITHUB_OUTPUT"
          echo '# summary' >> "$GITHUB_STEP_SUMMARY"
      - run: test "$(tool) $ONE $TWO" = "found 1=one first"$'\\n'second
      - shell: bash
        env: { TEXT: "%{{ steps.write.outputs.text }}" }
        run: test "$TEXT" = $'a\\n\\nb' && test '%{{ env.ONE }}' = '1=one'
      - id: refused
        continue-on-error: true
        run: echo "NODE_OPTIONS=--require=./evil.js" >> "$GITHUB_ENV"
      - run: test "$NODE_OPTIONS" = '' && test '%{{ steps.refused.outcome }} %{{ steps.refused.conclusion }}' = 'failure success'
`),
  });
  expect(await settled(world)).toEqual(["build: success"]);
  expect(world.log(1, "build")).toContain("Can't store NODE_OPTIONS");
});

test("workflow commands are obeyed unless stopped, and the old ones are disabled", async () => {
  await using world = await aWorld({
    files: onPush(`
  build:
    runs-on: x
    steps:
      - id: say
        run: |
          echo "::set-output name=old::value"
          echo "::stop-commands::tok3n"
          echo "::add-mask::visible"
          echo "::set-output name=quiet::x"
          echo "::add-mask::visible"
          echo "::tok3n::"
          echo "::warning file=a.ts,line=1::careful%0Anow"
          echo "::add-mask::hidden"
          echo "visible and hidden"
      - run: test '%{{ steps.say.outputs.old }}' = ''
`),
  });
  expect(await settled(world)).toEqual(["build: success"]);
  const log = world.log(1, "build");
  expect(log).toContain("The `set-output` command is disabled.");
  expect(log).toContain("warning: careful\nnow");
  expect(log).toContain("::set-output name=quiet::x");
  expect(log).toContain("visible and ***");
});

test("a job sees what GitHub sets and nothing of the machine's environment", async () => {
  process.env.SECRET_OF_THE_HOST = "leaked";
  await using world = await aWorld({
    environment: { DAYBREAK_REHEARSAL: "nonce" },
    variables: { GREETING: "hi" },
    files: onPush(
      `
  build:
    runs-on: x
    permissions: { contents: read, issues: write }
    defaults: { run: { shell: bash, working-directory: ../temp } }
    env: { B: "%{{ vars.GREETING }}" }
    steps:
      - env: { TOKEN: "%{{ secrets.GITHUB_TOKEN }}" }
        run: |
          test "$PWD" = "$RUNNER_TEMP" && test "$TOKEN" = "%{{ github.token }}"
          env | cut -d= -f1 | sort > names
          ! grep -qE 'SECRET_OF_THE_HOST|ACTIONS_|INPUT_' names
          grep -q '"after"' "$GITHUB_EVENT_PATH"
          test "$CI $A $B $DAYBREAK_REHEARSAL $GITHUB_REF_NAME $GITHUB_JOB $RUNNER_ENVIRONMENT" = "true a hi nonce main build self-hosted"
          case "$HOME:$GITHUB_WORKSPACE" in *leak*) exit 1;; esac
          test '%{{ github.workflow }} %{{ github.event_name }} %{{ github.run_number }} %{{ github.workflow_ref }}' = 'CI push 1 owner/project/.github/workflows/ci.yml@refs/heads/main'
          echo reached the end
          false | true
`,
      "env: { A: a }",
    ),
  });
  expect(await settled(world)).toEqual(["build: failure"]);
  expect(world.log(1, "build"), "`shell: bash` has pipefail").toMatch(/reached the end\n.*exit code 1/);
  delete process.env.SECRET_OF_THE_HOST;
});

test("a timeout kills a step with all its grandchildren and cancels the job; always() steps still run", async () => {
  await using world = await aWorld({
    files: onPush(`
  slow:
    runs-on: x
    timeout-minutes: 0.005
    steps:
      - run: |
          sleep 60 & echo "child $!"
          setsid sleep 61 & echo "orphan $!"
          trap '' INT TERM
          wait; sleep 62
      - if: always()
        run: echo cleaned up
      - run: echo never
  step:
    runs-on: x
    steps:
      - timeout-minutes: 0.005
        run: sleep 60
      - if: failure()
        run: echo noticed
`),
  });
  expect(await settled(world)).toEqual(["slow: cancelled", "step: failure"]);
  const log = world.log(1, "slow");
  expect(log).toContain("cleaned up");
  expect(log).not.toContain("echo never");
  expect(world.log(1, "step")).toContain("noticed");
  for (const [, pid] of log.matchAll(/(?:child|orphan) (\d+)/g))
    expect(isAlive(Number(pid)), `process ${pid}`).toBe(false);
  expect([...log.matchAll(/(?:child|orphan) (\d+)/g)]).toHaveLength(2);
});

test("what a step left in the background is dead before the next step begins", async () => {
  await using world = await aWorld({
    files: onPush(`
  build:
    runs-on: x
    steps:
      - run: sleep 60 & echo $! > "$RUNNER_TEMP/pid"
      - run: grep '^State:' "/proc/$(cat "$RUNNER_TEMP/pid")/status" || echo gone
`),
  });
  expect(await settled(world)).toEqual(["build: success"]);
  expect(world.log(1, "build")).toMatch(/^(gone|State:\s+[ZX].*)$/m);
});

test("stop() kills what runs, at once, and reports nothing more", async () => {
  const world = await aWorld({ files: onPush("  slow: { runs-on: x, steps: [{ run: sleep 60 }] }") });
  world.happen({});
  await expect.poll(() => world.alive.size).toBe(1);
  await world.runner.stop();
  expect(world.alive.size).toBe(0);
  expect(world.story()).toEqual(["slow: null"]);
  await world[Symbol.asyncDispose]();
});

function mostAtOnce(world: World, prefix: string): number {
  let now = 0;
  let most = 0;
  for (const event of world.progress) {
    if (event.kind !== "job" || !event.job.startsWith(prefix)) continue;
    now += event.state === "started" ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

/** A process that nobody waited for stays as a zombie where there is no init: dead all the same. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
