/** Reads a change for signs that its tests were made to pass rather than its code. Judges what can be seen, runs nothing. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import { type Objection, RULES, type Rule } from "#core/court/objection.ts";
import { snapshotOnly } from "#core/court/snapshots.ts";
import { forcedSuccess } from "#core/court/tampering-commands.ts";
import { changedRunners, loweredThresholds } from "#core/court/tampering-configuration.ts";
import { hiddenFlakes } from "#core/court/tampering-flakes.ts";
import { forgedReports } from "#core/court/tampering-forged.ts";
import { mockedSubjects } from "#core/court/tampering-mocks.ts";
import { pairsOf } from "#core/court/tampering-pairs.ts";
import { silencedChecks } from "#core/court/tampering-silenced.ts";
import { specialCases } from "#core/court/tampering-special.ts";
import {
  deletedFiles,
  deletedTests,
  emptyTests,
  modifiedTests,
  skippingCalls,
  swallowedAssertions,
} from "#core/court/tampering-tests.ts";
import { shorterTables, weakenedTests } from "#core/court/tampering-weakened.ts";
import { matchesAny } from "#core/glob.ts";
import type { Milestone } from "#core/milestone.ts";

/** What an owner may declare: a change of what a test asks, or of the files that say how tests run. */
const EXCUSABLE = new Set<Rule>(["deleted test", "weakened test", "snapshot only", "runner configuration"]);

/** In the order of the rules, then of the places; each line of a file at most once per rule. */
export function tampering(
  files: readonly ChangedFile[],
  milestone: Pick<Milestone, "kind" | "allows" | "criteria" | "objective" | "title">,
): Objection[] {
  const pairs = pairsOf(files);
  const contract = [milestone.title, milestone.objective, ...milestone.criteria.map(({ text }) => text)].join(
    "\n",
  );
  const objections = [
    ...deletedTests(pairs),
    ...deletedFiles(files),
    ...modifiedTests(pairs),
    ...skippingCalls(files),
    ...emptyTests(pairs),
    ...swallowedAssertions(pairs),
    ...weakenedTests(pairs),
    ...files.flatMap((file) => shorterTables(file, files)),
    ...snapshotOnly(files),
    ...mockedSubjects(files),
    ...loweredThresholds(files),
    ...hiddenFlakes(files, pairs),
    ...forcedSuccess(files),
    ...changedRunners(files, contract),
    ...forgedReports(files),
    ...specialCases(files, milestone),
    ...silencedChecks(files, milestone.kind),
  ];
  const order = Object.keys(RULES);
  return once(objections)
    .filter(({ rule, path }) => !(EXCUSABLE.has(rule) && path !== null && matchesAny(path, milestone.allows)))
    .sort((one, other) => order.indexOf(one.rule) - order.indexOf(other.rule));
}

function once(objections: readonly Objection[]): Objection[] {
  const places = new Set<string>();
  return objections.filter(({ rule, path, line }) => {
    const place = `${rule}\n${path}\n${line}`;
    return !places.has(place) && places.add(place);
  });
}
