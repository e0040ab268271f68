/** The changed tests with a failure before each of their assertions: one that still passes asserts nothing. Concludes no more. */

import type { Objection } from "#core/court/objection.ts";
import type { TestProof } from "#core/evidence.ts";
import { resultsOf } from "#jobs/court/bench.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import { outcomeIn, sameFile } from "#jobs/court/stubs.ts";
import { isCalled, layOutHead, runFiles, type TestFile } from "#jobs/court/test-files.ts";

/** So many are told of one change. */
const MOST_TOLD = 5;

export async function unreached(
  sitting: Sitting,
  { files, patience }: { files: readonly TestFile[]; patience: number },
  proofs: readonly TestProof[],
): Promise<Objection[]> {
  const failing = files.flatMap((file) => {
    const failing = sitting.syntax.fail(file.path, file.text);
    return failing === null ? [] : [{ ...failing, path: file.path, file }];
  });
  if (failing.length === 0 || !proofs.some(({ onHead }) => onHead === "passed")) return [];
  const writes = Object.fromEntries(failing.map(({ path, text }) => [path, text]));
  const own = failing.map(({ file }) => file);
  // What was written for stubs and mutants still lies there.
  await layOutHead(sitting);
  const results = resultsOf(await runFiles(sitting, own, { writes, patience }));
  if (results === null) return [];
  const isMeant = ({ test, file }: TestProof) =>
    failing.some(
      ({ path, titles, all }) =>
        sameFile(file, path) && ((all && file !== null) || titles.some((title) => isCalled(test, title))),
    );
  return proofs
    .filter((proof) => proof.onHead === "passed" && isMeant(proof) && outcomeIn(results, proof) === "passed")
    .slice(0, MOST_TOLD)
    .map(
      ({ test, file }): Objection => ({
        rule: "empty test",
        path: file,
        line: null,
        because: `“${test}” passes although each of its assertions was made to fail: it reaches none`,
        remedy: "Let the test reach what it asserts, and let nothing catch what an assertion throws",
      }),
    );
}
