/** Makes findings out of what the harness measured. Pure: nothing here is read from the worker's words. */

import { BY_HAND, type CommandRun, type Finding } from "#core/evidence.ts";
import type { AcceptanceCriterion } from "#core/milestone.ts";

/** One run with the start of its output, for `prints`. */
export type Measured = CommandRun & { output: string };

/** What was measured of one criterion: before the change, and after it. Null: it did not run. */
export type Measurement = {
  before: Measured | null;
  after: Measured | null;
  /** For `(file: …)`: the text on the staged tree and on base; null when absent. */
  file: { before: string | null; after: string | null };
};

export function findingOf(criterion: AcceptanceCriterion, { before, after, file }: Measurement): Finding {
  const { text, way } = criterion;
  const find = (finding: Finding["finding"], how: string): Finding => ({ text, finding, how });
  switch (way.by) {
    case "manual":
      return find("needs a human", BY_HAND);
    case "unknown":
      return find("needs a human", `this version cannot check \`(${way.way}: …)\``);
    case "none":
      return find("needs a human", "it names no way to check it");
    case "file":
      return ruleOnFile(find, way, file);
    case "command": {
      if (after === null) return find("failed", "its command did not run in time");
      const passes = (one: Measured) =>
        one.exitCode === way.exitCode && (way.prints === null || one.output.includes(way.prints));
      const said = `\`${way.command}\` exited ${after.exitCode ?? "at its time limit"}`;
      if (!passes(after)) return find("failed", `${said}, wanted ${wanted(way)}`);
      if (before !== null && passes(before))
        return find("regression", `${said}, as it did before the change`);
      return find("proven", before === null ? said : `${said}; before the change it did not`);
    }
  }
}

function ruleOnFile(
  find: (finding: Finding["finding"], how: string) => Finding,
  { path, contains }: { path: string; contains: string | null },
  { before, after }: Measurement["file"],
): Finding {
  const holds = (text: string | null) => text !== null && (contains === null || text.includes(contains));
  const what = contains === null ? `${path} exists` : `${path} contains “${contains}”`;
  if (!holds(after)) return find("failed", `not so: ${what}`);
  return holds(before) ? find("regression", `${what}, as before the change`) : find("proven", what);
}

function wanted({ exitCode, prints }: { exitCode: number; prints: string | null }): string {
  return prints === null ? `exit ${exitCode}` : `exit ${exitCode} and output with “${prints}”`;
}
