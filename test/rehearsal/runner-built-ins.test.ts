/** The five actions the runner brings itself, each held to what GitHub's own does. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aWorld, onPush, settled } from "./runner-host.ts";

test("artifacts: one folder per name, immutable, laid out as GitHub lays them out", async () => {
  await using world = await aWorld({
    files: onPush(`
  make:
    runs-on: x
    steps:
      - run: mkdir -p out/deep .hidden; echo 1 > out/one.txt; echo 2 > out/deep/two.log; echo 3 > out/.secret; echo 4 > alone.txt
      - uses: actions/upload-artifact@v7
        with: { name: patch-a, path: out, retention-days: 1 }
      - uses: actions/upload-artifact@v7
        with: { name: patch-b, path: alone.txt, if-no-files-found: error }
      - uses: actions/upload-artifact@v7
        with: { name: other, path: "out/**/*.log\\nalone.txt\\n!out/one.txt", include-hidden-files: true }
      - id: again
        continue-on-error: true
        uses: actions/upload-artifact@v7
        with: { name: patch-b, path: out }
      - uses: actions/upload-artifact@v7
        with: { name: patch-b, path: alone.txt, overwrite: true }
      - uses: actions/upload-artifact@v7
        with: { name: nothing, path: missing/** }
      - run: test '%{{ steps.again.outcome }}' = failure
  take:
    needs: make
    runs-on: x
    steps:
      - uses: actions/download-artifact@v8
        with: { name: patch-a, path: by-name }
      - uses: actions/download-artifact@v8
        with: { pattern: patch-*, path: by-pattern }
      - uses: actions/download-artifact@v8
        with: { pattern: "*-b", path: single }
      - uses: actions/download-artifact@v8
        with: { pattern: patch-*, path: merged, merge-multiple: true }
      - uses: actions/download-artifact@v8
        with: { pattern: none-*, path: none }
      - run: find . -type f | sort
      - id: missing
        continue-on-error: true
        uses: actions/download-artifact@v8
        with: { name: nothing }
      - run: test '%{{ steps.missing.outcome }}' = failure
`),
  });
  expect(await settled(world)).toEqual(["make: success", "take: success"]);
  expect(world.log(1, "make")).toContain(
    "(409) Conflict: an artifact with this name already exists on the workflow run",
  );
  expect(world.log(1, "make")).toContain("No files were found with the provided path: missing/**");
  const artifacts = join(world.directory, "1", "artifacts");
  expect(readdirSync(join(artifacts, "other"), { recursive: true }).sort()).toEqual([
    "alone.txt",
    "out",
    "out/deep",
    "out/deep/two.log",
  ]);
  expect(
    world
      .log(1, "take")
      .split("\n")
      .filter((line) => line.startsWith("./")),
  ).toEqual([
    "./by-name/deep/two.log",
    "./by-name/one.txt",
    "./by-pattern/patch-a/deep/two.log",
    "./by-pattern/patch-a/one.txt",
    "./by-pattern/patch-b/alone.txt",
    "./merged/alone.txt",
    "./merged/deep/two.log",
    "./merged/one.txt",
    "./single/alone.txt",
  ]);
});

test("checkout: a branch by name with its history, a commit, a path; credentials stay only when asked", async () => {
  await using world = await aWorld({ files: { "a.txt": "first" } });
  const second = world.commit({
    "a.txt": "second",
    ...onPush(`
  build:
    runs-on: x
    steps:
      - uses: actions/checkout@v7
        with: { ref: main, fetch-depth: 0, path: all }
      - run: test "$(git rev-list --count HEAD) $(git branch --show-current)" = "2 main" && git fetch --quiet origin main
        working-directory: all
      - uses: actions/checkout@v7
        with: { ref: ${world.sha}, path: old, persist-credentials: false }
      - run: test "$(cat a.txt)" = first && ! GIT_TERMINAL_PROMPT=0 git fetch --quiet origin main && ! grep -ri basic .git
        working-directory: old
      - id: here
        uses: actions/checkout@v7
      - run: test "$(cat a.txt) %{{ steps.here.outputs.commit }} $(git rev-parse HEAD)" = "second $GITHUB_SHA $GITHUB_SHA"
      - id: elsewhere
        continue-on-error: true
        uses: actions/checkout@v7
        with: { repository: someone/else }
      - run: test '%{{ steps.elsewhere.outcome }}' = failure
`),
  });
  expect(second).not.toBe(world.sha);
  expect(await settled(world)).toEqual(["build: success"]);
});

test("an App token is masked, has the permissions asked for, and is revoked at the end; a wrong key fails", async () => {
  await using world = await aWorld({
    secrets: { APP_KEY: "the key" },
    files: onPush(`
  good:
    runs-on: x
    steps:
      - id: app
        uses: actions/create-github-app-token@v3
        with: { client-id: Iv1.app, private-key: "%{{ secrets.APP_KEY }}", permission-contents: write, permission-pull-requests: write }
      - run: echo "token %{{ steps.app.outputs.token }} of %{{ steps.app.outputs.app-slug }} %{{ steps.app.outputs.installation-id }}"
  bad:
    runs-on: x
    steps: [{ uses: actions/create-github-app-token@v3, with: { client-id: Iv1.app, private-key: wrong } }]
`),
  });
  const minted: unknown[] = [];
  const set = world.tokens.set.bind(world.tokens);
  world.tokens.set = (token, grant) => {
    if (grant.kind === "app") minted.push(grant);
    return set(token, grant);
  };
  expect(await settled(world)).toEqual(["bad: failure", "good: success"]);
  expect(world.log(1, "good")).toContain("token *** of dawn 99");
  expect(minted).toEqual([
    { kind: "app", permissions: { contents: "write", "pull-requests": "write" }, run: 1 },
  ]);
  expect(world.tokens.size).toBe(0);
});

test("setup-node puts the machine's Node first, and a step summary is kept", async () => {
  await using world = await aWorld({
    files: onPush(`
  build:
    runs-on: x
    steps:
      - id: node
        uses: actions/setup-node@v6
        with: { node-version: 24 }
      - run: |
          test "$(node --version)" = "%{{ steps.node.outputs.node-version }}"
          echo '# One' >> "$GITHUB_STEP_SUMMARY"
      - run: echo '# Two %{{ github.token }}' >> "$GITHUB_STEP_SUMMARY"
`),
  });
  expect(await settled(world)).toEqual(["build: success"]);
  expect(readFileSync(join(world.directory, "1", "build", "summary.md"), "utf8")).toBe("# One\n# Two ***\n");
});
