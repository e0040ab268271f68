/** The changed tests against sources whose functions do or answer something else: a test that still passes proves nothing of them. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import { isRedToGreen } from "#core/court/findings.ts";
import { outcomesOf, type TestOutcome, type TestResult } from "#core/court/results.ts";
import type { TestProof } from "#core/evidence.ts";
import { resultsOf } from "#jobs/court/bench.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import { type Reach, runFiles } from "#jobs/court/test-files.ts";
import type { How } from "#ports/syntax.ts";
import type { Writes } from "#ports/workbench.ts";

/** Sources of the change that a parser can rewrite. */
export function sourcesOf({ files }: Pick<Sitting, "files">): (ChangedFile & { after: { text: string } })[] {
  return files.flatMap((file) =>
    !file.isTest && file.after?.outline ? [{ ...file, after: file.after }] : [],
  );
}

/** What the tests said of functions that answer something else; `heard` null where no function could be altered. */
export type Stubbed = { proofs: TestProof[]; heard: boolean | null };

/**
 * A test that was red on base must be red as well where the change's functions answer something else, and those without
 * an answer do nothing. That is more than to notice one that throws: a comparison of a call with itself notices that.
 */
export async function proveAgainstStubs(
  sitting: Sitting,
  reach: Reach,
  proofs: readonly TestProof[],
): Promise<Stubbed> {
  const red = proofs.filter(isRedOnBase);
  const altered = stubsFor(sitting, "altered");
  if (red.length === 0 || Object.keys(altered).length === 0)
    return { proofs: await proveAgainstNothing(sitting, reach, proofs), heard: null };
  const ran = await runFiles(sitting, reach.files, { writes: altered, patience: reach.patience });
  const results = resultsOf(ran);
  // Who never ends on wrong sources has noticed them; whoever was cut off because our time was up has not.
  if (sitting.bench.secondsLeft() <= 0) return { proofs: [...proofs], heard: null };
  if (ran?.some(({ run }) => run.exitCode === null)) return { proofs: proofs.map(noticing), heard: true };
  if (results === null || results.some(isUnbuilt))
    return { proofs: await proveAgainstNothing(sitting, reach, proofs), heard: null };
  const told = proofs.map((proof) =>
    isRedOnBase(proof) ? { ...proof, onStub: outcomeIn(results, proof) } : proof,
  );
  return { proofs: told, heard: told.some((proof) => proof.onStub !== null && proof.onStub !== "passed") };
}

function noticing(proof: TestProof): TestProof {
  return isRedOnBase(proof) ? { ...proof, onStub: "failed" } : proof;
}

/** Where nothing can be altered: the tests that were red only for want of something, against functions that do nothing. */
async function proveAgainstNothing(
  sitting: Sitting,
  reach: Reach,
  proofs: readonly TestProof[],
): Promise<TestProof[]> {
  let open = proofs.filter(isHollow);
  let proven = [...proofs];
  for (const how of ["throwing", "emptied"] as const) {
    const writes = stubsFor(sitting, how);
    if (open.length === 0 || Object.keys(writes).length === 0) break;
    const results = resultsOf(await runFiles(sitting, reach.files, { writes, patience: reach.patience }));
    if (results === null) break;
    proven = proven.map((proof) =>
      open.some(({ test }) => test === proof.test) ? { ...proof, onStub: outcomeIn(results, proof) } : proof,
    );
    open = proven.filter((proof) => isHollow(proof) && !isRedToGreen(proof));
  }
  return proven;
}

export function isRedOnBase({ onHead, onBase, steady }: TestProof): boolean {
  return onHead === "passed" && steady && onBase !== "passed" && onBase !== "skipped";
}

/** Red on base only for want of something. */
export function isHollow(proof: TestProof): boolean {
  return isRedOnBase(proof) && (proof.missing || proof.onBase !== "failed");
}

export function outcomeIn(results: readonly TestResult[], { test, file }: TestProof): TestOutcome | "absent" {
  const known = outcomesOf(results).get(test);
  const unloaded = results.some((one) => one.outcome === "error" && sameFile(one.file, file));
  return known ?? (unloaded ? "error" : "absent");
}

function stubsFor(sitting: Sitting, how: How): Writes {
  const { syntax } = sitting;
  return Object.fromEntries(
    sourcesOf(sitting).flatMap(({ path, after, changed }) => {
      const stub = syntax.stub(path, after.text, how, changed);
      return stub === null ? [] : [[path, stub]];
    }),
  );
}

/** What does not compile says nothing of the tests. */
export function isUnbuilt({ outcome, missing }: TestResult): boolean {
  return outcome === "error" && missing;
}

export function sameFile(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

export function isRed(outcome: TestOutcome | "absent"): boolean {
  return outcome === "failed" || outcome === "error";
}
