/** The comment under a pull request that was rejected: why, and what it costs. Says nothing the gates did not say. */

import type { MilestoneId } from "#core/milestone.ts";
import { plain } from "#prose/hostile.ts";
import { bullets, cut, hasMarker } from "#prose/markdown.ts";

type Rejection = {
  milestone: MilestoneId;
  attempt: number;
  because: readonly string[];
  counted: boolean;
};

const MOST_REASONS = 25;
const MOST_IN_REASON = 1_000;

export function rejectionComment({ milestone, attempt, because, counted }: Rejection): string {
  return [
    `**${plain(milestone, 64)} attempt ${attempt} is rejected.**`,
    bullets(
      cut(
        because.map((one) => plain(one, MOST_IN_REASON)),
        MOST_REASONS,
        "reasons",
      ),
    ),
    counted
      ? "The attempt counts. The next one is told these reasons; when none is left, one issue asks you."
      : "Nobody's fault: the attempt does not count. The next one is told these reasons.",
    marker(attempt),
  ].join("\n\n");
}

/** Reads only what `rejectionComment` printed; who wrote it is for the caller to check. */
export function isRejectionComment(body: string, attempt: number): boolean {
  return hasMarker(body, marker(attempt));
}

function marker(attempt: number): string {
  return `<!-- daybreak:rejection ${attempt} -->`;
}
