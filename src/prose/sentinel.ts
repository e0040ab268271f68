/** What the sentinel says to people: the pull request of a revert, and the lines of the morning. */

import type { Aftermath } from "#core/aftermath.ts";
import { type MilestoneId, type Sha, short } from "#core/milestone.ts";
import { oneLine, plain } from "#prose/hostile.ts";
import { code, sentence } from "#prose/markdown.ts";

export function revertBody({
  milestone,
  title,
  commit,
}: {
  milestone: MilestoneId;
  title: string;
  commit: Sha;
}): { title: string; body: string } {
  return {
    title: `Revert ${oneLine(`${milestone}: ${title}`, 100)}`,
    body: `The landing branch went red after ${code(short(commit))} landed. This takes it back; the milestone is planned again. It is open so that the required checks run, and lands by itself when they and Daybreak's court are green.`,
  };
}

/** Null when there is nothing that its reader must know. */
export function tellAftermath(aftermath: Aftermath | null): string | null {
  if (aftermath === null) return null;
  const { branch, says } = aftermath;
  switch (says) {
    case "smoke only":
      return `Only smoke was asked after landing: no workflow is named under ${code("after-landing:")}.`;
    case "nothing":
      return `What was started on ${code(branch)} after landing has not reported.`;
    case "refused":
      return `${aftermath.workflows.map(code).join(", ")} could not be started on ${code(branch)}: it needs a ${code("workflow_dispatch:")} trigger.`;
    case "broken":
      return sentence(
        `Promises that do not hold at the end of the night: ${aftermath.because.map((one) => plain(one, 300)).join("; ")}`,
      );
  }
}
