/** Measures base, and whether what passed there still passes: nothing may be lost. Concludes by core alone. */

import { testPathsChanged } from "#core/bounds.ts";
import { type Baseline, countsOf, lostTests, unstableIn } from "#core/court/baseline.ts";
import { proofNeeded } from "#core/court/kinds.ts";
import type { Objection } from "#core/court/objection.ts";
import type { TestResult } from "#core/court/results.ts";
import { grownSnapshots } from "#core/court/snapshots.ts";
import { changedRunners } from "#core/court/tampering-configuration.ts";
import type { CommandRun, Evidence } from "#core/evidence.ts";
import { matchesAny } from "#core/glob.ts";
import { resultsOf, type TestRun, withoutOutput } from "#jobs/court/bench.ts";
import { unreported } from "#jobs/court/reported.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import type { Place } from "#ports/workbench.ts";

/** Runs of the whole suite that tell an unstable test from a broken one. Only asked for when something is red. */
const REPETITIONS = 2;

export type Kept = {
  baseline: Baseline;
  withBaseTests: Evidence["withBaseTests"];
  summary: Evidence["tests"];
  /** What the base's tests say of the change; null where there is no report. */
  results: TestResult[] | null;
  objections: Objection[];
};

/** Files whose base version counts: changed tests, and what decides how tests run, unless the milestone allows it. */
export function restoredPaths({
  changes,
  files,
  docket,
}: Pick<Sitting, "changes" | "files" | "docket">): string[] {
  const { testPaths, milestone, protectedPaths } = docket;
  const runners = new Set(changedRunners(files, "").map(({ path }) => path));
  const configuration = changes
    .map(({ path }) => path)
    .filter((path) => runners.has(path) || matchesAny(path, protectedPaths))
    .filter((path) => !matchesAny(path, milestone.allows));
  // A feature may add to what is shown; a refactoring shows what it did.
  const grown = proofNeeded(milestone.kind) ? grownSnapshots(files) : [];
  const tests = testPathsChanged(changes, testPaths, milestone.allows).filter(
    (path) => !grown.includes(path),
  );
  return [...new Set([...tests, ...configuration])];
}

/** Base as far as the judgement needs it. Whoever shares it with a whole cycle asks for the gate commands as well. */
export async function measureBaseline(
  sitting: Pick<Sitting, "docket" | "trees" | "runners" | "bench" | "workbench">,
  { gates }: { gates: boolean },
): Promise<Baseline> {
  const { docket, trees, bench, workbench } = sitting;
  await workbench.layOut("start", trees.base);
  const ran = gates ? await bench.runAll("start", docket.gates, trees.base) : [];
  const results = resultsOf(await allTests(sitting, "start"));
  const red = results?.some(({ outcome }) => outcome === "failed" || outcome === "error") ?? false;
  const flaky = red ? await wavering(sitting, results) : [];
  return { version: 1, base: trees.base, gates: ran, results, flaky };
}

/** Runs base's tests on the change. */
export async function keepTests(sitting: Sitting, baseline: Baseline): Promise<Kept> {
  const { docket, trees, workbench, runners } = sitting;
  const restored = restoredPaths(sitting);
  const place: Place = restored.length > 0 ? "head-with-base-tests" : "head";
  if (restored.length > 0) await workbench.layOut(place, trees.tree, { paths: restored, from: trees.base });
  const runs = await allTests(sitting, place);
  const results = resultsOf(runs);
  const flakes = [...new Set([...baseline.flaky, ...docket.flakes])];
  const lost = results === null ? [] : await lostIn(sitting, { ...baseline, flaky: flakes }, results);
  return {
    baseline,
    withBaseTests: { restored, gates: restored.length > 0 ? await gatesAgain(sitting, place, runs) : [] },
    results,
    objections: unreported(sitting, { before: baseline.results, runs, where: "on the change" }),
    summary: {
      runner: runners.map(({ name }) => name).join(", ") || null,
      weak: whyWeak(sitting, results),
      base: baseline.results && countsOf(baseline.results),
      head: results && countsOf(results),
      lost,
      flakes,
    },
  };
}

/** Lost once is lost, unless base itself wavers when it is asked again. */
async function lostIn(sitting: Sitting, baseline: Baseline, kept: TestResult[]): Promise<string[]> {
  const { docket } = sitting;
  const lost = lostTests(baseline, kept, { flakes: docket.flakes, excused: excusedBy(sitting) });
  if (lost.length === 0) return [];
  const wavers = await wavering(sitting, baseline.results);
  return lost.filter((test) => !wavers.includes(test));
}

/** Tests of base that do not say the same each time. */
async function wavering(
  { bench, runners, trees }: Pick<Sitting, "bench" | "runners" | "trees">,
  first: TestResult[] | null,
): Promise<string[]> {
  const runs = first === null ? [] : [first];
  for (let again = 0; again < REPETITIONS; again += 1) {
    const asked = { runners, files: null, seed: null, needed: null };
    const results = resultsOf(await bench.tests("start", trees.base, asked));
    if (results) runs.push(results);
  }
  return unstableIn(runs);
}

async function allTests(
  { bench, runners, trees }: Pick<Sitting, "bench" | "runners" | "trees">,
  place: Place,
): Promise<TestRun[] | null> {
  const tree = place === "start" ? trees.base : trees.tree;
  return await bench.tests(place, tree, {
    runners,
    files: null,
    seed: null,
    needed: `the tests at ${place}`,
  });
}

/** The reported runs stand for the commands that call these runners; what leaves no report is run again as it is. */
async function gatesAgain(
  { bench, docket, trees, plain }: Sitting,
  place: Place,
  runs: readonly TestRun[] | null,
): Promise<CommandRun[]> {
  if (resultsOf(runs) === null) return await bench.runAll(place, docket.gates, trees.tree);
  const reported = (runs ?? []).map(({ run }) => withoutOutput(run));
  return [...reported, ...(await bench.runAll(place, plain, trees.tree))];
}

/** Tests in files the milestone allows to change; where the runner names no file, by the titles these files hold. */
function excusedBy({ files, docket }: Sitting): (result: TestResult) => boolean {
  const allowed = files.filter(({ path }) => matchesAny(path, docket.milestone.allows));
  const paths = new Set(allowed.map(({ path }) => path));
  const titles = allowed.flatMap(
    ({ before }) => before?.outline?.tests.flatMap(({ title }) => title ?? []) ?? [],
  );
  return ({ file, name }) => (file === null ? titles.some((title) => name.includes(title)) : paths.has(file));
}

function whyWeak({ runners }: Sitting, results: readonly TestResult[] | null): string | null {
  if (runners.length === 0) return "no test runner was recognised: only exit codes are known";
  return results === null ? "no report of the tests could be read: only exit codes are known" : null;
}
