/** Runs commands and tests for the court until its time is up, and remembers what it had to leave out. Judges nothing. */

import { invocationOf } from "#core/court/invocation.ts";
import type { TestResult } from "#core/court/results.ts";
import { type Invocation, type Runner, runnerFor } from "#core/court/runner.ts";
import type { CommandRun } from "#core/evidence.ts";
import type { Sha } from "#core/milestone.ts";
import type { Place, Ran, Workbench, Writes } from "#ports/workbench.ts";

export type BenchWorld = {
  workbench: Workbench;
  /** Seconds since some fixed moment. */
  clock: () => number;
  say: (line: string) => void;
};

/** What the tests of one place said; null where no runner leaves a report. */
export type TestRun = { run: Ran; results: TestResult[] | null };

export type Bench = {
  /** What was not run: nothing may land without it. */
  skipped: string[];
  /** What was not run and is only said. */
  remarks: string[];
  secondsLeft(): number;
  /** Null: the time is up, and `skipped` says so. The same command at the same place is measured once. */
  run(place: Place, command: string, tree: Sha): Promise<Ran | null>;
  runAll(place: Place, commands: readonly string[], tree: Sha): Promise<CommandRun[]>;
  /** All tests of these runners, or only those in `files`. Null: the time is up. */
  tests(place: Place, tree: Sha, asked: TestsAsked): Promise<TestRun[] | null>;
};

export type TestsAsked = {
  runners: readonly Runner[];
  /** Null: all of them. Text decides which runner a file belongs to. */
  files: readonly { path: string; text: string }[] | null;
  seed: number | null;
  writes?: Writes;
  /** What to call it when there is no time for it; null: leaving it out holds nothing. */
  needed: string | null;
  /** Seconds after which it is stopped; left out: all that are left. */
  patience?: number;
};

export function openBench({ workbench, clock, say }: BenchWorld, deadline: number): Bench {
  const measured = new Map<string, Ran>();
  const skipped: string[] = [];
  const remarks: string[] = [];
  const secondsLeft = () => deadline - clock();

  function tell(place: Place, { command, exitCode, seconds, tail }: CommandRun, quiet = false): void {
    say(`run       ${place}: ${command} → ${exitCode} (${seconds.toFixed(1)} s)`);
    if (exitCode !== 0 && !quiet) say(tail);
  }

  async function run(place: Place, command: string, tree: Sha): Promise<Ran | null> {
    const key = JSON.stringify([place, command, tree]);
    const known = measured.get(key);
    if (known) return known;
    const left = secondsLeft();
    if (left <= 0) {
      skipped.push(`\`${command}\`: the time for verification was used up`);
      return null;
    }
    const result = await workbench.run(place, command, tree, left);
    measured.set(key, result);
    // Elsewhere it would be taken for red; of the change itself red is what it is.
    if (result.exitCode === null && place !== "head") skipped.push(stopped(`\`${command}\` at ${place}`));
    tell(place, result);
    return result;
  }

  async function runTests(
    place: Place,
    invocation: Invocation,
    tree: Sha,
    {
      needed,
      writes,
      patience = Number.POSITIVE_INFINITY,
    }: Pick<TestsAsked, "needed" | "writes" | "patience">,
  ): Promise<TestRun> {
    const seconds = Math.min(secondsLeft(), patience);
    const ran = await workbench.runTests(place, invocation, tree, seconds, writes);
    if (needed !== null && ran.run.exitCode === null) skipped.push(stopped(needed));
    tell(place, ran.run, true);
    return ran;
  }

  return {
    skipped,
    remarks,
    secondsLeft,
    run,
    async runAll(place, commands, tree) {
      const runs: CommandRun[] = [];
      for (const command of commands) {
        const result = await run(place, command, tree);
        if (result) runs.push(withoutOutput(result));
      }
      return runs;
    },
    async tests(place, tree, { runners, files, seed, needed, ...how }) {
      const runs: TestRun[] = [];
      for (const runner of runners) {
        const own = files?.filter(({ path, text }) => runnerFor(path, text, runners) === runner);
        if (own?.length === 0) continue;
        if (secondsLeft() <= 0) {
          (needed === null ? remarks : skipped).push(
            `${needed ?? "a repetition"}: the time for verification was used up`,
          );
          return null;
        }
        const invocation = invocationOf(runner, { files: own?.map(({ path }) => path) ?? null, seed });
        runs.push(await runTests(place, invocation, tree, { needed, ...how }));
      }
      return runs;
    },
  };
}

function stopped(what: string): string {
  return `${what}: stopped when the time for verification was used up`;
}

export function withoutOutput({ output: _, ...run }: Ran): CommandRun {
  return run;
}

/** All results of some runs; null if any of them left no report. */
export function resultsOf(runs: readonly TestRun[] | null): TestResult[] | null {
  if (runs === null || runs.length === 0 || runs.some(({ results }) => results === null)) return null;
  return runs.flatMap(({ results }) => results ?? []);
}
