/** Two versions of a package, or a wrong half of their difference, before the real court. Says nothing about the verdict. */

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openGit } from "#adapters/git/git.ts";
import { patchBetween } from "#adapters/git/patch.ts";
import { fetch } from "#adapters/git/remote.ts";
import { matchesAny } from "#core/glob.ts";
import type { Kind } from "#core/milestone.ts";
import { policyFrom } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { commitFiles } from "#rehearsal/replay/commit-files.ts";
import { type FileTree, fileTree, textFile, textOf } from "#rehearsal/replay/file-tree.ts";
import { packageTrees, testGlobsFor } from "#rehearsal/replay/package-trees.ts";
import { retellPackage, type Versions } from "#rehearsal/replay/retell-package.ts";
import { readTarball } from "#rehearsal/replay/tarball.ts";
import { withWayOut } from "#src/calibrate/world.ts";
import { type Judgement, tryChange } from "#src/trial.ts";
import { anySandbox } from "../support/case-trial.ts";
import { aRoom, git } from "./history.ts";

export type Published = { older: FileTree; newer: FileTree };

/** `whole`: as published · the others: what somebody might hand over instead of it. */
export type Variant = "whole" | "tests only" | "source only" | "weakened test";

/** `kind`: instead of what the milestone's words say. */
type Particulars = { variant?: Variant; kind?: Kind; say?: (line: string) => void };

export function published({ name, older, newer }: Versions): Published {
  const tree = (version: string): FileTree => {
    const folder = join(aRoom(), "package");
    mkdirSync(folder);
    const quiet = ["--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
    const { status, stderr } = spawnSync("npm", ["pack", `${name}@${version}`, ...quiet], { cwd: folder });
    const [tarball] = readdirSync(folder);
    if (status !== 0 || tarball === undefined) throw new Error(String(stderr));
    return readTarball(readFileSync(join(folder, tarball)));
  };
  return { older: tree(older), newer: tree(newer) };
}

export async function judged(
  versions: Versions,
  trees: Published,
  { variant = "whole", kind, say = () => undefined }: Particulars = {},
): Promise<Judgement> {
  const room = aRoom();
  const { before, after } = packageTrees(trees.older, trees.newer);
  const tests = testGlobsFor(before, after);
  const { added, files, setup, gates } = retellPackage(versions, trees);
  const handed = fileTree([...variantOf(variant, before, after, tests), ...added]);
  const checkout = join(room, "checkout");
  await commitFiles(checkout, files, "older\n");
  await commitFiles(join(room, "handed"), handed, "newer\n");
  const repository = openGit(join(checkout, ".git"));
  const head = git(join(room, "handed"), "rev-parse", "HEAD");
  await fetch(repository, { url: join(room, "handed", ".git"), token: null, wants: [head] });
  const patch = await patchBetween(repository, "refs/heads/main", head);
  const roadmap = parseRoadmap(textOf(files.get("ROADMAP.md") ?? textFile("")) ?? "");
  const [asked] = roadmap.milestones;
  if (!asked) throw new Error("the replay asks for nothing");
  return await tryChange({
    ...{ checkout, room: join(room, "trial"), patch, roadmap, path: process.env.PATH ?? "" },
    // A replay allows the tests that its versions change; who weakens one was not allowed to.
    milestone: {
      ...asked,
      kind: kind ?? asked.kind,
      allows: variant === "weakened test" ? [] : asked.allows,
    },
    policy: policyFrom(PolicyFile.parse({ land: "main", tests }), {
      defaultBranch: "main",
      setup,
      build: [],
      test: gates,
    }),
    sandbox: withWayOut(await anySandbox(), process.env),
    say,
  });
}

function variantOf(variant: Variant, before: FileTree, after: FileTree, tests: readonly string[]): FileTree {
  const isTest = (path: string): boolean => matchesAny(path, tests);
  const mixed = (testsFrom: FileTree, sourcesFrom: FileTree): FileTree =>
    fileTree([
      ...[...testsFrom].filter(([path]) => isTest(path)),
      ...[...sourcesFrom].filter(([path]) => !isTest(path)),
    ]);
  switch (variant) {
    case "whole":
      return after;
    case "tests only":
      return mixed(after, before);
    case "source only":
      return mixed(before, after);
    case "weakened test":
      return fileTree([...after, ...weakened(before, after, isTest)]);
  }
}

/** The first test that stood there already and asserts something on one line, without this assertion. */
function weakened(
  before: FileTree,
  after: FileTree,
  isTest: (path: string) => boolean,
): [string, ReturnType<typeof textFile>][] {
  const assertion = /^\s*(?:t|assert)\.(?:equal|deepEqual|same|ok)\([^\n]*\);$/m;
  for (const [path, file] of after) {
    const text = isTest(path) && before.has(path) ? (textOf(file) ?? "") : "";
    if (assertion.test(text)) return [[path, { ...file, ...textFile(text.replace(assertion, "")) }]];
  }
  throw new Error("no test asserts anything on one line");
}
