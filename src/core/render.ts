/** What is rendered rather than written: the ✅ in the roadmap and the changelog's entry. Never touches code. */

import { renderChangelog, takeOutOfChangelog } from "#core/changelog.ts";
import type { Milestone } from "#core/milestone.ts";
import { parseRoadmap, setStatus } from "#core/roadmap.ts";

/** The two rendered files; a changelog that is null is not kept. */
export type Rendered = { roadmap: string; changelog: string | null };

/** The files as they are once a landed milestone was taken back. One that is gone from the roadmap leaves it alone. */
export function renderReverted(files: Rendered, { id }: Pick<Milestone, "id">): Rendered {
  const { milestones } = parseRoadmap(files.roadmap);
  const isDone = milestones.some((one) => one.id === id && one.status === "done");
  const roadmap = isDone ? setStatus(files.roadmap, id, "planned") : files.roadmap;
  return { roadmap, changelog: files.changelog === null ? null : takeOutOfChangelog(files.changelog, id) };
}

/** The files as they are once this milestone has landed. Depends on nothing but the files and the contract. */
export function renderLanded(files: Rendered, { id, title }: Pick<Milestone, "id" | "title">): Rendered {
  const roadmap = setStatus(files.roadmap, id, "done");
  if (files.changelog === null) return { roadmap, changelog: null };
  return { roadmap, changelog: renderChangelog(files.changelog, { id, title }, parseRoadmap(files.roadmap)) };
}
