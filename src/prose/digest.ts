/** The files people may read on the state branch. Rendered from the morning alone; nothing is ever read back from them. */

import type { Morning } from "#core/report.ts";
import { tellCost, tellMorning, tellQuestions, tellStandings } from "#prose/morning.ts";
import { headline } from "#prose/tonight.ts";

export function stateFiles(morning: Morning): Record<"STATE.md" | "DIGEST.md" | "BLOCKED.md", string> {
  return {
    "STATE.md": page(
      "Where every milestone stands",
      tellStandings(morning) ?? "The roadmap has no milestones.",
      tellCost(morning) ?? "Nothing was spent.",
    ),
    "DIGEST.md": `${tellMorning(morning)}\n`,
    "BLOCKED.md": page(
      "What waits for an answer",
      tellQuestions(morning) ?? "Nothing does.",
      headline(morning),
    ),
  };
}

function page(title: string, ...paragraphs: string[]): string {
  return `${[`# ${title}`, ...paragraphs].join("\n\n")}\n`;
}
