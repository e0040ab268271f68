/** The morning as one night sees it: what belongs to it, in the roadmap's order, and its first line. Adds nothing of its own. */

import type { MilestoneId } from "#core/milestone.ts";
import type { Morning } from "#core/report.ts";
import { dollars, nightTitle } from "#prose/figures.ts";

export type Landed = Morning["landed"][number];
type Rejected = Morning["rejected"][number];

/** What landed this night. Earlier nights have had their morning. */
export function landedTonight({ landed, night, rows }: Morning): Landed[] {
  return inOrder(
    landed.filter((one) => one.night === night),
    rows,
  );
}

/** Rejections whose milestone is still open or landed this night: older ones came to their end. */
export function rejectedStill({ landed, rejected, night, rows }: Morning): Rejected[] {
  const over = new Set(landed.filter((one) => one.night !== night).map(({ milestone }) => milestone));
  return inOrder(
    rejected.filter(({ milestone }) => !over.has(milestone)),
    rows,
  );
}

/** The attempt that landed after this rejection, if one did. */
export function landedAfter({ milestone, attempt }: Rejected, { landed }: Morning): Landed | undefined {
  return landed.find((one) => one.milestone === milestone && one.attempt > attempt);
}

export function titleOf(milestone: MilestoneId, { rows }: Morning): string {
  return rows.find((row) => row.milestone === milestone)?.title ?? "";
}

/** `Night 2026-11-20: 4 landed, 1 waits for your answer, 1 rejected · $0.42` */
export function headline(morning: Morning): string {
  const landed = landedTonight(morning).length;
  const asked = morning.blocked.length;
  const rejected = rejectedStill(morning).length;
  const errors = morning.problems.filter(({ severity }) => severity === "error").length;
  const parts = [
    landed === 0 ? "nothing landed" : `${landed} landed`,
    ...(asked === 0 ? [] : [`${asked} ${asked === 1 ? "waits" : "wait"} for your answer`]),
    ...(rejected === 0 ? [] : [`${rejected} rejected`]),
    ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? "error" : "errors"} in what you wrote`]),
  ];
  const stopped = morning.stop === null ? "" : " · stopped";
  return `Night ${nightTitle(morning.night)}: ${parts.join(", ")} · ${dollars(morning.spend.usd)}${stopped}`;
}

function inOrder<Entry extends { milestone: MilestoneId; attempt: number }>(
  entries: readonly Entry[],
  rows: Morning["rows"],
): Entry[] {
  const order = new Map(rows.map(({ milestone }, index) => [milestone, index]));
  const place = ({ milestone }: Entry) => order.get(milestone) ?? order.size;
  return entries.toSorted((one, other) => place(one) - place(other) || one.attempt - other.attempt);
}
