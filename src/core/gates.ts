/** A gate looks at the facts of one pull request and says pass, fail or wait. It never asks anyone and never acts. */

import { type Evidence, type Finding, isByHand } from "#core/evidence.ts";
import type { Milestone } from "#core/milestone.ts";
import type { AttemptRef, Check, Observation, Pull, RequiredCheck } from "#core/observation.ts";

/** The name under which Daybreak's own evidence stands as a commit status. */
export const VERIFY = "daybreak/verify";

/** What `verify` says of the head: `unknown` when nothing that may be trusted says anything. */
export type Proof =
  | { says: "proven" }
  | { says: "refuted"; because: string[] }
  | { says: "unknown"; because: string };

/** Everything the gates may look at. */
export type Facts = {
  pull: Pull;
  ref: AttemptRef | null;
  /** The contract as the roadmap has it now; null when it is gone. */
  milestone: Milestone | null;
  landing: Observation["landing"];
  proof: Proof;
  findings: readonly Finding[];
  required: readonly RequiredCheck[];
  /** Reports on exactly this head. */
  checks: readonly Check[];
  needsHuman: "hold" | "land";
};

/** What a waiting pull waits for. `fresh head`: its checks were cut off and will not come back by themselves. */
export type WaitFor = "verify" | "checks" | "fresh head" | "human";

export type Ruling =
  | { gate: string; says: "pass" }
  /** A failure that is not `counted` is nobody's fault and costs no attempt. */
  | { gate: string; says: "fail"; because: string; counted: boolean }
  | { gate: string; says: "wait"; because: string; waitFor: WaitFor };

export type Gate = (facts: Facts) => Ruling;

export const sameContract: Gate = ({ milestone, ref }) => {
  const gate = "contract";
  const fail = (because: string): Ruling => ({ gate, says: "fail", because, counted: false });
  if (milestone === null) return fail("the milestone is no longer in the roadmap");
  if (milestone.status !== "planned") return fail(`the roadmap calls the milestone ${milestone.status}`);
  if (ref?.trailers && ref.trailers.spec !== milestone.spec)
    return fail("the milestone's contract has changed");
  return { gate, says: "pass" };
};

export const ownHead: Gate = ({ pull, ref, landing }) => {
  const gate = "own head";
  const fail = (because: string): Ruling => ({ gate, says: "fail", because, counted: false });
  if (pull.base !== landing.branch) return fail(`its base was changed to ${pull.base}`);
  if (ref === null || ref.sha !== pull.head || ref.trailers === null || ref.parents.length !== 1)
    return fail("its head is a commit Daybreak did not push");
  return { gate, says: "pass" };
};

export const stacks: Gate = ({ ref, landing }) => {
  const gate = "stacks";
  if (!ref?.conflicts || ref.conflicts.length === 0) return { gate, says: "pass" };
  const because = `conflicts with ${landing.branch} in ${ref.conflicts.join(", ")}`;
  return { gate, says: "fail", because, counted: false };
};

export const verified: Gate = ({ proof }) => {
  const gate = "verify";
  if (proof.says === "proven") return { gate, says: "pass" };
  if (proof.says === "refuted")
    return { gate, says: "fail", because: proof.because.join("; "), counted: true };
  return { gate, says: "wait", because: proof.because, waitFor: "verify" };
};

export const requiredChecks: Gate = ({ required, checks }) => {
  const gate = "required checks";
  const rulings = required.filter(({ name }) => name !== VERIFY).map((check) => ruleOn(gate, check, checks));
  return rulings.sort((one, other) => severity(other) - severity(one))[0] ?? { gate, says: "pass" };
};

/** Asks the contract beside the findings: those of an earlier cycle come from the journal, which may be lost. */
export const criteria: Gate = ({ milestone, findings, needsHuman }) => {
  const gate = "criteria";
  const found = findings.filter((one) => one.finding === "needs a human" && !isByHand(one));
  const wayless = (milestone?.criteria ?? []).filter(({ way }) => way.by === "none" || way.by === "unknown");
  const open = new Set([...found, ...wayless].map(({ text }) => `“${text}”`));
  if (open.size === 0 || needsHuman === "land") return { gate, says: "pass" };
  return { gate, says: "wait", because: `only a human can judge ${[...open].join(", ")}`, waitFor: "human" };
};

export const GATES: readonly Gate[] = [sameContract, ownHead, stacks, verified, requiredChecks, criteria];

/** Why this evidence is not green; empty when it is. Nothing that ran is not green. */
export function faultsOf(evidence: Evidence): string[] {
  const red = (runs: Evidence["gates"], where: string) =>
    runs
      .filter(({ exitCode }) => exitCode !== 0)
      .map(({ command, exitCode }) => `\`${command}\` ${exitSaid(exitCode)}${where}`);
  const restored = evidence.withBaseTests.restored;
  return [
    ...(evidence.gates.length === 0 ? ["no gate command ran"] : []),
    ...red(evidence.gates, ""),
    ...red(evidence.withBaseTests.gates, ` with the base's version of ${restored.join(", ")}`),
    ...(restored.length > 0 && evidence.withBaseTests.gates.length === 0
      ? ["the gate commands did not run with the base's tests"]
      : []),
    ...evidence.findings
      .filter(({ finding }) => finding === "failed")
      .map(({ text, how }) => `criterion “${text}” failed: ${how}`),
    ...evidence.skipped.map((what) => `not run: ${what}`),
  ];
}

function exitSaid(exitCode: number | null): string {
  return exitCode === null ? "was stopped at its time limit" : `exited ${exitCode}`;
}

/** Every report counts, not the last: one red among greens is red. */
function ruleOn(gate: string, { name, app }: RequiredCheck, checks: readonly Check[]): Ruling {
  const reports = checks.filter((check) => check.name === name && (app === null || check.app === app));
  const ended = (...conclusions: Check["conclusion"][]) =>
    reports.find(({ conclusion }) => conclusions.includes(conclusion));
  if (ended("failure", "timed_out")) return { gate, says: "fail", because: `${name} failed`, counted: true };
  const odd = ended("skipped", "neutral", "action_required", "unreadable");
  if (odd) {
    const because = `${name} ended as ${odd.conclusion.replace("_", " ")}, which is not a success`;
    return { gate, says: "wait", because, waitFor: "human" };
  }
  const cut = ended("cancelled", "stale");
  if (cut) return { gate, says: "wait", because: `${name} was ${cut.conclusion}`, waitFor: "fresh head" };
  if (reports.length === 0 || ended("pending"))
    return { gate, says: "wait", because: `${name} has not reported yet`, waitFor: "checks" };
  return { gate, says: "pass" };
}

function severity(ruling: Ruling): number {
  if (ruling.says !== "wait") return ruling.says === "fail" ? 4 : 0;
  return { human: 3, "fresh head": 2, checks: 1, verify: 1 }[ruling.waitFor];
}
