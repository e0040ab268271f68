/** One line for each decision, the same in the log and in the tests: subject, fact, number. Never more than was decided. */

import type { Claim, Decision, DecisionOf } from "#core/decision.ts";
import { short } from "#prose/figures.ts";
import { oneLine } from "#prose/hostile.ts";

/** Characters of reasons in one line of the story. */
const MOST_REASONS = 400;

/** One line; `assign` gives one for each claim. */
export function tell(decision: Decision): string {
  switch (decision.do) {
    case "assign":
      return decision.assignments.map((claim) => line("assign", attempt(claim))).join("\n");
    case "publish":
      return line("publish", `${attempt(decision)} as ${decision.as}${reasons(decision.because)}`);
    case "open":
      return line("open", `${attempt(decision)} at ${short(decision.head)}`);
    case "stage":
      return line("stage", `${pull(decision)} onto ${short(decision.onto)}${again(decision)}`);
    case "attest":
      return line("attest", `${name(decision.milestone)} ${short(decision.head)} ${attestation(decision)}`);
    case "land":
      return line("land", `${pull(decision)} at ${short(decision.head)}`);
    case "reject":
      return line("reject", `${pull(decision)}${uncounted(decision)}${reasons(decision.because)}`);
    case "block":
      return line("block", `${name(decision.milestone ?? decision.key)}${reasons([decision.because])}`);
    case "unblock":
      return line("unblock", `${unblocked(decision)}${reasons([decision.because])}`);
    case "report":
      return line("report", reported(decision));
    case "continue":
      return line("continue", decision.night);
  }
}

function line(verb: Decision["do"], rest: string): string {
  return `${verb.padEnd(10)}${rest}`;
}

function name(milestone: string): string {
  return oneLine(milestone, 64);
}

function attempt(subject: Pick<Claim, "milestone" | "attempt">): string {
  return `${name(subject.milestone)} attempt ${subject.attempt}`;
}

function pull(subject: { milestone: string; pull: number }): string {
  return `${name(subject.milestone)} #${subject.pull}`;
}

function reasons(because: readonly string[]): string {
  return because.length === 0 ? "" : ` (${oneLine(because.join("; "), MOST_REASONS)})`;
}

function again(decision: DecisionOf<"stage">): string {
  return decision.again > 0 ? ` with fresh head ${decision.again}` : "";
}

function attestation({ green, because }: DecisionOf<"attest">): string {
  return green ? "green" : `red${reasons([because])}`;
}

function uncounted({ counted }: DecisionOf<"reject">): string {
  return counted ? "" : " uncounted";
}

function unblocked({ milestone, issue }: DecisionOf<"unblock">): string {
  return milestone === null ? `#${issue}` : `${name(milestone)} #${issue}`;
}

function reported({ dashboard, files, close }: DecisionOf<"report">): string {
  const written = [...(dashboard === null ? [] : ["dashboard"]), ...Object.keys(files)];
  return [
    ...(written.length === 0 ? [] : [written.join(", ")]),
    ...close.map((night) => `${night} closed`),
  ].join("; ");
}
