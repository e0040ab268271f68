/** Why evidence is not green. Recomputed from the facts by whoever relies on it; nothing that ran is not green. */

import { objectionSaid } from "#core/court/objection.ts";
import { proofObjections } from "#core/court/proof.ts";
import type { CommandRun, Evidence } from "#core/evidence.ts";

/** Empty when the evidence is green. */
export function faultsOf(evidence: Evidence): string[] {
  const restored = evidence.withBaseTests.restored;
  const whole = evidence.court === "full";
  return [
    ...(evidence.gates.length === 0 ? ["no gate command ran"] : []),
    ...redOf(evidence.gates, ""),
    ...redWithBaseTests(evidence),
    ...(whole && restored.length > 0 && evidence.withBaseTests.gates.length === 0
      ? ["the gate commands did not run with the base's tests"]
      : []),
    ...evidence.tests.lost.map(
      (test) =>
        `lost test: “${test}” passed on base and does not pass on the change. Keep what it asks for, or let the milestone name its file under \`Allows:\``,
    ),
    ...evidence.objections.map(objectionSaid),
    // Red commands come first: what they leave unproven is not worth a word.
    ...(whole && isGreen(evidence.gates) ? proofObjections(evidence).map(objectionSaid) : []),
    ...evidence.findings
      .filter(({ finding }) => finding === "failed")
      .map(({ text, how }) => `criterion “${text}” failed: ${how}`),
    ...brokenPromises(evidence),
    ...evidence.holdOuts.filter(({ passed }) => !passed).map(({ id }) => `hold-out failed: ${id}`),
    ...evidence.skipped.map((what) => `not run: ${what}`),
  ];
}

/** Nothing speaks against the tree but what nobody had the time to ask: not green, and no reason to blame anybody. */
export function isCutOff(evidence: Evidence): boolean {
  return evidence.skipped.length > 0 && faultsOf({ ...evidence, skipped: [] }).length === 0;
}

/** The gate commands that are red on the tree and were red on base: nobody's fault but base's. Null: base is green. */
export function redBaseOf({ baseline }: Pick<Evidence, "baseline">): string[] | null {
  const red = redOf(baseline, " on base");
  return red.length === 0 ? null : red;
}

/** A command the owner did not write is our way of asking their tests for a report: it says nothing to them. */
function redWithBaseTests({ gates, withBaseTests }: Evidence): string[] {
  const written = gates.map(({ command }) => command);
  const { restored, gates: again } = withBaseTests;
  return again
    .filter(({ exitCode }) => exitCode !== 0)
    .map(({ command, exitCode }) => {
      const what = written.includes(command) ? `\`${command}\`` : "the tests";
      return `${what} ${exitSaid(exitCode)} with the base's version of ${restored.join(", ")}`;
    });
}

function brokenPromises({ smoke }: Evidence): string[] {
  return smoke
    .filter(({ run }) => run.exitCode !== 0)
    .map(
      ({ milestone, run }) =>
        `smoke broken: ${milestone} promised \`${run.command}\`, which ${exitSaid(run.exitCode)}`,
    );
}

function redOf(runs: readonly CommandRun[], where: string): string[] {
  return runs
    .filter(({ exitCode }) => exitCode !== 0)
    .map(({ command, exitCode }) => `\`${shortened(command)}\` ${exitSaid(exitCode)}${where}`);
}

/** Characters of a command that are told: what calls a runner may carry a program of its own. */
const TOLD = { start: 60, end: 180 };

function shortened(command: string): string {
  const { start, end } = TOLD;
  return command.length <= start + end ? command : `${command.slice(0, start)} … ${command.slice(-end)}`;
}

/** An empty list of gates is not green. */
export function isGreen(gates: readonly CommandRun[]): boolean {
  return gates.length > 0 && gates.every(({ exitCode }) => exitCode === 0);
}

function exitSaid(exitCode: number | null): string {
  return exitCode === null ? "was stopped at its time limit" : `exited ${exitCode}`;
}
