/** Whether what a roadmap wants driven can be started: the one check that needs roadmap and policy. Starts nothing. */

import type { Policy } from "#core/policy.ts";
import type { Roadmap, RoadmapDiagnostic } from "#core/roadmap.ts";
import { ROADMAP_CATALOGUE } from "#core/roadmap-diagnostics.ts";
import { drivesProgram } from "#core/roadmap-ways.ts";

/** One error for each planned milestone with a criterion to be driven while the policy starts no program. */
export function undrivable(
  { milestones }: Pick<Roadmap, "milestones">,
  { start }: Pick<Policy, "start">,
): RoadmapDiagnostic[] {
  if (start !== null) return [];
  const [severity, remedy] = ROADMAP_CATALOGUE.ROADMAP_UNDRIVABLE;
  return milestones.flatMap(({ id, status, criteria, line }) => {
    const driven = criteria.filter(({ way }) => drivesProgram(way));
    const ways = [...new Set(driven.map(({ way }) => way.by))];
    if (status !== "planned" || ways.length === 0) return [];
    const named = ways.map((by) => `(${by}:)`).join(", ");
    const message = `${id} is to be checked by ${named}, and the policy does not say how to start the program.`;
    return [{ code: "ROADMAP_UNDRIVABLE", severity, message, remedy, line, column: 1, milestone: id }];
  });
}
