/** A gate looks at the facts of one pull request and says pass, fail or wait. It never asks anyone and never acts. */

import { type Evidence, type Finding, isByHand } from "#core/evidence.ts";
import type { Milestone } from "#core/milestone.ts";
import type { AttemptRef, Check, Observation, Pull, RequiredCheck } from "#core/observation.ts";
import { type Opinion, opinionGate } from "#core/opinion.ts";

/** The name under which Daybreak's own evidence stands as a commit status. */
export const VERIFY = "daybreak/verify";

/** What `verify` says of the head: `unknown` when nothing that may be trusted says anything. */
export type Proof =
  | { says: "proven" }
  | { says: "refuted"; because: string[] }
  /** Red, but no redder than what it stands on. */
  | { says: "excused"; because: string[] }
  /** `court`: what is still to be asked of it. */
  | { says: "unknown"; because: string; court: Evidence["court"] };

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
  /** Names of checks that had reported on this head when this run began. */
  reported: readonly string[];
  /** Minutes since the head was pushed; 0 when nobody knows. */
  waited: number;
  /** Minutes after which a check that has not ended is called stuck. */
  stuck: number;
  /** What it stands on has landed or may land: otherwise a red head says nothing of this change. */
  solid: boolean;
  needsHuman: "hold" | "land";
  /** What a model said of exactly this head; null: nothing yet. */
  opinion: Opinion | null;
  /** Whether the policy wants one. */
  opinionAsked: boolean;
};

/**
 * What a waiting pull waits for. `fresh head`: its checks were cut off and will not come back by themselves. `stuck`: a
 * check that does not end. `base`: a landing branch that is green.
 */
export type WaitFor = "verify" | "checks" | "fresh head" | "human" | "stuck" | "base" | "opinion";

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

export const verified: Gate = ({ proof, solid }) => {
  const gate = "verify";
  if (proof.says === "proven") return { gate, says: "pass" };
  if (proof.says === "unknown") return { gate, says: "wait", because: proof.because, waitFor: "verify" };
  const because = proof.because.join("; ");
  if (!solid) return { gate, says: "wait", because: `${because}, as it stands now`, waitFor: "verify" };
  if (proof.says === "excused") return { gate, says: "wait", because, waitFor: "base" };
  return { gate, says: "fail", because, counted: true };
};

export const requiredChecks = (facts: AboutChecks): Ruling => {
  const gate = "required checks";
  const rulings = facts.required
    .filter(({ name }) => name !== VERIFY)
    .map((check) => ruleOn(gate, check, facts));
  return rulings.sort((one, other) => severity(other) - severity(one))[0] ?? { gate, says: "pass" };
};

/** Asks the contract beside the findings: those of an earlier cycle come from the journal, which may be lost. */
export const criteria: Gate = ({ milestone, findings, needsHuman }) => {
  const gate = "criteria";
  const found = findings.filter((one) => one.finding === "needs a human" && !isByHand(one));
  const isShown = (text: string) =>
    findings.some((one) => one.text === text && (one.finding === "proven" || one.finding === "regression"));
  const wayless = (milestone?.criteria ?? []).filter(({ way, text }) => way.by === "none" && !isShown(text));
  const open = new Set([...found, ...wayless].map(({ text }) => `“${text}”`));
  if (open.size === 0 || needsHuman === "land") return { gate, says: "pass" };
  return { gate, says: "wait", because: `only a human can judge ${[...open].join(", ")}`, waitFor: "human" };
};

/** What required checks are judged by, whatever they stand on. */
type AboutChecks = Pick<Facts, "required" | "checks" | "reported" | "waited" | "stuck" | "solid">;

export const GATES: readonly Gate[] = [
  sameContract,
  ownHead,
  stacks,
  verified,
  requiredChecks,
  criteria,
  opinionGate,
];

/** Every report counts, not the last: one red among greens is red. */
function ruleOn(gate: string, { name, app }: RequiredCheck, facts: AboutChecks): Ruling {
  const reports = facts.checks.filter((check) => check.name === name && (app === null || check.app === app));
  const ended = (...conclusions: Check["conclusion"][]) =>
    reports.find(({ conclusion }) => conclusions.includes(conclusion));
  if (ended("failure", "timed_out")) {
    if (facts.solid) return { gate, says: "fail", because: `${name} failed`, counted: true };
    return { gate, says: "wait", because: `${name} failed, as it stands now`, waitFor: "checks" };
  }
  const odd = ended("skipped", "neutral", "action_required", "unreadable");
  if (odd) {
    const because = `${name} ended as ${odd.conclusion.replace("_", " ")}, which is not a success`;
    return { gate, says: "wait", because, waitFor: "human" };
  }
  const cut = ended("cancelled", "stale");
  if (cut) return { gate, says: "wait", because: `${name} was ${cut.conclusion}`, waitFor: "fresh head" };
  if (reports.length > 0 && !ended("pending")) return { gate, says: "pass" };
  return { gate, says: "wait", ...patience(name, reports.length > 0, facts) };
}

/** How long a check that has not ended is waited for before somebody is asked about it. */
function patience(name: string, begun: boolean, { reported, waited, stuck }: AboutChecks) {
  if (!begun && reported.includes(name))
    return { because: `${name} had reported and has vanished`, waitFor: "stuck" as const };
  const sofar = begun ? "ended" : "reported";
  if (waited > stuck)
    return { because: `${name} has not ${sofar} for more than ${stuck} minutes`, waitFor: "stuck" as const };
  return { because: `${name} has not ${sofar} yet`, waitFor: "checks" as const };
}

function severity(ruling: Ruling): number {
  if (ruling.says !== "wait") return ruling.says === "fail" ? 4 : 0;
  return { human: 3, stuck: 3, base: 3, "fresh head": 2, checks: 1, verify: 1, opinion: 1 }[ruling.waitFor];
}
