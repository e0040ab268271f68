/** Runs the new and changed tests on base, on the change, on stubs and on mutants, and writes down what each said. */

import { canaryFell, canaryFor } from "#core/court/canary.ts";
import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { TestBlock } from "#core/court/outline.ts";
import { outcomesOf, type TestResult, testKey } from "#core/court/results.ts";
import { runnerFor } from "#core/court/runner.ts";
import type { Mutation, TestProof } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import { resultsOf, type TestRun } from "#jobs/court/bench.ts";
import { NO_MUTATION, proveAgainstMutants } from "#jobs/court/mutants.ts";
import { unreported } from "#jobs/court/reported.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import { proveAgainstStubs, sameFile } from "#jobs/court/stubs.ts";
import {
  isCalled,
  layOutHead,
  reachWith,
  runFiles,
  type TestFile,
  testFilesOf,
  testPathsOf,
} from "#jobs/court/test-files.ts";
import { unreached } from "#jobs/court/unreached.ts";
import type { Place } from "#ports/workbench.ts";

/** Proofs beyond this many are left out: they prove nothing more. */
const MOST_PROOFS = 500;

/** New tests run twice, each time in another order. */
const ORDERS = { first: 1, again: 2 };

export type Proofs = {
  proofs: TestProof[];
  mutation: Mutation;
  objections: Objection[];
  results: TestResult[];
};

/** `before` are the results of base: who left a report there is believed without one no more. */
export async function proveChange(sitting: Sitting, before: TestResult[] | null): Promise<Proofs> {
  const files = testFilesOf(sitting);
  const none: Proofs = { proofs: [], mutation: NO_MUTATION, objections: [], results: [] };
  if (sitting.runners.length === 0) return { ...none, proofs: await proveByExitCode(sitting) };
  const touched = reachOf(sitting, files);
  if (touched?.length === 0) return none;
  await layOutHead(sitting);
  const { reach, runs: ran } = await runOnHead(sitting, touched, before);
  const onHead = resultsOf(ran);
  if (onHead === null) {
    const objections = unreported(sitting, { before, runs: ran, where: "with the new and changed tests" });
    return { ...none, objections, proofs: await proveByExitCode(sitting) };
  }
  const orders = await repeat(sitting, files);
  const onBase = resultsOf(await runOnBase(sitting, reach));
  const begun = distinct(onHead)
    .map((result) => {
      // Repetitions run the changed files only.
      const repeated = result.file === null || files.some(({ path }) => path === result.file);
      return { result, proof: proofFrom(result, { onBase, orders: repeated ? orders.results : [] }) };
    })
    .filter(({ result, proof }) => isNewOrChanged(result, sitting.files, proof))
    .slice(0, MOST_PROOFS)
    .map(({ proof }) => proof);
  const again = reachWith(reach, ran);
  const stubbed = await proveAgainstStubs(sitting, again, begun);
  const { proofs, mutation } = await proveAgainstMutants(sitting, again, stubbed);
  const objections = [...orders.objections, ...(await unreached(sitting, { ...again, files }, proofs))];
  return { proofs, mutation, objections, results: onHead };
}

/** The changed test files; all tests where something they read (a snapshot, a fixture) changed as well. Empty: none. */
function reachOf({ changes, ...sitting }: Sitting, files: readonly TestFile[]): readonly TestFile[] | null {
  const programs = new Set(files.map(({ path }) => path));
  const paths = testPathsOf({ changes, docket: sitting.docket });
  const material = changes.some(
    ({ path, kind }) => kind === "modified" && paths.includes(path) && !programs.has(path),
  );
  return material ? null : files;
}

/** All tests where the changed ones alone leave no report: not every command can be told its files. */
async function runOnHead(
  sitting: Sitting,
  reach: readonly TestFile[] | null,
  before: TestResult[] | null,
): Promise<{ reach: readonly TestFile[] | null; runs: TestRun[] | null }> {
  const runs = await runFiles(sitting, reach, { seed: ORDERS.first });
  if (reach === null || before === null || resultsOf(runs) !== null) return { reach, runs };
  return { reach: null, runs: await runFiles(sitting, null, { seed: ORDERS.first }) };
}

/** Again in another order, beside a test that must fail, or nobody can trust the green ones. */
async function repeat(
  sitting: Sitting,
  files: readonly TestFile[],
): Promise<{ results: TestResult[][]; objections: Objection[] }> {
  if (files.length === 0) return { results: [], objections: [] };
  const canaries = canariesFor(sitting, files);
  if (canaries.length === 0)
    sitting.bench.remarks.push("no canary: nobody knows how to write a failing test for this runner");
  const writes = Object.fromEntries(canaries.map(({ path, text }) => [path, text]));
  const ran = await runFiles(sitting, [...files, ...canaries], { seed: ORDERS.again, writes });
  const all = resultsOf(ran);
  const own = all?.filter(({ name }) => !canaries.some((canary) => name.includes(canary.name)));
  const objections = canaries.flatMap(({ name, path }): Objection[] => {
    const fell = (ran ?? []).some(({ run: { exitCode }, results }) => canaryFell(results, exitCode, name));
    return ran === null || fell ? [] : [canaryPassed(path)];
  });
  // An order of which nothing was heard is one in which no test passed.
  return { results: ran === null ? [] : [own ?? []], objections };
}

