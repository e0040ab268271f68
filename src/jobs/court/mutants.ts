/** Small wrong changes of the source, and whether a changed test notices. Asked only where it decides something. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import { isRedToGreen, speaksFor } from "#core/court/findings.ts";
import type { Mutation, TestProof } from "#core/evidence.ts";
import { matchesAny } from "#core/glob.ts";
import { criterionName } from "#core/milestone.ts";
import { resultsOf } from "#jobs/court/bench.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import {
  isHollow,
  isRed,
  isRedOnBase,
  isUnbuilt,
  outcomeIn,
  type Stubbed,
  sourcesOf,
} from "#jobs/court/stubs.ts";
import { type Reach, runFiles } from "#jobs/court/test-files.ts";
import type { Mutant } from "#ports/syntax.ts";
import type { Writes } from "#ports/workbench.ts";

/** Mutants tried where they decide; each costs a run of the changed tests. */
const MOST_MUTANTS = 10;

/** Source files that are made wrong where nobody knows which ones are meant. */
const MOST_SUBJECTS = 20;

export const NO_MUTATION: Mutation = { tried: 0, killed: 0, survivors: [] };

/** Instead of an answer: whoever asks only whether there is one notices that, and nothing else. */
const NOTHING = /^(?:undefined|None)$/;

/** Asked where they decide: a test heard no stub and nothing else speaks for it, or the milestone is about coverage. */
export async function proveAgainstMutants(
  sitting: Sitting,
  reach: Reach,
  { proofs, heard }: Stubbed,
): Promise<{ proofs: TestProof[]; mutation: Mutation }> {
  const isCoverage = sitting.docket.milestone.kind === "coverage";
  const open = proofs.filter((proof) => isHollow(proof) && !isRedToGreen(proof));
  // A criterion is proven by the test that names it, whatever the others do.
  const { id, criteria } = sitting.docket.milestone;
  const speaks = open.some((proof) =>
    criteria.some((_, index) => speaksFor(proof, criterionName(id, index))),
  );
  const isDeaf = heard === false && proofs.some(isRedOnBase);
  const isAlone = open.length > 0 && !proofs.some(isRedToGreen);
  if (!isCoverage && !isDeaf && !isAlone && !speaks) return { proofs, mutation: NO_MUTATION };
  const all = isCoverage ? await mutantsOfSubjects(sitting) : mutantsOfChange(sitting);
  const mutants = all.filter(({ mutant }) => heard === null || !NOTHING.test(mutant.is));
  const measured = await tryMutants(sitting, reach, proofs, mutants);
  const { mutation } = measured;
  return isDeaf && mutation.killed === 0 ? { proofs: measured.proofs.map(wantingOnly), mutation } : measured;
}

/** Red on base, and green whatever the change does: all it asked for is that something be there. */
function wantingOnly(proof: TestProof): TestProof {
  return isRedOnBase(proof) ? { ...proof, missing: true } : proof;
}

async function tryMutants(
  sitting: Sitting,
  { files, patience }: Reach,
  proofs: TestProof[],
  mutants: readonly Attempted[],
): Promise<{ proofs: TestProof[]; mutation: Mutation }> {
  const mutation: Mutation = { tried: 0, killed: 0, survivors: [] };
  let counted = proofs;
  for (const { path, mutant, writes } of spread(mutants, MOST_MUTANTS)) {
    const ran = await runFiles(sitting, files, { writes, patience });
    const results = resultsOf(ran);
    if (sitting.bench.secondsLeft() <= 0) break;
    if (results === null || results.some(isUnbuilt)) continue;
    const killers = counted.filter((proof) => proof.onHead === "passed" && isRed(outcomeIn(results, proof)));
    mutation.tried += 1;
    if (killers.length > 0) mutation.killed += 1;
    else mutation.survivors.push({ path, line: mutant.line, was: mutant.was, is: mutant.is });
    counted = counted.map((proof) =>
      killers.includes(proof) ? { ...proof, killed: proof.killed + 1 } : proof,
    );
  }
  return { proofs: counted, mutation };
}

type Attempted = { path: string; mutant: Mutant; writes: Writes };

function mutantsOfChange(sitting: Sitting): Attempted[] {
  const sources = sourcesOf(sitting);
  const whole = Object.fromEntries(sources.map(({ path, after }) => [path, after.text]));
  return sources.flatMap(({ path, after, changed }) =>
    sitting.syntax
      .mutants(path, after.text, changed)
      .map((mutant) => ({ path, mutant, writes: { ...whole, [path]: mutant.text } })),
  );
}

/** A coverage milestone changes no source: its subjects are the files of the project that its tests import. */
async function mutantsOfSubjects({ files, trees, workbench, syntax, docket }: Sitting): Promise<Attempted[]> {
  const all = await workbench.paths(trees.tree);
  const imported = files.flatMap((file) => (file.isTest ? importedFiles(file, all) : []));
  // Tests that drive the program as a process import nothing of it: then all of it is their subject.
  const programs = all.filter((path) => isProgram(path) && !matchesAny(path, docket.testPaths));
  const subjects = new Set(imported.length > 0 ? imported : programs.slice(0, MOST_SUBJECTS));
  const texts = new Map<string, string>();
  for (const path of subjects) {
    const text = await workbench.readText(trees.tree, path);
    if (text !== null) texts.set(path, text);
  }
  const whole = Object.fromEntries(texts);
  return [...texts].flatMap(([path, text]) =>
    syntax
      .mutants(path, text, [{ from: 1, to: text.split("\n").length }])
      .map((mutant) => ({ path, mutant, writes: { ...whole, [path]: mutant.text } })),
  );
}

function isProgram(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|py|go)$/u.test(path);
}

/** The last segments of an import name a file of the project, whatever the language makes of the rest. */
function importedFiles({ path, after }: ChangedFile, all: readonly string[]): string[] {
  const sources = all.filter((one) => isProgram(one) && one !== path);
  const stem = (one: string) => one.replace(/\.\w+$/u, "");
  const named = (after?.outline?.imports ?? []).flatMap(({ module }) => {
    const last = stem(module.replaceAll(".", "/").replace(/\/(?:js|ts|mjs|cjs|jsx|tsx)$/u, "")).replace(
      /^\/+/u,
      "",
    );
    return last === "" ? [] : sources.filter((one) => stem(one) === last || stem(one).endsWith(`/${last}`));
  });
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  const beside = path.endsWith("_test.go")
    ? sources.filter((one) => one.endsWith(".go") && !one.endsWith("_test.go") && one.startsWith(folder))
    : [];
  return [...named, ...beside];
}

/** At most `most` of them, evenly spread. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most);
  return items
    .filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
    .slice(0, most);
}
