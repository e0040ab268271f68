/** What findings amount to for a reader. A check that was left to a human is never called proven here. */

import type { Finding } from "#core/evidence.ts";

/** Whether this is a human's to look at: it was left to him, or nothing else could decide it. */
export function isForYou({ finding }: Finding): boolean {
  return finding === "needs a human";
}

/** The finding as a reader understands it. A regression guard that held must not read like a regression. */
export function findingSaid(finding: Finding): string {
  if (isForYou(finding)) return "for you to see";
  return finding.finding === "regression" ? "still green" : finding.finding;
}

/** All criteria in one phrase: `1/3 proven, 1 still green, 1 for you to see`. */
export function tally(findings: readonly Finding[], unchecked = 0): string {
  const count = (said: string) => findings.filter((one) => findingSaid(one) === said).length;
  const others = ["still green", "failed", "for you to see"].filter((said) => count(said) > 0);
  return [
    `${count("proven")}/${findings.length + unchecked} proven`,
    ...others.map((said) => `${count(said)} ${said}`),
    ...(unchecked > 0 ? [`${unchecked} not checked`] : []),
  ].join(", ");
}
