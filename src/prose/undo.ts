/** The pull request by which an owner takes a landed milestone back. Lands nothing by itself. */

import type { Milestone, Sha } from "#core/milestone.ts";
import { plain } from "#prose/hostile.ts";

export function undoPull(
  { id, title }: Pick<Milestone, "id" | "title">,
  commit: Sha,
): { title: string; body: string } {
  return {
    title: plain(`Revert ${id}: ${title}`, 200),
    body: `This takes back what ${commit} brought. The milestone is planned again in the roadmap, and its entry in the changelog is gone: mark it 🚧 if it is not to be built again. Merge this for yes, close it for no.`,
  };
}
