/** One line for each decision, the same in the log and in the tests: subject, fact, number. Never more than was decided. */

import type { Booked, Car, Claim, Decision, DecisionOf, Found } from "#core/decision.ts";
import { short } from "#core/milestone.ts";
import { dollars } from "#prose/figures.ts";
import { oneLine } from "#prose/hostile.ts";

/** Characters of reasons in one line of the story. */
const MOST_REASONS = 400;

/** One line; `assign`, `stage` and `land` give one for each attempt. */
export function tell(decision: Decision): string {
  switch (decision.do) {
    case "assign":
      return decision.assignments.map((claim) => line("assign", attempt(claim))).join("\n");
    case "publish":
      return line("publish", `${attempt(decision)} as ${decision.as}${reasons(decision.because)}`);
    case "open":
      return line("open", `${attempt(decision)} at ${short(decision.head)}`);
    case "stage":
      return decision.cars.map((car, index) => line("stage", staged(car, decision, index))).join("\n");
    case "attest":
      return line("attest", `${name(decision.milestone)} ${short(decision.head)} ${attestation(decision)}`);
    case "land":
      return decision.cars
        .map((car) => line("land", `${pull(car)} at ${short(car.head)}${how(decision)}`))
        .join("\n");
    case "book":
      return decision.opinions.map((one) => line("book", `${attempt(one)} ${opinion(one)}`)).join("\n");
    case "watch":
      return line("watch", `${short(decision.commit)} by ${decision.workflows.join(", ")}`);
    case "examine":
      return decision.found.map((one) => line("examine", `${short(one.commit)} ${examined(one)}`)).join("\n");
    case "unmake":
      return line(
        "unmake",
        `${name(decision.milestone)} ${short(decision.commit)} on ${short(decision.onto)}`,
      );
    case "revert":
      return line(
        "revert",
        `${name(decision.milestone)} ${short(decision.commit)} by ${short(decision.head)}${reasons(decision.because)}`,
      );
    case "drop":
      return line("drop", `${attempt(decision)}${reasons([decision.because])}`);
    case "rebuild":
      return line("rebuild", `up to ${short(decision.head)}`);
    case "renew":
      return line("renew", `to ${short(decision.to)}${reasons([decision.because])}`);
    case "promote":
      return line("promote", promoted(decision));
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

function staged(car: Car, { cars, onto }: DecisionOf<"stage">, index: number): string {
  const before = cars[index - 1];
  const place = before ? `behind ${name(before.milestone)}` : `onto ${short(onto)}`;
  return `${pull(car)} ${place}${car.again > 0 ? ` with fresh head ${car.again}` : ""}`;
}

function how({ by }: DecisionOf<"land">): string {
  return by === "push" ? "" : ` by ${by}`;
}

function attestation({ green, because }: DecisionOf<"attest">): string {
  return green ? "green" : `red${reasons([because])}`;
}

function opinion({ head, spend }: Booked): string {
  return `an opinion of ${short(head)} for ${dollars(spend.usd)}`;
}

function examined({ because }: Found): string {
  return because.length === 0 ? "green" : `red${reasons(because)}`;
}

function promoted({ pull }: DecisionOf<"promote">): string {
  return pull === null ? "in a new pull request" : `#${pull} says what it holds now`;
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