function canariesFor({ runners, nonce }: Sitting, files: readonly TestFile[]) {
  return runners.flatMap((runner) => {
    const like = files.find(({ path, text }) => runnerFor(path, text, runners) === runner);
    return (like && canaryFor(runner, like.path, like.text, nonce)) ?? [];
  });
}

function canaryPassed(path: string): Objection {
  return {
    rule: "canary passed",
    path: null,
    line: null,
    because: `a test that must fail was put beside the new ones (${path.replace(/[^/]*$/u, "")}), and the run did not report it as failed`,
    remedy:
      "Take out what keeps failing tests from failing the run: patched assertions, exits, replaced reports.",
  };
}

/** Base's sources with the change's tests: everything that only the change makes true must be red there. */
async function runOnBase(sitting: Sitting, files: readonly TestFile[] | null): Promise<TestRun[] | null> {
  const { workbench, trees, bench, runners } = sitting;
  const paths = testPathsOf(sitting);
  await workbench.layOut("base-with-head-tests", trees.base, { paths, from: trees.tree });
  return await bench.tests("base-with-head-tests", trees.base, {
    runners,
    files,
    seed: null,
    needed: "the new and changed tests on the old source",
  });
}

function proofFrom(
  result: TestResult,
  { onBase, orders }: { onBase: TestResult[] | null; orders: TestResult[][] },
): TestProof {
  const test = testKey(result);
  const before = onBase && worstOf(onBase.filter((one) => testKey(one) === test));
  const unloaded = onBase?.find(({ outcome, file }) => outcome === "error" && sameFile(file, result.file));
  return {
    test,
    file: result.file,
    onBase: onBase === null ? "absent" : (before?.outcome ?? unloaded?.outcome ?? "absent"),
    missing: before ? before.missing || before.outcome === "error" : true,
    onHead: result.outcome,
    onStub: null,
    killed: 0,
    steady: orders.every((order) => passedIn(order, test)),
  };
}

function distinct(results: readonly TestResult[]): TestResult[] {
  const groups = Map.groupBy(results, testKey);
  return [...groups.values()].flatMap((group) => worstOf(group) ?? []);
}

/** A test that is reported twice is what its worst report says. */
function worstOf(results: readonly TestResult[]): TestResult | undefined {
  const by = (outcome: TestResult["outcome"]) => results.find((one) => one.outcome === outcome);
  return by("error") ?? by("failed") ?? results[0];
}

function passedIn(order: TestResult[], test: string): boolean {
  return outcomesOf(order).get(test) === "passed";
}

/**
 * A test whose block was not touched is there by accident of its file, unless it is red on base all the same: then what
 * it reads was changed. What cannot be found is taken as changed.
 */
function isNewOrChanged(
  { file, name }: TestResult,
  files: readonly ChangedFile[],
  { onBase }: TestProof,
): boolean {
  if (onBase === "failed") return true;
  const holders = files.filter(({ path, isTest }) => isTest && (file === null || path === file));
  if (file !== null && holders.length === 0) return false;
  if (file === null && holders.every(({ after }) => after?.outline?.language === "go"))
    return holders.some((holder) => isChangedIn(holder, name));
  const blocks = holders.flatMap(({ after, changed }) =>
    (after?.outline?.tests ?? [])
      .filter(({ suite, title }) => !suite && title !== null && isCalled(name, title))
      .map((block) => ({ block, changed })),
  );
  return (
    blocks.length === 0 ||
    blocks.some(({ block, changed }) => changed.some((lines) => overlaps(block, lines)))
  );
}

/** A Go package names no file, but every test of it has a fixed name. */
function isChangedIn({ after, changed }: ChangedFile, name: string): boolean {
  const parts = name.split(" > ");
  return (after?.outline?.tests ?? []).some(
    (block) => parts.includes(block.title ?? "") && changed.some((lines) => overlaps(block, lines)),
  );
}

function overlaps(block: Pick<TestBlock, "from" | "to">, lines: { from: number; to: number }): boolean {
  return block.from <= lines.to && lines.from <= block.to;
}

/** Without a report: the test commands as a whole, with the change's tests on base's sources. Weaker, and said to be. */
async function proveByExitCode(sitting: Sitting): Promise<TestProof[]> {
  const { bench, docket, trees, workbench } = sitting;
  const paths = testPathsOf(sitting);
  const standing = sitting.changes.filter(({ path, kind }) => kind !== "deleted" && paths.includes(path));
  if (standing.length === 0) return [];
  await workbench.layOut("base-with-head-tests", trees.base, { paths, from: trees.tree });
  const said = async (place: Place, tree: Sha) => {
    const runs = await bench.runAll(place, docket.testCommands, tree);
    return runs.length > 0 && runs.every(({ exitCode }) => exitCode === 0) ? "passed" : "failed";
  };
  return [
    {
      test: standing.map(({ path }) => path).join(", "),
      file: standing.length === 1 ? (standing[0]?.path ?? null) : null,
      onBase: await said("base-with-head-tests", trees.base),
      missing: false,
      onHead: await said("head", trees.tree),
      onStub: null,
      killed: 0,
      steady: true,
    },
  ];
}
