/** Measures what the rules of a kind of milestone ask for: its metric, its documents. Concludes by core alone. */

import { isDocument, kindRules } from "#core/court/kinds.ts";
import { brokenDocumentation } from "#core/court/kinds-documentation.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Mutation } from "#core/evidence.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import type { Ran } from "#ports/workbench.ts";

export async function judgeKind(sitting: Sitting, mutation: Mutation): Promise<Objection[]> {
  const { docket, files } = sitting;
  return [
    ...kindRules(docket.milestone, { files, mutation, metric: await metricOf(sitting) }),
    ...(docket.milestone.kind === "documentation" ? await judgeDocuments(sitting) : []),
  ];
}

async function metricOf({
  docket,
  bench,
  trees,
}: Sitting): Promise<{ before: number | null; after: number | null } | null> {
  const { metric } = docket.milestone;
  if (metric === null) return null;
  return {
    before: numberIn(await bench.run("start", metric, trees.base)),
    after: numberIn(await bench.run("head", metric, trees.tree)),
  };
}

/** The last number a green command prints; of a red one only what is nothing but a number: `grep -c` exits 1 at 0. */
function numberIn(run: Ran | null): number | null {
  const bare = /^\s*(-?\d+(?:\.\d+)?)\s*$/u.exec(run?.output ?? "")?.[1];
  const last = run?.exitCode === 0 ? run.output.match(/-?\d+(?:\.\d+)?/gu)?.at(-1) : bare;
  return last === undefined ? null : Number(last);
}

/** What the change says in words: its links lead somewhere, its fenced code can be read. */
async function judgeDocuments({ files, trees, workbench, syntax }: Sitting): Promise<Objection[]> {
  const documents = files.flatMap(({ path, before, after }) =>
    after && isDocument(path) ? [{ path, text: after.text, before: before?.text ?? null }] : [],
  );
  if (documents.length === 0) return [];
  const paths = new Set(await workbench.paths(trees.tree));
  const exists = (path: string) =>
    paths.has(path) || [...paths].some((one) => one.startsWith(`${path.replace(/\/$/u, "")}/`));
  return brokenDocumentation(documents, exists, (ending, text) => {
    const outline = syntax.outline(`fence.${ending}`, text);
    return outline?.sound ?? null;
  });
}
